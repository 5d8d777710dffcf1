"""Tickets as they are typed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from quantdeck.model.errors import BadInput
from quantdeck.trading.tickets import OrderKind, TicketLeg, TimeInForce
from quantdeck.trading.typed import TypedTicket, idea_of, legs_of, ticket_of_words
from tests.trading.paper import CALL, DEAR_CALL, spread

WORDS = TypedTicket("aapl", quantity="10")


def canonical(text: str) -> str:
    word = text.upper()
    return word if ":" in word else f"US:{word}"


def ticket(words: TypedTicket, idea=None):
    return ticket_of_words(words, name="t", placed_ns=7, canonical=canonical, idea=idea)


def test_typed_ticket_of_a_root_has_its_canonical_symbol():
    made = ticket(WORDS)

    assert made.legs == (TicketLeg("US:AAPL", 1),)
    assert (made.kind, made.quantity, made.origin) == (OrderKind.MARKET, Decimal(10), "page")


def test_typed_limit_of_a_sale_is_what_is_received_at_least():
    made = ticket(replace(WORDS, side="sell", kind="limit", price="230.5", tif="gtc"))

    assert (made.limit, made.tif) == (Decimal("-230.5"), TimeInForce.GTC)


def test_typed_market_order_leaves_a_price_in_the_field_alone():
    assert ticket(replace(WORDS, price="230.5")).limit is None


def test_typed_legs_that_are_sold_are_turned_round():
    what = f"call spread: +1 {CALL.symbol}, -2x{DEAR_CALL.symbol}"

    made = ticket(TypedTicket(what, "sell", "3", "limit", "-1.2"))

    assert made.legs == (TicketLeg(CALL.symbol, -1), TicketLeg(DEAR_CALL.symbol, 2))
    assert (made.strategy, made.limit) == ("call spread", Decimal("-1.2"))


def test_typed_legs_without_a_sign_are_bought():
    found = legs_of("pair: 1 KO -2 x PEP", canonical)

    assert found == ("pair", (TicketLeg("US:KO", 1), TicketLeg("US:PEP", -2)))


def test_typed_idea_keeps_its_name_and_legs_and_takes_the_other_fields():
    idea = spread("idea:2026-11-20:AAPL")

    made = ticket(TypedTicket("idea:2026-11-20:AAPL", quantity="1", kind="limit", price="4"), idea)

    assert (made.id, made.legs, made.quantity) == (idea.id, idea.legs, Decimal(1))
    assert made.limit == Decimal(4)


def test_typed_idea_without_a_quantity_has_its_own():
    assert ticket(TypedTicket("idea:2026-11-20:AAPL"), spread("i")).quantity == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"what": " "}, "what"),
        ({"what": "+1 AAPL and more"}, "what"),
        ({"what": "AAPL MSFT"}, "what"),
        ({"quantity": ""}, "quantity"),
        ({"quantity": "-3"}, "quantity"),
        ({"quantity": "1,000"}, "quantity"),
        ({"quantity": "1e9"}, "quantity"),
        ({"kind": "limit"}, "price"),
        ({"kind": "stop", "price": "NaN"}, "price"),
        ({"side": "hold"}, ""),
    ],
)
def test_typed_ticket_that_cannot_be_names_its_field(change, field):
    with pytest.raises(BadInput) as refused:
        ticket(replace(WORDS, **change))

    assert refused.value.field == field


def test_typed_idea_cannot_be_sold():
    with pytest.raises(BadInput, match="choose buy"):
        ticket(TypedTicket("idea:2026-11-20:AAPL", "sell"), spread("i"))


def test_typed_text_of_a_symbol_is_no_list_of_legs_and_no_idea():
    assert legs_of("US:AAPL", canonical) is None
    assert idea_of("US:AAPL") is None
