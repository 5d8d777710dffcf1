"""Reading a long range of events page by page, never more of it at once than a page needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from quantdeck.model.events import Kind
    from quantdeck.ports.tape import Coverage, TapeReader

_CURSOR = re.compile(r"(\d{1,19})\.(-?\d{1,19})\.(\d{1,9})")
_SHORTEST_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class TickPage:
    """Events in the order of (ts_event, seq), and the cursor of those that follow, if any."""

    table: pa.Table
    next: str | None


@dataclass(frozen=True, slots=True)
class _Cursor:
    # The event sent last, and how many of its very time and number were: two sources may have one.
    ts_ns: int
    seq: int
    same: int

    def __str__(self) -> str:
        return f"{self.ts_ns}.{self.seq}.{self.same}"


def tick_page(
    reader: TapeReader,
    kind: Kind,
    symbol: str,
    *,
    start_ns: int | None,
    end_ns: int | None,
    limit: int,
    cursor: str | None = None,
) -> TickPage:
    """Return the oldest events of a range, or those after a cursor.

    Parameters
    ----------
    reader : TapeReader
        The tape.
    kind : Kind
        Which events.
    symbol : str
        Canonical symbol.
    start_ns, end_ns : int or None
        ``start_ns <= ts_event < end_ns``, UTC; None is the end of the tape on that side. [ns]
    limit : int
        Most events of a page, > 0.
    cursor : str or None
        `TickPage.next` of the page before.

    Returns
    -------
    TickPage
        Pages put together are the whole range, each event once.

    Raises
    ------
    BadInput
        If the cursor is not one.
    NoData
        If nothing was ever recorded of the symbol and kind.
    """
    last = _parse(cursor)
    streams = streams_of(reader, kind, symbol)
    first_ns = min(stream.first_ns for stream in streams)
    stop_ns = max(stream.last_ns for stream in streams) + 1
    at_ns = max(start_ns or 0, first_ns) if last is None else last.ts_ns
    stop_ns = stop_ns if end_ns is None else min(stop_ns, end_ns)
    rows = sum(stream.rows for stream in streams)
    # As long as a page lasts at the mean rate of the stream; doubled where that was too short.
    window_ns = max(_SHORTEST_NS, int((limit + 1) * (stop_ns - first_ns) / max(1, rows)))
    parts: list[pa.Table] = []
    found = 0
    while at_ns < stop_ns and found <= limit:
        until_ns = min(at_ns + window_ns, stop_ns)
        part = reader.table(kind, symbols=[symbol], start_ns=at_ns, end_ns=until_ns)
        part = part if last is None else _after(part, last)
        parts.append(part)
        found += part.num_rows
        at_ns = until_ns
        window_ns *= 2
    if not parts:
        parts.append(reader.table(kind, symbols=[symbol], start_ns=0, end_ns=0))
    table = pa.concat_tables(parts)
    if table.num_rows <= limit:
        return TickPage(table, None)
    page = table.slice(0, limit)
    return TickPage(page, str(_cursor_of(page, last)))


def streams_of(reader: TapeReader, kind: Kind, symbol: str) -> list[Coverage]:
    """Return what the tape holds of a symbol and kind, one entry per source.

    Parameters
    ----------
    reader : TapeReader
        The tape.
    kind : Kind
        Which events.
    symbol : str
        Canonical symbol.

    Returns
    -------
    list of Coverage
        Never empty.

    Raises
    ------
    NoData
        If nothing was ever recorded; the message says what was.
    """
    coverage = reader.coverage()
    streams = [c for c in coverage if c.symbol == symbol and c.kind == kind]
    if streams:
        return streams
    kinds = sorted({c.kind for c in coverage if c.symbol == symbol})
    if kinds:
        raise NoData(f"no {kind} of {symbol} is recorded; recorded of it: {', '.join(kinds)}")
    symbols = sorted({c.symbol for c in coverage})
    words = ", ".join(symbols[:20]) + (" ..." if len(symbols) > 20 else "")
    raise NoData(f"nothing of {symbol} is recorded; recorded: {words or 'nothing yet'}")


def _parse(cursor: str | None) -> _Cursor | None:
    if cursor is None:
        return None
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise BadInput(f"{cursor[:60]!r} is not a cursor; pass `next` of the page before")
    ts_ns, seq, same = (int(group) for group in match.groups())
    if ts_ns >= 2**63 or not -(2**63) <= seq < 2**63:
        raise BadInput(f"{cursor[:60]!r} is not a cursor; pass `next` of the page before")
    return _Cursor(ts_ns, seq, same)


def _after(table: pa.Table, last: _Cursor) -> pa.Table:
    ts = table.column("ts_event").to_numpy()
    seq = table.column("seq").to_numpy()
    before = (ts < last.ts_ns) | ((ts == last.ts_ns) & (seq < last.seq))
    same = int(np.count_nonzero((ts == last.ts_ns) & (seq == last.seq)))
    return table.slice(int(np.count_nonzero(before)) + min(last.same, same))


def _cursor_of(page: pa.Table, before: _Cursor | None) -> _Cursor:
    ts = page.column("ts_event").to_numpy()
    seq = page.column("seq").to_numpy()
    ts_ns, number = int(ts[-1]), int(seq[-1])
    same = int(np.count_nonzero((ts == ts_ns) & (seq == number)))
    if before is not None and (before.ts_ns, before.seq) == (ts_ns, number):
        same += before.same
    return _Cursor(ts_ns, number, same)
