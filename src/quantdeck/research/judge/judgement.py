"""The judgement of predictions: order, probabilities and each test span, none of it from three rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.research.card import Bin, Estimate, Fold, Judgement
from quantdeck.research.judge.blocks import (
    DRAWS,
    block_length,
    drawn_areas,
    drawn_means,
    drawn_sessions,
    interval,
)
from quantdeck.research.judge.ranking import area_under_curve, rank_correlations, session_areas
from quantdeck.research.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.research.features.table import FeatureTable

    Draw = Callable[[int], IntArray | None]
    Span = tuple[int | None, int | None]

FEWEST_ROWS = 100
"""Rows below which nothing is told of an area or of probabilities."""
FEWEST_OF_A_LABEL = 10
"""Rows with each of the labels, likewise."""
FEWEST_SESSIONS = 20
"""Sessions below which no mean over them is told."""
_BINS = 10


def judge(
    predictions: Predictions,
    table: FeatureTable,
    *,
    scheme: str,
    seed: int = 7,
    horizon: int = 1,
    trained: Sequence[tuple[int, int]] = (),
) -> Judgement:
    """Return how well rows out of sample were foretold.

    Parameters
    ----------
    predictions : Predictions
        Of rows that the model had not seen.
    table : FeatureTable
        Whose sessions they are of.
    scheme : str
        Splits, purge and embargo in words; how intervals were made is added.
    seed : int
        Of the draws behind the intervals.
    horizon : int
        Sessions ahead of the labels; sets how many sessions are drawn together.
    trained : sequence of (int, int)
        First and last session that each fold was trained on, by fold; empty where not known.

    Returns
    -------
    Judgement
        None in place of what fewer than 100 rows, 10 of each label or 20 sessions would say, and no
        interval of fewer than 4 blocks of sessions.

    Notes
    -----
    ``auc`` compares all rows of a fold, so it also rewards knowing good days from bad ones;
    ``auc_within`` only the order within a session, which is all that choosing among symbols can use.
    Rows of different folds are not compared: their models had different base rates, and that of an
    expanding window falls behind. A base rate alone would score .493 by labels dealt at random. The
    Brier scores are of the same rows, those whose probability was calibrated on earlier predictions.
    """
    length = block_length(_sessions(predictions), horizon)
    is_scored = np.isfinite(predictions.score)
    is_labelled = is_scored & np.isfinite(predictions.label)
    label = predictions.label[is_labelled]
    brier, base = _brier(predictions)

    def draw(sessions: int) -> IntArray | None:
        return drawn_sessions(sessions, block_length(sessions, horizon), seed)

    draws = draw(_sessions(predictions))
    spans = dict(enumerate(trained))
    return Judgement(
        scheme=f"{scheme}; intervals of 95 % from {DRAWS} draws of blocks of {length} sessions",
        auc=_area_of(predictions, draws),
        auc_within=_mean(_areas(predictions, is_labelled), draws),
        rank_ic=_mean(_correlations(predictions, is_scored), draws),
        brier=brier,
        brier_base=base,
        base_rate=float(label.mean()) if len(label) >= FEWEST_ROWS else None,
        calibration=calibration(predictions.probability, predictions.label),
        folds=tuple(
            _fold(predictions, table, number, span=spans.get(number, (None, None)), draw=draw)
            for number in np.unique(predictions.fold).tolist()
        ),
    )


def quick_figure(predictions: Predictions, metric: str) -> float | None:
    """Return one figure of `judge`, without an interval.

    Parameters
    ----------
    predictions : Predictions
        Of rows that the model had not seen.
    metric : str
        ``auc`` or ``rank_ic``.

    Returns
    -------
    float or None
        None where there is too little, as in `judge`.
    """
    if metric == "auc":
        return _area_of(predictions, None).value
    return _mean(_correlations(predictions, np.isfinite(predictions.score)), None).value


def gain_of(
    better: Predictions, base: Predictions, metric: str, *, seed: int = 7, horizon: int = 1
) -> Estimate:
    """Return how far one model did better than another on the same rows.

    Parameters
    ----------
    better, base : Predictions
        Of the same rows in the same order.
    metric : str
        ``auc`` or ``rank_ic``.
    seed : int
        Of the draws behind the interval.
    horizon : int
        Sessions ahead of the labels.

    Returns
    -------
    Estimate
        The difference of the figures; both are made of the same draws, so that what moves the two alike
        does not widen its interval. None where there is too little, as in `judge`.
    """
    mine, other = quick_figure(better, metric), quick_figure(base, metric)
    n = _sessions(better)
    if mine is None or other is None:
        return Estimate(None, n=n)
    draws = drawn_sessions(n, block_length(n, horizon), seed)
    if draws is None:
        return Estimate(mine - other, n=n)
    drawn = _drawn(better, metric, draws) - _drawn(base, metric, draws)
    low, high = _bounds(drawn)
    return Estimate(mine - other, low, high, n)


def _drawn(predictions: Predictions, metric: str, draws: IntArray) -> FloatArray:
    if metric == "rank_ic":
        return drawn_means(_correlations(predictions, np.isfinite(predictions.score)), draws)
    is_known = np.isfinite(predictions.score) & np.isfinite(predictions.label)
    score, label = predictions.score[is_known], predictions.label[is_known]
    session = _of_session(predictions)[is_known]
    return drawn_areas(score, label, session, draws, fold=predictions.fold[is_known])


def calibration(probability: FloatArray, label: FloatArray) -> tuple[Bin, ...]:
    """Return what was foretold and what happened, in up to ten bins of as many rows each.

    Parameters
    ----------
    probability : array of shape (n,)
        Of a label of 1; NaN is left out.
    label : array of shape (n,)
        1 or 0; NaN is left out.

    Returns
    -------
    tuple of Bin
        By rising probability; empty below 100 rows. Equal probabilities stay in one bin, and a bin that
        this leaves with less than a third of its rows joins the one below.

    Examples
    --------
    >>> truth = np.tile([0.0, 1.0, 1.0, 0.0, 1.0], 40)
    >>> calibration(np.full(200, 0.6), truth)
    (Bin(foretold=0.6, happened=0.6, n=200),)
    """
    is_known = np.isfinite(probability) & np.isfinite(label)
    p, y = probability[is_known], label[is_known]
    if len(p) < FEWEST_ROWS:
        return ()
    edges = np.unique(np.quantile(p, np.linspace(0.0, 1.0, _BINS + 1)[1:-1]))
    at = np.searchsorted(edges, p, side="left")
    sizes = np.bincount(at, minlength=len(edges) + 1)
    is_own = sizes * (3 * _BINS) >= len(p)
    is_own[0] = True
    at = (np.cumsum(is_own) - 1)[at]
    count = np.bincount(at)
    foretold, happened = np.bincount(at, p) / count, np.bincount(at, y) / count
    return tuple(
        Bin(float(f"{a:.9g}"), float(f"{b:.9g}"), int(n))
        for a, b, n in zip(foretold, happened, count, strict=True)
    )


def _area_of(predictions: Predictions, draws: IntArray | None) -> Estimate:
    is_known = np.isfinite(predictions.score) & np.isfinite(predictions.label)
    score, label = predictions.score[is_known], predictions.label[is_known]
    if not _suffices(label):
        return Estimate(None, n=len(label))
    low, high = _bounds(None if draws is None else _drawn(predictions, "auc", draws))
    area = area_under_curve(score, label, predictions.fold[is_known])
    return Estimate(area, low, high, len(label))


def _suffices(label: FloatArray) -> bool:
    ones = int(label.sum())
    return len(label) >= FEWEST_ROWS and min(ones, len(label) - ones) >= FEWEST_OF_A_LABEL


def _mean(values: FloatArray, draws: IntArray | None) -> Estimate:
    known = values[np.isfinite(values)]
    if len(known) < FEWEST_SESSIONS:
        return Estimate(None, n=len(known))
    low, high = _bounds(None if draws is None else drawn_means(values, draws))
    return Estimate(float(known.mean()), low, high, len(known))


def _bounds(drawn: FloatArray | None) -> tuple[float | None, float | None]:
    found = None if drawn is None else interval(drawn)
    return (None, None) if found is None else found


def _areas(predictions: Predictions, is_labelled: NDArray[np.bool_]) -> FloatArray:
    session = _of_session(predictions)
    score, label = predictions.score[is_labelled], predictions.label[is_labelled]
    return _spread(session_areas(score, label, session[is_labelled]), session)


def _correlations(predictions: Predictions, is_scored: NDArray[np.bool_]) -> FloatArray:
    session = _of_session(predictions)
    is_taken = is_scored & np.isfinite(predictions.returns)
    score, returns = predictions.score[is_taken], predictions.returns[is_taken]
    return _spread(rank_correlations(score, returns, session[is_taken]), session)


def _of_session(predictions: Predictions) -> IntArray:
    return np.unique(predictions.session, return_inverse=True)[1].astype(np.int64)


def _sessions(predictions: Predictions) -> int:
    return len(np.unique(predictions.session))


def _spread(found: FloatArray, session: IntArray) -> FloatArray:
    # The last sessions may have no row that was taken.
    missing = (int(session.max()) + 1 if len(session) else 0) - len(found)
    return np.append(found, np.full(missing, np.nan))


def _brier(predictions: Predictions) -> tuple[float | None, float | None]:
    columns = (predictions.probability, predictions.base, predictions.label)
    is_known = np.logical_and.reduce([np.isfinite(each) for each in columns])
    if int(is_known.sum()) < FEWEST_ROWS:
        return None, None
    probability, base, label = (each[is_known] for each in columns)
    return float(np.mean((probability - label) ** 2)), float(np.mean((base - label) ** 2))


def _fold(
    predictions: Predictions, table: FeatureTable, number: int, *, span: Span, draw: Draw
) -> Fold:
    is_mine = predictions.fold == number
    columns = predictions.__dataclass_fields__
    mine = Predictions(*(getattr(predictions, name)[is_mine] for name in columns))
    is_scored = np.isfinite(mine.score)
    area = _area_of(mine, draw(_sessions(mine)))
    return Fold(
        train_start=_date(table, span[0]),
        train_end=_date(table, span[1]),
        test_start=_date(table, int(mine.session.min())),
        test_end=_date(table, int(mine.session.max())),
        rows=len(mine),
        auc=area.value,
        rank_ic=_mean(_correlations(mine, is_scored), None).value,
        brier=_brier(mine)[0],
        auc_low=area.low,
        auc_high=area.high,
    )


def _date(table: FeatureTable, session: int | None) -> str:
    return "" if session is None else str(table.sessions[session].astype("datetime64[ns]"))[:10]
