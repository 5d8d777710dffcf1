"""A store of sealed files that several machines read: a bucket, or a folder that all of them mount."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb
    import pyarrow as pa


class Store(Protocol):
    """Files under names that are never used for anything else. May be used by several threads."""

    @property
    def url(self) -> str:
        """Where it is, for people; without secrets."""
        ...

    def put(self, local: Path, path: str) -> None:
        """Copy a file into the store; it appears whole or not at all, and may be put again.

        Raises
        ------
        StoreError
            If the store does not answer or refuses.
        OSError
            If the file cannot be read.
        """
        ...

    def open(self, path: str) -> pa.NativeFile:
        """Open a file for reading; the caller closes it.

        Raises
        ------
        FileNotFoundError
            If there is none.
        StoreError
            If the store does not answer or refuses.
        """
        ...

    def remove(self, paths: Sequence[str]) -> None:
        """Remove files; one that is not there is no error.

        Raises
        ------
        StoreError
            If the store does not answer or refuses.
        """
        ...

    def older(self, folders: Sequence[str], *, before_ns: int) -> list[str]:
        """Return the files below folders that were put before a moment, UTC. [ns].

        Raises
        ------
        StoreError
            If the store does not answer or refuses.
        """
        ...

    def address(self, path: str) -> str:
        """Return what DuckDB is given to read a file, or a folder where it ends in a slash."""
        ...

    def let_read(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make a connection able to read the addresses.

        Raises
        ------
        StoreError
            If it cannot be.
        """
        ...
