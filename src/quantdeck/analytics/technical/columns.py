"""The columns that calls read, from a table of candles or from one; same arithmetic in both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quantdeck.analytics.technical.candles import Candle, Candles
    from quantdeck.analytics.technical.indicator import Column, Indicator
    from quantdeck.analytics.types import BoolArray, FloatArray

# Of a table or of one candle alike: the arithmetic is that of IEEE 754 in both.
COLUMNS: Mapping[Column, Callable[[Any], Any]] = {
    "high": lambda c: c.high,
    "low": lambda c: c.low,
    "close": lambda c: c.close,
    "volume": lambda c: c.volume,
    "typical": lambda c: (c.high + c.low + c.close) / 3.0,
    "minus_high": lambda c: -c.high,
    "minus_low": lambda c: -c.low,
    "minus_close": lambda c: -c.close,
    "inverse_typical": lambda c: 3.0 / (c.high + c.low + c.close),
}

_PRICES: Mapping[Column, frozenset[str]] = {
    "high": frozenset({"high"}),
    "low": frozenset({"low"}),
    "close": frozenset({"close"}),
    "volume": frozenset({"volume"}),
    "typical": frozenset({"high", "low", "close"}),
    "minus_high": frozenset({"high"}),
    "minus_low": frozenset({"low"}),
    "minus_close": frozenset({"close"}),
    "inverse_typical": frozenset({"high", "low", "close"}),
}


def inputs(indicator: Indicator) -> tuple[str, ...]:
    """Return the columns of candles that an indicator needs.

    Parameters
    ----------
    indicator : Indicator
        Which.

    Returns
    -------
    tuple of str
        Of high, low, close, volume, in this order.

    Examples
    --------
    >>> from quantdeck.analytics.technical import indicator
    >>> inputs(indicator("atr")), inputs(indicator("obv"))
    (('high', 'low', 'close'), ('close', 'volume'))
    """
    needed: set[str] = set()
    for call in indicator.calls:
        needed.update(*(_PRICES[column] for column in call.columns))
    return tuple(name for name in ("high", "low", "close", "volume") if name in needed)


def usable_rows(indicator: Indicator, candles: Candles) -> BoolArray:
    """Return which rows an indicator can read.

    Parameters
    ----------
    indicator : Indicator
        Which.
    candles : Candles
        Oldest first.

    Returns
    -------
    array of bool of shape (n,)
        False where an input is not finite, a volume negative, the high below the low, or a price
        not positive where the indicator divides by it.

    Raises
    ------
    BadInput
        If it needs a volume and the candles have none.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles, indicator
    >>> usable_rows(indicator("sma"), Candles.of_closes([1.0, np.nan])).tolist()
    [True, False]
    """
    needed = inputs(indicator)
    if "volume" in needed and candles.volume is None:
        raise BadInput(f"{indicator.name} needs the volume of every candle; these have none")
    usable = np.ones(len(candles), bool)
    for name in needed:
        column: FloatArray = getattr(candles, name)
        usable &= np.isfinite(column)
        if name == "volume":
            usable &= column >= 0.0
        elif indicator.positive:
            usable &= column > 0.0
    if "high" in needed and "low" in needed:
        usable &= candles.high >= candles.low
    return usable


def is_usable(needed: tuple[str, ...], candle: Candle, *, positive: bool) -> bool:
    """Return whether an indicator can read one candle; the rule of `usable_rows`.

    Parameters
    ----------
    needed : tuple of str
        As `inputs` returns them.
    candle : Candle
        The candle.
    positive : bool
        Whether prices must be.

    Returns
    -------
    bool
        True where it can.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candle
    >>> is_usable(("close", "volume"), Candle(2.0, 1.0, 1.5), positive=False)
    False
    """
    low_limit = 0.0 if positive else -np.inf
    for name in needed:
        value: float = getattr(candle, name)
        if name == "volume":
            if not 0.0 <= value < np.inf:
                return False
        elif not low_limit < value < np.inf:
            return False
    return not ("high" in needed and "low" in needed and candle.high < candle.low)


def has_no_range(candles: Candles) -> bool:
    """Return whether the low of any candle is its high: else no window is flat.

    Parameters
    ----------
    candles : Candles
        Any.

    Returns
    -------
    bool
        True where one is.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> has_no_range(Candles.of_closes([1, 2]))
    True
    """
    return bool((candles.high == candles.low).any())


def has_idle_rows(candles: Candles) -> bool:
    """Return whether in any candle nothing was traded.

    Parameters
    ----------
    candles : Candles
        With volume, or without.

    Returns
    -------
    bool
        True where one has a volume of 0.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> has_idle_rows(Candles.of_closes([1, 2]))
    False
    """
    return candles.volume is not None and bool((candles.volume == 0.0).any())
