"""Floor pivots: levels of a session from the high, low and close of the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from quantdeck.analytics.technical.candles import Candles


@dataclass(frozen=True, slots=True)
class FloorPivots:
    """Pivot and three levels to either side, as prices.

    Parameters
    ----------
    pivot : float
        Mean of high, low and close.
    r1, r2, r3 : float
        Resistances, rising.
    s1, s2, s3 : float
        Supports, falling.
    known_ns : int or None
        When the prior session had closed. [ns]
    """

    pivot: float
    r1: float
    r2: float
    r3: float
    s1: float
    s2: float
    s3: float
    known_ns: int | None = None


def floor_pivots(
    *, high: float, low: float, close: float, known_ns: int | None = None
) -> FloorPivots:
    """Return the classic pivots of a session from the one before.

    Parameters
    ----------
    high, low, close : float
        Of the prior session. [currency]
    known_ns : int, optional
        When it had closed. [ns]

    Returns
    -------
    FloorPivots
        s3 <= s2 <= s1 <= pivot <= r1 <= r2 <= r3.

    Raises
    ------
    BadInput
        If a price is not finite, or the close not between low and high.

    Notes
    -----
    P = (H + L + C) / 3; R1 = 2 P - L, R2 = P + (H - L), R3 = H + 2 (P - L); S1 = 2 P - H,
    S2 = P - (H - L), S3 = L - 2 (H - P).
    Source: Person, A Complete Guide to Technical Trading Tactics (2004), 6.

    Examples
    --------
    >>> found = floor_pivots(high=110.0, low=100.0, close=105.0)
    >>> found.pivot, found.r1, found.s3
    (105.0, 110.0, 90.0)
    """
    if not (low <= close <= high and np.isfinite([high, low]).all()):
        raise BadInput(
            f"a session needs low <= close <= high, was low {low}, close {close}, high {high}"
        )
    pivot, reach = (high + low + close) / 3.0, high - low
    return FloorPivots(
        pivot=pivot,
        r1=2.0 * pivot - low,
        r2=pivot + reach,
        r3=high + 2.0 * (pivot - low),
        s1=2.0 * pivot - high,
        s2=pivot - reach,
        s3=low - 2.0 * (high - pivot),
        known_ns=known_ns,
    )


def prior_session_pivots(candles: Candles) -> FloorPivots:
    """Return the pivots of the session of the last candle.

    Parameters
    ----------
    candles : Candles
        Oldest first, with the first rows of sessions; a daily candle is a session of its own.

    Returns
    -------
    FloorPivots
        From the whole session before the one that the last candle belongs to.

    Raises
    ------
    BadInput
        If the candles do not say where sessions begin.
    NoData
        If they hold no whole session before the last one, or none of its prices.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> import numpy as np
    >>> price = np.array([1.0, 4.0, 2.0, 3.0, 9.0])
    >>> opens = np.array([False, True, False, False, True])
    >>> prior_session_pivots(Candles(price, price, price, opens_session=opens)).pivot
    3.0
    """
    if candles.opens_session is None:
        raise BadInput("pivots need candles that say where sessions begin")
    opens = np.flatnonzero(candles.opens_session)
    if len(opens) < 2:
        raise NoData(
            f"pivots need a whole session before the last one; {len(opens)} begin in these candles"
        )
    rows = slice(int(opens[-2]), int(opens[-1]))
    high, low, close = candles.high[rows], candles.low[rows], candles.close[rows]
    read = np.isfinite(high) & np.isfinite(low) & np.isfinite(close)
    if not read.any():
        raise NoData("the session before the last one has no prices")
    return floor_pivots(
        high=float(high[read].max()),
        low=float(low[read].min()),
        close=float(close[read][-1]),
        known_ns=candles.known_ns(int(opens[-1]) - 1),
    )
