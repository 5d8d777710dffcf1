"""Takes in files of trades: read, compared with what is known, written, merged into memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from quantdeck.live.repeats import KnownTrades, new_trades
from quantdeck.model.events import TRADE_DTYPE, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.uploads import UPLOAD_SOURCE, BadUpload, UploadReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from quantdeck.hub.capture import Capture
    from quantdeck.hub.machine import Parts
    from quantdeck.hub.state import LiveState
    from quantdeck.model.events import Rows
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.tape import Coverage, TapeReader, TapeWriter
    from quantdeck.ports.uploads import ParsedUpload, UploadParser

_TRADES = (Kind.TRADE, Kind.AGG_TRADE)
_COLUMNS = ("ts_event", "seq", "price", "size", "source")
_RAW = f"V{TRADE_DTYPE.itemsize}"
_NS_PER_DAY = 86_400_000_000_000
_NAMED = 1
MOST_SYMBOLS = 256
"""Uploaded symbols in memory, where each takes megabytes; of others the tape alone has the trades."""
RECALLED_ROWS = 200_000
"""Trades of an uploaded symbol that are taken up again when the deck starts."""


@dataclass(frozen=True, slots=True)
class UploadParts:
    """What uploads are taken in with.

    Parameters
    ----------
    parse : UploadParser
        Reads the files.
    folder : Path
        Where they are kept while they come in; on the disk of the tape.
    new_run_id : callable
        Names each upload.
    """

    parse: UploadParser
    folder: Path
    new_run_id: Callable[[], RunId]


@dataclass(frozen=True, slots=True)
class _Part:
    # New trades of one symbol, and whether others of it were on the tape before
    symbol: str
    kind: Kind
    rows: Rows
    was_taped: bool


def upload_desk(parts: Parts, capture: Capture, state: LiveState) -> UploadDesk | None:
    """Return the desk of a machine; None where it takes no uploads.

    Parameters
    ----------
    parts : Parts
        The machine's.
    capture : Capture
        Knows what is captured.
    state : LiveState
        Takes what is new.
    """
    if parts.uploads is None or parts.writer is None:
        return None

    def captured_kind(symbol: str) -> Kind | None:
        stream = capture.trades_of(symbol)
        return stream[1] if stream else None

    return UploadDesk(
        parts.uploads,
        reader=parts.reader,
        writer=parts.writer,
        instruments=parts.instruments,
        clock=parts.clock,
        captured_kind=captured_kind,
        captured=capture.symbols,
        merge=state.insert,
    )


class UploadDesk:
    """Takes in uploads, one at a time. Owned by the machine, or by a command.

    Parameters
    ----------
    parts : UploadParts
        What they are taken in with.
    reader : TapeReader
        Tells what is known.
    writer : TapeWriter
        Of the same tape.
    instruments : InstrumentTable
        Ids of symbols.
    clock : Clock
        Where the time comes from.
    captured_kind : callable
        Kind of executions that a symbol's feed brings, None where no feed has its venue.
    captured : callable
        Symbols that are captured, whose past is recalled with the capture.
    merge : callable
        Takes the new trades of one symbol, ordered, on the event loop.
    """

    def __init__(  # noqa: PLR0913 - what it is connected to
        self,
        parts: UploadParts,
        *,
        reader: TapeReader,
        writer: TapeWriter,
        instruments: InstrumentTable,
        clock: Clock,
        captured_kind: Callable[[str], Kind | None] = lambda _: None,
        captured: Callable[[], Sequence[str]] = tuple,
        merge: Callable[[Kind, Rows], None] = lambda _kind, _rows: None,
    ) -> None:
        self._parts = parts
        self._reader = reader
        self._writer = writer
        self._instruments = instruments
        self._clock = clock
        self._captured_kind = captured_kind
        self._captured = captured
        self._merge = merge
        self._symbols: dict[str, None] = {}
        self._turn = asyncio.Lock()

    def symbols(self) -> list[str]:
        """Return the canonical symbols that were uploaded, the newest last."""
        return list(self._symbols)

    def folder(self) -> Path:
        """Return the folder that takes files while they come in; it is there."""
        self._parts.folder.mkdir(parents=True, exist_ok=True)
        return self._parts.folder

    async def recall(self) -> None:
        """Take up the newest trades of every symbol that was uploaded before; remove what was left."""
        for left in self.folder().glob("*.tmp"):
            left.unlink(missing_ok=True)
        coverage = await asyncio.to_thread(self._reader.coverage)
        uploaded = [c for c in coverage if c.source == UPLOAD_SOURCE and c.kind in _TRADES]
        newest_first = sorted(uploaded, key=lambda c: c.last_ns, reverse=True)
        for each in sorted(newest_first[:MOST_SYMBOLS], key=lambda c: c.symbol):
            kind = Kind(each.kind)
            if each.symbol not in self._captured():
                rows = await asyncio.to_thread(self._newest, kind, each.symbol)
                self._merge(kind, rows)
            self._symbols[each.symbol] = None

    async def take(self, file: Path, *, venue: str, partial: bool) -> UploadReport:
        """Take in a file; see `quantdeck.api.deck.Deck.upload`.

        Parameters
        ----------
        file : Path
            CSV or NDJSON, packed or not.
        venue : str
            Of symbols that name none.
        partial : bool
            Whether the good lines are taken where others are bad.

        Returns
        -------
        UploadReport
            What has become of it.

        Raises
        ------
        BadUpload
            If it cannot be read, or a line cannot be used and `partial` is False.
        StoreError
            If the tape cannot be read or written; nothing was written then.
        """
        async with self._turn:
            began = self._clock.monotonic_ns()
            parsed = await asyncio.to_thread(self._parts.parse, file, venue=venue.strip().upper())
            if parsed.reasons and not (partial and len(parsed.rows)):
                raise _refusal(parsed)
            run = self._parts.new_run_id()
            parts = await asyncio.to_thread(self._store, parsed, run)
            for part in parts:
                await self._take_up(part)
            new = sum(len(part.rows) for part in parts)
            return _report(parsed, new, run, seconds=(self._clock.monotonic_ns() - began) / 1e9)

    async def _take_up(self, part: _Part) -> None:
        is_known = part.symbol in self._symbols or part.symbol in self._captured()
        if not is_known and len(self._symbols) >= MOST_SYMBOLS:
            return
        rows = part.rows
        if not is_known and part.was_taped:
            rows = await asyncio.to_thread(self._newest, part.kind, part.symbol)
        self._merge(part.kind, rows)
        self._symbols[part.symbol] = None
        await asyncio.sleep(0)

    # What follows runs in a thread.

    def _store(self, parsed: ParsedUpload, run: RunId) -> list[_Part]:
        self._writer.sync()
        coverage = self._reader.coverage()
        parts = [self._new_of(symbol, rows, coverage) for symbol, rows in _by_symbol(parsed)]
        provenance = Provenance(UPLOAD_SOURCE, Delay.IMPORTED, run)
        batches = [Batch(p.kind, p.rows, provenance) for p in parts if len(p.rows)]
        if batches:
            self._writer.append_whole(batches)
        return sorted(parts, key=lambda part: part.symbol)

    def _new_of(self, symbol: str, rows: Rows, coverage: Sequence[Coverage]) -> _Part:
        taped = [c for c in coverage if c.symbol == symbol and c.kind in _TRADES]
        kind = self._captured_kind(symbol) or _fullest(taped)
        first, last = int(rows["ts_event"][0]), int(rows["ts_event"][-1])
        overlaps = any(c.kind == kind and c.first_ns <= last and c.last_ns >= first for c in taped)
        if overlaps:
            # A day at a time: what is on the tape may be much more than what is uploaded
            days = np.flatnonzero(np.diff(rows["ts_event"] // _NS_PER_DAY, prepend=-1))
            ends = [*days[1:].tolist(), len(rows)]
            fresh = [
                new_trades(rows[start:stop], self._known(kind, symbol, rows[start:stop]))
                for start, stop in zip(days.tolist(), ends, strict=True)
            ]
            # As raw bytes: NumPy copies structured rows field by field
            new = np.concatenate([f.view(_RAW) for f in fresh]).view(TRADE_DTYPE)
        else:
            new = new_trades(rows)
        new["symbol"] = self._instruments.id_of(symbol)
        return _Part(symbol, kind, new, bool(taped))

    def _known(self, kind: Kind, symbol: str, rows: Rows) -> KnownTrades:
        first, last = int(rows["ts_event"][0]), int(rows["ts_event"][-1])
        table = self._reader.table(
            kind, symbols=[symbol], start_ns=first, end_ns=last + 1, columns=_COLUMNS
        )
        ts, seq, price, size = (table.column(name).to_numpy() for name in _COLUMNS[:4])
        ours = pc.equal(table.column("source").cast("string"), UPLOAD_SOURCE)
        return KnownTrades(ts, seq, price, size, ours.to_numpy())

    def _newest(self, kind: Kind, symbol: str) -> Rows:
        table = self._reader.tail(kind, symbol, RECALLED_ROWS)
        rows: Rows = np.zeros(table.num_rows, TRADE_DTYPE)
        for name in ("ts_event", "ts_recv", "seq", "price", "size", "side", "flags"):
            rows[name] = table.column(name).to_numpy()
        rows["symbol"] = self._instruments.id_of(symbol)
        return rows


def _by_symbol(parsed: ParsedUpload) -> Iterator[tuple[str, Rows]]:
    rows = parsed.rows
    order = np.lexsort((rows["ts_event"], rows["symbol"]))
    numbers = rows["symbol"][order]
    for number in np.unique(numbers).tolist():
        first, stop = np.searchsorted(numbers, [number, number + 1])
        yield parsed.symbols[number], rows.take(order[first:stop])


def _fullest(taped: Sequence[Coverage]) -> Kind:
    # Single and aggregated executions tell the same trades twice: bars are made of the fuller
    rows: Counter[Kind] = Counter()
    for each in taped:
        rows[Kind(each.kind)] += each.rows
    return max(_TRADES, key=lambda kind: rows[kind])


def _refusal(parsed: ParsedUpload) -> BadUpload:
    named = "; ".join(str(line) for line in parsed.lines[:_NAMED])
    more = parsed.bad - _NAMED
    rest = f"; and {more:,} more" if more > 0 else ""
    lines = "1 line cannot" if parsed.bad == 1 else f"{parsed.bad:,} lines cannot"
    what = (
        f"nothing was taken, since {lines} be used: {named}{rest}"
        if len(parsed.rows)
        else f"no line can be used: {named}{rest}"
    )
    return BadUpload(what, parsed.lines, parsed.reasons)


def _report(parsed: ParsedUpload, new: int, run: RunId, *, seconds: float) -> UploadReport:
    rows = parsed.rows
    counts = np.bincount(rows["symbol"], minlength=len(parsed.symbols)).tolist()
    symbols = {s: n for s, n in zip(parsed.symbols, counts, strict=True) if n}
    said = [f"{new:,} new of {_counted(len(rows), 'trade')} of {_counted(len(symbols), 'symbol')}"]
    if len(rows) > new:
        said.append(f"{len(rows) - new:,} known already")
    if parsed.bad:
        said.append(f"{_counted(parsed.bad, 'line')} left out")
    return UploadReport(
        message=", ".join(said),
        rows=len(rows),
        new=new,
        already_there=len(rows) - new,
        bad=parsed.bad,
        symbols=dict(sorted(symbols.items())),
        first_ns=int(rows["ts_event"].min()) if len(rows) else None,
        last_ns=int(rows["ts_event"].max()) if len(rows) else None,
        lines=parsed.lines,
        reasons=dict(parsed.reasons or {}),
        ignored_columns=parsed.ignored_columns,
        run_id=run,
        seconds=seconds,
    )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
