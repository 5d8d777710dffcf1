"""What a tape asks of its catalog: which sealed files there are, as of one moment.

The catalog of a tape alone on its machine is a manifest in SQLite. Where the sealed files lie in a store
that machines share, a log in the store says which there are, and the manifest is the writer's copy of its
own part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quantdeck.ports.store import Store


class SealedFile(msgspec.Struct, frozen=True):
    """One sealed file.

    Parameters
    ----------
    path : str
        With forward slashes: relative to the tape's folder where it begins with ``parquet/``, and else to
        the store that machines share.
    kind, source, delay, symbol : str
        The stream.
    date : str
        Day of the event times, UTC.
    rows : int
        Events.
    ts_min, ts_max : int
        First and last event time. [ns]
    recv_min, recv_max : int
        Earliest and latest receipt. [ns]
    bytes : int
        Size. [B]
    segment : str
        Name of the segment it was sealed from; ``compact`` where files were merged. Empty where that is
        known to the machine alone that sealed it.
    """

    path: str
    kind: str
    source: str
    delay: str
    symbol: str
    date: str
    rows: int
    ts_min: int
    ts_max: int
    recv_min: int
    recv_max: int
    bytes: int
    segment: str


class Snapshot(msgspec.Struct, frozen=True):
    """What a catalog said at one moment.

    Parameters
    ----------
    files : list of SealedFile
        Ordered by kind, source, symbol and time.
    sealed : frozenset of str
        Segments of this machine whose rows are all in sealed files.
    """

    files: list[SealedFile]
    sealed: frozenset[str]


class CatalogReader(Protocol):
    """A catalog as anyone may read it, from any process."""

    def snapshot(self) -> Snapshot:
        """Return files and sealed segments as of one moment; never less than an earlier one had.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        ...


class Catalog(Protocol):
    """A catalog as the one writer of a tape has it; used by one thread at a time."""

    def catch_up(self) -> None:
        """Learn what of an interrupted commit stands; asked before files are made or merged.

        Raises
        ------
        StoreError
            If it cannot be known now.
        """
        ...

    def commit(
        self,
        *,
        add: Sequence[SealedFile] = (),
        retire: Iterable[str] = (),
        sealed: Iterable[str] = (),
        now_ns: int = 0,
    ) -> None:
        """Add and retire files of one kind at once, all or nothing, and note segments as sealed.

        Files are where they will be read before this is called. A commit that has failed may be tried
        again: what of it stands is not done twice.

        Raises
        ------
        StoreError, sqlite3.Error
            If it refuses; what is then is told by `catch_up`.
        """
        ...

    def snapshot(self) -> Snapshot:
        """Return files and sealed segments as of one moment; waits for no other machine."""
        ...

    def retired(self, *, before_ns: int | None = None) -> list[str]:
        """Return the paths retired before a moment, or ever."""
        ...

    def forget(self, *, retired: Iterable[str] = (), sealed: Iterable[str] = ()) -> None:
        """Drop what was noted of files and segments that are gone."""
        ...

    def close(self) -> None:
        """Give back what is held."""
        ...


class CommitLog(Protocol):
    """The log of a store that machines share: one table for each kind, parted by tape."""

    def files(self) -> dict[str, list[SealedFile]]:
        """Return the files of every tape by its name, as of now.

        Raises
        ------
        StoreError
            If the store does not answer.
        """
        ...

    def knows(self, tape: str, kind: str) -> bool:
        """Return whether a tape has ever committed files of a kind.

        Raises
        ------
        StoreError
            If the store does not answer.
        """
        ...

    def commit(self, tape: str, *, add: Sequence[SealedFile], remove: Sequence[SealedFile]) -> None:
        """Add files of a tape and remove others; of each kind all or nothing.

        What is in the log already is not added twice, and what is not there is not removed.

        Raises
        ------
        StoreError
            If the store does not answer or refuses, or another process commits under the same name; for
            some kinds it may have been done.
        """
        ...


@dataclass(frozen=True, slots=True)
class SharedPlace:
    """Where sealed files lie that several machines read.

    Parameters
    ----------
    store : Store
        The files.
    log : CommitLog
        Which of them count.
    """

    store: Store
    log: CommitLog
