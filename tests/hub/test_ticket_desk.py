"""Orders as they are typed on the Trading page, and what its panels show of the account."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from types import SimpleNamespace

import pytest

from quantdeck.hub.ticket_desk import TicketDesk, said_of
from quantdeck.hub.trading_answers import TradingAnswers
from quantdeck.model.errors import BadInput, Conflict, NoData, Unconfirmed
from quantdeck.research.playbook.entry import Entry, Idea, LegLine, Playbook
from quantdeck.trading.guard import Guard
from quantdeck.trading.tickets import OrderState
from quantdeck.trading.typed import TypedTicket
from quantdeck.views.payloads import Mode
from quantdeck.views.trading_page import trading_page
from quantdeck.views.trading_panels import PANELS
from tests.hub.paper_rig import AAPL, BTC, PaperRig, looped

SESSION = "2025-11-20"
BUY = TypedTicket("btcusdt", quantity="10")
DEFAULTS = {control.id: control.default for control in trading_page().controls}


class Playbooks:
    """Fulfils what a ticket desk asks of a `PlaybookDesk`."""

    async def playbook(self, session):
        legs = (LegLine("share", None, 1, 100.0),)
        idea = Idea(structure="long_stock", title="Shares", legs=legs, size=3)
        entry = Entry(
            rank=1,
            symbol=AAPL,
            score=1.0,
            coverage=1.0,
            absent=(),
            contributions=(),
            probability=None,
            view="up",
            richness="fair",
            view_why="",
            idea=idea,
        )
        return Playbook(
            session=session, known_ns=0, made_ns=0, inputs="", weights={}, top_n=1, entries=(entry,)
        )


@pytest.fixture
def rig():
    rig = PaperRig(guard=Guard(max_symbol=Decimal(5_000)))
    rig.market.show(BTC)
    rig.market.show(AAPL)
    return rig


@pytest.fixture
def machine(rig):
    return SimpleNamespace(
        paper=rig.desk,
        exits=None,
        pairs=None,
        clock=rig.clock,
        mode=Mode.DEMO,
        capture=SimpleNamespace(symbols=lambda: [BTC], is_on=True, lanes=[]),
        parts=SimpleNamespace(market=None, replay=None),
    )


@pytest.fixture
def desk(machine):
    return TicketDesk(machine, Playbooks())


@looped
async def test_typed_order_trades_at_the_quote(desk):
    order = await desk.place(BUY, is_confirmed=False)

    assert (order.state, order.ticket.legs[0].symbol) == (OrderState.FILLED, BTC)
    assert said_of(order) == "Filled."


@looped
async def test_order_of_a_large_share_is_placed_once_it_is_confirmed(desk):
    large = TypedTicket("BTCUSDT", quantity="40")

    with pytest.raises(Unconfirmed, match="40 % of the account"):
        await desk.place(large, is_confirmed=False)
    order = await desk.place(large, is_confirmed=True)

    assert order.state is OrderState.FILLED


@looped
async def test_same_order_a_moment_later_is_asked_about(desk, rig):
    await desk.place(BUY, is_confirmed=False)

    with pytest.raises(Unconfirmed, match="a moment ago"):
        await desk.place(BUY, is_confirmed=False)
    rig.turn(6.0)
    rig.market.show(BTC)

    assert (await desk.place(BUY, is_confirmed=False)).state is OrderState.FILLED


@looped
async def test_refused_order_names_its_limit(desk):
    with pytest.raises(Conflict, match="in one underlying"):
        await desk.place(TypedTicket("BTCUSDT", quantity="90"), is_confirmed=True)


@looped
async def test_position_is_closed_unless_trading_is_halted(desk, rig):
    await desk.place(BUY, is_confirmed=False)
    await rig.desk.halt("by hand")

    with pytest.raises(Conflict, match="kill switch"):
        await desk.close(BTC)
    await rig.desk.resume()

    assert (await desk.close(BTC)).state is OrderState.FILLED


@looped
async def test_idea_is_traded_once(desk):
    idea = TypedTicket(f"idea:{SESSION}:AAPL")

    order = await desk.place(idea, is_confirmed=True)

    assert (order.ticket.quantity, order.ticket.origin) == (Decimal(3), "playbook")
    assert "filled already" in desk.standing(await desk.preview(idea))
    with pytest.raises(Conflict, match="placed before and is filled"):
        await desk.place(idea, is_confirmed=True)


@looped
async def test_idea_of_nothing_says_so(desk):
    with pytest.raises(NoData, match="says nothing of KO"):
        await desk.preview(TypedTicket(f"idea:{SESSION}:KO", quantity="1"))


def test_symbol_is_what_is_captured_before_anything_else(desk):
    assert desk.symbol("btcusdt") == BTC
    assert desk.symbol("spy261218c00600000") == "OPRA:SPY261218C00600000"
    assert desk.symbol("aapl") == AAPL
    with pytest.raises(BadInput) as refused:
        desk.symbol("not a symbol")
    assert refused.value.field == "what"


@looped
async def test_desk_without_an_account_says_so(machine):
    machine.paper = None

    with pytest.raises(NoData, match="keeps no paper account"):
        await TicketDesk(machine, Playbooks()).preview(BUY)


@looped
async def test_every_panel_answers_for_an_account_with_orders(machine):
    answers = TradingAnswers(machine, Playbooks())
    await answers.tickets.place(BUY, is_confirmed=False)
    await answers.tickets.place(
        TypedTicket("aapl", quantity="2", kind="limit", price="50"), is_confirmed=False
    )
    params = DEFAULTS | {"what": "aapl", "quantity": "2"}

    shown = {panel.id: await asked(answers, panel.id, params) for panel in PANELS}

    assert [row["symbol"] for row in shown["trading.positions"].rows] == [BTC]
    assert "above the limit 50" in shown["trading.orders"].rows[0]["waits"]
    assert shown["trading.ended"].rows[0]["state"] == "filled"
    assert shown["trading.fills"].rows[0]["price"] == 101.0
    assert shown["trading.strategies"].rows[0]["realised"] == 0.0
    assert shown["trading.ticket"].rows[0]["value"] == "Buy 2 AAPL"
    assert shown["trading.limits"].rows
    assert all(answers.revision(panel.id) for panel in PANELS)


@looped
async def test_ticket_that_is_not_filled_in_says_what_is_missing(machine):
    answers = TradingAnswers(machine, Playbooks())

    payload = await answers.slow("trading.ticket", DEFAULTS | {"what": "aapl"})

    assert payload.state.word == "empty"
    assert payload.rows[0]["verdict"].startswith("Say how many")
    assert {row["value"] for row in payload.rows} == {None}


async def asked(answers, name, params):
    found = answers.quick(name, params)
    await asyncio.sleep(0)
    return await answers.slow(name, params) if found is None else found
