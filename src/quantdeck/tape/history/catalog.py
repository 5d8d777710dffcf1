"""The catalog of histories: which file has the bars of which symbol, and all corporate actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.history import ActionKind, CorporateAction
from quantdeck.ports.history import KeptHistory
from quantdeck.tape.catalog import CatalogFile

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_FORMAT_VERSION = 1
_KEPT = KeptHistory.__struct_fields__
_COLUMNS = (*_KEPT, "ingest_run_id", "path")
Key = tuple[str, str, str]
"""Symbol, interval and source."""

_SCHEMA = f"""
CREATE TABLE histories ({", ".join(_COLUMNS)},
    PRIMARY KEY (symbol, interval, source)) WITHOUT ROWID;
CREATE TABLE actions (
    symbol TEXT NOT NULL, interval TEXT NOT NULL, source TEXT NOT NULL, ex_ns INTEGER NOT NULL,
    kind TEXT NOT NULL, value REAL NOT NULL, fetched_ns INTEGER NOT NULL,
    ingest_run_id TEXT NOT NULL);
CREATE INDEX actions_of_history ON actions (symbol, interval, source, ex_ns);
CREATE TABLE retired (path TEXT PRIMARY KEY, retired_ns INTEGER NOT NULL) WITHOUT ROWID
"""


class Entry(msgspec.Struct, frozen=True):
    """One history of the catalog.

    Parameters
    ----------
    kept : KeptHistory
        What it is.
    ingest_run_id : str
        The run that fetched it last.
    path : str
        Its file, relative to the data folder.
    """

    kept: KeptHistory
    ingest_run_id: str
    path: str


def catalog_in(path: Path) -> CatalogFile:
    """Return the catalog in a file, which its first writer makes."""
    return CatalogFile(path, schema=_SCHEMA, version=_FORMAT_VERSION)


def find(
    connection: sqlite3.Connection,
    *,
    symbol: str | None = None,
    interval: str | None = None,
    source: str | None = None,
) -> list[Entry]:
    """Return what is kept, by symbol, interval and source."""
    found = connection.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM histories "  # noqa: S608 - names of our own
        "WHERE (?1 IS NULL OR symbol = ?1) AND (?2 IS NULL OR interval = ?2) "
        "AND (?3 IS NULL OR source = ?3) ORDER BY symbol, interval, source",
        (symbol, interval, source),
    )
    return [Entry(KeptHistory(*row[:-2]), row[-2], row[-1]) for row in found]


def put(connection: sqlite3.Connection, entry: Entry) -> None:
    """Name a history's file, in the place of the one before."""
    marks = ", ".join("?" * len(_COLUMNS))
    connection.execute(
        f"INSERT OR REPLACE INTO histories VALUES ({marks})",  # noqa: S608 - question marks
        (*msgspec.structs.astuple(entry.kept), entry.ingest_run_id, entry.path),
    )


def find_actions(connection: sqlite3.Connection, key: Key) -> list[CorporateAction]:
    """Return the actions of a history, oldest first."""
    found = connection.execute(
        "SELECT ex_ns, kind, value FROM actions WHERE symbol = ? AND interval = ? AND source = ? "
        "ORDER BY ex_ns, kind, value",
        key,
    )
    return [CorporateAction(ex_ns, ActionKind(kind), value) for ex_ns, kind, value in found]


def put_actions(
    connection: sqlite3.Connection,
    key: Key,
    actions: Iterable[CorporateAction],
    *,
    span_ns: tuple[int, int],
    told: tuple[int, str],
) -> None:
    """Replace the actions of a span; one that is known as it is told keeps the run that brought it.

    Parameters
    ----------
    connection : sqlite3.Connection
        The catalog, in a transaction.
    key : tuple of str
        Of the history.
    actions : iterable of CorporateAction
        Those of the span; of others, those of the same day and kind are replaced.
    span_ns : tuple of int
        First start and end of the bars that they came with. [ns]
    told : tuple
        When they were fetched [ns], and by which run.
    """
    new = set(actions)
    days = {(each.ex_ns, each.kind) for each in new}
    known = set(find_actions(connection, key))
    gone = {
        each
        for each in known - new
        if span_ns[0] <= each.ex_ns < span_ns[1] or (each.ex_ns, each.kind) in days
    }
    connection.executemany(
        "DELETE FROM actions WHERE symbol = ? AND interval = ? AND source = ? AND ex_ns = ? "
        "AND kind = ? AND value = ?",
        [(*key, each.ex_ns, each.kind.value, each.value) for each in gone],
    )
    connection.executemany(
        "INSERT INTO actions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(*key, each.ex_ns, each.kind.value, each.value, *told) for each in sorted(new - known)],
    )


def all_actions(connection: sqlite3.Connection) -> list[Sequence[object]]:
    """Return every action as a tuple of the columns of `quantdeck.tape.history.table.ACTIONS`."""
    return connection.execute(
        "SELECT ex_ns, symbol, interval, kind, value, source, fetched_ns, ingest_run_id "
        "FROM actions ORDER BY symbol, interval, source, ex_ns, kind"
    ).fetchall()


def retire(connection: sqlite3.Connection, path: str, *, now_ns: int) -> None:
    """Note that a file is given up; it stays on disk for readers that know it already."""
    connection.execute("INSERT OR REPLACE INTO retired VALUES (?, ?)", (path, now_ns))


def take_retired(connection: sqlite3.Connection, *, before_ns: int) -> list[str]:
    """Forget files retired before a moment and return them."""
    found = connection.execute("SELECT path FROM retired WHERE retired_ns <= ?", (before_ns,))
    paths = [path for (path,) in found]
    connection.execute("DELETE FROM retired WHERE retired_ns <= ?", (before_ns,))
    return paths


def all_paths(connection: sqlite3.Connection) -> set[str]:
    """Return every file that is named, or was until a moment ago."""
    found = connection.execute("SELECT path FROM histories UNION SELECT path FROM retired")
    return {path for (path,) in found}
