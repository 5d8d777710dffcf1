"""Returns against those of a benchmark: beta, alpha, active risk and capture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.checks import as_returns, check_periods, rate_per_period
from quantdeck.analytics.performance.growth import annual_volatility, cagr
from quantdeck.analytics.performance.ratios import sharpe_ratio
from quantdeck.analytics.series import as_pair, is_flat
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray


@dataclass(frozen=True, slots=True)
class BenchmarkFit:
    """Line of excess returns on those of a benchmark.

    Parameters
    ----------
    beta : float
        Slope.
    alpha : float
        Intercept times A, arithmetic. [decimal a year]
    beta_error, alpha_error : float
        Ordinary standard errors; NaN of two returns.
    correlation : float
        Of the excess returns.
    r_squared : float
        Share of the variance that the line explains.
    residual_volatility : float
        Of what the line leaves, divisor n - 2, times sqrt(A).
    n : int
        Returns.
    """

    beta: float
    alpha: float
    beta_error: float
    alpha_error: float
    correlation: float
    r_squared: float
    residual_volatility: float
    n: int


@dataclass(frozen=True, slots=True)
class ActiveRisk:
    """Returns above those of a benchmark.

    Parameters
    ----------
    active_return : float
        mean(r - b) A, arithmetic. [decimal a year]
    tracking_error : float
        sd(r - b) sqrt(A), divisor n - 1.
    information_ratio : float or None
        The one over the other, annual; None where the active return does not move.
    batting_average : float
        Share of the periods in which r > b.
    n : int
        Returns.
    """

    active_return: float
    tracking_error: float
    information_ratio: float | None
    batting_average: float
    n: int


def paired_returns(returns: ArrayLike, benchmark: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the rows at which both returns are known.

    Parameters
    ----------
    returns, benchmark : array of shape (n,)
        Simple returns of the same periods. [decimal]

    Returns
    -------
    tuple of two arrays of shape (k,)
        k <= n; where one is NaN the row is left out of both.

    Raises
    ------
    BadInput
        If they differ in length, or one is infinite or below -1.

    Examples
    --------
    >>> paired_returns([0.01, np.nan, 0.02], [0.0, 0.01, 0.03])
    (array([0.01, 0.02]), array([0.  , 0.03]))
    """
    series, base = as_pair(returns, benchmark)
    kept = ~(np.isnan(series) | np.isnan(base))
    return as_returns(series[kept], least=0), as_returns(base[kept], least=0)


def benchmark_fit(
    returns: ArrayLike, benchmark: ArrayLike, *, periods_per_year: float, annual_rate: float = 0.0
) -> BenchmarkFit:
    """Return alpha and beta of r - f = alpha / A + beta (b - f) + e by least squares.

    Parameters
    ----------
    returns, benchmark : array of shape (n,)
        Simple returns of the same periods, rows without either left out. [decimal]
    periods_per_year : float
        A.
    annual_rate : float
        Riskless rate, effective annual; f is that of one period.

    Returns
    -------
    BenchmarkFit
        Slope, intercept and how well the line fits.

    Raises
    ------
    BadInput
        If the series differ in length or an option makes no sense.
    NoData
        If fewer than three rows have both, or the benchmark does not move.

    Notes
    -----
    M. Jensen, "The Performance of Mutual Funds in the Period 1945-1964", Journal of Finance 23
    (1968). Alpha is the mean times A; others compound it, which makes it larger.

    Examples
    --------
    >>> fit = benchmark_fit([0.02, -0.01, 0.03], [0.01, -0.01, 0.01], periods_per_year=12)
    >>> round(fit.beta, 4), round(fit.alpha, 4)
    (1.75, 0.09)
    """
    rate = rate_per_period(annual_rate, periods_per_year)
    series, base = paired_returns(returns, benchmark)
    n = len(series)
    if n < 3:
        raise NoData(f"{n} periods have both returns; three are the fewest for a line")
    if is_flat(base):
        raise NoData("the benchmark does not move, so there is nothing to fit to")
    x, y = base - base.mean(), series - series.mean()
    sxx, sxy, syy = float(x @ x), float(x @ y), float(y @ y)
    beta = sxy / sxx
    left = y - beta * x
    rss = float(left @ left)
    intercept = float(series.mean()) - rate - beta * (float(base.mean()) - rate)
    variance = rss / (n - 2)
    centre = float(base.mean()) - rate
    correlation = 0.0 if is_flat(series) else sxy / math.sqrt(sxx * syy)
    return BenchmarkFit(
        beta=beta,
        alpha=intercept * periods_per_year,
        beta_error=math.sqrt(variance / sxx),
        alpha_error=math.sqrt(variance * (1.0 / n + centre * centre / sxx)) * periods_per_year,
        correlation=correlation,
        r_squared=correlation * correlation,
        residual_volatility=math.sqrt(variance * periods_per_year),
        n=n,
    )


