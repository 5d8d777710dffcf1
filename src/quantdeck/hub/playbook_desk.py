"""Makes the playbook of the newest session and reads those of earlier ones, for page and API alike."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from quantdeck.hub.option_desk import OptionQuestion
from quantdeck.hub.shared_work import SharedWork
from quantdeck.model.errors import BadInput, NoData, VenueError
from quantdeck.research.playbook.entry import Playbook
from quantdeck.research.playbook.inputs import Chain

if TYPE_CHECKING:
    from collections.abc import Hashable

    from quantdeck.hub.machine import Machine
    from quantdeck.hub.playbook_parts import PlaybookParts
    from quantdeck.hub.research_desk import Index, ResearchDesk

NOTHING_KEPT = "this deck keeps no playbooks: it plays recorded data"
NO_TABLE = (
    "no table of features was built yet: start the job features on the Research page, or run "
    "quantdeck features"
)

FRESH_NS = 900_000_000_000
"""So long a playbook stands while features and model are the same: chains move. [ns]"""

_READ_NS = 3_600_000_000_000
_KEPT = 8


class PlaybookDesk:
    """Owned by `quantdeck.hub.playbook_answers.PlaybookAnswers`.

    Parameters
    ----------
    machine : Machine
        Whose chains are watched.
    research : ResearchDesk
        Knows which table and which model are the newest.

    Attributes
    ----------
    parts : PlaybookParts or None
        None where nothing is kept.
    sessions : tuple of str
        Dates of the playbooks that are kept, newest first, as last read.
    layout : int
        Changes when there is other to choose from.
    last : Playbook or None
        The newest that was made since the start, whether or not it still stands.
    """

    def __init__(self, machine: Machine, research: ResearchDesk) -> None:
        self._machine = machine
        self._research = research
        self.parts: PlaybookParts | None = machine.parts.playbook
        self.sessions: tuple[str, ...] = ()
        self.layout = 0
        self.last: Playbook | None = None
        now_ns = machine.clock.monotonic_ns
        self._newest = SharedWork["Hashable", Playbook](now_ns, fresh_ns=FRESH_NS, kept=2)
        self._earlier = SharedWork["str", Playbook](now_ns, fresh_ns=_READ_NS, kept=_KEPT)
        self._symbols: tuple[str, ...] = ()

    @property
    def revision(self) -> Hashable:
        """Changes with every playbook that was made or read, and with tables and models."""
        return self._newest.made, self._earlier.made, self._research.revision

    @property
    def symbols(self) -> tuple[str, ...]:
        """Canonical symbols of the newest playbook, foremost first."""
        return self._symbols

    def known(self, session: str | None = None) -> Playbook | None:
        """Return a playbook from memory: of a session, or the newest; None where it must be made or read."""
        if session is not None:
            return self._earlier.known(session)
        index = self._research.known_index()
        return None if index is None else self._newest.known(_key(index))

    async def playbook(self, session: str | None = None) -> Playbook:
        """Return the playbook of a session as it was kept, or the newest, made of what is known now.

        Raises
        ------
        NoData
            If there is none, or nothing to make one of.
        StoreError
            If something cannot be read or written.
        """
        parts = self._kept()
        if session is not None:
            return await self._earlier.get(
                session, lambda: asyncio.to_thread(parts.store.get, session)
            )
        index = await self._research.index()
        if not index.tables:
            raise NoData(NO_TABLE)
        return await self._newest.get(_key(index), lambda: self._make(parts))

    async def make(self) -> Playbook:
        """Make the newest playbook anew, whether or not the last one still stands.

        Raises
        ------
        NoData
            If there is nothing to make one of.
        StoreError
            If something cannot be read or written.
        """
        index = await self._research.index()
        self._newest.forget(_key(index))
        return await self.playbook()

    async def list(self) -> tuple[str, ...]:
        """Return the dates of the sessions that there are playbooks of, newest first.

        Raises
        ------
        NoData
            If nothing is kept here.
        StoreError
            If they cannot be read.
        """
        found = tuple(await asyncio.to_thread(self._kept().store.sessions))
        if found != self.sessions:
            self.sessions = found
            self.layout += 1
        return found

    async def _make(self, parts: PlaybookParts) -> Playbook:
        live = await self._watched()
        made = await asyncio.to_thread(parts.make, self._machine.clock.now_ns(), live)
        # What was kept of the session is another now.
        self._earlier.forget(made.session)
        self.last = made
        symbols = tuple(each.symbol for each in made.entries)
        if symbols != self._symbols:
            self._symbols = symbols
            self.layout += 1
        await self.list()
        return made

    async def _watched(self) -> dict[str, Chain]:
        desk, prices, found = self._machine.options, self._machine.prices, dict[str, Chain]()
        # Features are made of daily bars: an index without any, whose chains are large, is in no table.
        scored = None if prices is None else set(prices.choices().symbols)
        for underlying in () if desk is None else desk.underlyings():
            if desk is None or not desk.has_chains(underlying):
                continue
            if scored is not None and underlying not in scored:
                continue
            try:
                study = await desk.study(OptionQuestion(underlying))
            except (NoData, BadInput, VenueError):
                # A chain that is kept may do.
                continue
            found[underlying] = Chain(study, desk.source_of(underlying))
        return found

    def _kept(self) -> PlaybookParts:
        if self.parts is None:
            raise NoData(NOTHING_KEPT)
        return self.parts


def _key(index: Index) -> Hashable:
    return index.tables[:1], index.current
