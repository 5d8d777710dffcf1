from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from quantdeck.analytics.performance import tail_loss
from quantdeck.analytics.risk import (
    TrafficLight,
    cornish_fisher_tail,
    exceedance_test,
    gaussian_tail,
    rolling_value_at_risk,
)
from quantdeck.model.errors import BadInput, NoData

RETURNS = np.random.default_rng(42).standard_t(4, size=750) * 0.011 + 0.0004
NORMAL = np.random.default_rng(1).normal(0.0005, 0.01, size=200_000)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_gaussian_tail_equals_scipy(level: float) -> None:
    found = gaussian_tail(RETURNS, level=level)

    mean, std = RETURNS.mean(), RETURNS.std(ddof=1)
    distribution = stats.norm(mean, std)
    assert found.value_at_risk == pytest.approx(-distribution.ppf(1 - level), rel=1e-12)
    expected = -distribution.expect(lambda x: x, ub=distribution.ppf(1 - level), conditional=True)
    assert found.expected_shortfall == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("level", [0.95, 0.99])
def test_tails_of_normal_returns_agree(level: float) -> None:
    historical = tail_loss(NORMAL, level=level)

    for found in (gaussian_tail(NORMAL, level=level), cornish_fisher_tail(NORMAL, level=level)):
        assert found.value_at_risk == pytest.approx(historical.value_at_risk, rel=0.01)
        assert found.expected_shortfall == pytest.approx(historical.expected_shortfall, rel=0.01)
        assert found.warning is None


def test_cornish_fisher_shortfall_is_the_mean_of_its_quantiles() -> None:
    level = 0.95
    returns = np.random.default_rng(3).gamma(8.0, 0.01, size=400) - 0.08

    found = cornish_fisher_tail(returns, level=level)

    skew, kurtosis = stats.skew(returns), stats.kurtosis(returns)

    def quantile(p: float) -> float:
        z = stats.norm.ppf(p)
        w = z + (z**2 - 1) * skew / 6 + (z**3 - 3 * z) * kurtosis / 24
        w -= (2 * z**3 - 5 * z) * skew**2 / 36
        return float(returns.mean() + w * returns.std(ddof=1))

    assert found.value_at_risk == pytest.approx(-quantile(1 - level), rel=1e-10)
    expected = -integrate.quad(quantile, 0.0, 1 - level)[0] / (1 - level)
    assert found.expected_shortfall == pytest.approx(expected, rel=1e-6)


def test_cornish_fisher_of_fat_tails_warns() -> None:
    found = cornish_fisher_tail(np.random.default_rng(1).standard_t(2.5, size=2000) * 0.01)

    assert found.warning is not None
    assert "kurtosis" in found.warning


@pytest.mark.parametrize("tail", [gaussian_tail, cornish_fisher_tail, tail_loss])
@pytest.mark.parametrize("level", [0.5, 1.0, 95.0])
def test_tail_at_a_level_that_is_none_is_refused(tail, level: float) -> None:
    with pytest.raises(BadInput):
        tail(RETURNS, level=level)


def test_cornish_fisher_of_returns_that_do_not_move_says_so() -> None:
    with pytest.raises(NoData):
        cornish_fisher_tail([0.01] * 10)


@given(st.integers(0, 10_000))
def test_gaussian_shortfall_is_never_below_the_value_at_risk(seed: int) -> None:
    rng = np.random.default_rng(seed)
    returns = np.clip(rng.normal(rng.normal() * 0.01, 0.02, size=30), -1.0, None)

    tails = [gaussian_tail(returns, level=level) for level in (0.9, 0.95, 0.99)]

    assert all(t.expected_shortfall >= t.value_at_risk for t in tails)
    assert tails[0].value_at_risk <= tails[1].value_at_risk <= tails[2].value_at_risk


@pytest.mark.parametrize("method", ["historical", "gaussian"])
def test_rolling_value_at_risk_equals_the_tail_of_the_periods_before(method) -> None:
    tail = {"historical": tail_loss, "gaussian": gaussian_tail}[method]

    found = rolling_value_at_risk(RETURNS[:300], window=120, level=0.95, method=method)

    assert np.isnan(found[:120]).all()
    expected = [tail(RETURNS[t - 120 : t]).value_at_risk for t in range(120, 300)]
    assert found[120:] == pytest.approx(expected, rel=1e-9)


