from __future__ import annotations

from datetime import UTC, datetime

import pytest

from quantdeck.research.pairs.backtest import backtest
from quantdeck.research.pairs.booking import booked
from quantdeck.trading.costs import Costs
from quantdeck.views.backtest_files import ledger_table, rows_table, trades_table
from quantdeck.views.tables import csv_of
from tests.research.pairs.samples import free_rules, pair_of

Y = [10.0, 10.1, 10.0, 9.0, 8.5, 8.2, 8.1]


def test_trades_table_leaves_the_exit_of_an_open_trade_empty() -> None:
    result = backtest(pair_of(Y), free_rules())

    (row,) = trades_table(result.trades, y="A", x="B").to_pylist()

    assert row["entry_time"] == datetime(1970, 1, 1, 4, tzinfo=UTC)
    assert (row["side"], row["y"], row["x"], row["reason"]) == ("long", "A", "B", "open")
    assert (row["exit_time"], row["exit_y"], row["exit_zscore"]) == (None, None, None)
    assert row["net"] == pytest.approx(result.net)


def test_trades_table_of_no_trades_keeps_its_columns() -> None:
    table = trades_table([], y="A", x="B")

    assert (table.num_rows, table.column_names[0]) == (0, "entry_time")


def test_rows_table_begins_with_the_start() -> None:
    prices = pair_of(Y)

    table = rows_table(prices, backtest(prices, free_rules(), start=3))

    assert table.num_rows == 4
    assert table.column("y").to_pylist() == Y[3:]
    assert table.column("position").to_pylist() == [0, 1, 1, 1]


def test_ledger_table_has_the_money_of_the_ledger_as_figures() -> None:
    prices = pair_of(Y)
    result = backtest(prices, free_rules(costs_y=Costs(taker_bp=5.0)))
    ledger = booked(prices, result, symbols=("A", "B"))

    table = ledger_table(ledger.entries)

    assert table.column("balance").to_pylist()[-1] == float(ledger.cash)
    assert b"'" not in csv_of(table)
