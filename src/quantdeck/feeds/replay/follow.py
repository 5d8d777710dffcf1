"""What another process captures, read off the bus as it comes: a feed for a page of its own."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.feeds.replay.feed import met_instrument
from quantdeck.model.errors import NoData, StoreError, VenueError
from quantdeck.model.events import Kind
from quantdeck.model.feed import FeedState, FeedStatus, Gap, GapState
from quantdeck.ports.bus import Topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from quantdeck.model.events import Batch
    from quantdeck.model.feed import Delay
    from quantdeck.model.instruments import Instrument, InstrumentTable
    from quantdeck.ports.bus import BusFollower, Note
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import BulkSink, OnData

_LOG = logging.getLogger(__name__)
_TICK_S = 0.1
_LOOK_NS = 1_000_000_000
_SILENT_NS = 30_000_000_000
_AT_ONCE = 4096
_GAPS_KEPT = 1000


class TapeFeed:
    """Fulfils `quantdeck.ports.feed.Feed`. Owned by the hub, which runs `run` as one task.

    Parameters
    ----------
    source : str
        Service whose data are followed, such as ``binance-usdm``.
    follower : BusFollower
        Reads the bus; closed when `run` ends.
    past_bars : callable
        Reads the bars of symbols that are on the tape already.
    sink : BulkSink
        Where the events go.
    on_data : callable
        Called after every portion of events.
    instruments : InstrumentTable
        Ids of canonical symbols.
    clock : Clock
        Paces.
    delay : Delay
        What the data are.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        source: str,
        *,
        follower: BusFollower,
        past_bars: Callable[[Sequence[str]], Iterator[tuple[list[str], Batch]]],
        sink: BulkSink,
        on_data: OnData,
        instruments: InstrumentTable,
        clock: Clock,
        delay: Delay,
    ) -> None:
        self._source = source
        self._follower = follower
        self._past_bars = past_bars
        self._sink = sink
        self._on_data = on_data
        self._instruments = instruments
        self._clock = clock
        self._delay = delay
        self._chosen: list[str] = []
        self._with_past: set[str] = set()
        self._messages = 0
        self._last_ns: int | None = None
        self._looked_ns: int | None = None
        self._lost: deque[Gap] = deque(maxlen=_GAPS_KEPT)
        self._state, self._detail = FeedState.CONNECTING, ""
        self._since_ns = clock.now_ns()

    @property
    def source(self) -> str:
        """Service whose data are followed."""
        return self._source

    async def run(self) -> None:
        """Follow until cancelled; what the tape does is told, never raised."""
        try:
            while True:
                await self._step()
                await self._clock.sleep(_TICK_S)
        finally:
            await self._follower.close()
            self._enter(FeedState.STOPPED, "stopped")

    async def set_symbols(self, symbols: Sequence[str]) -> None:
        """Take the events of these canonical symbols and no others, their bars of before included.

        Whether they are captured is up to the process that writes the tape.
        """
        self._chosen = list(dict.fromkeys(symbols))
        new = [symbol for symbol in self._chosen if symbol not in self._with_past]
        self._with_past |= set(new)
        if not new:
            return
        try:
            found = await asyncio.to_thread(lambda: list(self._past_bars(new)))
        except StoreError as error:
            self._enter(FeedState.DEGRADED, str(error))
            return
        for names, batch in found:
            self._take(dict(enumerate(names)), batch)

    def symbols(self) -> list[str]:
        """Return the canonical symbols being followed."""
        return list(self._chosen)

    def statuses(self) -> list[FeedStatus]:
        """Return how the following goes."""
        return [
            FeedStatus(
                name=f"{self._source}/tape",
                state=self._state,
                since_ns=self._since_ns,
                delay=self._delay,
                detail=self._detail,
                last_data_ns=self._last_ns,
                messages=self._messages,
            )
        ]

    async def instruments(self) -> list[Instrument]:
        """Return the instruments followed; a tape does not describe them further."""
        await asyncio.sleep(0)
        return [met_instrument(symbol) for symbol in self._chosen]

    async def repair(self, gap: Gap) -> int:
        """Leave it to the process that captures: what that fetches comes over the tape.

        Raises
        ------
        NoData
            If that process has given the gap up.
        VenueError
            If it has not.
        """
        await asyncio.sleep(0)
        stream = (gap.source, gap.symbol, gap.kind)
        if any(
            (each.source, each.symbol, each.kind) == stream
            and each.first_seq <= gap.last_seq
            and gap.first_seq <= each.last_seq
            for each in self._lost
        ):
            raise NoData(f"the process that captures {gap.symbol} no longer gets what a gap misses")
        raise VenueError(
            self._source, f"the process that captures {gap.symbol} fetches what a gap misses"
        )

    async def _step(self) -> None:
        if not self._chosen:
            self._enter(FeedState.STOPPED, "no symbol is followed")
            return
        try:
            found = await self._follower.read_on()
        except StoreError as error:
            self._enter(FeedState.FAILED, str(error))
            return
        for symbols, batch in found:
            if batch.provenance.source == self._source:
                self._take(symbols, batch)
        self._note(self._follower.notes())
        await self._look()

    def _note(self, notes: Sequence[Note]) -> None:
        for note in notes:
            if note.topic is Topic.GAP:
                try:
                    gap = msgspec.json.decode(note.body, type=Gap)
                except msgspec.DecodeError as error:
                    _LOG.warning("the gap %s cannot be read: %s", note.key, error)
                    continue
                if gap.state is GapState.LOST and gap.source == self._source:
                    self._lost.append(gap)

    async def _look(self) -> None:
        # Whether anybody writes is asked of others, and no more than once a second.
        now_ns = self._clock.now_ns()
        if self._looked_ns is not None and 0 <= now_ns - self._looked_ns < _LOOK_NS:
            return
        self._looked_ns = now_ns
        if trouble := await self._follower.trouble():
            self._enter(FeedState.BACKOFF, trouble)
        elif self._last_ns is None:
            self._enter(FeedState.CONNECTING, f"nothing of {', '.join(self._chosen)} has come yet")
        elif now_ns - self._last_ns > _SILENT_NS:
            self._enter(FeedState.STALE, "the process that captures has written nothing lately")
        else:
            self._enter(FeedState.LIVE, self._missed())

    def _missed(self) -> str:
        missed = self._follower.missed
        return f"{missed:,} events were no longer on the bus when they were read" if missed else ""

    def _take(self, symbols: Mapping[int, str], batch: Batch) -> None:
        ids = np.full(max(symbols, default=-1) + 1, -1, dtype=np.int32)
        for number, name in symbols.items():
            if name in self._chosen:
                ids[number] = self._instruments.id_of(name)
        named = ids.take(batch.rows["symbol"])
        rows = batch.rows[named >= 0]
        if not len(rows):
            return
        rows["symbol"] = named[named >= 0]
        self._messages += len(rows)
        if batch.kind is not Kind.BAR:
            self._last_ns = max(self._last_ns or 0, int(rows["ts_recv"].max()))
        # No more than a ring holds, so that nothing is lost of much at once.
        for first in range(0, len(rows), _AT_ONCE):
            some = np.ascontiguousarray(rows[first : first + _AT_ONCE])
            self._sink.extend(batch.kind, some.view(np.uint8).data)
            self._on_data()

    def _enter(self, state: FeedState, detail: str) -> None:
        if state is not self._state:
            self._since_ns = self._clock.now_ns()
        self._state, self._detail = state, detail
