"""What a tape has on record that is no event, as notes of a bus: gaps, snapshots of chains, and rates."""

from __future__ import annotations

import io
import math
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.model.feed import Gap
from quantdeck.ports.box_store import RateRow
from quantdeck.ports.bus import Note, Topic
from quantdeck.tape import disk
from quantdeck.tape.chains.store import FOLDER, ChainStore
from quantdeck.tape.chains.table import snapshot_of
from quantdeck.tape.layout import Layout
from quantdeck.tape.open import open_reader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.ports.box_store import StoredSnapshot

_LOOK_ANYWAY = 25
_AT_ONCE = 16 << 20
_FIGURES = [each.name for each in msgspec.structs.fields(RateRow) if each.type is float]
_Key = tuple[str, str, str, int]


class TapeNotes:
    """Finds what is new on record. Owned by one thread at a time.

    Parameters
    ----------
    root : Path or str
        Data folder; it need not be there yet.
    since_ns : int
        What was found or taken before is none of its notes, UTC. [ns]
    topics : collection of Topic
        Which are looked for.

    Examples
    --------
    >>> TapeNotes("/nonexistent").new()
    []
    """

    def __init__(
        self, root: Path | str, *, since_ns: int = 0, topics: Collection[Topic] = tuple(Topic)
    ) -> None:
        self._root = Path(root)
        self._since_ns = since_ns
        self._topics = topics
        self._reader = open_reader(self._root)
        self._chains = ChainStore(self._root)
        self._catalog = self._root / FOLDER / "catalog.sqlite"
        self._gaps: dict[_Key, Gap] = {}
        self._taken_ns: dict[tuple[str, str], int] = {}
        self._rated_ns = -(2**63)
        self._rated: set[tuple[int, str]] = set()
        self._seen: tuple[tuple[int, int], ...] = ()
        self._calls = 0

    def new(self) -> list[Note]:
        """Return what is new or has changed since the last call, oldest first of every topic.

        Some megabytes at most: the rest is found by the next call.

        Raises
        ------
        StoreError
            If the tape cannot be read.
        """
        if not self._topics:
            return []
        seen = tuple(map(_state_of, self._records()))
        self._calls += 1
        if seen == self._seen and self._calls % _LOOK_ANYWAY:
            return []
        found: list[Note] = []
        size = 0
        for note in self._all_new():
            found.append(note)
            size += len(note.body)
            if size >= _AT_ONCE:
                return found
        self._seen = seen
        return found

    def _all_new(self) -> Iterable[Note]:
        if Topic.GAP in self._topics:
            yield from self._new_gaps()
        if self._catalog.exists():
            if Topic.CHAINS in self._topics:
                yield from self._new_chains()
            if Topic.RATES in self._topics:
                yield from self._new_rates()

    def _records(self) -> Iterable[Path]:
        # Both are written ahead; whether anything was is asked of the files, many times a second. Their
        # times are coarse, so that now and then the records themselves are.
        for name in (Layout(self._root).manifest, self._catalog):
            yield name
            yield name.with_name(name.name + "-wal")

    def _new_gaps(self) -> Iterable[Note]:
        for gap in reversed(self._reader.gaps()):
            key = (gap.source, gap.symbol, gap.kind, gap.first_seq)
            if gap.found_ns >= self._since_ns and self._gaps.get(key) != gap:
                self._gaps[key] = gap
                yield note_of_gap(gap)

    def _new_chains(self) -> Iterable[Note]:
        for stored in reversed(self._chains.snapshots(start_ns=self._since_ns)):
            name = (stored.source, stored.underlying)
            if stored.taken_ns > self._taken_ns.get(name, 0):
                self._taken_ns[name] = stored.taken_ns
                body = self._body(stored)
                if body is not None:
                    key = f"{stored.source}/{stored.underlying}"
                    yield Note(Topic.CHAINS, key, stored.taken_ns, body)

    def _new_rates(self) -> Iterable[Note]:
        some: dict[tuple[int, str], list[RateRow]] = {}
        since_ns = max(self._rated_ns, self._since_ns)
        for made in self._chains.rates(start_ns=since_ns).to_pylist():
            made.update({name: math.nan for name in _FIGURES if made[name] is None})
            row = msgspec.convert(made, RateRow)
            name = f"{row.source}/{row.underlying}"
            if (row.ts_ns, name) not in self._rated:
                some.setdefault((row.ts_ns, name), []).append(row)
        for (ts_ns, name), rows in sorted(some.items(), key=itemgetter(0)):
            if ts_ns > self._rated_ns:
                # Several underlyings may be of one moment, and the next of them is written later.
                self._rated_ns, self._rated = ts_ns, set()
            self._rated.add((ts_ns, name))
            rows.sort(key=lambda row: (row.root, row.kind, str(row.expiry), row.tenor_days or 0))
            yield Note(Topic.RATES, name, ts_ns, msgspec.msgpack.encode(rows))

    def _body(self, stored: StoredSnapshot) -> bytes | None:
        try:
            return (self._root / stored.path).read_bytes()
        except FileNotFoundError:
            return None  # Not kept any longer.
        except OSError as error:
            what, remedy = disk.meaning(error)
            raise StoreError(f"{stored.path} cannot be read: {what}; {remedy}") from error


def _state_of(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def note_of_gap(gap: Gap) -> Note:
    """Return the note of a gap."""
    key = f"{gap.source}/{gap.symbol}/{gap.kind}/{gap.first_seq}"
    return Note(Topic.GAP, key, gap.found_ns, msgspec.json.encode(gap))


def gap_of(note: Note) -> Gap:
    """Return the gap of a note.

    Raises
    ------
    BadInput
        If it is none.
    """
    try:
        return msgspec.json.decode(note.body, type=Gap)
    except msgspec.DecodeError as error:
        raise BadInput(f"the note {note.key} is no gap: {error}") from error


def rates_of(note: Note) -> list[RateRow]:
    """Return the rates of a note.

    Raises
    ------
    BadInput
        If it is none.
    """
    try:
        return msgspec.msgpack.decode(note.body, type=list[RateRow])
    except msgspec.DecodeError as error:
        raise BadInput(f"the note {note.key} holds no rates: {error}") from error


def chains_of(note: Note) -> ChainSnapshot:
    """Return the snapshot of a note.

    Raises
    ------
    BadInput
        If it is none.
    """
    try:
        return snapshot_of(pq.ParquetFile(io.BytesIO(note.body)).read())
    except (pa.ArrowException, OSError, KeyError, NoData) as error:
        raise BadInput(f"the note {note.key} is no snapshot of chains: {error}") from error
