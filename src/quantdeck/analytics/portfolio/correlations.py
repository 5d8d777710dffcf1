"""Correlation of many assets, and the nearest matrix that is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.series import is_flat
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

_MOST_ROUNDS = 500


@dataclass(frozen=True, slots=True)
class CorrelationMatrix:
    """Correlation of every pair of assets.

    Parameters
    ----------
    values : array of shape (m, m)
        Symmetric, 1 on the diagonal, positive semi-definite; NaN in the row and the column of an
        asset that does not move.
    n : int
        Periods that all assets have.
    left_out : int
        Periods that some asset lacks.
    mean : float or None
        Mean of the pairs; None where there is none.
    """

    values: FloatArray
    n: int
    left_out: int
    mean: float | None


def correlation_matrix(returns: ArrayLike) -> CorrelationMatrix:
    """Return Pearson's correlation of every pair of columns, over the rows that all have.

    Parameters
    ----------
    returns : array of shape (n, m)
        Returns a period, a column for each asset; NaN where there is none. [decimal]

    Returns
    -------
    CorrelationMatrix
        Of the same rows for every pair, which keeps the matrix positive semi-definite; taken pair by
        pair over the rows of each it need not be.

    Raises
    ------
    BadInput
        If the returns are not two-dimensional, or one is infinite.
    NoData
        If fewer than three rows have all assets.

    Examples
    --------
    >>> found = correlation_matrix([[0.01, 0.02], [0.0, -0.01], [0.03, 0.03], [np.nan, 0.1]])
    >>> found.values.round(4), found.n, found.left_out
    (array([[1.   , 0.891],
           [0.891, 1.   ]]), 3, 1)
    """
    matrix = np.asarray(returns, np.float64)
    if matrix.ndim != 2 or not matrix.shape[1]:
        raise BadInput(f"returns need a column for each asset, shape was {matrix.shape}")
    if np.isinf(matrix).any():
        raise BadInput("a return is infinite")
    kept = matrix[~np.isnan(matrix).any(axis=1)]
    if len(kept) < 3:
        raise NoData(
            f"{len(kept)} of {len(matrix)} periods have a return of every asset; three are the "
            "fewest: leave out the asset with the shortest history"
        )
    flat = np.array([is_flat(column) for column in kept.T])
    deviation = kept - kept.mean(axis=0)
    scale = np.sqrt((deviation**2).sum(axis=0))
    unit = deviation / np.where(flat, np.nan, scale)
    values = np.clip(unit.T @ unit, -1.0, 1.0)
    np.fill_diagonal(values, np.where(flat, np.nan, 1.0))
    pairs = values[np.triu_indices(len(values), 1)]
    known = pairs[~np.isnan(pairs)]
    return CorrelationMatrix(
        values=values,
        n=len(kept),
        left_out=len(matrix) - len(kept),
        mean=float(known.mean()) if len(known) else None,
    )


def nearest_correlation(matrix: ArrayLike, *, tolerance: float = 1e-10) -> FloatArray:
    """Return the correlation matrix that is nearest to a symmetric one in the Frobenius norm.

    Parameters
    ----------
    matrix : array of shape (m, m)
        Symmetric with finite entries, such as correlations taken pair by pair.
    tolerance : float
        Relative change at which the iteration ends.

    Returns
    -------
    array of shape (m, m)
        Positive semi-definite with 1 on the diagonal; the matrix itself where it already is.

    Raises
    ------
    BadInput
        If the matrix is not square, symmetric and finite.
    NoData
        If the iteration does not end.

    Notes
    -----
    Alternating projections with Dykstra's correction: N. Higham, "Computing the nearest correlation
    matrix - a problem from finance", IMA Journal of Numerical Analysis 22 (2002), algorithm 3.3.

    Examples
    --------
    >>> nearest_correlation([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]]).round(4)
    array([[1.    , 0.7607, 0.1573],
           [0.7607, 1.    , 0.7607],
           [0.1573, 0.7607, 1.    ]])
    """
    given = np.array(matrix, np.float64)
    if given.ndim != 2 or given.shape[0] != given.shape[1] or not np.isfinite(given).all():
        raise BadInput(f"a square matrix of finite entries is needed, shape was {given.shape}")
    if not np.allclose(given, given.T, rtol=0.0, atol=1e-12):
        raise BadInput("the matrix is not symmetric")
    if (np.diagonal(given) == 1.0).all() and float(np.linalg.eigvalsh(given)[0]) >= -1e-12:
        return given
    now, correction = given.copy(), np.zeros_like(given)
    for _ in range(_MOST_ROUNDS):
        shifted = now - correction
        positive = _positive(shifted)
        correction = positive - shifted
        following = positive.copy()
        np.fill_diagonal(following, 1.0)
        change = float(np.linalg.norm(following - now)) / float(np.linalg.norm(following))
        now = following
        if change <= tolerance:
            break
    else:
        raise NoData(f"no nearest correlation matrix within {_MOST_ROUNDS} rounds")
    # the last projection sets the diagonal, which may leave eigenvalues below zero by the tolerance
    positive = _positive(now)
    scale = np.sqrt(np.diagonal(positive))
    now = positive / np.outer(scale, scale)
    np.fill_diagonal(now, 1.0)
    return now


def _positive(matrix: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T, np.float64)
