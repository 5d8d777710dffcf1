from __future__ import annotations

from decimal import Decimal

import pytest

from quantdeck.model.errors import BadInput
from quantdeck.trading.orders import Side
from quantdeck.trading.tickets import OrderKind, Ticket, TicketLeg, single
from tests.trading.paper import buy, sell, spread


def test_limit_of_a_sale_is_the_least_that_is_received() -> None:
    assert sell("a", limit=Decimal(100)).limit == -100
    assert buy("a", limit=Decimal(100)).limit == 100


def test_kind_follows_the_prices_that_are_given() -> None:
    kinds = [buy("a"), buy("a", limit=Decimal(1)), buy("a", stop=Decimal(1))]

    assert [each.kind for each in kinds] == [OrderKind.MARKET, OrderKind.LIMIT, OrderKind.STOP]


def test_side_is_that_of_the_first_leg() -> None:
    assert (buy("a").side, sell("a").side, spread("a").side) == (Side.BUY, Side.SELL, Side.BUY)


def test_package_may_cost_nothing_or_less() -> None:
    assert spread("a", kind=OrderKind.LIMIT, limit=Decimal("-0.5")).limit == Decimal("-0.5")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("id", {"id": ""}),
        ("id", {"id": "x" * 65}),
        ("legs", {"legs": ()}),
        ("legs", {"legs": (TicketLeg("A", 1), TicketLeg("A", -1))}),
        ("legs", {"legs": (TicketLeg("A", 0),)}),
        ("quantity", {"quantity": Decimal(0)}),
        ("quantity", {"quantity": Decimal("NaN")}),
        ("limit", {"kind": OrderKind.LIMIT}),
        ("limit", {"limit": Decimal(1)}),
        ("limit", {"kind": OrderKind.LIMIT, "limit": Decimal("Infinity")}),
        ("limit", {"kind": OrderKind.LIMIT, "limit": Decimal(-1)}),
        ("stop", {"kind": OrderKind.STOP}),
        ("stop", {"kind": OrderKind.STOP, "stop": Decimal(0)}),
    ],
)
def test_ticket_that_cannot_be_is_refused_under_its_field(field: str, changes: dict) -> None:
    right = {"id": "a", "legs": (TicketLeg("A", 1),), "quantity": Decimal(1), "placed_ns": 0}

    with pytest.raises(BadInput) as caught:
        Ticket(**{**right, **changes})

    assert caught.value.field == field


def test_stop_of_several_legs_is_refused() -> None:
    with pytest.raises(BadInput, match="one instrument"):
        spread("a", kind=OrderKind.STOP, stop=Decimal(1))


def test_two_prices_are_refused() -> None:
    with pytest.raises(BadInput, match="not both"):
        single("a", Side.BUY, "A", 1, limit=Decimal(1), stop=Decimal(1), placed_ns=0)
