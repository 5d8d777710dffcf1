from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.performance import sharpe_ratio
from quantdeck.model.errors import BadInput, NoData
from quantdeck.research.pairs.backtest import backtest
from quantdeck.research.pairs.booking import booked
from quantdeck.research.pairs.figures import backtest_figures
from quantdeck.trading.costs import Costs
from quantdeck.trading.ledger import EntryKind
from tests.research.pairs.samples import free_rules, pair_of

Y = [10.0, 10.1, 10.0, 9.0, 9.5, 10.0, 10.0]


def swinging(rows: int = 300) -> list[float]:
    random = np.random.default_rng(2)
    return (10.0 + np.sin(np.arange(rows) / 5.0) + random.normal(scale=0.2, size=rows)).tolist()


def test_figures_are_those_of_the_returns_on_capital() -> None:
    result = backtest(pair_of(swinging(900)), free_rules(window=40))

    figures = backtest_figures(result)

    expected = sharpe_ratio(result.returns, periods_per_year=8760.0)
    assert figures.sheet.sharpe == expected
    assert (figures.sheet.n, figures.sheet.is_annual) == (900, True)


def test_figures_of_less_than_a_tenth_of_a_year_are_told_a_row() -> None:
    result = backtest(pair_of(swinging(875)), free_rules(window=40))

    figures = backtest_figures(result)

    assert figures.sheet.sharpe == sharpe_ratio(result.returns, periods_per_year=1.0)
    assert (figures.sheet.is_annual, figures.sheet.cagr, figures.annual_turnover) == (
        False,
        None,
        None,
    )


def test_figures_of_money_add_up() -> None:
    costs = Costs(taker_bp=5.0, slippage_bp=1.0)
    prices = pair_of(swinging(900), y_funding=[1e-4] * 900)
    result = backtest(prices, free_rules(window=40, costs_y=costs, costs_x=costs))

    f = backtest_figures(result)

    assert f.net == pytest.approx(f.gross - f.fees - f.slippage - f.funding)
    assert f.trades.count + f.open_trades == len(result.trades)
    assert f.turnover == pytest.approx(result.traded.sum() / 1_000.0)
    assert f.annual_turnover == pytest.approx(f.turnover * 8760.0 / 900)


def test_figures_count_rows_from_the_start_on() -> None:
    result = backtest(pair_of(Y), free_rules(), start=3)

    figures = backtest_figures(result, per_year=365.0)

    assert figures.sheet.n == 4
    assert figures.exposure == 0.25
    assert figures.sheet.periods_per_year == 365.0


def test_figures_of_a_run_without_trades_have_no_ratio() -> None:
    figures = backtest_figures(backtest(pair_of([10.0] * 5), free_rules()))

    assert (figures.net, figures.turnover, figures.trades.count) == (0.0, 0.0, 0)
    assert figures.sheet.sharpe is None


def test_figures_of_a_ruined_account_have_no_ratio() -> None:
    sold = [10.0, 10.1, 10.0, 11.0, 11.0, 40.0, 90.0]

    result = backtest(pair_of([10.0] * 7, sold), free_rules())

    assert result.equity.min() < 0.0
    assert backtest_figures(result).sheet.ruined
    assert backtest_figures(result).sheet.sharpe is None


def test_figures_after_the_last_row_are_refused() -> None:
    result = backtest(pair_of(Y), free_rules(), start=7)

    with pytest.raises(NoData, match="row 7"):
        backtest_figures(result)


def test_booked_ledger_has_a_line_for_every_fill_fee_and_payment() -> None:
    costs = Costs(taker_bp=5.0)
    prices = pair_of(Y, y_funding=[0.0] * 5 + [1e-3, 0.0])
    result = backtest(prices, free_rules(costs_y=costs, costs_x=costs))

    ledger = booked(prices, result, symbols=("A", "B"))

    kinds = [(entry.kind, entry.symbol, entry.note) for entry in ledger.entries]
    trade, fee = EntryKind.TRADE, EntryKind.FEE
    entered = [(kind, leg, "entry") for leg in "AB" for kind in (trade, fee)]
    left = [(kind, leg, "exit") for leg in "AB" for kind in (trade, fee)]
    assert kinds == [
        (EntryKind.DEPOSIT, "", "capital"),
        *entered,
        (EntryKind.FUNDING, "A", ""),
        *left,
    ]
    assert float(ledger.cash) == pytest.approx(result.equity[-1], rel=1e-14)


def test_booked_refuses_other_prices_and_one_name_for_both() -> None:
    prices = pair_of(Y)
    result = backtest(prices, free_rules())

    with pytest.raises(BadInput, match="not the prices"):
        booked(prices[1:], result)
    with pytest.raises(BadInput, match="names of their own"):
        booked(prices, result, symbols=("A", "A"))
