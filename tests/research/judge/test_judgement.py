"""Judgements: figures of known truth, intervals that hold what they promise, and too little data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from quantdeck.research.features.table import FeatureTable
from quantdeck.research.judge import area_under_curve, gain_of, judge
from quantdeck.research.judge.blocks import DRAWS, block_length, drawn_areas, drawn_sessions
from quantdeck.research.judge.judgement import calibration
from quantdeck.research.predictions import Predictions

_DAY = 86_400_000_000_000


def _table(sessions: int, symbols: int) -> FeatureTable:
    shape = (symbols, sessions)
    days = (18_262 + np.arange(sessions, dtype=np.int64)) * _DAY
    return FeatureTable(
        names=("one",),
        symbols=tuple(f"US:S{i}" for i in range(symbols)),
        sessions=days,
        known_ns=days + 21 * 3_600_000_000_000,
        values=np.zeros((1, *shape), np.float32),
        is_row=np.ones(shape, np.bool_),
        close=np.ones(shape),
        total=np.ones(shape),
        open=np.ones(shape),
    )


def _predictions(
    sessions: int = 200,
    symbols: int = 10,
    *,
    edge: float = 0.0,
    market: float = 0.0,
    seed: int = 1,
    folds: int = 4,
) -> Predictions:
    generator = np.random.default_rng(seed)
    session = np.repeat(np.arange(sessions), symbols)
    signal = generator.normal(size=len(session))
    common = np.repeat(generator.normal(size=sessions), symbols)
    returns = edge * signal + market * common + generator.normal(size=len(session))
    score = 1.0 / (1.0 + np.exp(-0.5 * signal))
    return Predictions(
        session=session,
        symbol=np.tile(np.arange(symbols), sessions),
        score=score,
        probability=score,
        base=np.full(len(session), 0.5),
        label=(returns > 0.0).astype(np.float64),
        returns=0.01 * returns,
        fold=session * folds // sessions,
    )


def _judged(predictions: Predictions, **more: Any):
    return judge(predictions, _table(1_000, 10), scheme="8 spans", **more)


def test_judge_of_no_signal_says_a_half_within_its_interval() -> None:
    found = _judged(_predictions())

    assert found.auc.low is not None
    assert found.auc.high is not None
    assert found.auc.low < 0.5 < found.auc.high
    assert found.auc.n == 2_000
    assert found.brier > found.brier_base


def test_judge_of_a_planted_signal_finds_it_in_every_figure() -> None:
    found = _judged(_predictions(edge=0.5))

    assert found.auc.low > 0.55
    assert found.auc_within.low > 0.55
    assert found.rank_ic.low > 0.2
    assert found.brier < found.brier_base
    assert found.base_rate == pytest.approx(0.5, abs=0.05)


def test_judge_says_the_area_that_counting_says() -> None:
    predictions = _predictions(edge=0.2)

    found = _judged(predictions)

    assert found.auc.value == area_under_curve(
        predictions.score, predictions.label, predictions.fold
    )


def test_judge_does_not_compare_scores_of_different_models() -> None:
    predictions = _predictions(edge=0.2)
    shifted = replace(predictions, score=predictions.score + 0.1 * predictions.fold)

    assert _judged(shifted).auc == _judged(predictions).auc


def test_judge_of_symbols_that_move_together_gives_wider_intervals() -> None:
    alone = _predictions(seed=3)
    common = np.repeat(alone.label.reshape(200, 10)[:, :1], 10, axis=1).ravel()
    score = np.repeat(alone.score.reshape(200, 10)[:, :1], 10, axis=1).ravel()
    together = Predictions(
        alone.session, alone.symbol, score, score, alone.base, common, alone.returns, alone.fold
    )

    apart, one = _judged(alone).auc, _judged(together).auc

    assert one.high - one.low > 2.0 * (apart.high - apart.low)


def test_judge_twice_is_the_same_and_another_seed_is_not() -> None:
    predictions = _predictions(edge=0.1)

    assert _judged(predictions) == _judged(predictions)
    assert _judged(predictions, seed=8).auc.low != _judged(predictions).auc.low


def test_judge_of_few_rows_says_nothing() -> None:
    found = _judged(_predictions(sessions=12, symbols=6, folds=2))

    assert found.auc.value is None
    assert found.auc_within.value is None
    assert found.rank_ic.value is None
    assert found.brier is None
    assert found.base_rate is None
    assert found.calibration == ()
    assert [fold.auc for fold in found.folds] == [None, None]


def test_judge_of_no_rows_says_nothing() -> None:
    found = _judged(_predictions(sessions=0, folds=1))

    assert found.auc.value is None
    assert found.folds == ()


def test_judge_of_too_few_blocks_gives_no_interval() -> None:
    found = _judged(_predictions(sessions=30), horizon=10)

    assert found.auc.value is not None
    assert found.auc.low is None
    assert "blocks of 20 sessions" in found.scheme


def test_judge_of_one_symbol_says_nothing_within_sessions() -> None:
    found = _judged(_predictions(sessions=400, symbols=1))

    assert found.auc.value is not None
    assert found.auc_within.value is None
    assert found.rank_ic.value is None


def test_judge_leaves_out_rows_that_are_not_known() -> None:
    whole = _predictions(edge=0.3)
    label, probability = whole.label.copy(), whole.probability.copy()
    label[:500], probability[:700] = np.nan, np.nan
    holes = Predictions(
        whole.session,
        whole.symbol,
        whole.score,
        probability,
        whole.base,
        label,
        whole.returns,
        whole.fold,
    )

    found = _judged(holes)

    assert found.auc.value == area_under_curve(
        whole.score[500:], whole.label[500:], whole.fold[500:]
    )
    assert found.brier == pytest.approx(np.mean((whole.score[700:] - whole.label[700:]) ** 2))
    assert sum(each.n for each in found.calibration) == 1_300


def test_judge_tells_spans_of_folds() -> None:
    found = _judged(_predictions(folds=2), trained=[(0, 40), (0, 98)])

    assert [fold.rows for fold in found.folds] == [1_000, 1_000]
    assert found.folds[0].train_end == "2020-02-10"
    assert (found.folds[1].test_start, found.folds[1].test_end) == ("2020-04-10", "2020-07-18")


def test_judge_tells_each_fold_with_its_own_interval() -> None:
    predictions = _predictions(folds=2, edge=0.3)
    first = predictions.fold == 0

    found = _judged(predictions).folds

    assert found[0].auc == area_under_curve(predictions.score[first], predictions.label[first])
    assert all(each.auc_low < each.auc < each.auc_high for each in found)


@pytest.mark.parametrize("metric", ["auc", "rank_ic"])
def test_gain_of_a_model_over_itself_is_nothing_for_sure(metric: str) -> None:
    predictions = _predictions(edge=0.3)

    found = gain_of(predictions, predictions, metric)

    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("metric", ["auc", "rank_ic"])
def test_gain_of_a_signal_over_noise_is_found(metric: str) -> None:
    predictions = _predictions(edge=0.5)
    noise = replace(predictions, score=np.random.default_rng(8).random(len(predictions)))

    found = gain_of(predictions, noise, metric)

    assert found.low > 0.0
    assert found.n == 200


def test_gain_of_too_few_rows_is_absent() -> None:
    few = _predictions(sessions=12, symbols=6)

    assert gain_of(few, few, "rank_ic").value is None


def test_calibration_bins_hold_as_many_rows_each() -> None:
    probability = (np.random.default_rng(2).permutation(1_000) + 0.5) / 1_000

    bins = calibration(probability, (probability > 0.5).astype(np.float64))

    assert [each.n for each in bins] == [100] * 10
    assert [each.happened for each in bins] == [0.0] * 5 + [1.0] * 5


def test_calibration_bins_of_few_rows_between_equal_probabilities_join_the_one_below() -> None:
    probability = np.repeat([0.50, 0.51, 0.511, 0.52], [300, 390, 10, 300])

    bins = calibration(probability, np.tile([0.0, 1.0], 500))

    assert [each.n for each in bins] == [300, 400, 300]
    assert bins[1].foretold == pytest.approx(0.510025)


def test_drawn_areas_are_those_of_the_rows_repeated() -> None:
    predictions = _predictions(sessions=40, symbols=6, edge=0.3)
    score = np.round(predictions.score, 1)
    draws = drawn_sessions(40, 5, seed=2)
    assert draws is not None

    found = drawn_areas(score, predictions.label, predictions.session, draws, fold=predictions.fold)

    for at in (0, 7, DRAWS - 1):
        often = draws[at][predictions.session]
        columns = (score, predictions.label, predictions.fold)
        repeated = area_under_curve(*(np.repeat(column, often) for column in columns))
        assert found[at] == pytest.approx(repeated, abs=1e-12)


def test_drawn_areas_with_one_label_in_a_draw_are_absent() -> None:
    found = drawn_areas(
        np.array([0.1, 0.2]),
        np.array([1.0, 0.0]),
        np.array([0, 1]),
        np.array([[2, 0], [1, 1]]),
    )

    assert found == pytest.approx([np.nan, 0.0], nan_ok=True)


def test_drawn_sessions_take_each_session_equally_often_on_average() -> None:
    draws = drawn_sessions(100, block_length(100, 1), seed=5)

    assert draws is not None
    assert (draws.sum(axis=1) == 100).all()
    assert draws.mean(axis=0) == pytest.approx(np.ones(100), abs=0.25)


def test_intervals_of_no_signal_hold_a_half_about_as_often_as_they_promise() -> None:
    held = 0
    for seed in range(60):
        found = _judged(_predictions(sessions=120, symbols=6, seed=seed, market=1.0)).auc
        held += found.low <= 0.5 <= found.high

    assert held >= 51
