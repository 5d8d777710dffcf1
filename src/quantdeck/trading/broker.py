"""What a paper broker does with orders: pure decisions, as the events that they come to.

Whoever holds an account keeps the events first and applies them then, so that a kill in between loses
what was not kept, and never keeps what was not done.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.model.errors import Conflict
from quantdeck.model.instruments import InstrumentKind
from quantdeck.trading import journal
from quantdeck.trading.fills import Fill
from quantdeck.trading.guard import refusal
from quantdeck.trading.matching import match
from quantdeck.trading.money import amount, exact

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from quantdeck.trading.account import Account, Standing
    from quantdeck.trading.guard import Guard, Question
    from quantdeck.trading.matching import Market
    from quantdeck.trading.terms import Terms
    from quantdeck.trading.tickets import Ticket

_ZERO = Decimal(0)


def place(
    account: Account,
    guard: Guard,
    question: Question,
    *,
    now_ns: int,
    expires_ns: int | None = None,
) -> list[journal.AnyEvent]:
    """Return what comes of a ticket that is handed in: taken, refused, or known already.

    Parameters
    ----------
    account : Account
        As it stands.
    guard : Guard
        Its limits.
    question : Question
        The ticket, and what it is weighed by.
    now_ns : int
        The time, UTC. [ns]
    expires_ns : int or None
        When what is left of it will not trade any more. [ns]

    Returns
    -------
    list of Event
        Empty where the very same ticket was handed in before.

    Raises
    ------
    Conflict
        If another ticket of that name was.
    """
    ticket = question.ticket
    if account.knows(ticket.id):
        if account.order(ticket.id).ticket != ticket:
            raise Conflict(
                f"there is another order {ticket.id!r} already; give this one a new name"
            )
        return []
    ts_ns = max(now_ns, account.last_ns)
    found = refusal(guard, account, question)
    if found is not None:
        return [journal.Refused(ts_ns=ts_ns, ticket=ticket, limit=found.limit, why=found.why)]
    terms = tuple(question.terms[leg.symbol] for leg in ticket.legs)
    return [journal.Placed(ts_ns=ts_ns, ticket=ticket, terms=terms, expires_ns=expires_ns)]


def work(
    account: Account,
    market: Market,
    *,
    symbols: Collection[str] | None = None,
    mine: Callable[[Ticket], bool] | None = None,
) -> tuple[list[journal.AnyEvent], dict[str, str]]:
    """Return what comes of looking at open orders, oldest first, and why the rest of them waits.

    Parameters
    ----------
    account : Account
        As it stands.
    market : Market
        What there is to trade against.
    symbols : collection of str or None
        Look only at the orders with a leg among them; at all where None. Those whose time has come to
        an end expire either way.
    mine : callable or None
        Look only at the orders of which it is true, and leave the others to whoever works them; at all
        where None.

    Returns
    -------
    events : list of Event
        Expiries, stops that have met their price, and executions.
    waiting : dict of str to str
        Why an order did not trade, or not all of it, by its name.
    """
    events: list[journal.AnyEvent] = []
    waiting: dict[str, str] = {}
    ts_ns = max(market.now_ns, account.last_ns)
    for order in account.open_orders():
        name = order.ticket.id
        if mine is not None and not mine(order.ticket):
            continue
        if order.expires_ns is not None and ts_ns >= order.expires_ns:
            events.append(journal.Expired(ts_ns=ts_ns, order_id=name))
            continue
        if symbols is not None and not any(leg.symbol in symbols for leg in order.ticket.legs):
            continue
        if account.halted:
            waiting[name] = f"trading is halted: {account.halted}"
            continue
        found, why_not = _looked_at(order, market, ts_ns)
        events += found
        if why_not:
            waiting[name] = why_not
    return events, waiting


def cancel(account: Account, order_id: str, *, now_ns: int, why: str) -> list[journal.AnyEvent]:
    """Return what comes of taking an order back.

    Parameters
    ----------
    account : Account
        As it stands.
    order_id : str
        Its name.
    now_ns : int
        The time, UTC. [ns]
    why : str
        Who asked for it.

    Returns
    -------
    list of Event
        Empty where it was cancelled before.

    Raises
    ------
    Conflict
        If it has ended in another way.
    NoData
        If there is none.
    """
    order = account.order(order_id)
    if not order.state.is_open:
        if order.state.value == "cancelled":
            return []
        raise Conflict(f"order {order_id!r} is {order.state}: there is nothing to take back")
    return [journal.Cancelled(ts_ns=max(now_ns, account.last_ns), order_id=order_id, why=why)]


def settle(
    account: Account, prices: Mapping[str, float], *, now_ns: int
) -> tuple[list[journal.AnyEvent], list[str]]:
    """Return what comes of the options that have ended by now.

    Parameters
    ----------
    account : Account
        As it stands.
    prices : mapping of str to float
        Settlement prices by underlying. [currency]
    now_ns : int
        The time, UTC. [ns]

    Returns
    -------
    events : list of Event
        One of each option: worthless, or worth its intrinsic value, in cash or for shares at the strike.
    missing : list of str
        Underlyings without a price, whose options stay as they are.
    """
    events: list[journal.AnyEvent] = []
    missing: set[str] = set()
    ts_ns = max(now_ns, account.last_ns)
    for symbol, position in account.positions().items():
        terms = account.terms(symbol)
        is_over = terms.expires_ns is not None and terms.expires_ns <= now_ns
        if not is_over or terms.kind is not InstrumentKind.OPTION:
            continue
        price = prices.get(terms.underlying)
        if price is None:
            missing.add(terms.underlying)
            continue
        events.append(_settled(terms, position.quantity, exact(price, "a price"), ts_ns))
    return events, sorted(missing)


def _looked_at(order: Standing, market: Market, ts_ns: int) -> tuple[list[journal.AnyEvent], str]:
    found = match(order.ticket, order.left, market, is_triggered=order.is_triggered)
    name = order.ticket.id
    events: list[journal.AnyEvent] = []
    if found.is_triggered and not order.is_triggered and order.ticket.stop is not None:
        events.append(journal.Triggered(ts_ns=ts_ns, order_id=name))
    if found.packages:
        traded = journal.Executed(
            ts_ns=ts_ns, order_id=name, packages=found.packages, fills=found.fills
        )
        events.append(traded)
    return events, found.why_not


def _settled(terms: Terms, quantity: Decimal, price: Decimal, ts_ns: int) -> journal.Settled:
    worth = terms.intrinsic(price)
    if not worth or terms.is_cash_settled:
        return journal.Settled(ts_ns=ts_ns, symbol=terms.symbol, price=worth, why="expired")
    # A call that is held takes the shares, one that was sold gives them; a put the other way round. At
    # the price of now, since the option is booked at its intrinsic value: together they cost the strike.
    sign = 1 if terms.right is not None and terms.right.value == "call" else -1
    shares = Fill(
        terms.underlying, ts_ns, quantity * sign, price, price, amount(_ZERO), f"of {terms.symbol}"
    )
    why = "exercised" if quantity > 0 else "assigned"
    return journal.Settled(ts_ns=ts_ns, symbol=terms.symbol, price=worth, why=why, shares=shares)
