"""Rules: one for every view and richness, and every structure with a bounded loss."""

from __future__ import annotations

import itertools

import pytest

from quantdeck.model.errors import BadInput
from quantdeck.research.playbook.entry import Richness, View
from quantdeck.research.playbook.rules import (
    RULES,
    STRUCTURES,
    Thresholds,
    richness_of,
    rule_of,
    view_of,
)


@pytest.mark.parametrize(("view", "richness"), list(itertools.product(View, Richness)))
def test_rule_of_any_view_and_richness_is_found(view: View, richness: Richness) -> None:
    for probability in (None, 0.5, 0.9):
        assert rule_of(view, richness, probability).view is view


def test_rules_name_structures_that_there_are() -> None:
    assert {rule.structure for rule in RULES} - {""} == set(STRUCTURES)


@pytest.mark.parametrize("key", list(STRUCTURES))
def test_structures_sell_no_more_than_they_buy_of_a_kind(key: str) -> None:
    sides: dict[str, int] = {}
    for leg in STRUCTURES[key].legs:
        sides[leg.kind] = sides.get(leg.kind, 0) + leg.side

    assert min(sides.values()) >= 0


def test_dear_options_are_sold_and_cheap_ones_bought() -> None:
    assert rule_of(View.UP, Richness.RICH, None).structure == "bull_put_spread"
    assert rule_of(View.DOWN, Richness.CHEAP, 0.44).structure == "long_put"
    assert rule_of(View.DOWN, Richness.CHEAP, 0.47).structure == "bear_put_spread"
    assert rule_of(View.NEUTRAL, Richness.RICH, None).structure == "iron_condor"
    assert rule_of(View.NEUTRAL, Richness.UNKNOWN, None).structure == ""


def test_view_with_a_model_that_has_one_is_the_models_alone() -> None:
    view, why = view_of(0.47, 3.0)

    assert view is View.DOWN
    assert why == "the model gives 47.0%, 3.0 points from one half, which decides alone"


def test_view_with_a_model_that_has_none_is_that_of_the_other_factors() -> None:
    assert view_of(0.505, 3.0)[0] is View.UP
    assert view_of(0.505, 0.4)[0] is View.NEUTRAL
    assert "too near one half" in view_of(0.505, None)[1]


def test_view_without_anything_is_neutral() -> None:
    assert view_of(None, None)[0] is View.NEUTRAL


def test_richness_between_the_thresholds_is_fair() -> None:
    thresholds = Thresholds(rich=0.1, cheap=-0.1)

    assert richness_of(0.05, thresholds) is Richness.FAIR
    assert richness_of(-0.1, thresholds) is Richness.CHEAP
    assert richness_of(float("nan"), thresholds) is Richness.UNKNOWN


@pytest.mark.parametrize("wrong", [{"edge": 0.0}, {"edge": 0.5}, {"lean": 0.0}, {"cheap": 0.05}])
def test_thresholds_that_divide_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        Thresholds(**wrong)
