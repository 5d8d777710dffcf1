from __future__ import annotations

import numpy as np
import pytest

from quantdeck.model.errors import BadInput, TooLittleData
from quantdeck.research.equities.backtest import backtest
from quantdeck.research.equities.booking import booked
from quantdeck.research.equities.rules import EquityRules
from quantdeck.research.equities.trades import told, trades_of
from quantdeck.trading.costs import Costs
from quantdeck.trading.ledger import EntryKind
from tests.research.equities.markets import DAY_NS, table_of

NAN = np.nan
FREE = EquityRules(capital=100.0, costs=Costs())
BOTH = EquityRules(capital=100.0, costs=Costs(), sides="both")


def weights_of(*rows: list[float]) -> np.ndarray:
    return np.array(rows, float)


def test_backtest_fills_at_the_next_open() -> None:
    table = table_of([[10, 20, 20]], open_=[[10, 12.5, 20]])

    result = backtest(table, weights_of([0.5, NAN, NAN]), FREE)

    assert result.quantity[:, 0].tolist() == [0, 5, 5]
    assert result.equity.tolist() == [100, 100 - 62.5 + 100, 137.5]


def test_backtest_at_the_close_fills_at_the_next_close() -> None:
    table = table_of([[10, 20, 40]], open_=[[10, 12.5, 20]])
    rules = EquityRules(capital=100.0, costs=Costs(), execution="close")

    result = backtest(table, weights_of([0.5, NAN, NAN]), rules)

    assert result.equity.tolist() == [100, 100, 200]


def test_backtest_of_a_cash_account_cuts_purchases_to_the_cash() -> None:
    table = table_of([[10, 20], [10, 20]], open_=[[10, 20], [10, 20]])

    result = backtest(table, weights_of([0.5, NAN], [0.5, NAN]), FREE)

    assert result.quantity[1].tolist() == [2.5, 2.5]
    assert result.cash[1] == pytest.approx(0.0)


def test_backtest_of_sales_pays_for_purchases_of_the_same_session() -> None:
    table = table_of([[10, 10, 10], [10, 10, 10]])

    result = backtest(table, weights_of([1, 0, NAN], [0, 1, NAN]), FREE)

    assert result.quantity[2].tolist() == [0, 10]


def test_backtest_pays_fee_spread_and_slippage() -> None:
    table = table_of([[10, 10]])
    costs = Costs(taker_bp=100.0, half_spread_bp=50.0, slippage_bp=50.0)

    result = backtest(table, weights_of([0.5, NAN]), EquityRules(capital=100.0, costs=costs))

    assert (result.fees[1], result.slippage[1]) == pytest.approx((5 * 10.1 * 0.01, 5 * 0.1))
    assert result.equity[1] == pytest.approx(100.0 - 0.505 - 0.5)
    assert result.gross_equity[1] == pytest.approx(100.0)


def test_backtest_of_a_missing_session_waits_and_marks_at_the_last_close() -> None:
    table = table_of([[10, NAN, 20, 30], [1, 1, 1, 1]])

    result = backtest(table, weights_of([1, NAN, NAN, NAN], [NAN] * 4), FREE)

    assert result.quantity[:, 0].tolist() == [0, 0, 5, 5]
    assert result.equity.tolist() == [100, 100, 100, 150]


def test_backtest_of_a_delisted_symbol_stays_at_its_last_close_and_is_stale() -> None:
    table = table_of([[10, 10, NAN, NAN]])

    result = backtest(table, weights_of([1, 0, 0, 0]), FREE)

    assert result.stale.tolist() == [0, 0, 100, 100]
    assert result.equity[-1] == 100


def test_backtest_pays_dividends_in_cash_and_takes_them_from_short_sellers() -> None:
    # 1 of 10 is paid on the third session: its close is 9, and the holder is where he was
    table = table_of([[10, 10, 9], [10, 10, 9]], total=[[10, 10, 10], [10, 10, 10]])

    result = backtest(table, weights_of([1, NAN, NAN], [-0.5, NAN, NAN]), BOTH)

    assert result.dividends[-1] == pytest.approx(10 - 5)
    assert result.equity[-1] == pytest.approx(100)


