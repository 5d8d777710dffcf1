"""Gains by strategy and the newest fills, read along with the events of a paper account."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from quantdeck.trading import journal
from quantdeck.trading.attribution import Attribution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.hub.paper_book import PaperBook


class TradingResults:
    """Owned by `quantdeck.hub.trading_answers.TradingAnswers`.

    Parameters
    ----------
    book : PaperBook
        Whose events are read.

    Attributes
    ----------
    attribution : Attribution
        Of the events read so far.
    limits : dict of str to str
        The limit that a refused order was beyond, by its name.
    """

    def __init__(self, book: PaperBook) -> None:
        self._book = book
        self._count = 0
        self._turn = asyncio.Lock()
        self.attribution = Attribution()
        self.limits: dict[str, str] = {}
        book.on_events(self._follow)

    @property
    def is_current(self) -> bool:
        """Whether every event of the account has been read."""
        return self._count == self._book.account.count

    async def read(self) -> None:
        """Read the events that came since.

        Raises
        ------
        StoreError
            If they cannot be read.
        """
        async with self._turn:
            self._take(await asyncio.to_thread(self._book.events, after=self._count))

    def _follow(self, events: Sequence[journal.AnyEvent]) -> None:
        # Where others are still to be read, these come with them.
        if not self._turn.locked() and self._count + len(events) == self._book.account.count:
            self._take(events)

    def _take(self, events: Sequence[journal.AnyEvent]) -> None:
        self.attribution.take(events)
        self._count += len(events)
        for event in events:
            if isinstance(event, journal.Refused):
                self.limits[event.ticket.id] = event.limit
