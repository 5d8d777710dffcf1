"""The most that an order can lose, from the prices it would trade at."""

from __future__ import annotations

import math
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.analytics.strategies.payoff import extremes, payoff_line
from quantdeck.analytics.strategies.types import Leg, LegKind, Strategy
from quantdeck.trading.money import amount, exact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.trading.terms import Terms
    from quantdeck.trading.tickets import Ticket


def worst_loss(
    ticket: Ticket, terms: Mapping[str, Terms], prices: Mapping[str, float]
) -> Decimal | None:
    """Return the largest loss over all prices that the underlyings can end at, without fees.

    Parameters
    ----------
    ticket : Ticket
        What is asked.
    terms : mapping of str to Terms
        Of its legs.
    prices : mapping of str to float
        What a unit of each leg is paid or sold at. [currency]

    Returns
    -------
    Decimal or None
        Not negative; None where there is no end to it. Underlyings are taken to end at their worst
        independently. Options that live on when the first of them ends count by their exercise value,
        and where such a one is sold there is taken to be no end to the loss. [currency]

    Notes
    -----
    A share falls to 0 at worst and rises without end, so a short sale has no largest loss.

    Examples
    --------
    >>> from quantdeck.model.instruments import InstrumentKind
    >>> from quantdeck.trading.orders import Side
    >>> from quantdeck.trading.terms import Terms
    >>> from quantdeck.trading.tickets import single
    >>> share = Terms(symbol="US:AAPL", kind=InstrumentKind.EQUITY)
    >>> worst_loss(single("a", Side.BUY, "US:AAPL", 2, placed_ns=0), {"US:AAPL": share}, {"US:AAPL": 9.0})
    Decimal('18.000000000000')
    """
    groups: defaultdict[str, list[tuple[Terms, Leg]]] = defaultdict(list)
    for leg in ticket.legs:
        of = terms[leg.symbol]
        units = float(ticket.quantity * leg.ratio * of.multiplier)
        kind = LegKind.SHARE if of.right is None else LegKind(of.right.value)
        strike = math.nan if of.strike is None else float(of.strike)
        part = Leg(kind, strike, units, prices[leg.symbol])
        groups[of.underlying or of.symbol].append((of, part))
    total = Decimal(0)
    for name, parts in groups.items():
        if _outlives(parts):
            return None
        loss = extremes(payoff_line(Strategy(name, tuple(leg for _, leg in parts)))).max_loss
        if math.isinf(loss):
            return None
        total += amount(exact(loss, "a loss"))
    return total


def _outlives(parts: list[tuple[Terms, Leg]]) -> bool:
    # A sold option that is there after the first has ended is worth more than its exercise value.
    ends = [of.expires_ns for of, leg in parts if leg.is_option and of.expires_ns is not None]
    return any(
        leg.is_option
        and leg.quantity < 0.0
        and of.expires_ns is not None
        and of.expires_ns > min(ends)
        for of, leg in parts
    )
