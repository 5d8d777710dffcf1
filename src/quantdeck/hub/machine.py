"""The running machine: capture, live state, tape and topics, kept going together.

Everything here runs on one event loop. What blocks (the tape's thread, a query) is behind the ports or
sent to a thread.
"""

from __future__ import annotations

import asyncio
import logging
import math
from contextlib import suppress
from typing import TYPE_CHECKING

from quantdeck.hub.alert_setup import new_alert_desk
from quantdeck.hub.box_desk import new_box_desk
from quantdeck.hub.capture import Capture
from quantdeck.hub.exit_parts import new_exit_watch
from quantdeck.hub.gaps import GapLedger
from quantdeck.hub.held_capture import HeldCapture
from quantdeck.hub.journal import Journal, interruption_text
from quantdeck.hub.option_desk import new_option_desk
from quantdeck.hub.paper_market import new_paper_desk
from quantdeck.hub.parts import Parts
from quantdeck.hub.recall import recall, recalled_since_ns, recalled_text
from quantdeck.hub.state import LiveState
from quantdeck.hub.supervise import Supervisor
from quantdeck.hub.topics import Topics
from quantdeck.hub.uploads import upload_desk
from quantdeck.live.rates import MessageRate, RateHistory
from quantdeck.model.errors import Conflict, StoreError, VenueError
from quantdeck.ports.tape import TapeStatus
from quantdeck.views.dashboard import LAG_WINDOW_S
from quantdeck.views.diff import change
from quantdeck.views.encode import to_json
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.hub.alert_desk import AlertDesk
    from quantdeck.hub.lane import Lane
    from quantdeck.hub.pair_paper import PairPaper
    from quantdeck.hub.publish import Publisher
    from quantdeck.live.rates import Lag
    from quantdeck.model.events import Kind, Rows
    from quantdeck.model.feed import FeedStatus, Gap
    from quantdeck.model.instruments import Instrument
    from quantdeck.ports.bus import BusStatus

__all__ = ["Machine", "Parts"]

_LOG = logging.getLogger(__name__)
_OBSERVE_S = 0.5
_ASK_INSTRUMENTS_S = 15.0
_ASK_AGAIN_S = 10.0


