"""Support and resistance: swing points that later rows confirmed, and prices they agree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from quantdeck.analytics.technical.ranges import atr
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from quantdeck.analytics.technical.candles import Candles
    from quantdeck.analytics.types import FloatArray

SwingKind = Literal["high", "low"]
LevelRole = Literal["support", "resistance"]


@dataclass(frozen=True, slots=True)
class Swing:
    """A high above its neighbours, or a low below them.

    Parameters
    ----------
    kind : {"high", "low"}
        Which.
    price : float
        That high or low. [currency]
    row : int
        Where it stands.
    confirmed_row : int
        Row whose close made it known: `side` rows later.
    confirmed_ns : int or None
        When that row had closed. [ns]
    """

    kind: SwingKind
    price: float
    row: int
    confirmed_row: int
    confirmed_ns: int | None


@dataclass(frozen=True, slots=True)
class PriceLevel:
    """A price at which several swings turned.

    Parameters
    ----------
    price : float
        Mean of the swings. [currency]
    low, high : float
        Lowest and highest of them. [currency]
    role : {"support", "resistance"}
        Below the last close, or not.
    touches : int
        Count of swings: its score.
    swings : tuple of Swing
        By row.
    confirmed_row : int
        Row whose close made it a level: where the swing that completed it was confirmed.
    confirmed_ns : int or None
        When that row had closed. [ns]
    distance_atr : float
        Price less last close, in average true ranges.
    """

    price: float
    low: float
    high: float
    role: LevelRole
    touches: int
    swings: tuple[Swing, ...]
    confirmed_row: int
    confirmed_ns: int | None
    distance_atr: float


def swing_points(candles: Candles, *, side: int = 3) -> tuple[Swing, ...]:
    """Return the swing points that the candles confirm.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    side : int
        Rows on either side that must not reach the swing, >= 1.

    Returns
    -------
    tuple of Swing
        By row, a high before a low of the same row. None whose neighbours are absent.

    Raises
    ------
    BadInput
        If `side` is below 1.

    Notes
    -----
    A swing high: H[t] > H[u] for every other u in t - side .. t + side; a low alike. It is known at
    the close of row t + side and not before, and more rows never take it back.
    Source: Williams, Trading Chaos (1995), fractals with side 2.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> [(s.kind, s.price, s.row, s.confirmed_row)
    ...  for s in swing_points(Candles.of_closes([1, 3, 2, 2.5, 4]), side=1)]
    [('high', 3.0, 1, 2), ('low', 2.0, 2, 3)]
    """
    if side < 1:
        raise BadInput(f"a swing needs at least 1 row on either side, was {side}", field="side")
    found: list[Swing] = []
    columns: tuple[tuple[SwingKind, FloatArray], ...] = (
        ("high", candles.high),
        ("low", -candles.low),
    )
    for kind, column in columns:
        for row in _peaks(column, side):
            known = row + side
            price = float(candles.high[row] if kind == "high" else candles.low[row])
            found.append(Swing(kind, price, row, known, candles.known_ns(known)))
    return tuple(sorted(found, key=lambda swing: (swing.row, swing.kind)))


def _peaks(column: FloatArray, side: int) -> list[int]:
    if len(column) <= 2 * side:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(column, 2 * side + 1)
    middle = windows[:, side]
    # comparison with NaN is false, so that an absent neighbour leaves no swing
    lower = (windows < middle[:, None]).sum(axis=1)
    return (np.flatnonzero(lower == 2 * side) + side).tolist()


def price_levels(
    candles: Candles,
    *,
    side: int = 3,
    within_atr: float = 0.5,
    least_touches: int = 2,
    atr_window: int = 14,
) -> tuple[PriceLevel, ...]:
    """Return support and resistance as the last candle knows them.

    Parameters
    ----------
    candles : Candles
        Oldest first; those that should count.
    side : int
        Rows on either side of a swing, >= 1.
    within_atr : float
        Widest that a level may be, in average true ranges of the last row, > 0.
    least_touches : int
        Swings that make a level, >= 1.
    atr_window : int
        Rows of the average true range.

    Returns
    -------
    tuple of PriceLevel
        Most touches first, then nearest to the last close.

    Raises
    ------
    BadInput
        If a parameter is out of its limits.
    NoData
        If the last row has no average true range above zero.

    Notes
    -----
    The swings in order of price; a level takes them while they lie within `within_atr` of its lowest,
    so that no level is wider than that. The width is that of the last row: to see what was known at
    an earlier one, hand in the candles up to it.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> candles = Candles.of_closes([1, 3, 1.5, 3.1, 1.45, 2])
    >>> [(round(v.price, 3), v.role, v.touches, v.confirmed_row)
    ...  for v in price_levels(candles, side=1, atr_window=2)]
    [(1.475, 'support', 2, 5), (3.05, 'resistance', 2, 4)]
    """
    if not within_atr > 0.0:
        raise BadInput(f"within_atr must be positive, was {within_atr}", field="within_atr")
    if least_touches < 1:
        raise BadInput(
            f"least_touches must be at least 1, was {least_touches}", field="least_touches"
        )
    swings = swing_points(candles, side=side)
    reach = atr(candles, window=atr_window).first
    scale = float(reach[-1]) if len(reach) else np.nan
    if not scale > 0.0:
        raise NoData(
            f"the last of {len(candles)} candles has no average true range; it takes "
            f"{atr_window + 1} rows without a gap, and a price that moves"
        )
    close = float(candles.close[-1])
    levels = [
        _level(group, close, scale, least_touches)
        for group in _groups(swings, within_atr * scale)
        if len(group) >= least_touches
    ]
    return tuple(sorted(levels, key=lambda level: (-level.touches, abs(level.distance_atr))))


def _groups(swings: tuple[Swing, ...], width: float) -> list[list[Swing]]:
    groups: list[list[Swing]] = []
    for swing in sorted(swings, key=lambda s: (s.price, s.row)):
        if groups and swing.price - groups[-1][0].price <= width:
            groups[-1].append(swing)
        else:
            groups.append([swing])
    return groups


def _level(group: list[Swing], close: float, scale: float, least: int) -> PriceLevel:
    price = sum(swing.price for swing in group) / len(group)
    by_row = tuple(sorted(group, key=lambda swing: swing.row))
    completed = sorted(group, key=lambda swing: swing.confirmed_row)[least - 1]
    return PriceLevel(
        price=price,
        low=group[0].price,
        high=group[-1].price,
        role="support" if price < close else "resistance",
        touches=len(group),
        swings=by_row,
        confirmed_row=completed.confirmed_row,
        confirmed_ns=completed.confirmed_ns,
        distance_atr=(price - close) / scale,
    )
