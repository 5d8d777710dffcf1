"""Rows of text files of chains, one by one: what is wrong with a row is said with its line."""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from quantdeck.model.chains import ChainSnapshot

_GZIP = b"\x1f\x8b"
_LARGEST = 1 << 30


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that cannot be used.

    Parameters
    ----------
    line : int
        Number of its line, or of its row in a file without lines, counted from 1.
    reason : str
        What is wrong with it.
    """

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class ChainFile:
    """What a file of chains holds.

    Parameters
    ----------
    snapshot : ChainSnapshot
        What could be read.
    broken : tuple of BrokenRow
        What could not, in the order of the file.
    """

    snapshot: ChainSnapshot
    broken: tuple[BrokenRow, ...]


def content_of(path: Path) -> bytes:
    """Return the bytes of a file, unpacked where it is compressed with gzip.

    Raises
    ------
    BadInput
        If it cannot be read, is damaged or unpacks to more than 1 GiB.
    """
    try:
        raw = path.read_bytes()
        if not raw.startswith(_GZIP):
            return raw
        with gzip.open(io.BytesIO(raw)) as file:
            content = file.read(_LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BadInput(f"{path} cannot be read: {reason}") from error
    if len(content) > _LARGEST:
        raise BadInput(f"{path} unpacks to more than 1 GiB, which no chain is")
    return content


def lines_of(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Return line number and cells of every line of a CSV file that is not empty.

    Raises
    ------
    BadInput
        If the file cannot be read or is not CSV text in UTF-8.
    """
    try:
        text = content_of(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not text in UTF-8; is --format right?") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise BadInput(f"{path}, line {reader.line_num}: {error}; is --format right?") from error


def figure(cell: object, name: str) -> float:
    """Return the number in a cell; NaN where it is empty.

    Raises
    ------
    ValueError
        If it is not a finite number.

    Examples
    --------
    >>> figure("1.5", "bid"), figure("", "bid"), figure(2, "bid")
    (1.5, nan, 2.0)
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return math.nan
    try:
        value = float(cell) if isinstance(cell, str | int | float) else math.inf
    except ValueError:
        value = math.inf
    if isinstance(cell, float) and math.isnan(value):
        return math.nan
    if not math.isfinite(value):
        raise ValueError(f"{name} {str(cell)[:40]!r} is not a number")
    return value


def price(cell: object, name: str) -> float:
    """Return the price in a cell; NaN where it is empty or 0, since nobody quotes 0.

    Raises
    ------
    ValueError
        If it is not a number, or is negative.

    Examples
    --------
    >>> price("0", "bid"), price("0.05", "ask")
    (nan, 0.05)
    """
    return count(cell, name) or math.nan


def count(cell: object, name: str) -> float:
    """Return the number >= 0 in a cell; NaN where it is empty.

    Raises
    ------
    ValueError
        If it is not a number, or is negative.

    Examples
    --------
    >>> count("0", "volume")
    0.0
    """
    value = figure(cell, name)
    if value < 0:
        raise ValueError(f"{name} is {value:g}, which is less than 0")
    return value


def require_columns(path: Path, found: Sequence[str], expected: Sequence[str]) -> None:
    """Return where a header is what a format has.

    Raises
    ------
    BadInput
        If it is another one.
    """
    if [name.strip() for name in found] != list(expected):
        raise BadInput(
            f"{path} does not have the columns of this format; expected {','.join(expected)}, "
            f"found {','.join(found)[:300]}; is --format right?"
        )
