"""Lines of comma-separated fields, as arrays."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.feeds.uploads import problems as found
from quantdeck.feeds.uploads.scan_kernels import (
    BOUNDS,
    ENDS,
    FIELDS,
    LINE,
    LINE_END,
    STARTS,
    TABLE_ROWS,
    number_symbols,
    read_numbers,
    read_times,
    split_lines,
)
from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import canonical
from quantdeck.model.uploads import UPLOAD_FIELDS, BadUpload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray

_TS, _SYMBOL, _PRICE, _SIZE = range(FIELDS)
_POWERS = np.array([10.0**n for n in range(23)])
_VALUE_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Header:
    """Which column of a file is which field.

    Parameters
    ----------
    roles : array of int64 of shape (columns,)
        Index into `UPLOAD_FIELDS`, -1 for a column that nothing is made of.
    ignored : tuple of str
        Names of the latter.
    """

    roles: IntArray
    ignored: tuple[str, ...] = ()


PLAIN_HEADER = Header(np.arange(FIELDS, dtype=np.int64))
"""The four fields in their order."""


def header_of(line: bytes) -> Header:
    """Return what the first line of a CSV file says of its columns.

    Parameters
    ----------
    line : bytes
        Names in any order and case; others than the four are ignored.

    Raises
    ------
    BadUpload
        If one of the four is missing or there twice.

    Examples
    --------
    >>> header = header_of(b"Symbol,TS,side,price,size")
    >>> header.roles.tolist(), header.ignored
    ([1, 0, -1, 2, 3], ('side',))
    """
    text = line.decode(errors="replace").strip()
    written = [name.strip() for name in next(csv.reader([text]), list[str]())]
    names = [name.lower() for name in written]
    missing = [name for name in UPLOAD_FIELDS if name not in names]
    if missing:
        raise BadUpload(_without(missing, text))
    twice = [name for name in UPLOAD_FIELDS if names.count(name) > 1]
    if twice:
        raise BadUpload(f"the header has the column {twice[0]} twice; leave one of them out")
    roles = [UPLOAD_FIELDS.index(n) if n in UPLOAD_FIELDS else -1 for n in names]
    ignored = tuple(w[:64] for w, n in zip(written, names, strict=True) if n not in UPLOAD_FIELDS)
    return Header(np.array(roles, np.int64), ignored)


def _without(missing: Sequence[str], text: str) -> str:
    wanted = ",".join(UPLOAD_FIELDS)
    shown = text if len(text) <= 2 * _VALUE_SHOWN else f"{text[: 2 * _VALUE_SHOWN]}..."
    for mark, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if mark in text and "," not in text:
            return (
                f"the columns are parted by {name}: {shown!r}; part them by commas, with a point in "
                "decimal numbers"
            )
    if text[:1].isdigit():
        return f"the file begins without a header: {shown!r}; put {wanted} in front"
    return f"the header has no column {missing[0]}: {shown!r}; there have to be {wanted}"


class SymbolBook:
    """Symbols met so far, and their canonical forms; for one file.

    Parameters
    ----------
    venue : str
        Of symbols that name none.
    """

    def __init__(self, venue: str) -> None:
        self.table = np.zeros((TABLE_ROWS, 3), np.int64)
        self.canonical: list[str] = []
        self._venue = venue
        self._known = 0
        self._numbers = np.zeros(found.MOST_SYMBOLS, np.int64)

    def numbers(
        self,
        data: bytes,
        view: NDArray[np.uint8],
        starts: IntArray,
        ends: IntArray,
        problems: IntArray,
    ) -> IntArray:
        """Return the number of each line's symbol, an index into `canonical`."""
        out = np.zeros(len(problems), np.int64)
        firsts = np.zeros(len(problems), np.int64)
        known = number_symbols(view, starts, ends, self.table, self._known, out, firsts, problems)
        for number, row in enumerate(firsts[: known - self._known].tolist(), self._known):
            self._numbers[number] = self._number_of(data[starts[row] : ends[row]])
        self._known = known
        numbers = self._numbers[out]
        is_wrong = (numbers < 0) & ((problems == found.NONE) | (problems == found.HARD_NUMBER))
        problems[is_wrong] = found.SYMBOL_UNREADABLE
        return numbers

    def _number_of(self, text: bytes) -> int:
        try:
            symbol = canonical(text.decode(), default_venue=self._venue)
        except (BadInput, UnicodeDecodeError):
            return -1
        if len(symbol) > 64:
            return -1
        # With and without its venue a symbol is the same.
        if symbol not in self.canonical:
            self.canonical.append(symbol)
        return self.canonical.index(symbol)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a piece, as arrays of equal length.

    Parameters
    ----------
    data : bytes
        The piece.
    bounds : array of int64 of shape (BOUNDS, n)
        Where fields and lines are.
    problems : array of int64
        What is wrong with each line, see `quantdeck.feeds.uploads.problems`.
    ts_ns, symbol : array of int64
        UTC [ns], and index into the canonical symbols; of any value where there is a problem.
    price, size : array of float64
        As above.
    """

    data: bytes
    bounds: IntArray
    problems: IntArray
    ts_ns: IntArray
    symbol: IntArray
    price: FloatArray
    size: FloatArray

    def value(self, row: int) -> str:
        """Return what stands in the field that is wrong, for a person."""
        field = found.column_of(int(self.problems[row]))
        if field:
            number = UPLOAD_FIELDS.index(field)
            start, end = self.bounds[[STARTS + number, ENDS + number], row].tolist()
        else:
            start, end = self.bounds[[LINE, LINE_END], row].tolist()
        text = self.data[start:end].decode(errors="replace").strip()
        return text if len(text) <= _VALUE_SHOWN else f"{text[:_VALUE_SHOWN]}..."


def read_lines(data: bytes, header: Header, symbols: SymbolBook, *, most: int) -> Lines:
    """Read a piece of a file.

    Parameters
    ----------
    data : bytes
        Whole lines.
    header : Header
        Which column is which field.
    symbols : SymbolBook
        Takes those that are new.
    most : int
        Lines of the piece, or more.

    Returns
    -------
    Lines
        One row for every line, blank ones and wrong ones too.
    """
    view = np.frombuffer(data, np.uint8)
    bounds, problems = np.zeros((BOUNDS, most), np.int64), np.zeros(most, np.int64)
    count = split_lines(view, header.roles, bounds, problems)
    bounds, problems = bounds[:, :count], problems[:count]
    starts, ends = bounds[STARTS : STARTS + FIELDS], bounds[ENDS : ENDS + FIELDS]
    ts_ns = np.zeros(count, np.int64)
    read_times(view, starts[_TS], ends[_TS], ts_ns, problems)
    price, size = np.zeros(count), np.zeros(count)
    for field, first, out in (
        (_PRICE, found.PRICE_ABSENT, price),
        (_SIZE, found.SIZE_ABSENT, size),
    ):
        read_numbers(view, starts[field], ends[field], first, _POWERS, out, problems)
        _read_hard(data, starts[field], ends[field], out, problems)
        good = problems == found.NONE
        problems[good & ~np.isfinite(out)] = first + found.NOT_FINITE
        low = out <= 0.0 if field == _PRICE else out < 0.0
        problems[good & low] = first + found.TOO_LOW
    numbers = symbols.numbers(data, view, starts[_SYMBOL], ends[_SYMBOL], problems)
    return Lines(data, bounds, problems, ts_ns, numbers, price, size)


def _read_hard(
    data: bytes, starts: IntArray, ends: IntArray, out: FloatArray, problems: IntArray
) -> None:
    for row in np.flatnonzero(problems == found.HARD_NUMBER).tolist():
        out[row] = float(data[starts[row] : ends[row]])
        problems[row] = found.NONE
