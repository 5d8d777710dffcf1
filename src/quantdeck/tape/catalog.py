"""Catalogs in SQLite: which files there are, and what is in no file.

Readers and writers of several processes use one at the same time (write-ahead logging, short
transactions); a file counts from the transaction that names it, and no longer.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from quantdeck.model.errors import StoreError
from quantdeck.net.sqlite import write_ahead

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_BUSY_S = 10.0


class CatalogFile:
    """The catalog in one file; every call opens it for itself.

    Parameters
    ----------
    path : Path
        SQLite file; made by the first writer.
    schema : str
        Statements that make its tables, with semicolons between.
    version : int
        Of the schema.
    """

    def __init__(self, path: Path, *, schema: str, version: int) -> None:
        self._path = path
        self._schema = schema
        self._newest = version

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """Open the catalog in a transaction that is committed at the end, or undone by an error.

        Raises
        ------
        StoreError
            If it cannot be opened or written, or a newer version of quantdeck wrote it.
        """
        try:
            with closing(self._open_to_write()) as connection:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    # Ctrl-C too must not leave a transaction open that others wait for.
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
        except sqlite3.Error as error:
            raise StoreError(
                f"cannot write {self._path}: {error}; check the folder's permissions and room"
            ) from error

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection | None]:
        """Open the catalog as of one moment; None where there is none yet.

        Raises
        ------
        StoreError
            If it cannot be read, or a newer version of quantdeck wrote it.
        """
        if not self._path.exists():
            yield None
            return
        uri = f"file:{quote(str(self._path.absolute()))}?mode=ro"
        try:
            with closing(
                sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None)
            ) as connection:
                if self._version(connection) == 0:
                    yield None
                    return
                connection.execute("BEGIN")
                yield connection
        except sqlite3.Error as error:
            raise StoreError(
                f"cannot read {self._path}: {error}; check the folder's permissions"
            ) from error

    def _open_to_write(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None)
        try:
            write_ahead(connection, patience_s=_BUSY_S)
            connection.execute("PRAGMA synchronous = FULL")
            if self._version(connection) == 0:
                connection.execute("BEGIN IMMEDIATE")
                if self._version(connection) == 0:
                    for statement in self._schema.split(";"):
                        connection.execute(statement)
                    connection.execute(f"PRAGMA user_version = {self._newest}")
                connection.execute("COMMIT")
        except BaseException:
            # Whoever interrupts the opening has no connection to close.
            connection.close()
            raise
        return connection

    def _version(self, connection: sqlite3.Connection) -> int:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > self._newest:
            raise StoreError(
                f"{self._path} has version {version}, this quantdeck knows {self._newest}; "
                "use a newer quantdeck"
            )
        return int(version)
