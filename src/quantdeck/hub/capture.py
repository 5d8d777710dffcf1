"""What is captured: the feeds, their lanes, and the symbols chosen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import structs

from quantdeck.hub.lane import Lane, lane_of
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import BadInput, NoData, VenueError
from quantdeck.model.feed import FeedState
from quantdeck.model.instruments import canonical, venue_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from quantdeck.hub.gaps import GapLedger
    from quantdeck.hub.supervise import Supervisor
    from quantdeck.live.holes import Span
    from quantdeck.model.events import Batch, Kind, Rows
    from quantdeck.model.feed import FeedStatus, Gap, Provenance
    from quantdeck.model.instruments import Instrument, InstrumentTable
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink, Feed, OnData


# A request brings so many events at least: what lies closer is asked for together.
_ONE_REQUEST = 500


@dataclass(frozen=True, slots=True)
class FeedPlan:
    """A feed that is to be run.

    Parameters
    ----------
    provenance : Provenance
        What its data are.
    venue : str
        Venue part of its symbols.
    symbols : tuple of str
        Canonical symbols captured at first.
    make : callable
        Builds the feed around a sink and a signal of data.
    close : callable or None
        Called when the feed is used no more.
    trades : Kind or None
        Kind of executions it brings, of which earlier ones may be recalled; None where it brings
        none.
    numbered : bool
        Whether the numbers of its executions rise by one, so that a gap can be told.
    """

    provenance: Provenance
    venue: str
    symbols: tuple[str, ...]
    make: Callable[[EventSink, OnData], Feed]
    close: Callable[[], None] | None = None
    trades: Kind | None = None
    numbered: bool = True


class Capture:
    """Runs the feeds and chooses their symbols. Owned by the machine.

    Parameters
    ----------
    plans : sequence of FeedPlan
        The feeds; the first gives the venue of symbols written without one.
    instruments : InstrumentTable
        Ids of symbols.
    ring_rows : int
        Rows of every ring, a power of two.
    ledger : GapLedger or None
        Takes the gaps.
    consumers : sequence of callable
        What lanes hand batches to.
    tape : callable or None
        Takes every batch.
    clock : Clock
        Where the time comes from.
    """

    def __init__(  # noqa: PLR0913 - what it is connected to
        self,
        plans: Sequence[FeedPlan],
        *,
        instruments: InstrumentTable,
        ring_rows: int,
        ledger: GapLedger | None,
        consumers: Sequence[Callable[[Kind, Rows], None]],
        tape: Callable[[Batch], bool] | None,
        clock: Clock,
    ) -> None:
        self.lanes: list[Lane] = []
        self._plans = tuple(plans)
        self._feeds: dict[str, Feed] = {}
        for plan in plans:
            rings = RingSet(ring_rows)
            lane = Lane(
                plan.provenance,
                rings=rings,
                instruments=instruments,
                ledger=ledger,
                consumers=consumers,
                tape=tape,
                clock=clock,
                numbered=plan.numbered,
            )
            self.lanes.append(lane)
            feed = self._feeds[plan.venue] = plan.make(rings, lane.drain)
            lane.follow(feed)
        self._default_venue = plans[0].venue if plans else ""
        self._chosen = [symbol for plan in plans for symbol in plan.symbols]
        self.is_on = False
        self._was_stopped = False
        # A vendor is asked for its symbols meanwhile: who comes later has the last word.
        self._changing = asyncio.Lock()

    def run(self, supervisor: Supervisor) -> None:
        """Start every feed as a supervised task."""
        for feed in self._feeds.values():
            supervisor.start(f"feed {feed.source}", feed.run)

    async def start(self, symbols: Sequence[str] | None) -> list[str]:
        """Capture these symbols and no others; None takes those captured last.

        Returns
        -------
        list of str
            Canonical symbols, in the order given.

        Raises
        ------
        BadInput
            If a symbol or its venue is not known; nothing has changed then.
        """
        async with self._changing:
            chosen = self.choice(symbols)
            await self._set(chosen)
            self._chosen = chosen
            self.is_on = True
            self._was_stopped = False
            return chosen

    def choice(self, symbols: Sequence[str] | None) -> list[str]:
        """Return the symbols of `start` in canonical form, whether a vendor knows them or not.

        Raises
        ------
        BadInput
            If there is none, or one cannot be a symbol of a venue that has a feed.
        """
        chosen = list(dict.fromkeys(self._canonical(s) for s in symbols or self._chosen))
        # A deck of option chains alone has nothing to choose.
        if not chosen and self._plans:
            raise BadInput("no symbol to capture was named; name at least one")
        return chosen

    def trades_of(self, symbol: str) -> tuple[Lane, Kind] | None:
        """Return the lane of a symbol and the kind of executions its feed brings, or None."""
        for lane, plan in zip(self.lanes, self._plans, strict=True):
            if plan.venue == venue_of(symbol) and plan.trades is not None:
                return lane, plan.trades
        return None

    async def stop(self) -> bool:
        """Capture nothing; the choice of symbols stays.

        Returns
        -------
        bool
            Whether anything was captured before.
        """
        async with self._changing:
            was_on = self.is_on
            await self._set([])
            self.is_on = False
            self._was_stopped = self._was_stopped or was_on
            return was_on

    def symbols(self) -> list[str]:
        """Return the canonical symbols chosen, captured or not; where none was, those met."""
        if self._chosen:
            return list(self._chosen)
        return sorted(symbol for feed in self._feeds.values() for symbol in feed.symbols())

    def lanes_of(self, symbols: Iterable[str]) -> list[Lane]:
        """Return the lanes that bring these symbols; all of them where none does, as in a replay."""
        venues = {venue_of(symbol) for symbol in symbols}
        found = [
            lane for lane, venue in zip(self.lanes, self._feeds, strict=True) if venue in venues
        ]
        return found or list(self.lanes)

    def closed(self, symbols: Iterable[str]) -> str:
        """Return why nothing can come of these symbols: all their markets are closed; else empty."""
        venues = {venue_of(symbol) for symbol in symbols}
        found = [s for v, feed in self._feeds.items() if v in venues for s in feed.statuses()]
        return found[0].detail if found and all(each.is_closed for each in found) else ""

    def close(self) -> None:
        """Let go of what the plans opened; the feeds must have ended."""
        for plan in self._plans:
            if plan.close is not None:
                plan.close()

    def statuses(self) -> list[FeedStatus]:
        """Return the state of every connection."""
        found = [status for feed in self._feeds.values() for status in feed.statuses()]
        if not self._was_stopped:
            return found
        # A feed without symbols does not know why.
        return [
            structs.replace(status, detail="capture was stopped by the user")
            if status.state is FeedState.STOPPED
            else status
            for status in found
        ]

    async def instruments(self) -> list[Instrument]:
        """Return what the vendors trade.

        Raises
        ------
        VenueError
            If none of them answered.
        """
        found: list[Instrument] = []
        failure: VenueError | None = None
        for feed in self._feeds.values():
            try:
                found += await feed.instruments()
            except VenueError as error:
                failure = error
        if failure is not None and not found:
            raise failure
        return found

    async def repair(self, gap: Gap) -> int:
        """Have a gap's feed fetch what of it is still missing, and return the count.

        Raises
        ------
        NoData
            If the vendor no longer offers some of it; what it does offer has been fetched.
        VenueError
            If it cannot be fetched now; ask again later.
        """
        feed = self._feeds[venue_of(gap.symbol)]
        count, gone = 0, None
        for first, last in _joined(lane_of(self.lanes, gap.source).missing(gap)):
            try:
                count += await feed.repair(structs.replace(gap, first_seq=first, last_seq=last))
            except NoData as error:
                gone = error
        if gone is not None:
            raise gone
        return count

    def give_up(self, gap: Gap) -> list[Gap]:
        """Close a gap for good, and return it as lost."""
        return lane_of(self.lanes, gap.source).give_up(gap)

    async def _set(self, chosen: Sequence[str]) -> None:
        before = {venue: feed.symbols() for venue, feed in self._feeds.items()}
        changed: list[str] = []
        try:
            for venue, feed in self._feeds.items():
                wanted = [s for s in chosen if venue_of(s) == venue]
                if wanted != before[venue]:
                    await feed.set_symbols(wanted)
                    changed.append(venue)
                    self._listen(venue, before[venue])
        except BadInput:
            for venue in changed:
                now = self._feeds[venue].symbols()
                await self._feeds[venue].set_symbols(before[venue])
                self._listen(venue, now)
            raise

    def _listen(self, venue: str, before: Sequence[str]) -> None:
        lane = self.lanes[list(self._feeds).index(venue)]
        now = self._feeds[venue].symbols()
        for symbol in now:
            lane.unmute(symbol)
        for symbol in before:
            if symbol not in now:
                lane.mute(symbol)

    def _canonical(self, text: str) -> str:
        symbol = canonical(text, default_venue=self._default_venue)
        if venue_of(symbol) not in self._feeds:
            known = ", ".join(self._feeds) or "none"
            raise BadInput(f"{symbol}: no feed of venue {venue_of(symbol)} runs; there are {known}")
        return symbol


def _joined(spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for first, last in spans:
        if joined and first - joined[-1][1] < _ONE_REQUEST:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined
