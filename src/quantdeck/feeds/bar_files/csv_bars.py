"""Bars from CSV: columns by the names that most sources give them, lines that cannot be used named."""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quantdeck.model.errors import BadInput
from quantdeck.model.history import HISTORY_DTYPE, INTERVALS_NS, HistoryRows
from quantdeck.model.instruments import canonical
from quantdeck.model.uploads import NAMED_LINES, BadUpload, LineProblem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

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
_LINE = "line"


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
    table = _cells(path)
    columns = _columns(table.columns, path)
    if "symbol" not in columns and symbol is None:
        raise BadInput(f"{path.name} has no column of symbols; name what it is of with --symbol")
    problems: list[LineProblem] = []
    typed = table.select(
        pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias(_LINE),
        *(pl.col(name).str.strip_chars().alias(key) for key, name in columns.items()),
    )
    start_ns = _starts(typed["start"], interval, typed[_LINE], problems)
    numbers = {
        key: _numbers(typed[key], key, typed[_LINE], problems)
        for key in (*_PRICES, "volume")
        if key in columns
    }
    _refuse(path, problems)
    rows = np.empty(len(table), HISTORY_DTYPE)
    rows["start_ns"] = start_ns
    for key in (*_PRICES, "volume"):
        rows[key] = numbers.get(key, np.nan)
    names = [symbol] * len(table) if "symbol" not in columns else typed["symbol"].to_list()
    return _by_symbol(path, rows, names, typed[_LINE].to_numpy(), venue=venue, only=symbol)


def _cells(path: Path) -> pl.DataFrame:
    try:
        with path.open("rb") as file:
            head = file.read(2)
            file.seek(0)
            if head == _GZIP_MAGIC:
                with gzip.open(file) as packed:
                    content = packed.read(MOST_BYTES + 1)
            else:
                content = file.read(MOST_BYTES + 1)
    except (OSError, EOFError) as error:
        raise BadInput(f"{path.name} cannot be read: {error}") from error
    if len(content) > MOST_BYTES:
        raise BadInput(f"{path.name} is larger than {MOST_BYTES >> 20} MiB; split it")
    try:
        # Every cell as text: what it means is decided here, and said line by line.
        return pl.read_csv(io.BytesIO(content), infer_schema=False, truncate_ragged_lines=False)
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise BadInput(f"{path.name} is not CSV with a header: {reason}") from error


def _columns(names: Sequence[str], path: Path) -> dict[str, str]:
    plain = {name.strip().lower(): name for name in names}
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


def _starts(
    cells: pl.Series, interval: str, lines: pl.Series, problems: list[LineProblem]
) -> pl.Series:
    digits = cells.str.contains(r"^\d{9,19}$")
    is_epoch = bool(digits.all()) and len(cells) > 0
    if is_epoch:
        length = int(cells.str.len_chars().max())  # type: ignore[arg-type]
        scale = next(scale for most, scale in _EPOCHS if length <= most)
        parsed = cells.cast(pl.Int64, strict=False) * scale
    else:
        # A date of eight digits, or ISO 8601 with or without time and zone.
        text = cells.str.replace(r"^(\d{4})(\d{2})(\d{2})$", "$1-$2-$3")
        text = text.str.replace("T", " ", literal=True).str.replace(r"Z$", "+00:00")
        parsed = (
            text.to_frame("cell")
            .select(
                pl.coalesce(
                    pl.col("cell")
                    .str.to_datetime("%Y-%m-%d %H:%M:%S%.f%:z", time_unit="ns", strict=False)
                    .dt.replace_time_zone(None),
                    pl.col("cell").str.to_datetime(
                        "%Y-%m-%d %H:%M:%S%.f", time_unit="ns", strict=False
                    ),
                    pl.col("cell").str.to_datetime("%Y-%m-%d %H:%M", time_unit="ns", strict=False),
                    pl.col("cell").str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("ns")),
                )
                .dt.epoch("ns")
                .alias("cell")
            )
            .to_series()
        )
    _note(problems, parsed.is_null(), "time", cells, lines, "not a date, a time or an epoch")
    if interval == "1d":
        day_ns = INTERVALS_NS["1d"]
        parsed = parsed // day_ns * day_ns
    return parsed


def _numbers(
    cells: pl.Series, key: str, lines: pl.Series, problems: list[LineProblem]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    is_empty = cells.is_null() | cells.str.to_lowercase().is_in(_NOTHING)
    parsed = cells.cast(pl.Float64, strict=False)
    wrong = ~is_empty & (parsed.is_null() | ~parsed.is_finite().fill_null(value=False))
    _note(problems, wrong, key, cells, lines, "not a number")
    return parsed.set(is_empty, None).fill_null(float("nan")).to_numpy()


def _note(
    problems: list[LineProblem],
    wrong: pl.Series,
    column: str,
    cells: pl.Series,
    lines: pl.Series,
    reason: str,
) -> None:
    problems += [
        LineProblem(line, column, (cell or "")[:40], reason)
        for line, cell in zip(lines.filter(wrong), cells.filter(wrong), strict=True)
    ]


def _refuse(path: Path, problems: Sequence[LineProblem]) -> None:
    if not problems:
        return
    first = sorted(problems, key=lambda problem: problem.line)[:NAMED_LINES]
    reasons: dict[str, int] = {}
    for problem in problems:
        reasons[problem.reason] = reasons.get(problem.reason, 0) + 1
    message = f"{path.name}: nothing was taken, since {len(problems):,} cells cannot be used"
    raise BadUpload(f"{message}; {first[0]}", tuple(first), reasons)


def _by_symbol(
    path: Path,
    rows: HistoryRows,
    names: Sequence[str | None],
    lines: np.ndarray[tuple[int], np.dtype[np.int64]],
    *,
    venue: str,
    only: str | None,
) -> list[BarFile]:
    wanted = None if only is None else canonical(only, default_venue=venue)
    places: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        places.setdefault(name or "", []).append(at)
    if "" in places:
        line = int(lines[places[""][0]])
        _refuse(path, [LineProblem(line, "symbol", "", "no symbol")])
    named: Mapping[str, list[int]] = {
        canonical(name, default_venue=venue): at for name, at in places.items()
    }
    if wanted is not None and wanted not in named:
        raise BadInput(f"{path.name} has no bars of {wanted}; it has {', '.join(sorted(named))}")
    found = {key: at for key, at in named.items() if wanted in {None, key}}
    return [_one(path, key, rows[at], lines[at]) for key, at in sorted(found.items())]


def _one(
    path: Path,
    symbol: str,
    rows: HistoryRows,
    lines: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> BarFile:
    order = np.argsort(rows["start_ns"], kind="stable")
    rows, lines = rows[order], lines[order]
    again = np.flatnonzero(np.diff(rows["start_ns"]) == 0) + 1
    # Compared by their bits, since an absent price is no reason to differ.
    differing = [at for at in again.tolist() if rows[at].tobytes() != rows[at - 1].tobytes()]
    _refuse(
        path,
        [
            LineProblem(
                int(lines[at]), "time", "", f"another bar of {symbol} at the time of a line before"
            )
            for at in differing
        ],
    )
    return BarFile(symbol, np.delete(rows, again), len(again))
