"""Histories as tables: a row a bar, every row with its provenance.

The columns of `BARS` are those of a file on disk and of the view ``history`` in SQL, those of `ACTIONS`
of the view ``corporate_actions``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from quantdeck.model.history import HISTORY_DTYPE, HistoryRows
from quantdeck.tape.columns import TEXT

if TYPE_CHECKING:
    from quantdeck.analytics.types import IntArray
    from quantdeck.model.history import History

_FIGURES = ("open", "high", "low", "close", "volume")

BARS = pa.schema(
    [
        ("start_ns", pa.int64()),
        ("symbol", TEXT),
        ("interval", TEXT),
        *((name, pa.float64()) for name in _FIGURES),
        ("currency", TEXT),
        ("calendar", TEXT),
        ("source", TEXT),
        ("feed", TEXT),
        ("delay", TEXT),
        ("fetched_ns", pa.int64()),
        ("ingest_run_id", TEXT),
    ]
)
"""Columns of bars; absent figures are null."""

ACTIONS = pa.schema(
    [
        ("ex_ns", pa.int64()),
        ("symbol", pa.string()),
        ("interval", pa.string()),
        ("kind", pa.string()),
        ("value", pa.float64()),
        ("source", pa.string()),
        ("fetched_ns", pa.int64()),
        ("ingest_run_id", pa.string()),
    ]
)
"""Columns of actions, each beside the interval of the bars that it came with."""


def table_of(history: History) -> pa.Table:
    """Return the bars of a history as a table of `BARS`."""
    rows, told = history.rows, history.provenance
    constant = {
        "symbol": history.symbol,
        "interval": history.interval,
        "currency": history.currency,
        "calendar": history.calendar,
        "source": told.source,
        "feed": history.feed,
        "delay": told.delay.value,
        "ingest_run_id": str(told.run_id),
    }
    columns: list[pa.Array] = []
    for field in BARS:
        if field.name in constant:
            index = pa.array(np.zeros(len(rows), np.int32))
            columns.append(pa.DictionaryArray.from_arrays(index, [constant[field.name]]))
        elif field.name == "fetched_ns":
            columns.append(pa.array(np.full(len(rows), history.fetched_ns, np.int64)))
        else:
            values = np.ascontiguousarray(rows[field.name])
            columns.append(pa.array(values, field.type, from_pandas=True))
    return pa.Table.from_arrays(
        [c.cast(f.type) for c, f in zip(columns, BARS, strict=True)], schema=BARS
    )


def rows_of(table: pa.Table) -> HistoryRows:
    """Return the bars of a table of `BARS`."""
    rows: HistoryRows = np.zeros(table.num_rows, HISTORY_DTYPE)
    for name in HISTORY_DTYPE.names or ():
        # Null is NaN here.
        rows[name] = table.column(name).to_numpy()
    return rows


def merged(known: pa.Table, new: pa.Table) -> pa.Table:
    """Return what is known with the span of a new table replaced, by start.

    Parameters
    ----------
    known, new : pa.Table
        Of `BARS`, each ordered by start; the new one has a row at least.

    Returns
    -------
    pa.Table
        A bar that the new table tells as it is known stays as it is: it keeps the run that brought it.
    """
    old_rows, new_rows = rows_of(known), rows_of(new)
    old_starts, starts = old_rows["start_ns"], new_rows["start_ns"]
    first, after = np.searchsorted(old_starts, [starts[0], starts[-1] + 1]).tolist()
    at = np.searchsorted(old_starts, starts).clip(0, max(0, len(old_starts) - 1))
    known_before = np.zeros(len(starts), np.bool_)
    if len(old_starts):
        known_before = old_starts[at] == starts
        for name in _FIGURES:
            one, other = old_rows[name][at], new_rows[name]
            known_before &= (one == other) | (np.isnan(one) & np.isnan(other))
    if bool(known_before.all()) and after - first == len(starts):
        return known
    # Of both tables in a row, the wanted rows by number.
    middle: IntArray = np.where(known_before, at, len(old_starts) + np.arange(len(starts)))
    every: IntArray = np.arange(len(old_starts))
    wanted = np.concatenate((every[:first], middle, every[after:]))
    both = pa.concat_tables([known, new]).unify_dictionaries()
    return both.take(pa.array(wanted)).combine_chunks()