def test_rolling_value_at_risk_does_not_know_the_return_it_is_for() -> None:
    changed = RETURNS[:300].copy()
    changed[200] = -0.9

    found = rolling_value_at_risk(changed, window=100)

    assert found[:201] == pytest.approx(
        rolling_value_at_risk(RETURNS[:300], window=100)[:201], nan_ok=True
    )


def test_rolling_value_at_risk_over_an_absent_return_is_absent() -> None:
    holed = RETURNS[:300].copy()
    holed[150] = np.nan

    found = rolling_value_at_risk(holed, window=100)

    assert np.flatnonzero(np.isnan(found[100:])).tolist() == list(range(51, 151))


@pytest.mark.parametrize("options", [{"window": 99}, {"method": "best"}, {"level": 1.5}])
def test_rolling_value_at_risk_options_that_make_no_sense_are_refused(options) -> None:
    with pytest.raises(BadInput):
        rolling_value_at_risk(RETURNS, **options)


def test_rolling_value_at_risk_of_too_few_returns_is_absent() -> None:
    assert np.isnan(rolling_value_at_risk(RETURNS[:100], window=100)).all()


def test_exceedance_test_of_kupiec_worked_by_hand() -> None:
    returns = np.full(255, 0.01)
    returns[::30] = -0.05

    found = exceedance_test(returns, np.full(255, 0.03), level=0.99)

    x, n, p = 9, 255, 0.01
    free = (n - x) * math.log(1 - x / n) + x * math.log(x / n)
    expected = -2 * ((n - x) * math.log(1 - p) + x * math.log(p) - free)
    assert found.count == 9
    assert found.coverage.statistic == pytest.approx(expected)
    assert found.coverage.pvalue == pytest.approx(float(stats.chi2.sf(expected, 1)), rel=1e-9)
    assert found.light is TrafficLight.YELLOW
    assert found.rows.tolist() == list(range(0, 255, 30))


@pytest.mark.parametrize(
    ("count", "light"), [(0, "green"), (4, "green"), (5, "yellow"), (9, "yellow"), (10, "red")]
)
def test_traffic_light_is_that_of_the_basel_table(count: int, light: str) -> None:
    returns = np.zeros(250)
    returns[:count] = -0.1

    assert exceedance_test(returns, np.full(250, 0.05), level=0.99).light.value == light


def test_independence_finds_exceedances_in_a_row() -> None:
    scattered, clustered = np.zeros(500), np.zeros(500)
    scattered[::25] = -0.1
    clustered[100:120] = -0.1

    found = [exceedance_test(r, np.full(500, 0.05), level=0.96) for r in (scattered, clustered)]

    assert found[0].count == found[1].count == 20
    assert found[0].independence is not None
    assert found[1].independence is not None
    assert found[0].independence.pvalue > 0.1
    assert found[1].independence.pvalue < 1e-10
    assert found[1].both is not None
    assert found[1].both.statistic == pytest.approx(
        found[1].coverage.statistic + found[1].independence.statistic
    )


def test_independence_without_an_exceedance_cannot_be_told() -> None:
    found = exceedance_test(np.zeros(100), np.full(100, 0.05), level=0.95)

    assert found.independence is None
    assert found.both is None
    assert found.coverage.statistic == pytest.approx(-200 * math.log(0.95))


def test_exceedance_test_leaves_out_rows_without_a_forecast() -> None:
    found = exceedance_test([-0.1, -0.1, np.nan, 0.1], [np.nan, 0.05, 0.05, 0.05], level=0.9)

    assert (found.n, found.count, found.rows.tolist()) == (3 - 1, 1, [1])


def test_exceedance_test_without_any_forecast_says_so() -> None:
    with pytest.raises(NoData):
        exceedance_test([0.1], [np.nan], level=0.95)


def test_forecasts_of_independent_returns_pass() -> None:
    returns = NORMAL[:3000]

    found = exceedance_test(returns, rolling_value_at_risk(returns, window=500), level=0.95)

    assert found.coverage.pvalue > 0.01
    assert found.light is not TrafficLight.RED
