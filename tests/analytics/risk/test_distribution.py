from __future__ import annotations

from itertools import pairwise

import empyrical
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from quantdeck.analytics.performance import rate_per_period, wealth_index
from quantdeck.analytics.risk import (
    downside_deviation,
    drawdown_figures,
    drawdown_table,
    gains_and_losses,
    monthly_returns,
    omega_ratio,
    return_histogram,
    return_shape,
    rolling_beta,
    rolling_sharpe,
    rolling_sortino,
    rolling_volatility,
    stability,
    tail_ratio,
)
from quantdeck.model.errors import BadInput, NoData

RETURNS = np.random.default_rng(42).standard_t(4, size=750) * 0.011 + 0.0004
BASE = 0.6 * RETURNS + np.random.default_rng(1).normal(0, 0.008, size=750)
returns_lists = st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=60)


def test_downside_deviation_equals_empyrical() -> None:
    found = downside_deviation(RETURNS, periods_per_year=252, annual_target=0.03)

    rate = rate_per_period(0.03, 252)
    expected = empyrical.downside_risk(RETURNS, required_return=rate)
    assert found == pytest.approx(expected, rel=1e-10)


def test_omega_ratio_equals_empyrical() -> None:
    found = omega_ratio(RETURNS, periods_per_year=252, annual_target=0.03)

    assert found == pytest.approx(empyrical.omega_ratio(RETURNS, required_return=0.03), rel=1e-9)


def test_tail_ratio_equals_empyrical() -> None:
    assert tail_ratio(RETURNS) == pytest.approx(empyrical.tail_ratio(RETURNS), rel=1e-12)


def test_stability_equals_empyrical() -> None:
    expected = empyrical.stability_of_timeseries(RETURNS)

    assert stability(RETURNS) == pytest.approx(expected, rel=1e-9)


def test_return_shape_equals_scipy() -> None:
    found = return_shape(RETURNS)

    expected = stats.jarque_bera(RETURNS)
    assert found.skew == pytest.approx(stats.skew(RETURNS), rel=1e-10)
    assert found.excess_kurtosis == pytest.approx(stats.kurtosis(RETURNS), rel=1e-10)
    assert found.jarque_bera == pytest.approx(expected.statistic, rel=1e-9)
    assert found.pvalue == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-300)


def test_gains_and_losses_worked_by_hand() -> None:
    found = gains_and_losses([0.02, -0.01, -0.01, 0.0, -0.02, 0.04])

    assert found.hit_rate == pytest.approx(2 / 6)
    assert found.average_gain == pytest.approx(0.03)
    assert found.average_loss == pytest.approx(0.04 / 3)
    assert found.payoff_ratio == pytest.approx(2.25)
    assert found.profit_factor == pytest.approx(1.5)
    assert found.gain_to_pain == pytest.approx(0.5)
    assert (found.best, found.worst, found.longest_losing_run) == (0.04, -0.02, 2)


def test_gains_without_a_loss_have_no_ratio() -> None:
    found = gains_and_losses([0.01, 0.02])

    assert (found.average_loss, found.payoff_ratio, found.gain_to_pain) == (None, None, None)
    assert found.longest_losing_run == 0


@pytest.mark.parametrize("bins", [None, 1, 30])
def test_histogram_counts_every_return(bins: int | None) -> None:
    found = return_histogram(RETURNS, bins=bins)

    assert found.counts.sum() == len(RETURNS)
    assert found.normal.sum() == pytest.approx(len(RETURNS), rel=0.02)
    assert len(found.edges) == len(found.counts) + 1 == len(found.normal) + 1


def test_histogram_of_returns_that_are_mostly_equal_has_bins() -> None:
    found = return_histogram([0.0] * 90 + [0.01] * 10)

    assert len(found.counts) == 20


@pytest.mark.parametrize("bins", [0, 201])
def test_histogram_with_too_many_bins_is_refused(bins: int) -> None:
    with pytest.raises(BadInput):
        return_histogram(RETURNS, bins=bins)


@given(returns_lists)
def test_drawdown_episodes_do_not_overlap_and_hold_the_deepest(values: list[float]) -> None:
    wealth = wealth_index(values)

    table = drawdown_table(wealth)

    spans = sorted((e.peak, e.recovery if e.recovery is not None else len(wealth)) for e in table)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    deepest = -empyrical.max_drawdown(np.array(values))
    assert max((e.depth for e in table), default=0.0) == pytest.approx(deepest, abs=1e-12)
    assert [e.depth for e in table] == sorted((e.depth for e in table), reverse=True)


def test_drawdown_table_has_the_times_of_its_rows() -> None:
    times = np.arange(6) * 86_400_000_000_000

    first, second = drawdown_table([1.0, 2.0, 1.5, 2.0, 2.5, 1.5], ts_ns=times)

    assert (first.peak_ts, first.trough_ts, first.recovery_ts) == (times[4], times[5], None)
    assert (second.peak_ts, second.recovery_ts) == (times[1], times[3])
    assert (first.periods_under, second.periods_down, second.periods_under) == (1, 1, 2)


