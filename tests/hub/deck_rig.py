"""A whole deck in this process: a feed told what to bring, a clock turned by hand, a real tape."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from random import Random
from typing import TYPE_CHECKING

from quantdeck.feeds.uploads.parse import FileParser
from quantdeck.hub.alert_parts import AlertParts
from quantdeck.hub.capture import FeedPlan
from quantdeck.hub.deck import RunningDeck
from quantdeck.hub.machine import Machine, Parts
from quantdeck.hub.uploads import UploadParts
from quantdeck.model.errors import BadInput, NoData, VenueError
from quantdeck.model.events import Kind
from quantdeck.model.feed import Delay, FeedState, FeedStatus, Provenance, RunId
from quantdeck.model.instruments import Instrument, InstrumentKind, InstrumentTable
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.tape.options import TapeOptions
from quantdeck.views.payloads import Mode, ReplayPosition
from tests.records.memory import MemoryAlerts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from quantdeck.hub.market_parts import MarketParts
    from quantdeck.hub.price_book import PriceBook
    from quantdeck.hub.research_parts import ResearchParts
    from quantdeck.hub.schedule_parts import ScheduleParts
    from quantdeck.model.feed import Gap
    from quantdeck.ports.feed import EventSink, OnData
    from quantdeck.ports.notifier import Notifier
    from quantdeck.ports.records import AlertStore, RunStore

BTC, ETH, SOL = (f"BINANCE-USDM:{root}USDT" for root in ("BTC", "ETH", "SOL"))
START_NS = 1_763_640_000_000_000_000
SECOND_NS = 1_000_000_000
_DELAYS = {
    Mode.LIVE: Delay.REALTIME,
    Mode.DEMO: Delay.SIMULATED,
    Mode.REPLAY: Delay.IMPORTED,
}


class HandClock:
    """Moves when told; who sleeps gives the others their turn."""

    def __init__(self) -> None:
        self.ns = START_NS

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.001)


class ToldFeed:
    """Brings what a test tells it to."""

    def __init__(self, sink: EventSink, on_data: OnData, table: InstrumentTable) -> None:
        self.source = "binance-usdm"
        self.refusals = 0
        self._sink = sink
        self._on_data = on_data
        self._table = table
        self._symbols: list[str] = []
        self._seq = 0

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def set_symbols(self, symbols: Sequence[str]) -> None:
        for symbol in symbols:
            if symbol not in (BTC, ETH, SOL):
                raise BadInput(f"{symbol} is not traded")
        self._symbols = list(symbols)

    def symbols(self) -> list[str]:
        return list(self._symbols)

    def statuses(self) -> list[FeedStatus]:
        state = FeedState.LIVE if self._symbols else FeedState.STOPPED
        return [FeedStatus("binance-usdm/market", state, START_NS, Delay.REALTIME)]

    async def instruments(self) -> list[Instrument]:
        if self.refusals:
            self.refusals -= 1
            raise VenueError(self.source, "no answer")
        return [
            Instrument(s, InstrumentKind.PERPETUAL, "B", "Q", tick_size=0.01) for s in (BTC, ETH)
        ]

    async def repair(self, gap: Gap) -> int:
        raise NoData("nothing is kept")

    def trades(
        self, symbol: str, prices: Sequence[float], *, start_ns: int = START_NS, skip: int = 0
    ) -> None:
        """Bring trades a second apart, each received 5 ms after it happened."""
        self._seq += skip
        for number, price in enumerate(prices):
            self._seq += 1
            at = start_ns + number * SECOND_NS
            number_of = self._table.id_of(symbol)
            self._sink.agg_trade(at, at + 5_000_000, self._seq, price, 2.0, number_of, 1, 0)
        self._on_data()

    def quote(self, symbol: str, at_ns: int) -> None:
        """Bring a quote received at a time."""
        self._seq += 1
        number = self._table.id_of(symbol)
        self._sink.quote(at_ns, at_ns, self._seq, 99.0, 101.0, 1.0, 1.0, number, 0)
        self._on_data()


class Rig:
    def __init__(self, deck: RunningDeck, machine: Machine, feed: ToldFeed, clock: HandClock):
        self.deck = deck
        self.machine = machine
        self.feed = feed
        self.clock = clock

    def fill(self, rows: int = 90) -> None:
        """Bring a minute and a half of two symbols that move together, and come to its end."""
        self.clock.ns = START_NS + rows * SECOND_NS
        prices = [100.0 + (7 * n % 11) / 10 for n in range(rows)]
        self.feed.trades(BTC, prices)
        self.feed.trades(ETH, [2 * p + (n % 3) / 10 for n, p in enumerate(prices)], skip=1000)

    async def sync(self) -> int:
        """Wait until all that was captured is on the disk, and return how many rows those are."""
        writer = self.machine.parts.writer
        assert writer is not None
        return await asyncio.to_thread(writer.sync)

    async def until(self, condition: Callable[[], bool]) -> None:
        deadline = asyncio.get_running_loop().time() + 20
        while not condition():
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.002)


@asynccontextmanager
async def deck_rig(
    folder: Path,
    mode: Mode = Mode.LIVE,
    *,
    capture: bool = True,
    runs: bool = False,
    alerts: AlertStore | None = None,
    channels: Sequence[Notifier] = (),
    prices: PriceBook | None = None,
    make_prices: Callable[[Machine], PriceBook] | None = None,
    market: MarketParts | None = None,
    research: ResearchParts | None = None,
    kept: RunStore | None = None,
    schedule: ScheduleParts | None = None,
) -> AsyncIterator[Rig]:
    clock, table = HandClock(), InstrumentTable()
    feeds: list[ToldFeed] = []

    def make(sink: EventSink, on_data: OnData) -> ToldFeed:
        feeds.append(ToldFeed(sink, on_data, table))
        return feeds[0]

    is_replay = mode is Mode.REPLAY
    options = TapeOptions(sync_interval_ms=10, drain_interval_ms=1, probe_seconds=0.02)
    writer = None if is_replay else open_writer(folder, table, clock=clock, options=options)
    plan = FeedPlan(
        Provenance("binance-usdm", _DELAYS[mode], RunId("run-1")),
        "BINANCE-USDM",
        (BTC, ETH),
        make,
        trades=Kind.AGG_TRADE,
    )
    machine = Machine(
        Parts(
            mode=mode,
            version="0",
            clock=clock,
            instruments=table,
            plans=[plan],
            reader=open_reader(folder),
            writer=writer,
            ring_rows=4096,
            hz=20.0,
            replay=(lambda: ReplayPosition(clock.ns // 1_000_000, "1", done=False))
            if is_replay
            else None,
            uploads=UploadParts(
                FileParser(most_bytes=1 << 20, most_rows=10_000),
                folder / "uploads",
                lambda: RunId(f"upload-{clock.ns}"),
            ),
            alerts=AlertParts(alerts or MemoryAlerts(), list(channels), Random(1)),
            market=market,
            research=research,
            runs=kept,
            schedule=schedule,
            prices=(lambda _: prices) if prices is not None else make_prices,
        )
    )
    rig = Rig(RunningDeck(machine), machine, feeds[0], clock)
    if runs:
        rig.deck.run()
    if is_replay:
        machine.capture.is_on = True
    elif capture:
        await rig.deck.start_capture(None)
    try:
        yield rig
    finally:
        await rig.deck.close()
