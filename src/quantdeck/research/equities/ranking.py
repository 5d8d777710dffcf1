"""Weights of the highest (and lowest) scores of each session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.types import BoolArray, FloatArray

Weighting = Literal["equal", "score"]
WEIGHTINGS = ("equal", "score")


def top_weights(
    scores: FloatArray,
    decided: BoolArray,
    *,
    top: int,
    dropout: int | None = None,
    is_both: bool = False,
    weighting: Weighting = "equal",
) -> FloatArray:
    """Return weights of the `top` symbols with the highest scores of each deciding session.

    Parameters
    ----------
    scores : array of shape (N, T)
        NaN where a symbol may not be held.
    decided : array of bool of shape (T,)
        Sessions at which something is decided.
    top : int
        Symbols to hold; all that have a score where there are fewer. With `is_both` so many on each
        side, and at most half of those that have a score.
    dropout : int or None
        Most symbols of a side that are exchanged at a session: the worst of those held that are not
        among the `top` go first, for the best that are not held. None for no such limit.
    is_both : bool
        Sell the lowest short: half of the equity on each side.
    weighting : str
        ``equal``, or ``score``: in proportion to the distance from the median score of the session,
        on the wrong side of it nothing.

    Returns
    -------
    array of shape (N, T)
        Absolute weights add up to 1 where anything is held; 0 for what is not, NaN in sessions without
        a decision. Of equal scores the earlier symbol is the higher one.

    Raises
    ------
    BadInput
        If a count is below 1, or the weighting is not known.

    Notes
    -----
    `dropout` is the rule of Qlib's ``TopkDropoutStrategy``.

    Examples
    --------
    >>> scores = np.array([[3.0, 1.0], [2.0, 3.0], [1.0, 2.0]])
    >>> top_weights(scores, np.array([True, True]), top=1).T.tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    if top < 1 or (dropout is not None and dropout < 1):
        raise BadInput(f"top and dropout are at least 1, were {top} and {dropout}", field="top")
    if weighting not in WEIGHTINGS:
        raise BadInput(
            f"weighting is one of {', '.join(WEIGHTINGS)}, was {weighting!r}", field="weighting"
        )
    weights = np.full(scores.shape, np.nan)
    sides = (1.0, -1.0) if is_both else (1.0,)
    held = {side: np.zeros(len(scores), np.bool_) for side in sides}
    for t in np.flatnonzero(decided):
        column = scores[:, t]
        known = np.isfinite(column)
        count = min(top, int(known.sum()) // len(sides))
        weights[:, t] = 0.0
        free = known
        for side in sides:
            held[side] = _chosen(side * column, free, count, dropout, held[side])
            # what one side keeps beyond its time is not for the other
            free = known & ~held[side]
            if held[side].any():
                part = _shares(side * column, known, held[side], weighting) / len(sides)
                weights[:, t] += side * part
    return weights


def _chosen(
    scores: FloatArray, known: BoolArray, count: int, dropout: int | None, held: BoolArray
) -> BoolArray:
    order = np.argsort(-np.where(known, scores, -np.inf), kind="stable")
    best = np.zeros(len(scores), np.bool_)
    best[order[:count]] = True
    kept = held & known
    if dropout is None or not kept.any():
        return best
    # From best to worst: those held that would go, and those that would come instead.
    going = [i for i in order if kept[i] and not best[i]]
    excess = max(0, int(kept.sum()) - count)
    leaving = going[::-1][: max(dropout, excess)]
    kept[leaving] = False
    room = count - int(kept.sum())
    coming = [i for i in order if known[i] and not kept[i] and i not in leaving][:room]
    kept[coming] = True
    return kept


def _shares(
    scores: FloatArray, known: BoolArray, held: BoolArray, weighting: Weighting
) -> FloatArray:
    shares = held.astype(np.float64)
    if weighting == "score":
        above = np.where(held, np.maximum(scores - np.median(scores[known]), 0.0), 0.0)
        shares = above if above.any() else shares
    return shares / shares.sum()
