"""Whatever becomes of the connection, capture goes on, and the state says what happened."""

from __future__ import annotations

import asyncio
import dataclasses
import re

import pytest

from quantdeck.feeds.binance.session import Limits
from quantdeck.model.events import Kind
from quantdeck.model.feed import FeedState
from quantdeck.sims.binance.session import Liveness
from tests.faults.binance_rig import BTC, ETH, IMPATIENT, binance_rig


def test_mute_stream_is_named_until_it_speaks():
    async def scenario():
        async with binance_rig(
            "mute:ethusdt@aggTrade", symbols=(BTC, ETH), limits=IMPATIENT
        ) as rig:
            await rig.until(lambda: rig.status("market").state is FeedState.DEGRADED)
            await rig.until(lambda: "ethusdt@aggTrade" in rig.status("market").detail)
            detail = rig.status("market").detail
            rig.sim.clear()
            await rig.until_live("market")
            return detail

    assert "ethusdt@aggTrade is silent" in asyncio.run(scenario())


@pytest.mark.parametrize(("spot", "route"), [(False, "public"), (True, "")])
def test_mute_connection_is_degraded_soon_and_live_again_when_it_speaks(spot, route):
    symbol = "BINANCE:BTCUSDT" if spot else BTC

    async def scenario():
        limits = Limits(patience=0.25)
        async with binance_rig(spot=spot, symbols=(symbol,), limits=limits) as rig:
            await rig.until_live(route)
            await rig.until_more(300, Kind.QUOTE, symbol)
            # Only a stream that has been lively for a while is missed soon.
            began_ns = rig.status(route).last_data_ns
            await rig.until(lambda: rig.status(route).last_data_ns - began_ns > 3_000_000_000)
            rig.sim.inject("mute")
            await rig.until(lambda: rig.status(route).state is FeedState.DEGRADED)
            detail = rig.status(route).detail
            rig.sim.clear()
            await rig.until_live(route)
            return detail, rig.status(route).reconnects

    detail, reconnects = asyncio.run(scenario())

    assert re.fullmatch(r"no data for \d+ s; connects anew after 60 s", detail)
    assert reconnects == 0


def test_mute_everything_reconnects_until_there_are_data():
    async def scenario():
        async with binance_rig("mute", limits=IMPATIENT) as rig:
            await rig.until(lambda: rig.status("market").reconnects > 0)
            await rig.until(lambda: "no data" in rig.status("market").detail)
            rig.sim.clear()
            await rig.until_live()
            return rig.states

    assert ("binance-usdm/market", "backoff") in asyncio.run(scenario())


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("drop", "1006"),
        ("close=1001", "1001"),
        ("close=1011", "1011"),
        ("close=1008", "1008"),
        ("close=4001", "4001"),
    ],
)
def test_connection_that_ends_is_opened_again_and_the_hole_repaired(fault, said):
    async def scenario():
        async with binance_rig() as rig:
            await rig.until_live()
            await rig.until_more(30)
            rig.sim.inject(fault)
            await rig.until(lambda: rig.status("market").state is FeedState.BACKOFF)
            detail = rig.status("market").detail
            await rig.until_live()
            await rig.until_more(30)
            await rig.repair_all()
            return rig, detail, rig.status("market").reconnects

    rig, detail, reconnects = asyncio.run(scenario())

    assert said in detail
    assert re.search(r"next attempt at \d\d:\d\d:\d\d UTC", detail)
    assert reconnects == 1
    assert (rig.missing(), rig.repeated()) == (0, 0)


def test_connections_dropped_all_the_time_are_not_hammered():
    async def scenario():
        async with binance_rig("drop=0.05") as rig:
            await rig.until(lambda: rig.status("market").reconnects >= 6)
            loop = asyncio.get_running_loop()
            began, before = loop.time(), rig.status("market").reconnects
            await rig.until(lambda: rig.status("market").reconnects >= before + 4)
            return loop.time() - began

    # Four rounds of 0.05 s on and a wait with a mean of 0.15 s.
    assert asyncio.run(scenario()) > 0.25


def test_refused_connection_is_tried_again():
    async def scenario():
        async with binance_rig("refuse-connect") as rig:
            await rig.until(lambda: "HTTP 503" in rig.status("public").detail)
            rig.sim.clear()
            await rig.until_live()
            return rig.states

    assert ("binance-usdm/public", "backoff") in asyncio.run(scenario())