def active_risk(returns: ArrayLike, benchmark: ArrayLike, *, periods_per_year: float) -> ActiveRisk:
    """Return tracking error sd(r - b) sqrt(A) and information ratio mean(r - b) / sd(r - b) sqrt(A).

    Parameters
    ----------
    returns, benchmark : array of shape (n,)
        Simple returns of the same periods, rows without either left out. [decimal]
    periods_per_year : float
        A.

    Returns
    -------
    ActiveRisk
        All annual; some libraries leave the information ratio that of one period.

    Raises
    ------
    BadInput
        If the series differ in length or A is not positive.
    NoData
        If fewer than two rows have both.

    Notes
    -----
    T. Goodwin, "The Information Ratio", Financial Analysts Journal 54 (1998).

    Examples
    --------
    >>> found = active_risk([0.02, -0.01, 0.03], [0.01, -0.01, 0.01], periods_per_year=12)
    >>> round(found.tracking_error, 4), round(found.information_ratio, 4)
    (0.0346, 3.4641)
    """
    check_periods(periods_per_year)
    series, base = paired_returns(returns, benchmark)
    if len(series) < 2:
        raise NoData(f"{len(series)} periods have both returns; two are the fewest")
    active = series - base
    deviation = 0.0 if is_flat(active) else float(np.std(active, ddof=1))
    mean = float(active.mean())
    annual = math.sqrt(periods_per_year)
    return ActiveRisk(
        active_return=mean * periods_per_year,
        tracking_error=deviation * annual,
        information_ratio=mean / deviation * annual if deviation else None,
        batting_average=float((active > 0.0).mean()),
        n=len(active),
    )


def capture_ratio(
    returns: ArrayLike, benchmark: ArrayLike, *, periods_per_year: float, rising: bool
) -> float:
    """Return growth over benchmark's growth, both compounded over its rising or falling periods.

    Parameters
    ----------
    returns, benchmark : array of shape (n,)
        Simple returns of the same periods, rows without either left out. [decimal]
    periods_per_year : float
        A.
    rising : bool
        Of the periods with b > 0, or of those with b < 0.

    Returns
    -------
    float
        1 takes part wholly; for falling periods less is better.

    Raises
    ------
    BadInput
        If the series differ in length or A is not positive.
    NoData
        If the benchmark has no such period, or its growth over them leaves the range of floats.

    Notes
    -----
    Morningstar, "Upside/Downside Capture Ratio". Growth is annual over the chosen periods alone.

    Examples
    --------
    >>> round(capture_ratio(
    ...     [0.02, -0.01, 0.03], [0.01, -0.02, 0.02], periods_per_year=2, rising=True
    ... ), 4)
    1.6755
    """
    check_periods(periods_per_year)
    series, base = paired_returns(returns, benchmark)
    chosen = base > 0.0 if rising else base < 0.0
    if not chosen.any():
        raise NoData(f"the benchmark never {'rose' if rising else 'fell'}")
    growth = cagr(base[chosen], periods_per_year=periods_per_year)
    if not math.isfinite(growth):
        raise NoData("growth over so few periods, made annual, leaves the range of floats")
    return cagr(series[chosen], periods_per_year=periods_per_year) / growth


