from __future__ import annotations

import math
from decimal import Decimal

import pytest

from quantdeck.model.errors import BadInput, NoData
from quantdeck.trading.fills import Fill
from quantdeck.trading.ledger import EntryKind, Ledger


def fill(quantity: str, price: str, *, symbol: str = "A", ts_ns: int = 0, fee: str = "0") -> Fill:
    at = Decimal(price)
    return Fill(symbol, ts_ns, Decimal(quantity), at, at, Decimal(fee))


def booked(*fills: Fill) -> Ledger:
    ledger = Ledger()
    for each in fills:
        ledger.book(each)
    return ledger


def test_deposit_is_cash() -> None:
    ledger = Ledger()

    ledger.deposit(0.1, ts_ns=0)
    ledger.deposit(0.2, ts_ns=0)

    assert ledger.cash == Decimal("0.3")


def test_book_of_a_purchase_turns_cash_into_a_position() -> None:
    ledger = booked(fill("2", "10"))

    position = ledger.positions()["A"]
    assert (ledger.cash, position.quantity, position.cost) == (-20, 2, 20)
    assert position.average_cost == 10


def test_book_of_a_sale_realises_against_the_oldest_purchase() -> None:
    ledger = booked(fill("1", "10"), fill("1", "20"), fill("-1", "30"))

    position = ledger.positions()["A"]
    assert (position.realised, position.cost) == (20, 20)


def test_book_of_a_sale_beyond_what_is_held_turns_short() -> None:
    ledger = booked(fill("2", "10"), fill("-3", "12"))

    position = ledger.positions()["A"]
    assert (position.quantity, position.cost, position.realised) == (-1, -12, 4)
    assert position.unrealised(Decimal(11)) == 1


def test_book_of_a_purchase_covers_the_oldest_short_sale() -> None:
    ledger = booked(fill("-1", "10"), fill("-1", "8"), fill("1", "9"))

    position = ledger.positions()["A"]
    assert (position.quantity, position.realised, position.average_cost) == (-1, 1, 8)


def test_book_of_a_third_leaves_no_cent_behind() -> None:
    ledger = booked(fill("3", "0.1"), fill("-1", "0.1"), fill("-1", "0.1"), fill("-1", "0.1"))

    position = ledger.positions()["A"]
    assert (position.quantity, position.cost, position.realised, ledger.cash) == (0, 0, 0, 0)
    assert position.average_cost is None


def test_book_enters_the_fee_as_a_line_of_its_own() -> None:
    ledger = booked(fill("1", "10", fee="0.5"))

    kinds = [(entry.kind, entry.cash, entry.balance) for entry in ledger.entries]
    assert kinds == [
        (EntryKind.TRADE, -10, -10),
        (EntryKind.FEE, Decimal("-0.5"), Decimal("-10.5")),
    ]
    assert ledger.positions()["A"].fees == Decimal("0.5")


def test_fund_takes_from_a_long_position_at_a_positive_rate() -> None:
    ledger = booked(fill("2", "10"))

    entry = ledger.fund("A", rate=1e-4, mark=12.0, ts_ns=1)

    assert entry is not None
    assert (entry.cash, entry.price) == (Decimal("-0.0024"), 12)
    assert ledger.positions()["A"].funding == Decimal("0.0024")


def test_fund_pays_a_short_position_at_a_positive_rate() -> None:
    ledger = booked(fill("-2", "10"))

    ledger.fund("A", rate=1e-4, mark=12.0, ts_ns=1)

    assert ledger.cash == Decimal("20.0024")


@pytest.mark.parametrize(("symbol", "rate"), [("A", 1e-4), ("B", 1e-4), ("C", 0.0)])
def test_fund_of_nothing_is_no_entry(symbol: str, rate: float) -> None:
    ledger = booked(fill("1", "10"), fill("-1", "10"), fill("1", "10", symbol="C"))

    assert ledger.fund(symbol, rate=rate, mark=12.0, ts_ns=1) is None
    assert len(ledger.entries) == 3


def test_equity_needs_a_mark_of_what_is_held_alone() -> None:
    ledger = booked(fill("1", "10"), fill("-1", "11"), fill("1", "5", symbol="B"))

    assert ledger.equity({"B": 6.0}) == 2
    with pytest.raises(NoData, match="B is held"):
        ledger.equity({"A": 1.0})


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_ledger_refuses_numbers_that_are_none(value: float) -> None:
    ledger = booked(fill("1", "10"))

    with pytest.raises(BadInput):
        ledger.deposit(value, ts_ns=1)
    with pytest.raises(BadInput):
        ledger.fund("A", rate=value, mark=1.0, ts_ns=1)
    with pytest.raises(BadInput):
        ledger.equity({"A": value})


def test_ledger_refuses_what_is_earlier_and_changes_nothing() -> None:
    ledger = booked(fill("1", "10", ts_ns=5))

    with pytest.raises(BadInput, match="order of time"):
        ledger.book(fill("1", "10", ts_ns=4))
    with pytest.raises(BadInput, match="order of time"):
        ledger.fund("A", rate=0.1, mark=1.0, ts_ns=4)

    assert ledger.positions()["A"].quantity == 1
    assert ledger.positions()["A"].funding == 0
    assert len(ledger.entries) == 1


def test_ledger_refuses_a_fill_of_nothing() -> None:
    with pytest.raises(BadInput, match="no quantity"):
        booked(fill("0", "10"))


def test_carry_pays_a_dividend_to_the_holder_and_takes_it_from_the_short_seller() -> None:
    ledger = booked(fill("2", "10"), fill("-3", "10", symbol="B"))

    for symbol in "AB":
        ledger.carry(symbol, 0.25, kind=EntryKind.DIVIDEND, ts_ns=0)

    assert [entry.cash for entry in ledger.entries[2:]] == [Decimal("0.5"), Decimal("-0.75")]
    assert ledger.positions()["B"].funding == Decimal("0.75")
    assert ledger.equity({"A": 10, "B": 10}) == Decimal("-0.25")


def test_carry_of_nothing_held_enters_nothing() -> None:
    assert Ledger().carry("A", 1.0, kind=EntryKind.BORROW, ts_ns=0) is None
