"""The file: opened, brought to the present version, and asked one transaction at a time."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing, contextmanager
from secrets import token_hex
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


class SqliteDatabase:
    """A SQLite file that several threads and processes may use at once.

    Fulfils `quantdeck.ports.database.Database`.

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
                self._keep_former()
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

    # What an update changes cannot be undone: whoever goes back to the release of before finds the file as
    # that release left it.
    def _keep_former(self) -> None:
        version = _version(self._connection)
        kept = former_file(self._path, version)
        if not 0 < version < len(self._steps) or kept.exists():
            return
        aside = kept.with_name(f"{kept.name}.{token_hex(4)}")
        try:
            os.close(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, _PRIVATE))
            with closing(sqlite3.connect(aside)) as copy:
                self._connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
                # Another process may have brought the file up to date meanwhile, and has kept it then.
                is_former = _version(copy) == version
            if is_former:
                aside.replace(kept)
        except OSError as error:
            raise StoreError(
                f"the records {self._path} are of version {version} and cannot be copied before they are "
                f"brought to version {len(self._steps)} ({error.strerror}); free room"
            ) from error
        finally:
            aside.unlink(missing_ok=True)

    def _prepare(self) -> bool:
        ask = self._connection.execute
        write_ahead(self._connection, patience_s=_BUSY_S)
        ask("PRAGMA synchronous = FULL")
        ask("PRAGMA foreign_keys = ON")
        with _transaction(self._connection):
            # Asked within the transaction: another process may be bringing the file up to date, too.
            version = _version(self._connection)
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


def former_file(path: Path, version: int) -> Path:
    """Return where a file is kept as it was before an update.

    Parameters
    ----------
    path : Path
        The file.
    version : int
        Its version before.

    Examples
    --------
    >>> from pathlib import Path
    >>> former_file(Path("data/records.sqlite"), 3).name
    'records.v3.sqlite'
    """
    return path.with_name(f"{path.stem}.v{version}{path.suffix}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


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
