from __future__ import annotations

import importlib
from functools import reduce

import pytest

from quantdeck.alerts.catalogue import FUNCTIONS, METRICS
from quantdeck.alerts.cursor import KEYWORDS
from quantdeck.alerts.parse import parse


@pytest.mark.parametrize("name", METRICS)
def test_example_of_every_metric_is_a_rule(name: str) -> None:
    rule = parse(f"{METRICS[name].example} > 0")

    assert METRICS[name].example.startswith(f"{name}(")
    assert rule.condition


@pytest.mark.parametrize("name", METRICS)
def test_source_of_every_metric_is_there(name: str) -> None:
    module, _, attribute = METRICS[name].source.rpartition(".")

    found = reduce(getattr, [attribute], importlib.import_module(f"quantdeck.{module}"))

    assert found is not None


def test_no_name_means_two_things() -> None:
    assert not set(METRICS) & set(FUNCTIONS)
    assert not (set(METRICS) | set(FUNCTIONS)) & {*KEYWORDS, "for", "cooldown", "expires", "quiet"}
