"""The history of rates as tables: in rows of the catalog for the day, in a file a day afterwards."""

from __future__ import annotations

from datetime import date as day
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quantdeck.tape.chains.catalog import RATE_COLUMNS, RATE_KEY, find_rates
from quantdeck.tape.columns import TEXT
from quantdeck.tape.layout import NS_PER_DAY, date_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

_TYPES: dict[str, pa.DataType] = {
    "ts_ns": pa.int64(),
    "expiry": pa.date32(),
    "tenor_days": pa.int32(),
    "days": pa.int32(),
    "quotes_used": pa.int32(),
    "quotes_flagged": pa.int32(),
    **dict.fromkeys(
        (
            "tau",
            "rate_mid",
            "se",
            "rate_lend",
            "rate_borrow",
            "forward",
            "dividend_yield",
            "spot",
        ),
        pa.float64(),
    ),
}
SCHEMA = pa.schema([(name, _TYPES.get(name, TEXT)) for name in RATE_COLUMNS])
"""Columns of the history: the fields of `RateRow`; absent figures are null."""

_MOST_ROWS = 200_000
"""Rows of one day that stay in the catalog."""


def table_of(rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    """Return rows of the catalog as a table of `SCHEMA`.

    Parameters
    ----------
    rows : sequence of tuple
        Values in the order of the columns; expiries as text.

    Returns
    -------
    pa.Table
        As many rows.
    """
    columns = list(zip(*rows, strict=True)) or [()] * len(RATE_COLUMNS)
    arrays: list[pa.Array] = []
    for field, values in zip(SCHEMA, columns, strict=True):
        if field.name == "expiry":
            made = pa.array([v and day.fromisoformat(v) for v in values], pa.date32())
        elif field.type == TEXT:
            made = pa.array(values, pa.string()).dictionary_encode()
        else:
            made = pa.array(values, field.type)
        arrays.append(made)
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def ready_for_a_file(
    connection: sqlite3.Connection, newest_ns: int
) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Return the rows of every day that is over, or that has very many.

    Parameters
    ----------
    connection : sqlite3.Connection
        The catalog.
    newest_ns : int
        A moment of the present day, UTC. [ns]

    Yields
    ------
    tuple of str and list of tuple
        The day, and its rows.
    """
    place = RATE_COLUMNS.index("ts_ns")
    today = newest_ns // NS_PER_DAY
    count, oldest_ns = connection.execute("SELECT count(*), min(ts_ns) FROM rates").fetchone()
    if not count or (count <= _MOST_ROWS and oldest_ns // NS_PER_DAY >= today):
        return
    rows = find_rates(connection, start_ns=-(2**63), end_ns=2**63 - 1)
    for number, group in groupby(rows, key=lambda row: int(row[place]) // NS_PER_DAY):
        some = list(group)
        if number < today or len(some) > _MOST_ROWS:
            yield date_of(number), some


def name_file(connection: sqlite3.Connection, path: str, date: str, table: pa.Table) -> None:
    """Put the rows of one day, now in a file, out of the catalog and the file into it.

    Parameters
    ----------
    connection : sqlite3.Connection
        The catalog.
    path, date : str
        The file and its day.
    table : pa.Table
        What it holds.
    """
    times = table.column("ts_ns").to_numpy()
    begin = int(times.min()) // NS_PER_DAY * NS_PER_DAY
    connection.execute(
        "DELETE FROM rates WHERE ts_ns >= ? AND ts_ns < ?", (begin, begin + NS_PER_DAY)
    )
    connection.execute(
        "INSERT INTO rate_files VALUES (?, ?, ?, ?, ?)",
        (path, date, int(times.min()), int(times.max()), table.num_rows),
    )


def newest_of_each(table: pa.Table) -> pa.Table:
    """Return a table in the order of time, of rows with the same name only the last.

    Parameters
    ----------
    table : pa.Table
        Rows of `SCHEMA`, newer ones after older ones.

    Returns
    -------
    pa.Table
        Every name once.
    """
    table = table.unify_dictionaries().combine_chunks()
    keys = table.select(RATE_KEY).to_pydict()
    last = {key: i for i, key in enumerate(zip(*keys.values(), strict=True))}
    chosen = np.fromiter(last.values(), dtype=np.int64, count=len(last))
    times = table.column("ts_ns").to_numpy()[chosen]
    return table.take(pa.array(chosen[np.argsort(times, kind="stable")]))


def select(
    parts: Sequence[pa.Table],
    newest: pa.Table,
    *,
    underlying: str | None,
    kind: str | None,
    span: tuple[int, int],
) -> pa.Table:
    """Return what is wanted of several tables, oldest first.

    Parameters
    ----------
    parts : sequence of pa.Table
        Rows of `SCHEMA`, no name twice.
    newest : pa.Table
        Further rows, which may replace some of them.
    underlying, kind : str or None
        Only these; all where None.
    span : tuple of int
        ``span[0] <= ts_ns < span[1]``. [ns]

    Returns
    -------
    pa.Table
        Every name once.
    """
    chosen: list[pa.Table] = [SCHEMA.empty_table()]
    latest_ns = max((pc.max(p.column("ts_ns")).as_py() for p in parts if p.num_rows), default=None)
    for part in (*parts, newest):
        times = part.column("ts_ns")
        keep = pc.and_(pc.greater_equal(times, span[0]), pc.less(times, span[1]))
        for name, value in (("underlying", underlying), ("kind", kind)):
            if value is not None:
                keep = pc.and_(keep, pc.equal(part.column(name).cast(pa.string()), value))
        chosen.append(part.replace_schema_metadata(None).filter(keep))
    table = pa.concat_tables(chosen).unify_dictionaries().combine_chunks()
    times = newest.column("ts_ns").to_numpy()
    if latest_ns is not None and bool((times <= latest_ns).any()):
        # Rows of a day that has its file: rare, and slower.
        return newest_of_each(table)
    return table.take(pa.array(np.argsort(table.column("ts_ns").to_numpy(), kind="stable")))
