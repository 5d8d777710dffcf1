"""A connection to PostgreSQL that several threads use in turn, and that is made anew when it is lost."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from quantdeck.model.errors import BadInput, ConfigError, StoreError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    import psycopg

    Values = Sequence[Any] | Mapping[str, Any]

# What an address may say otherwise. A server that is cut off without a word is noticed within seconds.
_WAYS = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "application_name": "quantdeck",
}


class PostgresPlace:
    """Where a database is, checked before it is asked.

    Parameters
    ----------
    url : str
        As libpq takes it. [libpq connection URI]
    password : str or None
        Kept apart from the address, which is shown.

    Raises
    ------
    ConfigError
        If the driver is not installed, or the address is none or holds a password.
    """

    def __init__(self, url: str, password: str | None) -> None:
        self.driver = _driver()
        said = _checked(self.driver, url)
        self.text = (
            f"at {said.get('host', 'this machine')}, database {said.get('dbname', 'of the user')}"
        )
        """For a person."""
        self._url = url
        self._ways: dict[str, Any] = {n: way for n, way in _WAYS.items() if n not in said}
        if password is not None:
            self._ways["password"] = password

    def connect(self) -> psycopg.Connection[Any]:
        """Return a new connection, whose transactions are begun by word."""
        return cast(
            "psycopg.Connection[Any]",
            self.driver.connect(
                self._url,
                autocommit=True,
                # Values within the statement: one way to the server and back, nothing kept there.
                cursor_factory=self.driver.ClientCursor,
                client_encoding="UTF8",
                **self._ways,
            ),
        )

    @contextmanager
    def told(self) -> Generator[None]:
        """Raise what the driver raises as errors of ours."""
        try:
            yield
        except self.driver.DataError as error:
            raise BadInput(f"PostgreSQL cannot keep this: {_line(error)}") from error
        except self.driver.Error as error:
            raise StoreError(
                f"the records {self.text} cannot be read or written ({_line(error)}); check that the "
                "server runs, that state.url leads to it and that its user may make a schema"
            ) from error


class PostgresLink:
    """One connection, made by the first question and made anew by the next one after it was lost.

    Parameters
    ----------
    place : PostgresPlace
        Where to.
    """

    def __init__(self, place: PostgresPlace) -> None:
        self._place = place
        self._driver = place.driver
        self._lock = threading.Lock()
        self._failures = 0
        self._failure: BaseException | None = None
        self._is_closed = False
        self._connection: psycopg.Connection[Any] | None = None

    def close(self) -> None:
        """End the connection. Idempotent."""
        with self._lock:
            self._is_closed = True
            self._drop()

    @contextmanager
    def held(self) -> Generator[None]:
        """Keep other threads out.

        Raises
        ------
        StoreError
            If no connection could be made meanwhile for the thread before: of many that wait for a server
            that does not answer, each need not find that out for itself.
        """
        before = self._failures
        with self._lock, self._place.told():
            if self._failures != before and self._failure is not None:
                raise self._failure
            yield

    def asked(self, sql: str, parameters: Values = ()) -> psycopg.Cursor[Any]:
        """Ask the first question of a transaction; to be called while `held`.

        A connection may have been lost while it was idle: it is made anew, and asked again, which does
        no harm before anything was changed.
        """
        was_connected = self._connection is not None
        try:
            return self._tried(sql, parameters)
        except self._driver.OperationalError:
            if self._connection is not None or not was_connected:
                raise
            return self._tried(sql, parameters)

    @contextmanager
    def transaction(self, begin: str) -> Generator[psycopg.Connection[Any]]:
        """Give the connection within a transaction, which is undone if the body raises."""
        with self.held():
            self.asked(begin)
            connection = self._connected()
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                self._undo(connection)
                raise

    def _tried(self, sql: str, parameters: Values) -> psycopg.Cursor[Any]:
        connection = self._connected()
        try:
            return connection.execute(sql.encode(), parameters)
        except BaseException:
            self._undo(connection)
            raise

    def _connected(self) -> psycopg.Connection[Any]:
        if self._is_closed:
            raise StoreError(f"the records {self._place.text} are closed")
        if self._connection is None:
            try:
                self._connection = self._place.connect()
            except self._driver.Error as error:
                self._failures, self._failure = self._failures + 1, error
                raise
        return self._connection

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
