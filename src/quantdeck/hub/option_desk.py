"""What the option chains of a deck say of volatility, while somebody asks.

The chains of the box desk's underlyings are the box desk's own: one book of quotes. Chains of further
underlyings are asked of the vendor, no more often than the settings say, and only while somebody looks.
Studies are made in a thread, one at a time; expiries whose quotes did not change are taken over from the
one before.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes.types import Status
from quantdeck.analytics.options.study import OptionRules, OptionStudy, study_chains
from quantdeck.hub.shared_work import SharedWork
from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.errors import NoData, VenueError
from quantdeck.model.feed import Delay

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from quantdeck.analytics.boxes.types import ExpiryRate
    from quantdeck.hub.box_desk import BoxDesk
    from quantdeck.hub.parts import Parts
    from quantdeck.live.box_book import ChainKey
    from quantdeck.model.chains import ExpiryChain
    from quantdeck.ports.box_store import BoxStore
    from quantdeck.ports.chains import ChainRequest, ChainSource
    from quantdeck.ports.clock import Clock

_SECOND_NS = 1_000_000_000
_ROUNDS_UNTIL_STALE = 3.0


@dataclass(frozen=True, slots=True)
class OptionQuestion:
    """Which study is asked for.

    Parameters
    ----------
    underlying : str
        Canonical symbol, such as ``US:SPX``.
    """

    underlying: str


@dataclass(frozen=True, slots=True)
class OptionParts:
    """What an option desk is put together from.

    Parameters
    ----------
    requests : tuple of ChainRequest
        Chains that are asked for beside those of the box desk.
    source : ChainSource or None
        Who is asked for them; the box desk's vendor where None.
    delay : Delay or None
        What the source's quotes are; None where it is the box desk's.
    store : BoxStore or None
        Where their snapshots are kept.
    keep : int
        Snapshots kept of each source and underlying.
    rules : OptionRules
        How chains are studied.
    refresh_s : float
        So long a study stands. [s]
    poll_s : float
        So long a snapshot stands that was asked for. [s]
    close : callable or None
        Ends the connections of the source.
    """

    requests: tuple[ChainRequest, ...] = ()
    source: ChainSource | None = None
    delay: Delay | None = None
    store: BoxStore | None = None
    keep: int = 500
    rules: OptionRules = field(default_factory=OptionRules)
    refresh_s: float = 5.0
    poll_s: float = 60.0
    close: Callable[[], Awaitable[None]] | None = None


class OptionDesk:
    """Owned by the machine.

    Parameters
    ----------
    parts : OptionParts
        What it is put together from.
    boxes : BoxDesk or None
        Whose chains are studied, too.
    clock : Clock
        Where the time comes from.

    Attributes
    ----------
    took_s : dict of str to float
        How long the last study of each underlying took. [s]
    """

    def __init__(self, parts: OptionParts, *, boxes: BoxDesk | None, clock: Clock) -> None:
        self.parts = parts
        self.took_s: dict[str, float] = {}
        self._boxes = boxes
        self._clock = clock
        self._turn = asyncio.Lock()
        fresh_ns = int(parts.refresh_s * _SECOND_NS)
        self._studies = SharedWork[OptionQuestion, OptionStudy](
            clock.monotonic_ns, fresh_ns=fresh_ns
        )
        self._snapshots = SharedWork[str, ChainSnapshot](
            clock.monotonic_ns, fresh_ns=int(parts.poll_s * _SECOND_NS)
        )
        self._last: dict[OptionQuestion, OptionStudy] = {}
        self._polled: dict[str, ChainSnapshot] = {}
        self._not_before_ns: dict[str, int] = {}
        self._layout = 0

    @property
    def revision(self) -> int:
        """Changes with every study."""
        return self._studies.made

    def underlyings(self) -> tuple[str, ...]:
        """Return the canonical symbols whose options can be studied, those of the box desk first."""
        watched = [] if self._boxes is None else [each.underlying for each in self._watched()]
        return tuple(dict.fromkeys([*watched, *(each.underlying for each in self._asked())]))

    def is_streamed(self, underlying: str) -> bool:
        """Return whether the chains of an underlying are the box desk's."""
        return self._boxes is not None and underlying in {e.underlying for e in self._watched()}

    @property
    def layout(self) -> int:
        """Changes when other expiries are there to choose from."""
        return self._layout + (0 if self._boxes is None else self._boxes.book.layout)

    def expiries(self, underlying: str) -> list[ChainKey]:
        """Return root and expiry of the chains of an underlying that have arrived so far."""
        if self._boxes is not None and self.is_streamed(underlying):
            book = self._boxes.book
            return [key for key in book.listed() if book.underlying(key) == underlying]
        taken = self._polled.get(underlying)
        return [] if taken is None else [chain.key for chain in taken.chains]

    def chain(self, underlying: str, key: ChainKey) -> ExpiryChain | None:
        """Return the quotes of one root and expiry as they are in memory; None where there are none."""
        if self._boxes is not None and self.is_streamed(underlying):
            return self._boxes.book.chain(key) if key in self._boxes.book.listed() else None
        taken = self._polled.get(underlying)
        return next((x for x in taken.chains if x.key == key), None) if taken else None

    async def refresh(self, underlying: str) -> None:
        """Ask for the chains of an underlying that are not streamed, where those in memory are old.

        Raises
        ------
        NoData
            If nobody can be asked.
        VenueError
            If they cannot be fetched now, and none were before.
        """
        if underlying in self.underlyings() and not self.is_streamed(underlying):
            await self._taken(underlying)

    def has_chains(self, underlying: str) -> bool:
        """Return whether the chains of an underlying are there, or can be asked for."""
        if self._boxes is None or not self.is_streamed(underlying):
            return True
        studies = self._boxes.view().studies.values()
        return any(study.chain.underlying == underlying for study in studies)

    def spot(self, underlying: str) -> tuple[float, int] | None:
        """Return the newest price of an underlying and its time, UTC [ns]; None where none is told."""
        if self._boxes is not None and self.is_streamed(underlying):
            return self._boxes.book.spot(underlying)
        taken = self._polled.get(underlying)
        prices = [] if taken is None else [c.spot for c in taken.chains if c.spot > 0.0]
        return None if taken is None or not prices else (prices[0], taken.taken_ns)

    def newest(self, underlying: str) -> tuple[int | None, float]:
        """Return the time of the newest quote, UTC [ns], and the age from which on it is stale [s]."""
        if self._boxes is not None and self.is_streamed(underlying):
            return self._boxes.book.newest_ns, self._boxes.parts.stale_after_s
        taken = self._polled.get(underlying)
        return None if taken is None else taken.taken_ns, _ROUNDS_UNTIL_STALE * self.parts.poll_s

    def source_of(self, underlying: str) -> str:
        """Return the short name of the service that the chains of an underlying come from."""
        source = self._source_of(underlying)
        return "" if source is None else source.source

    def feed_of(self, underlying: str) -> str:
        """Return the vendor's name of the quality of the quotes of an underlying."""
        source = self._source_of(underlying)
        return "" if source is None else source.feed

    def delay_of(self, underlying: str) -> Delay:
        """Return what the quotes of an underlying are."""
        if self.parts.delay is not None and not self.is_streamed(underlying):
            return self.parts.delay
        return Delay.REALTIME if self._boxes is None else self._boxes.parts.provenance.delay

    def _source_of(self, underlying: str) -> ChainSource | BoxDesk | None:
        if self.parts.source is not None and not self.is_streamed(underlying):
            return self.parts.source
        return self._boxes

    def known(self, question: OptionQuestion) -> OptionStudy | None:
        """Return the study if there is one that still stands."""
        return self._studies.known(question)

    async def study(self, question: OptionQuestion) -> OptionStudy:
        """Return the study that still stands, or a new one.

        Raises
        ------
        NoData
            If the options of the underlying are not watched, or no chain has arrived yet.
        BadInput
            If the vendor does not know the underlying.
        VenueError
            If its chains cannot be fetched now, and none were before.
        """
        known = self.underlyings()
        if question.underlying not in known:
            there = ", ".join(known) or "none"
            raise NoData(f"no options of {question.underlying} are watched; there are: {there}")
        return await self._studies.get(question, lambda: self._make(question))

    async def close(self) -> None:
        """End the connections of the source."""
        if self.parts.close is not None:
            await self.parts.close()

    async def _make(self, question: OptionQuestion) -> OptionStudy:
        is_streamed = self.is_streamed(question.underlying)
        taken = None if is_streamed else await self._taken(question.underlying)
        async with self._turn:
            lines = self._lines()
            if taken is None:
                at_ns = self._clock.now_ns()
                chains = self._chains(question.underlying)
            else:
                at_ns, chains = taken.taken_ns, taken.chains
            begun_ns = self._clock.monotonic_ns()
            study = await asyncio.to_thread(
                study_chains,
                chains,
                at_ns,
                self.parts.rules,
                rates={(line.root, line.expiry): line for line in lines} if is_streamed else None,
                rate_at=_curve(lines, self.parts.rules.rate),
                before=self._last.get(question),
            )
            took_ns = self._clock.monotonic_ns() - begun_ns
            self.took_s[question.underlying] = took_ns / _SECOND_NS
        self._last[question] = study
        return study

    def _lines(self) -> list[ExpiryRate]:
        return [] if self._boxes is None else self._boxes.view().rates()

    def _chains(self, underlying: str) -> list[ExpiryChain]:
        boxes = self._boxes
        studies = {} if boxes is None else boxes.view().studies
        found = [s.chain for s in studies.values() if s.chain.underlying == underlying]
        if not found:
            raise NoData(f"no option chain of {underlying} has arrived yet")
        return found

    async def _taken(self, underlying: str) -> ChainSnapshot:
        before = self._polled.get(underlying)
        now_ns = self._clock.monotonic_ns()
        if before is not None and now_ns < self._not_before_ns.get(underlying, 0):
            return before
        try:
            return await self._snapshots.get(underlying, lambda: self._ask(underlying))
        except (VenueError, NoData):
            if before is None:
                raise
            # What was there stays, as old as it is, and the vendor is left alone for a while.
            pause_ns = int(self.parts.poll_s * _SECOND_NS)
            self._not_before_ns[underlying] = now_ns + pause_ns
            return before

    async def _ask(self, underlying: str) -> ChainSnapshot:
        request = next(each for each in self._asked() if each.underlying == underlying)
        source = self.parts.source
        if source is None and self._boxes is not None:
            taken = await self._boxes.ask(request)
        elif source is not None:
            taken = await source.snapshot(request)
        else:
            raise NoData(f"no vendor of option chains is set up to ask for {underlying}")
        before = self._polled.get(underlying)
        self._polled[underlying] = taken
        if before is None or [c.key for c in before.chains] != [c.key for c in taken.chains]:
            self._layout += 1
        if self.parts.store is not None:
            await asyncio.to_thread(self._keep, self.parts.store, taken)
        return taken

    def _keep(self, store: BoxStore, taken: ChainSnapshot) -> None:
        store.keep(taken)
        store.prune(self.parts.keep, now_ns=taken.taken_ns)

    def _watched(self) -> Sequence[ChainRequest]:
        return () if self._boxes is None else self._boxes.parts.requests

    def _asked(self) -> Sequence[ChainRequest]:
        if self.parts.source is None and self._boxes is None:
            return ()
        return self.parts.requests


def _curve(lines: Sequence[ExpiryRate], otherwise: float) -> Callable[[float], float]:
    # Rates of boxes, where some are to be relied upon: linear between them, constant beyond.
    good = sorted((x for x in lines if x.status is Status.OK), key=lambda line: line.tau)
    if not good:
        return lambda _: otherwise
    times = np.array([line.tau for line in good])
    rates = np.array([line.rate_mid for line in good])
    return lambda tau: float(np.interp(tau, times, rates))


def new_option_desk(parts: Parts, boxes: BoxDesk | None) -> OptionDesk | None:
    """Return the option desk of a machine, or None where there are no chains to study."""
    if boxes is None and (parts.options is None or parts.options.source is None):
        return None
    return OptionDesk(parts.options or OptionParts(), boxes=boxes, clock=parts.clock)
