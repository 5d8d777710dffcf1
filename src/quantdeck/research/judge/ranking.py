"""Does a score order rows as what came of them does: over all rows, and within each session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray

FEWEST_OF_A_SESSION = 5
"""Rows of a session below which nothing is said of their order."""


def area_under_curve(score: FloatArray, label: FloatArray, fold: IntArray | None = None) -> float:
    """Return AUC = P(score of a 1 > score of a 0) + P(they are equal) / 2.

    Parameters
    ----------
    score : array of shape (n,)
        Any figure that is to be higher where the label is 1.
    label : array of shape (n,)
        1 or 0; rows where either is NaN are left out.
    fold : array of int64 of shape (n,), or None
        From 0 on: only pairs of rows of the same fold are compared. None compares all.

    Returns
    -------
    float
        In [0, 1]; NaN where no fold has both labels.

    Raises
    ------
    BadInput
        If lengths differ.

    Notes
    -----
    AUC = (R1 - n1 (n1 + 1) / 2) / (n1 n0), R1 the sum of the ranks of the n1 ones, ties ranked by
    their mean; over folds, sums above and below the line. J. Hanley and B. McNeil, "The Meaning and
    Use of the Area under a Receiver Operating Characteristic (ROC) Curve", Radiology 143 (1982).

    Examples
    --------
    >>> area_under_curve(np.array([0.1, 0.4, 0.4, 0.8]), np.array([0.0, 0.0, 1.0, 1.0]))
    0.875
    """
    if score.shape != label.shape or (fold is not None and fold.shape != score.shape):
        raise BadInput(f"each score needs its label: {len(score)} scores, {len(label)} labels")
    is_known = np.isfinite(score) & np.isfinite(label)
    of = np.zeros(len(score), np.int64) if fold is None else fold
    above, pairs = _in_order(score[is_known], label[is_known], of[is_known])
    total = pairs.sum()
    return float(above.sum() / total) if total else float("nan")


def session_areas(score: FloatArray, label: FloatArray, session: IntArray) -> FloatArray:
    """Return the area under the curve of the rows of each session.

    Parameters
    ----------
    score, label : array of shape (n,)
        As of `area_under_curve`; none NaN.
    session : array of int64 of shape (n,)
        From 0 to S - 1, of which session a row is.

    Returns
    -------
    array of shape (S,)
        NaN where a session has only one of the labels, or fewer than `FEWEST_OF_A_SESSION` rows.
    """
    above, pairs = _in_order(score, label, session)
    is_told = (pairs > 0) & (np.bincount(session) >= FEWEST_OF_A_SESSION)
    return np.divide(above, pairs, out=np.full(len(pairs), np.nan), where=is_told)


def _in_order(
    score: FloatArray, label: FloatArray, group: IntArray
) -> tuple[FloatArray, FloatArray]:
    # Pairs of each group whose 1 is above its 0, and all pairs.
    ranks, rows = ranks_within(score, group)
    ones = np.bincount(group, label, len(rows))
    above = np.bincount(group, ranks * label, len(rows)) - ones * (ones + 1.0) / 2.0
    pairs = np.asarray(ones * (rows - ones), np.float64)
    return above, pairs


def rank_correlations(score: FloatArray, value: FloatArray, session: IntArray) -> FloatArray:
    """Return Spearman's rank correlation of score and value in each session.

    Parameters
    ----------
    score, value : array of shape (n,)
        Such as a probability and the return that followed; none NaN.
    session : array of int64 of shape (n,)
        From 0 to S - 1, of which session a row is.

    Returns
    -------
    array of shape (S,)
        In [-1, 1]: the rank information coefficient. NaN where a session has fewer than
        `FEWEST_OF_A_SESSION` rows, or one of the two is the same in all of them.
    """
    a, rows = ranks_within(score, session)
    b, _ = ranks_within(value, session)
    middle = ((rows + 1.0) / 2.0)[session]
    a, b = a - middle, b - middle
    count = len(rows)
    spread = np.bincount(session, a * a, count) * np.bincount(session, b * b, count)
    is_told = (spread > 0.0) & (rows >= FEWEST_OF_A_SESSION)
    return np.divide(
        np.bincount(session, a * b, count),
        np.sqrt(spread),
        out=np.full(count, np.nan),
        where=is_told,
    )


def ranks_within(values: FloatArray, group: IntArray) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return the rank of each value among those of its group, from 1, ties by their mean.

    Parameters
    ----------
    values : array of shape (n,)
        None NaN.
    group : array of int64 of shape (n,)
        From 0 on.

    Returns
    -------
    ranks : array of shape (n,)
        In the order of `values`.
    sizes : array of int64
        Rows of each group.

    Examples
    --------
    >>> ranks_within(np.array([5.0, 1.0, 5.0, 2.0]), np.array([0, 0, 0, 1]))[0]
    array([2.5, 1. , 2.5, 1. ])
    """
    sizes = np.bincount(group)
    order = np.lexsort((values, group))
    sorted_values, sorted_group = values[order], group[order]
    is_new = np.ones(len(values), np.bool_)
    is_new[1:] = (np.diff(sorted_group) > 0) | (np.diff(sorted_values) > 0.0)
    starts = np.flatnonzero(is_new)
    ties = np.diff(np.append(starts, len(values)))
    before = (np.cumsum(sizes) - sizes)[sorted_group[starts]]
    ranks = np.empty(len(values))
    ranks[order] = np.repeat(starts - before + (ties + 1.0) / 2.0, ties)
    return ranks, sizes
