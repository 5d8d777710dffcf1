"""Oscillators: where the price stands in its own recent movement.

A window in which nothing moved has no reading: TA-Lib answers 0 there, which reads as oversold.
Where a smoothing hides that window, the same oscillator of the mirrored price tells: it is 0 there as
well, and the complement of the first everywhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.technical.columns import COLUMNS, has_idle_rows, has_no_range
from quantdeck.analytics.technical.evaluate import evaluate
from quantdeck.analytics.technical.indicator import (
    Call,
    Guide,
    Indicator,
    Output,
    Pane,
    Parameter,
    wilder_decay,
)

if TYPE_CHECKING:
    from quantdeck.analytics.technical.candles import Candles
    from quantdeck.analytics.technical.evaluate import IndicatorValues
    from quantdeck.analytics.types import FloatArray


def _repeats(prices: FloatArray) -> bool:
    return bool((prices[1:] == prices[:-1]).any())


_MIRRORED = ("minus_low", "minus_high", "minus_close")
_ALMOST_ALL = 99.99
"""Below this a mean over at most 50 x 50 rows holds at least one without a reading."""

RSI = Indicator(
    name="rsi",
    title="Relative strength index",
    pane=Pane.OWN,
    unit="0 to 100",
    parameters=(Parameter("window", "Window [rows]", 14, 2, 5000),),
    outputs=(Output("rsi", "RSI"),),
    calls=(
        Call("RSI", ("close",), ("window",)),
        Call("RSI", ("minus_close",), ("window",), is_witness=True),
    ),
    can_stand_still=lambda c: _repeats(c.close),
    undefined=lambda s: (s[0] == 0.0) & (s[1] == 0.0),
    lookback=lambda p: p["window"],
    decays=lambda p: (wilder_decay(p["window"]),),
    guides=(Guide(70.0, "overbought"), Guide(30.0, "oversold")),
)
STOCHASTIC = Indicator(
    name="stochastic",
    title="Stochastic oscillator",
    pane=Pane.OWN,
    unit="0 to 100",
    parameters=(
        Parameter("window", "Window [rows]", 14, 2, 5000),
        Parameter("smooth", "Smoothing of %K [rows]", 3, 1, 50),
        Parameter("signal", "%D [rows]", 3, 1, 50),
    ),
    outputs=(Output("k", "%K"), Output("d", "%D")),
    calls=(
        Call("STOCH", ("high", "low", "close"), ("window", "smooth", 0, "signal", 0), outputs=2),
        Call(
            "STOCH",
            _MIRRORED,
            ("window", "smooth", 0, "signal", 0),
            outputs=2,
            is_witness=True,
        ),
    ),
    can_stand_still=has_no_range,
    # %D is the longer mean, so that a row without %K has no %D either
    undefined=lambda s: s[1] + s[3] < _ALMOST_ALL,
    lookback=lambda p: p["window"] + p["smooth"] + p["signal"] - 3,
    guides=(Guide(80.0, "overbought"), Guide(20.0, "oversold")),
)
WILLIAMS_R = Indicator(
    name="williams_r",
    title="Williams %R",
    pane=Pane.OWN,
    unit="-100 to 0",
    parameters=(Parameter("window", "Window [rows]", 14, 2, 5000),),
    outputs=(Output("r", "%R"),),
    calls=(
        Call("WILLR", ("high", "low", "close"), ("window",)),
        Call("MAX", ("high",), ("window",), is_witness=True),
        Call("MIN", ("low",), ("window",), is_witness=True),
    ),
    can_stand_still=has_no_range,
    undefined=lambda s: s[1] == s[2],
    lookback=lambda p: p["window"] - 1,
    guides=(Guide(-20.0, "overbought"), Guide(-80.0, "oversold")),
)
CCI = Indicator(
    name="cci",
    title="Commodity channel index",
    pane=Pane.OWN,
    unit="1",
    parameters=(Parameter("window", "Window [rows]", 20, 2, 5000),),
    outputs=(Output("cci", "CCI"),),
    calls=(
        Call("CCI", ("high", "low", "close"), ("window",)),
        Call("MAX", ("typical",), ("window",), is_witness=True),
        Call("MIN", ("typical",), ("window",), is_witness=True),
    ),
    can_stand_still=lambda c: _repeats(COLUMNS["typical"](c)),
    undefined=lambda s: s[1] == s[2],
    lookback=lambda p: p["window"] - 1,
    guides=(Guide(100.0, "overbought"), Guide(-100.0, "oversold")),
)
ROC = Indicator(
    name="roc",
    title="Rate of change",
    pane=Pane.OWN,
    unit="per cent",
    parameters=(Parameter("window", "Window [rows]", 10, 1, 5000),),
    outputs=(Output("roc", "ROC"),),
    calls=(Call("ROC", ("close",), ("window",)),),
    lookback=lambda p: p["window"],
    guides=(Guide(0.0, "unchanged"),),
    positive=True,
)
MFI = Indicator(
    name="mfi",
    title="Money flow index",
    pane=Pane.OWN,
    unit="0 to 100",
    parameters=(Parameter("window", "Window [rows]", 14, 2, 5000),),
    outputs=(Output("mfi", "MFI"),),
    calls=(
        Call("MFI", ("high", "low", "close", "volume"), ("window",)),
        # rises of one are falls of its inverse
        Call("MFI", ("inverse_typical",) * 3 + ("volume",), ("window",), is_witness=True),
    ),
    undefined=lambda s: (s[0] == 0.0) & (s[1] == 0.0),
    can_stand_still=lambda c: _repeats(COLUMNS["typical"](c)) or has_idle_rows(c),
    lookback=lambda p: p["window"],
    guides=(Guide(80.0, "overbought"), Guide(20.0, "oversold")),
    positive=True,
)

OSCILLATORS = (RSI, STOCHASTIC, WILLIAMS_R, CCI, ROC, MFI)


def rsi(candles: Candles, *, window: int = 14) -> IndicatorValues:
    """Return the share of rises in the movement of the closes.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows of Wilder's average, >= 2.

    Returns
    -------
    IndicatorValues
        ``rsi`` [0 to 100]; NaN where no close of the segment moved yet.

    Raises
    ------
    BadInput
        If the window is out of its limits.

    Notes
    -----
    RSI = 100 U / (U + D), with U[t] = U[t-1] + (up[t] - U[t-1]) / n and D alike; both begin as the
    mean of the first n rises and falls. Averages with span n, or simple ones (Cutler), stay different
    for ever.
    Source: Wilder, New Concepts in Technical Trading Systems (1978), section VI.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> rsi(Candles.of_closes([1, 2, 1, 4]), window=2).first
    array([ nan,  nan, 50. , 87.5])
    """
    return evaluate(RSI, candles, {"window": window})


def stochastic(
    candles: Candles, *, window: int = 14, smooth: int = 3, signal: int = 3
) -> IndicatorValues:
    """Return where the close stands between the lowest low and the highest high.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows of the range, >= 2.
    smooth, signal : int
        Rows of the simple averages that give %K and %D, 1 to 50.

    Returns
    -------
    IndicatorValues
        ``k``, ``d`` [0 to 100]; NaN where a range behind either is empty.

    Raises
    ------
    BadInput
        If a parameter is out of its limits.

    Notes
    -----
    raw = 100 (C - min(L, n)) / (max(H, n) - min(L, n)); %K = SMA(raw, smooth), %D = SMA(%K, signal).
    Both begin at the same row.
    Source: Lane, Lane's Stochastics, Stocks & Commodities 2 (1984).

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> stochastic(Candles.of_closes([1, 3, 2, 4]), window=3, smooth=1, signal=1)["k"]
    array([ nan,  nan,  50., 100.])
    """
    given = {"window": window, "smooth": smooth, "signal": signal}
    return evaluate(STOCHASTIC, candles, given)


def williams_r(candles: Candles, *, window: int = 14) -> IndicatorValues:
    """Return how far the close stands below the highest high.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows of the range, >= 2.

    Returns
    -------
    IndicatorValues
        ``r`` [-100 to 0]; NaN where the range is empty.

    Raises
    ------
    BadInput
        If the window is out of its limits.

    Notes
    -----
    %R = -100 (max(H, n) - C) / (max(H, n) - min(L, n)).
    Source: Williams, How I Made One Million Dollars Last Year Trading Commodities (1973).

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> williams_r(Candles.of_closes([1, 3, 2]), window=3).first
    array([ nan,  nan, -50.])
    """
    return evaluate(WILLIAMS_R, candles, {"window": window})


def cci(candles: Candles, *, window: int = 20) -> IndicatorValues:
    """Return the typical price against its mean, in mean absolute deviations.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows, >= 2.

    Returns
    -------
    IndicatorValues
        ``cci``; NaN where the typical price did not move.

    Raises
    ------
    BadInput
        If the window is out of its limits.

    Notes
    -----
    CCI = (T - mean(T, n)) / (0.015 mean(|T - mean(T, n)|, n)), T = (H + L + C) / 3.
    Source: Lambert, Commodity Channel Index, Commodities 9 (1980).

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> cci(Candles.of_closes([1, 2, 3]), window=3).first.round(4)
    array([ nan,  nan, 100.])
    """
    return evaluate(CCI, candles, {"window": window})


def roc(candles: Candles, *, window: int = 10) -> IndicatorValues:
    """Return the change of the close over some rows.

    Parameters
    ----------
    candles : Candles
        Oldest first; a price that is not positive counts as absent.
    window : int
        Rows, >= 1.

    Returns
    -------
    IndicatorValues
        ``roc`` [per cent].

    Raises
    ------
    BadInput
        If the window is out of its limits.

    Notes
    -----
    ROC[t] = 100 (C[t] / C[t-n] - 1).

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> roc(Candles.of_closes([1, 2, 3]), window=2).first
    array([ nan,  nan, 200.])
    """
    return evaluate(ROC, candles, {"window": window})


def mfi(candles: Candles, *, window: int = 14) -> IndicatorValues:
    """Return the share of rising rows in the turnover.

    Parameters
    ----------
    candles : Candles
        Oldest first, with volume; a price that is not positive counts as absent.
    window : int
        Rows, >= 2.

    Returns
    -------
    IndicatorValues
        ``mfi`` [0 to 100]; NaN where no turnover rose or fell.

    Raises
    ------
    BadInput
        If the window is out of its limits or there is no volume.

    Notes
    -----
    MFI = 100 P / (P + N): P the sum of T V over the last n rows in which T = (H + L + C) / 3 rose, N
    over those in which it fell.
    Source: Quong, Soudack, Volume-weighted RSI: money flow, Stocks & Commodities 7 (1989).

    Examples
    --------
    >>> import numpy as np
    >>> from quantdeck.analytics.technical import Candles
    >>> price = np.array([1.0, 3.0, 1.0])
    >>> mfi(Candles(price, price, price, np.ones(3)), window=2).first
    array([nan, nan, 75.])
    """
    return evaluate(MFI, candles, {"window": window})
