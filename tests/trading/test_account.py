from __future__ import annotations

from decimal import Decimal

import pytest

from quantdeck.model.errors import BadInput, Conflict, NoData, StoreError
from quantdeck.trading import journal
from quantdeck.trading.account import Account
from quantdeck.trading.fills import Fill
from quantdeck.trading.tickets import OrderState
from tests.trading.paper import CALL, COIN, SHARE, TERMS, buy, sell, spread


def placed(ticket, ts_ns: int = 0) -> journal.Placed:
    terms = tuple(TERMS[leg.symbol] for leg in ticket.legs)
    return journal.Placed(ts_ns=ts_ns, ticket=ticket, terms=terms)


def filled(symbol: str, quantity: int, price: str, ts_ns: int = 0, fee: str = "0") -> Fill:
    at = Decimal(price)
    return Fill(symbol, ts_ns, Decimal(quantity), at, at, Decimal(fee))


def executed(order_id: str, packages: int, *fills: Fill, ts_ns: int = 0) -> journal.Executed:
    return journal.Executed(ts_ns=ts_ns, order_id=order_id, packages=Decimal(packages), fills=fills)


DEPOSIT = journal.Deposited(ts_ns=0, money=Decimal(10_000))


def test_order_that_trades_in_parts_is_open_until_the_last() -> None:
    account = Account.of([DEPOSIT, placed(buy("a"))])

    account.apply(executed("a", 4, filled(SHARE.symbol, 4, "100", fee="1")))
    first = account.order("a").state, account.order("a").left
    account.apply(executed("a", 6, filled(SHARE.symbol, 6, "101", fee="1.5")))

    order = account.order("a")
    assert first == (OrderState.WORKING, 6)
    assert (order.state, order.paid, order.fees) == (OrderState.FILLED, 1006, Decimal("2.5"))
    assert account.cash == Decimal("8991.5")
    assert account.open_orders() == []


def test_option_is_held_in_shares_of_its_contracts() -> None:
    account = Account.of([DEPOSIT, placed(spread("a", 1))])
    dear = next(symbol for symbol in TERMS if symbol.endswith("110000"))

    account.apply(executed("a", 1, filled(CALL.symbol, 100, "6"), filled(dear, -100, "2")))

    assert account.cash == 9_600
    assert {s: p.quantity for s, p in account.positions().items()} == {CALL.symbol: 100, dear: -100}


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (executed("a", 11, filled(SHARE.symbol, 11, "1")), BadInput),
        (executed("a", 4, filled(SHARE.symbol, 5, "1")), BadInput),
        (executed("a", 4, filled(SHARE.symbol, -4, "1")), BadInput),
        (executed("a", 4, filled("US:OTHER", 4, "1")), BadInput),
        (executed("a", 4), BadInput),
        (executed("b", 4, filled(SHARE.symbol, 4, "1")), NoData),
        (placed(buy("a")), Conflict),
        (journal.Cancelled(ts_ns=-1, order_id="a"), BadInput),
        (journal.Settled(ts_ns=0, symbol=CALL.symbol, price=Decimal(1), why="expired"), Conflict),
        (journal.Placed(ts_ns=0, ticket=buy("c"), terms=()), BadInput),
    ],
)
def test_event_that_contradicts_changes_nothing(event, error) -> None:
    account = Account.of([DEPOSIT, placed(buy("a"))])

    with pytest.raises(error):
        account.apply(event)

    assert (account.count, account.cash, account.order("a").left) == (2, 10_000, 10)
    assert not account.knows("c")


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (journal.Cancelled(ts_ns=1, order_id="a", why="asked"), OrderState.CANCELLED),
        (journal.Expired(ts_ns=1, order_id="a"), OrderState.EXPIRED),
    ],
)
def test_order_that_has_ended_cannot_trade(end, state: OrderState) -> None:
    account = Account.of([DEPOSIT, placed(buy("a")), end])

    with pytest.raises(Conflict, match="nothing more can happen"):
        account.apply(executed("a", 1, filled(SHARE.symbol, 1, "1", 1), ts_ns=1))

    assert account.order("a").state is state


def test_refused_order_is_known_and_never_open() -> None:
    refused = journal.Refused(ts_ns=0, ticket=buy("a"), limit="max_risk", why="too much")

    account = Account.of([DEPOSIT, refused])

    assert account.order("a").why == "too much"
    assert account.open_orders() == []


def test_stop_order_trades_only_once_it_has_met_its_price() -> None:
    account = Account.of([DEPOSIT, placed(buy("a", stop=Decimal(5)))])
    trade = executed("a", 10, filled(SHARE.symbol, 10, "5"))

    with pytest.raises(Conflict):
        account.apply(trade)
    account.apply(journal.Triggered(ts_ns=0, order_id="a"))
    account.apply(trade)

    assert account.order("a").state is OrderState.FILLED


def test_split_changes_shares_and_not_their_cost() -> None:
    account = Account.of(
        [DEPOSIT, placed(buy("a")), executed("a", 10, filled(SHARE.symbol, 10, "100"))]
    )

    account.apply(journal.Divided(ts_ns=0, symbol=SHARE.symbol, ratio=Decimal(4)))

    position = account.positions()[SHARE.symbol]
    assert (position.quantity, position.cost, position.average_cost) == (40, 1000, 25)


def test_dividend_and_funding_move_cash() -> None:
    account = Account.of(
        [DEPOSIT, placed(sell("a")), executed("a", 10, filled(SHARE.symbol, -10, "100"))]
    )

    account.apply(journal.Paid(ts_ns=0, symbol=SHARE.symbol, per_unit=0.5))
    account.apply(journal.Funded(ts_ns=0, symbol=COIN.symbol, rate=0.1, mark=1.0))

    assert account.cash == 10_995


def test_exercise_closes_the_option_and_brings_the_shares() -> None:
    legs = spread("a", 1).legs[:1]
    from quantdeck.trading.tickets import Ticket

    one = Ticket(id="a", legs=legs, quantity=Decimal(1), placed_ns=0)
    account = Account.of([DEPOSIT, placed(one), executed("a", 1, filled(CALL.symbol, 100, "6"))])

    # Shares at 108 for a strike of 100: the option is worth 8, and both together cost the strike.
    account.apply(
        journal.Settled(
            ts_ns=9,
            symbol=CALL.symbol,
            price=Decimal(8),
            why="exercised",
            shares=filled(SHARE.symbol, 100, "108", 9),
        )
    )

    assert account.cash == 10_000 - 600 - 100 * 100
    assert {s: p.quantity for s, p in account.positions().items()} == {SHARE.symbol: 100}


def test_halt_stands_until_it_is_lifted() -> None:
    account = Account.of([DEPOSIT, journal.Halted(ts_ns=0, why="asked for")])

    halted = account.halted
    account.apply(journal.Resumed(ts_ns=0))

    assert (halted, account.halted) == ("asked for", "")


def test_event_that_is_none_is_told() -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        journal.decode(b'{"type":"Nothing"}')
