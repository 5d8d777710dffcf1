"""The file: opened, brought to the present version, and asked one transaction at a time."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from quantdeck.model.errors import StoreError
from quantdeck.net.sqlite import write_ahead
from quantdeck.records.schema import STEPS

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

_BUSY_S = 10.0
_PRIVATE = 0o600
_PRIVATE_FOLDER = 0o700


class Database:
    """A SQLite file that several threads and processes may use at once.

    Every transaction that has ended is on the disk (``synchronous=FULL``): what was acknowledged
    survives the end of the process and of the power.

    Parameters
    ----------
    path : Path
        Made, for the owner alone, where it is not there yet.
    steps : sequence of sequence of str
        Statements that bring the file from one version to the next.

    Attributes
    ----------
    is_new : bool
        True where the file was made by this call.

    Raises
    ------
    StoreError
        If the file cannot be opened, is no database, or is of a newer version.
    """

    def __init__(self, path: Path, steps: Sequence[Sequence[str]] = STEPS) -> None:
        self._path = path
        self._steps = steps
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
            # SQLite gives its journal the mode of the file, but makes the file itself for everybody.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE))
        except OSError as error:
            raise StoreError(
                f"the records {path} cannot be opened ({error.strerror}); check who owns the folder, "
                "or choose another with --data-dir"
            ) from error
        with self._told():
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
        try:
            with self._told():
                self.is_new = self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file. Idempotent."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """Give the connection for a single query.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        with self._lock, self._told():
            yield self._connection

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """Give the connection within a transaction, which is undone if the body raises.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        with self._lock, self._told(), _transaction(self._connection):
            yield self._connection

    def _prepare(self) -> bool:
        ask = self._connection.execute
        write_ahead(self._connection, patience_s=_BUSY_S)
        ask("PRAGMA synchronous = FULL")
        ask("PRAGMA foreign_keys = ON")
        with _transaction(self._connection):
            # Asked within the transaction: another process may be bringing the file up to date, too.
            version: int = ask("PRAGMA user_version").fetchone()[0]
            if version > len(self._steps):
                raise StoreError(
                    f"the records {self._path} were written by a newer quantdeck (version {version}, "
                    f"this one knows {len(self._steps)}); update quantdeck, or choose another --data-dir"
                )
            for step in self._steps[version:]:
                for statement in step:
                    ask(statement)
            ask(f"PRAGMA user_version = {len(self._steps)}")
        return version == 0

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(
                f"the records {self._path} cannot be read or written ({error}); check the disk and "
                "that no other program holds the file"
            ) from error


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Generator[None]:
    # At once a writer: one that begins as a reader may find that it cannot become one.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
