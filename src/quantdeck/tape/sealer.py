"""The thread that seals closed segments and keeps the sealed files in order."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from quantdeck.model.errors import StoreError
from quantdeck.tape import disk
from quantdeck.tape.away import ORPHANS_NS, move_in, remove_orphans
from quantdeck.tape.compact import compact
from quantdeck.tape.retention import apply_retention, remove_retired
from quantdeck.tape.seal import seal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from quantdeck.ports.catalog import Catalog, SharedPlace
    from quantdeck.ports.clock import Clock
    from quantdeck.tape.layout import Layout
    from quantdeck.tape.options import TapeOptions

_S = 1_000_000_000
_TOGETHER_BYTES = 32 << 20
_ENDED = "sealing has ended by an error; nothing is lost, restart quantdeck"


class Upkeep(msgspec.Struct, frozen=True):
    """What came of putting the sealed files in order.

    Parameters
    ----------
    expired : int
        Files that the rules of retention no longer keep.
    merged : int
        Files that were merged with others of their stream and day.
    removed : int
        Files removed from the disk: those that left the tape before, after the time of grace.
    files : int
        Files of the tape by now.
    file_bytes : int
        Their size. [B]
    """

    expired: int = 0
    merged: int = 0
    removed: int = 0
    files: int = 0
    file_bytes: int = 0


class Sealer:
    """Seals segments in a thread of its own; owned by the tape's writer.

    Parameters
    ----------
    layout : Layout
        The tape.
    manifest : Catalog
        Its catalog, used by this thread alone from now on.
    clock : Clock
        Where the time comes from.
    options : TapeOptions
        Settings.
    """

    def __init__(
        self, layout: Layout, manifest: Catalog, clock: Clock, options: TapeOptions
    ) -> None:
        self.trouble = ""
        self.files = 0
        self.file_bytes = 0
        self._layout = layout
        self._catalog = manifest
        self._clock = clock
        self._options = options
        self._waiting: deque[Path] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._leave_rest = False
        self._has_ended = False
        self._asked = self._answered = 0
        self._orphans_at_ns = 0
        self._upkeep = Upkeep()
        self._count()
        self._thread = threading.Thread(target=self._run, name="tape-sealer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, paths: Iterable[Path]) -> None:
        """Queue closed segments for sealing."""
        with self._changed:
            self._waiting.extend(paths)
            self._changed.notify_all()

    def wait_until_sealed(self) -> bool:
        """Wait until no segment is waiting; False where sealing has met trouble."""
        with self._changed:
            # Whatever stood in the way before may be gone.
            self.trouble = _ENDED if self._has_ended else ""
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._waiting or self.trouble or self._closing)
            return not self._waiting

    def maintain(self) -> Upkeep:
        """Put the sealed files in order now, wait for that, and return what came of it.

        Raises
        ------
        StoreError
            If the disk refuses, or the tape is being closed.
        """
        with self._changed:
            self._asked += 1
            mine = self._asked
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._answered >= mine or self._closing or self._has_ended
            )
            if self._answered < mine or self.trouble:
                raise StoreError(self.trouble or "the tape is being closed")
            return self._upkeep

    def segments(self) -> int:
        """Return the count of segments waiting or being sealed."""
        return len(self._waiting)

    def segment_bytes(self) -> int:
        """Return the size of the segments waiting. [B]."""
        return sum(map(_size_of, list(self._waiting)))

    def leave_rest(self) -> None:
        """Leave what is waiting, and what is just being sealed, to the next writer."""
        self._leave_rest = True

    def close(self) -> None:
        """Stop the thread, after sealing what is waiting unless it is to be left."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        self._catalog.close()

    def _run(self) -> None:
        try:
            self._work()
        finally:
            # Reached without closing only through a defect, which the thread's hook reports.
            with self._changed:
                if not self._closing:
                    self._has_ended = True
                    self.trouble = _ENDED
                self._changed.notify_all()

    def _work(self) -> None:
        maintain_at = self._clock.monotonic_ns() + int(self._options.maintain_seconds * _S)
        while True:
            with self._changed:
                self._changed.wait_for(self._has_work, timeout=self._pause_s())
                if self._closing and (self._leave_rest or self.trouble or not self._waiting):
                    return
                paths = [] if self._leave_rest else self._next()
            asked = self._asked
            is_asked = asked > self._answered
            if paths and not is_asked:
                self._try(lambda paths=paths: self._seal(paths))
                with self._changed:
                    if not self.trouble:
                        for _ in paths:
                            self._waiting.popleft()
                    self._changed.notify_all()
            elif is_asked or self._clock.monotonic_ns() >= maintain_at:
                self._try(self._maintain)
                maintain_at = self._clock.monotonic_ns() + int(self._options.maintain_seconds * _S)
                with self._changed:
                    self._answered = asked
                    self._changed.notify_all()

    def _next(self) -> list[Path]:
        # Many small segments, as a process that is killed again and again leaves them, are sealed
        # together: fewer files, and done sooner.
        paths: list[Path] = []
        size = 0
        for path in self._waiting:
            size += _size_of(path)
            if paths and size > _TOGETHER_BYTES:
                break
            paths.append(path)
        return paths

    def _has_work(self) -> bool:
        # After trouble, wait for the timeout before the next attempt.
        is_sealing = bool(self._waiting and not self.trouble and not self._leave_rest)
        return self._closing or is_sealing or self._asked > self._answered

    def _pause_s(self) -> float:
        return min(self._options.probe_seconds, self._options.maintain_seconds)

    def _try(self, work: Callable[[], object]) -> None:
        try:
            work()
            self._count()
        except OSError as error:
            what, remedy = disk.meaning(error)
            self.trouble = f"sealing waits: {what}; nothing is lost, {remedy}"
        except (sqlite3.Error, pa.ArrowException) as error:
            self.trouble = f"sealing waits: {error}; nothing is lost, see the troubleshooting page"
        except StoreError as error:
            self.trouble = f"sealing waits: {error}; nothing is lost, capture goes on"
        else:
            self.trouble = ""

    def _seal(self, paths: list[Path]) -> None:
        seal(self._layout, self._catalog, paths, is_unwanted=lambda: self._leave_rest)

    def _maintain(self) -> None:
        now_ns = self._clock.now_ns()
        if self._layout.shared is not None:
            self._tidy(self._layout.shared, now_ns)
        expired = apply_retention(self._catalog, self._options.retention, now_ns=now_ns)
        merged = compact(
            self._layout, self._catalog, now_ns=now_ns, is_unwanted=lambda: self._closing
        )
        grace_ns = int(self._options.grace_seconds * _S)
        removed = remove_retired(self._layout, self._catalog, before_ns=now_ns - grace_ns)
        self._count()
        self._upkeep = Upkeep(len(expired), merged, removed, self.files, self.file_bytes)
        # Only of segments still on the disk need it be known that they are sealed.
        gone = self._catalog.snapshot().sealed - {p.stem for p in self._layout.segments()}
        if gone:
            self._catalog.forget(sealed=gone)

    def _tidy(self, shared: SharedPlace, now_ns: int) -> None:
        move_in(
            self._layout, shared, self._catalog, now_ns=now_ns, is_unwanted=lambda: self._closing
        )
        if now_ns >= self._orphans_at_ns:
            remove_orphans(self._layout, shared, self._catalog, before_ns=now_ns - ORPHANS_NS)
            self._orphans_at_ns = now_ns + ORPHANS_NS

    def _count(self) -> None:
        files = self._catalog.snapshot().files
        self.files, self.file_bytes = len(files), sum(file.bytes for file in files)


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # Sealed in this moment, or on a disk that cannot be read now.
