"""What the tape holds of the last hours, taken up again when the capture of a symbol begins.

So a restart does not empty the charts. The events go the way that live ones take, so that those which
the vendor sends again are known, and the time in which nothing was captured stays a hole.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.uploads import UPLOAD_SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quantdeck.hub.capture import Capture
    from quantdeck.hub.lane import Lane
    from quantdeck.hub.state import LiveState
    from quantdeck.model.events import Batch, Kind, Rows
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.tape import TapeReader

_SHORTEST_NS = min(TIMEFRAMES.values())
_LONGEST_NS = max(TIMEFRAMES.values())
# What a busy market trades in this time still fits the memory and is read within seconds.
_MOST_NS = 4 * 3600 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was taken up.

    Parameters
    ----------
    events : int
        Executions.
    last_ns : int
        Event time of the newest, UTC; 0 where there is none. [ns]
    """

    events: int = 0
    last_ns: int = 0


def recalled_since_ns(now_ns: int, *, bars_kept: int) -> int:
    """Return from when on executions are recalled: as many as the shortest bars kept are made of.

    Parameters
    ----------
    now_ns : int
        The time, UTC. [ns]
    bars_kept : int
        Bars kept of every timeframe.

    Returns
    -------
    int
        A start of the longest bars, so that no bar is made of a part, UTC. [ns]

    Examples
    --------
    >>> recalled_since_ns(1_000_000_000_000, bars_kept=60)
    900000000000
    """
    span_ns = min(bars_kept * _SHORTEST_NS, _MOST_NS)
    return (now_ns - span_ns) // _LONGEST_NS * _LONGEST_NS


def recalled_text(recalled: Recalled) -> str:
    """Return what was taken up, in a sentence.

    Parameters
    ----------
    recalled : Recalled
        At least one execution.

    Returns
    -------
    str
        For the journal.

    Examples
    --------
    >>> recalled_text(Recalled(1200, 1_763_640_000_000_000_000))
    '1,200 executions taken up from the tape, the last of 2025-11-20 12:00:00 UTC'
    """
    until = datetime.fromtimestamp(recalled.last_ns / 1e9, UTC)
    return (
        f"{recalled.events:,} executions taken up from the tape, the last of "
        f"{until:%Y-%m-%d %H:%M:%S} UTC"
    )


async def recall(
    symbols: Sequence[str],
    *,
    reader: TapeReader,
    capture: Capture,
    state: LiveState,
    since_ns: int,
) -> Recalled:
    """Take up the executions of symbols of which nothing is known yet.

    Parameters
    ----------
    symbols : sequence of str
        Canonical symbols that are about to be captured.
    reader : TapeReader
        Read in a thread.
    capture : Capture
        Whose lanes take the events.
    state : LiveState
        Tells what is known.
    since_ns : int
        Earliest event, UTC. [ns]

    Returns
    -------
    Recalled
        How much there was.

    Raises
    ------
    StoreError
        If the tape cannot be read.
    """
    coverage = await asyncio.to_thread(reader.coverage)
    taped = {(c.kind, c.source, c.symbol) for c in coverage if c.last_ns >= since_ns}
    wanted: dict[tuple[Lane, Kind], list[str]] = defaultdict(list)
    for symbol in symbols:
        stream = capture.trades_of(symbol)
        if stream is None or state.has_bars(symbol):
            continue
        lane, kind = stream
        sources = (lane.provenance.source, UPLOAD_SOURCE)
        if any((kind.value, source, symbol) in taped for source in sources):
            wanted[stream].append(symbol)
    events, last_ns = 0, 0
    for (lane, kind), chosen in wanted.items():
        batches = reader.replay([kind], symbols=chosen, start_ns=since_ns)
        # A portion at a time, so that the page is answered meanwhile.
        while (portion := await asyncio.to_thread(_next, batches)) is not None:
            names, batch = portion
            rows = _with_ids(batch, names, state.instruments)
            if batch.provenance.source == lane.provenance.source:
                events += lane.recall(kind, rows)
            else:
                # Uploaded: its numbers are none of the vendor's
                _insert(state, kind, rows)
            last_ns = max(last_ns, int(batch.rows["ts_event"].max()))
        for symbol in chosen:
            lane.resume(symbol)
    return Recalled(events, last_ns)


def _insert(state: LiveState, kind: Kind, rows: Rows) -> None:
    for symbol_id in np.unique(rows["symbol"]).tolist():
        own = rows[rows["symbol"] == symbol_id]
        state.insert(kind, own.take(np.lexsort((own["seq"], own["ts_event"]))))


def _next(batches: Iterator[tuple[list[str], Batch]]) -> tuple[list[str], Batch] | None:
    return next(batches, None)


def _with_ids(batch: Batch, names: Sequence[str], instruments: InstrumentTable) -> Rows:
    numbers = np.array([instruments.id_of(name) for name in names], np.int32)
    rows = batch.rows.copy()
    rows["symbol"] = numbers[rows["symbol"]]
    return rows
