"""Indicators that weigh prices with the size traded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.technical.columns import has_idle_rows
from quantdeck.analytics.technical.evaluate import evaluate
from quantdeck.analytics.technical.indicator import Call, Indicator, Output, Pane, Parameter

if TYPE_CHECKING:
    from quantdeck.analytics.technical.candles import Candles
    from quantdeck.analytics.technical.evaluate import IndicatorValues

OBV = Indicator(
    name="obv",
    title="On-balance volume",
    pane=Pane.OWN,
    unit="units of the instrument",
    parameters=(),
    outputs=(Output("obv", "OBV"),),
    calls=(Call("OBV", ("close", "volume")),),
    lookback=lambda _: 0,
)
VWAP = Indicator(
    name="vwap",
    title="Volume-weighted average price of the session",
    pane=Pane.PRICE,
    unit="currency",
    parameters=(),
    outputs=(Output("vwap", "VWAP"),),
    calls=(Call("VWAP", ("high", "low", "close", "volume")),),
    # prices are positive: TA-Lib says 0 until something was traded
    undefined=lambda s: s[0] == 0.0,
    lookback=lambda _: 0,
    positive=True,
    anchored=True,
)
VWMA = Indicator(
    name="vwma",
    title="Volume-weighted moving average",
    pane=Pane.PRICE,
    unit="currency",
    parameters=(Parameter("window", "Window [rows]", 20, 2, 5000),),
    outputs=(Output("average", "VWMA"),),
    calls=(
        Call("VWMA", ("close", "volume"), ("window",)),
        Call("MAX", ("volume",), ("window",), is_witness=True),
    ),
    can_stand_still=has_idle_rows,
    undefined=lambda s: s[1] == 0.0,
    lookback=lambda p: p["window"] - 1,
)

VOLUMES = (OBV, VWAP, VWMA)


def obv(candles: Candles) -> IndicatorValues:
    """Return the volume of rising rows less that of falling ones, from the first row on.

    Parameters
    ----------
    candles : Candles
        Oldest first, with volume.

    Returns
    -------
    IndicatorValues
        ``obv`` [units of the instrument]; its level depends on where it starts, and it starts again
        after a row that is absent.

    Raises
    ------
    BadInput
        If there is no volume.

    Notes
    -----
    OBV[t] = OBV[t-1] + sign(C[t] - C[t-1]) V[t], beginning with V of the first row.
    Source: Granville, New Key to Stock Market Profits (1963).

    Examples
    --------
    >>> import numpy as np
    >>> from quantdeck.analytics.technical import Candles
    >>> price = np.array([1.0, 2.0, 1.0])
    >>> obv(Candles(price, price, price, np.array([5.0, 2.0, 1.0]))).first
    array([5., 7., 6.])
    """
    return evaluate(OBV, candles, {})


def vwap(candles: Candles) -> IndicatorValues:
    """Return the mean typical price of the session so far, weighted with volume.

    Parameters
    ----------
    candles : Candles
        Oldest first, with volume and the first rows of sessions; a price that is not positive counts
        as absent.

    Returns
    -------
    IndicatorValues
        ``vwap`` [currency]; NaN until something was traded. It starts again after an absent row.

    Raises
    ------
    BadInput
        If there is no volume.

    Notes
    -----
    VWAP = sum(T V) / sum(V) since the session opened, T = (H + L + C) / 3.
    Source: Berkowitz, Logue, Noser, J. Finance 43 (1988).

    Examples
    --------
    >>> import numpy as np
    >>> from quantdeck.analytics.technical import Candles
    >>> price = np.array([1.0, 2.0])
    >>> vwap(Candles(price, price, price, np.array([1.0, 3.0]))).first
    array([1.  , 1.75])
    """
    return evaluate(VWAP, candles, {})


def vwma(candles: Candles, *, window: int = 20) -> IndicatorValues:
    """Return the mean of the last closes, weighted with volume.

    Parameters
    ----------
    candles : Candles
        Oldest first, with volume.
    window : int
        Rows, >= 2.

    Returns
    -------
    IndicatorValues
        ``average`` [currency]; NaN where nothing was traded.

    Raises
    ------
    BadInput
        If the window is out of its limits or there is no volume.

    Notes
    -----
    VWMA = sum(C V, n) / sum(V, n).

    Examples
    --------
    >>> import numpy as np
    >>> from quantdeck.analytics.technical import Candles
    >>> price = np.array([1.0, 2.0])
    >>> vwma(Candles(price, price, price, np.array([1.0, 3.0])), window=2).first
    array([ nan, 1.75])
    """
    return evaluate(VWMA, candles, {"window": window})
