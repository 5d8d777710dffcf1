"""How much there is in the end, and how evenly it came: wealth, growth and volatility."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.checks import as_returns, check_periods
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

_YEAR_S = 365.0 * 86_400.0


def periods_per_year(step_s: float) -> float:
    """Return how many periods of a market that never closes are in a year of 365 days.

    Parameters
    ----------
    step_s : float
        Length of a period, > 0. [s]

    Returns
    -------
    float
        365 days / step.

    Raises
    ------
    BadInput
        If the step is not finite and positive.

    Notes
    -----
    Of exchanges that close, take the sessions of a year instead: 252 for daily returns.

    Examples
    --------
    >>> periods_per_year(3600.0), periods_per_year(86400.0)
    (8760.0, 365.0)
    """
    if not (math.isfinite(step_s) and step_s > 0.0):
        raise BadInput(f"a period lasts more than no time, was {step_s} s")
    return _YEAR_S / step_s


def wealth_index(returns: ArrayLike) -> FloatArray:
    """Return W[0] = 1 and W[t] = product of (1 + r[s]) for s < t.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period. [decimal]

    Returns
    -------
    array of shape (n + 1,)
        What 1 became; the first entry stands before the first return, so that a loss in the first
        period is one.

    Raises
    ------
    BadInput
        If a return is not finite or below -1.

    Examples
    --------
    >>> wealth_index([-0.5, 1.0])
    array([1. , 0.5, 1. ])
    """
    series = as_returns(returns, least=0)
    return np.concatenate(([1.0], np.cumprod(1.0 + series)))


def total_return(returns: ArrayLike) -> float:
    """Return the product of (1 + r) less 1.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period. [decimal]

    Returns
    -------
    float
        Decimal; 0 without a period.

    Raises
    ------
    BadInput
        If a return is not finite or below -1.

    Examples
    --------
    >>> round(total_return([0.1, -0.1]), 4)
    -0.01
    """
    return float(wealth_index(returns)[-1]) - 1.0


def cagr(returns: ArrayLike, *, periods_per_year: float) -> float:
    """Return the compound annual growth rate, W^(A / n) - 1.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, n >= 1. [decimal]
    periods_per_year : float
        A. The same returns look otherwise with 252 and with 365.

    Returns
    -------
    float
        Decimal a year; -1 where nothing is left. Infinite where a short span grows beyond the range
        of floats.

    Raises
    ------
    BadInput
        If a return is not finite or below -1, or A is not positive.
    NoData
        If there is no return.

    Examples
    --------
    >>> round(cagr([0.01] * 12, periods_per_year=12), 6)
    0.126825
    """
    check_periods(periods_per_year)
    series = as_returns(returns)
    if float(series.min()) == -1.0:
        return -1.0
    exponent = float(np.log1p(series).sum()) * periods_per_year / len(series)
    return math.expm1(exponent) if exponent < 700.0 else math.inf


def annual_volatility(returns: ArrayLike, *, periods_per_year: float) -> float:
    """Return sd(r) sqrt(A), sd with divisor n - 1.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, n >= 2. [decimal]
    periods_per_year : float
        A.

    Returns
    -------
    float
        Decimal per square root of a year.

    Raises
    ------
    BadInput
        If a return is not finite or below -1, or A is not positive.
    NoData
        If there are fewer than two returns.

    Examples
    --------
    >>> round(annual_volatility([0.01, -0.01, 0.02], periods_per_year=252), 4)
    0.2425
    """
    check_periods(periods_per_year)
    series = as_returns(returns, least=2)
    return float(np.std(series, ddof=1)) * math.sqrt(periods_per_year)
