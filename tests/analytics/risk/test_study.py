from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.performance import deepest_drawdown, wealth_index
from quantdeck.analytics.risk import (
    FigureRules,
    RiskRules,
    return_figures,
    rolling_value_at_risk,
    study_risk,
)
from quantdeck.model.errors import BadInput, NoData
from tests.hub.price_books import price_series, walk

STOCK = price_series("US:AAPL", walk(700, seed=3, vol=0.015), calendar="XNYS")
MARKET = price_series("US:SPY", walk(700, seed=4), calendar="XNYS")
COIN = price_series("BINANCE:BTCUSDT", walk(980, seed=5, vol=0.03))
RULES = RiskRules(annual_rate=0.03)
STUDY = study_risk(STOCK, MARKET, RULES)


def test_figures_are_those_of_the_returns_of_the_closes() -> None:
    returns, base = (np.diff(each.close) / each.close[:-1] for each in (STOCK, MARKET))

    expected = return_figures(
        returns, FigureRules(periods_per_year=252.0, annual_rate=0.03), benchmark=base
    )

    assert [(f.name, f.reason) for f in STUDY.figures] == [(f.name, f.reason) for f in expected]
    for mine, other in zip(STUDY.figures, expected, strict=True):
        assert mine.value == pytest.approx(other.value, rel=1e-9), mine.name


def test_alone_a_coin_has_every_day_and_against_a_stock_the_sessions_of_both() -> None:
    study = study_risk(COIN, MARKET)

    assert len(study.returns) == 979
    assert study.against is not None
    assert len(study.against.returns) == 699
    assert study.against.left_out == (979 - 699 - study_tail(), 0)
    assert study.against.periods_per_year == 252.0


def study_tail() -> int:
    return int((COIN.start_ns > MARKET.start_ns[-1]).sum())


def test_beta_against_a_stock_is_of_the_returns_of_both_sessions() -> None:
    study = study_risk(COIN, MARKET)

    rows = np.searchsorted(COIN.start_ns, MARKET.start_ns)
    mine = np.diff(COIN.close[rows]) / COIN.close[rows][:-1]
    base = np.diff(MARKET.close) / MARKET.close[:-1]
    slope = np.cov(mine, base)[0, 1] / np.var(base, ddof=1)
    assert study.figure("beta").value == pytest.approx(slope, rel=1e-9)


def test_bar_without_a_close_is_counted_and_spanned_by_the_next_return() -> None:
    close = STOCK.close.copy()
    close[[100, 200]] = np.nan

    study = study_risk(price_series("US:AAPL", close, calendar="XNYS"))

    assert study.left_out == 2
    assert study.returns[99] == pytest.approx(close[101] / close[99] - 1.0)
    assert study.wealth[-1] == pytest.approx(close[-1] / close[0])


def test_drawdowns_have_the_days_of_their_closes() -> None:
    deepest = deepest_drawdown(wealth_index(STUDY.returns))

    first = STUDY.drawdowns[0]

    assert first.depth == pytest.approx(deepest.depth)
    assert first.peak_ts == STOCK.start_ns[deepest.peak]
    assert first.trough_ts == STOCK.start_ns[deepest.trough]
    assert float(STUDY.underwater.min()) == pytest.approx(-deepest.depth)


def test_forecasts_of_the_back_test_know_the_past_alone() -> None:
    assert STUDY.back_test is not None

    expected = rolling_value_at_risk(STUDY.returns, window=250, level=0.95)

    assert np.array_equal(STUDY.back_test.forecast, expected, equal_nan=True)
    rows = STUDY.back_test.test.rows
    assert (STUDY.returns[rows] < -expected[rows]).all()


def test_back_test_at_a_high_level_takes_the_longer_window_it_needs() -> None:
    study = study_risk(STOCK, rules=RiskRules(level=0.99))

    assert study.back_test is not None
    assert study.back_test.window == 500


def test_too_short_for_a_back_test_says_how_many_returns_it_takes() -> None:
    study = study_risk(STOCK.last(120))

    assert study.back_test is None
    assert study.back_test_reason.startswith("119 returns; a back-test at 0.95 needs more than 250")


def test_without_a_benchmark_there_is_no_figure_against_one() -> None:
    study = study_risk(STOCK)

    assert study.against is None
    assert study.against_reason == "no benchmark is chosen"
    with pytest.raises(BadInput, match="beta"):
        study.figure("beta")


def test_benchmark_without_a_bar_in_common_is_left_out_with_the_reason() -> None:
    other = price_series("US:OLD", walk(50), first=STOCK_BEFORE)

    study = study_risk(STOCK, other)

    assert study.against is None
    assert "0 bars of 1d in common" in study.against_reason


STOCK_BEFORE = np.datetime64("2001-01-01").astype(object)


def test_rolling_figures_stand_at_the_close_of_their_newest_return() -> None:
    assert len(STUDY.sharpe) == len(STUDY.volatility) == len(STUDY.ewma) == len(STUDY.ts_ns)
    assert int(np.isnan(STUDY.volatility).sum()) == RULES.rolling
    newest = float(np.std(STUDY.returns[-RULES.rolling :], ddof=1)) * np.sqrt(252.0)
    assert STUDY.volatility[-1] == pytest.approx(newest)


def test_prices_that_stand_still_leave_what_they_cannot_tell_empty() -> None:
    study = study_risk(price_series("US:FLAT", np.full(300, 10.0), calendar="XNYS"))

    assert study.histogram is None
    assert study.drawdowns == ()
    assert study.figure("sharpe_ratio").value is None
    assert study.figure("sharpe_ratio").reason


@pytest.mark.parametrize("count", [3, 4, 12, 40])
def test_few_closes_make_a_study_whose_absent_figures_have_reasons(count: int) -> None:
    study = study_risk(STOCK.last(count), MARKET.last(count))

    assert len(study.returns) == count - 1
    assert all(bool(f.reason) == (f.value is None) for f in study.figures + study.volatilities)
    assert all(bool(t.reason) == (t.pvalue is None) for t in study.stationarity)


def test_two_closes_are_too_few() -> None:
    with pytest.raises(NoData, match="2 closes of 1d; three are the fewest"):
        study_risk(STOCK.last(2))
