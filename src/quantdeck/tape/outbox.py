"""What the segments of a tape hold, in portions for a bus.

The segments themselves are the queue of what is not published yet: they are written anyway, and one that
is sealed waits in a folder of its own until it is published, over every restart.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import StoreError
from quantdeck.model.events import DTYPES
from quantdeck.model.frames import (
    Block,
    FrameReader,
    frame_at,
    header_frame,
    provenance_frame,
    rows_frame,
    symbols_frame,
)
from quantdeck.ports.bus import Portion
from quantdeck.tape import disk
from quantdeck.tape.aside import publish_from_now_on
from quantdeck.tape.layout import SEGMENT_SUFFIX, Layout
from quantdeck.tape.notes import TapeNotes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from quantdeck.model.feed import Provenance
    from quantdeck.ports.bus import Note

# More than the longest frame that a writer makes.
_AT_ONCE = 16 << 20


@dataclass(slots=True)
class _Run:
    name: str
    file: BinaryIO
    reader: FrameReader
    offset: int = 0
    next_row: int = 0
    is_aside: bool = False


@dataclass(slots=True)
class _Some:
    first: int = 0
    blocks: list[Block] = field(default_factory=list[Block])
    size: int = 0


class TapeOutbox:
    """Fulfils `quantdeck.ports.bus.Outbox`. Owned by one thread at a time.

    Open it before the tape's writer: what a process that was killed has left is sealed by the next.

    Parameters
    ----------
    root : Path or str
        Folder of the tape; it need not be there yet.
    portion_bytes : int
        Size of the rows of a portion, at most. [B]
    notes_since_ns : int
        Snapshots of chains that were taken before are none of its notes, UTC. [ns]

    Attributes
    ----------
    let_go : int
        Segments that were given up unpublished, since too much was waiting.

    Examples
    --------
    >>> TapeOutbox("/nonexistent").open_new()
    []
    """

    def __init__(
        self, root: Path | str, *, portion_bytes: int = 512 << 10, notes_since_ns: int = 0
    ) -> None:
        self.let_go = 0
        self._layout = Layout(Path(root))
        self._notes = TapeNotes(root, since_ns=notes_since_ns)
        self._most = portion_bytes
        self._runs: dict[str, _Run] = {}
        self._over: set[str] = set()

    def open_new(self) -> list[str]:
        """Open the segments that began since the last call.

        Returns
        -------
        list of str
            Their names, oldest first.

        Raises
        ------
        StoreError
            If the folder cannot be read.
        """
        new: list[str] = []
        try:
            publish_from_now_on(self._layout)
            # In this order: one that is moved meanwhile is in both, rather than in none.
            written = self._layout.segments()
            aside = self._layout.unpublished()
            for path in [*aside, *written]:
                if path.stem not in self._runs:
                    try:
                        file = path.open("rb")
                    except FileNotFoundError:
                        continue
                    self._runs[path.stem] = _Run(path.stem, file, FrameReader(path.name))
                    new.append(path.stem)
        except OSError as error:
            raise self._unreadable(error) from error
        self._sort_out({path.stem for path in written}, {path.stem for path in aside})
        return sorted(new)

    def waiting_bytes(self) -> int:
        """Return the size of what was not read yet. [B]."""
        sizes = (os.fstat(each.file.fileno()).st_size - each.offset for each in self._runs.values())
        return sum(max(0, size) for size in sizes)

    def runs(self) -> list[str]:
        """Return the segments that are open, oldest first."""
        return sorted(self._runs)

    def go_to(self, run: str, row: int) -> None:
        """Return the rows of a segment from this one on; nothing where it was read and let go."""
        found = self._runs.get(run)
        if found is not None:
            found.reader = FrameReader(found.reader.name)
            found.offset, found.next_row = 0, row

    def read_on(self) -> list[Portion]:
        """Return what came since the last call.

        Returns
        -------
        list of Portion
            In order within each segment, and oldest segment first; some megabytes at most.

        Raises
        ------
        StoreError
            If a segment cannot be read, or a newer version of quantdeck wrote it.
        """
        found: list[Portion] = []
        try:
            for name in sorted(self._runs):
                # Many segments may wait: the others have their turn when these are published.
                if sum(len(each.body) for each in found) >= _AT_ONCE:
                    break
                portions = list(self._portions(self._runs[name]))
                if not portions and name in self._over:
                    self._runs.pop(name).file.close()
                    (self._layout.outbox / f"{name}{SEGMENT_SUFFIX}").unlink(missing_ok=True)
                found += portions
        except OSError as error:
            raise self._unreadable(error) from error
        return found

    def notes(self) -> list[Note]:
        """Return the gaps that are new or have changed since the last call, and the new chains.

        Raises
        ------
        StoreError
            If they cannot be read.
        """
        return self._notes.new()

    def close(self) -> None:
        """Close every file. Idempotent."""
        for each in self._runs.values():
            each.file.close()
        self._runs.clear()

    def _sort_out(self, written: set[str], aside: set[str]) -> None:
        # Nobody appends to these any more: once what is in them was read, they can go.
        self._over = self._runs.keys() - written
        for name in [name for name in self._over - aside if self._runs[name].is_aside]:
            self._runs.pop(name).file.close()
            self.let_go += 1
        for name in self._runs.keys() & aside:
            self._runs[name].is_aside = True

    def _portions(self, run: _Run) -> Iterator[Portion]:
        run.file.seek(run.offset)
        data = memoryview(run.file.read(_AT_ONCE))
        some, offset = _Some(), 0
        while (frame := frame_at(data, offset)) is not None:
            taken = run.reader.take(frame)
            if taken is False:
                break
            offset = frame.end
            if isinstance(taken, Block):
                for piece in self._pieces(taken, run.next_row):
                    if some.blocks and some.size + piece.rows.nbytes > self._most:
                        yield _portion(run, some)
                        some = _Some()
                    if not some.blocks:
                        some.first = piece.first_row
                    some.blocks.append(piece)
                    some.size += piece.rows.nbytes
                    run.next_row = piece.first_row + len(piece.rows)
        run.offset += offset
        if some.blocks:
            yield _portion(run, some)

    def _pieces(self, block: Block, next_row: int) -> Iterator[Block]:
        step = max(1, self._most // DTYPES[block.kind].itemsize)
        begin = max(0, next_row - block.first_row)
        for first in range(begin, len(block.rows), step):
            rows = block.rows[first : first + step]
            yield Block(block.kind, rows, block.provenance, block.first_row + first)

    def _unreadable(self, error: OSError) -> StoreError:
        what, remedy = disk.meaning(error)
        return StoreError(f"the tape {self._layout.root} cannot be read: {what}; {remedy}")


def _portion(run: _Run, some: _Some) -> Portion:
    symbols: dict[int, str] = {}
    numbers: dict[Provenance, int] = {}
    for block in some.blocks:
        numbers.setdefault(block.provenance, len(numbers))
        for number in np.unique(block.rows["symbol"]).tolist():
            symbols[number] = run.reader.symbols[number]
    # Rows and their checks are written as in the segment; the rest is what they need to be understood.
    kinds = dict.fromkeys(block.kind for block in some.blocks)
    buffers = [*header_frame(0, kinds), *symbols_frame(symbols)]
    for provenance, number in numbers.items():
        buffers += provenance_frame(number, provenance)
    for block in some.blocks:
        number = numbers[block.provenance]
        buffers += rows_frame(
            block.kind, [block.rows], provenance=number, first_row=block.first_row
        )
    last = some.blocks[-1]
    end, received_ns = last.first_row + len(last.rows), int(last.rows["ts_recv"].max())
    return Portion(run.name, some.first, end, b"".join(buffers), received_ns)
