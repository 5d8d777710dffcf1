"""The address of an order form that is filled in with a strategy."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from quantdeck.analytics.strategies.types import LegKind
from quantdeck.model.options import OPTION_VENUE, Right, osi
from quantdeck.trading.tickets import TicketLeg
from quantdeck.views.trading_page import legs_text, trade_link

if TYPE_CHECKING:
    from quantdeck.analytics.strategies.builder import BuiltStrategy
    from quantdeck.analytics.strategies.chain_legs import QuotedLeg


def order_link(built: BuiltStrategy, *, contracts: int = 1) -> str:
    """Return the address of the Trading page with the legs of a strategy in its ticket.

    Parameters
    ----------
    built : BuiltStrategy
        The strategy.
    contracts : int
        How many.

    Returns
    -------
    str
        With what one contract costs now as the limit, below 0 for a credit; with shares among the legs at
        the market, since prices of packages are those of one multiplier. Empty where it holds cash, or
        parts of a contract.
    """
    legs = [_ticket_leg(each, built) for each in built.quoted.legs]
    if None in legs:
        return ""
    known = [leg for leg in legs if leg is not None]
    fields = {"quantity": f"{contracts}"}
    if all(each.leg.is_option for each in built.quoted.legs):
        fields |= {"kind": "limit", "price": f"{built.study.strategy.cost:.2f}"}
    return trade_link(legs_text(known, built.quoted.structure.key.replace("-", "_")), **fields)


def _ticket_leg(each: QuotedLeg, built: BuiltStrategy) -> TicketLeg | None:
    leg = each.leg
    count = leg.quantity if leg.is_option else leg.quantity * built.multiplier
    if leg.kind == LegKind.CASH or count != int(count) or not count:
        return None
    if not leg.is_option:
        return TicketLeg(built.quoted.near.chain.underlying, int(count))
    root, _, day = each.expiry.partition(" ")
    name = osi(root, date.fromisoformat(day), Right(f"{leg.kind}"), leg.strike)
    return TicketLeg(f"{OPTION_VENUE}:{name}", int(count))
