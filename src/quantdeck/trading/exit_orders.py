"""Orders that close what a rule has met: what closing would bring, and one order for it, once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.trading import broker
from quantdeck.trading.guard import Guard, Question
from quantdeck.trading.money import EXACT, exact
from quantdeck.trading.tickets import Ticket, TicketLeg, TimeInForce

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.trading.account import Account, Standing
    from quantdeck.trading.books import Top
    from quantdeck.trading.exits import Exit
    from quantdeck.trading.holdings import Holding
    from quantdeck.trading.journal import AnyEvent
    from quantdeck.trading.terms import Terms

ORIGIN = "exit rule"
"""What places such orders, in their field `origin`."""

_PREFIX = "exit:"
_LONGEST = 64
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Worth:
    """What closing a holding would bring now.

    Parameters
    ----------
    value : Decimal or None
        At the sides that are crossed, before fees; negative where it must be paid. None where a quote is
        absent or stale. [currency]
    why_not : str
        Why there is none.
    ts_ns : int
        Time of the newest quote behind it, UTC. [ns]
    """

    value: Decimal | None
    why_not: str = ""
    ts_ns: int = 0


def worth(
    holding: Holding,
    tops: Mapping[str, Top | None],
    terms: Mapping[str, Terms],
    *,
    now_ns: int,
    fresh_by: Mapping[str, float],
) -> Worth:
    """Return value = sum of units * (bid of what is long, ask of what is short).

    Parameters
    ----------
    holding : Holding
        What is held.
    tops : mapping of str to Top or None
        What is shown of its symbols.
    terms : mapping of str to Terms
        Of its symbols.
    now_ns : int
        The time, UTC. [ns]
    fresh_by : mapping of str to float
        Age beyond which a quote is stale, by symbol. [s]

    Returns
    -------
    Worth
        All legs at fresh quotes, or no value at all.
    """
    value, newest = _ZERO, 0
    for leg in holding.legs:
        top = tops.get(leg.symbol)
        if top is None:
            return Worth(None, f"there is no quote of {leg.symbol}")
        is_long = leg.ratio > 0
        fresh_s = fresh_by[leg.symbol]
        why_not = top.why_not(is_bought=not is_long, now_ns=now_ns, fresh_s=fresh_s)
        price = top.bid if is_long else top.ask
        if why_not or price is None:
            return Worth(None, why_not or f"there is no price of {leg.symbol}")
        units = EXACT.multiply(holding.of(leg.symbol), terms[leg.symbol].multiplier)
        value += EXACT.multiply(units, exact(price, "a price"))
        newest = max(newest, top.ts_ns)
    return Worth(value, ts_ns=newest)


def exit_order_id(holding: Holding, attempt: int) -> str:
    """Return the name of an order that closes a holding: of the holding, whatever the rule.

    Two evaluators that decide at the same moment, by the same rule or by two, come to the same name, and
    one order is placed.

    Parameters
    ----------
    holding : Holding
        What is closed.
    attempt : int
        Counts from 1; another one only after the order before has ended.

    Returns
    -------
    str
        At most 64 letters.

    Examples
    --------
    >>> from quantdeck.trading.holdings import Holding
    >>> exit_order_id(Holding("t1", (), Decimal(1), (), 0), 1)
    'exit:t1:1'
    """
    name = f"{_PREFIX}{holding.id}:{attempt}"
    if len(name) <= _LONGEST:
        return name
    digest = hashlib.blake2b(holding.id.encode(), digest_size=16).hexdigest()
    return f"{_PREFIX}{digest}:{attempt}"


def closing_ticket(holding: Holding, found: Exit, *, order_id: str, now_ns: int) -> Ticket:
    """Return the order that closes a holding: all of it, at market, until it is done.

    Parameters
    ----------
    holding : Holding
        What is closed.
    found : Exit
        Why.
    order_id : str
        Its name.
    now_ns : int
        The time, UTC. [ns]

    Returns
    -------
    Ticket
        With all legs the other way round.
    """
    return Ticket(
        id=order_id,
        legs=tuple(TicketLeg(leg.symbol, -leg.ratio) for leg in holding.legs),
        quantity=holding.packages,
        placed_ns=now_ns,
        tif=TimeInForce.GTC,
        strategy=holding.strategy,
        origin=ORIGIN,
        note=f"{found.rule}: {found.why}",
    )


def close(
    account: Account, ticket: Ticket, terms: Mapping[str, Terms], *, now_ns: int
) -> list[AnyEvent]:
    """Return what comes of closing a holding: orders that would close it too are taken back first.

    Parameters
    ----------
    account : Account
        As it stands.
    ticket : Ticket
        Of `closing_ticket`.
    terms : mapping of str to Terms
        Of its legs.
    now_ns : int
        The time, UTC. [ns]

    Returns
    -------
    list of Event
        Empty where there is such an order already, trading is halted, or less is held by now: nothing is
        ever closed twice, so that no position turns round.
    """
    if account.knows(ticket.id) or account.halted or not _holds(account, ticket, terms):
        return []
    events: list[AnyEvent] = []
    for order in closing_orders(account, ticket):
        events += broker.cancel(
            account, order.ticket.id, now_ns=now_ns, why=f"{ticket.id} closes the position"
        )
    # What only reduces needs no mark: the kill switch alone could refuse it.
    question = Question(ticket, terms, {}, None, _ZERO)
    return [*events, *broker.place(account, Guard(), question, now_ns=now_ns)]


def closing_orders(account: Account, ticket: Ticket) -> list[Standing]:
    """Return the open orders that trade a leg of a ticket the same way, oldest first."""
    ways = {(leg.symbol, leg.ratio > 0) for leg in ticket.legs}
    return [
        order
        for order in account.open_orders()
        if ways & {(leg.symbol, leg.ratio > 0) for leg in order.ticket.legs}
    ]


def _holds(account: Account, ticket: Ticket, terms: Mapping[str, Terms]) -> bool:
    held = account.positions()
    for leg in ticket.legs:
        position = held.get(leg.symbol)
        change = ticket.quantity * leg.ratio * terms[leg.symbol].multiplier
        if position is None or position.quantity * change >= 0:
            return False
        if abs(change) > abs(position.quantity):
            return False
    return True
