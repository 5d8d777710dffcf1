"""The paper account of a data folder, opened by a command beside a deck or without one."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import structs

from quantdeck.app.links import running_deck
from quantdeck.app.paper_parts import paper_parts
from quantdeck.app.places import tape_folder
from quantdeck.app.state import open_state
from quantdeck.app.tape_parts import tape_reader
from quantdeck.app.taped_market import TapedMarket
from quantdeck.hub.paper_desk import PaperDesk
from quantdeck.hub.paper_questions import Asker
from quantdeck.net.clock import SystemClock
from quantdeck.records.paper_files import PaperPaths, put_files
from quantdeck.trading.broker import place
from quantdeck.trading.by_hand import stated

if TYPE_CHECKING:
    from collections.abc import Generator
    from decimal import Decimal
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.hub.paper_book import PaperBook
    from quantdeck.hub.paper_parts import PaperParts
    from quantdeck.trading.account import Account, Standing
    from quantdeck.trading.journal import AnyEvent
    from quantdeck.trading.tickets import Ticket

_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """An account and where it is kept.

    Parameters
    ----------
    desk : PaperDesk
        The account on what the folder knows of the market.
    book : PaperBook
        The account.
    market : TapedMarket
        What is known.
    parts : PaperParts
        Limits and costs.
    folder : Path
        Of the tape.
    simulated : bool
        Whether its market is.
    """

    desk: PaperDesk
    book: PaperBook
    market: TapedMarket
    parts: PaperParts
    folder: Path
    simulated: bool

    @property
    def has_deck(self) -> bool:
        """Whether a deck runs on the folder: it fills orders as quotes come."""
        return running_deck(self.folder, records=True) is not None

    def wait_for(self, order_id: str, *, seconds: float) -> Standing:
        """Return an order once it has ended, or after so long where a deck runs that may fill it.

        Raises
        ------
        NoData
            If there is none.
        StoreError
            If the records cannot be read.
        """
        deadline = time.monotonic() + seconds if self.has_deck else 0.0
        while True:
            self.book.refresh()
            order = self.book.account.order(order_id)
            if not order.state.is_open or time.monotonic() >= deadline:
                return order
            time.sleep(_LOOK_S)

    def why_waits(self, order: Standing) -> str:
        """Return why an order does not trade; empty where it has ended."""
        if not order.state.is_open:
            return ""
        why = self.desk.waiting.get(order.ticket.id, "")
        if self.has_deck:
            return why or "the deck fills it as soon as a fresh quote lets it"
        return f"{why or 'it was not looked at yet'}; no deck runs here: start quantdeck up" + (
            " --demo" if self.simulated else ""
        )

    def stated_fill(self, ticket: Ticket, price: Decimal) -> Standing:
        """Place an order that is filled in full at a price that was stated, and return it.

        Raises
        ------
        BadInput
            If it cannot be.
        Conflict
            If another order has its name.
        """
        asker = Asker(self.parts, self.market)
        self.market.state(ticket.legs[0].symbol, float(price))
        if self.book.account.knows(ticket.id):
            known = self.book.account.order(ticket.id).ticket
            ticket = structs.replace(ticket, placed_ns=known.placed_ns)
        asker.check(ticket, self.book.account)

        def decide(account: Account) -> list[AnyEvent]:
            now_ns = max(SystemClock().now_ns(), account.last_ns)
            question = asker.question(ticket, account, now_ns, self.desk.day_start)
            placed = place(account, self.parts.guard, question, now_ns=now_ns)
            return stated(account, placed, ticket, price)

        self.book.commit(decide)
        return self.book.account.order(ticket.id)

    def list_in(self, paths: PaperPaths) -> None:
        """Write the lists of the account; see `quantdeck.records.paper_files`."""
        if paths != PaperPaths():
            put_files(self.book.events(), paths, run=self.book.name, simulated=self.simulated)


@contextmanager
def open_account(settings: Settings, *, demo: bool) -> Generator[OpenAccount]:
    """Open the account that the settings name; one that is new gets its first deposit.

    Parameters
    ----------
    settings : Settings
        The section ``paper``, and the data folder.
    demo : bool
        That of the demo, whose market is simulated.

    Yields
    ------
    OpenAccount

    Raises
    ------
    StoreError
        If the records cannot be opened.
    """
    folder, clock = tape_folder(settings, demo=demo), SystemClock()
    records = open_state(settings, demo=demo)
    try:
        parts = paper_parts(settings, records)
        market = TapedMarket(folder, clock, tape_reader(settings, folder, demo=demo))
        desk = PaperDesk(parts, market, clock)
        yield OpenAccount(desk, parts.book, market, parts, folder, demo)
    finally:
        records.close()
