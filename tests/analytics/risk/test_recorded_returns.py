"""Figures of real stocks and crypto currencies, and where libraries of the field differ."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import empyrical
import numpy as np
import pandas as pd
import pytest
from arch.unitroot import KPSS
from statsmodels.tsa.stattools import kpss as statsmodels_kpss

from quantdeck.analytics.performance import (
    max_drawdown,
    rate_per_period,
    sharpe_ratio,
    tail_loss,
    wealth_index,
)
from quantdeck.analytics.portfolio import (
    attribution,
    correlation_matrix,
    equal_weights,
    factor_exposure,
    kelly_fraction,
    kelly_of_bets,
    portfolio_path,
)
from quantdeck.analytics.returns import log_returns, simple_returns
from quantdeck.analytics.risk import (
    FigureRules,
    active_risk,
    benchmark_fit,
    cornish_fisher_tail,
    drawdown_table,
    exceedance_test,
    figure_table,
    gains_and_losses,
    gaussian_tail,
    return_figures,
    rolling_value_at_risk,
)
from quantdeck.analytics.stationarity import kpss
from quantdeck.analytics.volatility import (
    Regime,
    bar_volatility,
    ewma_volatility,
    rolling_close_volatility,
    volatility_regimes,
)

if TYPE_CHECKING:
    from pathlib import Path

A = 252


@pytest.fixture(scope="module")
def stocks(shared_data: Path) -> pd.DataFrame:
    folder = shared_data / "us-daily-djia-2006-2017" / "data"
    if not folder.is_dir():
        pytest.skip("the daily prices of stocks are not here")
    tables = [
        pd.read_csv(file, parse_dates=["Date"], index_col="Date")
        for file in sorted(folder.glob("[A-Z]*_2006*.csv.gz"))
    ]
    closes = {table["Name"].iloc[0]: table["Close"] for table in tables}
    return pd.DataFrame(closes).dropna()


@pytest.fixture(scope="module")
def returns(stocks: pd.DataFrame) -> np.ndarray:
    return np.column_stack([simple_returns(stocks[name])[1:] for name in stocks])


@pytest.fixture(scope="module")
def apple(stocks: pd.DataFrame) -> np.ndarray:
    return simple_returns(stocks["AAPL"])[1:]


@pytest.fixture(scope="module")
def market(returns: np.ndarray) -> np.ndarray:
    return portfolio_path(returns, equal_weights(returns.shape[1]), rebalance="every").returns


@pytest.fixture(scope="module")
def apple_bars(shared_data: Path) -> tuple[np.ndarray, ...]:
    file = next((shared_data / "us-daily-djia-2006-2017" / "data").glob("AAPL*.csv.gz"), None)
    if file is None:
        pytest.skip("the daily prices of stocks are not here")
    table = pd.read_csv(file).dropna()
    return tuple(table[name].to_numpy() for name in ("Open", "High", "Low", "Close"))


@pytest.fixture(scope="module")
def bitcoin(shared_data: Path) -> pd.DataFrame:
    file = shared_data / "crypto-klines" / "BTCUSDT_1h.csv.gz"
    if not file.is_file():
        pytest.skip("the hours of crypto currencies are not here")
    return pd.read_csv(file, parse_dates=["timestamp"])


def test_figures_of_stocks_equal_empyrical(returns, market) -> None:
    rate = rate_per_period(0.02, A)
    theirs = {
        "total_return": empyrical.cum_returns_final,
        "cagr": empyrical.annual_return,
        "annual_volatility": empyrical.annual_volatility,
        "sharpe_ratio": lambda r: empyrical.sharpe_ratio(r, risk_free=rate),
        "sortino_ratio": empyrical.sortino_ratio,
        "calmar_ratio": empyrical.calmar_ratio,
        "downside_deviation": empyrical.downside_risk,
        "omega_ratio": empyrical.omega_ratio,
        "tail_ratio": empyrical.tail_ratio,
        "stability": empyrical.stability_of_timeseries,
        "beta": lambda r: empyrical.beta(r, market),
        "up_capture": lambda r: empyrical.up_capture(r, market),
        "down_capture": lambda r: empyrical.down_capture(r, market),
    }

    table = figure_table(returns, FigureRules(A, annual_rate=0.02), benchmark=market)

    for name, their in theirs.items():
        found = table.values[:, table.names.index(name)]
        expected = [float(their(column)) for column in returns.T]
        assert found == pytest.approx(expected, rel=1e-8), name
    assert np.isfinite(table.values).all()


def test_sharpe_ratio_takes_the_annual_rate_where_empyrical_takes_the_daily(apple) -> None:
    ours = sharpe_ratio(apple, periods_per_year=A, annual_rate=0.04).value

    assert ours == pytest.approx(
        empyrical.sharpe_ratio(apple, risk_free=rate_per_period(0.04, A)), rel=1e-10
    )
    # rate / 252, as often seen, asks for more than 4 % a year; the annual rate per day is nonsense
    assert ours > empyrical.sharpe_ratio(apple, risk_free=0.04 / A) > ours - 0.01
    assert empyrical.sharpe_ratio(apple, risk_free=0.04) < -20.0


def test_information_ratio_of_empyrical_lacks_the_root_of_the_year(apple, market) -> None:
    ours = active_risk(apple, market, periods_per_year=A).information_ratio

    assert ours == pytest.approx(empyrical.excess_sharpe(apple, market) * A**0.5, rel=1e-10)


def test_alpha_of_empyrical_is_ours_compounded(apple, market) -> None:
    ours = benchmark_fit(apple, market, periods_per_year=A).alpha

    theirs = empyrical.alpha(apple, market)
    assert (1.0 + ours / A) ** A - 1.0 == pytest.approx(theirs, rel=1e-9)
    assert theirs - ours > 0.005


def test_value_at_risk_is_an_order_statistic_where_empyrical_interpolates(apple) -> None:
    ours = tail_loss(apple).value_at_risk

    assert ours == -np.quantile(apple, 0.05, method="lower")
    assert -empyrical.value_at_risk(apple) == pytest.approx(ours, rel=0.01)
    assert -empyrical.value_at_risk(apple) <= ours


def test_tails_of_stocks_are_fatter_than_normal(apple) -> None:
    historical = tail_loss(apple, level=0.99)

    normal, expanded = gaussian_tail(apple, level=0.99), cornish_fisher_tail(apple, level=0.99)

    assert normal.value_at_risk < historical.value_at_risk < expanded.value_at_risk
    assert normal.expected_shortfall < historical.expected_shortfall
    assert expanded.warning is not None


def test_drawdown_that_begins_with_the_first_return_is_seen(apple) -> None:
    crash = apple[np.argmin(apple) :]

    naive = np.cumprod(1.0 + crash)
    lost = float((1.0 - naive / np.maximum.accumulate(naive)).max())

    assert max_drawdown(crash) == pytest.approx(-empyrical.max_drawdown(crash), rel=1e-12)
    assert max_drawdown(crash) > lost


def test_deepest_fall_of_the_stocks_is_that_of_2008(stocks, market) -> None:
    times = stocks.index.to_numpy().astype("datetime64[ns]").astype(np.int64)

    deepest = drawdown_table(wealth_index(market), ts_ns=times, most=1)[0]

    days = [pd.Timestamp(ts) for ts in (deepest.peak_ts, deepest.trough_ts, deepest.recovery_ts)]
    assert [f"{day:%Y}" for day in days] == ["2007", "2009", "2010"]
    assert f"{days[1]:%Y-%m-%d}" == "2009-03-09"
    assert 0.4 < deepest.depth < 0.6


def test_backtest_of_value_at_risk_finds_exceedances_in_a_row(market) -> None:
    forecast = rolling_value_at_risk(market, window=500, level=0.95)

    found = exceedance_test(market, forecast, level=0.95)

    assert found.independence is not None
    assert found.independence.pvalue < 0.02
    assert 0.5 * found.expected < found.count < 2.0 * found.expected


def test_kelly_of_days_as_bets_is_another_number(apple) -> None:
    found = gains_and_losses(apple)

    of_returns = kelly_fraction(apple, periods_per_year=A, annual_rate=0.02)
    of_bets = kelly_of_bets(found.hit_rate, found.payoff_ratio or 0.0)

    assert of_returns.full > 1.5
    assert of_bets.full < 0.15
    assert of_returns.error > 0.3


def test_stocks_attribute_their_return_wholly(returns, stocks) -> None:
    days = stocks.index.to_numpy()[1:]
    weights = equal_weights(returns.shape[1])

    totals = {}
    for rule in ("never", "every", "month"):
        found = attribution(portfolio_path(returns, weights, rebalance=rule, days=days))
        assert found.contributions.sum() == pytest.approx(found.total, rel=1e-10)
        totals[rule] = found.total

    assert len({round(total, 3) for total in totals.values()}) == 3


def test_correlations_of_stocks_are_positive_semi_definite(returns) -> None:
    found = correlation_matrix(returns)

    assert np.linalg.eigvalsh(found.values)[0] > 0.0
    assert found.mean is not None
    assert 0.3 < found.mean < 0.6


def test_stocks_are_exposed_to_their_average(apple, market) -> None:
    found = factor_exposure(apple, market[:, None], names=["average"], periods_per_year=A)

    assert found.betas[0] == pytest.approx(empyrical.beta(apple, market), rel=1e-9)
    assert found.pvalues[0] < 1e-12


def test_yang_zhang_has_the_nights_of_a_stock(apple_bars) -> None:
    names = ("parkinson", "garman_klass", "rogers_satchell", "yang_zhang", "close")

    found = {e: bar_volatility(apple_bars, estimator=e, periods_per_year=A) for e in names}

    assert found["yang_zhang"] == pytest.approx(found["close"], rel=0.08)
    for name in names[:3]:
        assert found[name] < 0.9 * found["close"]


def test_ranges_of_a_market_that_never_closes_need_no_nights(bitcoin) -> None:
    bars = tuple(bitcoin[name].to_numpy() for name in ("open", "high", "low", "close"))

    found = [
        bar_volatility(bars, estimator=e, periods_per_year=8760)
        for e in ("parkinson", "garman_klass", "rogers_satchell", "yang_zhang", "close")
    ]

    assert max(found) / min(found) < 1.15


def test_ewma_of_pandas_takes_out_the_mean(apple) -> None:
    ours = ewma_volatility(apple, periods_per_year=A)

    series = pd.Series(apple)
    uncentred = np.sqrt((series**2).ewm(alpha=0.06, adjust=False).mean().to_numpy() * A)
    theirs = np.sqrt(series.ewm(alpha=0.06).var().to_numpy() * A)
    # the seeds differ, and fade away
    assert ours[-1] == pytest.approx(uncentred[-1], rel=1e-12)
    assert 1e-4 < abs(ours[-1] / theirs[-1] - 1.0) < 0.1


def test_crypto_has_365_days_a_year(bitcoin) -> None:
    daily = bitcoin.set_index("timestamp")["close"].resample("1D").last().dropna()
    returns = simple_returns(daily)[1:]

    sessions, days = (sharpe_ratio(returns, periods_per_year=n).value for n in (252, 365))

    assert days / sessions == pytest.approx((365 / 252) ** 0.5)
    figures = return_figures(returns, FigureRules(periods_per_year=365))
    assert all(figure.value is not None for figure in figures)


def test_kpss_of_returns_is_not_clipped_as_in_statsmodels(bitcoin) -> None:
    hours = log_returns(bitcoin["close"])[-2001:]

    found = kpss(hours)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clipped = statsmodels_kpss(hours, regression="c", nlags=found.lag)[1]
        expected = KPSS(hours, lags=found.lag).pvalue
    assert clipped == 0.1
    assert found.pvalue == pytest.approx(expected, abs=2e-3)
    assert found.pvalue > 0.1


def test_regimes_of_stocks_call_the_autumn_of_2008_turbulent(stocks, market) -> None:
    price = 100.0 * wealth_index(market)
    volatility = rolling_close_volatility(price, window=21, periods_per_year=A)

    found = volatility_regimes(volatility)

    days = stocks.index
    autumn = (days >= "2008-09-22") & (days <= "2008-11-28")
    assert (found.state[autumn] == Regime.TURBULENT).mean() > 0.9
    known = found.state[~np.isnan(found.state)]
    assert 0.1 < (known == Regime.TURBULENT).mean() < 0.4
