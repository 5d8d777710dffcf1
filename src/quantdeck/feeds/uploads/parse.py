"""A file of trades, read whole."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.feeds.uploads import problems as found
from quantdeck.feeds.uploads.columns import (
    PLAIN_HEADER,
    Header,
    Lines,
    SymbolBook,
    header_of,
    read_lines,
)
from quantdeck.feeds.uploads.objects import fields_of, ignored_of
from quantdeck.feeds.uploads.pieces import pieces
from quantdeck.model.errors import BadInput
from quantdeck.model.events import TRADE_DTYPE
from quantdeck.model.instruments import canonical
from quantdeck.model.uploads import NAMED_LINES, BadUpload, LineProblem, UploadTooLarge
from quantdeck.ports.uploads import ParsedUpload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quantdeck.model.events import Rows

_RAW = f"V{TRADE_DTYPE.itemsize}"


class FileParser:
    """Reads files of trades.

    Parameters
    ----------
    most_bytes : int
        How large a file may be, unpacked. [B]
    most_rows : int
        Trades of a file, at most; 48 bytes of memory each, and as much again while it grows.
    """

    def __init__(self, *, most_bytes: int, most_rows: int) -> None:
        self._most_bytes = most_bytes
        self._most_rows = most_rows

    def __call__(self, path: Path, *, venue: str) -> ParsedUpload:
        """Read a CSV or NDJSON file, plain or gzipped, told by its content.

        Parameters
        ----------
        path : Path
            The file.
        venue : str
            Of symbols that name none.

        Returns
        -------
        ParsedUpload
            Its trades, and what is wrong with the lines that have none.

        Raises
        ------
        BadInput
            If the venue cannot be one.
        BadUpload
            If the file cannot be read, or holds no line.
        UploadTooLarge
            If it is larger than allowed.
        OSError
            If the file cannot be read.
        """
        _check_venue(venue)
        gathered = _Gathered(SymbolBook(venue), self._most_rows)
        for lines, first_line in self._lines(path, gathered):
            gathered.take(lines, first_line)
        if not gathered.lines:
            raise BadUpload("there is no line with a trade in the file")
        return gathered.parsed()

    def _lines(self, path: Path, gathered: _Gathered) -> Iterator[tuple[Lines, int]]:
        line, header, is_json = 1, None, False
        for data, lines in pieces(path, most_bytes=self._most_bytes):
            piece, first = data, line
            line += lines
            if header is None:
                skipped = len(piece) - len(piece.lstrip())
                piece, first = piece[skipped:], first + piece[:skipped].count(b"\n")
                if not piece:
                    continue
                head = piece[: piece.find(b"\n")]
                is_json = head.startswith((b"{", b"["))
                header = PLAIN_HEADER if is_json else header_of(head)
                gathered.ignored = ignored_of(head) if is_json else header.ignored
                if not is_json:
                    piece, first = piece[len(head) + 1 :], first + 1
            read = _read_objects if is_json else read_lines
            yield read(piece, header, gathered.symbols, most=lines), first


def _read_objects(piece: bytes, header: Header, symbols: SymbolBook, *, most: int) -> Lines:
    made, wrong = fields_of(piece)
    lines = read_lines(made, header, symbols, most=most)
    for row, problem in wrong.items():
        lines.problems[row] = problem
    return lines


class _Gathered:
    # What has been read of a file so far

    def __init__(self, symbols: SymbolBook, most_rows: int) -> None:
        self.symbols = symbols
        self.ignored: tuple[str, ...] = ()
        self.lines = 0
        self._most_rows = most_rows
        self._rows = np.zeros(1024, TRADE_DTYPE)
        self._count = 0
        self._problems: list[LineProblem] = []
        self._reasons: Counter[str] = Counter()

    def take(self, lines: Lines, first_line: int) -> None:
        is_good = lines.problems == found.NONE
        good = int(np.count_nonzero(is_good))
        self.lines += int(np.count_nonzero(lines.problems != found.BLANK))
        if self._count + good > self._most_rows:
            raise UploadTooLarge(
                f"the file holds more than {self._most_rows:,} trades; split it, or raise "
                "uploads.max_rows"
            )
        if good < len(is_good):
            self._note(lines, first_line)
        rows = self._room(good)
        whole = slice(None) if good == len(is_good) else is_good
        rows["ts_event"] = rows["ts_recv"] = lines.ts_ns[whole]
        rows["price"], rows["size"] = lines.price[whole], lines.size[whole]
        rows["symbol"] = lines.symbol[whole]

    def parsed(self) -> ParsedUpload:
        return ParsedUpload(
            rows=self._rows[: self._count],
            symbols=self.symbols.canonical,
            lines=tuple(self._problems),
            reasons=dict(self._reasons.most_common()),
            ignored_columns=self.ignored,
        )

    def _note(self, lines: Lines, first_line: int) -> None:
        bad = np.flatnonzero((lines.problems != found.NONE) & (lines.problems != found.BLANK))
        kinds, counts = np.unique(lines.problems[bad], return_counts=True)
        for problem, count in zip(kinds.tolist(), counts.tolist(), strict=True):
            self._reasons[f"{found.column_of(problem)} {found.REASONS[problem]}".strip()] += count
        for row in bad[: NAMED_LINES - len(self._problems)].tolist():
            problem = int(lines.problems[row])
            self._problems.append(
                LineProblem(
                    line=first_line + row,
                    column=found.column_of(problem),
                    value=lines.value(row),
                    reason=found.REASONS[problem],
                )
            )

    def _room(self, count: int) -> Rows:
        needed = self._count + count
        if needed > len(self._rows):
            larger = np.zeros(max(needed, 2 * len(self._rows)), TRADE_DTYPE)
            # As raw bytes: NumPy copies structured rows field by field.
            larger.view(_RAW)[: self._count] = self._rows.view(_RAW)[: self._count]
            self._rows = larger
        room = self._rows[self._count : needed]
        self._count = needed
        return room


def _check_venue(venue: str) -> None:
    try:
        canonical(f"{venue}:X", default_venue="")
    except BadInput as error:
        raise BadInput(
            f"{venue[:40]!r} is not a venue; write letters, digits and hyphens, such as BINANCE-USDM",
            field="venue",
        ) from error