def test_server_that_is_gone_is_tried_until_it_is_back():
    async def scenario():
        async with binance_rig() as rig:
            await rig.until_live()
            port = int(rig.sim.rest_url.rpartition(":")[2])
            await rig.sim.__aexit__(None, None, None)
            await rig.until(lambda: "cannot connect" in rig.status("market").detail)
            again = type(rig.sim)(port=port, rate=30.0)
            async with again:
                await rig.until_live()
                await rig.until_more(10)
            return rig.status("market").reconnects

    assert asyncio.run(scenario()) >= 1


def test_server_that_answers_no_ping_is_left():
    async def scenario():
        async with binance_rig("mute", "no-pong", limits=Limits()) as rig:
            await rig.until(lambda: "no longer answers" in rig.status("market").detail)
            rig.sim.clear()
            await rig.until_live()
            return rig.status("market").state

    assert asyncio.run(scenario()) is FeedState.LIVE


def test_quiet_server_that_answers_pings_is_kept():
    async def scenario():
        async with binance_rig("mute", limits=Limits()) as rig:
            await rig.until(lambda: _age_s(rig) > 1.5)
            return [status.reconnects for status in rig.feed.statuses()]

    assert asyncio.run(scenario()) == [0, 0]


def _age_s(rig):
    now_ns = rig.sim.now_ms() * 1_000_000
    return (now_ns - rig.status("market").since_ns) / 1e9


def test_subscription_without_answer_but_with_data_is_good_enough():
    # Long enough for data to come on a busy machine.
    patient = dataclasses.replace(IMPATIENT, acknowledged_s=2.0)

    async def scenario():
        async with binance_rig("no-ack", limits=patient) as rig:
            await rig.until_live()
            await rig.until_more(200)
            return [status.reconnects for status in rig.feed.statuses()]

    assert asyncio.run(scenario()) == [0, 0]


def test_subscription_without_answer_or_data_is_given_up():
    async def scenario():
        async with binance_rig("no-ack", "mute", limits=IMPATIENT) as rig:
            await rig.until(lambda: "was not answered" in rig.status("market").detail)
            rig.sim.clear()
            await rig.until_live()
            return rig.status("market").state

    assert asyncio.run(scenario()) is FeedState.LIVE


@pytest.mark.parametrize("form", [(), ("error-object",)], ids=["plain", "object"])
def test_refused_subscription_is_said_and_asked_again(form):
    async def scenario():
        async with binance_rig("reject-subscribe", *form) as rig:
            await rig.until(lambda: rig.status("market").state is FeedState.DEGRADED)
            detail = rig.status("market").detail
            rig.sim.clear()
            await rig.until_live()
            return detail

    assert "btcusdt@aggTrade was refused" in asyncio.run(scenario())


@pytest.mark.parametrize(
    ("faults", "limits", "liveness"),
    [
        (("shutdown",), None, None),
        ((), Limits(roll_after_s=1.0), None),
        ((), None, Liveness(lifetime_s=3.0, notice_s=2.0)),
    ],
    ids=["shutdown-notice", "own-age", "end-of-life"],
)
def test_connection_is_replaced_in_time_without_losing_an_event(faults, limits, liveness):
    options = {"limits": limits} if limits else {}
    options |= {"liveness": liveness} if liveness else {}

    async def scenario():
        async with binance_rig(**options) as rig:
            await rig.until_live()
            for fault in faults:
                rig.sim.inject(fault)
            await rig.until(lambda: rig.status("market").reconnects == 1)
            rig.states.clear()
            await rig.until_more(30)
            return rig

    rig = asyncio.run(scenario())

    assert (rig.missing(), rig.repeated(), rig.gaps) == (0, 0, [])
    assert {state for _, state in rig.states} <= {"live", "degraded"}


@pytest.mark.parametrize("fault", ["429=5", "418", "http-500", "slow-rest=60000"])
def test_rest_that_fails_does_not_stop_the_streams(fault):
    async def scenario():
        async with binance_rig(fault, backfill_s=30.0) as rig:
            await rig.until_live()
            await rig.until_more(20)
            return rig.count(Kind.QUOTE)

    assert asyncio.run(scenario()) > 0


def test_feed_that_is_stopped_leaves_no_connection():
    async def scenario():
        async with binance_rig() as rig:
            await rig.until_live()
            await rig.feed.set_symbols([])
            await rig.until(lambda: rig.sim.connections == 0)
            return [(s.state, s.detail) for s in rig.feed.statuses()]

    assert asyncio.run(scenario()) == [(FeedState.STOPPED, "nothing to capture")] * 2
