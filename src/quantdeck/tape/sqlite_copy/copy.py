"""Keeps the copy in step with the stores."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from quantdeck.model.errors import BadInput, StoreError
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.collected.store import RecordStore
from quantdeck.tape.history.store import BarStore
from quantdeck.tape.sqlite_copy.tables import (
    RECORD_TABLES,
    TABLES,
    action_rows,
    chain_rows,
    day_rows,
    minute_rows,
    record_rows,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from pathlib import Path

    from quantdeck.ports.history import KeptHistory
    from quantdeck.tape.sqlite_copy.tables import Row

_APPLICATION = 0x51444350
_VERSION = 1
_BUSY_S = 30.0
_MARKS = "quantdeck_copied"


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What became of the copy.

    Parameters
    ----------
    written : dict of str to int
        Rows written anew, by table; tables that were in step are left out.
    rows : dict of str to int
        Rows there are now, by table.
    """

    written: dict[str, int] = field(default_factory=dict[str, int])
    rows: dict[str, int] = field(default_factory=dict[str, int])


class SqliteCopy:
    """One SQLite file with what a data folder holds; readable while it is written.

    Parameters
    ----------
    path : Path
        The file; made where it is not there.
    root : Path
        Data folder.
    """

    def __init__(self, path: Path, root: Path) -> None:
        self._path = path
        self._root = root

    def sync(self, *, anew: bool = False) -> CopyReport:
        """Bring the copy into step with the stores, table by table.

        Every series of bars, kind of record and chain is copied in a transaction of its own, and only
        where it has changed since; a run that is broken off goes on where it was.

        Parameters
        ----------
        anew : bool
            Forget what was copied, and copy everything.

        Returns
        -------
        CopyReport
            What was written.

        Raises
        ------
        BadInput
            If the file is somebody else's database, or none.
        StoreError
            If it cannot be written, or a store cannot be read.
        """
        report = CopyReport()
        with self._opened() as connection:
            if anew:
                with _transaction(connection):
                    for name in (*TABLES, _MARKS):
                        connection.execute(f"DELETE FROM {name}")  # noqa: S608 - names of our own
            known = dict(connection.execute(f"SELECT name, mark FROM {_MARKS}"))  # noqa: S608
            for step in (self._bars, self._records, self._chains):
                for name, rows in step(connection, known):
                    report.written[name] = report.written.get(name, 0) + rows
            for name in TABLES:
                (count,) = connection.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608
                report.rows[name] = count
        return report

    def put_quotes(self, rows: Sequence[Row]) -> None:
        """Add quotes as they come; the same symbol, time and source again replaces the earlier row.

        Parameters
        ----------
        rows : sequence of tuple
            In the order of the columns of ``realtime_quotes``.

        Raises
        ------
        BadInput
            If the file is somebody else's database, or none.
        StoreError
            If it cannot be written.
        """
        with self._opened() as connection, _transaction(connection):
            _put(connection, "realtime_quotes", rows)

    def _bars(
        self, connection: sqlite3.Connection, known: dict[str, str]
    ) -> Iterator[tuple[str, int]]:
        store = BarStore(self._root)
        for kept in store.kept():
            table = {"1d": "ohlcv", "1m": "minute_bars"}.get(kept.interval)
            name = f"bars {kept.symbol} {kept.interval} {kept.source}"
            mark = f"{kept.fetched_ns} {kept.rows} {kept.actions}"
            if table is None or known.get(name) == mark:
                continue
            history = store.read(kept.symbol, kept.interval, source=kept.source)
            rows = day_rows(history) if table == "ohlcv" else minute_rows(history)
            made = {table: rows}
            if table == "ohlcv":
                made["corporate_actions"] = action_rows(history)
            with _transaction(connection):
                for each, its_rows in made.items():
                    _replace(connection, each, kept, its_rows)
                _note(connection, name, mark)
            yield from ((each, len(its_rows)) for each, its_rows in made.items() if its_rows)

    def _records(
        self, connection: sqlite3.Connection, known: dict[str, str]
    ) -> Iterator[tuple[str, int]]:
        store = RecordStore(self._root)
        for name, (kind, _) in RECORD_TABLES.items():
            before = known.get(f"records {name}", "-1 0")
            # What came in the last moment copied is asked for again: more of it may have come since.
            table = store.table(kind, fetched_since_ns=int(before.partition(" ")[0]))
            if not table.num_rows:
                continue
            fetched = table.column("fetched_ns").to_pylist()
            mark = f"{max(fetched)} {fetched.count(max(fetched))}"
            if mark == before:
                continue
            with _transaction(connection):
                _put(connection, name, record_rows(name, table))
                _note(connection, f"records {name}", mark)
            yield name, table.num_rows

    def _chains(
        self, connection: sqlite3.Connection, known: dict[str, str]
    ) -> Iterator[tuple[str, int]]:
        newest: dict[tuple[str, str], str] = {}
        for stored in ChainStore(self._root).snapshots():
            newest.setdefault((stored.source, stored.underlying), stored.path)
        for (source, underlying), path in newest.items():
            name = f"chain {source} {underlying}"
            if known.get(name) == path:
                continue
            try:
                rows = chain_rows(pq.ParquetFile(self._root / path).read())
            except FileNotFoundError:
                # It gave way to a newer one meanwhile, which the next run copies.
                continue
            with _transaction(connection):
                connection.execute(
                    "DELETE FROM option_chain WHERE source = ? AND underlying = ?",
                    (source, underlying),
                )
                _put(connection, "option_chain", rows)
                _note(connection, name, path)
            yield "option_chain", len(rows)

    @contextmanager
    def _opened(self) -> Generator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(
                sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None)
            ) as connection:
                self._check(connection)
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                yield connection
        except sqlite3.DatabaseError as error:
            if "not a database" in str(error):
                raise BadInput(
                    f"{self._path} is no SQLite file; name another with --db-file"
                ) from error
            raise StoreError(
                f"cannot write {self._path}: {error}; check the folder's permissions and room"
            ) from error
        except OSError as error:
            raise StoreError(f"cannot write {self._path}: {error.strerror}") from error

    def _check(self, connection: sqlite3.Connection) -> None:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application == _APPLICATION and version == _VERSION:
            return
        if application == _APPLICATION:
            raise BadInput(
                f"{self._path} was made by another version of quantdeck; remove it, it is made anew"
            )
        if tables:
            raise BadInput(
                f"{self._path} is a database of another program; name another file with --db-file"
            )
        with _transaction(connection):
            for name, columns in TABLES.items():
                connection.execute(f"CREATE TABLE {name} ({columns}) WITHOUT ROWID")
            connection.execute(f"CREATE TABLE {_MARKS} (name TEXT PRIMARY KEY, mark TEXT)")
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {_VERSION}")


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Generator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # Ctrl-C too must not leave a transaction open that others wait for.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _replace(
    connection: sqlite3.Connection, table: str, kept: KeptHistory, rows: Sequence[Row]
) -> None:
    connection.execute(
        f"DELETE FROM {table} WHERE symbol = ? AND source = ?",  # noqa: S608 - names of our own
        (kept.symbol, kept.source),
    )
    _put(connection, table, rows)


def _put(connection: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)  # noqa: S608


def _note(connection: sqlite3.Connection, name: str, mark: str) -> None:
    connection.execute(f"INSERT OR REPLACE INTO {_MARKS} VALUES (?, ?)", (name, mark))  # noqa: S608
