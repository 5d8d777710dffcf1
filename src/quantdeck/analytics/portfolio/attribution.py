"""Which asset brought how much of the return of a portfolio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from quantdeck.analytics.portfolio.weights import PortfolioPath
    from quantdeck.analytics.types import FloatArray


@dataclass(frozen=True, slots=True)
class Attribution:
    """Contributions of assets to the return of a portfolio over all periods.

    Parameters
    ----------
    contributions : array of shape (m,)
        They sum to `total`. [decimal]
    total : float
        product(1 + r_p) - 1. [decimal]
    shares : array of shape (m,)
        contributions / total; NaN where the total is zero.
    average_weights : array of shape (m,)
        Mean weight held.
    """

    contributions: FloatArray
    total: float
    shares: FloatArray
    average_weights: FloatArray


def attribution(path: PortfolioPath) -> Attribution:
    """Return C[i] = sum over t of w[t, i] r[t, i] k[t] / k, which sum to the compounded return.

    Parameters
    ----------
    path : PortfolioPath
        Of `portfolio_path`.

    Returns
    -------
    Attribution
        A contribution for each asset.

    Raises
    ------
    BadInput
        If the contributions of the path do not sum to its returns.
    NoData
        If there is no period.

    Notes
    -----
    k[t] = ln(1 + r_p[t]) / r_p[t] and k = ln(1 + R) / R, 1 where r is zero;
    so sum of k[t] r_p[t] is ln(1 + R) and the contributions sum to R, whatever the order. D. Carino,
    "Combining Attribution Effects Over Time", Journal of Performance Measurement 3 (1999).

    Examples
    --------
    >>> from quantdeck.analytics.portfolio import portfolio_path
    >>> found = attribution(portfolio_path([[0.1, 0.0], [0.1, -0.02]], [0.5, 0.5]))
    >>> found.contributions.round(6), round(found.total, 6)
    (array([ 0.104762, -0.009762]), 0.095)
    """
    returns, parts = path.returns, path.contributions
    if not len(returns):
        raise NoData("no period is given")
    if not np.allclose(parts.sum(axis=1), returns, rtol=1e-9, atol=1e-12):
        raise BadInput("the contributions of the path do not sum to its returns")
    log_total = float(np.log1p(returns).sum())
    total = float(np.expm1(log_total))
    factors = _linking(returns) / float(_linking(np.array([total]))[0])
    contributions = (parts * factors[:, None]).sum(axis=0)
    shares = contributions / total if total else np.full(parts.shape[1], np.nan)
    return Attribution(
        contributions=contributions,
        total=total,
        shares=np.asarray(shares, np.float64),
        average_weights=path.weights.mean(axis=0),
    )


def _linking(returns: FloatArray) -> FloatArray:
    safe = np.where(returns == 0.0, 1.0, returns)
    return np.where(returns == 0.0, 1.0, np.log1p(safe) / safe)
