"""The write-ahead segment: an append-only file of checked frames.

A frame is a header of 24 bytes and a payload::

    magic "QDT1" | type u8 | kind u8 | provenance u16 | length u32 | crc u32 | first row u64

little-endian; the CRC-32 covers the header (with a CRC of 0) and the payload. Types of frames:

``HEADER``
    First frame of a file: JSON with the version of the format and the layouts of the rows.
``SYMBOLS``
    JSON pairs of id and canonical symbol, before the first row that uses them.
``PROVENANCE``
    JSON with a number and the provenance that it stands for.
``ROWS``
    Packed rows of one kind and one provenance, as `quantdeck.model.events` lays them out.

A file is valid up to its first frame that is torn or does not check: what follows was being written
when the process ended, and nobody was told that it is safe.
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.model.errors import StoreError
from quantdeck.model.events import DTYPES, Kind
from quantdeck.model.feed import Provenance
from quantdeck.tape import disk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from quantdeck.model.events import Batch, Rows
    from quantdeck.model.instruments import InstrumentTable

FORMAT_VERSION = 1
MAGIC = b"QDT1"
_HEADER, _SYMBOLS, _PROVENANCE, _ROWS = 1, 2, 3, 4
_FRAME = struct.Struct("<4sBBHIIQ")
_MOST_ROWS = 131_072
_MOST_BLOCKS = 64
_LONGEST_PAYLOAD = 64 << 20
_KIND_CODES = {Kind.TRADE: 1, Kind.AGG_TRADE: 2, Kind.QUOTE: 3, Kind.MARK: 4, Kind.BAR: 5}
_KINDS = {code: kind for kind, code in _KIND_CODES.items()}


class _HeaderPayload(msgspec.Struct):
    version: int
    created_ns: int
    layouts: dict[str, list[tuple[str, str]]]


class _ProvenancePayload(msgspec.Struct):
    number: int
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one frame; symbol ids as the segment numbers them."""

    kind: Kind
    rows: Rows
    provenance: Provenance


@dataclass(slots=True)
class _Frame:
    type: int
    kind: int
    provenance: int
    payload: memoryview
    end: int


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
        layouts = {
            kind.value: [(name, dtype[name].str) for name in dtype.names or ()]
            for kind, dtype in DTYPES.items()
        }
        header = _HeaderPayload(FORMAT_VERSION, created_ns, layouts)
        try:
            self._write(_frame(_HEADER, [msgspec.json.encode(header)]))
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
                payload = msgspec.json.encode(_ProvenancePayload(number, provenance))
                buffers += _frame(_PROVENANCE, [payload])
            for some in _in_frames(arrays):
                payloads = [np.ascontiguousarray(a).view(np.uint8).data for a in some]
                code = _KIND_CODES[kind]
                buffers += _frame(_ROWS, payloads, kind=code, provenance=number, first_row=rows)
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
        new = list(enumerate(symbols))[self._known_symbols :]
        self._known_symbols = len(symbols)
        return _frame(_SYMBOLS, [msgspec.json.encode(new)])

    def _write(self, buffers: Sequence[bytes | memoryview]) -> None:
        self.size += disk.write_all(self._descriptor, buffers)


