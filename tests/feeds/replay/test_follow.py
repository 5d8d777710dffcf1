"""Following what another process writes, of a tape in memory."""

from __future__ import annotations

import asyncio

import msgspec
import numpy as np
import pytest

from quantdeck.feeds.replay.follow import TapeFeed
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import NoData, StoreError, VenueError
from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, FeedState, Gap, GapState, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.ports.bus import Note, Topic

_S = 1_000_000_000
_T0 = 1_795_000_000 * _S
_BTC, _ETH = "BINANCE-USDM:BTCUSDT", "BINANCE-USDM:ETHUSDT"
_NAMES = {4: _ETH, 7: _BTC}


class _Clock:
    def __init__(self) -> None:
        self.ns = _T0

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        self.ns += int(seconds * _S)
        await asyncio.sleep(0)


class _Tape:
    position, missed = "", 0

    def __init__(self) -> None:
        self.waiting: list[object] = []
        self.noted: list[Note] = []
        self.written = True
        self.closed = False

    async def read_on(self):
        if not self.waiting:
            return []
        found = self.waiting.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    def notes(self):
        found, self.noted = self.noted, []
        return found

    async def trouble(self) -> str:
        return "" if self.written else "start quantdeck ingest on this data folder"

    async def commit(self) -> None:
        raise AssertionError("a feed remembers nothing")

    async def close(self) -> None:
        self.closed = True


def _batch(*symbols, kind=Kind.TRADE, source="binance-usdm"):
    rows = np.zeros(len(symbols), DTYPES[kind])
    rows["symbol"] = symbols
    rows["seq"] = np.arange(len(symbols))
    rows["ts_event"] = rows["ts_recv"] = _T0
    return Batch(kind, rows, Provenance(source, Delay.REALTIME, RunId("r")))


class _Kit:
    def __init__(self, past=()) -> None:
        self.clock, self.tape, self.rings = _Clock(), _Tape(), RingSet(1 << 10)
        self.instruments = InstrumentTable()
        self.asked: list[list[str]] = []

        def past_bars(symbols):
            self.asked.append(list(symbols))
            return iter(past)

        self.feed = TapeFeed(
            "binance-usdm",
            follower=self.tape,
            past_bars=past_bars,
            sink=self.rings,
            on_data=lambda: None,
            instruments=self.instruments,
            clock=self.clock,
            delay=Delay.REALTIME,
        )

    async def run(self, until, *symbols):
        """Follow until the condition holds, and return the status then."""
        await self.feed.set_symbols(symbols)
        task = asyncio.create_task(self.feed.run())
        try:
            async with asyncio.timeout(10):
                while not until():  # noqa: ASYNC110 - the clock is turned by the feed
                    await asyncio.sleep(0)
            return self.feed.statuses()[0]
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def state(self):
        return self.feed.statuses()[0].state

    def symbols(self):
        return [
            self.instruments.symbol(int(number))
            for _, rows in self.rings.drain()
            for number in rows["symbol"]
        ]


def test_feed_takes_chosen_symbols_of_its_source_under_its_own_ids():
    kit = _Kit()
    kit.tape.waiting = [[(_NAMES, _batch(7, 4, 7)), (_NAMES, _batch(7, source="binance-spot"))]]

    status = asyncio.run(kit.run(lambda: kit.state() is FeedState.LIVE, _BTC))

    assert kit.symbols() == [_BTC, _BTC]
    assert (status.messages, status.last_data_ns) == (2, _T0)


def test_feed_takes_bars_of_before_once_for_each_symbol():
    kit = _Kit(past=[([_BTC], _batch(0, kind=Kind.BAR))])

    async def choose():
        await kit.feed.set_symbols([_BTC])
        await kit.feed.set_symbols([_BTC, _ETH])

    asyncio.run(choose())

    assert kit.asked == [[_BTC], [_ETH]]
    assert kit.symbols() == [_BTC, _BTC]


def test_feed_of_a_tape_nobody_writes_says_what_to_start():
    kit = _Kit()
    kit.tape.written = False

    status = asyncio.run(kit.run(lambda: kit.state() is FeedState.BACKOFF, _BTC))

    assert "quantdeck ingest" in status.detail


def test_feed_without_news_for_long_is_stale():
    kit = _Kit()
    kit.tape.waiting = [[(_NAMES, _batch(7))]]

    status = asyncio.run(kit.run(lambda: kit.state() is FeedState.STALE, _BTC))

    assert status.last_data_ns == _T0


def test_feed_goes_on_after_the_tape_could_not_be_read():
    kit = _Kit()
    kit.tape.waiting = [StoreError("no"), [(_NAMES, _batch(7))]]
    states = []

    def until():
        states.append(kit.state())
        return states[-1] is FeedState.LIVE

    asyncio.run(kit.run(until, _BTC))

    assert FeedState.FAILED in states
    assert kit.symbols() == [_BTC]


def test_feed_without_symbols_is_stopped_and_reads_nothing():
    kit = _Kit()
    kit.tape.waiting = [[(_NAMES, _batch(7))]]

    asyncio.run(kit.run(lambda: kit.state() is FeedState.STOPPED))

    assert len(kit.tape.waiting) == 1
    assert kit.tape.closed


def _gap(first, last, state=GapState.OPEN):
    return Gap("binance-usdm", _BTC, "agg_trade", first, last, found_ns=0, state=state)


def test_feed_leaves_repairs_to_the_process_that_captures():
    with pytest.raises(VenueError, match="the process that captures"):
        asyncio.run(_Kit().feed.repair(_gap(1, 2)))


def test_feed_knows_a_gap_that_the_process_that_captures_has_given_up():
    kit = _Kit()
    lost = _gap(5, 9, GapState.LOST)
    kit.tape.noted = [Note(Topic.GAP, "gap", 0, msgspec.json.encode(lost))]

    asyncio.run(kit.run(lambda: not kit.tape.noted, _BTC))

    with pytest.raises(NoData, match="no longer gets"):
        asyncio.run(kit.feed.repair(_gap(5, 9)))
    with pytest.raises(VenueError, match="fetches what"):
        asyncio.run(kit.feed.repair(_gap(10, 12)))


def test_feed_that_missed_events_says_how_many():
    kit = _Kit()
    kit.tape.waiting, kit.tape.missed = [[(_NAMES, _batch(7))]], 1200

    status = asyncio.run(kit.run(lambda: kit.state() is FeedState.LIVE, _BTC))

    assert status.detail.startswith("1,200 events were no longer on the bus")
