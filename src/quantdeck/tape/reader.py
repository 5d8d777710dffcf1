"""The reader: what is on the tape, for any process, while it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pyarrow as pa

from quantdeck.model.errors import BadInput
from quantdeck.model.events import Kind
from quantdeck.ports.tape import Coverage
from quantdeck.tape.columns import key_fields, schema
from quantdeck.tape.layout import Layout
from quantdeck.tape.manifest import ManifestReader
from quantdeck.tape.scan import Range, in_order, scan
from quantdeck.tape.sealed import group_span, overlapping, parquet_file, read_range
from quantdeck.tape.snapshot import Snapshots, TapeSnapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from quantdeck.model.events import Batch
    from quantdeck.model.feed import Gap
    from quantdeck.ports.catalog import SharedPlace

T = TypeVar("T")


class Reader:
    """Reads a tape; made by `quantdeck.tape.open.open_reader`, usable from several threads.

    Parameters
    ----------
    root : Path
        Folder of the tape.
    shared : SharedPlace, optional
        The store that machines share.
    """

    def __init__(self, root: Path, shared: SharedPlace | None = None) -> None:
        self._layout = Layout(root, shared)
        self._manifest = ManifestReader(self._layout.manifest)
        self._snapshots = Snapshots(self._layout)

    def table(
        self,
        kind: Kind,
        *,
        symbols: Sequence[str] | None = None,
        start_ns: int | None = None,
        end_ns: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Return events in the order of (ts_event, seq).

        Parameters
        ----------
        kind : Kind
            Which events.
        symbols : sequence of str, optional
            Canonical symbols; all by default.
        start_ns, end_ns : int, optional
            ``start_ns <= ts_event < end_ns``, UTC. [ns]
        columns : sequence of str, optional
            Which columns; all by default.

        Returns
        -------
        pa.Table
            No event twice; empty where nothing matches.

        Raises
        ------
        BadInput
            If there is no such column.
        StoreError
            If the tape cannot be read.
        """
        wanted = _columns(kind, columns)
        needed = list(dict.fromkeys([*wanted, *key_fields(kind)]))

        def read(snapshot: TapeSnapshot) -> list[pa.Table]:
            files = overlapping(snapshot.files_of(kind, symbols), start_ns, end_ns)
            parts = [
                read_range(
                    self._layout,
                    f.path,
                    kind,
                    start_ns=start_ns,
                    end_ns=end_ns,
                    columns=needed,
                )
                for f in files
            ]
            for stream in snapshot.unsealed(kind, symbols):
                times = stream.rows["ts_event"]
                first = 0 if start_ns is None else int(np.searchsorted(times, start_ns))
                stop = len(times) if end_ns is None else int(np.searchsorted(times, end_ns))
                parts.append(stream.pick(slice(first, max(first, stop))).table().select(needed))
            return parts

        return _together(kind, self._with_snapshot(read), needed).select(wanted)

    def tail(self, kind: Kind, symbol: str, rows: int) -> pa.Table:
        """Return the newest events of one symbol, oldest first.

        Parameters
        ----------
        kind : Kind
            Which events.
        symbol : str
            Canonical symbol.
        rows : int
            How many, at most.

        Returns
        -------
        pa.Table
            Only the ends of the newest files are read.

        Raises
        ------
        StoreError
            If the tape cannot be read.
        """
        if rows <= 0:
            return schema(kind).empty_table()

        def read(snapshot: TapeSnapshot) -> list[pa.Table]:
            parts = [
                stream.pick(slice(-rows, None)).table()
                for stream in snapshot.unsealed(kind, {symbol})
            ]
            files = snapshot.files_of(kind, {symbol})
            newest_first = sorted(files, key=lambda f: f.ts_max, reverse=True)
            for file in newest_first:
                if file.ts_max < _floor(parts, rows):
                    break
                _read_backwards(self._layout, file.path, parts, rows)
            return parts

        found = _together(kind, self._with_snapshot(read), schema(kind).names)
        return found.slice(max(0, found.num_rows - rows))

    def replay(
        self,
        kinds: Sequence[Kind],
        *,
        symbols: Sequence[str] | None = None,
        start_ns: int | None = None,
        end_ns: int | None = None,
    ) -> Iterator[tuple[list[str], Batch]]:
        """Return batches in the order of receipt, all kinds merged.

        Parameters
        ----------
        kinds : sequence of Kind
            Which events.
        symbols : sequence of str, optional
            Canonical symbols; all by default.
        start_ns, end_ns : int, optional
            ``start_ns <= ts_event < end_ns``, UTC. [ns]

        Yields
        ------
        tuple of list of str and Batch
            The symbols that the ids of the batch stand for, and the batch. The list is one and the
            same throughout and only grows.

        Raises
        ------
        StoreError
            If the tape cannot be read.
        """
        from quantdeck.tape.replay import Selection, replay

        only = None if symbols is None else frozenset(symbols)
        chosen = Selection(tuple(kinds), only, start_ns, end_ns)
        return replay(self._snapshots, chosen)

    def scan(
        self,
        kind: Kind,
        *,
        symbols: Sequence[str] | None = None,
        start_ns: int | None = None,
        end_ns: int | None = None,
    ) -> Iterator[pa.Table]:
        """Return the events of `table`, some at a time, with bounded memory.

        Parameters
        ----------
        kind : Kind
            Which events.
        symbols : sequence of str, optional
            Canonical symbols; all by default.
        start_ns, end_ns : int, optional
            ``start_ns <= ts_event < end_ns``, UTC. [ns]

        Yields
        ------
        pa.Table
            Consecutive events, at least one, all columns.

        Raises
        ------
        StoreError
            If the tape cannot be read.
        """
        return scan(self._snapshots, Range(kind, symbols, start_ns, end_ns))

    def sql(self, query: str, *, timeout_s: float, max_rows: int) -> pa.Table:
        """Run read-only SQL over the views of the tape.

        Parameters
        ----------
        query : str
            One SELECT in DuckDB's dialect; `quantdeck.tape.query` lists the views.
        timeout_s : float
            Longest run. [s]
        max_rows : int
            Most rows returned.

        Returns
        -------
        pa.Table
            ``truncated`` in the metadata of its schema is ``true`` where there would be more rows.

        Raises
        ------
        BadInput
            If the query is wrong, writes, or takes longer than `timeout_s`.
        StoreError
            If the tape cannot be read.
        """
        # DuckDB is only loaded by those who ask for SQL.
        from quantdeck.tape.query import run

        return self._with_snapshot(
            lambda snapshot: run(
                snapshot,
                query,
                gaps=self._manifest.gaps,
                timeout_s=timeout_s,
                max_rows=max_rows,
            )
        )

    def write_views_file(self) -> Path:
        """Write a DuckDB file of views over the sealed files, for other tools.

        Returns
        -------
        Path
            ``duckdb/market.duckdb`` below the tape's folder.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        from quantdeck.tape.views_file import write_views_file

        return write_views_file(self._snapshots.take())

    def coverage(self) -> list[Coverage]:
        """Return what is on the tape.

        Returns
        -------
        list of Coverage
            One for each kind, source, delay and symbol, in this order.

        Raises
        ------
        StoreError
            If the tape cannot be read.
        """
        return self._with_snapshot(_coverage)

    def gaps(self) -> list[Gap]:
        """Return every gap on record, newest first.

        Returns
        -------
        list of Gap
            As last noted.

        Raises
        ------
        StoreError
            If the tape cannot be read.
        """
        return self._manifest.gaps()

    def _with_snapshot(self, read: Callable[[TapeSnapshot], T]) -> T:
        patience = self._snapshots.patience()
        while True:
            try:
                return read(self._snapshots.take())
            except (OSError, pa.ArrowException) as error:
                # Merged or expired meanwhile: the manifest knows what took its place.
                patience.bear(error)


def _columns(kind: Kind, columns: Sequence[str] | None) -> list[str]:
    known = schema(kind).names
    if columns is None:
        return known
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise BadInput(f"{kind} has no column {', '.join(unknown)}; it has {', '.join(known)}")
    return list(columns)


def _together(kind: Kind, parts: Sequence[pa.Table], columns: Sequence[str]) -> pa.Table:
    # Each file's metadata describe that file alone.
    some = [part.replace_schema_metadata(None) for part in parts if part.num_rows]
    if not some:
        return schema(kind).empty_table().select(columns)
    table = pa.concat_tables(some).unify_dictionaries()
    return table if len(some) == 1 else in_order(kind, table)


def _floor(parts: Sequence[pa.Table], rows: int) -> int:
    # Nothing older than this can be among the newest rows.
    times = [part.column("ts_event").to_numpy() for part in parts if part.num_rows]
    if sum(map(len, times)) < rows:
        return -(2**63)
    every = np.concatenate(times)
    return int(np.partition(every, len(every) - rows)[len(every) - rows])


def _read_backwards(layout: Layout, path: str, parts: list[pa.Table], rows: int) -> None:
    with parquet_file(layout, path) as file:
        for group in reversed(range(file.num_row_groups)):
            if group_span(file, group, "ts_event")[1] < _floor(parts, rows):
                return
            table = file.read_row_group(group)
            parts.append(table.slice(max(0, table.num_rows - rows)))


def _coverage(snapshot: TapeSnapshot) -> list[Coverage]:
    spans: dict[tuple[str, str, str, str], tuple[int, int, int]] = {}

    def add(stream: tuple[str, str, str, str], rows: int, first_ns: int, last_ns: int) -> None:
        known_rows, known_first, known_last = spans.get(stream, (0, first_ns, last_ns))
        spans[stream] = (known_rows + rows, min(known_first, first_ns), max(known_last, last_ns))

    for f in snapshot.files:
        add((f.kind, f.source, f.delay, f.symbol), f.rows, f.ts_min, f.ts_max)
    for kind in Kind:
        for stream in snapshot.unsealed(kind, None):
            for number in np.flatnonzero(np.bincount(stream.origins)).tolist():
                times = stream.rows["ts_event"][stream.origins == number]
                delay = stream.provenances[number].delay.value
                name = (kind.value, stream.source, delay, stream.symbol)
                add(name, len(times), int(times[0]), int(times[-1]))
    return [
        Coverage(kind, source, delay, symbol, rows, first_ns, last_ns)
        for (kind, source, delay, symbol), (rows, first_ns, last_ns) in sorted(spans.items())
    ]
