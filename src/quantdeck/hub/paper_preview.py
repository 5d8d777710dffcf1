"""What a ticket would come to: cost, fees, the most it can lose, and why it would wait."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.trading.costs import executed_price
from quantdeck.trading.matching import match
from quantdeck.trading.money import amount, exact
from quantdeck.trading.paper_now import LegPreview, Preview
from quantdeck.trading.tickets import OrderKind
from quantdeck.trading.worst import worst_loss

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.trading.books import Top
    from quantdeck.trading.matching import Market
    from quantdeck.trading.tickets import Ticket, TicketLeg

_ZERO = Decimal(0)


def paid_prices(
    ticket: Ticket, market: Market, marks: Mapping[str, Decimal]
) -> dict[str, float] | None:
    """Return what a unit of each leg would trade at, slippage included; None where one is not known.

    Parameters
    ----------
    ticket : Ticket
        What is asked.
    market : Market
        What is shown.
    marks : mapping of str to Decimal
        What stands in for a side that nobody shows. [currency]

    Returns
    -------
    dict of str to float or None
        A limit or stop order of one instrument trades at its own price, or a better one where a limit is
        met at once. [currency]
    """
    found: dict[str, float] = {}
    for leg in ticket.legs:
        top = market.tops.get(leg.symbol)
        touch = None if top is None else _side(top, leg)
        seen = float(marks[leg.symbol]) if touch is None and leg.symbol in marks else touch
        if seen is None:
            return None
        sign = 1.0 if leg.ratio > 0 else -1.0
        found[leg.symbol] = executed_price(seen, sign, market.costs[leg.symbol])
    if ticket.is_single:
        _at_its_price(ticket, found)
    return found


def preview(ticket: Ticket, market: Market, marks: Mapping[str, Decimal], cash: Decimal) -> Preview:
    """Return what a ticket would come to now, before the limits of the account.

    Parameters
    ----------
    ticket : Ticket
        What is asked.
    market : Market
        What is shown; its sizes are taken.
    marks : mapping of str to Decimal
        What a unit of what is held or asked is worth. [currency]
    cash : Decimal
        Of the account. [currency]

    Returns
    -------
    Preview
    """
    legs = tuple(_leg(leg, market) for leg in ticket.legs)
    ages = [leg.age_s for leg in legs if leg.age_s is not None]
    seen = Preview(
        ticket=ticket,
        legs=legs,
        why_waits=match(ticket, ticket.quantity, market).why_not,
        age_s=max(ages, default=None),
    )
    prices = paid_prices(ticket, market, marks)
    if prices is None:
        return seen
    cost, fees = _ZERO, _ZERO
    for leg in ticket.legs:
        units = ticket.quantity * leg.ratio * market.terms[leg.symbol].multiplier
        price, costs = exact(prices[leg.symbol], "a price"), market.costs[leg.symbol]
        cost += amount(units, price)
        fees += amount(abs(units), price, exact(costs.taker_bp / 10_000, "a fee"))
        fees += amount(abs(units), exact(costs.per_unit, "a commission"))
    if ticket.limit is not None and not ticket.is_single:
        multiplier = market.terms[ticket.legs[0].symbol].multiplier
        cost = min(cost, amount(ticket.limit, ticket.quantity, multiplier))
    loss = worst_loss(ticket, market.terms, prices)
    return Preview(
        ticket=ticket,
        legs=legs,
        cost=cost,
        fees=fees,
        risk=None if loss is None else loss + fees,
        is_unlimited=loss is None,
        cash_after=cash - cost - fees,
        why_waits=seen.why_waits,
        age_s=seen.age_s,
    )


def _leg(leg: TicketLeg, market: Market) -> LegPreview:
    top = market.tops.get(leg.symbol)
    if top is None:
        return LegPreview(leg, None, None, None)
    age_s = max(0, market.now_ns - top.ts_ns) / 1e9
    size = top.ask_size if leg.ratio > 0 else top.bid_size
    return LegPreview(leg, _side(top, leg), size, age_s)


def _side(top: Top, leg: TicketLeg) -> float | None:
    return top.ask if leg.ratio > 0 else top.bid


def _at_its_price(ticket: Ticket, found: dict[str, float]) -> None:
    symbol, is_bought = ticket.legs[0].symbol, ticket.legs[0].ratio > 0
    if ticket.kind is OrderKind.LIMIT and ticket.limit is not None:
        limit = float(abs(ticket.limit))
        found[symbol] = min(found[symbol], limit) if is_bought else max(found[symbol], limit)
    elif ticket.stop is not None:
        stop = float(ticket.stop)
        found[symbol] = max(found[symbol], stop) if is_bought else min(found[symbol], stop)
