"""Signals of prices and oscillators that leave their limits.

Each is known at the close of its candle, `confirm` candles later where that is asked, and reads no
candle after that: cutting the data there changes nothing that was confirmed before.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.signals.signal import crossed
from quantdeck.analytics.technical import bollinger, donchian, rsi, supertrend
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.signals.signal import Signal
    from quantdeck.analytics.technical import Candles
    from quantdeck.analytics.types import BoolArray, FloatArray


def rsi_threshold(
    candles: Candles, *, window: int = 14, low: float = 30.0, high: float = 70.0, confirm: int = 0
) -> tuple[Signal, ...]:
    """Return where the RSI enters and leaves its upper and lower zones.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows of Wilder's average.
    low, high : float
        Limits of oversold and overbought, 0 < low < high < 100.
    confirm : int
        Further closes that must agree, >= 0.

    Returns
    -------
    tuple of Signal
        By row.

    Raises
    ------
    BadInput
        If a parameter is out of its limits or low is not below high.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> [(s.row, s.event) for s in rsi_threshold(Candles.of_closes([1, 2, 1, 4]), window=2)]
    [(3, 'RSI rises above 70: overbought')]
    """
    if not 0.0 < low < high < 100.0:
        raise BadInput(f"limits need 0 < low < high < 100, were {low} and {high}", field="low")
    found = rsi(candles, window=window)
    lines = (("close", candles.close), ("rsi", found.first))
    names = (
        (high, f"RSI rises above {high:g}: overbought", f"RSI falls back below {high:g}"),
        (low, f"RSI rises back above {low:g}", f"RSI falls below {low:g}: oversold"),
    )
    signals = [
        signal
        for limit, rises, falls in names
        for signal in crossed(
            candles,
            found.first - limit,
            ("rsi_threshold", rises, falls),
            lines=lines,
            settled=found.settled,
            confirm=confirm,
        )
    ]
    return _by_row(signals)


def bollinger_breakout(
    candles: Candles, *, window: int = 20, width: float = 2.0, confirm: int = 0
) -> tuple[Signal, ...]:
    """Return where the close leaves its Bollinger bands.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows of the bands.
    width : float
        Standard deviations to either side.
    confirm : int
        Further closes that must lie outside, >= 0.

    Returns
    -------
    tuple of Signal
        By row: up above the upper band, down below the lower one.

    Raises
    ------
    BadInput
        If a parameter is out of its limits.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> close = [1, 2, 1, 2, 1, 9]
    >>> [(s.row, s.direction.value)
    ...  for s in bollinger_breakout(Candles.of_closes(close), window=5, width=1.5)]
    [(5, 'up')]
    """
    bands = bollinger(candles, window=window, width=width)
    return _breakout(
        "bollinger_breakout",
        candles,
        (bands["lower"], bands["upper"]),
        ("close leaves the bands upwards", "close leaves the bands downwards"),
        settled=bands.settled,
        confirm=confirm,
    )


def donchian_breakout(
    candles: Candles, *, window: int = 20, confirm: int = 0
) -> tuple[Signal, ...]:
    """Return where the close leaves the channel of the rows before it.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows of the channel, the present one left out.
    confirm : int
        Further closes that must lie outside of their channels, >= 0.

    Returns
    -------
    tuple of Signal
        By row: up above the highest high, down below the lowest low.

    Raises
    ------
    BadInput
        If a parameter is out of its limits.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> [(s.row, s.direction.value)
    ...  for s in donchian_breakout(Candles.of_closes([1, 2, 1, 2, 3]), window=3)]
    [(4, 'up')]
    """
    channel = donchian(candles, window=window)
    before = tuple(_shifted(channel[name]) for name in ("lower", "upper"))
    settled = np.concatenate(([False], channel.settled[:-1])) if len(candles) else channel.settled
    return _breakout(
        "donchian_breakout",
        candles,
        (before[0], before[1]),
        ("close above the highest high", "close below the lowest low"),
        settled=settled,
        confirm=confirm,
    )


def supertrend_flip(
    candles: Candles, *, window: int = 10, width: float = 3.0, confirm: int = 0
) -> tuple[Signal, ...]:
    """Return where the Supertrend changes its side.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows of the average true range.
    width : float
        Average true ranges to the stop.
    confirm : int
        Further closes that must agree, >= 0.

    Returns
    -------
    tuple of Signal
        By row.

    Raises
    ------
    BadInput
        If a parameter is out of its limits.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> close = [5, 6, 7, 8, 2, 1]
    >>> [(s.row, s.direction.value)
    ...  for s in supertrend_flip(Candles.of_closes(close), window=2, width=1.0)]
    [(4, 'down')]
    """
    found = supertrend(candles, window=window, width=width)
    return crossed(
        candles,
        found["direction"],
        ("supertrend_flip", "price rises above its stop", "price falls below its stop"),
        lines=(("close", candles.close), ("line", found["line"])),
        settled=found.settled,
        confirm=confirm,
    )


def _shifted(values: FloatArray) -> FloatArray:
    return np.concatenate(([math.nan], values[:-1])) if len(values) else values


def _breakout(
    rule: str,
    candles: Candles,
    channel: tuple[FloatArray, FloatArray],
    events: tuple[str, str],
    *,
    settled: BoolArray,
    confirm: int,
) -> tuple[Signal, ...]:
    lower, upper = channel
    lines = (("close", candles.close), ("lower", lower), ("upper", upper))
    above = crossed(
        candles,
        _side(candles.close > upper, candles.close - upper),
        (rule, events[0], ""),
        lines=lines,
        settled=settled,
        confirm=confirm,
    )
    below = crossed(
        candles,
        _side(candles.close >= lower, candles.close - lower),
        (rule, "", events[1]),
        lines=lines,
        settled=settled,
        confirm=confirm,
    )
    return _by_row([signal for signal in (*above, *below) if signal.event])


def _side(is_above: BoolArray, distance: FloatArray) -> FloatArray:
    # a close on its limit is inside; one that is absent, or has no limit, is on neither side
    return np.where(np.isnan(distance), np.nan, np.where(is_above, 1.0, -1.0))


def _by_row(signals: list[Signal]) -> tuple[Signal, ...]:
    return tuple(sorted(signals, key=lambda signal: (signal.row, signal.confirmed_row)))
