"""The records in PostgreSQL, for decks and schedulers on several machines."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from quantdeck.model.errors import BadInput, ConfigError, StoreError
from quantdeck.scale.postgres_words import made, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence

    import psycopg

    from quantdeck.ports.database import Connection, Rows

# What an address may say otherwise. A server that is cut off without a word is noticed within seconds.
_WAYS = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "application_name": "quantdeck",
}
# Longer than any transaction of ours takes, so that what is met is a holder that hangs.
_BUSY_S = 10.0
_HUNG_S = 30.0


class PostgresDatabase:
    """Tables in a schema of a PostgreSQL database that several machines may use at once.

    Fulfils `quantdeck.ports.database.Database`: a lock of the database lets one transaction write at a
    time, as SQLite does, so that what is right with several processes on one file is right here.
    A connection that is lost, as when the server is started again, is made anew by the next transaction.

    Parameters
    ----------
    url : str
        Such as ``postgresql://quantdeck@db.example/quantdeck``; several hosts and ``sslmode`` as libpq
        takes them. [libpq connection URI]
    password : str or None
        Kept apart from the address, which is shown; libpq's own ways (``~/.pgpass``) where None.
    schema : str
        Made where absent.
    steps : sequence of sequence of str
        Statements that bring the tables from one version to the next; see `quantdeck.records.schema`.
    busy_s : float
        How long to wait for another that writes. [s]
    hung_s : float
        How long a transaction may do nothing before the server undoes it, so that a process that hangs
        or a machine that is cut off holds nobody up for ever. [s]

    Attributes
    ----------
    is_new : bool
        True where the tables were made by this call.

    Raises
    ------
    ConfigError
        If the driver is not installed, or the address is none or holds a password.
    StoreError
        If the server does not answer, refuses, or the tables are of a newer version.
    """

    def __init__(
        self,
        url: str,
        *,
        schema: str,
        steps: Sequence[Sequence[str]],
        password: str | None = None,
        busy_s: float = _BUSY_S,
        hung_s: float = _HUNG_S,
    ) -> None:
        self._driver = _driver()
        said = _checked(self._driver, url)
        self._where = (
            f"at {said.get('host', 'this machine')}, database {said.get('dbname', 'of the user')}"
        )
        self._url, self._steps = url, steps
        self._ways: dict[str, Any] = {n: way for n, way in _WAYS.items() if n not in said}
        if password is not None:
            self._ways["password"] = password
        self._schema = schema
        self._lock = threading.Lock()
        self._is_closed = False
        self._connection: psycopg.Connection[Any] | None = None
        quoted = '"' + schema.replace('"', '""') + '"'
        # All of it goes with each transaction, so that a pool between here and the server may be used.
        within = (
            f"SET LOCAL search_path TO {quoted}; SET LOCAL lock_timeout TO {busy_s * 1e3:.0f}; "
            f"SET LOCAL idle_in_transaction_session_timeout TO {hung_s * 1e3:.0f}"
        )
        name = schema.replace("'", "''")
        self._to_read = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {within}"
        # With one snapshot for all of it, a transaction would not see what was written while it waited.
        self._to_write = (
            f"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; {within}; "
            f"SELECT pg_advisory_xact_lock(hashtextextended('quantdeck {name}', 0))"
        )
        self._quoted = quoted
        try:
            self.is_new = self._prepare()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the connection. Idempotent."""
        with self._lock:
            self._is_closed = True
            self._drop()

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """Give the connection for a single query.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        with self._lock, self._told():
            yield _Reading(self._read)

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """Give the connection within a transaction, which is undone if the body raises.

        Raises
        ------
        BadInput
            If a text has a character that PostgreSQL keeps none of.
        StoreError
            If it cannot be written.
        """
        with self._lock, self._transaction(self._to_write) as connection:
            yield connection

    def _prepare(self) -> bool:
        with self.writing() as connection:
            run = cast("_Writing", connection).run
            run(f"CREATE SCHEMA IF NOT EXISTS {self._quoted}")
            run("CREATE TABLE IF NOT EXISTS made_by_steps (number BIGINT NOT NULL)")
            version: int = run("SELECT coalesce(max(number), 0) FROM made_by_steps").fetchall()[0][
                0
            ]
            if version > len(self._steps):
                raise StoreError(
                    f"the records {self._where} were written by a newer quantdeck (version {version}, "
                    f"this one knows {len(self._steps)}); update quantdeck, or choose another state.url"
                )
            # PostgreSQL makes tables within a transaction: all steps are done, or none.
            for number, step in enumerate(self._steps[version:], version + 1):
                for statement in step:
                    run(made(statement))
                connection.execute("INSERT INTO made_by_steps VALUES (?)", (number,))
        return version == 0

    @contextmanager
    def _transaction(self, begin: str) -> Generator[_Writing]:
        with self._told():
            self._asked(begin)
            connection = self._connected()
            try:
                yield _Writing(connection)
                connection.execute("COMMIT")
            except BaseException:
                self._undo(connection)
                raise

    # All of the transaction in one message: one way to the server and back.
    def _read(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> Rows:
        found = self._asked(f"{self._to_read}; {sql}; COMMIT", parameters)
        for _ in range(self._to_read.count(";") + 1):
            found.nextset()
        return found

    # A connection may have been lost while it was idle: it is made anew, and asked again, which does no
    # harm before anything was changed.
    def _asked(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
    ) -> psycopg.Cursor[Any]:
        was_connected = self._connection is not None
        try:
            return self._tried(sql, parameters)
        except self._driver.OperationalError:
            if self._connection is not None or not was_connected:
                raise
            return self._tried(sql, parameters)

    def _tried(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any]
    ) -> psycopg.Cursor[Any]:
        connection = self._connected()
        try:
            return connection.execute(sql.encode(), parameters)
        except BaseException:
            self._undo(connection)
            raise

    def _connected(self) -> psycopg.Connection[Any]:
        if self._is_closed:
            raise StoreError(f"the records {self._where} are closed")
        connection = self._connection
        if connection is None:
            self._connection = connection = cast(
                "psycopg.Connection[Any]",
                self._driver.connect(
                    self._url,
                    autocommit=True,
                    # Values within the statement: one way to the server and back, nothing kept there.
                    cursor_factory=self._driver.ClientCursor,
                    client_encoding="UTF8",
                    **self._ways,
                ),
            )
        return connection

    def _undo(self, connection: psycopg.Connection[Any]) -> None:
        try:
            connection.execute("ROLLBACK")
        except self._driver.Error:
            # The server undoes what a connection that is gone has begun.
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except self._driver.DataError as error:
            raise BadInput(f"PostgreSQL cannot keep this: {_line(error)}") from error
        except self._driver.Error as error:
            raise StoreError(
                f"the records {self._where} cannot be read or written ({_line(error)}); check that the "
                "server runs, that state.url leads to it and that its user may make a schema"
            ) from error


class _Reading:
    """Fulfils `quantdeck.ports.database.Connection`, each statement with a snapshot of its own."""

    def __init__(self, read: Callable[[str, Sequence[Any] | Mapping[str, Any]], Rows]) -> None:
        self._read = read

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = (), /) -> Rows:
        return self._read(spoken(sql), parameters)

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Rows:  # noqa: ARG002
        raise BadInput("what changes rows asks for writing, was reading")


class _Writing:
    """Fulfils `quantdeck.ports.database.Connection` within a transaction."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = (), /) -> Rows:
        return self._connection.execute(spoken(sql).encode(), parameters)

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Rows:
        cursor = self._connection.cursor()
        cursor.executemany(spoken(sql).encode(), parameters)
        return cursor

    def run(self, sql: str) -> Rows:
        return self._connection.execute(sql.encode())


def _driver() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise ConfigError(
            "state.url asks for PostgreSQL, whose driver is not installed; install quantdeck[scale]"
        ) from error
    return psycopg


def _checked(driver: Any, url: str) -> dict[str, Any]:
    try:
        parts: dict[str, Any] = driver.conninfo.conninfo_to_dict(url)
    except driver.Error as error:
        raise ConfigError(
            "state.url is no address of PostgreSQL; give one such as "
            "postgresql://quantdeck@127.0.0.1/quantdeck"
        ) from error
    if "password" in parts:
        raise ConfigError(
            "state.url holds a password; leave it out, and set PGPASSWORD in the environment"
        )
    return parts


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
