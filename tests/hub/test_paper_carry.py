from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from quantdeck.analytics.sessions import us_sessions
from quantdeck.hub.paper_market import Price
from quantdeck.live.board import Mark
from quantdeck.model.history import ActionKind, CorporateAction
from quantdeck.model.options import Settlement
from tests.hub.paper_rig import AAPL, BTC, NS, START_NS, PaperRig, looped

DAY = 86_400
CALL, PUT = "OPRA:AAPL251219C00100000", "OPRA:AAPL251219P00100000"
INDEX_CALL = "OPRA:SPXW251219C06000000"
EXPIRY = date(2025, 12, 19)
ENDS_NS = us_sessions().settlement_ns(EXPIRY, Settlement.PM)


@pytest.fixture
def rig():
    return PaperRig(cash=1_000_000)


def to_expiry(rig, seconds: float = 1.0) -> None:
    rig.clock.ns = ENDS_NS + int(seconds * NS)


@looped
async def test_funding_is_paid_once_by_the_rate_and_mark_seen_last(rig) -> None:
    rig.market.show()
    await rig.desk.place(rig.buy(quantity="2"))
    due_ns = START_NS + 10 * NS
    rig.market.marks[BTC] = Mark(100.0, 100.0, 0.0001, due_ns, START_NS, START_NS)
    await rig.desk.look()
    cash = rig.desk.account.cash

    rig.turn(12)
    rig.market.marks[BTC] = Mark(150.0, 150.0, 0.5, due_ns + 28_800 * NS, due_ns, due_ns)
    await rig.desk.look()
    await rig.desk.look()
    await rig.start().look()

    assert cash - rig.desk.account.cash == Decimal("0.02")
    assert rig.desk.positions()[0].funding == Decimal("0.02")


@looped
async def test_funding_that_fell_due_while_the_machine_slept_is_left_out(rig) -> None:
    rig.market.show()
    await rig.desk.place(rig.buy())
    rig.market.marks[BTC] = Mark(100.0, 100.0, 0.01, START_NS + NS, START_NS, START_NS)
    await rig.desk.look()
    cash = rig.desk.account.cash

    rig.turn(3 * DAY)
    await rig.desk.look()

    assert rig.desk.account.cash == cash


@looped
async def test_an_option_in_the_money_is_exercised_for_shares_at_its_strike(rig) -> None:
    await held(rig, rig.buy(symbol=CALL))
    cash = rig.desk.account.cash
    to_expiry(rig)
    rig.market.closes[AAPL, EXPIRY] = 112.5

    await rig.desk.look()

    shares = rig.desk.account.positions()[AAPL]
    assert shares.quantity == 100
    assert rig.desk.account.cash == cash - 100 * 100
    assert CALL not in rig.desk.account.positions()


@looped
async def test_a_put_that_was_sold_is_assigned_and_shares_are_taken(rig) -> None:
    await held(rig, rig.sell(symbol=PUT))
    cash = rig.desk.account.cash
    to_expiry(rig)
    rig.market.closes[AAPL, EXPIRY] = 90.0

    await rig.desk.look()
    await rig.desk.look()

    assert rig.desk.account.positions()[AAPL].quantity == 100
    assert rig.desk.account.cash == cash - 100 * 100


@looped
async def test_an_option_out_of_the_money_ends_worthless(rig) -> None:
    await held(rig, rig.buy(symbol=CALL))
    cash = rig.desk.account.cash
    to_expiry(rig)
    rig.market.closes[AAPL, EXPIRY] = 99.0

    await rig.desk.look()

    assert rig.desk.account.positions() == {}
    assert rig.desk.account.cash == cash


@looped
async def test_an_index_option_pays_the_difference_at_the_price_next_to_its_expiry(rig) -> None:
    await held(rig, rig.buy(symbol=INDEX_CALL))
    cash = rig.desk.account.cash
    for seconds, value in ((-600, 5000.0), (-5, 6012.5), (100, 7000.0)):
        to_expiry(rig, seconds)
        rig.market.prices["US:SPX"] = Price(value, rig.clock.ns, "spot")
        await rig.desk.look()

    assert rig.desk.account.cash == cash + Decimal(1250)
    assert rig.desk.account.positions() == {}


@looped
async def test_an_option_without_a_settlement_price_stays_and_is_named(rig) -> None:
    await held(rig, rig.buy(symbol=CALL))
    to_expiry(rig, DAY)

    await rig.desk.look()

    assert rig.desk.unsettled == [AAPL]
    assert CALL in rig.desk.account.positions()


@looped
async def test_a_split_multiplies_shares_at_the_same_cost_and_ends_older_orders(rig) -> None:
    rig.market.show(AAPL)
    await rig.desk.place(rig.buy(symbol=AAPL, quantity="10"))
    await rig.desk.place(rig.buy("rests", symbol=AAPL, quantity="1", limit=50))
    ex_ns = rig.clock.ns + DAY * NS
    rig.market.known_actions[AAPL] = (CorporateAction(ex_ns, ActionKind.SPLIT, 4.0),)
    await rig.desk.look()
    assert rig.desk.account.positions()[AAPL].quantity == 10

    rig.turn(DAY + 1)
    await rig.desk.look()
    await rig.start().look()

    held_now = rig.desk.account.positions()[AAPL]
    assert (held_now.quantity, held_now.cost) == (40, 1010)
    assert "was split" in rig.desk.account.order("rests").why


@looped
async def test_a_split_learnt_late_spares_shares_bought_since(rig) -> None:
    rig.market.show(AAPL)
    await rig.desk.place(rig.buy(symbol=AAPL, quantity="10"))
    rig.turn(2 * DAY)
    rig.market.show(AAPL, bid=24.0, ask=25.0)
    await rig.desk.place(rig.buy("b", symbol=AAPL, quantity="8"))
    ex_ns = START_NS + DAY * NS
    rig.market.known_actions[AAPL] = (CorporateAction(ex_ns, ActionKind.SPLIT, 4.0),)

    await rig.desk.look()

    assert rig.desk.account.positions()[AAPL].quantity == 48


@looped
async def test_dividends_go_to_those_who_held_before_the_day_and_once(rig) -> None:
    rig.market.show(AAPL)
    await rig.desk.place(rig.buy(symbol=AAPL, quantity="10"))
    rig.turn(2 * DAY)
    rig.market.show(AAPL)
    await rig.desk.place(rig.sell("b", symbol=AAPL, quantity="6"))
    cash = rig.desk.account.cash
    days = (START_NS - DAY * NS, START_NS + DAY * NS, START_NS + 9 * DAY * NS)
    rig.market.known_actions[AAPL] = tuple(
        CorporateAction(ex_ns, ActionKind.DIVIDEND, 0.25) for ex_ns in days
    )

    for _ in range(3):
        await rig.desk.look()

    assert rig.desk.account.cash == cash + Decimal("2.5")


async def held(rig, ticket) -> None:
    rig.market.show(ticket.legs[0].symbol, bid=2.0, ask=2.5)
    order = await rig.desk.place(ticket)
    assert not order.left
