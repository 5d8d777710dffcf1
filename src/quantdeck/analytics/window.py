"""Figures of one instrument over the time that ends now, from its bars."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from quantdeck.analytics.resample import Bars

YEAR_S = 365 * 86_400
"""A year of a market that never closes. [s]"""


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """What happened in a window; NaN for what cannot be told.

    Parameters
    ----------
    change : float
        Last close over the last close before the window, less one.
    volume : float
        Sum of the sizes. [units of the instrument]
    trades : float
        Count of executions.
    high, low : float
        Extreme prices; NaN where nothing was executed. [currency]
    volatility : float
        Realised: root of the sum of squared log returns of the closes, scaled to a year of 365 days.
    """

    change: float = math.nan
    volume: float = math.nan
    trades: float = math.nan
    high: float = math.nan
    low: float = math.nan
    volatility: float = math.nan


def window_figures(bars: Bars, start_ns: int, *, seconds: float) -> WindowFigures:
    """Return what happened in a window.

    Parameters
    ----------
    bars : Bars
        Oldest first; they must reach back before the window, and the last may still grow.
    start_ns : int
        The window holds the bars that start then or later. [ns]
    seconds : float
        Length of the window, for the scale of the volatility. [s]

    Returns
    -------
    WindowFigures
        All NaN where no bar lies before the window: it is not known whether it is complete.

    Notes
    -----
    volatility = sqrt(sum(ln(c_i / c_{i-1})^2) * 365 d / window), c_0 the last close before the window.
    Source: Andersen, Bollerslev, Diebold and Labys (2003), "Modeling and forecasting realized
    volatility", Econometrica 71, section 2. Returns are not de-meaned. Short bars add the bounce
    between bid and ask to it.

    Examples
    --------
    >>> from quantdeck.analytics.resample import Bars
    >>> closes = np.array([100.0, 102.0, 101.0])
    >>> bars = Bars(np.arange(3) * 10**9, closes, closes, closes, closes, np.ones(3), np.ones(3, int))
    >>> found = window_figures(bars, 10**9, seconds=2)
    >>> round(found.change, 4), found.volume, found.high, found.low
    (0.01, 2.0, 102.0, 101.0)
    >>> window_figures(bars, 0, seconds=3).volume
    nan
    """
    first = int(np.searchsorted(bars.start_ns, start_ns))
    if not first:
        return WindowFigures()
    closes = bars.close[first - 1 :]
    inside = bars[first:]
    if not len(inside):
        return WindowFigures(change=0.0, volume=0.0, trades=0.0, volatility=0.0)
    has_returns = bool((closes > 0.0).all())
    returns = np.diff(np.log(closes)) if has_returns else np.empty(0)
    return WindowFigures(
        change=float(closes[-1] / closes[0] - 1.0) if has_returns else math.nan,
        volume=float(inside.volume.sum()),
        trades=float(inside.trades.sum()),
        high=float(inside.high.max()),
        low=float(inside.low.min()),
        volatility=math.sqrt(float(returns @ returns) * YEAR_S / seconds)
        if has_returns
        else math.nan,
    )
