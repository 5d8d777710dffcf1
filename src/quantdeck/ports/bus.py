"""How events of the process that captures reach processes that follow it, on this host or another.

Data go one way: feed, tape, bus, followers. What the bus carries is what the write-ahead segments hold,
in the same frames, so that nothing is on it that is not on the tape, and a bus that is down holds up
nobody: what it missed is read from the segments when it is back.

A *run* is one segment of one tape; rows are numbered within it from 0. The pair says for ever which row
is meant: a portion that was sent twice is told by it, and so is one that was lost.

*Notes* travel beside the rows: what a tape has on record that is no event: a gap and what became of
it, a snapshot of option chains, rates of boxes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.model.events import Batch


class Portion(msgspec.Struct, frozen=True):
    """Rows of a run that travel together.

    Parameters
    ----------
    run : str
        Segment that they were written to.
    first, end : int
        Numbers of the first row, and of the one after the last.
    body : bytes
        A log of `quantdeck.model.frames` that needs nothing else to be understood.
    received_ns : int
        When the last of the rows was received, UTC. [ns]
    """

    run: str
    first: int
    end: int
    body: bytes
    received_ns: int = 0


class Topic(StrEnum):
    """What a note is about."""

    GAP = "gap"
    """A `quantdeck.model.feed.Gap`, or what became of it, as JSON."""
    CHAINS = "chains"
    """A `quantdeck.model.chains.ChainSnapshot` as Parquet."""
    RATES = "rates"
    """A list of `quantdeck.ports.box_store.RateRow` of one moment as MessagePack."""


class Note(msgspec.Struct, frozen=True):
    """Something on record that is no event.

    Parameters
    ----------
    topic : Topic
        What it is about, and so how to read it.
    key : str
        What of that: a later note of the same key comes after an earlier one, or in its place.
    stamp_ns : int
        Of the thing itself, UTC; among notes of one key it never falls. [ns]
    body : bytes
        What is on record.
    """

    topic: Topic
    key: str
    stamp_ns: int
    body: bytes


class BusStatus(msgspec.Struct, frozen=True):
    """How publishing goes.

    Parameters
    ----------
    trouble : str
        Why nothing can be published now; empty while all is well.
    rows, bytes, notes : int
        Published since this process began.
    errors : int
        Attempts that failed.
    reconnects : int
        Connections made anew after one broke.
    waiting_bytes : int
        Size of what is written and not published yet. [B]
    let_go : int
        Segments that were given up unpublished, since too many were waiting.
    lag_s : float
        From the receipt of an event until the bus had it, of the newest; while nothing can be published,
        the age of that. [s]
    """

    trouble: str = ""
    rows: int = 0
    bytes: int = 0
    notes: int = 0
    errors: int = 0
    reconnects: int = 0
    waiting_bytes: int = 0
    let_go: int = 0
    lag_s: float = 0.0


class Start(msgspec.Struct, frozen=True):
    """From where a follower reads; one of the two is taken, and a name has the first word.

    Parameters
    ----------
    since_ns : int
        What was received from then on, UTC. [ns]
    after : str
        A `BusFollower.position`: what came after it. Empty to go by the time.
    name : str
        Remembers for good what was committed: a follower of this name goes on after that, whatever the
        others say. Empty where nothing is to be remembered.
    topics : tuple of Topic
        Notes that are wanted beside the rows.
    """

    since_ns: int = 0
    after: str = ""
    name: str = ""
    topics: tuple[Topic, ...] = ()


class BusFollower(Protocol):
    """Reads what another process captures, as it comes. Owned by one task."""

    @property
    def position(self) -> str:
        """Where it has come to, for `Start.after` of a follower of the same bus."""
        ...

    @property
    def missed(self) -> int:
        """Rows that the bus no longer had when it was their turn, as far as it can tell."""
        ...

    async def read_on(self) -> list[tuple[Mapping[int, str], Batch]]:
        """Return what came since the last call: batches, each with the symbols of its ids.

        No more than some megabytes at once; what is left stays where it is until it is asked for, so
        that a slow follower holds up nobody. Nothing where the bus does not answer.

        Raises
        ------
        StoreError
            If something is there that cannot be read.
        """
        ...

    def notes(self) -> list[Note]:
        """Return the notes that came with what was read, each once, and forget them.

        After a restart one may come that came before.
        """
        ...

    async def trouble(self) -> str:
        """Return why nothing can come now, in one sentence for a person; empty while all is well."""
        ...

    async def commit(self) -> None:
        """Remember that all which was returned is done with; nothing without a name.

        Raises
        ------
        StoreError
            If it cannot be remembered: it may be returned once more.
        """
        ...

    async def close(self) -> None:
        """Let go of everything. Idempotent."""
        ...


class Bus(Protocol):
    """Where what is captured can be followed."""

    def follow(self, start: Start) -> BusFollower:
        """Return a follower; nothing is connected to before it is asked.

        Raises
        ------
        BadInput
            If the position or the name cannot be one.
        """
        ...


class Outbox(Protocol):
    """What a tape holds that may have to be published. Owned by one thread at a time."""

    @property
    def let_go(self) -> int:
        """Runs that were given up unpublished, since too much was waiting."""
        ...

    def waiting_bytes(self) -> int:
        """Return the size of what was not read yet. [B]."""
        ...

    def open_new(self) -> list[str]:
        """Open the runs that began since the last call, and return them, oldest first."""
        ...

    def runs(self) -> list[str]:
        """Return the runs that are open, oldest first."""
        ...

    def go_to(self, run: str, row: int) -> None:
        """Return the rows of a run from this one on."""
        ...

    def read_on(self) -> list[Portion]:
        """Return portions of what was opened, in order within each run.

        Whoever asks again has published those of the last answer, or has gone back to them: a run that is
        over and has no more is removed.
        """
        ...

    def notes(self) -> list[Note]:
        """Return what is on record anew or has changed since the last call, oldest first."""
        ...

    def close(self) -> None:
        """Let go of everything. Idempotent."""
        ...


class BusPublisher(Protocol):
    """Puts portions onto a bus. Owned by one task."""

    @property
    def reconnects(self) -> int:
        """Connections made anew after one broke."""
        ...

    async def publish(self, portion: Portion) -> None:
        """Return when the bus has the portion safe.

        Raises
        ------
        StoreError
            If it may not have: ask `end_of`.
        """
        ...

    async def publish_note(self, note: Note) -> bool:
        """Return when the bus has the note safe; False where it had that, or a later one, already.

        Raises
        ------
        StoreError
            If it may not have: publish it again.
        """
        ...

    async def end_of(self, run: str) -> int:
        """Return how many rows of a run the bus has.

        Raises
        ------
        StoreError
            If it does not answer.
        """
        ...

    async def close(self) -> None:
        """Let go of everything. Idempotent."""
        ...
