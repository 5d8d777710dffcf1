"""Indicators of the trend: which way prices go, and how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.technical.columns import has_no_range
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

_HLC = ("high", "low", "close")

SUPERTREND = Indicator(
    name="supertrend",
    title="Supertrend",
    pane=Pane.PRICE,
    unit="currency",
    parameters=(
        Parameter("window", "True range [rows]", 10, 2, 5000),
        Parameter("width", "Width [ATR]", 3.0, 0.1, 20.0, whole=False),
    ),
    outputs=(Output("line", "Supertrend"), Output("direction", "Direction")),
    calls=(Call("SUPERTREND", _HLC, ("window", "width"), outputs=2),),
    # the direction is an integer of TA-Lib, 0 where there is none
    combine=lambda s, _: (s[0], s[1] + 0.0 * s[0]),
    lookback=lambda p: p["window"],
    decays=lambda p: (wilder_decay(p["window"]),),
)
ADX = Indicator(
    name="adx",
    title="Average directional index",
    pane=Pane.OWN,
    unit="0 to 100",
    parameters=(Parameter("window", "Window [rows]", 14, 2, 5000),),
    outputs=(Output("adx", "ADX"), Output("plus", "+DI"), Output("minus", "−DI")),
    calls=(
        Call("ADX", _HLC, ("window",)),
        Call("PLUS_DI", _HLC, ("window",)),
        Call("MINUS_DI", _HLC, ("window",)),
    ),
    # DX is then 0 / 0, and TA-Lib repeats what stood before
    undefined=lambda s: (s[1] == 0.0) & (s[2] == 0.0),
    lookback=lambda p: 2 * p["window"] - 1,
    decays=lambda p: (wilder_decay(p["window"]),) * 2,
    guides=(Guide(25.0, "trend"), Guide(20.0, "no trend")),
)
AROON = Indicator(
    name="aroon",
    title="Aroon",
    pane=Pane.OWN,
    unit="0 to 100",
    parameters=(Parameter("window", "Window [rows]", 25, 2, 5000),),
    outputs=(Output("down", "Aroon down"), Output("up", "Aroon up")),
    calls=(
        Call("AROON", ("high", "low"), ("window",), outputs=2),
        Call("MAX", ("high",), ("window",), is_witness=True),
        Call("MIN", ("low",), ("window",), is_witness=True),
    ),
    can_stand_still=has_no_range,
    undefined=lambda s: s[2] == s[3],
    lookback=lambda p: p["window"],
    guides=(Guide(70.0, "strong"), Guide(30.0, "weak")),
)

TRENDS = (SUPERTREND, ADX, AROON)


def supertrend(candles: Candles, *, window: int = 10, width: float = 3.0) -> IndicatorValues:
    """Return a stop that follows the price and the side on which it stands.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows of the average true range, >= 2.
    width : float
        Average true ranges between the middle of the candle and the stop.

    Returns
    -------
    IndicatorValues
        ``line`` [currency], ``direction``: 1 while the price is above its stop, -1 below.

    Raises
    ------
    BadInput
        If a parameter is out of its limits.

    Notes
    -----
    Bands at (H + L) / 2 +- width ATR; the lower one only rises while the close before stood above it,
    the upper one only falls while it stood below. A close beyond the band that is shown changes the
    side. The first side is up.
    Source: Seban, Tout le monde mérite d'être riche (2008).

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> supertrend(Candles.of_closes([1, 2, 3, 4]), window=2, width=1.0)["direction"]
    array([nan, nan,  1.,  1.])
    """
    return evaluate(SUPERTREND, candles, {"window": window, "width": width})


def adx(candles: Candles, *, window: int = 14) -> IndicatorValues:
    """Return the strength of a trend and its two directions.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows of Wilder's sums, >= 2.

    Returns
    -------
    IndicatorValues
        ``adx``, ``plus``, ``minus`` [0 to 100]; NaN where neither direction moved.

    Raises
    ------
    BadInput
        If the window is out of its limits.

    Notes
    -----
    +DM = rise of the high where it exceeds the fall of the low and 0, else 0; -DM alike. Wilder's sum
    S[t] = S[t-1] - S[t-1] / n + x[t] begins as the sum of the first n - 1 rows. +-DI = 100 S(+-DM) /
    S(TR), DX = 100 |+DI - -DI| / (+DI + -DI), ADX Wilder's average of DX.
    Source: Wilder, New Concepts in Technical Trading Systems (1978), section IV.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> adx(Candles.of_closes([1, 2, 3, 4, 5]), window=2)["plus"]
    array([ nan,  nan, 100., 100., 100.])
    """
    return evaluate(ADX, candles, {"window": window})


def aroon(candles: Candles, *, window: int = 25) -> IndicatorValues:
    """Return how recent the lowest low and the highest high are.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Rows looked back, >= 2.

    Returns
    -------
    IndicatorValues
        ``down``, ``up`` [0 to 100]; NaN where the last `window` rows have no range.

    Raises
    ------
    BadInput
        If the window is out of its limits.

    Notes
    -----
    up = 100 (n - rows since the highest of the last n + 1 highs) / n, the latest of equals; down alike.
    Source: Chande, Kroll, The New Technical Trader (1994).

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> aroon(Candles.of_closes([1, 2, 3]), window=2)["up"]
    array([ nan,  nan, 100.])
    """
    return evaluate(AROON, candles, {"window": window})
