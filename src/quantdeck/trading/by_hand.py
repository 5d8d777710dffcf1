"""Trades at a price that a person states: of a note on paper, an older account, or another broker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput
from quantdeck.trading import journal
from quantdeck.trading.fills import Fill
from quantdeck.trading.money import EXACT, amount, exact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from quantdeck.trading.account import Account
    from quantdeck.trading.tickets import Ticket

BY_HAND = "price stated by hand"
"""Reason of such a fill, so that none is ever taken for one at a quote."""


def stated(
    account: Account,
    placed: Sequence[journal.AnyEvent],
    ticket: Ticket,
    price: Decimal,
    *,
    fee: Decimal | None = None,
) -> list[journal.AnyEvent]:
    """Return the events of an order that is filled in full at the price that was stated.

    Parameters
    ----------
    account : Account
        In front of the order.
    placed : sequence of Event
        What `quantdeck.trading.broker.place` said of the ticket.
    ticket : Ticket
        Of one instrument.
    price : Decimal
        Of a unit or share, > 0. [currency]
    fee : Decimal or None
        That was paid with it; None for none. [currency]

    Returns
    -------
    list of Event
        What was handed in, with the execution behind it where the order was taken.

    Raises
    ------
    BadInput
        If the ticket has several legs, or the price is not positive and finite.
    """
    if not ticket.is_single:
        raise BadInput("a price is stated for one instrument at a time", field="price")
    if not (price.is_finite() and price > 0):
        raise BadInput(f"a price is positive and finite, was {price}", field="price")
    taken = next((each for each in placed if isinstance(each, journal.Placed)), None)
    if taken is None:
        return list(placed)
    (leg,), (terms,) = ticket.legs, taken.terms
    units = EXACT.multiply(ticket.quantity * leg.ratio, terms.multiplier)
    ts_ns = max(taken.ts_ns, account.last_ns)
    at = exact(price, "a price")
    paid = amount(exact(fee or 0, "a fee"))
    fill = Fill(leg.symbol, ts_ns, units, at, at, paid, ticket.note or BY_HAND)
    executed = journal.Executed(
        ts_ns=ts_ns, order_id=ticket.id, packages=ticket.quantity, fills=(fill,)
    )
    return [*placed, executed]