def downside_beta(returns: ArrayLike, benchmark: ArrayLike) -> float:
    """Return beta of the periods in which the benchmark fell.

    Parameters
    ----------
    returns, benchmark : array of shape (n,)
        Simple returns of the same periods, rows without either left out. [decimal]

    Returns
    -------
    float
        Slope.

    Raises
    ------
    BadInput
        If the series differ in length.
    NoData
        If the benchmark fell in fewer than three periods.

    Notes
    -----
    A. Ang, J. Chen, Y. Xing, "Downside Risk", Review of Financial Studies 19 (2006), with zero for
    the limit.

    Examples
    --------
    >>> round(downside_beta([-0.02, -0.01, -0.06, 0.5], [-0.01, -0.01, -0.03, 0.1]), 4)
    2.25
    """
    series, base = paired_returns(returns, benchmark)
    fell = base < 0.0
    return benchmark_fit(series[fell], base[fell], periods_per_year=1.0).beta


def treynor_ratio(
    returns: ArrayLike, benchmark: ArrayLike, *, periods_per_year: float, annual_rate: float = 0.0
) -> float:
    """Return mean(r - f) A / beta.

    Parameters
    ----------
    returns, benchmark : array of shape (n,)
        Simple returns of the same periods, rows without either left out. [decimal]
    periods_per_year : float
        A.
    annual_rate : float
        Riskless rate, effective annual.

    Returns
    -------
    float
        Excess return a year for each unit of beta. [decimal a year]

    Raises
    ------
    BadInput
        If the series differ in length or an option makes no sense.
    NoData
        If there is no line, or beta is zero.

    Notes
    -----
    J. Treynor, "How to Rate Management of Investment Funds", Harvard Business Review 43 (1965).

    Examples
    --------
    >>> round(treynor_ratio([0.02, -0.01, 0.03], [0.01, -0.01, 0.01], periods_per_year=12), 4)
    0.0914
    """
    fit = benchmark_fit(
        returns, benchmark, periods_per_year=periods_per_year, annual_rate=annual_rate
    )
    if fit.beta == 0.0:
        raise NoData("beta is zero, so there is no market risk to divide by")
    series, _ = paired_returns(returns, benchmark)
    excess = float(series.mean()) - rate_per_period(annual_rate, periods_per_year)
    return excess * periods_per_year / fit.beta


def m_squared(
    returns: ArrayLike, benchmark: ArrayLike, *, periods_per_year: float, annual_rate: float = 0.0
) -> float:
    """Return rate + Sharpe ratio x volatility of the benchmark: the return at the same risk.

    Parameters
    ----------
    returns, benchmark : array of shape (n,)
        Simple returns of the same periods, rows without either left out. [decimal]
    periods_per_year : float
        A.
    annual_rate : float
        Riskless rate, effective annual.

    Returns
    -------
    float
        Decimal a year.

    Raises
    ------
    BadInput
        If the series differ in length or an option makes no sense.
    NoData
        If there are fewer than three rows, or the returns do not move.

    Notes
    -----
    F. Modigliani, L. Modigliani, "Risk-Adjusted Performance", Journal of Portfolio Management 23
    (1997).

    Examples
    --------
    >>> round(m_squared([0.02, -0.01, 0.03], [0.01, -0.01, 0.01], periods_per_year=12), 4)
    0.0888
    """
    series, base = paired_returns(returns, benchmark)
    ratio = sharpe_ratio(series, periods_per_year=periods_per_year, annual_rate=annual_rate)
    return annual_rate + ratio.value * annual_volatility(base, periods_per_year=periods_per_year)
