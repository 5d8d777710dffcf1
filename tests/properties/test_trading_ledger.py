from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.trading.costs import Costs
from quantdeck.trading.fills import fill_order
from quantdeck.trading.ledger import EntryKind, Ledger
from quantdeck.trading.orders import order_for

COSTS = Costs(taker_bp=5.0, half_spread_bp=0.5, slippage_bp=1.0)

PRICES = st.floats(1e-4, 1e5)
QUANTITIES = st.floats(1e-6, 1e4).flatmap(lambda size: st.sampled_from([size, -size]))
TRADES = st.lists(
    st.tuples(st.sampled_from(["A", "B", "C"]), QUANTITIES, PRICES, st.floats(-0.01, 0.01)),
    max_size=25,
)


def ledger_of(trades: list[tuple[str, float, float, float]]) -> Ledger:
    ledger = Ledger()
    ledger.deposit(10_000.0, ts_ns=0)
    for symbol, quantity, price, rate in trades:
        order = order_for(symbol, quantity, ts_ns=0)
        ledger.book(fill_order(order, price, COSTS, ts_ns=0))
        ledger.fund(symbol, rate=rate, mark=price, ts_ns=0)
    return ledger


def total(ledger: Ledger, kind: EntryKind) -> Decimal:
    return sum((entry.cash for entry in ledger.entries if entry.kind is kind), Decimal(0))


@given(TRADES, PRICES)
@settings(max_examples=100)
def test_equity_is_deposits_and_gains_less_costs_to_the_last_digit(trades, mark) -> None:
    ledger = ledger_of(trades)

    positions = ledger.positions().values()
    gains = sum(p.realised + p.unrealised(Decimal(repr(mark))) for p in positions)
    costs = sum(p.fees + p.funding for p in positions)
    equity = ledger.equity(dict.fromkeys("ABC", mark))
    assert equity == 10_000 + gains - costs


@given(TRADES)
@settings(max_examples=100)
def test_cash_is_the_sum_of_the_entries(trades) -> None:
    ledger = ledger_of(trades)

    assert ledger.cash == sum(entry.cash for entry in ledger.entries)
    assert total(ledger, EntryKind.FEE) == -sum(p.fees for p in ledger.positions().values())
    assert total(ledger, EntryKind.FUNDING) == -sum(p.funding for p in ledger.positions().values())


@given(TRADES)
@settings(max_examples=50)
def test_trades_of_other_symbols_change_nothing_of_one(trades) -> None:
    together = ledger_of(trades).positions()

    for symbol in together:
        alone = ledger_of([trade for trade in trades if trade[0] == symbol])
        assert alone.positions()[symbol] == together[symbol]


@given(TRADES)
@settings(max_examples=50)
def test_order_of_trades_of_different_symbols_does_not_matter(trades) -> None:
    sorted_by_symbol = sorted(trades, key=lambda trade: trade[0])

    assert ledger_of(sorted_by_symbol).positions() == ledger_of(trades).positions()
    assert ledger_of(sorted_by_symbol).cash == ledger_of(trades).cash


@given(TRADES, PRICES)
@settings(max_examples=50)
def test_closing_everything_leaves_no_position_and_no_cost(trades, price) -> None:
    ledger = ledger_of(trades)

    for symbol, quantity, _, _ in trades:
        order = order_for(symbol, -quantity, ts_ns=0)
        ledger.book(fill_order(order, price, COSTS, ts_ns=0))

    assert {(p.quantity, p.cost) for p in ledger.positions().values()} <= {(0, 0)}
    assert ledger.equity({}) == ledger.cash
