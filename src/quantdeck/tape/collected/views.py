"""The views ``news``, ``fundamentals``, ``indicators`` and ``quotes_asked`` of a connection to DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.collected import RECORDS
from quantdeck.tape.collected.store import RecordStore

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import duckdb

VIEWS = tuple(kind.DATASET for kind in RECORDS)


def add_views(connection: duckdb.DuckDBPyConnection, root: Path, wanted: Collection[str]) -> None:
    """Make the wanted views, of what is kept at the moment.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Where to.
    root : Path
        Data folder.
    wanted : collection of str
        Names; those that are not `VIEWS` are passed over.

    Raises
    ------
    StoreError
        If the records cannot be read.
    """
    store = RecordStore(root)
    for kind in RECORDS:
        if kind.DATASET not in wanted:
            continue
        connection.register(f"kept_{kind.DATASET}", store.table(kind))
        connection.execute(
            f"CREATE VIEW {kind.DATASET} AS "  # noqa: S608 - names of our own
            f"SELECT make_timestamptz({kind.TIME} // 1000) AS time, *, "
            "make_timestamptz(fetched_ns // 1000) AS fetched_at "
            f"FROM kept_{kind.DATASET}"
        )
