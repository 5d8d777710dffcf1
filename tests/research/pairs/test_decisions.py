from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.model.errors import BadInput
from quantdeck.research.pairs.decisions import Hold, decide
from quantdeck.research.pairs.rules import PairRules

NAN = math.nan


def held(scores: list[float], *, start: int = 0, close_at_end: bool = False, **rules) -> list[Hold]:
    zscore = np.array(scores)
    given = PairRules(**{"entry": 2.0, "exit": 0.5, "stop": 4.0, **rules})
    return decide(
        zscore, np.ones(len(zscore), np.bool_), given, start=start, close_at_end=close_at_end
    )


def test_decide_fills_in_the_row_after_the_score() -> None:
    assert held([0.0, -2.0, -1.0, -0.5, 0.0]) == [Hold(1, 2, 4, "exit")]
    assert held([0.0, 2.0, 1.0, 0.5, 0.0]) == [Hold(-1, 2, 4, "exit")]


def test_decide_leaves_when_the_score_has_crossed_the_mean() -> None:
    assert held([0.0, -2.0, -1.0, 3.0, 0.0])[0] == Hold(1, 2, 4, "exit")


def test_decide_does_not_turn_round_in_one_row() -> None:
    assert held([0.0, -2.0, 3.0, 3.0, 3.0, 3.0]) == [Hold(1, 2, 3, "exit"), Hold(-1, 4, 6, "open")]


def test_decide_stops_before_anything_else() -> None:
    assert held([-2.0, -4.0, 0.0], max_hold=1) == [Hold(1, 1, 2, "stop")]


def test_decide_opens_nothing_beyond_the_stop() -> None:
    assert held([-4.0, 4.5, -9.0, 0.0]) == []


def test_decide_without_a_stop_opens_at_any_distance() -> None:
    assert held([-40.0, -90.0, 0.0, 0.0], stop=None) == [Hold(1, 1, 3, "exit")]


def test_decide_after_a_stop_waits_for_the_score_to_come_back() -> None:
    scores = [-2.0, -4.0, -3.0, -2.5, -0.5, -2.0, -2.0]

    assert held(scores) == [Hold(1, 1, 2, "stop"), Hold(1, 6, 7, "open")]


def test_decide_after_a_stop_may_open_the_other_side_at_once() -> None:
    assert held([-2.0, -4.0, 2.5, 1.0]) == [Hold(1, 1, 2, "stop"), Hold(-1, 3, 4, "open")]


def test_decide_counts_the_longest_hold_from_fill_to_fill() -> None:
    scores = [-2.0, -2.0, -2.0, -2.0, -2.0, -2.0]

    assert held(scores, max_hold=3) == [Hold(1, 1, 4, "time")]
    assert held(scores, max_hold=1) == [Hold(1, 1, 2, "time")]


def test_decide_after_an_exit_may_open_again_in_the_row_of_the_fill() -> None:
    scores = [-2.0, 0.0, -2.0, 0.0, 0.0]

    assert held(scores) == [Hold(1, 1, 2, "exit"), Hold(1, 3, 4, "exit")]


def test_decide_without_a_score_neither_opens_nor_leaves_but_for_time() -> None:
    assert held([NAN, -2.0, NAN, NAN, NAN, NAN], max_hold=3) == [Hold(1, 2, 5, "time")]
    assert held([NAN, NAN]) == []


@pytest.mark.parametrize(
    ("direction", "sides"), [("long", [1]), ("short", [-1]), ("both", [1, -1])]
)
def test_decide_opens_the_sides_that_are_allowed(direction: str, sides: list[int]) -> None:
    holds = held([-2.0, 0.0, 2.0, 0.0, 0.0], direction=direction)

    assert [hold.side for hold in holds] == sides


def test_decide_opens_nothing_where_no_trade_can_be_sized() -> None:
    zscore = np.array([-2.0, -2.0, 0.0])

    holds = decide(zscore, np.array([False, True, True]), PairRules())

    assert holds == [Hold(1, 2, 3, "open")]


def test_decide_at_the_last_row_decides_nothing() -> None:
    assert held([0.0, 0.0, -2.0]) == []


def test_decide_to_close_at_the_end_leaves_with_the_last_row() -> None:
    scores = [0.0, -2.0, -2.0, -2.0, -2.0]

    assert held(scores, close_at_end=True) == [Hold(1, 2, 4, "end")]
    assert held([0.0, 0.0, -2.0, -2.0], close_at_end=True) == []
    assert held([0.0, -2.0, -2.0, -2.0], close_at_end=True) == [Hold(1, 2, 3, "end")]


def test_decide_from_a_start_looks_at_no_row_before_it() -> None:
    assert held([-2.0, -2.0, 0.0, -2.0, 0.0], start=2) == [Hold(1, 4, 5, "open")]


def test_decide_of_no_rows_is_nothing() -> None:
    assert held([]) == []
    assert held([-2.0], close_at_end=True) == []


def test_decide_refuses_a_start_before_the_rows() -> None:
    with pytest.raises(BadInput, match="start"):
        held([0.0], start=-1)