@pytest.mark.parametrize("times", [[1, 2], [1, 1, 1]])
def test_drawdown_table_of_wrong_times_is_refused(times: list[int]) -> None:
    with pytest.raises(BadInput):
        drawdown_table([1.0, 2.0, 1.0], ts_ns=times)


def test_drawdown_figures_worked_by_hand() -> None:
    found = drawdown_figures([0.1, -0.5, 0.5, 0.5], periods_per_year=4)

    under = np.array([0.0, 0.5, 0.25, 0.0])
    assert found.ulcer_index == pytest.approx(np.sqrt((under**2).mean()))
    assert found.pain_index == pytest.approx(under.mean())
    assert (found.max_drawdown, found.episodes) == (pytest.approx(0.5), 1)
    assert found.time_under_water == 0.5
    assert found.recovery_factor == pytest.approx((1.1 * 0.5 * 2.25 - 1.0) / 0.5)
    assert found.burke_ratio == pytest.approx((1.1 * 0.5 * 2.25 - 1.0) / 0.5)


def test_drawdown_ratios_of_wealth_that_never_fell_are_absent() -> None:
    found = drawdown_figures([0.1, 0.0, 0.2], periods_per_year=4)

    assert (found.martin_ratio, found.sterling_ratio, found.recovery_factor) == (None, None, None)
    assert (found.max_drawdown, found.longest_under_water) == (0.0, 0)


def test_monthly_returns_equal_pandas() -> None:
    days = np.datetime64("2019-11-18") + np.arange(750)

    found = monthly_returns(RETURNS, days)

    grown = pd.Series(1.0 + RETURNS, index=pd.DatetimeIndex(days))
    months = grown.groupby([grown.index.year, grown.index.month]).prod() - 1.0
    years = grown.groupby(grown.index.year).prod() - 1.0
    assert found.months[~np.isnan(found.months)] == pytest.approx(months.to_numpy(), rel=1e-10)
    assert found.totals == pytest.approx(years.to_numpy(), rel=1e-10)
    assert found.years.tolist() == [2019, 2020, 2021]
    assert np.isnan(found.months[0, :10]).all()
    assert found.partial == ((2019, 11), (2021, 12))


@pytest.mark.parametrize(
    "days", [np.array(["2024-01-02", "2024-01-01"], "datetime64[D]"), np.array([1, 2, 3])]
)
def test_monthly_returns_of_wrong_days_are_refused(days: np.ndarray) -> None:
    with pytest.raises(BadInput):
        monthly_returns([0.1, 0.1], days)


def test_rolling_figures_equal_pandas() -> None:
    series, base = pd.Series(RETURNS), pd.Series(BASE)
    window = series.rolling(60)

    volatility = rolling_volatility(RETURNS, window=60, periods_per_year=252)
    sharpe = rolling_sharpe(RETURNS, window=60, periods_per_year=252)
    beta = rolling_beta(RETURNS, BASE, window=60)

    assert volatility == pytest.approx(window.std() * 252**0.5, rel=1e-8, nan_ok=True)
    expected = window.mean() / window.std() * 252**0.5
    assert sharpe == pytest.approx(expected, rel=1e-8, abs=1e-10, nan_ok=True)
    expected = window.cov(base) / base.rolling(60).var()
    assert beta == pytest.approx(expected, rel=1e-7, nan_ok=True)


def test_rolling_sortino_equals_empyrical_window_by_window() -> None:
    found = rolling_sortino(RETURNS, window=60, periods_per_year=252)

    expected = empyrical.roll_sortino_ratio(RETURNS, window=60)
    assert found[59:] == pytest.approx(expected, rel=1e-8)


def test_rolling_sharpe_of_a_flat_window_is_absent() -> None:
    found = rolling_sharpe([0.01] * 5 + [0.02], window=4, periods_per_year=252)

    assert np.isnan(found[:5]).all()
    assert np.isfinite(found[5])


@pytest.mark.parametrize(
    "call",
    [
        lambda: omega_ratio([0.1, 0.2], periods_per_year=252),
        lambda: tail_ratio([0.1] * 19),
        lambda: tail_ratio([0.0] * 30),
        lambda: stability([0.1, -1.0, 0.1]),
        lambda: stability([0.0] * 5),
        lambda: return_shape([0.1] * 5),
        lambda: return_histogram([0.1] * 5),
        lambda: gains_and_losses([]),
        lambda: monthly_returns([], np.array([], "datetime64[D]")),
    ],
)
def test_figures_that_the_returns_cannot_tell_say_why(call) -> None:
    with pytest.raises(NoData):
        call()
