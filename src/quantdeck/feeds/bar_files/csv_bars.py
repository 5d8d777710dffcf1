"""Bars from CSV: columns by the names that most sources give them, lines that cannot be used named."""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.model.history import HISTORY_DTYPE, INTERVALS_NS, HistoryRows
from quantdeck.model.instruments import canonical
from quantdeck.model.uploads import NAMED_LINES, BadUpload, LineProblem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from quantdeck.analytics.types import FloatArray, IntArray

MOST_BYTES = 1 << 30
"""Size of a file, unpacked, at most. [B]"""

_GZIP_MAGIC = b"\x1f\x8b"
_PRICES = ("open", "high", "low", "close")
_NAMES: dict[str, tuple[str, ...]] = {
    "start": ("date", "time", "timestamp", "datetime", "ts", "t", "start", "day"),
    "open": ("open", "o"),
    "high": ("high", "h"),
    "low": ("low", "l"),
    "close": ("close", "c", "last"),
    "volume": ("volume", "v", "vol"),
    "symbol": ("symbol", "name", "ticker"),
}
_NOTHING = ("", "nan", "null", "none", "na", "n/a", "-")
_EPOCHS = ((10, 1_000_000_000), (13, 1_000_000), (16, 1_000), (19, 1))
_EPOCH = re.compile(r"[0-9]{9,19}")
_EPOCH_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, eq=False)
class BarFile:
    """Bars of one symbol from a file.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    rows : structured array of `HISTORY_DTYPE`
        Oldest first; NaN where a cell was empty.
    equal : int
        Lines left out since they say the same as another.
    """

    symbol: str
    rows: HistoryRows
    equal: int = 0


def read_csv_bars(
    path: Path, *, interval: str, venue: str = "US", symbol: str | None = None
) -> list[BarFile]:
    """Return the bars of a file, by symbol.

    Parameters
    ----------
    path : Path
        CSV with a header, plain or gzipped. Columns of time, open, high, low and close are needed, in
        any order and of any of the usual names; volume and symbol may be there, others are passed over.
        Times are dates, ISO 8601 (UTC where no zone is given) or epochs in s, ms, us or ns.
    interval : str
        One of `quantdeck.model.history.INTERVALS_NS`. Days are taken by their date.
    venue : str
        Of symbols that name none.
    symbol : str or None
        What the bars are of, where no column says it; of a column, the only one taken.

    Returns
    -------
    list of BarFile
        By symbol.

    Raises
    ------
    BadUpload
        If a line cannot be used, or two lines of one time say different things; nothing is taken then.
    BadInput
        If it is no such file.
    """
    if interval not in INTERVALS_NS:
        raise BadInput(f"bars of {interval!r} are not kept; there are {', '.join(INTERVALS_NS)}")
    header, lines = _cells(path)
    columns = _columns(header, path)
    if "symbol" not in columns and symbol is None:
        raise BadInput(f"{path.name} has no column of symbols; name what it is of with --symbol")
    problems = [
        _problem(at, "", "", f"{len(line)} cells instead of {len(header)}")
        for at, line in enumerate(lines)
        if len(line) != len(header)
    ]
    _refuse(path, problems)
    cells = {key: [line[at].strip() for line in lines] for key, at in columns.items()}
    start_ns = _starts(cells["start"], interval, problems)
    numbers = {
        key: _numbers(cells[key], key, problems) for key in (*_PRICES, "volume") if key in cells
    }
    _refuse(path, problems)
    rows = np.empty(len(lines), HISTORY_DTYPE)
    rows["start_ns"] = start_ns
    for key in (*_PRICES, "volume"):
        rows[key] = numbers.get(key, np.nan)
    names = [symbol] * len(lines) if "symbol" not in columns else cells["symbol"]
    return _by_symbol(path, rows, names, venue=venue, only=symbol)


def _cells(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        with path.open("rb") as file:
            head = file.read(2)
            file.seek(0)
            if head == _GZIP_MAGIC:
                with gzip.open(file) as packed:
                    content = packed.read(MOST_BYTES + 1)
            else:
                content = file.read(MOST_BYTES + 1)
        text = content.decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} cannot be read: {error}") from error
    if len(content) > MOST_BYTES:
        raise BadInput(f"{path.name} is larger than {MOST_BYTES >> 20} MiB; split it")
    try:
        header, *rows = csv.reader(io.StringIO(text), strict=True)
    except (csv.Error, ValueError) as error:
        raise BadInput(f"{path.name} is not CSV with a header: {error}") from error
    while rows and not rows[-1]:
        rows.pop()
    return header, rows


