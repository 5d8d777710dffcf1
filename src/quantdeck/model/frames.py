"""Checked frames: how packed rows are written down, in a file or in a message.

A frame is a header of 24 bytes and a payload::

    magic "QDT1" | type u8 | kind u8 | provenance u16 | length u32 | crc u32 | first row u64

little-endian; the CRC-32 covers the header (with a CRC of 0) and the payload. Types of frames:

``HEADER``
    First frame of a log: JSON with the version of the format and the layouts of the rows.
``SYMBOLS``
    JSON pairs of id and canonical symbol, before the first row that uses them.
``PROVENANCE``
    JSON with a number and the provenance that it stands for.
``ROWS``
    Packed rows of one kind and one provenance, as `quantdeck.model.events` lays them out. Their first
    row is numbered within the log that they were written to first.

A log is valid up to its first frame that is torn or does not check.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.model.errors import BadInput, StoreError
from quantdeck.model.events import DTYPES, Kind
from quantdeck.model.feed import Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quantdeck.model.events import Rows

FORMAT_VERSION = 1
MAGIC = b"QDT1"
HEADER, SYMBOLS, PROVENANCE, ROWS = 1, 2, 3, 4
HEAD = struct.Struct("<4sBBHIIQ")
_LONGEST_PAYLOAD = 64 << 20
KIND_CODES = {Kind.TRADE: 1, Kind.AGG_TRADE: 2, Kind.QUOTE: 3, Kind.MARK: 4, Kind.BAR: 5}
_KINDS = {code: kind for kind, code in KIND_CODES.items()}


class _HeaderPayload(msgspec.Struct):
    version: int
    created_ns: int
    layouts: dict[str, list[tuple[str, str]]]


class _ProvenancePayload(msgspec.Struct):
    number: int
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one frame; symbol ids as its log numbers them, and the number of the first row."""

    kind: Kind
    rows: Rows
    provenance: Provenance
    first_row: int = 0


@dataclass(slots=True)
class Frame:
    """A frame that was found whole, and where the next one begins."""

    type: int
    kind: int
    provenance: int
    payload: memoryview
    end: int
    first_row: int


def header_frame(created_ns: int, kinds: Iterable[Kind] = tuple(Kind)) -> list[bytes | memoryview]:
    """Return the first frame of a log, with the layouts of kinds."""
    layouts = {
        kind.value: [(name, DTYPES[kind][name].str) for name in DTYPES[kind].names or ()]
        for kind in kinds
    }
    header = _HeaderPayload(FORMAT_VERSION, created_ns, layouts)
    return _frame(HEADER, [msgspec.json.encode(header)])


def symbols_frame(symbols: Mapping[int, str]) -> list[bytes | memoryview]:
    """Return the frame that names symbols."""
    return _frame(SYMBOLS, [msgspec.json.encode(list(symbols.items()))])


def provenance_frame(number: int, provenance: Provenance) -> list[bytes | memoryview]:
    """Return the frame that says what a number of provenance stands for."""
    return _frame(PROVENANCE, [msgspec.json.encode(_ProvenancePayload(number, provenance))])


def rows_frame(
    kind: Kind, arrays: Sequence[Rows], *, provenance: int, first_row: int
) -> list[bytes | memoryview]:
    """Return the frame of rows, arrays one after the other, without copying them."""
    payloads = [np.ascontiguousarray(a).view(np.uint8).data for a in arrays]
    code = KIND_CODES[kind]
    return _frame(ROWS, payloads, kind=code, provenance=provenance, first_row=first_row)


def frame_at(data: memoryview, offset: int) -> Frame | None:
    """Return the frame that begins at an offset, or None where there is no whole and good one."""
    if offset + HEAD.size > len(data):
        return None
    magic, type_, kind, provenance, length, crc, first_row = HEAD.unpack_from(data, offset)
    start = offset + HEAD.size
    if magic != MAGIC or length > _LONGEST_PAYLOAD or start + length > len(data):
        return None
    payload = data[start : start + length]
    head = zlib.crc32(HEAD.pack(MAGIC, type_, kind, provenance, length, 0, first_row))
    if zlib.crc32(payload, head) != crc:
        return None
    return Frame(type_, kind, provenance, payload, start + length, first_row)