class Machine:
    """Owns everything that runs. Made by `quantdeck.app.compose`; one a process.

    Parameters
    ----------
    parts : Parts
        What it is put together from.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.mode = parts.mode
        self.version = parts.version
        self.clock = parts.clock
        self.reader = parts.reader
        self.topics = Topics(encode=to_json, change=change)
        self.state = self._new_state()
        self.journal = Journal(self.now_ns)
        self.ledger = GapLedger(self._record_gap, parts.clock)
        self.rates = RateHistory()
        self.supervisor = Supervisor(parts.clock)
        self.alerts: AlertDesk | None = None
        self.pairs: PairPaper | None = None
        self.capture = self._new_capture(self.state)
        self.desk = new_box_desk(parts, on_gap=lambda gap: self.ledger.note([gap]))
        self.options = new_option_desk(parts, self.desk)
        self.alerts = new_alert_desk(self)
        self.uploads = upload_desk(parts, self.capture, self.state)
        self.prices = parts.prices(self) if parts.prices else None
        self.paper = new_paper_desk(self)
        self.exits = new_exit_watch(self)
        self.pairs = parts.pairs(self) if parts.pairs else None
        self._connection_rates: dict[str, MessageRate] = {}
        self._instruments: dict[str, Instrument] = {}
        self._is_closed = self._is_measuring = self._is_desk_running = False
        self._stopped_ns: int | None = None
        self._restarting = asyncio.Lock()

    def run(self, publisher: Publisher) -> None:
        """Start every task; returns at once."""
        self.capture.run(self.supervisor)
        self.supervisor.start("publish", publisher.run)
        self.supervisor.start("observe", self._observe)
        self.supervisor.start("instruments", self._learn_instruments)
        if self.alerts is not None:
            self.alerts.run(self.supervisor)
        if self.prices is not None:
            self.prices.run(self.supervisor)
        if self.paper is not None:
            self.paper.run(self.supervisor)
            HeldCapture(self, self.paper).run(self.supervisor)
        if self.exits is not None:
            self.exits.run(self.supervisor)
        if self.pairs is not None:
            self.pairs.run(self.supervisor)
        if self.mode is not Mode.REPLAY:
            self.supervisor.start("repair", self._repair)
        if self.uploads is not None:
            self.supervisor.start("uploads", self.uploads.recall)

    async def close(self) -> None:
        """Stop every task, then write what is queued and close the tape. Idempotent."""
        if self._is_closed:
            return
        self._is_closed = True
        await self.supervisor.stop()
        await self._end_paper()
        for lane in self.lanes():
            lane.drain()
        self.capture.close()
        if self.alerts is not None:
            await self.alerts.close()
        if self.options is not None:
            await self.options.close()
        if self.parts.writer is not None:
            await asyncio.to_thread(self.parts.writer.close)
        if self.parts.compute is not None:
            await asyncio.to_thread(self.parts.compute.close)

    async def _end_paper(self) -> None:
        if self.pairs is not None:
            await self.pairs.stop()
        if self.exits is not None:
            # It is kept every second anyhow; the tape must be closed whatever the records do.
            with suppress(StoreError):
                await self.exits.save()
        if self.paper is not None:
            await self.paper.stop()

    async def start_capture(self, symbols: Sequence[str] | None) -> list[str]:
        """Capture these symbols and no others; see `quantdeck.hub.capture.Capture.start`."""
        await self._recall(self.capture.choice(symbols))
        started = await self.capture.start(symbols)
        if self.desk is not None:
            # Chains are large: the first numbers of a start are those of the symbols.
            if not self._is_desk_running:
                self._is_desk_running = True
                self.desk.run(self.supervisor)
            await self.desk.start()
        if self._stopped_ns is not None:
            self.journal.write(interruption_text(self._stopped_ns, self.clock.now_ns()))
            self._stopped_ns = None
        chains = "" if self.desk is None else f"option chains of {self.desk.source}"
        captured = ", ".join(filter(None, [*started, chains]))
        self.journal.write(f"capture of {captured}", tone="good")
        return started

    async def play_again(self) -> list[str]:
        """Play the recording from its beginning, with all that was made of it forgotten.

        Returns
        -------
        list of str
            Canonical symbols met so far.

        Raises
        ------
        Conflict
            If it has not ended yet, or nothing is replayed.
        """
        async with self._restarting:
            replay = self.parts.replay() if self.parts.replay else None
            if replay is None or not replay.done:
                raise Conflict(
                    "the recording is being played; once it has ended, it can be played again"
                )
            await self.supervisor.stop(*(f"feed {x.provenance.source}" for x in self.capture.lanes))
            # To open a recording is to read its beginning.
            capture = await asyncio.to_thread(self._new_capture, state := self._new_state())
            capture.is_on = True
            self.state, self.capture = state, capture
            self._connection_rates.clear()
            if self.alerts is not None:
                self.alerts.start_over()
            self.capture.run(self.supervisor)
            self.journal.write("played again from the beginning")
            return self.capture.symbols()

    async def stop_capture(self) -> None:
        """Stop capturing; what is queued is still written."""
        if self.desk is not None:
            await self.desk.stop()
        if await self.capture.stop():
            self._stopped_ns = self.clock.now_ns()
            self.journal.write("capture stopped by request")

    def feeds(self) -> list[FeedStatus]:
        """Return the state of every connection."""
        return self.capture.statuses() + ([] if self.desk is None else self.desk.statuses())

    def lanes(self) -> list[Lane]:
        """Return every way in, that of the box desk last."""
        return self.capture.lanes + ([] if self.desk is None else [self.desk.lane])

    def tape_status(self) -> TapeStatus:
        """Return how the tape is doing."""
        writer = self.parts.writer
        return writer.status() if writer else TapeStatus("reading")

    def instrument(self, symbol: str) -> Instrument | None:
        """Return what a vendor says of a symbol, or None where none has said it yet."""
        return self._instruments.get(symbol)

    async def instruments(self) -> list[Instrument]:
        """Return everything the vendors trade.

        Raises
        ------
        VenueError
            If none of them has answered yet.
        """
        if not self._instruments:
            self._keep(await self.capture.instruments())
        return list(self._instruments.values())

    def now_ns(self) -> int:
        """Return the deck's time: in a replay that of the recording, UTC. [ns]."""
        replay = self.parts.replay() if self.parts.replay else None
        if replay is None or replay.position_ms is None:
            return self.clock.now_ns()
        return replay.position_ms * 1_000_000

    def messages_per_s(self) -> float:
        """Return the events taken in over the last seconds, all feeds together. [1/s]."""
        now = self.clock.monotonic_ns()
        return sum(lane.rate.per_second(now) for lane in self.lanes())

    def connection_rates(self) -> dict[str, float]:
        """Return the messages of every connection over the last seconds, by its name. [1/s]."""
        now = self.clock.monotonic_ns()
        return {name: rate.per_second(now) for name, rate in self._connection_rates.items()}

    def lag(self, window_s: int) -> Lag | None:
        """Return the lag of the feed that lags most, or None where no event came so long.

        Parameters
        ----------
        window_s : int
            How far back, at most a minute. [s]
        """
        lags = [self.lag_of(lane, window_s) for lane in self.capture.lanes]
        return max((lag for lag in lags if lag), key=lambda lag: lag.p50_ns, default=None)

    def lag_of(self, lane: Lane, window_s: int) -> Lag | None:
        """Return the lag of one feed over the last seconds, or None where no event came."""
        return lane.lag.lag(self.now_ns(), window_s)

    def dropped(self) -> int:
        """Return how many events were lost for want of room, anywhere."""
        return sum(lane.counts.overrun + lane.counts.not_taped for lane in self.lanes())

    def _new_state(self) -> LiveState:
        return LiveState(self.parts.instruments, bars_kept=self.parts.bars_kept)

    def _new_capture(self, state: LiveState) -> Capture:
        return Capture(
            self.parts.plans,
            instruments=self.parts.instruments,
            ring_rows=self.parts.ring_rows,
            # In a replay what was missing then is on record already.
            ledger=None if self.parts.mode is Mode.REPLAY else self.ledger,
            consumers=[state.update, self._look_at_alerts, self._look_at_pairs],
            tape=self.parts.writer.append if self.parts.writer else None,
            clock=self.parts.clock,
        )

    def _look_at_alerts(self, kind: Kind, rows: Rows) -> None:
        if self.alerts is not None:
            self.alerts.take(kind, rows)

    def _look_at_pairs(self, kind: Kind, rows: Rows) -> None:
        if self.pairs is not None:
            self.pairs.take(kind, rows)

    async def _recall(self, symbols: Sequence[str]) -> None:
        now_ns = self.clock.now_ns()
        try:
            recalled = await recall(
                symbols,
                reader=self.reader,
                capture=self.capture,
                state=self.state,
                since_ns=recalled_since_ns(now_ns, bars_kept=self.parts.bars_kept),
            )
        except StoreError as error:
            self.journal.write(f"nothing taken up from the tape: {error}", tone="warn")
            return
        if recalled.events:
            self.journal.write(recalled_text(recalled))

    async def _observe(self) -> None:
        while True:
            writer = self.parts.writer
            feeds = self.feeds()
            self.journal.observe(feeds, writer.status() if writer else None)
            self._count(feeds)
            self._measure()
            await self.clock.sleep(_OBSERVE_S)

    def _measure(self) -> None:
        now = self.clock.now_ns()
        if self.capture.is_on:
            rate = self.messages_per_s()
            self.rates.note(now, per_second=rate, lag=self.lag(LAG_WINDOW_S) if rate else None)
        elif self._is_measuring:
            # What was measured last says nothing of the time since.
            self.rates.note(now, per_second=math.nan, lag=None)
        self._is_measuring = self.capture.is_on

    def _count(self, feeds: Sequence[FeedStatus]) -> None:
        now = self.clock.monotonic_ns()
        for feed in feeds:
            rate = self._connection_rates.setdefault(feed.name, MessageRate())
            rate.add(feed.messages - rate.total, now)

    async def _repair(self) -> None:
        await self.ledger.repair_forever(self.capture.repair, self.capture.give_up)

    async def _learn_instruments(self) -> None:
        # What a price is rounded to comes from the vendor, who may not answer at once, or for hours;
        # one of several may, and a recording only knows what it has met.
        while True:
            if self._lacks_instruments():
                try:
                    async with asyncio.timeout(_ASK_INSTRUMENTS_S):
                        self._keep(await self.capture.instruments())
                except (VenueError, TimeoutError) as error:
                    _LOG.info("instruments not known yet: %s", error or "no answer in time")
            await self.clock.sleep(_ASK_AGAIN_S if self._lacks_instruments() else _OBSERVE_S)

    def _lacks_instruments(self) -> bool:
        return any(symbol not in self._instruments for symbol in self.capture.symbols())

    def _keep(self, found: Sequence[Instrument]) -> None:
        self._instruments |= {each.symbol: each for each in found}

    def bus_status(self) -> BusStatus | None:
        """Return how publishing goes; None where nothing is published."""
        return None if self.parts.bus is None else self.parts.bus()

    def _record_gap(self, gap: Gap) -> None:
        self.journal.note_gap(gap)
        if self.parts.writer is not None:
            self.parts.writer.record_gap(gap)
