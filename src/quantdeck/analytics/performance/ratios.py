"""Return for risk: Sharpe with its standard error, Sortino and Calmar.

All ratios are annual, of simple returns a period and with the periods a year said aloud, since the
same days give 1.02 with 252 and 1.23 with 365. Rates are annual, (1 + rate)^(1/A) - 1 a period.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.checks import as_returns, check_periods, rate_per_period
from quantdeck.analytics.performance.drawdown import max_drawdown
from quantdeck.analytics.performance.growth import cagr
from quantdeck.analytics.series import is_flat
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class SharpeRatio:
    """A Sharpe ratio and how uncertain it is.

    Parameters
    ----------
    value : float
        mean(excess) / sd(excess) sqrt(A), sd with divisor n - 1. [1/sqrt(year)]
    standard_error : float
        Of `value`, with the skewness and kurtosis of these returns.
    standard_error_normal : float
        Of `value`, as if returns were independent and normal.
    per_period : float
        value / sqrt(A).
    skew : float
        Of the excess returns, m3 / m2^1.5 of central moments with divisor n.
    kurtosis : float
        Of the excess returns, m4 / m2^2; 3 for a normal distribution.
    n : int
        Returns.
    periods_per_year : float
        A.
    """

    value: float
    standard_error: float
    standard_error_normal: float
    per_period: float
    skew: float
    kurtosis: float
    n: int
    periods_per_year: float


def sharpe_ratio(
    returns: ArrayLike, *, periods_per_year: float, annual_rate: float = 0.0
) -> SharpeRatio:
    """Return mean(r - f) / sd(r - f) sqrt(A) with its standard error.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, n >= 3. [decimal]
    periods_per_year : float
        A.
    annual_rate : float
        Riskless rate, effective annual; f is that of one period. [decimal]

    Returns
    -------
    SharpeRatio
        The ratio and two standard errors.

    Raises
    ------
    BadInput
        If a return is not finite or below -1, or an option makes no sense.
    NoData
        If there are fewer than three returns, or they do not move.

    Notes
    -----
    Per period, with SR the ratio, g3 the skewness and g4 the kurtosis: standard error
    sqrt((1 - g3 SR + (g4 - 1) / 4 SR^2) / (n - 1)) (E. Mertens, "Comments on Variance of the IID
    Estimator in Lo (2002)", 2002; D. Bailey and M. Lopez de Prado, "The Sharpe Ratio Efficient
    Frontier", Journal of Risk 15 (2012) eq. 5), and sqrt((1 + SR^2 / 2) / n) for normal returns
    (A. Lo, "The Statistics of Sharpe Ratios", Financial Analysts Journal 58 (2002) eq. 9). Both
    take returns as independent; times sqrt(A).

    Examples
    --------
    >>> ratio = sharpe_ratio([0.01, -0.01, 0.02, 0.0], periods_per_year=252)
    >>> round(ratio.value, 4), round(ratio.standard_error, 4)
    (6.1482, 9.2745)
    """
    rate = rate_per_period(annual_rate, periods_per_year)
    excess = as_returns(returns, least=3) - rate
    if is_flat(excess):
        raise NoData("the returns do not move, so there is no risk to divide by")
    deviation = excess - excess.mean()
    # scaled, so that no power of a tiny return leaves the range of floats
    deviation /= np.abs(deviation).max()
    # products, since powers of arrays other than the second take ten times as long
    squares = deviation * deviation
    n = len(excess)
    m2 = float(squares.sum()) / n
    skew = float(squares @ deviation) / n / m2**1.5
    kurtosis = float(squares @ squares) / n / m2**2
    ratio = float(excess.mean() / np.std(excess, ddof=1))
    annual = math.sqrt(periods_per_year)
    return SharpeRatio(
        value=ratio * annual,
        standard_error=sharpe_error(ratio, n=n, skew=skew, kurtosis=kurtosis) * annual,
        standard_error_normal=math.sqrt((1.0 + 0.5 * ratio * ratio) / n) * annual,
        per_period=ratio,
        skew=skew,
        kurtosis=kurtosis,
        n=n,
        periods_per_year=periods_per_year,
    )


def sharpe_error(per_period: float, *, n: int, skew: float, kurtosis: float) -> float:
    """Return sqrt((1 - g3 SR + (g4 - 1) / 4 SR^2) / (n - 1)), the standard error of a Sharpe ratio.

    Parameters
    ----------
    per_period : float
        SR, not annualised.
    n : int
        Returns behind it, >= 2.
    skew, kurtosis : float
        g3 and g4 of the returns; 0 and 3 for a normal distribution.

    Returns
    -------
    float
        Per period. The variance cannot be negative, since g4 >= 1 + g3^2.

    Raises
    ------
    NoData
        If there are fewer than two returns.

    Examples
    --------
    >>> round(sharpe_error(0.1, n=101, skew=0.0, kurtosis=3.0), 6)
    0.10025
    """
    if n < 2:
        raise NoData(f"{n} returns; a standard error needs two")
    variance = 1.0 - skew * per_period + 0.25 * (kurtosis - 1.0) * per_period * per_period
    return math.sqrt(max(variance, 0.0) / (n - 1))


def sortino_ratio(
    returns: ArrayLike, *, periods_per_year: float, annual_target: float = 0.0
) -> float:
    """Return mean(r - m) / sqrt(mean(min(r - m, 0)^2)) sqrt(A).

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, n >= 2. [decimal]
    periods_per_year : float
        A.
    annual_target : float
        Least acceptable return, effective annual; m is that of one period. [decimal]

    Returns
    -------
    float
        The downside deviation is over all n returns, those above the target counting as zero.

    Raises
    ------
    BadInput
        If a return is not finite or below -1, or an option makes no sense.
    NoData
        If there are fewer than two returns, or none is below the target.

    Notes
    -----
    F. Sortino and R. van der Meer, "Downside Risk", Journal of Portfolio Management 17 (1991).
    Dividing by the deviation of the negative returns alone gives another, smaller figure.

    Examples
    --------
    >>> round(sortino_ratio([0.01, -0.01, 0.02, 0.0], periods_per_year=252), 4)
    15.8745
    """
    excess = as_returns(returns, least=2) - rate_per_period(annual_target, periods_per_year)
    downside = math.sqrt(float((np.minimum(excess, 0.0) ** 2).mean()))
    if downside == 0.0:
        raise NoData("no return is below the target, so there is no downside to divide by")
    return float(excess.mean()) / downside * math.sqrt(periods_per_year)


def calmar_ratio(returns: ArrayLike, *, periods_per_year: float) -> float:
    """Return compound annual growth / deepest drawdown, both of all returns given.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, n >= 1. [decimal]
    periods_per_year : float
        A.

    Returns
    -------
    float
        Growth a year for each unit of drawdown. [1/year]

    Raises
    ------
    BadInput
        If a return is not finite or below -1, or A is not positive.
    NoData
        If there is no return, or wealth never fell.

    Examples
    --------
    >>> round(calmar_ratio([0.1, -0.05, 0.02], periods_per_year=3), 4)
    1.318
    """
    check_periods(periods_per_year)
    series = as_returns(returns)
    depth = max_drawdown(series)
    if depth == 0.0:
        raise NoData("wealth never fell, so there is no drawdown to divide by")
    return cagr(series, periods_per_year=periods_per_year) / depth
