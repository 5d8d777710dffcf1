"""Moving averages and what is made of two of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.analytics.technical.evaluate import evaluate
from quantdeck.analytics.technical.indicator import (
    Call,
    Guide,
    Indicator,
    Output,
    Pane,
    Parameter,
    ema_decay,
)

if TYPE_CHECKING:
    from quantdeck.analytics.technical.candles import Candles
    from quantdeck.analytics.technical.evaluate import IndicatorValues

_WINDOW = Parameter("window", "Window [rows]", 20, 2, 5000)
_FAST = Parameter("fast", "Fast [rows]", 12, 2, 5000)
_SLOW = Parameter("slow", "Slow [rows]", 26, 3, 5000)

SMA = Indicator(
    name="sma",
    title="Simple moving average",
    pane=Pane.PRICE,
    unit="currency",
    parameters=(_WINDOW,),
    outputs=(Output("average", "SMA"),),
    calls=(Call("SMA", ("close",), ("window",)),),
    lookback=lambda p: p["window"] - 1,
)
EMA = Indicator(
    name="ema",
    title="Exponential moving average",
    pane=Pane.PRICE,
    unit="currency",
    parameters=(_WINDOW,),
    outputs=(Output("average", "EMA"),),
    calls=(Call("EMA", ("close",), ("window",)),),
    lookback=lambda p: p["window"] - 1,
    decays=lambda p: (ema_decay(p["window"]),),
)
WMA = Indicator(
    name="wma",
    title="Weighted moving average",
    pane=Pane.PRICE,
    unit="currency",
    parameters=(_WINDOW,),
    outputs=(Output("average", "WMA"),),
    calls=(Call("WMA", ("close",), ("window",)),),
    lookback=lambda p: p["window"] - 1,
)
DEMA = Indicator(
    name="dema",
    title="Double exponential moving average",
    pane=Pane.PRICE,
    unit="currency",
    parameters=(_WINDOW,),
    outputs=(Output("average", "DEMA"),),
    calls=(Call("DEMA", ("close",), ("window",)),),
    lookback=lambda p: 2 * (p["window"] - 1),
    decays=lambda p: (ema_decay(p["window"]),) * 2,
)
HMA = Indicator(
    name="hma",
    title="Hull moving average",
    pane=Pane.PRICE,
    unit="currency",
    parameters=(Parameter("window", "Window [rows]", 20, 4, 5000),),
    outputs=(Output("average", "HMA"),),
    calls=(Call("HMA", ("close",), ("window",)),),
    lookback=lambda p: p["window"] + math.isqrt(p["window"]) - 2,
)
MACD = Indicator(
    name="macd",
    title="MACD",
    pane=Pane.OWN,
    unit="currency",
    parameters=(_FAST, _SLOW, Parameter("signal", "Signal [rows]", 9, 2, 5000)),
    outputs=(
        Output("macd", "MACD"),
        Output("signal", "Signal"),
        Output("histogram", "Histogram", "histogram"),
    ),
    calls=(Call("MACD", ("close",), ("fast", "slow", "signal"), outputs=3),),
    lookback=lambda p: p["slow"] + p["signal"] - 2,
    decays=lambda p: (ema_decay(p["slow"]), ema_decay(p["signal"])),
    guides=(Guide(0.0, "the averages are equal"),),
)
PPO = Indicator(
    name="ppo",
    title="Percentage price oscillator",
    pane=Pane.OWN,
    unit="per cent of the slow average",
    parameters=(_FAST, _SLOW),
    outputs=(Output("ppo", "PPO"),),
    calls=(Call("PPO", ("close",), ("fast", "slow", 1)),),
    lookback=lambda p: p["slow"] - 1,
    decays=lambda p: (ema_decay(p["slow"]),),
    guides=(Guide(0.0, "the averages are equal"),),
    positive=True,
)

AVERAGES = (SMA, EMA, WMA, DEMA, HMA, MACD, PPO)


def sma(candles: Candles, *, window: int = 20) -> IndicatorValues:
    """Return the mean of the last closes.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows, >= 2.

    Returns
    -------
    IndicatorValues
        ``average`` [currency].

    Raises
    ------
    BadInput
        If the window is out of its limits.

    Notes
    -----
    SMA[t] = (C[t] + ... + C[t-n+1]) / n.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> sma(Candles.of_closes([1, 2, 6]), window=3).first
    array([nan, nan,  3.])
    """
    return evaluate(SMA, candles, {"window": window})


def ema(candles: Candles, *, window: int = 20) -> IndicatorValues:
    """Return the exponential average of the closes.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Span, >= 2. [rows]

    Returns
    -------
    IndicatorValues
        ``average`` [currency].

    Raises
    ------
    BadInput
        If the window is out of its limits.

    Notes
    -----
    E[t] = E[t-1] + 2 / (n + 1) (C[t] - E[t-1]), E of row n - 1 being the mean of the first n closes.
    pandas seeds with the first close instead; the difference is gone after `warm_up` rows.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> ema(Candles.of_closes([1, 2, 6, 5]), window=3).first
    array([nan, nan,  3.,  4.])
    """
    return evaluate(EMA, candles, {"window": window})


def wma(candles: Candles, *, window: int = 20) -> IndicatorValues:
    """Return the linearly weighted mean of the last closes.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows, >= 2.

    Returns
    -------
    IndicatorValues
        ``average`` [currency].

    Raises
    ------
    BadInput
        If the window is out of its limits.

    Notes
    -----
    WMA[t] = sum over k of (n - k) C[t-k] / (n (n + 1) / 2), k from 0 to n - 1.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> wma(Candles.of_closes([1, 2, 6]), window=2).first.round(4)
    array([   nan, 1.6667, 4.6667])
    """
    return evaluate(WMA, candles, {"window": window})


def dema(candles: Candles, *, window: int = 20) -> IndicatorValues:
    """Return the double exponential average of the closes.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Span, >= 2. [rows]

    Returns
    -------
    IndicatorValues
        ``average`` [currency].

    Raises
    ------
    BadInput
        If the window is out of its limits.

    Notes
    -----
    DEMA = 2 EMA(C) - EMA(EMA(C)), the outer average seeded with the mean of the first n inner ones.
    Source: Mulloy, Smoothing data with faster moving averages, Stocks & Commodities 12 (1994).

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> dema(Candles.of_closes([1, 2, 3, 4]), window=2).first
    array([nan, nan,  3.,  4.])
    """
    return evaluate(DEMA, candles, {"window": window})


def hma(candles: Candles, *, window: int = 20) -> IndicatorValues:
    """Return the Hull average of the closes.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows, >= 4.

    Returns
    -------
    IndicatorValues
        ``average`` [currency].

    Raises
    ------
    BadInput
        If the window is out of its limits.

    Notes
    -----
    HMA = WMA(2 WMA(C, floor(n / 2)) - WMA(C, n), floor(sqrt(n))).
    Source: Hull, How to reduce lag in a moving average (2005).

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> hma(Candles.of_closes([1, 2, 3, 4, 5, 6]), window=4).first.round(4)
    array([nan, nan, nan, nan,  5.,  6.])
    """
    return evaluate(HMA, candles, {"window": window})


def macd(candles: Candles, *, fast: int = 12, slow: int = 26, signal: int = 9) -> IndicatorValues:
    """Return the distance of two exponential averages, its own average, and their distance.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    fast, slow : int
        Spans, fast below slow. [rows]
    signal : int
        Span of the signal line. [rows]

    Returns
    -------
    IndicatorValues
        ``macd``, ``signal``, ``histogram`` [currency].

    Raises
    ------
    BadInput
        If a span is out of its limits or fast is not below slow.

    Notes
    -----
    macd = EMA(C, fast) - EMA(C, slow), signal = EMA(macd, signal), histogram = macd - signal. Both
    averages begin at the row of the first slow one, and the three outputs at the same row, slow +
    signal - 2. Averages that begin earlier differ by some per cent until `warm_up`.
    Source: Appel, Technical Analysis: Power Tools for Active Investors (2005), 8.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> macd(Candles.of_closes([1, 2, 3, 4, 6]), fast=2, slow=3, signal=2)["macd"].round(4)
    array([   nan,    nan,    nan, 0.5   , 0.6667])
    """
    return evaluate(MACD, candles, {"fast": fast, "slow": slow, "signal": signal})


def ppo(candles: Candles, *, fast: int = 12, slow: int = 26) -> IndicatorValues:
    """Return the distance of two exponential averages in per cent of the slow one.

    Parameters
    ----------
    candles : Candles
        Oldest first; a price that is not positive counts as absent.
    fast, slow : int
        Spans, fast below slow. [rows]

    Returns
    -------
    IndicatorValues
        ``ppo`` [per cent].

    Raises
    ------
    BadInput
        If a span is out of its limits or fast is not below slow.

    Notes
    -----
    PPO = 100 (EMA(C, fast) - EMA(C, slow)) / EMA(C, slow), each seeded with its own first mean.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> ppo(Candles.of_closes([4, 4, 4, 4]), fast=2, slow=3).first
    array([nan, nan,  0.,  0.])
    """
    return evaluate(PPO, candles, {"fast": fast, "slow": slow})
