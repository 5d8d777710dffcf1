from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.analytics.performance import (
    annual_volatility,
    cagr,
    calmar_ratio,
    max_drawdown,
    periods_per_year,
    rate_per_period,
    sharpe_error,
    sharpe_ratio,
    sortino_ratio,
    tail_loss,
    total_return,
    wealth_index,
)
from quantdeck.model.errors import BadInput, NoData

RETURNS = np.random.default_rng(42).standard_t(4, size=750) * 0.011 + 0.0004

# Of empyrical-reloaded 0.7.1 for the same returns and 252 periods, given the rate of one period.
EMPYRICAL = {
    "total_return": -0.13128028064909525,
    "cagr": -0.04618626412716176,
    "volatility": 0.25643994558213346,
    "sharpe": -0.17153518300549023,
    "sortino": -0.23815588682464398,
    "calmar": -0.13766548213370836,
    "max_drawdown": 0.3354963307527089,
}

returns_lists = st.lists(st.floats(-0.5, 0.5), min_size=3, max_size=60)


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("total_return", total_return(RETURNS)),
        ("cagr", cagr(RETURNS, periods_per_year=252)),
        ("volatility", annual_volatility(RETURNS, periods_per_year=252)),
        ("sharpe", sharpe_ratio(RETURNS, periods_per_year=252, annual_rate=0.03).value),
        ("sortino", sortino_ratio(RETURNS, periods_per_year=252, annual_target=0.03)),
        ("calmar", calmar_ratio(RETURNS, periods_per_year=252)),
        ("max_drawdown", max_drawdown(RETURNS)),
    ],
)
def test_figure_of_a_sample_equals_empyrical(name: str, figure: float) -> None:
    assert figure == pytest.approx(EMPYRICAL[name], rel=1e-11)


def test_loss_in_the_first_period_is_a_drawdown() -> None:
    assert max_drawdown([-0.1, 0.05, -0.1]) == pytest.approx(0.1495)


def test_wealth_index_begins_before_the_first_return() -> None:
    assert wealth_index([0.5, -0.5]).tolist() == [1.0, 1.5, 0.75]


def test_growth_rate_where_everything_is_lost_is_minus_one() -> None:
    assert cagr([0.1, -1.0, 0.3], periods_per_year=12) == -1.0


def test_growth_rate_beyond_floats_is_infinite() -> None:
    assert cagr([9.0], periods_per_year=31_536_000) == math.inf


def test_rates_are_annual_and_compound() -> None:
    assert (1.0 + rate_per_period(0.04, 365)) ** 365 == pytest.approx(1.04, rel=1e-12)


def test_hours_of_a_market_that_never_closes_are_8760_a_year() -> None:
    assert periods_per_year(3600.0) == 8760.0


def test_sortino_divides_by_all_returns_not_the_losing_ones() -> None:
    ratio = sortino_ratio([0.03, -0.01, 0.02, -0.02], periods_per_year=1)

    assert ratio == pytest.approx(0.005 / math.sqrt((0.0001 + 0.0004) / 4))


def test_standard_error_of_normal_returns_is_that_of_lo() -> None:
    ratio = sharpe_ratio(RETURNS, periods_per_year=252)

    lo = math.sqrt((1.0 + 0.5 * ratio.per_period**2) / 750 * 252)
    assert ratio.standard_error_normal == pytest.approx(lo, rel=1e-12)


def test_standard_error_grows_with_negative_skew() -> None:
    crashes = sharpe_error(0.2, n=500, skew=-2.0, kurtosis=10.0)

    assert crashes > sharpe_error(0.2, n=500, skew=0.0, kurtosis=3.0)


def test_standard_error_covers_what_simulated_ratios_spread() -> None:
    random = np.random.default_rng(7)
    samples = random.normal(0.001, 0.01, size=(2_000, 250))

    ratios = [sharpe_ratio(each, periods_per_year=252) for each in samples]

    spread = float(np.std([each.value for each in ratios]))
    assert np.mean([each.standard_error for each in ratios]) == pytest.approx(spread, rel=0.05)


@given(returns_lists, st.floats(0.01, 1.9))
def test_sharpe_ratio_does_not_change_with_leverage(values: list[float], leverage: float) -> None:
    returns = np.array(values)
    if np.ptp(returns) < 1e-6:
        returns[0] += 0.01

    plain = sharpe_ratio(returns, periods_per_year=252)

    geared = sharpe_ratio(returns * leverage, periods_per_year=252)
    assert geared.value == pytest.approx(plain.value, rel=1e-6, abs=1e-9)


@given(st.lists(st.floats(-0.5, 0.5), min_size=50, max_size=200))
def test_expected_shortfall_is_never_less_than_value_at_risk(values: list[float]) -> None:
    tail = tail_loss(values, level=0.9)

    assert tail.expected_shortfall >= tail.value_at_risk - 1e-12
    assert tail.in_tail >= 5


@given(st.lists(st.floats(-0.5, 0.5), min_size=100, max_size=150))
def test_value_at_risk_grows_with_the_level(values: list[float]) -> None:
    losses = [tail_loss(values, level=level).value_at_risk for level in (0.6, 0.8, 0.9, 0.95)]

    assert losses == sorted(losses)


def test_tail_of_too_few_returns_says_how_many_are_needed() -> None:
    with pytest.raises(NoData, match="100 are needed"):
        tail_loss(np.zeros(99))


def test_returns_that_do_not_move_have_no_sharpe_ratio() -> None:
    with pytest.raises(NoData, match="do not move"):
        sharpe_ratio([0.01] * 10, periods_per_year=252)


def test_returns_without_a_loss_have_no_sortino_ratio() -> None:
    with pytest.raises(NoData, match="below the target"):
        sortino_ratio([0.01, 0.02], periods_per_year=252)


def test_wealth_that_never_fell_has_no_calmar_ratio() -> None:
    with pytest.raises(NoData, match="never fell"):
        calmar_ratio([0.01, 0.02], periods_per_year=252)


@pytest.mark.parametrize(
    ("returns", "message"),
    [([0.1, math.nan], "1 of 2 returns"), ([-1.5, 0.1], "per cent"), ([[0.1]], "one-dimension")],
)
def test_returns_that_are_none_are_refused(returns: list[float], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        total_return(returns)


@pytest.mark.parametrize("periods", [0.0, -252.0, math.nan, math.inf])
def test_periods_a_year_that_are_none_are_refused(periods: float) -> None:
    with pytest.raises(BadInput, match="periods_per_year"):
        annual_volatility([0.1, 0.2], periods_per_year=periods)
