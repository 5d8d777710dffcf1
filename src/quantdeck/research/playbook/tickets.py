"""The order that goes with an idea of a playbook."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.instruments import root_of
from quantdeck.model.options import OPTION_VENUE, Right, osi
from quantdeck.trading.money import exact
from quantdeck.trading.tickets import OrderKind, Ticket, TicketLeg, TimeInForce

if TYPE_CHECKING:
    from quantdeck.research.playbook.entry import Entry, Idea, LegLine

ORIGIN = "playbook"
"""Where such a ticket comes from."""

_CENT = Decimal("0.01")


def idea_id(session: str, symbol: str) -> str:
    """Return the name of the order of an idea, the same whoever places it.

    Parameters
    ----------
    session : str
        Of the playbook.
    symbol : str
        Canonical symbol of the entry.

    Examples
    --------
    >>> idea_id("2026-11-20", "US:AAPL")
    'idea:2026-11-20:AAPL'
    """
    return f"idea:{session}:{root_of(symbol)}"


def ticket_of(
    session: str, entry: Entry, *, placed_ns: int, size: int | None = None, name: str = ""
) -> Ticket:
    """Return the order that opens an idea.

    Parameters
    ----------
    session : str
        Of the playbook.
    entry : Entry
        With the idea.
    placed_ns : int
        When it is decided, UTC. [ns]
    size : int or None
        Units; those of the idea where None.
    name : str
        Of the order; that of `idea_id` where empty, so that an idea is traded once.

    Returns
    -------
    Ticket
        Of options with the price of the idea as its limit, since quotes have moved on; of shares at the
        market.

    Raises
    ------
    BadInput
        If the size is not above 0.
    NoData
        If the entry has no trade; the reason is that of the playbook.
    """
    idea = entry.idea
    if idea is None or not idea.legs:
        why = f": {idea.refusal}" if idea is not None and idea.refusal else ""
        raise NoData(f"the playbook of {session} has no trade of {entry.symbol}{why}")
    units = idea.size if size is None else size
    if units <= 0:
        why = idea.refusal or "its size within the limits is 0"
        raise BadInput(f"the idea of {entry.symbol} has no size: {why}", field="size")
    legs = tuple(TicketLeg(_symbol(entry, idea, leg), leg.quantity) for leg in idea.legs)
    limit = _limit(idea)
    return Ticket(
        id=name or idea_id(session, entry.symbol),
        legs=legs,
        quantity=Decimal(units),
        kind=OrderKind.MARKET if limit is None else OrderKind.LIMIT,
        limit=limit,
        tif=TimeInForce.DAY,
        placed_ns=placed_ns,
        strategy=idea.structure,
        origin=ORIGIN,
        note=f"{idea.title} of the playbook of {session}",
    )


def _symbol(entry: Entry, idea: Idea, leg: LegLine) -> str:
    if leg.strike is None:
        return entry.symbol
    name = osi(idea.root, date.fromisoformat(idea.expiry), Right(leg.kind), leg.strike)
    return f"{OPTION_VENUE}:{name}"


def _limit(idea: Idea) -> Decimal | None:
    if any(leg.strike is None for leg in idea.legs):
        return None
    net = sum((exact(leg.price, "a price") * leg.quantity for leg in idea.legs), Decimal(0))
    return net.quantize(_CENT)
