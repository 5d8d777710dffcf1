from __future__ import annotations

import numpy as np
import pytest

from quantdeck.model.errors import BadInput, TooLittleData
from quantdeck.research.splits import combinatorial, default_embargo, walk_forward


def test_walk_forward_tests_every_session_from_the_first_on_once() -> None:
    splits = walk_forward(103, folds=4, first=41, horizon=2, embargo=3)

    tested = sum(split.test.astype(int) for split in splits)

    assert tested[:41].sum() == 0
    assert (tested[41:] == 1).all()


def test_walk_forward_leaves_out_horizon_and_embargo_before_each_test() -> None:
    splits = walk_forward(100, folds=3, first=40, horizon=5, embargo=2)

    gaps = [split.spans[0].start - 1 - np.flatnonzero(split.train)[-1] for split in splits]

    assert gaps == [7, 7, 7]


def test_walk_forward_trains_on_everything_before() -> None:
    splits = walk_forward(100, folds=3, first=40, horizon=1, embargo=0)

    assert [split.train.sum() for split in splits] == [39, 59, 79]


def test_walk_forward_of_too_few_sessions_says_how_many_it_needs() -> None:
    with pytest.raises(TooLittleData, match="need 11 sessions; there are 10"):
        walk_forward(10, folds=3, first=8, horizon=1, embargo=1)


def test_walk_forward_that_begins_before_there_is_anything_to_learn_is_refused() -> None:
    with pytest.raises(BadInput, match="let it begin later"):
        walk_forward(10, folds=3, first=2, horizon=1, embargo=1)


@pytest.mark.parametrize(
    "wrong", [{"folds": 0}, {"horizon": 0}, {"embargo": -1}], ids=["folds", "horizon", "embargo"]
)
def test_walk_forward_of_counts_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    given = {"folds": 3, "first": 40, "horizon": 1, "embargo": 1} | wrong

    with pytest.raises(BadInput):
        walk_forward(100, **given)


def test_combinatorial_tests_every_session_equally_often() -> None:
    splits = combinatorial(97, groups=6, tests=2, horizon=1, embargo=1)

    tested = sum(split.test.astype(int) for split in splits)

    assert len(splits) == 15
    assert set(tested.tolist()) == {5}


def test_combinatorial_trains_after_its_tests_too() -> None:
    first = combinatorial(100, groups=5, tests=1, horizon=2, embargo=3)[0]

    assert np.flatnonzero(first.train)[0] == 20 + 2 + 3
    assert first.text == "trained on 25-99, tested on 0-19"


def test_combinatorial_that_leaves_nothing_to_train_on_is_refused() -> None:
    with pytest.raises(TooLittleData, match="nothing to train on"):
        combinatorial(30, groups=3, tests=2, horizon=5, embargo=10)


@pytest.mark.parametrize(("groups", "tests"), [(5, 0), (5, 5), (30, 15)])
def test_combinatorial_of_impossible_or_countless_choices_is_refused(
    groups: int, tests: int
) -> None:
    with pytest.raises(BadInput, match="combinat"):
        combinatorial(1000, groups=groups, tests=tests, horizon=1, embargo=1)


def test_default_embargo_is_a_hundredth_and_never_nothing() -> None:
    assert [default_embargo(n) for n in (5, 100, 101, 3000)] == [1, 1, 2, 30]
