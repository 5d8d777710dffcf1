"""Orders of the paper account from the command line."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from msgspec import structs

from quantdeck.app.paper_account import open_account
from quantdeck.app.paper_text import print_order, print_preview
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.model.errors import BadInput, Conflict, NoData
from quantdeck.model.instruments import root_of
from quantdeck.net.clock import SystemClock
from quantdeck.records.paper_files import PaperPaths
from quantdeck.records.playbooks import PlaybookFiles
from quantdeck.research.playbook.tickets import ticket_of
from quantdeck.trading.tickets import OrderState
from quantdeck.trading.typed import TypedTicket, idea_of, ticket_of_words

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.paper_account import OpenAccount
    from quantdeck.app.settings import Settings
    from quantdeck.trading.account import Standing
    from quantdeck.trading.paper_now import Preview
    from quantdeck.trading.tickets import Ticket

PLAYBOOK = "PLAYBOOK"
"""Said instead of a side, to trade an idea."""

ORIGIN = "command"

_SIDES = "BUY", "SELL", PLAYBOOK


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuestion:
    """What ``quantdeck broker`` is asked for.

    Parameters
    ----------
    side : str
        ``BUY``, ``SELL`` or ``PLAYBOOK``, in any case.
    what : str
        Symbol, legs, or the symbol of an idea.
    quantity, price, stop : str or None
        As typed.
    fill_at_price : bool
        Whether it is filled at once at the price stated.
    tif : str
        ``day`` or ``gtc``.
    name : str
        Of the order; a new one where empty.
    strategy : str
        Whose limit of risk applies.
    session : str or None
        Of the playbook; the newest where None.
    is_dry : bool
        Whether nothing is placed.
    wait_s : float
        So long a fill is waited for. [s]
    out_file : Path or None
        Gets all orders of the account.
    demo : bool
        Of the demo's account.
    """

    side: str
    what: str
    quantity: str | None = None
    price: str | None = None
    stop: str | None = None
    fill_at_price: bool = False
    tif: str = "day"
    name: str = ""
    strategy: str = ""
    session: str | None = None
    is_dry: bool = False
    wait_s: float = 0.0
    out_file: Path | None = None
    demo: bool = False


def run_broker(settings: Settings, question: OrderQuestion, *, as_json: bool) -> None:
    """Place an order, and print what came of it.

    Raises
    ------
    BadInput
        If it cannot be an order.
    Conflict
        If a limit refuses it, or another order has its name.
    NoData
        If the playbook has no such idea.
    StoreError
        If it cannot be kept.
    """
    with open_account(settings, demo=question.demo) as opened:
        ticket = _ticket(opened.folder, question)
        price = _price(question)
        if price is not None and ticket.is_single:
            opened.market.state(ticket.legs[0].symbol, float(price))
        if question.is_dry:
            print_preview(asyncio.run(_previewed(opened, ticket)), as_json=as_json)
            return
        order = asyncio.run(_placed(opened, ticket, price if question.fill_at_price else None))
        if order.state is OrderState.WORKING:
            order = opened.wait_for(ticket.id, seconds=question.wait_s)
        opened.list_in(PaperPaths(orders=question.out_file))
        print_order(order, opened.why_waits(order), as_json=as_json)
        if order.state is OrderState.REFUSED:
            raise Conflict(f"order {ticket.id} is refused by {order.limit}; nothing is traded")


async def _previewed(opened: OpenAccount, ticket: Ticket) -> Preview:
    await opened.desk.load()
    return await opened.desk.preview(ticket)


async def _placed(opened: OpenAccount, ticket: Ticket, stated: Decimal | None) -> Standing:
    await opened.desk.load()
    if stated is not None:
        return opened.stated_fill(ticket, stated)
    return await opened.desk.place(ticket)


def _ticket(folder: Path, question: OrderQuestion) -> Ticket:
    if question.side.upper() not in _SIDES:
        raise BadInput(f"a side is {', '.join(_SIDES)}; was {question.side!r}")
    now_ns = SystemClock().now_ns()
    name = question.name or f"broker-{now_ns}"
    kind = _kind(question)
    if question.side.upper() == PLAYBOOK:
        idea = _of_playbook(folder, question, now_ns)
        if kind == "market" and not question.quantity:
            return idea
        words = _words(question, "buy", idea.kind.value if kind == "market" else kind)
        if kind == "market" and idea.limit is not None:
            words = replace(words, price=f"{idea.limit:f}")
        return ticket_of_words(
            words, name=idea.id, placed_ns=now_ns, canonical=typed_symbol, idea=idea
        )
    words = _words(question, question.side.lower(), kind)
    made = ticket_of_words(words, name=name, placed_ns=now_ns, canonical=typed_symbol)
    strategy = question.strategy or made.strategy
    return structs.replace(made, origin=ORIGIN, strategy=strategy)


def _kind(question: OrderQuestion) -> str:
    if question.fill_at_price and question.price is None:
        raise BadInput("--fill-at-price needs the price: quantdeck broker BUY AAPL 1 100")
    if question.price is not None and question.stop is not None:
        raise BadInput("an order has a price or a --stop, not both")
    if question.stop is not None:
        return "stop"
    return "limit" if question.price is not None and not question.fill_at_price else "market"


def _words(question: OrderQuestion, side: str, kind: str) -> TypedTicket:
    price = question.stop if kind == "stop" else question.price
    return TypedTicket(
        what=question.what,
        side=side,
        quantity=question.quantity or "",
        kind=kind,
        price=price or "",
        tif=question.tif.lower(),
    )


def _of_playbook(folder: Path, question: OrderQuestion, now_ns: int) -> Ticket:
    named = idea_of(question.what)
    session, root = named or (question.session, question.what)
    playbook = PlaybookFiles(folder).get(session)
    symbol = typed_symbol(root)
    entry = playbook.entry(symbol)
    if entry is None:
        ranked = ", ".join(root_of(each.symbol) for each in playbook.entries[:8])
        raise NoData(f"{symbol} is not in the playbook of {playbook.session}; it has {ranked}")
    ticket = ticket_of(playbook.session, entry, placed_ns=now_ns, name=question.name)
    return structs.replace(ticket, origin=ORIGIN)


def _price(question: OrderQuestion) -> Decimal | None:
    text = question.price or question.stop
    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise BadInput(f"a price is a plain number such as 1250.5, was {text!r}") from error
