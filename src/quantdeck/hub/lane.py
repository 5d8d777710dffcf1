"""One feed's way in: what it decoded, each event once, to everything that wants it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from msgspec import structs

from quantdeck.live.continuity import Continuity
from quantdeck.live.rates import LagWindow, MessageRate
from quantdeck.model.errors import BadInput
from quantdeck.model.events import Batch, Flag, Kind
from quantdeck.ports.feed import LearntDelay

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.hub.gaps import GapLedger
    from quantdeck.live.holes import Span
    from quantdeck.live.rings import RingSet
    from quantdeck.model.events import Rows
    from quantdeck.model.feed import Delay, Gap, Provenance
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import Feed


@dataclass(slots=True)
class LaneCounts:
    """What became of a feed's events.

    Parameters
    ----------
    accepted, duplicates, late, stale, excluded : int
        As `quantdeck.live.continuity.Accepted` counts them.
    overrun : int
        Overwritten in the ring before they were taken out.
    not_taped : int
        Refused by the tape, whose status says why.
    """

    accepted: int = 0
    duplicates: int = 0
    late: int = 0
    stale: int = 0
    excluded: int = 0
    overrun: int = 0
    not_taped: int = 0


class Lane:
    """Takes a feed's events out of its rings and hands them on. Owned by the machine.

    Parameters
    ----------
    provenance : Provenance
        What the feed's data are.
    rings : RingSet
        Where the feed writes.
    instruments : InstrumentTable
        Ids of symbols.
    ledger : GapLedger or None
        Takes the gaps; None where missing numbers mean nothing, as in a replay of a choice.
    consumers : sequence of callable
        Each takes the kind and the rows of every batch, on the event loop.
    tape : callable or None
        Takes every batch; returns False where it had no room.
    clock : Clock
        Where the time comes from.
    numbered : bool
        Whether the numbers of the feed's executions rise by one.

    Attributes
    ----------
    rate : MessageRate
        Events a second as they arrived, before anything is left out.
    lag : LagWindow
        Receipt minus event of the last minute.
    """

    def __init__(  # noqa: PLR0913 - what it is connected to
        self,
        provenance: Provenance,
        *,
        rings: RingSet,
        instruments: InstrumentTable,
        ledger: GapLedger | None,
        consumers: Sequence[Callable[[Kind, Rows], None]],
        tape: Callable[[Batch], bool] | None,
        clock: Clock,
        numbered: bool = True,
    ) -> None:
        self.provenance = provenance
        self.rings = rings
        self.rate = MessageRate()
        self.lag = LagWindow()
        self._clock = clock
        self.counts = LaneCounts()
        self._instruments = instruments
        self._ledger = ledger
        self._consumers = tuple(consumers)
        self._tape = tape
        self._continuity = Continuity(provenance.source, instruments.symbol, numbered=numbered)
        self._muted: set[int] = set()
        self._delay: Callable[[], Delay] | None = None

    def follow(self, feed: Feed) -> None:
        """Write beside the data of this feed how late they are, as it learns it."""
        if isinstance(feed, LearntDelay):
            self._delay = lambda: feed.delay

    def drain(self) -> None:
        """Hand on everything written since the last call."""
        now_ns = self._clock.monotonic_ns()
        if self._delay is not None and (delay := self._delay()) is not self.provenance.delay:
            self.provenance = structs.replace(self.provenance, delay=delay)
        for kind, drained in self.rings.drain():
            rows = self._audible(drained) if self._muted else drained
            # What was fetched afterwards says nothing of how busy the market is.
            fetched = int(np.count_nonzero(rows["flags"] & np.uint8(Flag.REPAIRED)))
            self.rate.add(len(rows) - fetched, now_ns)
            self._hand_on(kind, rows)
        self.counts.overrun = self.rings.overrun

    def recall(self, kind: Kind, rows: Rows) -> int:
        """Take in events that were captured before, and return how many were new here.

        They are on the tape already and no news: neither written nor counted, and what they miss has
        been put on record by whoever captured them.
        """
        accepted = self._continuity.accept(kind, rows)
        if len(accepted.rows):
            for consumer in self._consumers:
                consumer(kind, accepted.rows)
        return len(accepted.rows)

    def resume(self, symbol: str) -> None:
        """Expect the capture of a symbol after what was recalled; what lies between is no gap."""
        self._continuity.interrupt(self._instruments.id_of(symbol))

    def missing(self, gap: Gap) -> list[Span]:
        """Return the numbers of a gap that are still out: first and last of every stretch."""
        symbol_id = self._instruments.id_of(gap.symbol)
        return self._continuity.missing(Kind(gap.kind), symbol_id, gap)

    def give_up(self, gap: Gap) -> list[Gap]:
        """Close a gap that nobody can fill, and return it as lost."""
        return self._continuity.give_up(Kind(gap.kind), self._instruments.id_of(gap.symbol), gap)

    def mute(self, symbol: str) -> None:
        """Take nothing of a symbol from now on: capture of it has stopped.

        What is still on its way, from a socket or a repair, is let go: taken in, it would make the
        time until the next start a gap.
        """
        number = self._instruments.id_of(symbol)
        self._muted.add(number)
        gaps = self._continuity.interrupt(number)
        if self._ledger is not None:
            self._ledger.note(gaps)

    def unmute(self, symbol: str) -> None:
        """Take events of a symbol again; what was missed meanwhile is no gap."""
        self._muted.discard(self._instruments.id_of(symbol))

    def _audible(self, rows: Rows) -> Rows:
        muted = np.isin(rows["symbol"], list(self._muted))
        return rows[~muted] if muted.any() else rows

    def _hand_on(self, kind: Kind, rows: Rows) -> None:
        accepted = self._continuity.accept(kind, rows)
        counts = self.counts
        counts.accepted += len(accepted.rows)
        counts.duplicates += accepted.duplicates
        counts.late += accepted.late
        counts.stale += accepted.stale
        counts.excluded += accepted.excluded
        if accepted.gaps and self._ledger is not None:
            self._ledger.note(accepted.gaps)
        if not len(accepted.rows):
            return
        # A bar is stamped with its start, and what was fetched is late on purpose.
        if kind is not Kind.BAR and not accepted.rows["flags"][-1] & Flag.REPAIRED:
            self.lag.add(accepted.rows, int(accepted.rows["ts_recv"][-1]))
        for consumer in self._consumers:
            consumer(kind, accepted.rows)
        if self._tape is not None:
            batch = Batch(kind, accepted.rows, self.provenance)
            if not self._tape(batch):
                counts.not_taped += len(accepted.rows)


def lane_of(lanes: Sequence[Lane], source: str) -> Lane:
    """Return the lane of a source.

    Raises
    ------
    BadInput
        If there is none.
    """
    for lane in lanes:
        if lane.provenance.source == source:
            return lane
    known = ", ".join(lane.provenance.source for lane in lanes)
    raise BadInput(f"no feed {source!r} is configured; there are {known}")
