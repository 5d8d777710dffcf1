"""Orders of a pair: one of each leg, named by pair, bar, decision and leg."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.research.pairs.trader import LEAVING, Decision
from quantdeck.trading.money import exact
from quantdeck.trading.orders import Side
from quantdeck.trading.tickets import Ticket, TicketLeg, TimeInForce, single

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.research.pairs.plan import PairPlan
    from quantdeck.trading.account import Account

ORIGIN = "pairs"
"""Who places the orders of pairs."""
REST = "rest"
"""Names orders that trade back what an earlier try left."""

# As the desk and the command name orders that close what is held.
_BY_HAND = "close"
_NS = 1_000_000_000
_NAME = re.compile(rf"(?P<start>\d+):(?P<why>entry|{'|'.join(LEAVING)}):(?P<leg>[yx])")


def entry_tickets(plan: PairPlan, decision: Decision, now_ns: int) -> tuple[Ticket, ...]:
    """Return the orders that open a trade.

    Parameters
    ----------
    plan : PairPlan
        The pair.
    decision : Decision
        To open, with the units of each leg.
    now_ns : int
        When it was decided, UTC. [ns]

    Returns
    -------
    tuple of Ticket
        Of y and of x, in whole lots.
    """
    units = {plan.y: decision.units_y, plan.x: decision.units_x}
    quantities = {symbol: _whole(plan, symbol, each) for symbol, each in units.items()}
    return _tickets(plan, quantities, decision.start_ns, "entry", decision.zscore, now_ns)


def closing_tickets(
    plan: PairPlan,
    held: Mapping[str, Decimal],
    start_ns: int,
    why: str,
    zscore: float,
    now_ns: int,
) -> tuple[Ticket, ...]:
    """Return the orders that trade back what is held.

    Parameters
    ----------
    plan : PairPlan
        The pair.
    held : mapping of str to Decimal
        As `held_by` says. [units]
    start_ns : int
        Start of the bar that decided it, UTC. [ns]
    why : str
        ``exit``, ``stop``, ``time`` or ``rest``.
    zscore : float
        Of the bar; NaN where there is none. [deviations]
    now_ns : int
        When it was decided, UTC. [ns]

    Returns
    -------
    tuple of Ticket
        Empty where nothing is held.
    """
    back = {symbol: -quantity for symbol, quantity in held.items()}
    return _tickets(plan, back, start_ns, why, zscore, now_ns)


def package_of(plan: PairPlan, tickets: Sequence[Ticket]) -> Ticket:
    """Return both legs as one ticket, to be weighed against limits; it is not traded.

    Parameters
    ----------
    plan : PairPlan
        The pair.
    tickets : sequence of Ticket
        Of its legs.

    Returns
    -------
    Ticket
        In units of the smaller lot, or of the smallest step of a quantity.
    """
    step = min(Decimal(1).scaleb(_places(each.quantity)) for each in tickets)
    legs = tuple(
        TicketLeg(each.legs[0].symbol, each.legs[0].ratio * int(each.quantity / step))
        for each in tickets
    )
    first = tickets[0]
    return Ticket(
        id=first.id,
        legs=legs,
        quantity=step,
        placed_ns=first.placed_ns,
        tif=first.tif,
        strategy=plan.strategy,
        origin=ORIGIN,
        note=first.note,
    )


def held_by(account: Account, strategy: str) -> dict[str, Decimal]:
    """Return what a strategy holds: units by symbol.

    Parameters
    ----------
    account : Account
        As it stands.
    strategy : str
        As its orders name it.

    Returns
    -------
    dict of str to Decimal
        What its own orders have filled, whatever else the account holds of the symbol, less what was
        closed by hand: a position that somebody closes is the strategy's first. Negative for short;
        without symbols of which nothing is held.
    """
    held: dict[str, Decimal] = {}
    for order in account.orders():
        is_own = order.ticket.strategy == strategy
        if not is_own and order.ticket.origin != _BY_HAND:
            continue
        for leg in order.ticket.legs:
            units, before = order.filled * leg.ratio, held.get(leg.symbol, Decimal(0))
            if is_own:
                held[leg.symbol] = before + units
            elif before * units < 0:
                held[leg.symbol] = before + min(abs(before), abs(units)).copy_sign(units)
    return {symbol: quantity for symbol, quantity in held.items() if quantity}


def last_decision(account: Account, strategy: str) -> Decision | None:
    """Return the last decision that an account has orders of.

    Parameters
    ----------
    account : Account
        As it stands.
    strategy : str
        As its orders name it.

    Returns
    -------
    Decision or None
        Without score, line and units; None where there are none.
    """
    for order in reversed(account.orders()):
        ticket = order.ticket
        found = _NAME.fullmatch(ticket.id.removeprefix(f"{strategy}:"))
        if ticket.strategy != strategy or found is None or found["leg"] != "y":
            continue
        why = found["why"]
        sign = ticket.side.sign
        nan = float("nan")
        for known in ("entry", *LEAVING):
            if why == known:
                side = sign if why == "entry" else -sign
                return Decision(int(found["start"]) * _NS, side, known, nan, nan)
    return None


def _tickets(
    plan: PairPlan,
    quantities: Mapping[str, Decimal],
    start_ns: int,
    why: str,
    zscore: float,
    now_ns: int,
) -> tuple[Ticket, ...]:
    note = why if zscore != zscore else f"{why}, z {zscore:+.2f}"  # noqa: PLR0124 - NaN
    return tuple(
        single(
            f"{plan.strategy}:{start_ns // _NS}:{why}:{leg}",
            Side.BUY if quantities[symbol] > 0 else Side.SELL,
            symbol,
            abs(quantities[symbol]),
            placed_ns=now_ns,
            tif=TimeInForce.GTC,
            strategy=plan.strategy,
            origin=ORIGIN,
            note=note,
        )
        for leg, symbol in (("y", plan.y), ("x", plan.x))
        if quantities.get(symbol)
    )


def _whole(plan: PairPlan, symbol: str, units: float) -> Decimal:
    # The rules have cut it to lots already, but for the last bits of a float.
    lot = plan.terms[symbol].lot
    return (exact(units, "a quantity") / lot).to_integral_value() * lot


def _places(quantity: Decimal) -> int:
    exponent = quantity.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
