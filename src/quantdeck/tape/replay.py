"""Replay: everything on the tape in the order in which it was received, with bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from quantdeck.model.events import Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.frames import join_rows
from quantdeck.tape.columns import rows_of
from quantdeck.tape.merge import Loaded, Run, merged
from quantdeck.tape.sealed import group_span, overlapping, parquet_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from quantdeck.model.events import Rows
    from quantdeck.ports.catalog import SealedFile
    from quantdeck.tape.layout import Layout
    from quantdeck.tape.merge import Piece
    from quantdeck.tape.seal import Stream
    from quantdeck.tape.snapshot import Snapshots, TapeSnapshot

_KINDS = list(Kind)


@dataclass(frozen=True, slots=True)
class Selection:
    """What to replay.

    Parameters
    ----------
    kinds : tuple of Kind
        Which events.
    symbols : frozenset of str or None
        Of which symbols; all where None.
    start_ns, end_ns : int or None
        ``start_ns <= ts_event < end_ns``. [ns]
    """

    kinds: tuple[Kind, ...]
    symbols: frozenset[str] | None
    start_ns: int | None
    end_ns: int | None

    def is_inside(self, times: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which event times are asked for."""
        inside = np.ones(len(times), dtype=bool)
        if self.start_ns is not None:
            inside &= times >= self.start_ns
        if self.end_ns is not None:
            inside &= times < self.end_ns
        return inside


@dataclass(slots=True)
class _Words:
    """Numbers for symbols and provenances, the same throughout a replay."""

    symbols: list[str] = field(default_factory=list[str])
    provenances: list[Provenance] = field(default_factory=list[Provenance])

    def symbol(self, name: str) -> int:
        return _number(self.symbols, name)

    def provenance(self, named: Provenance) -> int:
        return _number(self.provenances, named)


@dataclass(frozen=True, slots=True)
class _Body:
    """Rows of one kind in the order of receipt, with the number of each row's provenance."""

    kind: Kind
    rows: Rows
    origins: NDArray[np.int32]


def replay(snapshots: Snapshots, selection: Selection) -> Iterator[tuple[list[str], Batch]]:
    """Return batches in the order of receipt.

    Rows received in the same nanosecond come by kind, then in the order of their numbers.

    Parameters
    ----------
    snapshots : Snapshots
        The tape.
    selection : Selection
        What to replay.

    Yields
    ------
    tuple of list of str and Batch
        Symbols of the ids, and a batch: as many rows as come one after the other with the same kind
        and provenance.
    """
    words = _Words()
    received_from: int | None = None
    patience = snapshots.patience()
    is_done = False
    while not is_done:
        try:
            for window in merged(_runs(snapshots.take(), selection, words, received_from)):
                for batch in _batches(window.pieces, words, received_from):
                    yield words.symbols, batch
                received_from = window.bound
                patience.progress()
            is_done = True
        except (OSError, pa.ArrowException) as error:
            # A long replay outlives the files it began with; go on with those that took their place.
            patience.bear(error)


def _runs(
    snapshot: TapeSnapshot, selection: Selection, words: _Words, received_from: int | None
) -> list[Run[_Body]]:
    runs: list[Run[_Body]] = []
    for kind in selection.kinds:
        files = snapshot.files_of(kind, selection.symbols)
        runs += [
            Run(f.recv_min, lambda f=f: _row_groups(snapshot.layout, f, selection, words))
            for f in overlapping(files, selection.start_ns, selection.end_ns)
            if received_from is None or f.recv_max >= received_from
        ]
        for stream in snapshot.unsealed(kind, selection.symbols):
            loaded = _of_stream(stream, selection, words)
            if len(loaded.keys):
                runs.append(Run(int(loaded.keys[0]), lambda loaded=loaded: loaded))
    return runs


def _of_stream(stream: Stream, selection: Selection, words: _Words) -> Loaded[_Body]:
    chosen = stream.pick(selection.is_inside(stream.rows["ts_event"]))
    rows = chosen.rows.copy()
    rows["symbol"] = words.symbol(stream.symbol)
    numbers = np.array([words.provenance(p) for p in chosen.provenances], dtype=np.int32)
    return _by_receipt(chosen.kind, rows, numbers[chosen.origins])


