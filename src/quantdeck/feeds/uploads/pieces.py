"""A file in pieces that end with a line's end, unpacked where it is packed."""

from __future__ import annotations

import contextlib
import re
import zlib
from typing import TYPE_CHECKING, NamedTuple

from quantdeck.model.uploads import BadUpload, UploadTooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIECE = 1 << 20
"""Bytes read at a time."""
LONGEST_LINE = 1 << 20
"""Bytes of a line, at most."""

_HEAD = 4096
_FRAME = re.compile(rb"^\d{10,} +\S", re.MULTILINE)
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP = 31
_UTF8_MARK = b"\xef\xbb\xbf"
_OTHERS = {
    b"PK\x03\x04": "is an Excel or zip file; save the sheet as CSV",
    b"PAR1": "is a Parquet file; write its rows as CSV or NDJSON",
    b"\xff\xfe": "is encoded as UTF-16; save it as UTF-8",
    b"\xfe\xff": "is encoded as UTF-16; save it as UTF-8",
    b"\x28\xb5\x2f\xfd": "is packed with zstd; pack it with gzip or not at all",
    b"BZh": "is packed with bzip2; pack it with gzip or not at all",
    b"\xfd7zXZ": "is packed with xz; pack it with gzip or not at all",
}


class Piece(NamedTuple):
    """Some lines of a file.

    Parameters
    ----------
    data : bytes
        Whole lines, the last one with its end too.
    lines : int
        How many.
    """

    data: bytes
    lines: int


def pieces(path: Path, *, most_bytes: int) -> Iterator[Piece]:
    """Read a file some whole lines at a time.

    Parameters
    ----------
    path : Path
        Plain or gzipped, told by its first bytes.
    most_bytes : int
        How large it may be, unpacked. [B]

    Yields
    ------
    Piece
        At least one line; no mark of UTF-8 at the beginning.

    Raises
    ------
    BadUpload
        If the file is of a form that cannot be read, damaged, or has a line that is too long.
    UploadTooLarge
        If it is larger than allowed; no more than that was unpacked.
    OSError
        If it cannot be read.
    """
    rest, is_first, line = b"", True, 1
    for read in _limited(_unpacked(path), most_bytes):
        piece = read
        if is_first:
            _refuse_other_forms(piece)
            piece = piece.removeprefix(_UTF8_MARK)
            is_first = False
        end = piece.rfind(b"\n") + 1
        if end:
            whole = rest + piece[:end]
            lines = whole.count(b"\n")
            yield Piece(whole, lines)
            line += lines
            rest = piece[end:]
        else:
            rest += piece
        if len(rest) > LONGEST_LINE:
            raise BadUpload(
                f"line {line} is longer than {LONGEST_LINE >> 20} MB; is this a file of lines?"
            )
    if rest:
        yield Piece(rest + b"\n", 1)


def holds_frames(path: Path) -> bool:
    """Return whether a file holds recorded frames, a time and a message a line, instead of trades.

    Parameters
    ----------
    path : Path
        Plain or gzipped.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_GZIP_MAGIC):
        # What is damaged further on is found, and told, when the file is read
        with contextlib.suppress(zlib.error):
            head = zlib.decompressobj(_GZIP).decompress(head, _HEAD)
    return _FRAME.search(head) is not None


def _refuse_other_forms(piece: bytes) -> None:
    for magic, words in _OTHERS.items():
        if piece.startswith(magic):
            raise BadUpload(f"the file {words}")


def _limited(read: Iterator[bytes], most_bytes: int) -> Iterator[bytes]:
    taken = 0
    for piece in read:
        taken += len(piece)
        if taken > most_bytes:
            raise UploadTooLarge(
                f"the file has more than {most_bytes} bytes when unpacked; split it, or raise "
                "uploads.max_bytes"
            )
        yield piece


def _unpacked(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        if file.peek(2)[:2] != _GZIP_MAGIC:
            while piece := file.read(PIECE):
                yield piece
            return
        try:
            yield from _inflated(iter(lambda: file.read(PIECE // 8), b""))
        except zlib.error as error:
            raise BadUpload(f"the packed file is damaged ({error}); pack it again") from error


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_GZIP)
    for read in packed:
        piece = read
        while piece:
            # A file may be several packed ones put together.
            if unpacker.eof:
                unpacker = zlib.decompressobj(_GZIP)
            # Some at a time: a few bytes may unpack to gigabytes.
            out = unpacker.decompress(piece, PIECE)
            if out:
                yield out
            piece = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    if not unpacker.eof:
        raise BadUpload("the packed file is cut off; upload the whole of it")
