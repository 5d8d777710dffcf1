from __future__ import annotations

import empyrical
import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.analytics.performance import rate_per_period
from quantdeck.analytics.risk import (
    active_risk,
    benchmark_fit,
    capture_ratio,
    downside_beta,
    m_squared,
    paired_returns,
    treynor_ratio,
)
from quantdeck.model.errors import BadInput, NoData

RNG = np.random.default_rng(8)
BASE = RNG.normal(0.0004, 0.01, size=500)
RETURNS = 0.0002 + 1.3 * BASE + RNG.normal(0.0, 0.006, size=500)


def test_benchmark_fit_equals_least_squares_of_statsmodels() -> None:
    rate = rate_per_period(0.03, 252)

    found = benchmark_fit(RETURNS, BASE, periods_per_year=252, annual_rate=0.03)

    expected = sm.OLS(RETURNS - rate, sm.add_constant(BASE - rate)).fit()
    assert found.beta == pytest.approx(expected.params[1], rel=1e-10)
    assert found.alpha == pytest.approx(expected.params[0] * 252, rel=1e-10)
    assert found.beta_error == pytest.approx(expected.bse[1], rel=1e-10)
    assert found.alpha_error == pytest.approx(expected.bse[0] * 252, rel=1e-10)
    assert found.r_squared == pytest.approx(expected.rsquared, rel=1e-10)
    residual = np.sqrt(expected.mse_resid * 252)
    assert found.residual_volatility == pytest.approx(residual, rel=1e-10)


def test_beta_equals_empyrical() -> None:
    found = benchmark_fit(RETURNS, BASE, periods_per_year=252)

    assert found.beta == pytest.approx(empyrical.beta(RETURNS, BASE), rel=1e-10)


def test_alpha_is_arithmetic_where_empyrical_compounds() -> None:
    found = benchmark_fit(RETURNS, BASE, periods_per_year=252)

    compounded = (1.0 + found.alpha / 252) ** 252 - 1.0
    assert compounded == pytest.approx(empyrical.alpha(RETURNS, BASE), rel=1e-9)
    assert compounded > found.alpha


def test_information_ratio_is_annual_where_empyrical_is_not() -> None:
    found = active_risk(RETURNS, BASE, periods_per_year=252)

    expected = empyrical.excess_sharpe(RETURNS, BASE) * np.sqrt(252)
    assert found.information_ratio == pytest.approx(expected, rel=1e-10)
    assert found.tracking_error == pytest.approx((RETURNS - BASE).std(ddof=1) * np.sqrt(252))
    assert found.active_return == pytest.approx((RETURNS - BASE).mean() * 252)


def test_active_risk_of_the_benchmark_itself_has_no_information_ratio() -> None:
    found = active_risk(BASE, BASE, periods_per_year=252)

    assert found.tracking_error == 0.0
    assert found.information_ratio is None


@pytest.mark.parametrize("rising", [True, False])
def test_capture_equals_empyrical(rising: bool) -> None:
    found = capture_ratio(RETURNS, BASE, periods_per_year=252, rising=rising)

    theirs = empyrical.up_capture if rising else empyrical.down_capture
    assert found == pytest.approx(theirs(RETURNS, BASE), rel=1e-9)


def test_downside_beta_is_that_of_the_falling_periods() -> None:
    found = downside_beta(RETURNS, BASE)

    expected = np.cov(RETURNS[BASE < 0], BASE[BASE < 0])
    assert found == pytest.approx(expected[0, 1] / expected[1, 1], rel=1e-10)


def test_treynor_ratio_is_excess_return_over_beta() -> None:
    rate = rate_per_period(0.02, 252)

    found = treynor_ratio(RETURNS, BASE, periods_per_year=252, annual_rate=0.02)

    beta = empyrical.beta(RETURNS, BASE)
    assert found == pytest.approx((RETURNS.mean() - rate) * 252 / beta, rel=1e-9)


@given(st.floats(0.2, 3.0))
def test_m_squared_does_not_depend_on_leverage(leverage: float) -> None:
    found = m_squared(leverage * RETURNS, BASE, periods_per_year=252)

    assert found == pytest.approx(m_squared(RETURNS, BASE, periods_per_year=252), rel=1e-9)


def test_rows_without_both_returns_are_left_out() -> None:
    holed, base = RETURNS.copy(), BASE.copy()
    holed[3], base[7] = np.nan, np.nan
    kept = np.delete(np.arange(500), [3, 7])

    found = benchmark_fit(holed, base, periods_per_year=252)

    assert found == benchmark_fit(RETURNS[kept], BASE[kept], periods_per_year=252)
    assert len(paired_returns(holed, base)[0]) == 498


@pytest.mark.parametrize(
    "call",
    [
        lambda: benchmark_fit(RETURNS[:2], BASE[:2], periods_per_year=252),
        lambda: benchmark_fit(RETURNS, np.zeros(500), periods_per_year=252),
        lambda: active_risk([0.1], [0.1], periods_per_year=252),
        lambda: capture_ratio([0.1], [0.1], periods_per_year=252, rising=False),
        lambda: treynor_ratio(np.zeros(500), BASE, periods_per_year=252),
        lambda: capture_ratio([9.0], [9.0], periods_per_year=8760, rising=True),
    ],
)
def test_figures_that_the_returns_cannot_tell_say_why(call) -> None:
    with pytest.raises(NoData):
        call()


def test_returns_of_other_length_are_refused() -> None:
    with pytest.raises(BadInput):
        benchmark_fit(RETURNS, BASE[:-1], periods_per_year=252)
