"""Keeps the events of a paper account without holding up the event loop, one decision at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from quantdeck.model.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.hub.paper_book import PaperBook
    from quantdeck.trading.account import Account
    from quantdeck.trading.journal import AnyEvent

_TRIES = 20


class PaperKeeper:
    """Owned by a `quantdeck.hub.paper_desk.PaperDesk`.

    Parameters
    ----------
    book : PaperBook
        The account; read and applied to on the event loop, kept in a thread.
    """

    def __init__(self, book: PaperBook) -> None:
        self._book = book
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[list[AnyEvent]]] = set()
        self._is_closed = False

    async def commit(
        self,
        decide: Callable[[Account], list[AnyEvent]],
        then: Callable[[], None] | None = None,
    ) -> list[AnyEvent]:
        """Keep what is decided, then apply it; see `quantdeck.hub.paper_book.PaperBook.commit`.

        Parameters
        ----------
        decide : callable
            Given the account, what happens next; may be asked more than once.
        then : callable or None
            Called once it is kept, before anybody decides anew.

        Returns
        -------
        list of Event
            What was kept.

        Raises
        ------
        Conflict
            If the deck is ending, or another process is always first.
        StoreError
            If it cannot be kept.
        """
        # Whoever asked may go away meanwhile; what is being kept is brought to its end.
        task = asyncio.create_task(self._commit(decide, then))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def refresh(self) -> None:
        """Take what other processes have kept."""
        async with self._turn:
            if not self._is_closed:
                self._book.accept(await asyncio.to_thread(self._book.newer))

    async def stop(self) -> None:
        """Wait for what is being kept, and keep nothing more. Idempotent."""
        async with self._turn:
            self._is_closed = True

    async def _commit(
        self, decide: Callable[[Account], list[AnyEvent]], then: Callable[[], None] | None
    ) -> list[AnyEvent]:
        async with self._turn:
            for _ in range(_TRIES):
                if self._is_closed:
                    raise Conflict("the deck is ending; nothing more is taken")
                events = self._book.propose(decide)
                if not events:
                    return events
                if await asyncio.to_thread(self._book.keep, events):
                    self._book.accept(events)
                    if then is not None:
                        then()
                    return events
                self._book.accept(await asyncio.to_thread(self._book.newer))
        raise Conflict(
            f"account {self._book.name} is written to by others without a pause; try again"
        )
