"""How far a figure can be trusted: blocks of sessions are drawn anew, whole sessions together.

Rows of a session move together, and sessions near each other share their features. Drawing rows one by
one would take them for independent, and give intervals several times too narrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.research.judge.kernels import fill_areas

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray

DRAWS = 500
"""Times that sessions are drawn anew for an interval."""
FEWEST_BLOCKS = 4
"""Blocks that sessions must hold for an interval to be told."""
_LEVELS = (2.5, 97.5)
_SHORTEST = 5


def block_length(sessions: int, horizon: int) -> int:
    """Return L = max(5, 2 horizon, S^(1/3) rounded up): sessions drawn together.

    Parameters
    ----------
    sessions : int
        S, how many there are.
    horizon : int
        Sessions ahead of the labels: those of so many neighbours overlap.

    Returns
    -------
    int
        Sessions.

    Notes
    -----
    The cube root is the rate that is best for the variance of a mean: P. Hall, J. Horowitz and
    B.-Y. Jing, "On Blocking Rules for the Bootstrap with Dependent Data", Biometrika 82 (1995).

    Examples
    --------
    >>> block_length(2500, 1)
    14
    """
    return max(_SHORTEST, 2 * horizon, int(np.ceil(np.cbrt(sessions))))


def drawn_sessions(sessions: int, length: int, seed: int) -> IntArray | None:
    """Return how often each session is taken in each of `DRAWS` draws.

    Parameters
    ----------
    sessions : int
        S, how many there are.
    length : int
        Sessions of a block.
    seed : int
        Of the draws.

    Returns
    -------
    array of int64 of shape (DRAWS, S), or None
        Each row adds up to S. None where there are fewer than `FEWEST_BLOCKS` blocks.

    Notes
    -----
    Circular block bootstrap: blocks start anywhere, and run on from the last session to the first.
    D. Politis and J. Romano, "A Circular Block-Resampling Procedure for Stationary Data" (1992).
    """
    if sessions < FEWEST_BLOCKS * length:
        return None
    generator = np.random.default_rng(seed)
    blocks = -(-sessions // length)
    starts = generator.integers(0, sessions, size=(DRAWS, blocks, 1))
    taken = (starts + np.arange(length)).reshape(DRAWS, -1)[:, :sessions] % sessions
    flat = taken + sessions * np.arange(DRAWS)[:, None]
    return np.bincount(flat.ravel(), minlength=DRAWS * sessions).reshape(DRAWS, sessions)


def drawn_areas(
    score: FloatArray,
    label: FloatArray,
    session: IntArray,
    draws: IntArray,
    *,
    fold: IntArray | None = None,
) -> FloatArray:
    """Return the area under the curve of all rows, in each draw.

    Parameters
    ----------
    score, label : array of shape (n,)
        None NaN.
    session : array of int64 of shape (n,)
        From 0 to S - 1.
    draws : array of int64 of shape (D, S)
        Of `drawn_sessions`.
    fold : array of int64 of shape (n,), or None
        Pairs of the same fold are compared; None compares all.

    Returns
    -------
    array of shape (D,)
        Exact: a row counts as often as its session was taken. NaN where a draw has no pair.
    """
    of_fold = np.zeros(len(score), np.int64) if fold is None else fold
    order = np.lexsort((score, of_fold))
    is_next = (np.diff(score[order]) > 0.0) | (np.diff(of_fold[order]) > 0)
    ends = np.flatnonzero(np.append(is_next, True)) + 1
    out = np.empty(len(draws))
    fill_areas(draws.astype(np.float64), label[order], session[order], of_fold[order], ends, out)
    return out


def drawn_means(values: FloatArray, draws: IntArray) -> FloatArray:
    """Return the mean over sessions, in each draw.

    Parameters
    ----------
    values : array of shape (S,)
        One of each session; NaN is left out.
    draws : array of int64 of shape (D, S)
        Of `drawn_sessions`.

    Returns
    -------
    array of shape (D,)
        NaN where no session of a draw has a value.
    """
    is_known = np.isfinite(values)
    weight = draws[:, is_known].astype(np.float64)
    total = weight.sum(axis=1)
    sums = weight @ values[is_known]
    return np.divide(sums, total, out=np.full(len(draws), np.nan), where=total > 0.0)


def interval(drawn: FloatArray) -> tuple[float, float] | None:
    """Return the interval that holds 95 % of the draws.

    Parameters
    ----------
    drawn : array of shape (D,)
        A figure in each draw.

    Returns
    -------
    low, high : float, or None
        None where fewer than 95 % of the draws have a figure.
    """
    known = drawn[np.isfinite(drawn)]
    if len(known) < 0.95 * len(drawn):
        return None
    low, high = np.percentile(known, _LEVELS).tolist()
    return low, high
