"""Sealed files: reading a range of one, and knowing which events are already in them."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from quantdeck.tape.columns import key_fields, schema

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from quantdeck.model.events import Kind
    from quantdeck.ports.catalog import SealedFile
    from quantdeck.tape.layout import Layout

Keys = dict[str, "NDArray[np.int64]"]
"""The fields of a key as arrays of equal length."""

_EARLIEST, _LATEST = -(2**63), 2**63 - 1


def overlapping(
    files: Iterable[SealedFile], start_ns: int | None, end_ns: int | None
) -> list[SealedFile]:
    """Return the files that may hold events with ``start_ns <= ts_event < end_ns``."""
    start = _EARLIEST if start_ns is None else start_ns
    end = _LATEST if end_ns is None else end_ns
    return [f for f in files if f.ts_max >= start and f.ts_min < end]


@contextmanager
def parquet_file(layout: Layout, path: str) -> Generator[pq.ParquetFile]:
    """Open a sealed file.

    Parameters
    ----------
    layout : Layout
        The tape.
    path : str
        As the catalog has it.

    Yields
    ------
    pq.ParquetFile
        Closed at the end.

    Raises
    ------
    FileNotFoundError
        If the file has been removed since the catalog named it.
    StoreError
        If the store does not answer.
    """
    opened = layout.opened(path)
    if isinstance(opened, Path):
        with pq.ParquetFile(opened, pre_buffer=False) as file:
            yield file
        return
    try:
        # A store takes milliseconds to answer: it is asked for all columns of a row group at once.
        with opened, pq.ParquetFile(opened, pre_buffer=True) as file:
            yield file
    except OSError:
        # Removed, or out of reach, since it was opened? Asking again tells which.
        again = layout.opened(path)
        if not isinstance(again, Path):
            again.close()
        raise


def read_range(
    layout: Layout,
    path: str,
    kind: Kind,
    *,
    start_ns: int | None = None,
    end_ns: int | None = None,
    columns: Sequence[str] | None = None,
) -> pa.Table:
    """Return the events of a file with ``start_ns <= ts_event < end_ns``.

    Parameters
    ----------
    layout : Layout
        The tape.
    path : str
        The file, as the catalog has it.
    kind : Kind
        What it holds.
    start_ns, end_ns : int, optional
        Range of event time, UTC; no bound where left out. [ns]
    columns : sequence of str, optional
        Which columns; all by default.

    Returns
    -------
    pa.Table
        Ordered by the key. Only the row groups that can hold such events are read.

    Raises
    ------
    FileNotFoundError
        If the file has been removed since the manifest named it.
    """
    wanted = list(schema(kind).names if columns is None else columns)
    needed = wanted if "ts_event" in wanted else ["ts_event", *wanted]
    with parquet_file(layout, path) as file:
        groups = _groups_in_range(file, start_ns, end_ns)
        table = file.read_row_groups(groups, columns=needed, use_threads=False)
    table = table.select(needed)
    inside = _inside(table.column("ts_event").to_numpy(), start_ns, end_ns)
    return table.slice(inside.start, inside.stop - inside.start).select(wanted)


def _groups_in_range(file: pq.ParquetFile, start_ns: int | None, end_ns: int | None) -> list[int]:
    every = range(file.num_row_groups)
    if start_ns is None and end_ns is None:
        return list(every)
    spans = [(g, *group_span(file, g, "ts_event")) for g in every]
    start = _EARLIEST if start_ns is None else start_ns
    end = _LATEST if end_ns is None else end_ns
    return [g for g, first, last in spans if last >= start and first < end]


def group_span(file: pq.ParquetFile, group: int, column: str) -> tuple[int, int]:
    """Return the least and greatest value of an integer column in a row group."""
    described = file.metadata.row_group(group)
    index = file.schema_arrow.names.index(column)
    statistics = described.column(index).statistics
    return statistics.min, statistics.max


def _inside(times: NDArray[np.int64], start_ns: int | None, end_ns: int | None) -> slice:
    first = 0 if start_ns is None else int(np.searchsorted(times, start_ns, side="left"))
    stop = len(times) if end_ns is None else int(np.searchsorted(times, end_ns, side="left"))
    return slice(first, max(first, stop))


def known_keys(
    layout: Layout, kind: Kind, files: Iterable[SealedFile], first_ns: int, last_ns: int
) -> Keys | None:
    """Return the keys of the events already sealed from one event time to another.

    Parameters
    ----------
    layout : Layout
        The tape.
    kind : Kind
        What the files hold.
    files : iterable of SealedFile
        All files of one (kind, source, symbol).
    first_ns, last_ns : int
        Event times, both included. [ns]

    Returns
    -------
    dict of arrays or None
        Key fields; None where nothing is sealed there.

    Raises
    ------
    FileNotFoundError
        If a file has been removed since the manifest named it.
    """
    names = key_fields(kind)
    tables = [
        read_range(layout, f.path, kind, start_ns=first_ns, end_ns=last_ns + 1, columns=names)
        for f in overlapping(files, first_ns, last_ns + 1)
    ]
    if not any(table.num_rows for table in tables):
        return None
    together = pa.concat_tables(tables)
    return {name: together.column(name).to_numpy() for name in names}


def is_new(kind: Kind, columns: Mapping[str, NDArray[Any]] | Any, known: Keys) -> NDArray[np.bool_]:
    """Return which rows have a key that is not known.

    Parameters
    ----------
    kind : Kind
        Which key.
    columns : mapping of str to array, or structured array, of shape (n,)
        The key fields of the rows; no key twice.
    known : dict of arrays
        Keys.

    Returns
    -------
    array of bool of shape (n,)
        False where the key is known.
    """
    names = key_fields(kind)
    count = len(known[names[0]])
    keys = [np.concatenate([known[name], columns[name]]) for name in names]
    order = np.lexsort(keys[::-1])  # Stable: known keys come before equal new ones.
    repeated = np.ones(len(order) - 1, dtype=bool)
    for key in keys:
        ordered = key[order]
        repeated &= ordered[1:] == ordered[:-1]
    new = np.ones(len(order), dtype=bool)
    new[order[1:][repeated]] = False
    return new[count:]
