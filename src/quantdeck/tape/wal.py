"""The write-ahead log as the writer's thread has it: one open segment, and what is not flushed yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.tape import disk
from quantdeck.tape.layout import SEGMENT_SUFFIX, segment_name
from quantdeck.tape.segment import SegmentFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.events import Batch
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.clock import Clock
    from quantdeck.tape.layout import Layout
    from quantdeck.tape.options import TapeOptions
    from quantdeck.tape.sealer import Sealer

_S = 1_000_000_000
_MS = 1_000_000


class Wal:
    """Writes batches into segments; owned by the tape's thread.

    A batch stays in memory until it has been flushed: after a failure it is written again, into a
    new segment. What reached the disk before is then there twice, and is told apart by its key.

    Parameters
    ----------
    layout : Layout
        The tape.
    instruments : InstrumentTable
        What symbol ids stand for.
    clock : Clock
        Where the time comes from.
    options : TapeOptions
        Settings.
    sealer : Sealer
        Takes closed segments.
    """

    def __init__(
        self,
        layout: Layout,
        instruments: InstrumentTable,
        clock: Clock,
        options: TapeOptions,
        sealer: Sealer,
    ) -> None:
        self.durable_rows = 0
        self.refused_rows = 0
        self._layout = layout
        self._instruments = instruments
        self._clock = clock
        self._options = options
        self._sealer = sealer
        self._segment: SegmentFile | None = None
        self._segment_made_ns = 0
        self._written: list[Batch] = []
        self._unwritten: list[Batch] = []
        self._oldest_unflushed_ns = 0

    @property
    def is_open(self) -> bool:
        """Whether a segment is open."""
        return self._segment is not None

    @property
    def size(self) -> int:
        """Size of the open segment. [B]."""
        segment = self._segment
        return 0 if segment is None else segment.size

    @property
    def unflushed_rows(self) -> int:
        """Rows held in memory since they are not on the disk."""
        return sum(len(b.rows) for b in (*self._written, *self._unwritten))

    def write(self, batches: Sequence[Batch]) -> None:
        """Append batches, after those that an earlier failure has left.

        Raises
        ------
        OSError
            If the disk refuses; call `abandon` and try again later.
        """
        self._unwritten += [b for b in batches if self._is_known(b)]
        if not self._unwritten:
            return
        if self._segment is None:
            self._segment = self._new_segment()
        if not self._written:
            self._oldest_unflushed_ns = self._clock.monotonic_ns()
        self._segment.append(self._unwritten)
        self._written += self._unwritten
        self._unwritten = []

    def probe(self) -> None:
        """Find out whether the disk can be written, by writing.

        Raises
        ------
        OSError
            If it cannot; call `abandon` and try again later.
        """
        if self._segment is None:
            self._segment = self._new_segment()
        self._segment.flush()

    def flush(self) -> None:
        """Return when all that was written is on the disk.

        Raises
        ------
        OSError
            If the disk refuses; call `abandon` and try again later.
        """
        if self._segment is not None and self._written:
            self._segment.flush()
            self.durable_rows += sum(len(b.rows) for b in self._written)
            self._written = []

    def flush_due_in(self) -> float | None:
        """Return when the next flush is due, None where there is nothing to flush. [s]."""
        if not self._written:
            return None
        due = self._oldest_unflushed_ns + self._options.sync_interval_ms * _MS
        return max(0.0, (due - self._clock.monotonic_ns()) / _S)

    def is_roll_due(self) -> bool:
        """Return True where the open segment is long or old enough to be sealed."""
        if self._segment is None or not self._segment.rows:
            return False
        age_ns = self._clock.monotonic_ns() - self._segment_made_ns
        return (
            self._segment.rows >= self._options.roll_rows
            or age_ns >= self._options.roll_seconds * _S
        )

    def roll(self) -> None:
        """Flush and close the open segment and hand it to the sealer.

        Raises
        ------
        OSError
            If the disk refuses; call `abandon` and try again later.
        """
        if self._segment is not None:
            self.flush()
            self._hand_over(self._segment)

    def abandon(self) -> None:
        """Leave the open segment after a failure, keeping what is not certainly on the disk."""
        segment = self._segment
        if segment is not None:
            segment.cut()
            try:
                self.flush()
            except OSError:
                # After a failed flush the system may have forgotten what it did not write.
                self._unwritten = self._written + self._unwritten
                self._written = []
            self._hand_over(segment)

    def _hand_over(self, segment: SegmentFile) -> None:
        self._segment = None
        segment.close()
        if segment.rows:
            self._sealer.submit([segment.path])
        else:
            segment.path.unlink(missing_ok=True)

    def _new_segment(self) -> SegmentFile:
        now_ns = self._clock.now_ns()
        path = self._layout.wal / f"{segment_name(now_ns)}{SEGMENT_SUFFIX}"
        disk.make_folder(self._layout.wal, self._layout.root)
        self._segment_made_ns = self._clock.monotonic_ns()
        return SegmentFile(path, self._instruments, created_ns=now_ns)

    def _is_known(self, batch: Batch) -> bool:
        ids = batch.rows["symbol"]
        if not len(ids):
            return False
        if ids.min() >= 0 and ids.max() < len(self._instruments):
            return True
        self.refused_rows += len(ids)
        return False
