"""The option chains a deck watches, and what they say of the rate of interest.

Quotes go into the book on the event loop, at O(1) an event. A refresh copies the expiries that changed
and studies them in a thread, so that a chain of any size holds nothing up. Every set of rules that
somebody looks at has a view of its own, which is kept up for as long as it is asked for.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.hub.box_views import RateView, study_chain
from quantdeck.hub.lane import Lane
from quantdeck.live.box_book import BoxBook
from quantdeck.live.rings import RingSet
from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.errors import NoData
from quantdeck.ports.chains import Budget

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from quantdeck.analytics.boxes import BoxRules
    from quantdeck.hub.parts import Parts
    from quantdeck.hub.supervise import Supervisor
    from quantdeck.live.box_book import ChainKey
    from quantdeck.model.events import Batch
    from quantdeck.model.feed import FeedStatus, Provenance
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.model.options import OptionContract
    from quantdeck.ports.box_store import BoxStore
    from quantdeck.ports.chains import ChainFeed, ChainRequest, ChainSource
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink, OnData, OnGap
    from quantdeck.views.boxes import RateLine

_VIEWS = 6
_DAY_NS = 86_400_000_000_000
_FORGOTTEN_NS = 20_000_000_000
# Ages grow without a quote, so every expiry is looked at again after this long.
_AGED_NS = 10_000_000_000


@dataclass(frozen=True, slots=True)
class BoxParts:
    """What a desk is put together from.

    Parameters
    ----------
    provenance : Provenance
        What the vendor's data are.
    make : callable
        Builds the vendor's feed around a sink, a signal of data and a taker of gaps.
    requests : tuple of ChainRequest
        The chains that are watched.
    streams : bool
        Whether quotes are streamed; else they come with the snapshots alone.
    collect : callable
        ``await collect(source)`` asks the source for snapshots and keeps them, until cancelled.
    store : BoxStore
        Snapshots and the history of rates.
    rules : BoxRules
        The settings' rules.
    benchmark : RateLine or None
        What rates are compared with.
    refresh_s : float
        Time between two refreshes. [s]
    records : bool
        Whether streamed quotes go on the tape; snapshots are kept in any case.
    stale_after_s : float
        Age of the newest quote from which on the desk counts as stale. [s]
    surface_minutes : float
        Surfaces show no quote that is so much older than the newest. [min]
    """

    provenance: Provenance
    make: Callable[[EventSink, OnData, OnGap], ChainFeed]
    requests: tuple[ChainRequest, ...]
    streams: bool
    collect: Callable[[ChainSource], Awaitable[None]]
    store: BoxStore
    rules: BoxRules
    benchmark: RateLine | None = None
    refresh_s: float = 1.0
    records: bool = False
    stale_after_s: float = 30.0
    surface_minutes: float = 60.0


class BoxDesk:
    """Owned by the machine. Fulfils `quantdeck.ports.chains.ChainSource` for its own collector.

    Parameters
    ----------
    parts : BoxParts
        What it is put together from.
    instruments : InstrumentTable
        Ids of symbols.
    tape : callable or None
        Takes every batch of streamed quotes.
    ring_rows : int
        Rows of every ring, a power of two.
    clock : Clock
        Where the time comes from.
    on_gap : callable
        Takes every break of the stream.

    Attributes
    ----------
    book : BoxBook
        The newest quotes.
    lane : Lane
        Way in of streamed quotes.
    snapshot_ns : int or None
        When the newest snapshot was taken, UTC. [ns]
    slowest_s : float
        Longest study of one chain in the last refresh that studied any. [s]
    revision : int
        Changes with every refresh of anything that is looked at.
    """

    def __init__(
        self,
        parts: BoxParts,
        *,
        instruments: InstrumentTable,
        tape: Callable[[Batch], bool] | None,
        ring_rows: int,
        clock: Clock,
        on_gap: OnGap,
    ) -> None:
        self.parts = parts
        self.book = BoxBook(instruments.id_of)
        self.snapshot_ns: int | None = None
        self.slowest_s = 0.0
        rings = RingSet(ring_rows)
        self.lane = Lane(
            parts.provenance,
            rings=rings,
            instruments=instruments,
            ledger=None,
            consumers=(self.book.take,),
            tape=tape,
            clock=clock,
        )
        self._feed = parts.make(rings, self.lane.drain, on_gap)
        self._clock = clock
        self._contracts: dict[str, Sequence[OptionContract]] = {}
        self._listed_day: dict[str, int] = {}
        self._views: dict[BoxRules, RateView] = {}
        self.revision = 0
        self._whole_ns = 0
        self._is_on = asyncio.Event()
        self._is_on.set()

    @property
    def source(self) -> str:
        """Short name of the vendor's service."""
        return self._feed.source

    @property
    def feed(self) -> str:
        """The vendor's name of the quality of its quotes."""
        return self._feed.feed

    @property
    def budget(self) -> Budget:
        """How much of what the plan streams is used."""
        return self._feed.budget if self.parts.streams else Budget(0, 0, 0)

    def run(self, supervisor: Supervisor) -> None:
        """Start every task; returns at once."""
        supervisor.start("box snapshots", self._collect)
        supervisor.start("box rates", self._refresh)
        if self.parts.streams:
            supervisor.start(f"box feed {self._feed.source}", self._feed.run)

    async def start(self) -> None:
        """Go on after a stop."""
        self._is_on.set()
        await self._stream()

    async def stop(self) -> None:
        """Take in nothing more until the next start."""
        self._is_on.clear()
        if self.parts.streams:
            await self._feed.set_symbols([])

    def statuses(self) -> list[FeedStatus]:
        """Return the state of every connection."""
        return self._feed.statuses() if self.parts.streams else []

    def watched(self) -> int:
        """Return how many contracts are watched."""
        return sum(len(some) for some in self._contracts.values())

    async def contracts(self, request: ChainRequest) -> Sequence[OptionContract]:
        """Return the listed contracts, see `ChainSource.contracts`."""
        return await self._feed.contracts(request)

    async def snapshot(self, request: ChainRequest) -> ChainSnapshot:
        """Return the quotes of an underlying's chains, see `ChainSource.snapshot`.

        The first comes from the vendor. While quotes are streamed, and polled beyond the plan, the
        later ones are what the book holds at the moment: the vendor is not asked twice. It is asked
        again when the stream has fallen silent, so that old quotes are not kept as if of now.
        """
        await self._is_on.wait()
        now_ns = self._clock.now_ns()
        if not self._is_listed(request, now_ns):
            found = await self._feed.contracts(request)
            self._contracts[request.underlying] = found
            self.book.list([each for some in self._contracts.values() for each in some])
            await self._stream()
        elif self.parts.streams and not self._is_silent(now_ns):
            return self._as_it_is(request, now_ns)
        taken = await self._feed.snapshot(request)
        self.book.seed(taken)
        # Noted last: without the first snapshot, a book has neither volumes nor what is not streamed.
        self._listed_day[request.underlying] = now_ns // _DAY_NS
        self.snapshot_ns = taken.taken_ns
        return taken

    async def ask(self, request: ChainRequest) -> ChainSnapshot:
        """Return chains that are not watched, straight from the vendor; see `ChainSource.snapshot`.

        Raises
        ------
        NoData
            If the capture is stopped, too.
        """
        if not self._is_on.is_set():
            raise NoData("the capture is stopped: no chain is asked for; press Start")
        return await self._feed.snapshot(request)

    def view(self, rules: BoxRules | None = None) -> RateView:
        """Return what the chains say under these rules, the settings' when none are given.

        The first answer for new rules is empty; the next refresh fills it.
        """
        wanted = rules or self.parts.rules
        view = self._views.get(wanted)
        if view is None:
            view = self._views[wanted] = RateView(wanted, pending=set(self.book.listed()))
        view.asked_ns = self._clock.monotonic_ns()
        return view

    def chain_key(self, name: str) -> ChainKey:
        """Return root and expiry of an expiry's name, the nearest where it is empty.

        Raises
        ------
        NoData
            If there is no such expiry.
        """
        names = {f"{root} {expiry}": (root, expiry) for root, expiry in self.book.listed()}
        if not names:
            raise NoData("no option chain has arrived yet")
        if not name:
            return min(names.values(), key=lambda key: (key[1], key[0]))
        if name not in names:
            raise NoData(f"no expiry {name!r} is watched; there are {', '.join(names)}")
        return names[name]

    async def refresh(self) -> None:
        """Study every expiry that changed, for every view somebody looks at."""
        touched = self.book.touched()
        now_ns, mono_ns = self._clock.now_ns(), self._clock.monotonic_ns()
        keys = self.book.listed()
        if mono_ns - self._whole_ns > _AGED_NS:
            touched, self._whole_ns = set(keys), mono_ns
        self.view()
        self._forget(mono_ns)
        if touched:
            self.slowest_s = 0.0
        for view in list(self._views.values()):
            view.pending |= touched
            await self._refresh_view(view, set(keys), now_ns)

    async def _refresh_view(self, view: RateView, known: set[ChainKey], now_ns: int) -> None:
        for gone in view.studies.keys() - known:
            del view.studies[gone]
        pending, view.pending = view.pending & known, set()
        # Nearest first: what trades most is freshest.
        for key in sorted(pending, key=lambda key: (key[1], key[0])):
            # Other contracts may have been listed meanwhile.
            if key not in self.book.listed():
                continue
            chain = self.book.chain(key)
            began = self._clock.monotonic_ns()
            view.studies[key] = await asyncio.to_thread(study_chain, chain, now_ns, view.rules)
            self.slowest_s = max(self.slowest_s, (self._clock.monotonic_ns() - began) / 1e9)
        if pending:
            view.revision += 1
            self.revision += 1

    def _forget(self, mono_ns: int) -> None:
        stale = [r for r, v in self._views.items() if mono_ns - v.asked_ns > _FORGOTTEN_NS]
        by_age = sorted(self._views, key=lambda rules: self._views[rules].asked_ns)
        for rules in {*stale, *by_age[:-_VIEWS]} - {self.parts.rules}:
            del self._views[rules]

    def _is_listed(self, request: ChainRequest, now_ns: int) -> bool:
        return self._listed_day.get(request.underlying) == now_ns // _DAY_NS

    def _is_silent(self, now_ns: int) -> bool:
        return now_ns - (self.book.newest_ns or 0) > self.parts.stale_after_s * 1e9

    def _as_it_is(self, request: ChainRequest, now_ns: int) -> ChainSnapshot:
        self.snapshot_ns = now_ns
        chains = tuple(c for c in self.book.chains() if c.underlying == request.underlying)
        return ChainSnapshot(now_ns, self.feed, self.parts.provenance, chains)

    async def _stream(self) -> None:
        if self.parts.streams and self._is_on.is_set():
            symbols = [each.symbol for some in self._contracts.values() for each in some]
            await self._feed.set_symbols([*self._contracts, *symbols])

    async def _collect(self) -> None:
        await self.parts.collect(self)

    async def _refresh(self) -> None:
        while True:
            await self.refresh()
            await self._clock.sleep(self.parts.refresh_s)


def new_box_desk(parts: Parts, *, on_gap: OnGap) -> BoxDesk | None:
    """Return the box desk of a machine, or None where no vendor of option chains is set up."""
    if parts.boxes is None:
        return None
    return BoxDesk(
        parts.boxes,
        instruments=parts.instruments,
        tape=parts.writer.append if parts.writer and parts.boxes.records else None,
        ring_rows=parts.ring_rows,
        clock=parts.clock,
        on_gap=on_gap,
    )
