from __future__ import annotations

import dataclasses
import importlib
import re
from operator import attrgetter
from pathlib import Path

import pytest

from quantdeck.analytics.metrics import METRICS, Metric, metric
from quantdeck.analytics.metrics.benchmark import BENCHMARK_METRICS
from quantdeck.analytics.metrics.options import OPTION_METRICS
from quantdeck.analytics.metrics.performance import PERFORMANCE_METRICS
from quantdeck.analytics.metrics.portfolio import PORTFOLIO_METRICS
from quantdeck.analytics.metrics.risk import RISK_METRICS
from quantdeck.analytics.metrics.strategies import STRATEGY_METRICS
from quantdeck.analytics.metrics.technical import TECHNICAL_METRICS
from quantdeck.analytics.metrics.volatility import VOLATILITY_METRICS
from quantdeck.model.errors import BadInput

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = (
    *PERFORMANCE_METRICS,
    *VOLATILITY_METRICS,
    *RISK_METRICS,
    *BENCHMARK_METRICS,
    *PORTFOLIO_METRICS,
    *TECHNICAL_METRICS,
    *OPTION_METRICS,
    *STRATEGY_METRICS,
)
each_metric = pytest.mark.parametrize("entry", ENTRIES, ids=attrgetter("name"))


def test_metrics_have_names_of_their_own() -> None:
    assert len(METRICS) == len(ENTRIES)


@each_metric
def test_metric_says_everything_in_one_line(entry: Metric) -> None:
    texts = [str(value) for value in dataclasses.astuple(entry)]

    assert all(text.strip() == text and text and "\n" not in text for text in texts)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", entry.name)


@each_metric
def test_metric_is_computed_by_a_documented_function(entry: Metric) -> None:
    module, _, name = entry.function.rpartition(".")

    function = getattr(importlib.import_module(f"quantdeck.analytics.{module}"), name)

    assert callable(function)
    assert function.__doc__


@each_metric
def test_metric_names_a_test_that_knows_the_function(entry: Metric) -> None:
    function = entry.function.rpartition(".")[2]

    assert function in (ROOT / entry.test).read_text()


def test_metric_that_is_unknown_is_refused_with_what_is_near() -> None:
    with pytest.raises(BadInput, match="sharpe_ratio"):
        metric("sharpe")
