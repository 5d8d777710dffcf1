"""Sealing: a write-ahead segment becomes sorted Parquet files.

Each step can be repeated: files have names that follow from the segment, are written aside, flushed
and renamed; one transaction of the manifest makes all of them part of the tape at once and notes the
segment as sealed; the segment is removed last. Whoever is killed on the way begins again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.events import Kind
from quantdeck.model.frames import join_rows
from quantdeck.tape.aside import let_go
from quantdeck.tape.columns import first_of_each, order_of, table_of, text_column
from quantdeck.tape.layout import NS_PER_DAY, date_of
from quantdeck.tape.sealed import is_new, known_keys
from quantdeck.tape.segment import SegmentScan
from quantdeck.tape.write_sealed import FileLabel, write_sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from quantdeck.model.events import Rows
    from quantdeck.model.feed import Provenance
    from quantdeck.model.frames import Block
    from quantdeck.ports.catalog import Catalog, SealedFile, Snapshot
    from quantdeck.tape.layout import Layout


@dataclass(frozen=True, slots=True)
class Stream:
    """Rows of one kind, source and symbol with the provenance of each.

    Parameters
    ----------
    kind : Kind
        Layout of the rows.
    source, symbol : str
        The stream.
    rows : structured array of shape (n,)
        The events.
    origins : array of int32 of shape (n,)
        Index into `provenances`.
    provenances : sequence of Provenance
        Where rows come from; shared by all streams of a segment.
    """

    kind: Kind
    source: str
    symbol: str
    rows: Rows
    origins: NDArray[np.int32]
    provenances: Sequence[Provenance]

    def pick(self, positions: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Stream:
        """Return the stream with some of its rows, in the order asked for."""
        if isinstance(positions, slice):
            rows, origins = self.rows[positions], self.origins[positions]
        else:
            chosen = np.flatnonzero(positions) if positions.dtype == bool else positions
            # `take` copies whole rows; indexing a structured array copies field by field.
            rows, origins = self.rows.take(chosen), self.origins.take(chosen)
        return Stream(self.kind, self.source, self.symbol, rows, origins, self.provenances)

    def clean(self) -> Stream:
        """Return the stream in the order of its keys, each key once; the first to arrive stays."""
        order = order_of(self.kind, self.rows)
        ordered = self if order is None else self.pick(order)
        kept = first_of_each(self.kind, ordered.rows)
        return ordered if bool(kept.all()) else ordered.pick(kept)

    def table(self) -> pa.Table:
        """Return the rows as the columns of a sealed file."""
        words = self.provenances
        text = {
            "symbol": text_column(np.zeros(len(self.rows), dtype=np.int32), [self.symbol]),
            "source": text_column(np.zeros(len(self.rows), dtype=np.int32), [self.source]),
            "delay": text_column(self.origins, [p.delay.value for p in words]),
            "ingest_run_id": text_column(self.origins, [p.run_id for p in words]),
        }
        return table_of(self.kind, self.rows, text)


def streams(blocks: Sequence[Block], symbols: dict[int, str]) -> Iterator[Stream]:
    """Take the rows of a segment apart by kind, source and symbol.

    Parameters
    ----------
    blocks : sequence of Block
        Rows as they were appended.
    symbols : dict
        Canonical symbol of each id.

    Yields
    ------
    Stream
        Rows in order of arrival.
    """
    provenances = list(dict.fromkeys(block.provenance for block in blocks))
    sources = list(dict.fromkeys(p.source for p in provenances))
    names = list(dict.fromkeys(symbols.values()))
    place_of = {name: place for place, name in enumerate(names)}
    name_of = np.zeros(max(symbols, default=-1) + 1, dtype=np.int32)
    for symbol_id, name in symbols.items():
        name_of[symbol_id] = place_of[name]
    source_of = np.array([sources.index(p.source) for p in provenances], dtype=np.int32)
    for kind in Kind:
        some = [block for block in blocks if block.kind is kind]
        if not some:
            continue
        rows = join_rows(kind, [block.rows for block in some])
        numbers = [provenances.index(block.provenance) for block in some]
        lengths = [len(block.rows) for block in some]
        origins = np.repeat(np.array(numbers, dtype=np.int32), lengths)
        codes = source_of[origins] * len(names) + name_of[rows["symbol"]]
        for code, positions in _groups(codes):
            source, symbol = sources[code // len(names)], names[code % len(names)]
            yield Stream(
                kind, source, symbol, rows.take(positions), origins.take(positions), provenances
            )


def _groups(codes: NDArray[np.int32]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    narrow = codes.astype(np.int16) if codes.max(initial=0) < 2**15 else codes
    order = np.argsort(narrow, kind="stable")  # A radix sort where codes are narrow.
    ordered = narrow.take(order)
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    for start, stop in zip(starts, [*starts[1:], len(order)], strict=True):
        yield int(ordered[start]), order[start:stop]


def seal(
    layout: Layout,
    manifest: Catalog,
    paths: Sequence[Path],
    *,
    is_unwanted: Callable[[], bool] = lambda: False,
) -> int:
    """Put the rows of segments into sealed files, then remove the segments.

    Events that are sealed already (same source, symbol, kind, event time and number) are left out,
    so that importing something again adds nothing.

    Parameters
    ----------
    layout : Layout
        The tape.
    manifest : Manifest
        Its catalog; the caller holds the tape's lock.
    paths : sequence of Path
        Closed segments, at least one, oldest first.
    is_unwanted : callable
        Asked before each stream; once it says so, sealing is given up.

    Returns
    -------
    int
        New rows sealed.

    Raises
    ------
    OSError, sqlite3.Error
        If the disk refuses or sealing is given up; the segments are still there, and sealing can be tried again.
    StoreError
        If the store that machines share does not answer or refuses; the same holds then.
    """
    manifest.catch_up()
    snapshot = manifest.snapshot()
    waiting = [path for path in paths if path.stem not in snapshot.sealed]
    contents = _contents(layout, snapshot, waiting)
    added = write_sealed(layout, _until(is_unwanted, contents))
    if waiting:
        manifest.commit(add=added, sealed=[path.stem for path in waiting])
    for path in paths:
        let_go(layout, path)
    return sum(file.rows for file in added)


def _until(
    is_unwanted: Callable[[], bool], contents: Iterator[tuple[FileLabel, list[pa.Table]]]
) -> Iterator[tuple[FileLabel, list[pa.Table]]]:
    for each in contents:
        if is_unwanted():
            raise InterruptedError("sealing was given up: the tape is being closed")
        yield each


def _contents(
    layout: Layout, snapshot: Snapshot, paths: Sequence[Path]
) -> Iterator[tuple[FileLabel, list[pa.Table]]]:
    parts: dict[tuple[Kind, str, str], list[Stream]] = {}
    for path in paths:
        scan = SegmentScan(path)
        scan.read_on()
        for stream in streams(scan.blocks, scan.symbols):
            parts.setdefault((stream.kind, stream.source, stream.symbol), []).append(stream)
    sealed: dict[tuple[str, str, str], list[SealedFile]] = {}
    for file in snapshot.files:
        sealed.setdefault((file.kind, file.source, file.symbol), []).append(file)
    taken = {file.segment for file in snapshot.files}
    for (kind, source, symbol), some in parts.items():
        files = sealed.get((kind.value, source, symbol), [])
        new = without_known(layout, joined(some).clean(), files)
        yield from _days(new, _free_name(paths[0].stem, taken))


def _free_name(segment: str, taken: set[str]) -> str:
    # A manifest made anew names files of a segment whose seal was cut short. What they hold is left
    # out when the segment is sealed again, so what is new must not be put in their place.
    name, number = segment, 1
    while name in taken:
        name, number = f"{segment}-again{number}", number + 1
    return name


def joined(parts: Sequence[Stream]) -> Stream:
    """Return the rows of several segments of one stream as one."""
    if len(parts) == 1:
        return parts[0]
    provenances = list(dict.fromkeys(p for part in parts for p in part.provenances))
    numbers = {provenance: number for number, provenance in enumerate(provenances)}
    origins = [
        np.array([numbers[p] for p in part.provenances], dtype=np.int32).take(part.origins)
        for part in parts
    ]
    first = parts[0]
    return Stream(
        first.kind,
        first.source,
        first.symbol,
        join_rows(first.kind, [part.rows for part in parts]),
        np.concatenate(origins),
        provenances,
    )


def without_known(layout: Layout, stream: Stream, files: Sequence[SealedFile]) -> Stream:
    """Return a clean stream without the events that are in sealed files of the same stream."""
    if not len(stream.rows) or not files:
        return stream
    times = stream.rows["ts_event"]
    known = known_keys(layout, stream.kind, files, int(times[0]), int(times[-1]))
    if known is None:
        return stream
    new = is_new(stream.kind, stream.rows, known)
    return stream if bool(new.all()) else stream.pick(new)


def _days(stream: Stream, segment: str) -> Iterator[tuple[FileLabel, list[pa.Table]]]:
    days = stream.rows["ts_event"] // NS_PER_DAY
    delays = [p.delay.value for p in stream.provenances]
    names = list(dict.fromkeys(delays))
    codes = np.array([names.index(d) for d in delays], dtype=np.int32)[stream.origins]
    for day in np.unique(days):
        first, stop = np.searchsorted(days, [day, day + 1])
        for code in np.unique(codes[first:stop]):
            part = stream.pick(np.flatnonzero(codes[first:stop] == code) + first)
            label = FileLabel(
                kind=stream.kind,
                source=stream.source,
                delay=names[int(code)],
                symbol=stream.symbol,
                date=date_of(int(day)),
                segment=segment,
            )
            yield label, [part.table()]
