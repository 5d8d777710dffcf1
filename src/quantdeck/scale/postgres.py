"""The records in PostgreSQL, for decks and schedulers on several machines."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from quantdeck.model.errors import BadInput, StoreError
from quantdeck.scale.postgres_link import PostgresLink, PostgresPlace
from quantdeck.scale.postgres_words import made, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence

    import psycopg

    from quantdeck.ports.database import Connection, Rows

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
        place = PostgresPlace(url, password)
        self._where, self._steps = place.text, steps
        # Who reads does not wait for one of this process that waits for its turn to write.
        self._reader, self._writer = PostgresLink(place), PostgresLink(place)
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
        """End the connections. Idempotent."""
        self._reader.close()
        self._writer.close()

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """Give the connection for a single query.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        with self._reader.held():
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
        with self._writer.transaction(self._to_write) as connection:
            yield _Writing(connection)

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

    # All of the transaction in one message: one way to the server and back.
    def _read(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> Rows:
        found = self._reader.asked(f"{self._to_read}; {sql}; COMMIT", parameters)
        for _ in range(self._to_read.count(";") + 1):
            found.nextset()
        return found


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
