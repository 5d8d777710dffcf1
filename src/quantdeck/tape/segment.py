"""The write-ahead segment: an append-only file of frames, as `quantdeck.model.frames` describes them.

A file is valid up to its first frame that is torn or does not check: what follows was being written
when the process ended, and nobody was told that it is safe.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quantdeck.model.frames import (
    MAGIC,
    Block,
    FrameReader,
    frame_at,
    header_frame,
    joined,
    provenance_frame,
    rows_frame,
    symbols_frame,
)
from quantdeck.tape import disk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from quantdeck.model.events import Batch, Kind, Rows
    from quantdeck.model.feed import Provenance
    from quantdeck.model.frames import Frame
    from quantdeck.model.instruments import InstrumentTable

_MOST_ROWS = 131_072
_MOST_BLOCKS = 64


class SegmentFile:
    """A segment being written; owned by the writer's thread.

    Parameters
    ----------
    path : Path
        File to create; must not exist.
    instruments : InstrumentTable
        What the symbol ids of the rows stand for.
    created_ns : int
        Now, UTC. [ns]

    Raises
    ------
    OSError
        If it cannot be created.
    """

    def __init__(self, path: Path, instruments: InstrumentTable, *, created_ns: int) -> None:
        self.path = path
        self.rows = 0
        self.size = 0
        self._instruments = instruments
        self._known_symbols = 0
        self._provenances: dict[Provenance, int] = {}
        flags = os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o644)
        try:
            self._write(header_frame(created_ns))
            disk.flush_folder(path.parent)
        except OSError:
            os.close(self._descriptor)
            path.unlink(missing_ok=True)
            raise

    def append(self, batches: Iterable[Batch]) -> None:
        """Write batches, those of one kind and provenance put together.

        Parameters
        ----------
        batches : iterable of Batch
            What to write; every symbol id must be in the table.

        Raises
        ------
        OSError
            If the disk refuses. `cut` then removes what is torn.
        """
        groups: dict[tuple[Kind, Provenance], list[Rows]] = {}
        for batch in batches:
            groups.setdefault((batch.kind, batch.provenance), []).append(batch.rows)
        buffers: list[bytes | memoryview] = []
        buffers += self._new_symbols()
        rows = self.rows
        for (kind, provenance), arrays in groups.items():
            number = self._provenances.get(provenance)
            if number is None:
                number = self._provenances[provenance] = len(self._provenances)
                buffers += provenance_frame(number, provenance)
            for some in _in_frames(arrays):
                buffers += rows_frame(kind, some, provenance=number, first_row=rows)
                rows += sum(map(len, some))
        self._write(buffers)
        self.rows = rows

    def flush(self) -> None:
        """Return when all that was appended is on the disk."""
        disk.flush(self._descriptor)

    def cut(self) -> None:
        """Remove what a failed write has left at the end, if the disk lets us."""
        try:
            os.ftruncate(self._descriptor, self.size)
        except OSError:
            return  # Readers stop at the torn frame all the same.

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _new_symbols(self) -> list[bytes | memoryview]:
        symbols = self._instruments.symbols()
        if len(symbols) == self._known_symbols:
            return []
        new = dict(list(enumerate(symbols))[self._known_symbols :])
        self._known_symbols = len(symbols)
        return symbols_frame(new)

    def _write(self, buffers: Sequence[bytes | memoryview]) -> None:
        self.size += disk.write_all(self._descriptor, buffers)


def _in_frames(arrays: Sequence[Rows]) -> Iterable[list[Rows]]:
    some: list[Rows] = []
    count = 0
    for array in arrays:
        for first in range(0, len(array), _MOST_ROWS):
            piece = array[first : first + _MOST_ROWS]
            if count + len(piece) > _MOST_ROWS:
                yield some
                some, count = [], 0
            some.append(piece)
            count += len(piece)
    if some:
        yield some


@dataclass(slots=True)
class SegmentScan:
    """A segment being read, by anyone, from where the last read stopped.

    Parameters
    ----------
    path : Path
        The segment.

    Attributes
    ----------
    blocks : list of Block
        All rows read so far, put together by kind and provenance.
    end : int
        Offset of the first byte that is not part of a good frame. [B]
    size : int
        Size of the file when last read. [B]
    """

    path: Path
    blocks: list[Block] = field(default_factory=list[Block])
    end: int = 0
    size: int = 0
    _new: list[Block] = field(default_factory=list[Block])
    _reader: FrameReader = field(init=False)

    def __post_init__(self) -> None:
        self._reader = FrameReader(self.path.name)

    @property
    def symbols(self) -> dict[int, str]:
        """Canonical symbol of each id."""
        return self._reader.symbols

    def read_on(self) -> bool:
        """Read the frames completed since the last call.

        Returns
        -------
        bool
            True where there were any.

        Raises
        ------
        FileNotFoundError
            If the segment has been sealed and removed.
        StoreError
            If a newer version of quantdeck wrote it.
        """
        with self.path.open("rb") as file:
            return self.read_from(file)

    def read_from(self, file: BinaryIO, until: int | None = None) -> bool:
        """Read on as `read_on` does, from the segment opened before: it may have been removed since.

        What begins at or after the offset `until` is left for the next call.
        """
        there = os.fstat(file.fileno()).st_size
        self.size = there if until is None else min(there, until)
        if self.size <= self.end:
            return False
        file.seek(self.end)
        data = memoryview(file.read(self.size - self.end))
        offset = 0
        while (frame := frame_at(data, offset)) is not None and self._take(frame):
            offset = frame.end
        self.end += offset
        # Frames are small when little happens; a reader wants few large blocks.
        self.blocks += joined(self._new)
        self._new = []
        if len(self.blocks) > _MOST_BLOCKS:
            self.blocks = joined(self.blocks)
        return offset > 0

    @property
    def rows(self) -> int:
        """Count of rows read so far."""
        return sum(len(block.rows) for block in self.blocks)

    def _take(self, frame: Frame) -> bool:
        taken = self._reader.take(frame)
        if isinstance(taken, Block):
            self._new.append(taken)
            return True
        return taken


def has_good_frame_after(path: Path, offset: int) -> bool:
    """Return True where good frames follow a bad one: damage, not a write that was cut short.

    Parameters
    ----------
    path : Path
        A segment.
    offset : int
        Where its valid part ends. [B]

    Returns
    -------
    bool
        Whether anything readable follows.
    """
    data = path.read_bytes()
    view = memoryview(data)
    position = data.find(MAGIC, offset + 1)
    while position >= 0:
        if frame_at(view, position) is not None:
            return True
        position = data.find(MAGIC, position + 1)
    return False
