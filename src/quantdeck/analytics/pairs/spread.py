"""Spread of a pair and how far it stands from its mean.

Two spreads, two scores. `hedge_spread` takes one line for all rows; `rolling_zscore` scores it
against its own mean and deviation in a sliding window. `rolling_hedge` fits a new line in every
window; its spread is the newest row's distance from that line and its score the same distance in
standard deviations of all the window's rows from that same line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.pairs.hedge import regression_series
from quantdeck.analytics.rolling_kernels import (
    HEDGE_RATIO,
    INTERCEPT,
    SPREAD,
    ZSCORE,
    slide_hedge,
    slide_zscore,
)
from quantdeck.analytics.series import NOISE, as_pair, as_series, check_window
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.pairs.hedge import HedgeFit
    from quantdeck.analytics.pairs.lines import HedgeLine
    from quantdeck.analytics.types import FloatArray


@dataclass(frozen=True, slots=True)
class RollingHedge:
    """A line per window, at the row where the window ends; NaN where there is none.

    Parameters
    ----------
    hedge_ratio, intercept : array of shape (n,)
        Least-squares line of the last `window` rows.
    spread : array of shape (n,)
        y - intercept - hedge_ratio * x at the newest row, with that window's line.
    zscore : array of shape (n,)
        spread / sd, sd being the sample standard deviation (divisor window - 1) of all the window's
        rows from that same line; their mean is 0.
    """

    hedge_ratio: FloatArray
    intercept: FloatArray
    spread: FloatArray
    zscore: FloatArray


def hedge_spread(fit: HedgeFit | HedgeLine, y: ArrayLike, x: ArrayLike) -> FloatArray:
    """Return spread = y - intercept - hedge_ratio * x, of log prices where the fit is.

    Parameters
    ----------
    fit : HedgeFit or HedgeLine
        One line for all rows.
    y, x : array of shape (n,)
        Prices of the two instruments.

    Returns
    -------
    array of shape (n,)
        The spread; NaN where a price is. [log price or currency of y]

    Raises
    ------
    BadInput
        If the series differ in length, or a price is <= 0 where the fit is of log prices.

    Examples
    --------
    >>> from quantdeck.analytics.pairs.hedge import ols_hedge
    >>> y, x = np.array([1.0, 2.0, 3.5]), np.array([1.0, 2.0, 3.0])
    >>> hedge_spread(ols_hedge(y, x, log=False), y, x).round(4)
    array([ 0.0833, -0.1667,  0.0833])
    """
    series_y, series_x = regression_series(y, x, log=fit.log)
    return series_y - fit.intercept - fit.hedge_ratio * series_x


def fitted_spread(fit: HedgeFit, y: ArrayLike, x: ArrayLike) -> FloatArray:
    """Return the spread of the rows that a line was fitted to, if there is one.

    Parameters
    ----------
    fit : HedgeFit
        The least-squares line of these prices.
    y, x : array of shape (n,)
        Prices of the two instruments.

    Returns
    -------
    array of shape (n,)
        As `hedge_spread`.

    Raises
    ------
    BadInput
        If the series differ in length, or a price is <= 0 where the fit is of log prices.
    NoData
        If y and x lie on one line, so that the spread is only the rounding of the prices.

    Examples
    --------
    >>> from quantdeck.analytics.pairs.hedge import ols_hedge
    >>> y, x = np.array([1.0, 2.0, 3.5]), np.array([1.0, 2.0, 3.0])
    >>> fitted_spread(ols_hedge(y, x, log=False), y, x).round(4)
    array([ 0.0833, -0.1667,  0.0833])
    """
    series_y, series_x = regression_series(y, x, log=fit.log)
    slope_part = fit.hedge_ratio * series_x
    spread = series_y - fit.intercept - slope_part
    present = np.isfinite(spread)
    level = np.abs(series_y[present]).max() + np.abs(slope_part[present]).max()
    if np.abs(spread[present]).max() <= NOISE * level:
        raise NoData("y and x lie on one line; their spread is only rounding")
    return spread


def rolling_zscore(spread: ArrayLike, *, window: int) -> FloatArray:
    """Return z[t] = (spread[t] - mean) / sd over the window that ends at t.

    Parameters
    ----------
    spread : array of shape (n,)
        Any series.
    window : int
        Rows in a window, >= 2; the newest row is one of them.

    Returns
    -------
    array of shape (n,)
        Scores; sd has divisor window - 1. NaN for the first window - 1 rows, where the window holds
        a value that is not finite, and where the series does not move in it.

    Raises
    ------
    BadInput
        If the spread is not one-dimensional or the window is shorter than 2.

    Notes
    -----
    Within +-(window - 1) / sqrt(window), since the row is part of its own window.

    Examples
    --------
    >>> rolling_zscore([1.0, 2.0, 3.0, 3.0, 3.0], window=3).round(4)
    array([   nan,    nan, 1.    , 0.5774,    nan])
    """
    check_window(window, smallest=2)
    series = as_series(spread, "spread")
    out = np.empty(len(series))
    slide_zscore(series, window, out)
    return out


def rolling_hedge(y: ArrayLike, x: ArrayLike, *, window: int) -> RollingHedge:
    """Return the least-squares line of y on x in every window, and the newest row's distance from it.

    Parameters
    ----------
    y, x : array of shape (n,)
        What the line is fitted to, row by row; for a line of log prices, log prices.
    window : int
        Rows in a window, >= 3.

    Returns
    -------
    RollingHedge
        NaN for the first window - 1 rows, where the window holds a value that is not finite, and
        where x does not move in it. The score alone is NaN where all rows lie on the line.

    Raises
    ------
    BadInput
        If the series differ in length or the window is shorter than 3.

    Notes
    -----
    Equal to a two-pass fit of each window to about 1e-13 (`tests/reference/slow_pairs.py`), at a
    cost that does not depend on the window.

    Examples
    --------
    >>> fit = rolling_hedge([1.0, 2.0, 3.5, 4.0], [1.0, 2.0, 3.0, 3.0], window=3)
    >>> fit.hedge_ratio.round(4), fit.zscore.round(4)
    (array([ nan,  nan, 1.25, 1.75]), array([   nan,    nan, 0.5774, 1.    ]))
    """
    check_window(window, smallest=3)
    series_y, series_x = as_pair(y, x)
    out = np.empty((4, len(series_y)))
    slide_hedge(series_y, series_x, window, out)
    return RollingHedge(out[HEDGE_RATIO], out[INTERCEPT], out[SPREAD], out[ZSCORE])