@dataclass(slots=True)
class FrameReader:
    """What the frames of a log have said so far, and so what its next rows mean.

    Parameters
    ----------
    name : str
        What the log is called in an error.

    Attributes
    ----------
    symbols : dict
        Canonical symbol of each id.
    provenances : dict
        Provenance of each number.
    """

    name: str
    symbols: dict[int, str] = field(default_factory=dict[int, str])
    provenances: dict[int, Provenance] = field(default_factory=dict[int, Provenance])
    _headed: bool = False

    def take(self, frame: Frame) -> Block | bool:
        """Take the next frame in.

        Returns
        -------
        Block or bool
            The rows of a frame of rows; else whether it could be understood.

        Raises
        ------
        StoreError
            If a newer version of quantdeck wrote it.
        """
        if frame.type == HEADER:
            self._take_header(frame)
        elif not self._headed:
            return False
        elif frame.type == SYMBOLS:
            self.symbols.update(msgspec.json.decode(frame.payload, type=list[tuple[int, str]]))
        elif frame.type == PROVENANCE:
            named = msgspec.json.decode(frame.payload, type=_ProvenancePayload)
            self.provenances[named.number] = named.provenance
        elif frame.type == ROWS:
            return self._rows(frame) or False
        return True

    def _rows(self, frame: Frame) -> Block | None:
        kind = _KINDS.get(frame.kind)
        provenance = self.provenances.get(frame.provenance)
        if kind is None or provenance is None:
            return None
        rows = np.frombuffer(frame.payload, dtype=DTYPES[kind])
        return Block(kind, rows, provenance, frame.first_row)

    def _take_header(self, frame: Frame) -> None:
        header = msgspec.json.decode(frame.payload, type=_HeaderPayload)
        if header.version > FORMAT_VERSION:
            raise StoreError(
                f"{self.name} has version {header.version} of the segment format, this "
                f"quantdeck knows {FORMAT_VERSION}; open the tape with a newer quantdeck"
            )
        self._headed = True


def blocks_of(body: bytes | memoryview, *, name: str) -> tuple[dict[int, str], list[Block]]:
    """Return what a whole log says: the symbols of its ids, and its rows in order.

    Parameters
    ----------
    body : bytes
        The log.
    name : str
        What it is called in an error.

    Raises
    ------
    BadInput
        If any of it is torn or damaged.
    StoreError
        If a newer version of quantdeck wrote it.
    """
    data, offset = memoryview(body), 0
    reader, blocks = FrameReader(name), list[Block]()
    while offset < len(data):
        frame = frame_at(data, offset)
        taken = frame is not None and reader.take(frame)
        if frame is None or taken is False:
            raise BadInput(f"{name} is damaged at byte {offset} of {len(data)}")
        if isinstance(taken, Block):
            blocks.append(taken)
        offset = frame.end
    return reader.symbols, blocks


def join_rows(kind: Kind, arrays: Sequence[Rows]) -> Rows:
    """Return arrays of one kind one after the other."""
    # Joining bytes is a plain copy; np.concatenate copies structured rows field by field.
    flat = b"".join([np.ascontiguousarray(a).view(np.uint8).data for a in arrays])
    return np.frombuffer(flat, dtype=DTYPES[kind])


def joined(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks put together by kind and provenance."""
    groups: dict[tuple[Kind, Provenance], list[Rows]] = {}
    for block in blocks:
        groups.setdefault((block.kind, block.provenance), []).append(block.rows)
    return [
        Block(kind, arrays[0] if len(arrays) == 1 else join_rows(kind, arrays), provenance)
        for (kind, provenance), arrays in groups.items()
    ]


def _frame(
    type_: int,
    payloads: Sequence[bytes | memoryview],
    *,
    kind: int = 0,
    provenance: int = 0,
    first_row: int = 0,
) -> list[bytes | memoryview]:
    length = sum(map(len, payloads))
    crc = zlib.crc32(HEAD.pack(MAGIC, type_, kind, provenance, length, 0, first_row))
    for payload in payloads:
        crc = zlib.crc32(payload, crc)
    return [HEAD.pack(MAGIC, type_, kind, provenance, length, crc, first_row), *payloads]
