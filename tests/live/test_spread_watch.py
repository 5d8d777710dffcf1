from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from quantdeck.live.spread_watch import SpreadWatch
from quantdeck.model.errors import BadInput
from tests.views.box_samples import a_rate

DAYS = np.array([1.0, 2000.0])
LEVEL = np.array([0.04, 0.04])


def watch(**limits):
    return SpreadWatch(DAYS, LEVEL, **limits)


def rates(spread_bp, *, se=0.00001):
    return [replace(a_rate(days=365, rate=0.04 + spread_bp / 1e4), se=se)]


def test_tenor_that_leaves_its_corridor_is_told_once_with_its_figures():
    corridor = watch(above_bp=40)

    said = [corridor.look(rates(spread)) for spread in (30, 45, 50)]

    assert said == [
        [],
        ["box rate of 365 days is +45 bp to the benchmark (se 0), above 40 bp"],
        [],
    ]


def test_tenor_below_its_corridor_is_told():
    assert watch(below_bp=-5).look(rates(-9)) == [
        "box rate of 365 days is −9 bp to the benchmark (se 0), below -5 bp"
    ]


def test_tenor_that_wavers_at_its_limit_is_back_only_well_within():
    corridor = watch(above_bp=40)
    corridor.look(rates(45))

    said = [corridor.look(rates(spread)) for spread in (39, 41, 37)]

    assert [len(each) for each in said] == [0, 0, 1]
    assert "back within" in said[2][0]


def test_tenor_that_is_too_uncertain_is_not_told():
    assert watch(above_bp=40).look(rates(45, se=0.0004)) == []


def test_tenor_that_no_expiries_surround_is_passed_over():
    assert watch(above_bp=0).look([a_rate(days=400, rate=0.09)]) == []


def test_tenor_beyond_the_benchmark_is_passed_over():
    short = SpreadWatch(np.array([1.0, 100.0]), LEVEL, above_bp=0)

    assert short.look(rates(90)) == []


def test_limits_that_leave_nothing_between_them_are_refused():
    with pytest.raises(BadInput, match="must be above the lower"):
        watch(above_bp=1, below_bp=1)


def test_limits_without_a_benchmark_are_refused():
    with pytest.raises(BadInput, match="needs a benchmark"):
        SpreadWatch(np.empty(0), np.empty(0), above_bp=1)
