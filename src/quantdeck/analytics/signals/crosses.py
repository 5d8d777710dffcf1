"""Signals of lines that cross each other.

Each is known at the close of its candle, `confirm` candles later where that is asked, and reads no
candle after that: cutting the data there changes nothing that was confirmed before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.signals.signal import crossed
from quantdeck.analytics.technical import ema, macd, sma
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.analytics.signals.signal import Signal
    from quantdeck.analytics.technical import Candles, IndicatorValues


def sma_cross(
    candles: Candles, *, fast: int = 50, slow: int = 200, confirm: int = 0
) -> tuple[Signal, ...]:
    """Return where the fast simple average crosses the slow one.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    fast, slow : int
        Windows, fast below slow. [rows]
    confirm : int
        Further closes that must agree, >= 0.

    Returns
    -------
    tuple of Signal
        By row; up is the "golden cross", down the "death cross" of 50 and 200 days.

    Raises
    ------
    BadInput
        If a parameter is out of its limits or fast is not below slow.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> [(s.row, s.event) for s in sma_cross(Candles.of_closes([3, 2, 1, 2, 4]), fast=2, slow=3)]
    [(4, 'fast average rises above the slow one')]
    """
    _check_order(fast, slow)
    return _average_cross("sma_cross", candles, sma, (fast, slow), confirm)


def ema_cross(
    candles: Candles, *, fast: int = 12, slow: int = 26, confirm: int = 0
) -> tuple[Signal, ...]:
    """Return where the fast exponential average crosses the slow one.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    fast, slow : int
        Spans, fast below slow. [rows]
    confirm : int
        Further closes that must agree, >= 0.

    Returns
    -------
    tuple of Signal
        By row.

    Raises
    ------
    BadInput
        If a parameter is out of its limits or fast is not below slow.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> [(s.row, s.settled) for s in ema_cross(Candles.of_closes([3, 2, 1, 2, 4]), fast=2, slow=3)]
    [(4, False)]
    """
    _check_order(fast, slow)
    return _average_cross("ema_cross", candles, ema, (fast, slow), confirm)


def _check_order(fast: int, slow: int) -> None:
    if fast >= slow:
        raise BadInput(f"fast must be below slow, was {fast} and {slow}", field="fast")


def _average_cross(
    rule: str,
    candles: Candles,
    average: Callable[..., IndicatorValues],
    windows: tuple[int, int],
    confirm: int,
) -> tuple[Signal, ...]:
    quick, lazy = average(candles, window=windows[0]), average(candles, window=windows[1])
    return crossed(
        candles,
        quick.first - lazy.first,
        (
            rule,
            "fast average rises above the slow one",
            "fast average falls below the slow one",
        ),
        lines=(("close", candles.close), ("fast", quick.first), ("slow", lazy.first)),
        settled=quick.settled & lazy.settled,
        confirm=confirm,
    )


def macd_cross(
    candles: Candles, *, fast: int = 12, slow: int = 26, signal: int = 9, confirm: int = 0
) -> tuple[Signal, ...]:
    """Return where the MACD line crosses its signal line.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    fast, slow, signal : int
        Spans, fast below slow. [rows]
    confirm : int
        Further closes that must agree, >= 0.

    Returns
    -------
    tuple of Signal
        By row.

    Raises
    ------
    BadInput
        If a parameter is out of its limits or fast is not below slow.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> macd_cross(Candles.of_closes([1, 2, 3]))
    ()
    """
    found = macd(candles, fast=fast, slow=slow, signal=signal)
    return crossed(
        candles,
        found["histogram"],
        ("macd_cross", "MACD rises above its signal line", "MACD falls below its signal line"),
        lines=(("close", candles.close), ("macd", found["macd"]), ("signal", found["signal"])),
        settled=found.settled,
        confirm=confirm,
    )


def macd_zero_cross(
    candles: Candles, *, fast: int = 12, slow: int = 26, confirm: int = 0
) -> tuple[Signal, ...]:
    """Return where the MACD line crosses zero.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    fast, slow : int
        Spans, fast below slow. [rows]
    confirm : int
        Further closes that must agree, >= 0.

    Returns
    -------
    tuple of Signal
        By row.

    Raises
    ------
    BadInput
        If a parameter is out of its limits or fast is not below slow.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> macd_zero_cross(Candles.of_closes([1, 2, 3]))
    ()
    """
    found = macd(candles, fast=fast, slow=slow)
    return crossed(
        candles,
        found["macd"],
        ("macd_zero_cross", "MACD rises above zero", "MACD falls below zero"),
        lines=(("close", candles.close), ("macd", found["macd"])),
        settled=found.settled,
        confirm=confirm,
    )
