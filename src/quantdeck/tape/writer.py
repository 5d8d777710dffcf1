"""The writer: a queue, a thread that empties it into write-ahead segments, and the sealer behind it.

`Tape.append` only puts a batch into a queue, so that a slow or full disk never holds up whoever
receives data. The thread gathers for some milliseconds, writes, flushes five times a second, and
hands closed segments to the sealer. When the disk refuses, the tape is *stopped*: it says so, refuses
what comes, keeps what it has accepted, and goes on by itself once the disk can be written again.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.model.errors import StoreError
from quantdeck.model.events import DTYPES
from quantdeck.ports.tape import TapeStatus
from quantdeck.tape import disk
from quantdeck.tape.columns import check_rows
from quantdeck.tape.wal import Wal
from quantdeck.tape.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.model.events import Batch
    from quantdeck.model.feed import Gap
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.clock import Clock
    from quantdeck.tape.layout import Layout
    from quantdeck.tape.manifest import Manifest
    from quantdeck.tape.options import TapeOptions
    from quantdeck.tape.sealer import Sealer

_S = 1_000_000_000
_IDLE_S = 1.0


class Tape:
    """The one writer of a tape; made by `quantdeck.tape.open.open_writer`.

    Methods may be called from any thread; only `append_wait`, `append_whole`, `sync`, `seal`, `close` and
    `maintain`, which is that of `quantdeck.tape.sealer.Sealer`, wait.

    Parameters
    ----------
    layout : Layout
        The tape.
    instruments : InstrumentTable
        What the symbol ids of batches stand for.
    manifest : Manifest
        For the writer's thread.
    sealer : Sealer
        Started and closed by the tape.
    clock : Clock
        Where the time comes from.
    options : TapeOptions
        Settings.
    on_closed : callable
        Called once at the end; gives the lock back.
    """

    def __init__(  # noqa: PLR0913 - called by open_writer only
        self,
        *,
        layout: Layout,
        instruments: InstrumentTable,
        manifest: Manifest,
        sealer: Sealer,
        clock: Clock,
        options: TapeOptions,
        on_closed: Callable[[], None],
    ) -> None:
        self._options = options
        self._layout = layout
        self._folder = layout.root
        self._instruments = instruments
        self._manifest = manifest
        self._sealer = sealer
        self._clock = clock
        self._on_closed = on_closed
        self._wal = Wal(layout, instruments, clock, options, sealer)
        self.maintain = sealer.maintain
        self._probe_at_ns = 0
        # Shared between callers and the thread, under the lock.
        lock = threading.Lock()
        self._work = threading.Condition(lock)
        self._settled = threading.Condition(lock)
        self._queue: deque[Batch] = deque()
        self._queue_rows = 0
        self._gaps: list[Gap] = []
        self._appended = 0
        self._whole_rows = 0
        self._dropped = 0
        self._asked = 0
        self._answered = 0
        self._roll_asked = False
        self._urgent = False
        self._asleep = False
        self._closing = False
        self._state = "writing"
        self._detail = ""
        self._thread = threading.Thread(target=self._run, name="tape-writer", daemon=True)
        sealer.start()
        self._thread.start()

    def append(self, batch: Batch) -> bool:
        """Queue a batch without waiting.

        Parameters
        ----------
        batch : Batch
            Rows whose symbol ids are in the table of instruments.

        Returns
        -------
        bool
            False where there is no room or the tape has stopped; the rows are counted as dropped.

        Raises
        ------
        BadInput
            If the rows do not have the layout of their kind.
        """
        rows = batch.rows
        if rows.dtype is not DTYPES[batch.kind]:
            check_rows(batch)
        count = len(rows)
        with self._work:
            is_full = self._queue_rows + count > self._options.queue_rows
            if is_full or self._closing or self._state != "writing":
                self._dropped += count
                return False
            self._accept(batch, count)
        return True

    def append_wait(self, batch: Batch) -> None:
        """Queue a batch, waiting for room; for imports and repairs.

        Parameters
        ----------
        batch : Batch
            Rows whose symbol ids are in the table of instruments.

        Raises
        ------
        StoreError
            If the tape has stopped or is closed.
        BadInput
            If the rows do not have the layout of their kind.
        """
        check_rows(batch)
        count = len(batch.rows)
        limit = self._options.queue_rows
        with self._work:
            while (
                self._state == "writing" and self._queue_rows and self._queue_rows + count > limit
            ):
                self._wake()
                self._settled.wait()
            if self._closing or self._state != "writing":
                raise StoreError(self._refusal())
            self._accept(batch, count)

    def append_whole(self, batches: Sequence[Batch]) -> None:
        """Put batches onto the tape together: all of them are on the disk at once, or none.

        Returns when they are. A process that is killed meanwhile leaves nothing of them.

        Parameters
        ----------
        batches : sequence of Batch
            Rows whose symbol ids are in the table of instruments.

        Raises
        ------
        StoreError
            If the tape is closed or the disk refuses; nothing was written then.
        BadInput
            If the rows do not have the layout of their kind.
        """
        for batch in batches:
            check_rows(batch)
        if self._closing:
            raise StoreError(self._refusal())
        now_ns = self._clock.now_ns()
        path = write_whole(self._layout, self._instruments, batches, created_ns=now_ns)
        with self._work:
            self._whole_rows += sum(len(batch.rows) for batch in batches)
        self._sealer.submit([path])

    def sync(self) -> int:
        """Wait until all that was queued is on the disk.

        Returns
        -------
        int
            Rows on the disk since this writer began.

        Raises
        ------
        StoreError
            If the tape has stopped or is closed.
        """
        with self._work:
            if self._closing:
                raise StoreError(self._refusal())
            self._asked += 1
            mine = self._asked
            self._wake()
            self._settled.wait_for(lambda: self._answered >= mine or self._state != "writing")
            if self._answered < mine:
                raise StoreError(self._refusal())
            return self._wal.durable_rows

    def seal(self) -> None:
        """Wait until all that was queued is in sealed files; for the end of an import.

        Raises
        ------
        StoreError
            If the tape has stopped or is closed, or the files cannot be written.
        """
        with self._work:
            self._roll_asked = True
        self.sync()
        if not self._sealer.wait_until_sealed():
            raise StoreError(self._sealer.trouble or "the tape is being closed")

    def record_gap(self, gap: Gap) -> None:
        """Note a gap, or what became of it (same stream and first number).

        Parameters
        ----------
        gap : Gap
            Written with the next flush.
        """
        with self._work:
            self._gaps.append(gap)
            self._wake_if_asleep()

    def status(self) -> TapeStatus:
        """Return how the tape is doing.

        Returns
        -------
        TapeStatus
            Counts as of now.
        """
        wal, sealer = self._wal, self._sealer
        with self._work:
            return TapeStatus(
                state=self._state,
                detail=self._detail or sealer.trouble,
                rows_appended=self._appended + self._whole_rows,
                rows_durable=wal.durable_rows + self._whole_rows,
                rows_dropped=self._dropped + wal.refused_rows,
                queue_rows=self._queue_rows,
                bytes_on_disk=sealer.file_bytes + sealer.segment_bytes() + wal.size,
                segments=sealer.segments() + wal.is_open,
                files=sealer.files,
            )

    def close(self) -> None:
        """Write what is queued, flush, seal if so set, and stop. Idempotent."""
        with self._work:
            if self._closing:
                return
            self._closing = True
            if not self._options.seal_on_close:
                self._sealer.leave_rest()
            self._wake()
        self._thread.join()
        self._sealer.close()
        self._manifest.close()
        with self._work:
            self._dropped += self._queue_rows + self._wal.unflushed_rows
            self._queue.clear()
            self._queue_rows = 0
            self._state = "closed"
            self._settled.notify_all()
        self._on_closed()

    def _accept(self, batch: Batch, count: int) -> None:
        self._queue.append(batch)
        self._queue_rows += count
        self._appended += count
        self._wake_if_asleep()
        if self._queue_rows > self._options.queue_rows // 4:
            self._wake()

    def _wake_if_asleep(self) -> None:
        if self._asleep:
            self._asleep = False
            self._work.notify()

    def _wake(self) -> None:
        self._urgent = True
        self._work.notify()

    def _refusal(self) -> str:
        if self._closing:
            return "the tape is closed; open it again to write"
        return self._detail

    # What follows runs in the writer's thread.

    def _run(self) -> None:
        try:
            while self._step():
                pass
        finally:
            # Reached without closing only through a defect, which the thread's hook reports.
            with self._work:
                if not self._closing:
                    self._state = "stopped"
                    self._detail = "the tape's writer has ended by an error; restart quantdeck"
                self._settled.notify_all()

    def _step(self) -> bool:
        work = self._take()
        try:
            self._do(work)
        except OSError as error:
            self._stop(work, *disk.meaning(error))
        except sqlite3.Error as error:
            self._stop(work, f"the manifest cannot be written: {error}", "check its folder")
        return not work.closing

    def _do(self, work: _Work) -> None:
        was_stopped = self._state == "stopped"
        self._wal.write(work.batches)
        if was_stopped:
            self._wal.probe()
        if work.gaps:
            self._manifest.record_gaps(work.gaps)
        due_in = self._wal.flush_due_in()
        is_asked = was_stopped or work.asked > self._answered
        if is_asked or work.closing or (due_in is not None and due_in <= 0):
            self._wal.flush()
        if work.roll or work.closing or self._wal.is_roll_due():
            self._wal.roll()
        if is_asked:
            with self._work:
                self._state, self._detail = "writing", ""
                self._answered = work.asked
                self._settled.notify_all()

    def _take(self) -> _Work:
        with self._work:
            if self._state == "stopped":
                self._work.wait_for(lambda: self._closing, self._pause_s())
            elif not (self._queue or self._gaps or self._urgent or self._closing):
                self._asleep = True
                self._work.wait(self._pause_s())
                self._asleep = False
            if (self._queue or self._gaps) and not (self._urgent or self._closing):
                # Gather: many small batches cost one write, and callers are not disturbed.
                self._work.wait(self._options.drain_interval_ms / 1000)
            work = _Work(
                list(self._queue), self._gaps, self._asked, self._roll_asked, self._closing
            )
            self._queue.clear()
            self._queue_rows = 0
            self._gaps = []
            self._roll_asked = self._urgent = False
            self._settled.notify_all()
        return work

    def _pause_s(self) -> float:
        if self._state == "stopped":
            return max(0.0, (self._probe_at_ns - self._clock.monotonic_ns()) / _S)
        due_in = self._wal.flush_due_in()
        return _IDLE_S if due_in is None else due_in

    def _stop(self, work: _Work, what: str, remedy: str) -> None:
        self._wal.abandon()
        self._probe_at_ns = self._clock.monotonic_ns() + int(self._options.probe_seconds * _S)
        safe, waiting = self._wal.durable_rows, self._wal.unflushed_rows
        with self._work:
            self._gaps = work.gaps + self._gaps
            self._state = "stopped"
            self._detail = (
                f"recording has stopped: {what} ({self._folder}); {safe:,} events of this run are "
                f"on the disk, {waiting:,} wait in memory, new ones are dropped; {remedy}, and it "
                "goes on by itself"
            )
            self._settled.notify_all()


@dataclass(frozen=True, slots=True)
class _Work:
    batches: list[Batch]
    gaps: list[Gap]
    asked: int
    roll: bool
    closing: bool
