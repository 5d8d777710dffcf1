"""Exposure of returns to factors, with errors that allow for memory and changing variance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.checks import check_periods
from quantdeck.analytics.series import as_series
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray


@dataclass(frozen=True, slots=True)
class FactorExposure:
    """Line of returns on factors.

    Parameters
    ----------
    names : tuple of str
        Of the factors.
    betas : array of shape (k,)
        Exposures.
    errors : array of shape (k,)
        Standard errors of Newey and West.
    pvalues : array of shape (k,)
        Two-sided, of the normal distribution.
    alpha : float
        Intercept times A, arithmetic. [decimal a year]
    alpha_error : float
        Its standard error times A.
    alpha_pvalue : float
        Two-sided.
    r_squared, adjusted_r_squared : float
        Share of the variance that the factors explain.
    residual_volatility : float
        Of what they leave, divisor n - k - 1, times sqrt(A).
    lags : int
        Of the errors.
    n : int
        Periods.
    """

    names: tuple[str, ...]
    betas: FloatArray
    errors: FloatArray
    pvalues: FloatArray
    alpha: float
    alpha_error: float
    alpha_pvalue: float
    r_squared: float
    adjusted_r_squared: float
    residual_volatility: float
    lags: int
    n: int


def factor_exposure(
    returns: ArrayLike,
    factors: ArrayLike,
    *,
    names: Sequence[str],
    periods_per_year: float,
    lags: int | None = None,
) -> FactorExposure:
    """Return r = alpha / A + sum of beta[j] f[j] + e by least squares with Newey-West errors.

    Parameters
    ----------
    returns : array of shape (n,)
        Returns in excess of the riskless rate, oldest first. [decimal]
    factors : array of shape (n, k)
        A column for each factor, of the same periods; excess returns or returns of long-short
        portfolios. Rows with a NaN on either side are left out.
    names : sequence of str
        Of the factors.
    periods_per_year : float
        A.
    lags : int or None
        Autocovariances in the errors; 0 allows for changing variance alone, None takes
        floor(4 (n / 100)^(2/9)).

    Returns
    -------
    FactorExposure
        Exposures with their errors.

    Raises
    ------
    BadInput
        If shapes do not match or an option makes no sense.
    NoData
        If there are not more than k + 2 rows, or a factor is a combination of others.

    Notes
    -----
    Covariance n / (n - k - 1) (X'X)^-1 S (X'X)^-1, S = sum over lags of Bartlett's weights times
    the autocovariances of x e. W. Newey, K. West, Econometrica 55 (1987), and Review of Economic
    Studies 61 (1994) for the lag.

    Examples
    --------
    >>> market = np.array([0.01, -0.02, 0.03, 0.0, 0.01, -0.01])
    >>> returns = 0.001 + 1.5 * market + np.array([0.001, 0.0, -0.001, 0.001, -0.001, 0.0])
    >>> found = factor_exposure(returns, market[:, None], names=["market"], periods_per_year=252)
    >>> found.betas.round(3), round(found.alpha, 3)
    (array([1.48]), 0.268)
    """
    check_periods(periods_per_year)
    y, x = _design(returns, factors, names)
    n, terms = x.shape
    if n <= terms + 1:
        raise NoData(f"{n} periods for {terms - 1} factors; {terms + 2} are the fewest")
    used = math.floor(4.0 * (n / 100.0) ** (2.0 / 9.0)) if lags is None else lags
    if not 0 <= used < n:
        raise BadInput(f"lags must be from 0 to {n - 1}, was {used}", field="lags")
    # columns of unit length: whether one depends on others is then free of scale
    scale = np.sqrt((x * x).sum(axis=0))
    q, r = np.linalg.qr(x / np.where(scale > 0.0, scale, 1.0))
    if float(np.abs(np.diagonal(r)).min()) < 1e-10:
        raise NoData("a factor does not move or is a combination of the others")
    inverse = np.linalg.inv(r) / scale[:, None]
    coefficients = inverse @ (q.T @ y)
    left = y - x @ coefficients
    covariance = inverse @ _long_run(q, left, used) @ inverse.T * (n / (n - terms))
    errors = np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    rss, deviation = float(left @ left), y - y.mean()
    total = float(deviation @ deviation)
    r_squared = 1.0 - rss / total if total > 0.0 else math.nan
    pvalues = np.array([_two_sided(*pair) for pair in zip(coefficients, errors, strict=True)])
    return FactorExposure(
        names=tuple(names),
        betas=coefficients[1:],
        errors=errors[1:],
        pvalues=pvalues[1:],
        alpha=float(coefficients[0]) * periods_per_year,
        alpha_error=float(errors[0]) * periods_per_year,
        alpha_pvalue=float(pvalues[0]),
        r_squared=r_squared,
        adjusted_r_squared=1.0 - (1.0 - r_squared) * (n - 1) / (n - terms),
        residual_volatility=math.sqrt(rss / (n - terms) * periods_per_year),
        lags=used,
        n=n,
    )


def _design(
    returns: ArrayLike, factors: ArrayLike, names: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    y, columns = as_series(returns, "returns"), np.asarray(factors, np.float64)
    if columns.ndim != 2 or len(columns) != len(y) or columns.shape[1] != len(names):
        raise BadInput(
            f"{len(y)} returns and {len(names)} names need factors of shape "
            f"({len(y)}, {len(names)}), was {columns.shape}"
        )
    if not len(names):
        raise BadInput("at least one factor is needed", field="names")
    if np.isinf(y).any() or np.isinf(columns).any():
        raise BadInput("a return is infinite")
    kept = ~(np.isnan(y) | np.isnan(columns).any(axis=1))
    return y[kept], np.column_stack((np.ones(int(kept.sum())), columns[kept]))


def _long_run(q: FloatArray, left: FloatArray, lags: int) -> FloatArray:
    scores = q * left[:, None]
    total = scores.T @ scores
    for lag in range(1, lags + 1):
        product = scores[lag:].T @ scores[:-lag]
        total += (1.0 - lag / (lags + 1.0)) * (product + product.T)
    return np.asarray(total, np.float64)


def _two_sided(coefficient: float, error: float) -> float:
    if error == 0.0:
        return math.nan
    return math.erfc(abs(coefficient / error) / math.sqrt(2.0))