def test_backtest_of_a_short_position_pays_for_borrowing_by_the_day() -> None:
    table = table_of([[10, 10, 10]])
    rules = EquityRules(capital=100.0, costs=Costs(), sides="both", borrow_annual=0.365)

    result = backtest(table, weights_of([-1, NAN, NAN]), rules)

    assert result.borrow.tolist() == pytest.approx([0, 0, 100 * 0.001])


def test_backtest_holds_no_more_than_max_risk() -> None:
    table = table_of([[10, 10], [10, 10]])
    rules = EquityRules(capital=100.0, costs=Costs(), max_risk=40.0)

    result = backtest(table, weights_of([0.5, NAN], [0.5, NAN]), rules)

    assert result.quantity[1].tolist() == [2, 2]


def test_backtest_in_whole_shares_leaves_the_rest_in_cash() -> None:
    rules = EquityRules(capital=100.0, costs=Costs(), decimals=0)

    result = backtest(table_of([[30, 30]]), weights_of([1, NAN]), rules)

    assert (result.quantity[1, 0], result.cash[1]) == (3, 10)


def test_backtest_within_the_band_changes_nothing() -> None:
    table = table_of([[10, 10, 11, 11]])
    rules = EquityRules(capital=100.0, costs=Costs(), band=0.1)

    result = backtest(table, weights_of([0.5, 0.5, 0.5, NAN]), rules)

    assert result.quantity[:, 0].tolist() == [0, 5, 5, 5]


def test_backtest_that_lost_everything_closes_and_decides_no_more() -> None:
    table = table_of([[10, 10, 25, 10, 10]])

    result = backtest(table, weights_of([-1, -1, -1, -1, -1]), BOTH)

    assert result.equity[2] < 0
    assert result.quantity[3:, 0].tolist() == [0, 0]


def test_backtest_after_a_split_carried_forward_trades_nothing() -> None:
    # forward prices run through a split: the engine never sees one
    result = backtest(table_of([[10, 10, 10]]), weights_of([1, NAN, NAN]), FREE)

    assert result.traded.tolist() == [0, 100, 0]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([[-1.0, NAN]], "negative, which a cash account cannot hold"),
        ([[np.inf, NAN]], "infinite"),
        ([[1.0]], "do not fit"),
    ],
)
def test_backtest_of_impossible_weights_is_refused(weights, message) -> None:
    with pytest.raises(BadInput, match=message):
        backtest(table_of([[10, 10]]), np.array(weights), FREE)


def test_backtest_that_never_decides_is_refused() -> None:
    with pytest.raises(TooLittleData, match="decides to hold anything"):
        backtest(table_of([[10, 10]]), weights_of([0, 1]), FREE)


def test_trades_of_a_turned_position_are_two() -> None:
    table = table_of([[10, 10, 20, 20]])

    result = backtest(table, weights_of([1, -1, NAN, NAN]), BOTH)
    trades = told(trades_of(result), result)

    assert [(t.side, t.quantity, t.net, t.is_open) for t in trades] == [
        (1, 10, 100, False),
        (-1, 10, 0, True),
    ]
    assert (trades[0].entry, trades[0].exit, trades[1].exit) == (10, 20, None)


def test_trades_of_a_position_added_to_have_the_mean_price() -> None:
    table = table_of([[10, 10, 20, 20, 20]])

    result = backtest(table, weights_of([0.5, 1, 0, NAN, NAN]), FREE)
    trade = told(trades_of(result), result)[0]

    assert trade.quantity == 7.5
    assert trade.entry == pytest.approx((5 * 10 + 2.5 * 20) / 7.5)


def test_booked_lines_have_times_from_decision_to_fill() -> None:
    table = table_of([[10, 10, 9]], total=[[10, 10, 10]])

    ledger = booked(backtest(table, weights_of([1, 0, NAN]), FREE))

    kinds = [(entry.kind, entry.ts_ns - 20_000 * DAY_NS) for entry in ledger.entries]
    assert kinds == [
        (EntryKind.DEPOSIT, 75_600_000_000_000),
        (EntryKind.TRADE, DAY_NS),
        (EntryKind.DIVIDEND, 2 * DAY_NS),
        (EntryKind.TRADE, 2 * DAY_NS),
    ]
    assert [entry.note for entry in ledger.entries if entry.quantity] == ["open", "close"]
