from __future__ import annotations

import numpy as np
import pytest

from quantdeck.model.errors import BadInput
from quantdeck.research.equities.ranking import top_weights

NAN = np.nan


def by_session(scores, *, decided=None, **chosen) -> list[list[float]]:
    """Scores and weights with a row for each session."""
    table = np.array(scores, float).T
    when = np.ones(table.shape[1], bool) if decided is None else np.array(decided)
    return top_weights(table, when, **chosen).T.tolist()


def test_top_weights_are_equal_among_the_highest() -> None:
    assert by_session([[1, 4, 3, 2]], top=2) == [[0, 0.5, 0.5, 0]]


def test_top_weights_of_both_sides_sell_the_lowest_short() -> None:
    assert by_session([[1, 4, 3, 2]], top=1, is_both=True) == [[-0.5, 0.5, 0, 0]]


def test_top_weights_of_few_scores_hold_no_symbol_on_both_sides() -> None:
    assert by_session([[1, NAN, 3, 2]], top=3, is_both=True) == [[-0.5, 0, 0.5, 0]]


def test_top_weights_of_a_session_without_a_decision_are_nan() -> None:
    rows = by_session([[1, 2], [2, 1]], decided=[False, True], top=1)

    assert np.isnan(rows[0]).all()
    assert rows[1] == [1, 0]


def test_top_weights_of_no_score_hold_nothing() -> None:
    assert by_session([[NAN, NAN]], top=1) == [[0, 0]]


def test_top_weights_with_dropout_exchange_the_worst_alone() -> None:
    scores = [[5, 4, 3, 2, 1, 0], [0, 1, 2, 3, 4, 5]]

    rows = by_session(scores, top=3, dropout=1)

    assert [np.flatnonzero(row).tolist() for row in rows] == [[0, 1, 2], [1, 2, 5]]


def test_top_weights_with_dropout_leave_a_symbol_that_has_no_score() -> None:
    rows = by_session([[5, 4, 3, 2], [NAN, 4, 3, 9]], top=2, dropout=1)

    assert [np.flatnonzero(row).tolist() for row in rows] == [[0, 1], [1, 3]]


def test_top_weights_with_dropout_hold_a_symbol_on_one_side_only() -> None:
    scores = [[5, 4, 1, 0], [0, 1, 4, 5], [0, 1, 4, 5]]

    rows = np.array(by_session(scores, top=2, dropout=1, is_both=True))

    assert np.abs(rows).sum(axis=1) == pytest.approx(1.0)
    assert (np.count_nonzero(rows, axis=1) == 4).all()


def test_top_weights_by_score_follow_the_distance_from_the_median() -> None:
    assert by_session([[0, 1, 2, 3, 7]], top=2, weighting="score") == [
        [0, 0, 0, pytest.approx(1 / 6), pytest.approx(5 / 6)]
    ]


def test_top_weights_by_equal_scores_are_equal() -> None:
    assert by_session([[2, 2, 2]], top=2, weighting="score") == [[0.5, 0.5, 0]]


@pytest.mark.parametrize(
    ("chosen", "message"),
    [({"top": 0}, "at least 1"), ({"top": 1, "weighting": "half"}, "one of equal, score")],
)
def test_top_weights_of_impossible_choices_are_refused(chosen, message) -> None:
    with pytest.raises(BadInput, match=message):
        by_session([[1, 2]], **chosen)
