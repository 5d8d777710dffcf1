"""Instruments and orders in words, as traders say them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import root_of, venue_of
from quantdeck.model.options import OPTION_VENUE, parse_osi
from quantdeck.trading.tickets import OrderKind, TimeInForce
from quantdeck.views.figures import MINUS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from quantdeck.trading.tickets import Ticket, TicketLeg

LIMITS = {
    "kill_switch": "Kill switch",
    "max_day_loss": "Loss today",
    "max_risk": "Risk of an order",
    "max_symbol": "In one underlying",
    "max_exposure": "All positions",
    "no_mark": "Price to weigh it by",
}
"""What the limits of an account are called."""

_RIGHTS = {"call": "C", "put": "P"}


def name_of(symbol: str) -> str:
    """Return what an instrument is called: a canonical symbol, an option by its terms.

    Parameters
    ----------
    symbol : str
        Canonical symbol.

    Examples
    --------
    >>> name_of("OPRA:SPY261218C00600000"), name_of("US:AAPL")
    ('SPY 2026-12-18 600 C', 'US:AAPL')
    """
    if venue_of(symbol) != OPTION_VENUE:
        return symbol
    try:
        root, expiry, right, strike = parse_osi(root_of(symbol))
    except BadInput:
        return symbol
    return f"{root} {expiry.isoformat()} {strike:g} {_RIGHTS[right.value]}"


def short_name(symbol: str) -> str:
    """Return the same without a venue.

    Examples
    --------
    >>> short_name("BINANCE-USDM:BTCUSDT")
    'BTCUSDT'
    """
    name = name_of(symbol)
    return root_of(name) if name == symbol else name


def number(value: Decimal) -> str:
    """Return a figure of the ledger in full, grouped, with a true minus sign and no idle zeros.

    Examples
    --------
    >>> from decimal import Decimal
    >>> number(Decimal("-1234.500")), number(Decimal("1E+3"))
    ('−1,234.5', '1,000')
    """
    text = f"{value.normalize():,f}"
    return text.replace("-", MINUS)


def money(value: Decimal) -> str:
    """Return an amount with two decimals, grouped, with a true minus sign.

    Examples
    --------
    >>> from decimal import Decimal
    >>> money(Decimal("-1234.567")), money(Decimal("-0.001"))
    ('−1,234.57', '0.00')
    """
    text = f"{abs(value):,.2f}"
    return f"{MINUS}{text}" if value < 0 and text.strip("0.") else text


def order_text(ticket: Ticket) -> str:
    """Return what a ticket trades: ``buy 0.5 BTCUSDT``, or ``2 x iron condor``.

    Parameters
    ----------
    ticket : Ticket
        Of one leg or several.
    """
    if ticket.is_single:
        units = ticket.quantity * abs(ticket.legs[0].ratio)
        return f"{ticket.side} {number(units)} {short_name(ticket.legs[0].symbol)}"
    name = ticket.strategy.replace("_", " ") or f"{len(ticket.legs)} legs"
    return f"{number(ticket.quantity)} \N{MULTIPLICATION SIGN} {name}"


def leg_text(leg: TicketLeg) -> str:
    """Return one leg of a package: ``sell 1 SPY 2026-12-18 600 C``."""
    return f"{'buy' if leg.ratio > 0 else 'sell'} {abs(leg.ratio)} {short_name(leg.symbol)}"


def package_text(legs: Sequence[TicketLeg]) -> str:
    """Return several legs: of options of one expiry their strikes alone, of others each by its name.

    Examples
    --------
    >>> from quantdeck.trading.tickets import TicketLeg
    >>> legs = (TicketLeg("OPRA:SPY261218C00600000", 1), TicketLeg("OPRA:SPY261218C00610000", -2))
    >>> package_text(legs)
    'SPY 2026-12-18: +1 600 C −2 610 C'
    """
    names = [name_of(leg.symbol) for leg in legs]
    counts = [f"{leg.ratio:+d}".replace("-", MINUS) for leg in legs]
    heads = {name.rpartition(" ")[0].rpartition(" ")[0] for name in names}
    if len(heads) != 1 or not all(leg.symbol.startswith(f"{OPTION_VENUE}:") for leg in legs):
        return " ".join(
            f"{count} {short_name(leg.symbol)}" for count, leg in zip(counts, legs, strict=True)
        )
    (head,) = heads
    strikes = (" ".join(name.split(" ")[-2:]) for name in names)
    legs_said = (f"{count} {strike}" for count, strike in zip(counts, strikes, strict=True))
    return f"{head}: {' '.join(legs_said)}"


def type_text(ticket: Ticket) -> str:
    """Return when a ticket may trade, and ``gtc`` where it stands until it is cancelled."""
    gtc = ", gtc" if ticket.tif is TimeInForce.GTC else ""
    return f"{kind_text(ticket)}{gtc}"


def kind_text(ticket: Ticket) -> str:
    """Return when a ticket may trade: ``market``, ``limit 230.5``, ``limit −1.2 (received)``."""
    if ticket.kind is OrderKind.STOP and ticket.stop is not None:
        return f"stop {number(ticket.stop)}"
    if ticket.limit is None:
        return "market"
    if ticket.is_single:
        return f"limit {number(abs(ticket.limit))}"
    way = "paid" if ticket.limit > 0 else "received"
    return f"limit {number(abs(ticket.limit))} {way}"


def tif_text(ticket: Ticket) -> str:
    """Return how long a ticket stands."""
    return "for the day" if ticket.tif is TimeInForce.DAY else "until cancelled"
