"""Sequence: every event once, what is missing known, what comes late marked.

Executions (`Kind.TRADE`, `Kind.AGG_TRADE`) carry numbers that rise by one, so a jump is a gap and a
number seen before is a duplicate, be it from a second socket, a replay or a repair. Quotes and marks
are states: of these only one newer than the last is of use. Bars of the venue pass as they are.

A venue (or a simulator) may start its numbers anew. That is taken to have happened

- to executions, when a number that is not missing is not above the last, yet its event time is later
  than all seen, which a duplicate cannot be; or when the number jumps ahead by more than
  `longest_gap`;
- to quotes and marks, when lower ids keep coming and no higher one has come for `restart_after_ns`
  of receipt.

Where a venue numbers executions without order (`numbered` is False), one is a duplicate when its time
and number were seen together before, and nothing can be told to be missing.

A new sequence gives up the gaps of the old one as lost. The first number ever seen starts a sequence;
what lies before it is no gap, and is accepted as late when it is filled in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.live.continuity_kernels import (
    BITS,
    DUPLICATE,
    EXCLUDED,
    KEPT,
    LAST,
    NEWEST_TS,
    NOTHING,
    REFETCHED,
    RESTARTED,
    SEEN_FROM,
    follow_numbers,
    follow_states,
)
from quantdeck.live.holes import Holes
from quantdeck.live.recent import Recent
from quantdeck.live.sequences import more_state, no_state
from quantdeck.model.events import Flag, Kind
from quantdeck.model.feed import Gap, GapState

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.live.holes import Span
    from quantdeck.model.events import Rows

_STATE_FIELDS = {
    Kind.QUOTE: ("seq", "bid", "ask", "bid_size", "ask_size"),
    Kind.MARK: ("ts_event", "mark_price", "index_price", "funding_rate", "next_funding_ns"),
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """What is left of a batch, and what was learnt from it.

    Parameters
    ----------
    rows : structured array
        The events that are new, in order of arrival. The batch itself where all are.
    gaps : tuple of Gap
        Gaps found (open), completed (repaired) or given up (lost), in this order of happening. One
        that was found and completed within the batch is not mentioned.
    duplicates : int
        Rows left out since they had been seen.
    late : int
        Rows kept that came after a later one; `Flag.LATE` is set on them.
    stale : int
        Quotes and marks left out since a newer one was known.
    excluded : int
        Rows left out since they are no market prints (`Flag.EXCLUDED`).
    restarts : int
        Sequences that began anew.
    refetched : int
        Rows left out since they had been seen, that were fetched on purpose: no venue sent them
        twice.
    """

    rows: Rows
    gaps: tuple[Gap, ...] = ()
    duplicates: int = 0
    late: int = 0
    stale: int = 0
    excluded: int = 0
    restarts: int = 0
    refetched: int = 0


class _Found:
    # What one batch brings, gathered row by row

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.keep = np.zeros(len(rows), np.int64)
        self.tally = np.zeros(6, np.int64)
        self._gaps: list[Gap] = []
        self._late: list[int] = []

    def take(self, row: int, *, late: bool = False) -> None:
        if self.rows["flags"][row] & Flag.EXCLUDED:
            self.tally[EXCLUDED] += 1
            return
        self.keep[row] = 1
        self.tally[KEPT] += 1
        if late:
            self._late.append(row)

    def gap(self, gap: Gap | None) -> None:
        if gap is None:
            return
        opened = [g for g in self._gaps if (g.first_seq, g.symbol) == (gap.first_seq, gap.symbol)]
        if opened and gap.state is GapState.REPAIRED:
            self._gaps.remove(opened[-1])
        else:
            self._gaps.append(gap)

    def accepted(self) -> Accepted:
        kept, duplicates, stale, excluded, restarts, refetched = self.tally.tolist()
        rows = self.rows
        if self._late:
            rows = rows.copy()
            rows["flags"][self._late] |= np.uint8(Flag.LATE)
        if kept < len(rows):
            # As raw bytes: NumPy copies structured rows field by field, several times slower
            lines = rows.view(np.uint8).reshape(len(rows), rows.itemsize)
            rows = lines[np.flatnonzero(self.keep)].reshape(-1).view(rows.dtype)
        return Accepted(
            rows,
            gaps=tuple(self._gaps),
            duplicates=duplicates,
            late=len(self._late),
            stale=stale,
            excluded=excluded,
            restarts=restarts,
            refetched=refetched,
        )


class Continuity:
    """The sequences of one source.

    Owned by the hub, which passes every batch of the source through it before anything else.

    Parameters
    ----------
    source : str
        Vendor's service, for the gaps.
    symbol_of : callable
        Canonical symbol of an id, such as `InstrumentTable.symbol`.
    longest_gap : int
        A jump by more numbers is a new sequence, not a gap.
    restart_after_ns : int
        How long quotes and marks may stay behind their highest id before they are taken to have
        begun anew. [ns]
    numbered : bool
        Whether the numbers of executions rise by one.

    Examples
    --------
    >>> from quantdeck.model.events import TRADE_DTYPE
    >>> rows = np.zeros(4, TRADE_DTYPE)
    >>> rows["seq"], rows["ts_event"] = [1, 2, 2, 5], [10, 20, 20, 50]
    >>> accepted = Continuity("binance-usdm", lambda _: "BINANCE-USDM:BTCUSDT").accept(
    ...     Kind.TRADE, rows
    ... )
    >>> accepted.rows["seq"].tolist(), accepted.duplicates
    ([1, 2, 5], 1)
    >>> [(gap.first_seq, gap.last_seq, gap.state.value) for gap in accepted.gaps]
    [(3, 4, 'open')]
    """

    def __init__(
        self,
        source: str,
        symbol_of: Callable[[int], str],
        *,
        longest_gap: int = 10_000_000,
        restart_after_ns: int = 3_000_000_000,
        numbered: bool = True,
    ) -> None:
        self._source = source
        self._symbol_of = symbol_of
        self._longest_gap = longest_gap
        self._restart_after_ns = restart_after_ns
        self._numbered = {kind: no_state(3) for kind in (Kind.TRADE, Kind.AGG_TRADE)}
        self._states = {kind: no_state(BITS + 4) for kind in _STATE_FIELDS}
        self._holes: dict[tuple[Kind, int], Holes] = {}
        self._recent: dict[tuple[Kind, int], Recent] | None = None if numbered else {}
        # Of interrupted streams the newest number and event time
        self._breaks: dict[tuple[Kind, int], tuple[int, int]] = {}

    def accept(self, kind: Kind, rows: Rows) -> Accepted:
        """Return the rows that are new.

        Parameters
        ----------
        kind : Kind
            Layout of the rows.
        rows : structured array of shape (n,)
            One batch in order of arrival. It is not written to.

        Returns
        -------
        Accepted
            What is new, what is missing and what was left out.
        """
        if kind in self._numbered:
            if self._recent is not None:
                return self._accept_named(kind, rows, self._recent)
            return self._accept_numbered(kind, rows)
        if kind in self._states:
            return self._accept_states(kind, rows)
        return Accepted(rows)

    def open_gaps(self) -> list[Gap]:
        """Return every open gap of the source, as it was found."""
        return [gap for holes in self._holes.values() for gap in holes.gaps()]

    def missing(self, kind: Kind, symbol_id: int, gap: Gap) -> list[Span]:
        """Return the numbers of a gap that are still out.

        Parameters
        ----------
        kind : Kind
            Kind of the stream.
        symbol_id : int
            Id of its instrument.
        gap : Gap
            As it was reported.

        Returns
        -------
        list of (int, int)
            First and last number of every stretch, both included; empty where nothing is missing.
        """
        holes = self._holes.get((kind, symbol_id))
        return holes.missing(gap.first_seq, gap.last_seq) if holes else []

    def give_up(self, kind: Kind, symbol_id: int, gap: Gap) -> list[Gap]:
        """Close a gap that nobody can fill any more.

        Parameters
        ----------
        kind : Kind
            Kind of the stream.
        symbol_id : int
            Id of its instrument.
        gap : Gap
            As it was reported.

        Returns
        -------
        list of Gap
            The gap as lost, to be put on record; empty where it was not open.
        """
        holes = self._holes.get((kind, symbol_id))
        if holes is None:
            return []
        lost = holes.give_up(gap.first_seq)
        self._numbered[kind][symbol_id, SEEN_FROM] = holes.seen_from
        return lost

    def interrupt(self, symbol_id: int) -> list[Gap]:
        """Expect a break in the sequences of a symbol, such as when capture of it is stopped.

        What is missed until the next higher number is no gap, but is accepted as late when it is
        filled in. What was seen before stays seen.

        Parameters
        ----------
        symbol_id : int
            Id of the instrument.

        Returns
        -------
        list of Gap
            Its open gaps, now lost.
        """
        lost: list[Gap] = []
        for kind, state in self._numbered.items():
            stream = (kind, symbol_id)
            if stream in self._holes and stream not in self._breaks:
                self._breaks[stream] = int(state[symbol_id, LAST]), int(state[symbol_id, NEWEST_TS])
                # Next to nothing there is no number: the compiled loop hands on every row.
                state[symbol_id] = NOTHING
                lost += self._holes[stream].interrupt()
        return lost

    def _accept_named(
        self, kind: Kind, rows: Rows, recent: dict[tuple[Kind, int], Recent]
    ) -> Accepted:
        found = _Found(rows)
        for row, (symbol_id, ts, seq) in enumerate(rows[["symbol", "ts_event", "seq"]].tolist()):
            seen = recent.setdefault((kind, symbol_id), Recent())
            late = ts < seen.newest_ns
            if seen.is_new(ts, seq):
                found.take(row, late=late)
            else:
                found.tally[REFETCHED if rows["flags"][row] & Flag.REPAIRED else DUPLICATE] += 1
        return found.accepted()

    def _accept_numbered(self, kind: Kind, rows: Rows) -> Accepted:
        found = _Found(rows)
        fields = (rows["ts_event"], rows["seq"], rows["symbol"], rows["flags"])
        row = 0
        while True:
            state = self._numbered[kind]
            row = follow_numbers(*fields, row, state, found.keep, found.tally)
            if row >= len(rows):
                return found.accepted()
            if rows["symbol"][row] >= len(state):
                self._numbered[kind] = more_state(state, int(rows["symbol"][row]) + 1)
                continue
            self._decide(kind, row, found)
            row += 1

    def _decide(self, kind: Kind, row: int, found: _Found) -> None:
        # The rare rows: first of a sequence, after a gap, late, restarted, or an odd duplicate
        event = found.rows[row]
        seq, ts, symbol_id = int(event["seq"]), int(event["ts_event"]), int(event["symbol"])
        stream = (kind, symbol_id)
        state = self._numbered[kind][symbol_id]
        last, newest_ts = self._breaks.get(stream) or (int(state[LAST]), int(state[NEWEST_TS]))
        holes = self._holes.get(stream)
        if holes is None:
            self._begin(kind, row, found)
        elif seq > last:
            if stream in self._breaks:
                del self._breaks[stream]
                holes.resume(last, seq)
            elif seq - last - 1 > self._longest_gap:
                self._begin(kind, row, found)
                return
            else:
                found.gap(holes.open(self._gap(kind, event, last, newest_ts)))
                found.gap(holes.gaps()[-1])
            state[:] = seq, max(ts, newest_ts), holes.seen_from
            found.take(row)
        elif ts > newest_ts and not (event["flags"] & Flag.REPAIRED or holes.covers(seq)):
            self._begin(kind, row, found)
        else:
            new, completed = holes.fill(seq)
            found.gap(completed)
            state[SEEN_FROM] = holes.seen_from
            if new:
                found.take(row, late=True)
            else:
                found.tally[REFETCHED if event["flags"] & Flag.REPAIRED else DUPLICATE] += 1

    def _begin(self, kind: Kind, row: int, found: _Found) -> None:
        event = found.rows[row]
        symbol_id, seq = int(event["symbol"]), int(event["seq"])
        old = self._holes.get((kind, symbol_id))
        if old is not None:
            found.tally[RESTARTED] += 1
            for gap in old.give_up():
                found.gap(gap)
        self._holes[kind, symbol_id] = Holes(seq)
        self._breaks.pop((kind, symbol_id), None)
        self._numbered[kind][symbol_id] = seq, int(event["ts_event"]), seq
        found.take(row)

    def _gap(self, kind: Kind, event: np.void, last: int, newest_ts: int) -> Gap:
        return Gap(
            source=self._source,
            symbol=self._symbol_of(int(event["symbol"])),
            kind=kind.value,
            first_seq=last + 1,
            last_seq=int(event["seq"]) - 1,
            found_ns=int(event["ts_recv"]),
            after_ts_ns=newest_ts,
            before_ts_ns=int(event["ts_event"]),
        )

    def _accept_states(self, kind: Kind, rows: Rows) -> Accepted:
        found = _Found(rows)
        number, *values = _STATE_FIELDS[kind]
        a, b, c, d = (rows[name].view(np.int64) for name in values)
        fields = (rows[number], rows["ts_recv"], a, b, c, d, rows["symbol"])
        row = 0
        while True:
            state = self._states[kind]
            row = follow_states(
                *fields, row, self._restart_after_ns, state, found.keep, found.tally
            )
            if row >= len(rows):
                return found.accepted()
            self._states[kind] = more_state(state, int(rows["symbol"][row]) + 1)
