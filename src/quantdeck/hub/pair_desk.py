"""The account of a deck as its pairs see it: its desk keeps what a session decides in a thread of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from quantdeck.hub.paper_terms import terms_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quantdeck.hub.paper_desk import PaperDesk
    from quantdeck.model.instruments import Instrument
    from quantdeck.trading.account import Account
    from quantdeck.trading.books import Top
    from quantdeck.trading.costs import Costs
    from quantdeck.trading.guard import Refusal
    from quantdeck.trading.journal import AnyEvent
    from quantdeck.trading.terms import Terms
    from quantdeck.trading.tickets import Ticket


class DeskBook:
    """Fulfils `quantdeck.research.pairs.session.Book` for a thread beside the event loop.

    What is decided runs on the event loop, in turn with all else that the desk keeps.

    Parameters
    ----------
    desk : PaperDesk
        Which keeps it.
    loop : asyncio.AbstractEventLoop
        On which the desk runs.
    """

    def __init__(self, desk: PaperDesk, loop: asyncio.AbstractEventLoop) -> None:
        self._desk = desk
        self._loop = loop

    @property
    def account(self) -> Account:
        """The account as it stands, for reading."""
        return self._desk.account

    def commit(self, decide: Callable[[Account], list[AnyEvent]]) -> list[AnyEvent]:
        """Keep what is decided, then apply it; waits for both.

        Raises
        ------
        Conflict
            If the deck is ending, or another process is always first.
        StoreError
            If it cannot be kept.
        """
        return asyncio.run_coroutine_threadsafe(self._desk.commit(decide), self._loop).result()


class DeskPairs:
    """Fulfils `quantdeck.hub.pair_paper.PairAccount`: costs, limits and ages are those of the desk.

    Parameters
    ----------
    desk : PaperDesk
        The desk.
    loop : asyncio.AbstractEventLoop
        On which it runs.
    """

    def __init__(self, desk: PaperDesk, loop: asyncio.AbstractEventLoop) -> None:
        self.book = DeskBook(desk, loop)
        self.fresh_s = desk.parts.rules.fresh_s
        self._desk = desk

    def terms(self, symbol: str, instrument: Instrument | None) -> Terms | None:
        """Return the terms of an instrument; None while its vendor has still to describe it."""
        return None if instrument is None else terms_of(symbol, instrument)

    def costs(self, terms: Terms, _: Costs) -> Costs:
        """Return what trading an instrument costs on this account."""
        return self._desk.parts.costs(terms)

    def refuse(self, account: Account, ticket: Ticket, tops: Mapping[str, Top]) -> Refusal | None:
        """Return the limit of the account that both legs of a trade are beyond together."""
        return self._desk.refusal_of(account, ticket, tops)
