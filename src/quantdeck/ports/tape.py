"""What the rest of quantdeck asks of the tape: write events, find them, read them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from quantdeck.model.events import Batch, Kind
    from quantdeck.model.feed import Gap


class TapeStatus(msgspec.Struct, frozen=True):
    """How the tape is doing.

    Parameters
    ----------
    state : str
        ``writing``, ``stopped`` (full disk, read-only folder: `detail` says which) or ``closed``.
    detail : str
        One sentence for a person; empty when all is well.
    rows_appended, rows_durable : int
        Since this process began; durable means flushed to the disk.
    rows_dropped : int
        Rows refused since the queue was full or the tape has stopped.
    queue_rows : int
        Rows waiting for the writer.
    bytes_on_disk : int
        Size of everything on the tape. [B]
    segments : int
        Write-ahead segments not sealed yet.
    files : int
        Sealed files.
    """

    state: str
    detail: str = ""
    rows_appended: int = 0
    rows_durable: int = 0
    rows_dropped: int = 0
    queue_rows: int = 0
    bytes_on_disk: int = 0
    segments: int = 0
    files: int = 0


class TapeWriter(Protocol):
    """The one writer of a tape. Owned by the hub; works in a thread of its own."""

    def append(self, batch: Batch) -> bool:
        """Queue a batch without waiting; False where there is no room and it was dropped."""
        ...

    def append_wait(self, batch: Batch) -> None:
        """Queue a batch, waiting for room; for imports and repairs.

        Raises
        ------
        StoreError
            If the tape has stopped.
        """
        ...

    def append_whole(self, batches: Sequence[Batch]) -> None:
        """Put batches onto the tape together: all of them are on the disk at once, or none.

        Raises
        ------
        StoreError
            If it cannot be written; nothing was.
        """
        ...

    def sync(self) -> int:
        """Wait until all that was queued is on the disk, and return the count of durable rows.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        ...

    def record_gap(self, gap: Gap) -> None:
        """Note a gap, or what became of it (same stream and first number)."""
        ...

    def status(self) -> TapeStatus:
        """Return how the tape is doing; cheap, callable from any thread."""
        ...

    def close(self) -> None:
        """Write what is queued, flush, stop the thread. Idempotent."""
        ...


class TapeReader(Protocol):
    """Reads a tape, in this or any other process, while it is written."""

    def table(
        self,
        kind: Kind,
        *,
        symbols: Sequence[str] | None = None,
        start_ns: int | None = None,
        end_ns: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Return events with ``start_ns <= ts_event < end_ns``, ordered by (ts_event, seq).

        Columns are those of the row with `symbol` as canonical text, and `source`, `delay`,
        `ingest_run_id`. An empty table where nothing matches.
        """
        ...

    def tail(self, kind: Kind, symbol: str, rows: int) -> pa.Table:
        """Return the newest events of one symbol, oldest first."""
        ...

    def replay(
        self,
        kinds: Sequence[Kind],
        *,
        symbols: Sequence[str] | None = None,
        start_ns: int | None = None,
        end_ns: int | None = None,
    ) -> Iterator[tuple[list[str], Batch]]:
        """Return batches in order of receipt, all kinds merged, each with the symbols of its ids."""
        ...

    def sql(self, query: str, *, timeout_s: float, max_rows: int) -> pa.Table:
        """Run read-only SQL over the tape's views.

        Raises
        ------
        BadInput
            If the query is wrong, writes, or takes longer than `timeout_s`.
        """
        ...

    def coverage(self) -> list[Coverage]:
        """Return what is on the tape, one row per kind, source and symbol."""
        ...

    def gaps(self) -> list[Gap]:
        """Return every gap on record, newest first."""
        ...


class Coverage(msgspec.Struct, frozen=True):
    """What the tape holds of one stream.

    Parameters
    ----------
    kind, source, delay, symbol : str
        The stream.
    rows : int
        Events.
    first_ns, last_ns : int
        Event times of the first and the last. [ns]
    """

    kind: str
    source: str
    delay: str
    symbol: str
    rows: int
    first_ns: int
    last_ns: int