def _columns(names: Sequence[str], path: Path) -> dict[str, int]:
    plain = {name.strip().lower(): at for at, name in enumerate(names)}
    found = {
        key: plain[spelling]
        for key, spellings in _NAMES.items()
        if (spelling := next((each for each in spellings if each in plain), None))
    }
    missing = [key for key in ("start", *_PRICES) if key not in found]
    if missing:
        wanted = ", ".join(f"{key} ({' or '.join(_NAMES[key][:3])})" for key in missing)
        raise BadInput(f"{path.name} lacks columns: {wanted}; it has {', '.join(names)}")
    return found


def _starts(cells: Sequence[str], interval: str, problems: list[LineProblem]) -> IntArray:
    is_epoch = bool(cells) and all(_EPOCH.fullmatch(cell) for cell in cells)
    longest = max(map(len, cells), default=0)
    scale = next((scale for most, scale in _EPOCHS if is_epoch and longest <= most), 0)
    starts = np.empty(len(cells), np.int64)
    for at, cell in enumerate(cells):
        try:
            starts[at] = int(cell) * scale if is_epoch else _parsed(cell)
        except (ValueError, OverflowError):
            starts[at] = 0
            problems.append(_problem(at, "time", cell, "not a date, a time or an epoch"))
    if interval == "1d":
        starts -= starts % INTERVALS_NS["1d"]
    return starts


def _parsed(cell: str) -> int:
    # A date, or ISO 8601 with or without time and zone; whole numbers, since a float loses digits.
    moment = datetime.fromisoformat(cell)
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH_BEGAN
    return (since // _MICROSECOND) * 1000


def _numbers(cells: Sequence[str], key: str, problems: list[LineProblem]) -> FloatArray:
    values = np.empty(len(cells))
    for at, cell in enumerate(cells):
        try:
            values[at] = math.nan if cell.lower() in _NOTHING else float(cell)
        except ValueError:
            values[at] = math.inf
        if math.isinf(values[at]):
            problems.append(_problem(at, key, cell, "not a number"))
    return values


def _problem(at: int, column: str, cell: str, reason: str) -> LineProblem:
    return LineProblem(at + 2, column, cell[:40], reason)


def _refuse(path: Path, problems: Sequence[LineProblem]) -> None:
    if not problems:
        return
    first = sorted(problems, key=lambda problem: problem.line)[:NAMED_LINES]
    reasons: dict[str, int] = {}
    for problem in problems:
        reasons[problem.reason] = reasons.get(problem.reason, 0) + 1
    message = f"{path.name}: nothing was taken; problems: {len(problems):,}"
    raise BadUpload(f"{message}; {first[0]}", tuple(first), reasons)


def _by_symbol(
    path: Path,
    rows: HistoryRows,
    names: Sequence[str | None],
    *,
    venue: str,
    only: str | None,
) -> list[BarFile]:
    wanted = None if only is None else canonical(only, default_venue=venue)
    places: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        places.setdefault(name or "", []).append(at)
    if "" in places:
        _refuse(path, [_problem(places[""][0], "symbol", "", "no symbol")])
    named: Mapping[str, list[int]] = {
        canonical(name, default_venue=venue): at for name, at in places.items()
    }
    if wanted is not None and wanted not in named:
        raise BadInput(f"{path.name} has no bars of {wanted}; it has {', '.join(sorted(named))}")
    found = {key: at for key, at in named.items() if wanted in {None, key}}
    return [_one(path, key, rows[at], np.array(at, np.int64)) for key, at in sorted(found.items())]


def _one(
    path: Path,
    symbol: str,
    rows: HistoryRows,
    places: IntArray,
) -> BarFile:
    order = np.argsort(rows["start_ns"], kind="stable")
    rows, places = rows[order], places[order]
    again = np.flatnonzero(np.diff(rows["start_ns"]) == 0) + 1
    # Compared by their bits, since an absent price is no reason to differ.
    differing = [at for at in again.tolist() if rows[at].tobytes() != rows[at - 1].tobytes()]
    _refuse(
        path,
        [
            _problem(
                int(places[at]), "time", "", f"another bar of {symbol} at the time of a line before"
            )
            for at in differing
        ],
    )
    return BarFile(symbol, np.delete(rows, again), len(again))
