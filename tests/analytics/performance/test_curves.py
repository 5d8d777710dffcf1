from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.analytics.performance import (
    annual_turnover,
    cagr,
    deepest_drawdown,
    drawdowns,
    equity_returns,
    exposure,
    tear_sheet,
    trade_figures,
)
from quantdeck.model.errors import BadInput, NoData

curves = st.lists(st.floats(0.1, 10.0), min_size=1, max_size=80)


def test_drawdown_that_has_not_come_back_has_no_recovery() -> None:
    fall = deepest_drawdown([1.0, 2.0, 1.0, 1.5])

    assert (fall.depth, fall.peak, fall.trough, fall.recovery) == (0.5, 1, 2, None)


def test_drawdown_of_a_rising_curve_is_zero_and_recovered() -> None:
    assert deepest_drawdown([1.0, 2.0, 3.0]).recovery == 0


def test_drawdown_falls_from_the_last_of_equal_peaks() -> None:
    assert deepest_drawdown([2.0, 2.0, 1.0]).peak == 1


def test_drawdown_of_owed_equity_exceeds_all_there_was() -> None:
    assert deepest_drawdown([1.0, -0.5]).depth == 1.5


@given(curves)
def test_deepest_drawdown_is_the_least_of_the_curve_and_lies_in_order(wealth: list[float]) -> None:
    fall = deepest_drawdown(wealth)

    assert fall.depth == pytest.approx(-float(drawdowns(wealth).min()), abs=1e-12)
    assert fall.peak <= fall.trough
    assert fall.recovery is None or wealth[fall.recovery] >= wealth[fall.peak]


@pytest.mark.parametrize("wealth", [[0.0, 1.0], [1.0, math.nan]])
def test_wealth_that_is_none_is_refused(wealth: list[float]) -> None:
    with pytest.raises(BadInput, match="wealth"):
        drawdowns(wealth)


def test_trades_without_a_loss_have_no_profit_factor() -> None:
    figures = trade_figures([1.0, 2.0, 0.0])

    assert (figures.hit_rate, figures.profit_factor, figures.payoff) == (2 / 3, None, None)


def test_no_trades_have_no_figures() -> None:
    assert trade_figures([]).hit_rate is None


def test_trades_and_holds_of_different_count_are_refused() -> None:
    with pytest.raises(BadInput, match="2 profits and 1 holds"):
        trade_figures([1.0, 2.0], [3])


def test_profit_factor_is_payoff_times_winners_over_losers() -> None:
    figures = trade_figures([3.0, -1.0, 5.0, -2.0, 1.0])

    assert figures.profit_factor == pytest.approx((figures.payoff or 0.0) * 3 / 2)


def test_turnover_counts_both_sides() -> None:
    assert annual_turnover([50.0, 0.0, 50.0], capital=50.0, periods_per_year=3) == 2.0


@pytest.mark.parametrize(("traded", "capital"), [([-1.0], 1.0), ([math.nan], 1.0), ([1.0], 0.0)])
def test_turnover_of_nonsense_is_refused(traded: list[float], capital: float) -> None:
    with pytest.raises(BadInput):
        annual_turnover(traded, capital=capital, periods_per_year=252)


def test_exposure_counts_periods_of_either_side() -> None:
    assert exposure([0.0, -2.0, 1.0, 0.0]) == 0.5


def test_tear_sheet_of_an_equity_curve_equals_its_parts() -> None:
    random = np.random.default_rng(5)
    equity = 1_000.0 * np.cumprod(1.0 + random.normal(0.0005, 0.01, size=400))

    sheet = tear_sheet(equity, periods_per_year=252)

    assert sheet.n == 399
    assert sheet.total_return == pytest.approx(equity[-1] / equity[0] - 1.0)
    assert sheet.cagr == pytest.approx(cagr(equity_returns(equity), periods_per_year=252))
    assert sheet.calmar == pytest.approx((sheet.cagr or 0.0) / sheet.drawdown.depth)
    assert sheet.tail is not None


def test_tear_sheet_of_a_short_curve_does_not_annualise_growth() -> None:
    sheet = tear_sheet([100.0, 101.0, 100.5, 102.0], periods_per_year=8760)

    assert (sheet.cagr, sheet.calmar) == (None, None)
    assert sheet.volatility is not None


def test_tear_sheet_of_ruin_has_no_ratios() -> None:
    sheet = tear_sheet([100.0, 50.0, -10.0, 20.0], periods_per_year=252)

    assert sheet.ruined
    assert sheet.sharpe is None
    assert sheet.total_return == pytest.approx(-0.8)


def test_tear_sheet_of_a_flat_curve_has_no_ratios() -> None:
    sheet = tear_sheet(np.full(50, 100.0), periods_per_year=252)

    assert (sheet.volatility, sheet.sharpe, sheet.sortino) == (0.0, None, None)


def test_tear_sheet_without_a_period_is_refused() -> None:
    with pytest.raises(NoData, match="at least one period"):
        tear_sheet([100.0], periods_per_year=252)
