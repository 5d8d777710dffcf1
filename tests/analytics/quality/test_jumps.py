"""Jumps of prices, and what they look like."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.analytics.adjustment import split_factors
from quantdeck.analytics.quality import JumpKind, find_jumps
from quantdeck.model.history import ActionKind, CorporateAction


def _walk(rows: int = 400, seed: int = 3) -> np.ndarray:
    steps = np.random.default_rng(seed).normal(0.0, 0.01, rows)
    return 100.0 * np.exp(np.cumsum(steps))


def test_find_jumps_a_quiet_walk_has_none() -> None:
    assert find_jumps(_walk()) == []


@pytest.mark.parametrize(("new", "old"), [(2, 1), (3, 1), (3, 2), (10, 1), (1, 2), (1, 10)])
def test_find_jumps_a_split_not_recorded_is_named(new: int, old: int) -> None:
    prices = _walk()
    prices[200:] *= old / new

    (jump,) = find_jumps(prices)

    assert (jump.row, jump.kind, jump.split) == (200, JumpKind.SPLIT, (new, old))


def test_find_jumps_a_fall_after_the_open_is_no_split() -> None:
    prices = _walk()
    opens = np.concatenate(([100.0], prices[:-1]))
    prices[200:] /= 2.0
    opens[201:] /= 2.0

    (jump,) = find_jumps(prices, opens=opens)

    assert jump.kind is JumpKind.MOVE


def test_find_jumps_a_split_of_less_than_two_for_one_is_doubtful() -> None:
    prices = _walk()
    prices[200:] *= 4 / 5

    (jump,) = find_jumps(prices)

    assert jump.is_doubtful


def test_find_jumps_a_recorded_split_explains_itself() -> None:
    prices = _walk()
    prices[200:] /= 4.0
    split = CorporateAction(200, ActionKind.SPLIT, 4.0)

    assert find_jumps(prices, split_factors(np.arange(400), [split])) == []


def test_find_jumps_a_price_there_and_back_is_one_finding() -> None:
    prices = _walk()
    prices[200] *= 2.0

    (jump,) = find_jumps(prices)

    assert (jump.row, jump.kind, jump.split) == (200, JumpKind.THERE_AND_BACK, None)


def test_find_jumps_a_fall_that_is_no_split_is_a_move() -> None:
    prices = _walk()
    prices[200:] *= 0.7

    (jump,) = find_jumps(prices)

    assert jump.kind is JumpKind.MOVE
    assert jump.ratio == pytest.approx(0.7, rel=0.05)


def test_find_jumps_absent_closes_are_passed_over() -> None:
    prices = _walk()
    prices[200:] *= 0.7
    prices[195:205] = np.nan

    (jump,) = find_jumps(prices)

    assert jump.row == 205


def test_find_jumps_of_a_wild_series_minds_its_own_scale() -> None:
    steps = np.random.default_rng(1).normal(0.0, 0.3, 300)

    assert find_jumps(np.exp(np.cumsum(steps))) == []


@given(st.floats(0.01, 1e6), st.integers(0, 50))
def test_find_jumps_does_not_mind_the_unit_of_the_price(unit: float, seed: int) -> None:
    prices = _walk(100, seed)
    prices[50:] /= 2.0

    found = find_jumps(prices * unit)

    assert [(jump.row, jump.split) for jump in found] == [(50, (2, 1))]
