"""Order of rows: against slow counting, and against libraries that are trusted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from quantdeck.model.errors import BadInput
from quantdeck.research.judge import area_under_curve, rank_correlations, session_areas


def _drawn(seed: int, rows: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    score = generator.integers(0, 40, rows) / 40.0
    label = (generator.random(rows) < 0.3 + 0.4 * score).astype(np.float64)
    return score, label, generator.integers(0, 30, rows)


@pytest.mark.parametrize("seed", range(5))
def test_area_under_curve_with_ties_is_that_of_scikit_learn(seed: int) -> None:
    score, label, _ = _drawn(seed)

    found = area_under_curve(score, label)

    assert found == pytest.approx(roc_auc_score(label, score), abs=1e-12)


@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.sampled_from([0.0, 1.0, np.nan])), min_size=2, max_size=40
    )
)
def test_area_under_curve_of_any_rows_is_the_share_of_pairs_in_order(rows: list) -> None:
    score = np.array([float(a) for a, _ in rows])
    label = np.array([b for _, b in rows])
    pairs = [
        1.0 if s > z else 0.5 if s == z else 0.0
        for s in score[label == 1.0]
        for z in score[label == 0.0]
    ]

    found = area_under_curve(score, label)

    assert found == pytest.approx(np.mean(pairs) if pairs else np.nan, nan_ok=True)


def test_area_under_curve_of_the_reversed_score_is_the_rest() -> None:
    score, label, _ = _drawn(9)

    assert area_under_curve(-score, label) == pytest.approx(1.0 - area_under_curve(score, label))


def test_area_under_curve_of_folds_compares_pairs_of_a_fold_alone() -> None:
    score, label, fold = _drawn(6)
    pairs = [
        1.0 if s > z else 0.5 if s == z else 0.0
        for each in range(30)
        for s in score[(fold == each) & (label == 1.0)]
        for z in score[(fold == each) & (label == 0.0)]
    ]

    found = area_under_curve(score, label, fold)

    assert found == pytest.approx(np.mean(pairs))
    assert found == pytest.approx(area_under_curve(score + 9.0 * fold, label, fold))


def test_area_under_curve_of_uneven_lengths_is_refused() -> None:
    with pytest.raises(BadInput, match="3 scores, 2 labels"):
        area_under_curve(np.zeros(3), np.zeros(2))


def test_session_areas_are_those_of_each_session_alone() -> None:
    score, label, session = _drawn(3)

    found = session_areas(score, label, session)

    expected = [area_under_curve(score[session == s], label[session == s]) for s in range(30)]
    assert found == pytest.approx(expected, nan_ok=True)


def test_session_areas_of_few_rows_or_one_label_are_absent() -> None:
    session = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 3, 3, 3, 3, 3])
    label = np.array([0.0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1])

    found = session_areas(np.arange(14.0), label, session)

    assert found == pytest.approx([np.nan, np.nan, np.nan, 1.0], nan_ok=True)


def test_rank_correlations_with_ties_are_those_of_scipy() -> None:
    score, _, session = _drawn(4)
    value = np.round(np.random.default_rng(5).normal(size=len(score)), 1)

    found = rank_correlations(score, value, session)

    taken = [session == s for s in range(30)]
    assert found == pytest.approx([spearmanr(score[t], value[t]).statistic for t in taken])


def test_rank_correlations_of_one_score_for_all_are_absent() -> None:
    found = rank_correlations(np.full(6, 0.5), np.arange(6.0), np.zeros(6, np.int64))

    assert np.isnan(found).all()
