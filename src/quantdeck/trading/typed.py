"""Tickets as people type them: a symbol, legs, or an idea of a playbook, with figures in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.errors import BadInput
from quantdeck.model.options import OPTION_VENUE, contract_of
from quantdeck.trading.orders import Side
from quantdeck.trading.tickets import OrderKind, Ticket, TicketLeg, TimeInForce, single

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = "page"
"""Where such a ticket comes from."""

_FIGURE = re.compile(r"-?\d{1,15}(\.\d{1,12})?")
_LEG = re.compile(r"([+-]?\d{1,4})(?:\s*[x*]\s*|\s+)([A-Za-z0-9][^\s,]*)")
_NAMED = re.compile(r"([A-Za-z][\w -]{0,39}):\s+(.*)", re.DOTALL)
_IDEA = re.compile(r"idea:(\d{4}-\d{2}-\d{2}):(\S{1,40})")


@dataclass(frozen=True, slots=True)
class TypedTicket:
    """The fields of an order form, as they were typed.

    Parameters
    ----------
    what : str
        A symbol such as ``AAPL``; legs such as ``iron condor: -1 OPRA:… +1 OPRA:…``, the name before
        them being the strategy; or an idea of a playbook, ``idea:2026-11-20:AAPL``.
    side : str
        ``buy`` or ``sell``; selling legs turns each of them round.
    quantity : str
        Units, contracts or packages; of an idea its own size where empty.
    kind : str
        ``market``, ``limit`` or ``stop``.
    price : str
        Of a limit or stop order; of legs what a package costs, negative for what it brings in.
    tif : str
        ``day`` or ``gtc``.
    """

    what: str
    side: str = "buy"
    quantity: str = ""
    kind: str = "market"
    price: str = ""
    tif: str = "day"


def idea_of(what: str) -> tuple[str, str] | None:
    """Return session and root of the idea that a text names, or None where it names none.

    Examples
    --------
    >>> idea_of("idea:2026-11-20:AAPL")
    ('2026-11-20', 'AAPL')
    """
    found = _IDEA.fullmatch(what.strip())
    return None if found is None else (found[1], found[2])


def legs_of(what: str, canonical: Callable[[str], str]) -> tuple[str, tuple[TicketLeg, ...]] | None:
    """Return strategy and legs that a text names, or None where it is of a single symbol.

    Parameters
    ----------
    what : str
        Such as ``iron condor: -1 OPRA:… +1 OPRA:…``.
    canonical : callable
        Gives the canonical symbol of what a person typed.

    Returns
    -------
    tuple of (str, tuple of TicketLeg), or None

    Raises
    ------
    BadInput
        If it begins as legs and does not go on so.

    Examples
    --------
    >>> legs_of("pair: +1 US:KO -2 US:PEP", str.upper)
    ('pair', (TicketLeg(symbol='US:KO', ratio=1), TicketLeg(symbol='US:PEP', ratio=-2)))
    """
    named = _NAMED.fullmatch(what.strip())
    strategy, text = (named[1].strip(), named[2]) if named else ("", what.strip())
    # A symbol alone has no spaces in it.
    if named is None and not re.search(r"\s", text):
        return None
    found = list(_LEG.finditer(text))
    if not found or re.sub(r"[\s,;]+", "", _LEG.sub("", text)):
        raise BadInput(
            f"{text[:60]!r} is no list of legs; write a count and a symbol for each, such as "
            "+1 US:KO -2 US:PEP",
            field="what",
        )
    legs = tuple(TicketLeg(canonical(each[2]), int(each[1])) for each in found)
    return strategy, legs


def ticket_of_words(
    words: TypedTicket,
    *,
    name: str,
    placed_ns: int,
    canonical: Callable[[str], str],
    idea: Ticket | None = None,
) -> Ticket:
    """Return the ticket that was typed.

    Parameters
    ----------
    words : TypedTicket
        As typed.
    name : str
        Of the order; that of the idea stays as it is.
    placed_ns : int
        When, UTC. [ns]
    canonical : callable
        Gives the canonical symbol of what a person typed.
    idea : Ticket or None
        Of the playbook's idea where the text names one.

    Returns
    -------
    Ticket

    Raises
    ------
    BadInput
        If it cannot be an order; `field` names what is wrong.

    Examples
    --------
    >>> words = TypedTicket("US:KO", "sell", "10", "limit", "71.5")
    >>> ticket = ticket_of_words(words, name="t1", placed_ns=0, canonical=str.upper)
    >>> ticket.legs, ticket.limit
    ((TicketLeg(symbol='US:KO', ratio=-1),), Decimal('-71.5'))
    """
    side, kind, tif = _choices(words)
    if not words.what.strip():
        raise BadInput("name a symbol, legs, or an idea of a playbook", field="what")
    price = _price(words, kind)
    if idea is not None:
        return _of_idea(words, idea, side, kind, price, tif)
    quantity = _quantity(words.quantity)
    found = legs_of(words.what, canonical)
    if found is None:
        return single(
            name,
            side,
            _symbol(words.what, canonical),
            quantity,
            placed_ns=placed_ns,
            limit=price if kind is OrderKind.LIMIT else None,
            stop=price if kind is OrderKind.STOP else None,
            tif=tif,
            origin=PAGE,
        )
    strategy, legs = found
    return Ticket(
        id=name,
        legs=tuple(TicketLeg(leg.symbol, leg.ratio * side.sign) for leg in legs),
        quantity=quantity,
        placed_ns=placed_ns,
        kind=kind,
        limit=price if kind is OrderKind.LIMIT else None,
        stop=price if kind is OrderKind.STOP else None,
        tif=tif,
        strategy=strategy,
        origin=PAGE,
    )


def _of_idea(
    words: TypedTicket,
    idea: Ticket,
    side: Side,
    kind: OrderKind,
    price: Decimal | None,
    tif: TimeInForce,
) -> Ticket:
    if side is Side.SELL:
        raise BadInput("an idea is traded the way the playbook means it: choose buy", field="side")
    quantity = _quantity(words.quantity) if words.quantity.strip() else idea.quantity
    if idea.is_single and price is not None and kind is OrderKind.LIMIT:
        price *= idea.side.sign
    return msgspec.structs.replace(
        idea,
        quantity=quantity,
        kind=kind,
        limit=price if kind is OrderKind.LIMIT else None,
        stop=price if kind is OrderKind.STOP else None,
        tif=tif,
    )


def _symbol(text: str, canonical: Callable[[str], str]) -> str:
    symbol = canonical(text.strip())
    if symbol.startswith(f"{OPTION_VENUE}:"):
        # A name that is no contract is told here, where the field is known.
        return contract_of(symbol).symbol
    return symbol


def _choices(words: TypedTicket) -> tuple[Side, OrderKind, TimeInForce]:
    try:
        return Side(words.side), OrderKind(words.kind), TimeInForce(words.tif)
    except ValueError as error:
        raise BadInput(
            f"{error}; a side is buy or sell, a kind market, limit or stop, and an order stands for "
            "the day or until cancelled (gtc)"
        ) from error


def _quantity(text: str) -> Decimal:
    if not text.strip():
        raise BadInput("say how many: a quantity above 0", field="quantity")
    found = _figure(text, "quantity")
    if found <= 0:
        raise BadInput(
            f"a quantity is above 0, was {text.strip()}; to go the other way, choose sell",
            field="quantity",
        )
    return found


def _price(words: TypedTicket, kind: OrderKind) -> Decimal | None:
    # What is left in the field of a price means nothing to an order at the market.
    if kind is OrderKind.MARKET:
        return None
    if not words.price.strip():
        raise BadInput(f"a {kind} order needs a price", field="price")
    return _figure(words.price, "price")


def _figure(text: str, name: str) -> Decimal:
    word = text.strip().replace("\N{MINUS SIGN}", "-")
    if not _FIGURE.fullmatch(word):
        raise BadInput(
            f"a {name} is a plain number such as 1250.5, was {text.strip()[:24]!r}", field=name
        )
    return Decimal(word)
