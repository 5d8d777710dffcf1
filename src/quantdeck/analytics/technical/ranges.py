"""Indicators of the range: how far prices move, and channels around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.technical.evaluate import evaluate
from quantdeck.analytics.technical.indicator import (
    Call,
    Indicator,
    Output,
    Pane,
    Parameter,
    ema_decay,
    wilder_decay,
)

if TYPE_CHECKING:
    from quantdeck.analytics.technical.candles import Candles
    from quantdeck.analytics.technical.evaluate import IndicatorValues

_HLC = ("high", "low", "close")
_BAND = (
    Output("upper", "Upper", "band"),
    Output("middle", "Middle"),
    Output("lower", "Lower", "band"),
)
_WILDER = Parameter("window", "Window [rows]", 14, 2, 5000)

ATR = Indicator(
    name="atr",
    title="Average true range",
    pane=Pane.OWN,
    unit="currency",
    parameters=(_WILDER,),
    outputs=(Output("atr", "ATR"),),
    calls=(Call("ATR", _HLC, ("window",)),),
    lookback=lambda p: p["window"],
    decays=lambda p: (wilder_decay(p["window"]),),
)
NATR = Indicator(
    name="natr",
    title="Average true range in per cent",
    pane=Pane.OWN,
    unit="per cent of the close",
    parameters=(_WILDER,),
    outputs=(Output("natr", "NATR"),),
    calls=(Call("NATR", _HLC, ("window",)),),
    lookback=lambda p: p["window"],
    decays=lambda p: (wilder_decay(p["window"]),),
    positive=True,
)
BOLLINGER = Indicator(
    name="bollinger",
    title="Bollinger bands",
    pane=Pane.PRICE,
    unit="currency",
    parameters=(
        Parameter("window", "Window [rows]", 20, 2, 5000),
        Parameter("width", "Width [standard deviations]", 2.0, 0.1, 20.0, whole=False),
    ),
    outputs=_BAND,
    calls=(Call("BBANDS", ("close",), ("window", "width", "width", 0), outputs=3),),
    lookback=lambda p: p["window"] - 1,
)
DONCHIAN = Indicator(
    name="donchian",
    title="Donchian channel",
    pane=Pane.PRICE,
    unit="currency",
    parameters=(Parameter("window", "Window [rows]", 20, 2, 5000),),
    outputs=_BAND,
    calls=(Call("DONCHIAN", ("high", "low"), ("window",), outputs=3),),
    lookback=lambda p: p["window"] - 1,
)
KELTNER = Indicator(
    name="keltner",
    title="Keltner channel",
    pane=Pane.PRICE,
    unit="currency",
    parameters=(
        Parameter("window", "Average [rows]", 20, 2, 5000),
        Parameter("atr_window", "True range [rows]", 10, 2, 5000),
        Parameter("width", "Width [ATR]", 2.0, 0.1, 20.0, whole=False),
    ),
    outputs=_BAND,
    calls=(Call("EMA", ("close",), ("window",)), Call("ATR", _HLC, ("atr_window",))),
    combine=lambda s, p: (
        s[0] + p["width"] * s[1],
        s[0] + 0.0 * s[1],
        s[0] - p["width"] * s[1],
    ),
    lookback=lambda p: max(p["window"] - 1, p["atr_window"]),
    decays=lambda p: (max(ema_decay(p["window"]), wilder_decay(p["atr_window"])),),
)
RANGES = (ATR, NATR, BOLLINGER, DONCHIAN, KELTNER)


def atr(candles: Candles, *, window: int = 14) -> IndicatorValues:
    """Return Wilder's average of the true range.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows, >= 2.

    Returns
    -------
    IndicatorValues
        ``atr`` [currency].

    Raises
    ------
    BadInput
        If the window is out of its limits.

    Notes
    -----
    TR[t] = max(H[t], C[t-1]) - min(L[t], C[t-1]) from the second row on; A[t] = A[t-1] + (TR[t] -
    A[t-1]) / n, beginning as the mean of the first n. A simple mean of TR stays different for ever.
    Source: Wilder, New Concepts in Technical Trading Systems (1978), section III.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> atr(Candles.of_closes([1, 2, 4, 4]), window=2).first
    array([ nan,  nan, 1.5 , 0.75])
    """
    return evaluate(ATR, candles, {"window": window})


def natr(candles: Candles, *, window: int = 14) -> IndicatorValues:
    """Return the average true range in per cent of the close.

    Parameters
    ----------
    candles : Candles
        Oldest first; a price that is not positive counts as absent.
    window : int
        Rows, >= 2.

    Returns
    -------
    IndicatorValues
        ``natr`` [per cent].

    Raises
    ------
    BadInput
        If the window is out of its limits.

    Notes
    -----
    NATR = 100 ATR / C.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> natr(Candles.of_closes([1, 2, 4]), window=2).first
    array([ nan,  nan, 37.5])
    """
    return evaluate(NATR, candles, {"window": window})


def bollinger(candles: Candles, *, window: int = 20, width: float = 2.0) -> IndicatorValues:
    """Return the mean of the last closes and bands of standard deviations around it.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows, >= 2.
    width : float
        Standard deviations to either side.

    Returns
    -------
    IndicatorValues
        ``upper``, ``middle``, ``lower`` [currency].

    Raises
    ------
    BadInput
        If a parameter is out of its limits.

    Notes
    -----
    middle = SMA(C, n), bands at middle +- width sd(C, n) with divisor n. Divisor n - 1 makes them
    wider by sqrt(n / (n - 1)).
    Source: Bollinger, Bollinger on Bollinger Bands (2001), 7.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> bollinger(Candles.of_closes([1, 3]), window=2, width=2.0)["upper"]
    array([nan,  4.])
    """
    return evaluate(BOLLINGER, candles, {"window": window, "width": width})


def donchian(candles: Candles, *, window: int = 20) -> IndicatorValues:
    """Return the highest high and the lowest low, the present row included.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows, >= 2.

    Returns
    -------
    IndicatorValues
        ``upper``, ``middle``, ``lower`` [currency].

    Raises
    ------
    BadInput
        If the window is out of its limits.

    Notes
    -----
    upper = max(H, n), lower = min(L, n), middle their mean. No close lies outside of the channel of
    its own row: a breakout compares it with the row before.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> donchian(Candles.of_closes([1, 3, 2]), window=2)["middle"]
    array([nan, 2. , 2.5])
    """
    return evaluate(DONCHIAN, candles, {"window": window})


def keltner(
    candles: Candles, *, window: int = 20, atr_window: int = 10, width: float = 2.0
) -> IndicatorValues:
    """Return an exponential average and a channel of average true ranges around it.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Span of the average of the closes, >= 2. [rows]
    atr_window : int
        Rows of the average true range, >= 2.
    width : float
        Average true ranges to either side.

    Returns
    -------
    IndicatorValues
        ``upper``, ``middle``, ``lower`` [currency].

    Raises
    ------
    BadInput
        If a parameter is out of its limits.

    Notes
    -----
    middle = EMA(C, n), bands at middle +- width ATR. This is Raschke's form; Keltner's own took the
    typical price and the mean of high - low.
    Source: Raschke, Connors, Street Smarts (1995).

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> keltner(Candles.of_closes([1, 2, 3]), window=2, atr_window=2, width=1.0)["upper"]
    array([nan, nan, 3.5])
    """
    given = {"window": window, "atr_window": atr_window, "width": width}
    return evaluate(KELTNER, candles, given)
