"""A database with tables: asked in SQL that SQLite and PostgreSQL both take, a transaction at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager


class Rows(Protocol):
    """What a statement has found or changed."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        ...

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row; None behind the last."""
        ...

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows that are left."""
        ...


class Connection(Protocol):
    """Takes the statements of one transaction."""

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = (), /) -> Rows:
        """Run one statement.

        Parameters
        ----------
        sql : str
            With ``?`` or ``:name`` for values.
        parameters : sequence or mapping
            The values.

        Returns
        -------
        Rows
            To be read before the next statement.
        """
        ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Rows:
        """Run one statement for each of many sequences of values."""
        ...


class Database(Protocol):
    """Tables that several threads, processes and, where it is a server, machines use at once.

    One transaction writes at a time, whoever asks: what `writing` gives sees all that ended before and
    nothing that has not. What `writing` has ended is on the disk.

    Attributes
    ----------
    is_new : bool
        True where the tables were made by opening it.
    """

    is_new: bool

    def reading(self) -> AbstractContextManager[Connection]:
        """Give the connection for a single query.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """Give the connection within a transaction, which is undone if the body raises.

        Raises
        ------
        StoreError
            If it cannot be written. What the transaction was to change is unchanged, but where the
            connection is lost at its very end: then it may have ended.
        """
        ...

    def close(self) -> None:
        """End it. Idempotent."""
        ...
