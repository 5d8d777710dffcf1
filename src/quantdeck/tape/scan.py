"""Scanning: the events of a kind in the order of their keys, with bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from quantdeck.tape.columns import key_fields, order_of
from quantdeck.tape.merge import Loaded, Run, merged
from quantdeck.tape.sealed import group_span, overlapping, parquet_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from quantdeck.model.events import Kind
    from quantdeck.tape.layout import Layout
    from quantdeck.tape.snapshot import Snapshots, TapeSnapshot


@dataclass(frozen=True, slots=True)
class Range:
    """Which events to scan.

    Parameters
    ----------
    kind : Kind
        What they are.
    symbols : collection of str or None
        Of which symbols; all where None.
    start_ns, end_ns : int or None
        ``start_ns <= ts_event < end_ns``. [ns]
    """

    kind: Kind
    symbols: Collection[str] | None
    start_ns: int | None
    end_ns: int | None


def scan(snapshots: Snapshots, wanted: Range) -> Iterator[pa.Table]:
    """Return events in the order of (ts_event, seq), some at a time.

    Parameters
    ----------
    snapshots : Snapshots
        The tape.
    wanted : Range
        Which events.

    Yields
    ------
    pa.Table
        At least one row, all columns.
    """
    start_ns = wanted.start_ns
    patience = snapshots.patience()
    is_done = False
    while not is_done:
        try:
            for window in merged(_runs(snapshots.take(), wanted, start_ns)):
                some = [p.body.slice(p.start, p.stop - p.start) for p in window.pieces]
                table = _between(
                    in_order(wanted.kind, pa.concat_tables(some)), start_ns, wanted.end_ns
                )
                if table.num_rows:
                    yield table
                start_ns = window.bound
                patience.progress()
            is_done = True
        except (OSError, pa.ArrowException) as error:
            # A long scan outlives the files it began with; go on with those that took their place.
            patience.bear(error)


def _runs(snapshot: TapeSnapshot, wanted: Range, start_ns: int | None) -> list[Run[pa.Table]]:
    files = overlapping(snapshot.files_of(wanted.kind, wanted.symbols), start_ns, wanted.end_ns)
    runs = [Run(f.ts_min, lambda f=f: row_groups(snapshot.layout, f.path)) for f in files]
    for stream in snapshot.unsealed(wanted.kind, wanted.symbols):
        keys = stream.rows["ts_event"].copy()
        runs.append(Run(int(keys[0]), lambda k=keys, s=stream: Loaded(k, s.table())))
    return runs


def row_groups(layout: Layout, path: str) -> list[Run[pa.Table]]:
    """Return the row groups of a sealed file as runs of event time."""
    with parquet_file(layout, path) as file:
        spans = [group_span(file, g, "ts_event") for g in range(file.num_row_groups)]
    return [Run(first, lambda g=g: _load(layout, path, g)) for g, (first, _) in enumerate(spans)]


def in_order(kind: Kind, table: pa.Table) -> pa.Table:
    """Return a table in the order of its keys."""
    keys = {name: table.column(name).to_numpy() for name in key_fields(kind)}
    order = order_of(kind, keys)
    return table if order is None else table.unify_dictionaries().take(order)


def _load(layout: Layout, path: str, group: int) -> Loaded[pa.Table]:
    with parquet_file(layout, path) as file:
        table = file.read_row_group(group).replace_schema_metadata(None)
    return Loaded(table.column("ts_event").to_numpy(), table)


def _between(table: pa.Table, start_ns: int | None, end_ns: int | None) -> pa.Table:
    times = table.column("ts_event").to_numpy()
    first = 0 if start_ns is None else int(times.searchsorted(start_ns))
    stop = len(times) if end_ns is None else int(times.searchsorted(end_ns))
    return table.slice(first, max(0, stop - first))
