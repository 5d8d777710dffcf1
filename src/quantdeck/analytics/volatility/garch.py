"""GARCH(1,1): a variance that each shock raises and that falls back to its level."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.checks import check_periods
from quantdeck.analytics.series import check_window
from quantdeck.analytics.volatility.garch_kernels import garch_rows
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

FEWEST_RETURNS = 50
"""Returns that a fit needs at least; with fewer than some hundreds its parameters are vague."""


@dataclass(frozen=True, slots=True, eq=False)
class Garch:
    """A GARCH(1,1) followed along returns; arrays of the shape of the returns.

    Parameters
    ----------
    volatility : array
        Foretold of the next return, from the returns up to this one; NaN where not known. [1/sqrt(year)]
    alpha, beta : array
        Parameters in force: weight of the last shock, and of the variance before.
    """

    volatility: FloatArray
    alpha: FloatArray
    beta: FloatArray


def garch_volatility(
    returns: ArrayLike, *, periods_per_year: float, least: int = FEWEST_RETURNS, every: int = 126
) -> Garch:
    """Return sqrt(A h[t+1]), h[t+1] = s (1 - alpha - beta) + alpha e[t]^2 + beta h[t].

    Parameters
    ----------
    returns : array of shape (n,) or (rows, n)
        Returns of a period, oldest first, each row for itself; those that are NaN are passed over.
        [decimal]
    periods_per_year : float
        A.
    least : int
        Returns before the first fit, at least 50.
    every : int
        Returns between one fit and the next at most, at least 1: a fit is due when there are a quarter more
        returns than at the last one, or so many. In between the parameters stay and the variance goes on.

    Returns
    -------
    Garch
        What was known at each return: nothing later is in it.

    Raises
    ------
    BadInput
        If A is not positive, a count is too small or the returns have more than two dimensions.

    Notes
    -----
    Each fit takes the returns up to its own: e is the return less their mean, s the mean of e squared
    (variance targeting: C. Francq, L. Horvath, J.-M. Zakoian, J. Financial Econometrics 9 (2011)), and
    alpha and beta are those of the highest normal likelihood (T. Bollerslev, J. Econometrics 31 (1986)),
    found by damped scoring within alpha, beta >= 0 and alpha + beta <= 0.9995. The variance begins with a
    mean of the first 75 e squared that decays by 0.94. Returns without a variance have no fit.

    Examples
    --------
    >>> rng = np.random.default_rng(7)
    >>> found = garch_volatility(0.01 * rng.standard_normal(300), periods_per_year=252)
    >>> bool(np.isnan(found.volatility[48])), round(float(found.volatility[299]), 2)
    (True, 0.15)
    """
    check_periods(periods_per_year)
    check_window(least, smallest=FEWEST_RETURNS)
    check_window(every, smallest=1)
    given = np.asarray(returns, np.float64)
    if given.ndim not in (1, 2):
        raise BadInput(f"returns stand in one row or in several, had {given.ndim} dimensions")
    rows = np.atleast_2d(given)
    ahead, alpha, beta = np.empty(rows.shape), np.empty(rows.shape), np.empty(rows.shape)
    garch_rows(rows, least, every, ahead, alpha, beta)
    volatility = np.sqrt(ahead) * math.sqrt(periods_per_year)
    return Garch(*(values.reshape(given.shape) for values in (volatility, alpha, beta)))
