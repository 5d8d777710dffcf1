"""The views ``history`` and ``corporate_actions`` of a connection to DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from quantdeck.tape.history.store import FOLDER, BarStore
from quantdeck.tape.history.table import BARS

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import duckdb

VIEWS = ("history", "corporate_actions")
_FETCHED = "make_timestamptz(fetched_ns // 1000) AS fetched_at"


def folder(root: Path) -> str:
    """Return the folder, ending in a slash, that the files of these views lie in."""
    return f"{(root / FOLDER).absolute()}/"


def add_views(
    connection: duckdb.DuckDBPyConnection, root: Path, wanted: Collection[str]
) -> list[Path]:
    """Make the wanted views; return the files that they read.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Where to.
    root : Path
        Data folder.
    wanted : collection of str
        Names; those that are not `VIEWS` are passed over.

    Returns
    -------
    list of Path
        Files.

    Raises
    ------
    StoreError
        If the catalog cannot be read.
    """
    if not any(name in wanted for name in VIEWS):
        return []
    files, actions = BarStore(root).files()
    if "corporate_actions" in wanted:
        connection.register("kept_actions", actions)
        connection.execute(
            "CREATE VIEW corporate_actions AS SELECT make_timestamptz(ex_ns // 1000) AS ex_date, *, "  # noqa: S608
            f"{_FETCHED} FROM kept_actions"
        )
    if "history" not in wanted:
        return []
    connection.register("no_bars", BARS.empty_table())
    columns = ", ".join(
        f'"{f.name}"::VARCHAR AS "{f.name}"' if pa.types.is_dictionary(f.type) else f'"{f.name}"'
        for f in BARS
    )
    query = f"SELECT {columns} FROM no_bars"  # noqa: S608 - names of our own
    if files:
        listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
        plain = ", ".join(f'"{field.name}"' for field in BARS)
        read = f"read_parquet([{listed}], hive_partitioning = false)"
        query += f" UNION ALL SELECT {plain} FROM {read}"  # noqa: S608
    connection.execute(
        f"CREATE VIEW history AS SELECT make_timestamptz(start_ns // 1000) AS time, *, {_FETCHED} "  # noqa: S608
        f"FROM ({query})"
    )
    return files
