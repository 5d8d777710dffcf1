"""The views ``chains`` and ``box_rates`` of a connection to DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from quantdeck.tape.chains import rates, table
from quantdeck.tape.chains.store import FOLDER, ChainStore

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import duckdb

VIEWS = ("chains", "box_rates")
_TIMES = {"chains": "taken_ns", "box_rates": "ts_ns"}
_SCHEMAS = {"chains": table.SCHEMA, "box_rates": rates.SCHEMA}


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
    names = [name for name in VIEWS if name in wanted]
    if not names:
        return []
    snapshots, of_rates, rows = ChainStore(root).files()
    files = {"chains": snapshots, "box_rates": of_rates}
    tails = {"chains": table.SCHEMA.empty_table(), "box_rates": rows}
    for name in names:
        connection.register(f"newest_{name}", tails[name])
        connection.execute(f"CREATE VIEW {name} AS {_query(name, files[name])}")
    return [path for name in names for path in files[name]]


def _query(name: str, paths: list[Path]) -> str:
    fields = _SCHEMAS[name]
    columns = ", ".join(
        f'"{field.name}"::VARCHAR AS "{field.name}"'
        if pa.types.is_dictionary(field.type)
        else f'"{field.name}"'
        for field in fields
    )
    parts = [f"SELECT {columns} FROM newest_{name}"]  # noqa: S608 - names of our own
    if paths:
        listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
        plain = ", ".join(f'"{field.name}"' for field in fields)
        parts.append(
            f"SELECT {plain} FROM read_parquet([{listed}], hive_partitioning = false)"  # noqa: S608
        )
    rows = " UNION ALL ".join(parts)
    return f"SELECT make_timestamptz({_TIMES[name]} // 1000) AS time, * FROM ({rows})"  # noqa: S608
