from __future__ import annotations

import numpy as np

from quantdeck.analytics.stationarity import adf, kpss, stationarity_tests

NOISE = np.random.default_rng(2).normal(size=400)


def test_both_are_those_of_their_functions() -> None:
    unit_root, level = stationarity_tests("returns", NOISE)

    assert (unit_root.statistic, unit_root.lag) == (adf(NOISE).statistic, adf(NOISE).lag)
    assert (level.statistic, level.critical) == (kpss(NOISE).statistic, kpss(NOISE).critical["5%"])


def test_noise_is_told_from_a_walk_by_both() -> None:
    noise, walk = stationarity_tests("", NOISE), stationarity_tests("", np.cumsum(NOISE))

    assert noise[0].pvalue is not None
    assert noise[0].pvalue < 0.05
    assert noise[1].pvalue is not None
    assert noise[1].pvalue > 0.05
    assert walk[1].pvalue is not None
    assert walk[1].pvalue < 0.05


def test_too_few_values_have_a_reason() -> None:
    found = stationarity_tests("returns", NOISE[:3])

    assert [test.pvalue for test in found] == [None, None]
    assert all(test.reason for test in found)
