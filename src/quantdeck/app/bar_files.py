"""Bars of one instrument from a file: CSV, plain or gzipped, or Parquet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray

TIME_NAMES = (
    "start_ns", "ts", "timestamp", "time", "open_time", "datetime", "date", "ts_event",
)  # fmt: skip
"""Names of the column of times, the first that a file has."""

_PRICES = ("open", "high", "low", "close")
# What the archives of Binance hold, which have no heading.
_KLINES = ("open_time", *_PRICES, "volume")
_KLINE_COLUMNS = 12
_SUFFIXES = (".csv", ".csv.gz", ".parquet")
_UNITS_PER_NS = ((10**11, 10**9), (10**14, 10**6), (10**17, 10**3))


@dataclass(frozen=True, slots=True)
class BarFile:
    """Bars of one instrument, oldest first.

    Parameters
    ----------
    name : str
        Of the instrument: its symbol in the file, else the file's name.
    ts_ns : array of shape (n,)
        Starts, UTC, strictly increasing. [ns]
    close : array of shape (n,)
        Closes; NaN where a cell is empty. [currency]
    open, high, low : array of shape (n,) or None
        Further prices, where the file has them. [currency]
    """

    name: str
    ts_ns: IntArray
    close: FloatArray
    open: FloatArray | None
    high: FloatArray | None = None
    low: FloatArray | None = None


def is_bar_file(text: str) -> bool:
    """Return whether an argument names a file of bars rather than a symbol.

    Examples
    --------
    >>> is_bar_file("btc.csv.gz"), is_bar_file("BTCUSDT"), is_bar_file("bars.parquet#BTCUSDT")
    (True, False, True)
    """
    return text.rpartition("#")[0].endswith(_SUFFIXES) or text.endswith(_SUFFIXES)


def read_bars(text: str, *, start_ns: int | None = None, end_ns: int | None = None) -> BarFile:
    """Return the bars of a file.

    Parameters
    ----------
    text : str
        Path, and after ``#`` the symbol where the file has several.
    start_ns, end_ns : int, optional
        Bars that begin in ``start_ns <= start < end_ns``, UTC. [ns]

    Raises
    ------
    BadInput
        If the file cannot be read, or lacks a column.
    NoData
        If nothing of it is in the span.

    Notes
    -----
    Columns: a time (one of `TIME_NAMES`) and ``close``; ``open`` where there is one. Times are ISO
    8601, UTC where they name no zone, or counts since 1970 of seconds, milliseconds, microseconds or
    nanoseconds, told apart by their size. Of rows of one time the last counts.
    """
    file, _, symbol = text.rpartition("#") if not text.endswith(_SUFFIXES) else (text, "", "")
    path = Path(file)
    table = _read(path)
    column = next((name for name in TIME_NAMES if name in table.column_names), None)
    if column is None or "close" not in table.column_names:
        raise BadInput(
            f"{path} has the columns {', '.join(table.column_names)[:200]}; bars need a time ("
            f"{', '.join(TIME_NAMES[1:4])} ...) and close"
        )
    table, name = _of_symbol(table, symbol, path)
    times = _times(table.column(column), path)
    close = _floats(table, "close", path)
    others = {
        name: _floats(table, name, path)
        for name in ("open", "high", "low")
        if name in table.column_names
    }
    kept = np.ones(len(times), np.bool_)
    if start_ns is not None:
        kept &= times >= start_ns
    if end_ns is not None:
        kept &= times < end_ns
    # From behind, so that of several rows of one time the last is the one found.
    rows = np.flatnonzero(kept)[::-1]
    starts, found = np.unique(times[rows], return_index=True)
    if not len(starts):
        raise NoData(f"no bar of {path} is in this span; widen --since and --until")
    chosen = rows[found]
    opens, highs, lows = (
        others[each][chosen] if each in others else None for each in ("open", "high", "low")
    )
    return BarFile(name, starts, close[chosen], opens, highs, lows)


def _read(path: Path) -> pa.Table:
    if not path.is_file():
        raise BadInput(f"{path} is not a file; name a symbol on the tape, or a file of bars")
    try:
        if path.suffix == ".parquet":
            return pq.read_table(path)
        return _read_csv(path)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{path} cannot be read as bars: {str(error).splitlines()[0]}") from error


def _read_csv(path: Path) -> pa.Table:
    # pyarrow undoes gzip by the name of the file.
    with pa.input_stream(str(path), compression="detect") as stream:
        head = stream.read(4096).split(b"\n", 1)[0].decode(errors="replace")
    cells = head.strip().split(",")
    names: list[str] | None = None
    if cells[0].strip().isdigit():
        if len(cells) != _KLINE_COLUMNS:
            raise BadInput(
                f"{path} has no heading; write one that names time and close (files of "
                f"{_KLINE_COLUMNS} columns without one are read as klines of Binance)"
            )
        rest = [f"column_{number}" for number in range(len(_KLINES), len(cells))]
        names = [*_KLINES, *rest]
    options = pyarrow.csv.ReadOptions(column_names=names)
    table = pyarrow.csv.read_csv(path, read_options=options)
    return table.rename_columns([name.strip().lower() for name in table.column_names])


def _of_symbol(table: pa.Table, symbol: str, path: Path) -> tuple[pa.Table, str]:
    if "symbol" not in table.column_names:
        if symbol:
            raise BadInput(f"{path} has no column symbol; leave out #{symbol}")
        return table, path.name.partition(".")[0]
    symbols = pc.unique(table.column("symbol").cast(pa.string())).to_pylist()
    known: list[str] = sorted(each for each in symbols if each)
    if not symbol and len(known) == 1:
        return table, known[0]
    wanted = symbol.upper()
    found = [each for each in known if wanted in (each.upper(), each.upper().partition(":")[2])]
    if len(found) != 1:
        raise BadInput(
            f"{path} has bars of {', '.join(known)[:200]}; name one of them as {path}#SYMBOL"
        )
    return table.filter(pc.equal(table.column("symbol").cast(pa.string()), found[0])), found[0]


def _times(column: pa.ChunkedArray, path: Path) -> IntArray:
    kind = column.type
    if column.null_count:
        raise BadInput(f"{path} has {column.null_count} rows without a time")
    if pa.types.is_integer(kind):
        counts = cast("IntArray", column.to_numpy().astype(np.int64))
        largest = int(np.abs(counts).max()) if len(counts) else 0
        scale = next((unit for limit, unit in _UNITS_PER_NS if largest < limit), 1)
        return counts * scale
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        raise BadInput(
            f"times of {path} are {kind}; write ISO 8601, such as 2024-08-08 23:55:00, or counts since "
            "1970"
        )
    stamps: Any = column.cast(pa.timestamp("ns"))
    return np.asarray(stamps.cast(pa.int64()).to_numpy(), np.int64)


def _floats(table: pa.Table, name: str, path: Path) -> FloatArray:
    column = table.column(name)
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        raise BadInput(f"{name} of {path} is no column of numbers, but of {column.type}")
    return np.asarray(column.cast(pa.float64()).to_numpy(), np.float64)