def _frame(
    type_: int,
    payloads: Sequence[bytes | memoryview],
    *,
    kind: int = 0,
    provenance: int = 0,
    first_row: int = 0,
) -> list[bytes | memoryview]:
    length = sum(map(len, payloads))
    crc = zlib.crc32(_FRAME.pack(MAGIC, type_, kind, provenance, length, 0, first_row))
    for payload in payloads:
        crc = zlib.crc32(payload, crc)
    return [_FRAME.pack(MAGIC, type_, kind, provenance, length, crc, first_row), *payloads]


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
    symbols : dict
        Canonical symbol of each id.
    end : int
        Offset of the first byte that is not part of a good frame. [B]
    size : int
        Size of the file when last read. [B]
    """

    path: Path
    blocks: list[Block] = field(default_factory=list[Block])
    symbols: dict[int, str] = field(default_factory=dict[int, str])
    end: int = 0
    size: int = 0
    _headed: bool = False
    _new: list[Block] = field(default_factory=list[Block])
    _provenances: dict[int, Provenance] = field(default_factory=dict[int, Provenance])

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

    def read_from(self, file: BinaryIO) -> bool:
        """Read on as `read_on` does, from the segment opened before: it may have been removed since."""
        self.size = os.fstat(file.fileno()).st_size
        if self.size <= self.end:
            return False
        file.seek(self.end)
        data = memoryview(file.read(self.size - self.end))
        offset = 0
        while (frame := frame_at(data, offset)) is not None and self._take(frame):
            offset = frame.end
        self.end += offset
        # Frames are small when little happens; a reader wants few large blocks.
        self.blocks += _joined(self._new)
        self._new = []
        if len(self.blocks) > _MOST_BLOCKS:
            self.blocks = _joined(self.blocks)
        return offset > 0

    @property
    def rows(self) -> int:
        """Count of rows read so far."""
        return sum(len(block.rows) for block in self.blocks)

    def _take(self, frame: _Frame) -> bool:
        if frame.type == _HEADER:
            self._take_header(frame)
        elif not self._headed:
            return False
        elif frame.type == _SYMBOLS:
            pairs = msgspec.json.decode(frame.payload, type=list[tuple[int, str]])
            self.symbols.update(pairs)
        elif frame.type == _PROVENANCE:
            named = msgspec.json.decode(frame.payload, type=_ProvenancePayload)
            self._provenances[named.number] = named.provenance
        elif frame.type == _ROWS:
            return self._take_rows(frame)
        return True

    def _take_rows(self, frame: _Frame) -> bool:
        kind = _KINDS.get(frame.kind)
        provenance = self._provenances.get(frame.provenance)
        if kind is None or provenance is None:
            return False
        rows = np.frombuffer(frame.payload, dtype=DTYPES[kind])
        self._new.append(Block(kind, rows, provenance))
        return True

    def _take_header(self, frame: _Frame) -> None:
        header = msgspec.json.decode(frame.payload, type=_HeaderPayload)
        if header.version > FORMAT_VERSION:
            raise StoreError(
                f"{self.path.name} has version {header.version} of the segment format, this "
                f"quantdeck knows {FORMAT_VERSION}; open the tape with a newer quantdeck"
            )
        self._headed = True


def frame_at(data: memoryview, offset: int) -> _Frame | None:
    """Return the frame that begins at an offset, or None where there is no whole and good one."""
    if offset + _FRAME.size > len(data):
        return None
    magic, type_, kind, provenance, length, crc, first_row = _FRAME.unpack_from(data, offset)
    start = offset + _FRAME.size
    if magic != MAGIC or length > _LONGEST_PAYLOAD or start + length > len(data):
        return None
    payload = data[start : start + length]
    head = zlib.crc32(_FRAME.pack(MAGIC, type_, kind, provenance, length, 0, first_row))
    if zlib.crc32(payload, head) != crc:
        return None
    return _Frame(type_, kind, provenance, payload, start + length)


def join_rows(kind: Kind, arrays: Sequence[Rows]) -> Rows:
    """Return arrays of one kind one after the other."""
    # Joining bytes is a plain copy; np.concatenate copies structured rows field by field.
    joined = b"".join([np.ascontiguousarray(a).view(np.uint8).data for a in arrays])
    return np.frombuffer(joined, dtype=DTYPES[kind])


def _joined(blocks: Sequence[Block]) -> list[Block]:
    groups: dict[tuple[Kind, Provenance], list[Rows]] = {}
    for block in blocks:
        groups.setdefault((block.kind, block.provenance), []).append(block.rows)
    return [
        Block(kind, arrays[0] if len(arrays) == 1 else join_rows(kind, arrays), provenance)
        for (kind, provenance), arrays in groups.items()
    ]


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
