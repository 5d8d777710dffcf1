"""The catalog: which files the box desk's data consist of, and the rates not in files yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from quantdeck.ports.box_store import RateRow, StoredSnapshot
from quantdeck.tape.catalog import CatalogFile

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_FORMAT_VERSION = 1
RATE_COLUMNS = RateRow.__struct_fields__
RATE_KEY = ("source", "delay", "underlying", "root", "kind", "expiry", "tenor_days", "ts_ns")
"""What names a row of the history."""
SNAPSHOT_COLUMNS = StoredSnapshot.__struct_fields__
_EMPTY = {"expiry": "", "tenor_days": -1}

_SCHEMA = f"""
CREATE TABLE snapshots (
    path TEXT PRIMARY KEY, taken_ns INTEGER NOT NULL, source TEXT NOT NULL, feed TEXT NOT NULL,
    delay TEXT NOT NULL, underlying TEXT NOT NULL, expiries INTEGER NOT NULL,
    rows INTEGER NOT NULL, bytes INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX snapshots_by_time ON snapshots (underlying, source, taken_ns);
CREATE TABLE rate_files (
    path TEXT PRIMARY KEY, date TEXT NOT NULL, ts_min INTEGER NOT NULL, ts_max INTEGER NOT NULL,
    rows INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE rates ({", ".join(RATE_COLUMNS)}, PRIMARY KEY ({", ".join(RATE_KEY)})) WITHOUT ROWID;
CREATE INDEX rates_by_time ON rates (ts_ns);
CREATE TABLE retired (path TEXT PRIMARY KEY, retired_ns INTEGER NOT NULL) WITHOUT ROWID;
"""


class RateFile(msgspec.Struct, frozen=True):
    """A file of rates of one day.

    Parameters
    ----------
    path : str
        Relative to the data folder.
    date : str
        The day, UTC.
    ts_min, ts_max : int
        First and last moment. [ns]
    rows : int
        How many.
    """

    path: str
    date: str
    ts_min: int
    ts_max: int
    rows: int


def catalog_in(path: Path) -> CatalogFile:
    """Return the catalog in a file, which its first writer makes."""
    return CatalogFile(path, schema=_SCHEMA, version=_FORMAT_VERSION)


def add_snapshot(connection: sqlite3.Connection, stored: StoredSnapshot) -> None:
    """Name a snapshot's file."""
    connection.execute(
        f"INSERT INTO snapshots VALUES ({_marks(SNAPSHOT_COLUMNS)})",  # noqa: S608 - question marks
        msgspec.structs.astuple(stored),
    )


def find_snapshots(
    connection: sqlite3.Connection,
    *,
    underlying: str | None = None,
    source: str | None = None,
    start_ns: int | None = None,
) -> list[StoredSnapshot]:
    """Return the snapshots there are, newest first."""
    found = connection.execute(
        f"SELECT {', '.join(SNAPSHOT_COLUMNS)} FROM snapshots "  # noqa: S608 - names of our own
        "WHERE (?1 IS NULL OR underlying = ?1) AND (?2 IS NULL OR source = ?2) "
        "AND (?3 IS NULL OR taken_ns >= ?3) ORDER BY taken_ns DESC, path DESC",
        (underlying, source, start_ns),
    )
    return [StoredSnapshot(*row) for row in found]


def retire(
    connection: sqlite3.Connection,
    table: Literal["snapshots", "rate_files"],
    paths: Iterable[str],
    *,
    now_ns: int,
) -> None:
    """Take files out of the catalog; they stay on disk for readers that know them already."""
    if table not in get_args(Literal["snapshots", "rate_files"]):
        raise ValueError(table)
    for path in paths:
        connection.execute(f"DELETE FROM {table} WHERE path = ?", (path,))  # noqa: S608 - checked
        connection.execute("INSERT OR REPLACE INTO retired VALUES (?, ?)", (path, now_ns))


def take_retired(connection: sqlite3.Connection, *, before_ns: int) -> list[str]:
    """Forget files retired before a moment and return them."""
    found = connection.execute("SELECT path FROM retired WHERE retired_ns <= ?", (before_ns,))
    paths = [path for (path,) in found]
    connection.execute("DELETE FROM retired WHERE retired_ns <= ?", (before_ns,))
    return paths


def all_paths(connection: sqlite3.Connection) -> set[str]:
    """Return every file that is named, or was until a moment ago."""
    found = connection.execute(
        "SELECT path FROM snapshots UNION SELECT path FROM rate_files "
        "UNION SELECT path FROM retired"
    )
    return {path for (path,) in found}


def add_rates(connection: sqlite3.Connection, rows: Sequence[RateRow]) -> None:
    """Note rates; one that is there already is replaced."""
    connection.executemany(
        f"INSERT OR REPLACE INTO rates VALUES ({_marks(RATE_COLUMNS)})",  # noqa: S608 - question marks
        [_plain(row) for row in rows],
    )


def find_rates(
    connection: sqlite3.Connection, *, start_ns: int, end_ns: int
) -> list[tuple[Any, ...]]:
    """Return the rates that are in no file, as tuples of `RATE_COLUMNS`, oldest first."""
    found = connection.execute(
        f"SELECT {', '.join(RATE_COLUMNS)} FROM rates "  # noqa: S608 - names of our own
        "WHERE ts_ns >= ? AND ts_ns < ? ORDER BY ts_ns",
        (start_ns, end_ns),
    )
    expiry, tenor = RATE_COLUMNS.index("expiry"), RATE_COLUMNS.index("tenor_days")
    rows: list[tuple[Any, ...]] = []
    for row in found:
        cells = list(row)
        cells[expiry] = cells[expiry] or None
        cells[tenor] = None if cells[tenor] < 0 else cells[tenor]
        rows.append(tuple(cells))
    return rows


def find_rate_files(connection: sqlite3.Connection) -> list[RateFile]:
    """Return the files of rates, oldest first."""
    found = connection.execute(
        "SELECT path, date, ts_min, ts_max, rows FROM rate_files ORDER BY date, path"
    )
    return [RateFile(*row) for row in found]


# SQLite takes NaN for NULL, and NULL for different from NULL in a key.
def _plain(row: RateRow) -> tuple[Any, ...]:
    values = msgspec.structs.asdict(row)
    values["expiry"] = _EMPTY["expiry"] if row.expiry is None else row.expiry.isoformat()
    values["tenor_days"] = _EMPTY["tenor_days"] if row.tenor_days is None else row.tenor_days
    values["delay"] = row.delay.value
    return tuple(values[name] for name in RATE_COLUMNS)


def _marks(columns: Sequence[str]) -> str:
    return ", ".join("?" * len(columns))
