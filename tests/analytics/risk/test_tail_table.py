from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.performance import tail_loss
from quantdeck.analytics.risk import back_test, cornish_fisher_tail, gaussian_tail, tail_table
from quantdeck.model.errors import BadInput, NoData

RETURNS = np.random.default_rng(5).standard_t(4, size=900) * 0.01


def test_rows_are_those_of_the_three_methods_at_each_level() -> None:
    rows = tail_table(RETURNS, [0.95, 0.99])

    assert [(row.method, row.level) for row in rows] == [
        (method, level)
        for level in (0.95, 0.99)
        for method in ("historical", "gaussian", "cornish_fisher")
    ]
    for row, one in zip(rows[3:], (tail_loss, gaussian_tail, cornish_fisher_tail), strict=True):
        expected = one(RETURNS, level=0.99)
        assert row.value_at_risk == expected.value_at_risk
        assert row.expected_shortfall == expected.expected_shortfall


def test_too_few_returns_for_a_level_say_how_many_it_takes() -> None:
    historical = tail_table(RETURNS[:300], [0.99])[0]

    assert historical.value_at_risk is None
    assert "500 are needed" in historical.note


def test_expansion_outside_of_its_range_carries_a_warning() -> None:
    crash = np.append(np.full(400, 0.001), -0.5)

    row = tail_table(crash, [0.95])[2]

    assert "use the historical figure" in row.note


def test_normal_forecasts_need_no_longer_window() -> None:
    found = back_test(RETURNS, level=0.99, window=250, method="gaussian")

    assert found.window == 250
    assert found.test.n == 650


def test_more_returns_than_the_window_are_needed() -> None:
    with pytest.raises(NoData, match="100 returns; a back-test at"):
        back_test(RETURNS[:100], level=0.95, window=60)


def test_level_of_a_coin_toss_is_refused() -> None:
    with pytest.raises(BadInput, match="level"):
        back_test(RETURNS, level=0.5, window=60)
