"""The manifest: which sealed files the tape consists of, in SQLite.

Written by the tape's writer only, one transaction per sealed segment; read by anyone at any time
(write-ahead logging), one transaction per snapshot: reading files and sealed segments in two would
let a seal fall between them, and counts go backwards.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from quantdeck.model.errors import StoreError
from quantdeck.model.feed import Gap, GapState
from quantdeck.net.sqlite import write_ahead
from quantdeck.ports.catalog import SealedFile, Snapshot

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from pathlib import Path

_FORMAT_VERSION = 1
_BUSY_S = 10.0
# Entry n brings a manifest of version n to version n + 1.
_MIGRATIONS = (
    """
    CREATE TABLE files (
        path TEXT PRIMARY KEY, kind TEXT NOT NULL, source TEXT NOT NULL, delay TEXT NOT NULL,
        symbol TEXT NOT NULL, date TEXT NOT NULL, rows INTEGER NOT NULL,
        ts_min INTEGER NOT NULL, ts_max INTEGER NOT NULL,
        recv_min INTEGER NOT NULL, recv_max INTEGER NOT NULL,
        bytes INTEGER NOT NULL, segment TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX files_of_stream ON files (kind, symbol, source, ts_min);
    CREATE TABLE sealed (segment TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE retired (path TEXT PRIMARY KEY, retired_ns INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE gaps (
        source TEXT NOT NULL, symbol TEXT NOT NULL, kind TEXT NOT NULL,
        first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, found_ns INTEGER NOT NULL,
        after_ts_ns INTEGER, before_ts_ns INTEGER, state TEXT NOT NULL,
        PRIMARY KEY (source, symbol, kind, first_seq)) WITHOUT ROWID;
    """,
)
_FILE_COLUMNS = (
    "path, kind, source, delay, symbol, date, rows, ts_min, ts_max, recv_min, recv_max, bytes, "
    "segment"
)
_GAP_COLUMNS = (
    "source, symbol, kind, first_seq, last_seq, found_ns, after_ts_ns, before_ts_ns, state"
)


class Manifest:
    """The manifest as its one writer has it; a connection used by one thread at a time.

    Fulfils `quantdeck.ports.catalog.Catalog`.

    Parameters
    ----------
    path : Path
        SQLite file; created where absent.

    Raises
    ------
    StoreError
        If it cannot be opened or a newer version of quantdeck wrote it.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            write_ahead(self._connection, patience_s=_BUSY_S)
            self._connection.execute("PRAGMA synchronous = FULL")
            self._migrate()
        except sqlite3.Error as error:
            raise StoreError(
                f"cannot open the manifest {path.name}: {error}; check the folder's permissions "
                "and room, or move the file away to have it rebuilt from the sealed files"
            ) from error

    def catch_up(self) -> None:
        """Nothing: a transaction of SQLite stands or does not."""

    def commit(
        self,
        *,
        add: Sequence[SealedFile] = (),
        retire: Iterable[str] = (),
        sealed: Iterable[str] = (),
        now_ns: int = 0,
    ) -> None:
        """Add and retire files, and note a segment as sealed, all or nothing.

        Parameters
        ----------
        add : sequence of SealedFile
            Files that are complete and flushed.
        retire : iterable of str
            Paths no longer part of the tape; they stay on disk for readers of older snapshots.
        sealed : iterable of str
            Names of the segments whose rows are now all in sealed files.
        now_ns : int
            When files are retired, UTC. [ns]
        """
        with self._transaction() as cursor:
            for path in retire:
                cursor.execute("DELETE FROM files WHERE path = ?", (path,))
                cursor.execute("INSERT OR REPLACE INTO retired VALUES (?, ?)", (path, now_ns))
            for file in add:
                cursor.execute("DELETE FROM retired WHERE path = ?", (file.path,))
                marks = ", ".join("?" * len(file.__struct_fields__))
                cursor.execute(
                    f"INSERT OR REPLACE INTO files ({_FILE_COLUMNS}) VALUES ({marks})",  # noqa: S608
                    _plain(msgspec.structs.astuple(file)),
                )
            for segment in sealed:
                cursor.execute("INSERT OR REPLACE INTO sealed VALUES (?)", (segment,))

    def record_gaps(self, gaps: Iterable[Gap]) -> None:
        """Note gaps, or what became of them."""
        with self._transaction() as cursor:
            for gap in gaps:
                cursor.execute(
                    f"INSERT OR REPLACE INTO gaps ({_GAP_COLUMNS}) "  # noqa: S608
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    _plain((*msgspec.structs.astuple(gap)[:-1], gap.state.value)),
                )

    def snapshot(self) -> Snapshot:
        """Return files and sealed segments as of one moment."""
        return _snapshot(self._connection)

    def retired(self, *, before_ns: int | None = None) -> list[str]:
        """Return the paths retired before a moment, or ever."""
        moment = 2**63 - 1 if before_ns is None else before_ns
        found = self._connection.execute(
            "SELECT path FROM retired WHERE retired_ns <= ?", (moment,)
        )
        return [path for (path,) in found]

    def forget(self, *, retired: Iterable[str] = (), sealed: Iterable[str] = ()) -> None:
        """Drop what was noted of files and segments that are gone from the disk."""
        with self._transaction() as cursor:
            cursor.executemany("DELETE FROM retired WHERE path = ?", [(p,) for p in retired])
            cursor.executemany("DELETE FROM sealed WHERE segment = ?", [(s,) for s in sealed])

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _migrate(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > _FORMAT_VERSION:
            raise StoreError(
                f"the manifest has version {version}, this quantdeck knows {_FORMAT_VERSION}; "
                "open the tape with a newer quantdeck"
            )
        for number in range(version, _FORMAT_VERSION):
            self._connection.executescript(
                f"BEGIN IMMEDIATE; {_MIGRATIONS[number]} PRAGMA user_version = {number + 1}; "
                "COMMIT;"
            )

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Cursor]:
        cursor = self._connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        try:
            yield cursor
            cursor.execute("COMMIT")
        except BaseException:
            # Ctrl-C too: a half-made transaction must not be committed by the next one.
            if self._connection.in_transaction:
                cursor.execute("ROLLBACK")
            raise


class ManifestReader:
    """The manifest as anyone may read it, also from a folder that cannot be written.

    Fulfils `quantdeck.ports.catalog.CatalogReader`.

    Parameters
    ----------
    path : Path
        SQLite file; one that is absent reads as empty.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def snapshot(self) -> Snapshot:
        """Return files and sealed segments as of one moment.

        Raises
        ------
        StoreError
            If the manifest cannot be read.
        """
        with self._open() as connection:
            return Snapshot([], frozenset()) if connection is None else _snapshot(connection)

    def gaps(self) -> list[Gap]:
        """Return all gaps, newest first.

        Raises
        ------
        StoreError
            If the manifest cannot be read.
        """
        with self._open() as connection:
            if connection is None:
                return []
            found = connection.execute(
                f"SELECT {_GAP_COLUMNS} FROM gaps ORDER BY found_ns DESC, first_seq DESC"  # noqa: S608
            )
            return [Gap(*columns, state=GapState(state)) for *columns, state in found]

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection | None]:
        if not self._path.exists():
            yield None
            return
        connection: sqlite3.Connection | None = None
        try:
            connection = self._connect("mode=ro")
            yield connection if self._is_made(connection) else None
        except sqlite3.Error as error:
            raise StoreError(
                f"cannot read the manifest {self._path.name}: {error}; check the permissions of "
                "its folder, or move the file away: the next capture or import makes it anew"
            ) from error
        finally:
            if connection is not None:
                connection.close()

    def _connect(self, how: str) -> sqlite3.Connection:
        uri = f"file:{quote(str(self._path.absolute()))}?{how}"
        connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None)
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            # A write-ahead manifest in a folder that cannot be written has no place for its shared
            # memory; without a pending log nobody writes, and it may be read as it is.
            log = self._path.with_name(self._path.name + "-wal")
            if how != "mode=ro" or (log.exists() and log.stat().st_size > 0):
                raise
            return self._connect("mode=ro&immutable=1")
        return connection

    @staticmethod
    def _is_made(connection: sqlite3.Connection) -> bool:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > _FORMAT_VERSION:
            raise StoreError(
                f"the manifest has version {version}, this quantdeck knows {_FORMAT_VERSION}; "
                "read the tape with a newer quantdeck"
            )
        return version > 0


def _snapshot(connection: sqlite3.Connection) -> Snapshot:
    # One transaction for both tables.
    connection.execute("BEGIN")
    try:
        files = connection.execute(
            f"SELECT {_FILE_COLUMNS} FROM files ORDER BY kind, source, symbol, ts_min, path"  # noqa: S608
        ).fetchall()
        sealed = connection.execute("SELECT segment FROM sealed").fetchall()
    finally:
        connection.execute("COMMIT")
    return Snapshot([SealedFile(*columns) for columns in files], frozenset(s for (s,) in sealed))


def _plain(values: Iterable[Any]) -> tuple[Any, ...]:
    # SQLite stores NumPy's integers as blobs, which compare as text.
    return tuple(int(v) if hasattr(v, "__index__") else v for v in values)
