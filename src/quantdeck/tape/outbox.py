"""What the segments of a tape hold, in portions for a bus.

The segments themselves are the queue of what is not published yet: they are written anyway, and a file
that stays open can be read to its end after it was sealed and removed.
"""

from __future__ import annotations

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
from quantdeck.tape.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from quantdeck.model.feed import Provenance

# More than the longest frame that a writer makes.
_AT_ONCE = 16 << 20


@dataclass(slots=True)
class _Run:
    name: str
    file: BinaryIO
    reader: FrameReader
    offset: int = 0
    next_row: int = 0


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

    Examples
    --------
    >>> TapeOutbox("/nonexistent").open_new()
    []
    """

    def __init__(self, root: Path | str, *, portion_bytes: int = 512 << 10) -> None:
        self._layout = Layout(Path(root))
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
            paths = self._layout.segments()
            for path in paths:
                if path.stem not in self._runs:
                    try:
                        file = path.open("rb")
                    except FileNotFoundError:
                        continue
                    self._runs[path.stem] = _Run(path.stem, file, FrameReader(path.name))
                    new.append(path.stem)
        except OSError as error:
            raise self._unreadable(error) from error
        # Nobody appends to these any more: once what is in them was read, they can go.
        self._over = self._runs.keys() - {path.stem for path in paths}
        return new

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
            In order within each segment, and oldest segment first; some megabytes of each at most.

        Raises
        ------
        StoreError
            If a segment cannot be read, or a newer version of quantdeck wrote it.
        """
        found: list[Portion] = []
        try:
            for name in sorted(self._runs):
                portions = list(self._portions(self._runs[name]))
                if not portions and name in self._over:
                    self._runs.pop(name).file.close()
                found += portions
        except OSError as error:
            raise self._unreadable(error) from error
        return found

    def close(self) -> None:
        """Close every file. Idempotent."""
        for each in self._runs.values():
            each.file.close()
        self._runs.clear()

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
    return Portion(run.name, some.first, last.first_row + len(last.rows), b"".join(buffers))
