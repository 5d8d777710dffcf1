"""Sharpe ratio, volatility, beta and Sortino ratio over a sliding window."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.checks import check_periods, rate_per_period
from quantdeck.analytics.rolling import rolling_moments
from quantdeck.analytics.rolling_kernels import HEDGE_RATIO, slide_hedge
from quantdeck.analytics.series import as_pair, as_series, check_window

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray


def rolling_volatility(returns: ArrayLike, *, window: int, periods_per_year: float) -> FloatArray:
    """Return sd of the last `window` simple returns times sqrt(A), at every row.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, oldest first. [decimal]
    window : int
        Returns in a window, >= 2.
    periods_per_year : float
        A.

    Returns
    -------
    array of shape (n,)
        NaN while the window is not full, and where it holds a return that is not finite.
        [1/sqrt(year)]

    Raises
    ------
    BadInput
        If the window is too short or A is not positive.

    Examples
    --------
    >>> rolling_volatility([0.01, -0.01, 0.02], window=2, periods_per_year=252).round(4)
    array([   nan, 0.2245, 0.3367])
    """
    check_periods(periods_per_year)
    return rolling_moments(returns, window=window).std * math.sqrt(periods_per_year)


def rolling_sharpe(
    returns: ArrayLike, *, window: int, periods_per_year: float, annual_rate: float = 0.0
) -> FloatArray:
    """Return mean(r - f) / sd(r) sqrt(A) of the last `window` returns, at every row.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, oldest first. [decimal]
    window : int
        Returns in a window, >= 2.
    periods_per_year : float
        A.
    annual_rate : float
        Riskless rate, effective annual; f is that of one period.

    Returns
    -------
    array of shape (n,)
        NaN while the window is not full, where it holds a return that is not finite, and where it
        does not move.

    Raises
    ------
    BadInput
        If the window is too short or a rate or A makes no sense.

    Examples
    --------
    >>> rolling_sharpe([0.01, -0.01, 0.02], window=2, periods_per_year=252).round(4)
    array([   nan, 0.    , 3.7417])
    """
    rate = rate_per_period(annual_rate, periods_per_year)
    moments = rolling_moments(returns, window=window)
    std = np.where(moments.std > 0.0, moments.std, np.nan)
    return (moments.mean - rate) / std * math.sqrt(periods_per_year)


def rolling_sortino(
    returns: ArrayLike, *, window: int, periods_per_year: float, annual_target: float = 0.0
) -> FloatArray:
    """Return mean(r - m) / sqrt(mean(min(r - m, 0)^2)) sqrt(A) of the last `window` returns.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, oldest first. [decimal]
    window : int
        Returns in a window, >= 2.
    periods_per_year : float
        A.
    annual_target : float
        Least acceptable return, effective annual; m is that of one period.

    Returns
    -------
    array of shape (n,)
        NaN as `rolling_sharpe`, and where no return of the window is below the target.

    Raises
    ------
    BadInput
        If the window is too short or a rate or A makes no sense.

    Examples
    --------
    >>> rolling_sortino([0.01, -0.01, 0.02], window=2, periods_per_year=252).round(4)
    array([   nan, 0.    , 11.225])
    """
    rate = rate_per_period(annual_target, periods_per_year)
    excess = as_series(returns, "returns") - rate
    mean = rolling_moments(excess, window=window).mean
    below = rolling_moments(np.minimum(excess, 0.0) ** 2, window=window).mean
    downside = np.sqrt(np.where(below > 0.0, below, np.nan))
    return mean / downside * math.sqrt(periods_per_year)


def rolling_beta(returns: ArrayLike, benchmark: ArrayLike, *, window: int) -> FloatArray:
    """Return cov(r, b) / var(b) of the last `window` rows, at every row.

    Parameters
    ----------
    returns, benchmark : array of shape (n,)
        Simple returns of the same periods, oldest first. [decimal]
    window : int
        Rows in a window, >= 3.

    Returns
    -------
    array of shape (n,)
        NaN while the window is not full, where it holds a return that is not finite, and where the
        benchmark does not move.

    Raises
    ------
    BadInput
        If the series differ in length or the window is too short.

    Examples
    --------
    >>> rolling_beta([0.02, -0.01, 0.03, 0.0], [0.01, -0.01, 0.01, 0.0], window=3).round(4)
    array([ nan,  nan, 1.75, 2.  ])
    """
    check_window(window, smallest=3)
    series, base = as_pair(returns, benchmark)
    out = np.empty((4, len(series)))
    slide_hedge(series, base, window, out)
    return out[HEDGE_RATIO]
