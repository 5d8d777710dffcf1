"""Files of recorded frames: one line a frame, ``<receipt in ns> <message>``, gzipped or not.

A line that cannot be read is reported by its number and passed over; a compressed file that is cut off
or damaged gives what can be read of it, and that is reported as well.
"""

from __future__ import annotations

import heapq
import operator
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from quantdeck.model.errors import BadInput, BadMessage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP = 31
_CHUNK = 1 << 16
_LONGEST_LINE = 16 << 20
_LAST_NS = 2**63 - 1
_NAMED_AT_MOST = 5


class Frame(NamedTuple):
    """One recorded frame.

    Parameters
    ----------
    recv_ns : int
        When it was received, UTC. [ns]
    payload : bytes
        The message.
    file : Path
        Where it is recorded.
    line : int
        On which line, the first being 1.
    """

    recv_ns: int
    payload: bytes
    file: Path
    line: int


class BrokenLine(msgspec.Struct, frozen=True):
    """A line, or the rest of a file, that cannot be used.

    Parameters
    ----------
    file : str
        Name of the file.
    line : int
        Number of the line, the first being 1.
    reason : str
        What is wrong with it.
    """

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.reason}"


OnBroken = Callable[[BrokenLine], None]


def read_frames(path: Path, on_broken: OnBroken) -> Iterator[Frame]:
    """Read the frames of a file in its order.

    Parameters
    ----------
    path : Path
        Plain or gzipped, told by its first bytes.
    on_broken : callable
        Takes every line that cannot be used.

    Yields
    ------
    Frame
        The good lines; empty ones are passed over in silence.

    Raises
    ------
    BadInput
        If the file cannot be opened or read.
    """
    number = 0
    try:
        for number, line in enumerate(_lines(path), 1):
            if isinstance(line, str):
                on_broken(BrokenLine(path.name, number, line))
                continue
            stamp, space, payload = line.partition(b" ")
            payload = payload.strip()
            if space and payload and stamp.isdigit() and (recv_ns := int(stamp)) <= _LAST_NS:
                yield Frame(recv_ns, payload, path, number)
            elif line.strip():
                reason = "does not begin with the time of receipt in ns and a message"
                on_broken(BrokenLine(path.name, number, reason))
    except OSError as error:
        said = error.strerror or str(error)
        after = f" after line {number}" if number else ""
        raise BadInput(f"{path} cannot be read{after}: {said}") from error


def merge_frames(paths: Sequence[Path], on_broken: OnBroken) -> Iterator[Frame]:
    """Read the frames of several files in the order of their receipt.

    Parameters
    ----------
    paths : sequence of Path
        Each in the order of receipt itself.
    on_broken : callable
        Takes every line that cannot be used.

    Yields
    ------
    Frame
        The good lines of all; where received at the same time, in the order of the files.

    Raises
    ------
    BadInput
        If a file cannot be opened or read.
    """
    files = [read_frames(path, on_broken) for path in paths]
    return heapq.merge(*files, key=operator.attrgetter("recv_ns"))


def require_whole(paths: Sequence[Path], decode: Callable[[bytes, int], object]) -> int:
    """Read all files through and refuse them where anything is wrong; return the count of frames.

    Parameters
    ----------
    paths : sequence of Path
        The files.
    decode : callable
        ``decode(payload, recv_ns)`` of the vendor, with a sink that keeps nothing.

    Raises
    ------
    BadInput
        If a line cannot be used, naming the first ones.
    """
    broken: list[BrokenLine] = []
    count = 0
    for path in paths:
        for frame in read_frames(path, broken.append):
            count += 1
            try:
                decode(frame.payload, frame.recv_ns)
            except BadMessage as error:
                broken.append(BrokenLine(path.name, frame.line, error.reason))
    if broken:
        broken.sort(key=lambda each: (each.file, each.line))
        named = "; ".join(str(each) for each in broken[:_NAMED_AT_MOST])
        more = len(broken) - _NAMED_AT_MOST
        rest = f"; and {more} more" if more > 0 else ""
        raise BadInput(f"{len(broken)} lines cannot be used: {named}{rest}")
    return count


# Yields lines, and in the place of one that cannot be had the reason why.
def _lines(path: Path) -> Iterator[bytes | str]:
    rest = b""
    for piece in _pieces(path):
        if isinstance(piece, str):
            if rest:
                yield "is cut off"
            yield piece
            return
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
        if len(rest) > _LONGEST_LINE:
            yield f"is longer than {_LONGEST_LINE >> 20} MB; the rest of the file is not read"
            return
    if rest:
        yield rest


def _pieces(path: Path) -> Iterator[bytes | str]:
    with path.open("rb") as file:
        packed = file.peek(2)[:2] == _GZIP_MAGIC
        if not packed:
            while piece := file.read(_CHUNK):
                yield piece
            return
        unpacker = zlib.decompressobj(_GZIP)
        while piece := file.read(_CHUNK):
            while piece:
                # A file may be several compressed ones put together.
                if unpacker.eof:
                    unpacker = zlib.decompressobj(_GZIP)
                try:
                    yield unpacker.decompress(piece)
                except zlib.error as error:
                    yield f"the compressed file is damaged from here on ({error})"
                    return
                piece = unpacker.unused_data
        if not unpacker.eof:
            yield "the compressed file is cut off here"
