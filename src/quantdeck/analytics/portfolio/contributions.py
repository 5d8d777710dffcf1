"""Which asset brings how much of the volatility of a portfolio."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.checks import check_periods
from quantdeck.analytics.portfolio.weights import checked_returns
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

_MOST_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class RiskContributions:
    """Volatility of a portfolio and what each asset adds to it.

    Parameters
    ----------
    volatility : float
        sqrt(w' S w A). [1/sqrt(year)]
    marginal : array of shape (m,)
        Change of the volatility for one more unit of weight.
    contributions : array of shape (m,)
        weight x marginal; they sum to the volatility.
    shares : array of shape (m,)
        contributions / volatility; they sum to 1.
    diversification_ratio : float
        sum(|w| sd) / volatility, >= 1 for weights that are not negative.
    """

    volatility: float
    marginal: FloatArray
    contributions: FloatArray
    shares: FloatArray
    diversification_ratio: float


def risk_contributions(
    returns: ArrayLike, weights: ArrayLike, *, periods_per_year: float
) -> RiskContributions:
    """Return RC[i] = w[i] (S w)[i] / sqrt(w' S w) sqrt(A), which sum to the volatility.

    Parameters
    ----------
    returns : array of shape (n, m)
        Simple returns a period, a column for each asset. [decimal]
    weights : array of shape (m,)
        Weights, which are taken as constant.
    periods_per_year : float
        A.

    Returns
    -------
    RiskContributions
        Annual.

    Raises
    ------
    BadInput
        If shapes do not match, a value is not finite, or A is not positive.
    NoData
        If there are fewer than two periods, or the portfolio does not move.

    Notes
    -----
    S is the covariance with divisor n - 1. D. Tasche, "Risk Contributions and Performance
    Measurement" (1999): Euler's theorem on a function that is homogeneous of degree one.

    Examples
    --------
    >>> returns = [[0.01, 0.02], [0.0, -0.01], [0.03, 0.03]]
    >>> found = risk_contributions(returns, [0.5, 0.5], periods_per_year=252)
    >>> found.shares.round(4), round(found.volatility, 4)
    (array([0.4189, 0.5811]), 0.2787)
    """
    check_periods(periods_per_year)
    covariance = _covariance(returns)
    held = np.asarray(weights, np.float64)
    if held.shape != (len(covariance),) or not np.isfinite(held).all():
        raise BadInput(
            f"{len(covariance)} assets need as many finite weights, shape was {held.shape}",
            field="weights",
        )
    pull = covariance @ held
    variance = float(held @ pull)
    # what rounding leaves of a hedge is no risk
    if variance <= 1e-24 * float(np.abs(held) @ np.abs(covariance) @ np.abs(held)):
        raise NoData("the portfolio does not move, so there is no risk to divide up")
    volatility = math.sqrt(variance)
    annual = math.sqrt(periods_per_year)
    marginal = pull / volatility * annual
    contributions = held * marginal
    deviations = np.sqrt(np.diagonal(covariance))
    return RiskContributions(
        volatility=volatility * annual,
        marginal=marginal,
        contributions=contributions,
        shares=contributions / (volatility * annual),
        diversification_ratio=float(np.abs(held) @ deviations) / volatility,
    )


def equal_risk_weights(returns: ArrayLike) -> FloatArray:
    """Return the weights, positive and of sum 1, whose risk contributions are equal.

    Parameters
    ----------
    returns : array of shape (n, m)
        Simple returns a period, a column for each asset. [decimal]

    Returns
    -------
    array of shape (m,)
        Unique.

    Raises
    ------
    BadInput
        If a value is not finite.
    NoData
        If there are fewer than two periods, an asset does not move, or no weights are found.

    Notes
    -----
    Minimum of x' S x / 2 - sum(ln x[i]) by Newton's method, scaled to sum 1. S. Maillard,
    T. Roncalli, J. Teiletche, "The Properties of Equally Weighted Risk Contribution Portfolios",
    Journal of Portfolio Management 36 (2010); F. Spinu, "An Algorithm for Computing Risk Parity
    Weights" (2013).

    Examples
    --------
    >>> equal_risk_weights([[0.01, 0.02], [0.0, -0.01], [0.03, 0.03]]).round(4)
    array([0.5768, 0.4232])
    """
    covariance = _covariance(returns)
    deviations = np.sqrt(np.diagonal(covariance))
    if not deviations.all():
        raise NoData("an asset does not move, so it can bear no risk")
    matrix = covariance / np.outer(deviations, deviations)
    assets = len(matrix)
    x = np.full(assets, math.sqrt(assets / max(float(matrix.sum()), 1e-12)))
    for _ in range(_MOST_ROUNDS):
        slope = matrix @ x - 1.0 / x
        try:
            step = np.linalg.solve(matrix + np.diag(1.0 / (x * x)), slope)
        except np.linalg.LinAlgError:
            break
        decrement = math.sqrt(max(float(slope @ step), 0.0))
        # damped while it is far away, which keeps the weights positive
        x = x - (step if decrement < 0.25 else step / (1.0 + decrement))
        if float(np.abs(x * (matrix @ x) - 1.0).max()) <= 1e-10:
            weights = x / deviations
            return np.asarray(weights / weights.sum(), np.float64)
    raise NoData(
        f"no weights with equal contributions within {_MOST_ROUNDS} rounds; the assets may be "
        "combinations of each other"
    )


def _covariance(returns: ArrayLike) -> FloatArray:
    matrix = checked_returns(returns, least=2)
    return np.atleast_2d(np.cov(matrix, rowvar=False))
