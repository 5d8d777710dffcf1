"""The streamer as a feed: the session without a socket, and the feed before the simulator."""

from __future__ import annotations

import asyncio
from random import Random

import msgspec
import pytest

from quantdeck.feeds.yahoo.pricing import PricingDecoder
from quantdeck.feeds.yahoo.session import HEARTBEAT_S, YahooSession
from quantdeck.feeds.yahoo.stream import YahooStream
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.feed import MARKET_CLOSED, FeedState, Gap
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.net.link import Patience
from quantdeck.net.session import Reconnect
from quantdeck.sims.yahoo.server import YahooSim
from tests.conformance.threaded import FridayClock
from tests.feeds.yahoo.rigs import rig
from tests.feeds.yahoo.test_pricing import _told
from tests.sims.yahoo.harness import shared_market

_NS = 1_000_000_000
_START = 1_795_194_000 * _NS
_DEADLINE_S = 15.0


def _session(recorder, *symbols: str):
    wanted = list(symbols)
    decoder = PricingDecoder(recorder, InstrumentTable())
    return YahooSession("ws://x/", decoder, lambda: wanted), wanted


def _said(actions):
    return [msgspec.json.decode(each.payload) for each in actions]


def test_everything_wanted_is_said_on_opening_and_again_as_a_heartbeat(recorder) -> None:
    session, _ = _session(recorder, "SPY", "QQQ")

    first = _said(session.on_open(_START))
    soon = session.on_timer(_START + _NS)
    later = _said(session.on_timer(_START + int(HEARTBEAT_S) * _NS))

    assert first == later == [{"subscribe": ["QQQ", "SPY"]}]
    assert soon == []


def test_what_is_no_longer_wanted_is_taken_back_at_once(recorder) -> None:
    session, wanted = _session(recorder, "SPY", "QQQ")
    session.on_open(_START)
    wanted.remove("SPY")

    said = _said(session.on_timer(_START + _NS))

    assert said == [{"unsubscribe": ["SPY"]}, {"subscribe": ["QQQ"]}]


def test_a_coin_that_is_silent_is_stale_and_then_given_up(recorder) -> None:
    session, _ = _session(recorder, "BTC-USD")
    session.on_open(_START)

    stale = session.health(_START + 61 * _NS)
    verdict = session.on_timer(_START + 121 * _NS)

    assert stale.state is FeedState.STALE
    assert isinstance(verdict[0], Reconnect)


def test_silence_of_a_closed_market_says_nothing(recorder) -> None:
    session, _ = _session(recorder, "AAPL")
    session.on_open(_START)
    session.on_packet(_told(market_hours=3).message(), _START + _NS)

    health = session.health(_START + 3_600 * _NS)

    assert health.state is FeedState.LIVE
    assert health.detail == MARKET_CLOSED


def test_silence_of_an_open_market_is_stale(recorder) -> None:
    session, _ = _session(recorder, "AAPL")
    session.on_open(_START)
    session.on_packet(_told(market_hours=1).message(), _START + _NS)

    assert session.health(_START + 90 * _NS).state is FeedState.STALE


async def _until(condition) -> None:
    async with asyncio.timeout(_DEADLINE_S):
        while not condition():  # noqa: ASYNC110 - polled, with a deadline
            await asyncio.sleep(0.01)


def _stream(sim: YahooSim, recorder, **options) -> YahooStream:
    return YahooStream(
        sink=recorder,
        instruments=InstrumentTable(),
        on_data=lambda: None,
        clock=SystemClock(),
        rng=Random(1),
        url=sim.ws_url,
        patience=Patience(tick_s=0.02, first_backoff_s=0.05, longest_backoff_s=0.1),
        **options,
    )


def test_prices_come_after_a_broken_connection_too(recorder) -> None:
    async def scenario():
        async with YahooSim(market=shared_market(), clock=FridayClock()) as sim:
            feed = _stream(sim, recorder)
            await feed.set_symbols(["spy", "US:QQQ"])
            running = asyncio.create_task(feed.run())
            await _until(lambda: len(recorder.of("trade")) >= 2)
            sim.inject("drop")
            await _until(lambda: feed.statuses()[0].reconnects >= 1)
            known = len(recorder.of("trade"))
            await _until(lambda: len(recorder.of("trade")) > known)
            await _until(lambda: feed.statuses()[0].state is FeedState.LIVE)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            return sim.counters["connections_opened"], feed.symbols()

    opened, symbols = asyncio.run(scenario())

    assert opened == 2
    assert symbols == ["US:SPY", "US:QQQ"]


def test_garbage_is_counted_and_handed_over_while_prices_go_on(recorder) -> None:
    bad = []

    async def scenario():
        async with YahooSim(
            market=shared_market(), clock=FridayClock(), faults=["garbage=1"]
        ) as sim:
            feed = _stream(sim, recorder, on_bad=lambda error, _: bad.append(error))
            await feed.set_symbols(["BTC-USD"])
            running = asyncio.create_task(feed.run())
            await _until(lambda: bad and recorder.of("trade"))
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            return feed.statuses()[0]

    assert asyncio.run(scenario()).bad_messages >= 1


def test_symbols_that_cannot_be_yahoos_change_nothing(recorder) -> None:
    async def scenario():
        async with YahooSim() as sim:
            feed = _stream(sim, recorder)
            await feed.set_symbols(["US:SPY"])
            with pytest.raises(BadInput, match="no symbol of Yahoo's"):
                await feed.set_symbols(["BINANCE:BTCUSDT"])
            return feed.symbols(), [each.kind.value for each in await feed.instruments()]

    assert asyncio.run(scenario()) == (["US:SPY"], ["equity"])


def test_symbols_that_yahoo_does_not_know_are_refused_and_those_there_stay(recorder) -> None:
    async def scenario():
        async with rig() as at:
            feed = _stream(at.sim, recorder, quotes=at.rest.quotes)
            await feed.set_symbols(["US:SPY"])
            with pytest.raises(BadInput, match="does not know US:NOPE"):
                await feed.set_symbols(["US:SPY", "US:NOPE"])
            at.sim.inject("429=60")
            await feed.set_symbols(["US:SPY", "US:NEWER"])
            return feed.symbols()

    assert asyncio.run(scenario()) == ["US:SPY", "US:NEWER"]


def test_gaps_cannot_be_asked_for(recorder) -> None:
    async def scenario():
        async with YahooSim() as sim:
            await _stream(sim, recorder).repair(Gap("yahoo", "US:SPY", "trade", 1, 2, 0))

    with pytest.raises(NoData, match="samples prices"):
        asyncio.run(scenario())
