from __future__ import annotations

from decimal import Decimal

import pytest

from quantdeck.model.errors import BadInput, NoData
from quantdeck.research.playbook.entry import Entry, Idea, LegLine
from quantdeck.research.playbook.tickets import ticket_of

SPREAD = Idea(
    structure="bull_put_spread",
    title="Bull put spread",
    root="SPY",
    expiry="2026-12-18",
    legs=(LegLine("put", 600.0, -1, 5.1), LegLine("put", 590.0, 1, 3.05)),
    size=3,
)
SHARES = Idea(
    structure="long_shares", title="Shares", legs=(LegLine("share", None, 1, 230.0),), size=7
)


def entry(idea: Idea | None) -> Entry:
    return Entry(
        rank=1,
        symbol="US:SPY",
        score=1.0,
        coverage=1.0,
        absent=(),
        contributions=(),
        probability=None,
        view="up",
        richness="rich",
        view_why="",
        idea=idea,
    )


def test_ticket_of_a_spread_names_its_contracts_and_asks_for_its_credit() -> None:
    ticket = ticket_of("2026-11-20", entry(SPREAD), placed_ns=5)

    legs = [(leg.symbol, leg.ratio) for leg in ticket.legs]
    assert legs == [("OPRA:SPY261218P00600000", -1), ("OPRA:SPY261218P00590000", 1)]
    assert ticket.limit == Decimal("-2.05")
    assert (ticket.id, ticket.quantity, ticket.strategy) == (
        "idea:2026-11-20:SPY",
        3,
        "bull_put_spread",
    )


def test_ticket_of_shares_is_at_the_market() -> None:
    ticket = ticket_of("2026-11-20", entry(SHARES), placed_ns=5, size=2, name="mine")

    assert (ticket.id, ticket.kind, ticket.quantity) == ("mine", "market", 2)
    assert [leg.symbol for leg in ticket.legs] == ["US:SPY"]


def test_ticket_of_a_refused_idea_tells_the_reason() -> None:
    refused = Idea(refusal="the chain is 3 hours old")

    with pytest.raises(NoData, match="3 hours old"):
        ticket_of("2026-11-20", entry(refused), placed_ns=5)


def test_ticket_of_an_idea_without_size_is_refused() -> None:
    with pytest.raises(BadInput, match="no size"):
        ticket_of("2026-11-20", entry(SPREAD), placed_ns=5, size=0)
