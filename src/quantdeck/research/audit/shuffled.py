"""What chance gives, and what a leak gives: the returns dealt anew, and folds that share their days."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.research.boosting import Trees, checked, grow
from quantdeck.research.card import Estimate
from quantdeck.research.folds import Rows
from quantdeck.research.judge import judge
from quantdeck.research.labels import labels
from quantdeck.research.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.research.card import Judgement
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.schemes import Way

FOLDS = 5
"""Of the shuffled folds."""


def with_shuffled_returns(table: FeatureTable, seed: int) -> FeatureTable:
    """Return the table with the returns of its sessions in another order, features as they were.

    Parameters
    ----------
    table : FeatureTable
        Whose answers are dealt anew.
    seed : int
        Of the order.

    Returns
    -------
    FeatureTable
        Whole sessions change places, so that symbols move together as they did: the intervals of what
        is learnt from it are as wide as those of the real answers. `total` starts from 1.
    """
    total = table.total
    with np.errstate(invalid="ignore", divide="ignore"):
        steps = np.log(total[:, 1:] / total[:, :-1])
    is_known = np.isfinite(steps)
    # A symbol without a return of a session gets that of the others, so that every answer stays one.
    others = np.where(is_known, steps, 0.0).sum(axis=0) / np.maximum(is_known.sum(axis=0), 1)
    steps = np.where(is_known, steps, others)
    order = np.random.default_rng(seed).permutation(steps.shape[1])
    dealt = np.ones(total.shape)
    dealt[:, 1:] = np.exp(np.cumsum(steps[:, order], axis=1))
    dealt[~np.isfinite(total)] = np.nan
    return replace(table, total=dealt)


def mean_of(areas: Sequence[Estimate]) -> Estimate:
    """Return the mean of areas whose labels were dealt independently, with its interval.

    Parameters
    ----------
    areas : sequence of Estimate
        Each with its own interval.

    Returns
    -------
    Estimate
        The half width is that of one, averaged, over the root of their count. None where one of them
        says nothing.

    Examples
    --------
    >>> mean_of([Estimate(0.49, 0.48, 0.5, 100), Estimate(0.51, 0.5, 0.52, 100)])
    Estimate(value=0.5, low=0.4929..., high=0.5070..., n=200)
    """
    rows = sum(each.n for each in areas)
    values = [each.value for each in areas if each.value is not None]
    widths = [
        each.high - each.low for each in areas if each.high is not None and each.low is not None
    ]
    if not areas or len(values) < len(areas):
        return Estimate(None, n=rows)
    mean = sum(values) / len(values)
    if len(widths) < len(areas):
        return Estimate(mean, n=rows)
    half = sum(widths) / len(widths) / 2.0 / math.sqrt(len(widths))
    return Estimate(mean, mean - half, mean + half, rows)


def judge_shuffled_folds(
    table: FeatureTable, way: Way, *, on_tree: Callable[[], None] | None = None
) -> Judgement:
    """Return how the same training does when rows are dealt into folds without regard to time.

    Parameters
    ----------
    table : FeatureTable
        What is learnt from.
    way : Way
        Target, horizon, parameters and seed; its splits are not used.
    on_tree : callable or None
        Called after every tree; what it raises ends the training.

    Returns
    -------
    Judgement
        To be shown beside the honest one, never instead of it: other symbols of the session, and the
        same symbol on neighbouring days, tell the model what it is asked.

    Raises
    ------
    BadInput, ConfigError
        As `quantdeck.research.training.train`.
    """
    rows = Rows.of(table, labels(table, target=way.target, horizon=way.horizon)).known()
    params = checked(way.params, rows=len(rows))
    fold = np.random.default_rng(way.seed).permutation(len(rows)).astype(np.int64) % FOLDS
    score, base = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for number in range(FOLDS):
        is_test = fold == number
        known = rows.take(~is_test)
        text = grow(
            known.values, known.label, rows.names, params=params, seed=way.seed, on_tree=on_tree
        )
        score[is_test] = Trees(text).scores(rows.values[is_test])
        base[is_test] = known.label.mean()
    predictions = Predictions(
        session=rows.session,
        symbol=rows.symbol,
        score=score,
        probability=score,
        base=base,
        label=rows.label,
        returns=rows.returns,
        fold=fold,
    )
    scheme = f"{FOLDS} folds of rows drawn at random, which leak"
    return judge(predictions, table, scheme=scheme, seed=way.seed, horizon=way.horizon)
