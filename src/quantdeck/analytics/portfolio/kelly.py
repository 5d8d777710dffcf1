"""How much to hold: Kelly's fraction of excess returns and of wins and losses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.checks import as_returns, rate_per_period
from quantdeck.analytics.portfolio.weights import checked_returns
from quantdeck.analytics.series import is_flat
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray


@dataclass(frozen=True, slots=True)
class KellyFraction:
    """Share of wealth that grows it fastest, and more cautious ones.

    Parameters
    ----------
    full : float
        As the formula gives it; negative speaks for a short position or none.
    half : float
        full / 2: three quarters of the growth at half of the volatility.
    capped : float
        half, held within [0, cap].
    cap : float
        Largest share that is acceptable.
    growth : float
        Expected growth a year at `full` over the riskless rate, as the formula sees it; NaN of wins
        and losses. [decimal a year]
    error : float
        Standard error of `full`, from that of the mean; NaN of wins and losses.
    """

    full: float
    half: float
    capped: float
    cap: float
    growth: float
    error: float


def kelly_fraction(
    returns: ArrayLike, *, periods_per_year: float, annual_rate: float = 0.0, cap: float = 1.0
) -> KellyFraction:
    """Return mean(r - f) / var(r), the leverage of highest expected log growth.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, n >= 3. [decimal]
    periods_per_year : float
        A.
    annual_rate : float
        Riskless rate, effective annual; f is that of one period.
    cap : float
        Largest share that is acceptable, > 0.

    Returns
    -------
    KellyFraction
        Full, half and capped.

    Raises
    ------
    BadInput
        If a return is not finite or below -1, or an option makes no sense.
    NoData
        If there are fewer than three returns, or they do not move.

    Notes
    -----
    E. Thorp, "The Kelly Criterion in Blackjack, Sports Betting, and the Stock Market" (2006), 7:
    for small returns and continuous trading, with growth Sharpe^2 / 2. The mean of returns is known
    so badly that `error` is often larger than the fraction.

    Examples
    --------
    >>> found = kelly_fraction([0.02, -0.01, 0.01, 0.0], periods_per_year=252)
    >>> round(found.full, 4), round(found.half, 4), found.capped
    (30.0, 15.0, 1.0)
    """
    _check_cap(cap)
    excess = as_returns(returns, least=3) - rate_per_period(annual_rate, periods_per_year)
    if is_flat(excess):
        raise NoData("the returns do not move, so there is no risk to divide by")
    mean, variance = float(excess.mean()), float(np.var(excess, ddof=1))
    full = mean / variance
    return _fractions(
        full,
        cap,
        growth=0.5 * full * mean * periods_per_year,
        error=1.0 / math.sqrt(variance * len(excess)),
    )


def kelly_of_bets(win_rate: float, payoff: float, *, cap: float = 1.0) -> KellyFraction:
    """Return p - (1 - p) / b for trades that win b with probability p and else lose 1.

    Parameters
    ----------
    win_rate : float
        p, in [0, 1].
    payoff : float
        b, average win over average loss, > 0.
    cap : float
        Largest share that is acceptable, > 0.

    Returns
    -------
    KellyFraction
        Of the amount that a loss takes.

    Raises
    ------
    BadInput
        If a number is outside of its range.

    Notes
    -----
    J. Kelly, "A New Interpretation of Information Rate", Bell System Technical Journal 35 (1956).
    For trades with two outcomes; applied to daily returns it is another, far smaller number.

    Examples
    --------
    >>> round(kelly_of_bets(0.55, 1.0).full, 4)
    0.1
    """
    _check_cap(cap)
    if not 0.0 <= win_rate <= 1.0:
        raise BadInput(f"win_rate must lie between 0 and 1, was {win_rate}", field="win_rate")
    if not (math.isfinite(payoff) and payoff > 0.0):
        raise BadInput(f"payoff must be positive, was {payoff}", field="payoff")
    full = win_rate - (1.0 - win_rate) / payoff
    return _fractions(full, cap, growth=math.nan, error=math.nan)


def kelly_weights(
    returns: ArrayLike, *, periods_per_year: float, annual_rate: float = 0.0
) -> FloatArray:
    """Return S^-1 mean(r - f), the weights of highest expected log growth.

    Parameters
    ----------
    returns : array of shape (n, m)
        Simple returns a period, a column for each asset. [decimal]
    periods_per_year : float
        A.
    annual_rate : float
        Riskless rate, effective annual.

    Returns
    -------
    array of shape (m,)
        Full Kelly; the sum is the leverage, and is rarely 1. Halve it, at least.

    Raises
    ------
    BadInput
        If a return is not finite or below -1, or an option makes no sense.
    NoData
        If there are not more periods than assets by two, or the covariance is singular.

    Notes
    -----
    Thorp (2006), 8. S is the covariance with divisor n - 1.

    Examples
    --------
    >>> kelly_weights([[0.02], [-0.01], [0.01], [0.0]], periods_per_year=252).round(4)
    array([30.])
    """
    rate = rate_per_period(annual_rate, periods_per_year)
    matrix = checked_returns(returns, least=3)
    periods, assets = matrix.shape
    if periods < assets + 2:
        raise NoData(f"{periods} periods for {assets} assets; {assets + 2} are the fewest")
    covariance = np.atleast_2d(np.cov(matrix, rowvar=False))
    scale = np.sqrt(np.diagonal(covariance))
    if not scale.all() or np.linalg.cond(covariance / np.outer(scale, scale)) > 1e12:
        raise NoData("an asset does not move or is a combination of others")
    return np.asarray(np.linalg.solve(covariance, matrix.mean(axis=0) - rate), np.float64)


def _check_cap(cap: float) -> None:
    if not cap > 0.0:
        raise BadInput(f"cap must be positive, was {cap}", field="cap")


def _fractions(full: float, cap: float, *, growth: float, error: float) -> KellyFraction:
    half = 0.5 * full
    return KellyFraction(
        full=full,
        half=half,
        capped=min(max(half, 0.0), cap),
        cap=cap,
        growth=growth,
        error=error,
    )
