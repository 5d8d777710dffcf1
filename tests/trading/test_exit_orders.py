from __future__ import annotations

from decimal import Decimal

from quantdeck.trading import journal
from quantdeck.trading.account import Account
from quantdeck.trading.broker import work
from quantdeck.trading.exit_orders import close, closing_ticket, exit_order_id, worth
from quantdeck.trading.exits import Exit
from quantdeck.trading.holdings import Holdings
from tests.trading.paper import CALL, DEAR_CALL, SHARE, TERMS, buy, market, sell, spread, top

FOUND = Exit("stop_loss", "a loss of 11.0 % of its cost, beyond 10.0 %")
FRESH = dict.fromkeys(TERMS, 5.0)


def opened(ticket, *tops) -> tuple[Account, Holdings]:
    account, held = Account(), Holdings()
    terms = tuple(TERMS[leg.symbol] for leg in ticket.legs)
    events = [
        journal.Deposited(ts_ns=0, money=Decimal(100_000)),
        journal.Placed(ts_ns=0, ticket=ticket, terms=terms),
    ]
    take(account, held, events)
    take(account, held, work(account, market(*tops))[0])
    return account, held


def take(account: Account, held: Holdings, events) -> None:
    for event in events:
        account.apply(event)
        held.apply(event)


def closing(held: Holdings, attempt: int = 1):
    (holding,) = held.all()
    return closing_ticket(holding, FOUND, order_id=exit_order_id(holding, attempt), now_ns=1)


def test_worth_is_what_the_sides_that_are_crossed_bring() -> None:
    _, held = opened(spread("s", 2), top(CALL.symbol, 4, 5), top(DEAR_CALL.symbol, 2, 3))
    (holding,) = held.all()
    tops = {CALL.symbol: top(CALL.symbol, 6, 7), DEAR_CALL.symbol: top(DEAR_CALL.symbol, 2, 2.5)}

    found = worth(holding, tops, TERMS, now_ns=0, fresh_by=FRESH)

    assert found.value == 2 * 100 * (Decimal(6) - Decimal("2.5"))


def test_worth_with_one_stale_leg_is_none_and_says_why() -> None:
    _, held = opened(spread("s", 2), top(CALL.symbol, 4, 5), top(DEAR_CALL.symbol, 2, 3))
    (holding,) = held.all()
    late = 6 * 10**9
    tops = {
        CALL.symbol: top(CALL.symbol, 6, 7, ts_ns=late),
        DEAR_CALL.symbol: top(DEAR_CALL.symbol),
    }

    found = worth(holding, tops, TERMS, now_ns=late, fresh_by=FRESH)

    assert found.value is None
    assert found.why_not == f"the quote of {DEAR_CALL.symbol} is 6 s old"


def test_package_is_closed_by_one_order_the_other_way_round() -> None:
    account, held = opened(spread("s", 2), top(CALL.symbol, 4, 5), top(DEAR_CALL.symbol, 2, 3))

    events = close(account, closing(held), TERMS, now_ns=1)
    take(account, held, events)
    take(account, held, work(account, market(top(CALL.symbol), top(DEAR_CALL.symbol)))[0])

    assert [(leg.symbol, leg.ratio) for leg in events[0].ticket.legs] == [
        (CALL.symbol, -1),
        (DEAR_CALL.symbol, 1),
    ]
    assert account.positions() == {}
    assert held.all() == []


def test_close_a_second_time_does_nothing() -> None:
    account, held = opened(buy("a"), top())
    ticket = closing(held)
    take(account, held, close(account, ticket, TERMS, now_ns=1))

    again = close(account, ticket, TERMS, now_ns=2)

    assert again == []


def test_close_takes_back_the_order_that_would_close_it_too() -> None:
    account, held = opened(buy("a"), top())
    resting = sell("r", limit=Decimal(200))
    take(account, held, [journal.Placed(ts_ns=0, ticket=resting, terms=(SHARE,))])

    events = close(account, closing(held), TERMS, now_ns=1)
    take(account, held, events)

    assert [type(event).__name__ for event in events] == ["Cancelled", "Placed"]
    assert account.order("r").why == "exit:a:1 closes the position"


def test_close_of_more_than_is_held_by_now_does_nothing() -> None:
    account, held = opened(buy("a"), top())
    ticket = closing(held)
    take(account, held, [journal.Placed(ts_ns=0, ticket=sell("x", 1), terms=(SHARE,))])
    take(account, held, work(account, market(top()))[0])

    assert close(account, ticket, TERMS, now_ns=1) == []


def test_close_while_trading_is_halted_does_nothing() -> None:
    account, held = opened(buy("a"), top())
    take(account, held, [journal.Halted(ts_ns=0, why="lunch")])

    assert close(account, closing(held), TERMS, now_ns=1) == []


def test_exit_order_id_of_a_long_name_fits() -> None:
    account, held = opened(buy("a" * 64), top())
    (holding,) = held.all()

    assert len(exit_order_id(holding, 12)) <= 64
    assert account.knows("a" * 64)