def _row_groups(
    layout: Layout, file: SealedFile, selection: Selection, words: _Words
) -> list[Run[_Body]]:
    with parquet_file(layout, file.path) as parquet:
        spans = [group_span(parquet, g, "ts_recv") for g in range(parquet.num_row_groups)]
    return [
        Run(first, lambda g=g: _load(layout, g, file, selection, words))
        for g, (first, _) in enumerate(spans)
    ]


def _load(
    layout: Layout, group: int, file: SealedFile, selection: Selection, words: _Words
) -> Loaded[_Body]:
    with parquet_file(layout, file.path) as parquet:
        table = parquet.read_row_group(group)
    table = table.filter(selection.is_inside(table.column("ts_event").to_numpy()))
    kind = Kind(file.kind)
    ids = np.full(table.num_rows, words.symbol(file.symbol), dtype=np.int32)
    return _by_receipt(kind, rows_of(kind, table, ids), _origins(table, file, words))


def _origins(table: pa.Table, file: SealedFile, words: _Words) -> NDArray[np.int32]:
    origins = np.zeros(table.num_rows, dtype=np.int32)
    position = 0
    for chunk in table.column("ingest_run_id").chunks:
        numbers = [
            words.provenance(Provenance(file.source, Delay(file.delay), RunId(run_id)))
            for run_id in chunk.dictionary.to_pylist()
        ]
        stop = position + len(chunk)
        origins[position:stop] = np.array(numbers, dtype=np.int32)[chunk.indices.to_numpy()]
        position = stop
    return origins


def _by_receipt(kind: Kind, rows: Rows, origins: NDArray[np.int32]) -> Loaded[_Body]:
    received = np.ascontiguousarray(rows["ts_recv"])
    if bool(np.all(received[1:] >= received[:-1])):
        return Loaded(received, _Body(kind, rows, origins))
    order = np.argsort(received, kind="stable")
    return Loaded(received.take(order), _Body(kind, rows.take(order), origins.take(order)))


def _batches(
    pieces: Sequence[Piece[_Body]], words: _Words, received_from: int | None
) -> Iterator[Batch]:
    by_kind: dict[Kind, list[Piece[_Body]]] = {}
    for piece in pieces:
        by_kind.setdefault(piece.body.kind, []).append(piece)
    rows: dict[int, Rows] = {}
    groups: list[NDArray[np.int32]] = []
    received: list[NDArray[np.int64]] = []
    width = len(words.provenances)
    for number in sorted(_KINDS.index(kind) for kind in by_kind):
        some = by_kind[_KINDS[number]]
        joined = join_rows(_KINDS[number], [p.body.rows[p.start : p.stop] for p in some])
        origins = np.concatenate([p.body.origins[p.start : p.stop] for p in some])
        order = np.lexsort((joined["seq"], origins, joined["ts_recv"]))
        if received_from is not None:
            order = order[joined["ts_recv"].take(order) >= received_from]
        rows[number] = joined.take(order)
        received.append(rows[number]["ts_recv"])
        groups.append(origins.take(order) + np.int32(number * width))
    order = np.argsort(np.concatenate(received), kind="stable")
    if not len(order):
        return
    ordered = np.concatenate(groups).take(order)
    starts = np.flatnonzero(np.diff(ordered, prepend=-1)).tolist()
    positions = dict.fromkeys(rows, 0)
    for start, stop in zip(starts, [*starts[1:], len(ordered)], strict=True):
        number, origin = divmod(int(ordered[start]), width)
        first = positions[number]
        positions[number] = last = first + stop - start
        yield Batch(_KINDS[number], rows[number][first:last], words.provenances[origin])


def _number(words: list[str] | list[Provenance], word: str | Provenance) -> int:
    try:
        return words.index(word)  # pyright: ignore[reportArgumentType]
    except ValueError:
        words.append(word)  # pyright: ignore[reportArgumentType]
        return len(words) - 1
