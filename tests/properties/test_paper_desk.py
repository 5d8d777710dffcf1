"""Whatever is ordered and shown, cash and positions are those of the fills, and a restart finds the same."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.model.errors import Conflict
from quantdeck.trading import journal
from quantdeck.trading.account import Account
from quantdeck.trading.costs import Costs
from quantdeck.trading.guard import Guard
from tests.hub.paper_rig import AAPL, BTC, PaperRig

PRICES = st.floats(1.0, 500.0).map(lambda price: round(price, 2))
SHOWN = st.tuples(
    st.just("show"),
    st.sampled_from((AAPL, BTC)),
    PRICES,
    st.floats(0.0, 1.0),
    st.one_of(st.none(), st.integers(0, 30)),
)
ORDERED = st.tuples(
    st.just("order"),
    st.sampled_from((AAPL, BTC)),
    st.booleans(),
    st.integers(1, 40),
    st.one_of(st.none(), PRICES),
    st.integers(0, 9),
)
TURNED = st.tuples(st.just("turn"), st.sampled_from((0, 1, 7, -3, 90_000)))
CHOSEN = st.tuples(st.sampled_from(("close", "cancel", "halt", "resume", "restart")), st.just(0))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(SHOWN, ORDERED, TURNED, CHOSEN), max_size=25))
def test_cash_and_positions_are_conserved_whatever_happens(steps) -> None:
    guard = Guard(max_exposure=Decimal(8_000), max_symbol=Decimal(6_000))
    rig = PaperRig(guard=guard, costs=Costs(taker_bp=5.0, slippage_bp=2.0, per_unit=0.01))

    asyncio.run(_play(rig, steps))

    account = rig.desk.account
    events = rig.accounts.events("main")
    fills = [
        fill for event in events if isinstance(event, journal.Executed) for fill in event.fills
    ]
    spent = sum((fill.quantity * fill.price + fill.fee for fill in fills), Decimal(0))
    held = {
        symbol: sum((fill.quantity for fill in fills if fill.symbol == symbol), Decimal(0))
        for symbol in {fill.symbol for fill in fills}
    }
    assert account.cash == pytest.approx(10_000 - spent, abs=Decimal("1e-6"))
    assert {s: p.quantity for s, p in account.positions().items()} == {
        symbol: quantity for symbol, quantity in held.items() if quantity
    }
    again = Account.of(events)
    assert (again.cash, again.positions()) == (account.cash, account.positions())
    assert [(o.ticket, o.state, o.filled) for o in again.orders()] == [
        (o.ticket, o.state, o.filled) for o in account.orders()
    ]


async def _play(rig: PaperRig, steps) -> None:
    for step in steps:
        try:
            await _one(rig, step)
        except Conflict:
            # Such as the same name for another order, or nothing left to close.
            continue
        await rig.desk.look()
        await rig.desk._trade({AAPL, BTC})


async def _one(rig: PaperRig, step) -> None:
    match step:
        case ("show", symbol, price, spread, size):
            rig.market.show(symbol, bid=price, ask=price + spread, size=size)
        case ("order", symbol, is_bought, quantity, limit, number):
            make = rig.buy if is_bought else rig.sell
            rest = {} if limit is None else {"limit": limit}
            await rig.desk.place(make(str(number), str(quantity), symbol, **rest))
        case ("turn", seconds):
            rig.turn(seconds)
        case (what, _):
            await _done(rig, what)


async def _done(rig: PaperRig, what: str) -> None:
    if what == "close":
        for symbol in rig.desk.symbols_held():
            await rig.desk.close(symbol)
    elif what == "cancel":
        await rig.desk.cancel_all("tired")
    elif what == "halt":
        await rig.desk.halt("stop")
    elif what == "resume":
        await rig.desk.resume()
    else:
        rig.start()
