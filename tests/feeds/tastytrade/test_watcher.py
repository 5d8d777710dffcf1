"""What is asked of the vendor for events, and what its simulator tells."""

from __future__ import annotations

import asyncio
import json
from random import Random

import pytest

from quantdeck.feeds.tastytrade import Credentials
from quantdeck.feeds.tastytrade.events import TYPES, EventWatch
from quantdeck.feeds.tastytrade.numbers import Numbers
from quantdeck.feeds.tastytrade.session import DxSession, Limits, Wanted
from quantdeck.feeds.tastytrade.watcher import TastytradeEvents, interval_s, typed_symbol
from quantdeck.feeds.tastytrade.wire import CANDLE, GREEKS, Item
from quantdeck.model.errors import BadInput
from quantdeck.net.clock import SystemClock
from quantdeck.sims.tastytrade import accounts
from quantdeck.sims.tastytrade.server import TastytradeSim

_S = 1_000_000_000
_OPENING = (
    b'{"type":"SETUP","channel":0,"keepaliveTimeout":60}',
    b'{"type":"AUTH_STATE","channel":0,"state":"UNAUTHORIZED"}',
    b'{"type":"AUTH_STATE","channel":0,"state":"AUTHORIZED"}',
    b'{"type":"CHANNEL_OPENED","channel":1,"service":"FEED"}',
)


def _watcher(sim, put=lambda *_: None):
    return TastytradeEvents(
        Credentials(accounts.CLIENT_SECRET, accounts.REFRESH_TOKEN),
        put=put,
        clock=SystemClock(),
        rng=Random(1),
        simulated=True,
        requests_per_minute=600,
        aggregation_s=0.1,
        api_url=sim.rest_url,
    )


def test_session_of_a_watch_asks_for_the_fields_and_candles_since_a_time():
    wanted = Wanted()
    wanted.set({"SPX": 0}, [Item(GREEKS, "SPX"), Item(CANDLE, "SPX{=5m}", 1_795_000_000_000)])
    session = DxSession(
        "ws://server",
        "TOKEN",
        sink=EventWatch(lambda *_: None),
        wanted=wanted,
        numbers=Numbers(),
        aggregation_s=0.5,
        is_closed=lambda: False,
        on_refused=lambda: None,
        limits=Limits(),
    )
    sent = list(session.on_open(_S))

    for place, frame in enumerate((*_OPENING, None)):
        if frame is not None:
            session.on_packet(frame, _S)
        sent += session.on_timer(_S + place)

    told = {m["type"]: m for m in (json.loads(each.payload) for each in sent)}
    assert set(told["FEED_SETUP"]["acceptEventFields"]) == set(TYPES)
    assert told["FEED_SUBSCRIPTION"]["add"] == [
        {"type": "Greeks", "symbol": "SPX"},
        {"type": "Candle", "symbol": "SPX{=5m}", "fromTime": 1_795_000_000_000},
    ]


def test_watcher_on_the_simulator_brings_every_type_of_event():
    async def scenario():
        found, all_found = {}, asyncio.Event()

        def put(symbol, event, _recv_ns):
            found.setdefault(type(event), symbol)
            if set(TYPES.values()) <= set(found):
                all_found.set()

        async with TastytradeSim(seed=7) as sim:
            watcher = _watcher(sim, put)
            listed = sim.market.listed_at(SystemClock().now_ns()).symbols
            option = f"OPRA:{listed[len(listed) // 2].replace(' ', '')}"
            await watcher.want([option, "US:SPX"], list(TYPES), "5m")
            task = asyncio.create_task(watcher.run())
            try:
                async with asyncio.timeout(15):
                    await all_found.wait()
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                await watcher.close()
        return found, option

    found, option = asyncio.run(scenario())

    assert set(found) == set(TYPES.values())
    assert found[TYPES[GREEKS]] == option
    assert found[TYPES[CANDLE]] == "US:SPX"


@pytest.mark.parametrize(
    ("symbols", "kinds", "interval", "said"),
    [
        (["OPRA:SPXW261218C99999000"], ["Quote"], "5m", "does not list"),
        (["US:NOSUCH"], ["Quote"], "5m", "NOSUCH"),
        (["US:SPX"], ["Profile"], "5m", "Profile"),
        (["US:SPX"], ["Candle"], "5y", "5y"),
        ([f"US:A{n}" for n in range(101)], ["Candle"], "5m", "100"),
    ],
)
def test_watcher_what_the_vendor_does_not_have_is_refused(symbols, kinds, interval, said):
    async def scenario():
        async with TastytradeSim(seed=7) as sim:
            watcher = _watcher(sim)
            try:
                await watcher.want(symbols, kinds, interval)
            finally:
                await watcher.close()

    with pytest.raises(BadInput, match=said):
        asyncio.run(scenario())


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("SPY", "US:SPY"),
        ("us:spx", "US:SPX"),
        ("OPRA:SPXW261218C05000000", "OPRA:SPXW261218C05000000"),
        ("spxw  261218c05000000", "OPRA:SPXW261218C05000000"),
        ("SPXW261218C05000000", "OPRA:SPXW261218C05000000"),
    ],
)
def test_typed_symbol_is_the_canonical_one(text, symbol):
    assert typed_symbol(text) == symbol


@pytest.mark.parametrize("text", ["BINANCE:BTCUSDT", "", "OPRA:SPY", "SPXW261318C05000000"])
def test_typed_symbol_that_is_none_is_refused(text):
    with pytest.raises(BadInput):
        typed_symbol(text)


@pytest.mark.parametrize("text", ["", "5", "0m", "5y", "-5m", "99999m"])
def test_interval_that_is_none_is_refused(text):
    with pytest.raises(BadInput, match="candle"):
        interval_s(text)
