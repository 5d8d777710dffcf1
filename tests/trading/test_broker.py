from __future__ import annotations

from dataclasses import replace as changed
from decimal import Decimal

import msgspec
import pytest

from quantdeck.model.errors import Conflict, NoData
from quantdeck.model.options import Right
from quantdeck.trading import journal
from quantdeck.trading.account import Account
from quantdeck.trading.broker import cancel, place, settle, work
from quantdeck.trading.guard import Guard, Question
from quantdeck.trading.tickets import OrderState, Ticket, TicketLeg
from tests.trading.paper import CALL, SHARE, TERMS, buy, market, sell, top
from tests.trading.test_account import DEPOSIT, executed, filled, placed

MARKS = {SHARE.symbol: Decimal(100)}


def question(ticket) -> Question:
    return Question(ticket, TERMS, MARKS, Decimal(1_000), Decimal(10_000))


def after(account: Account, events) -> Account:
    for event in events:
        account.apply(event)
    return account


def test_ticket_is_taken_with_its_terms_and_end() -> None:
    events = place(Account.of([DEPOSIT]), Guard(), question(buy("a")), now_ns=7, expires_ns=9)

    assert events == [journal.Placed(ts_ns=7, ticket=buy("a"), terms=(SHARE,), expires_ns=9)]


def test_ticket_that_is_handed_in_again_does_nothing() -> None:
    account = Account.of([DEPOSIT, placed(buy("a"))])

    assert place(account, Guard(), question(buy("a")), now_ns=1) == []
    with pytest.raises(Conflict, match="another order 'a'"):
        place(account, Guard(), question(buy("a", 11)), now_ns=1)


def test_refused_ticket_says_which_limit() -> None:
    guard = Guard({"*": Decimal(1)})

    (event,) = place(Account.of([DEPOSIT]), guard, question(buy("a")), now_ns=1)

    assert isinstance(event, journal.Refused)
    assert event.limit == "max_risk"


def test_open_orders_trade_oldest_first() -> None:
    account = Account.of([DEPOSIT, placed(buy("a")), placed(buy("b"))])

    events, waiting = work(account, market(top(size=15.0)))
    after(account, events)

    assert [order.filled for order in account.orders()] == [10, 5]
    assert waiting == {"b": "5 left: no more size is shown"}


def test_order_whose_time_is_over_expires_and_trades_no_more() -> None:
    event = journal.Placed(ts_ns=0, ticket=buy("a"), terms=(SHARE,), expires_ns=5)
    account = Account.of([DEPOSIT, event])

    events, _ = work(account, market(top(ts_ns=5), now_ns=5))

    assert events == [journal.Expired(ts_ns=5, order_id="a")]


def test_stop_that_has_met_its_price_is_remembered_where_no_size_is_left() -> None:
    account = Account.of([DEPOSIT, placed(sell("a", stop=Decimal(95)))])
    view = market(top(bid=94.0, size=4.0))

    after(account, work(account, view)[0])

    order = account.order("a")
    assert (order.is_triggered, order.filled) == (True, 4)


def test_halt_keeps_open_orders_waiting() -> None:
    account = Account.of([DEPOSIT, placed(buy("a")), journal.Halted(ts_ns=0, why="asked for")])

    events, waiting = work(account, market(top()))

    assert events == []
    assert waiting == {"a": "trading is halted: asked for"}


def test_cancel_takes_back_what_is_open_once() -> None:
    account = Account.of([DEPOSIT, placed(buy("a"))])
    after(account, cancel(account, "a", now_ns=1, why="page"))

    assert account.order("a").state is OrderState.CANCELLED
    assert cancel(account, "a", now_ns=2, why="page") == []
    with pytest.raises(NoData):
        cancel(account, "b", now_ns=2, why="page")


def test_filled_order_cannot_be_taken_back() -> None:
    account = Account.of(
        [DEPOSIT, placed(buy("a")), executed("a", 10, filled(SHARE.symbol, 10, "1"))]
    )

    with pytest.raises(Conflict, match="is filled"):
        cancel(account, "a", now_ns=1, why="page")


def _held(terms, packages: int) -> Account:
    sign = 1 if packages > 0 else -1
    ticket = Ticket(
        id="a", legs=(TicketLeg(terms.symbol, sign),), quantity=Decimal(abs(packages)), placed_ns=0
    )
    place_it = journal.Placed(ts_ns=0, ticket=ticket, terms=(terms,))
    return Account.of(
        [DEPOSIT, place_it, executed("a", abs(packages), filled(terms.symbol, 100 * packages, "6"))]
    )


PUT = msgspec.structs.replace(CALL, symbol="OPRA:AAPL261218P00100000", right=Right.PUT)
CASH = msgspec.structs.replace(CALL, is_cash_settled=True)


@pytest.mark.parametrize(
    ("terms", "packages", "price", "why", "cash", "shares"),
    [
        (CALL, 1, 108.0, "exercised", -600 - 10_000, 100),
        (CALL, -1, 108.0, "assigned", 600 + 10_000, -100),
        (PUT, 1, 92.0, "exercised", -600 + 10_000, -100),
        (PUT, -1, 92.0, "assigned", 600 - 10_000, 100),
        (CALL, 1, 99.0, "expired", -600, 0),
        (CASH, 1, 108.0, "expired", -600 + 800, 0),
    ],
)
def test_option_that_ends_is_settled(terms, packages, price, why, cash, shares) -> None:
    account = _held(terms, packages)

    events, missing = settle(account, {"US:AAPL": price}, now_ns=terms.expires_ns)
    after(account, events)

    assert (missing, [event.why for event in events]) == ([], [why])
    assert account.cash - 10_000 == cash
    held = {symbol: position.quantity for symbol, position in account.positions().items()}
    assert held == ({"US:AAPL": shares} if shares else {})


def test_option_without_a_settlement_price_stays_and_is_told() -> None:
    account = _held(CALL, 1)

    assert settle(account, {}, now_ns=CALL.expires_ns) == ([], ["US:AAPL"])


def test_option_that_has_not_ended_stays() -> None:
    assert settle(_held(CALL, 1), {"US:AAPL": 120.0}, now_ns=CALL.expires_ns - 1) == ([], [])


def test_market_that_is_looked_at_again_does_not_sell_the_same_size_twice() -> None:
    view = market(top(size=15.0))
    account = Account.of([DEPOSIT, placed(buy("a")), placed(buy("b"))])
    after(account, work(account, view)[0])

    events, _ = work(account, changed(view))

    assert events == []
