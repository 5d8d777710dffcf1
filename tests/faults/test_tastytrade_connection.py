"""Whatever becomes of the connection, quotes go on, and the state says what happened."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from quantdeck.model.feed import FeedState, GapState
from tests.faults.tastytrade_rig import LIMITS, SPX, tastytrade_rig

IMPATIENT = dataclasses.replace(LIMITS, step_s=0.3, watchdog_s=0.8)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("drop", "1006"),
        ("close=1000", "1000"),
        ("close=1011", "1011"),
        ("close=4001", "4001"),
        ("channel-closed", "the server closed the channel"),
    ],
)
def test_connection_that_ends_is_opened_again_and_everything_subscribed(fault, said):
    async def scenario():
        async with tastytrade_rig() as rig:
            await rig.until_live()
            await rig.until_more(30)
            rig.sim.inject(fault)
            detail = await rig.until_state(FeedState.BACKOFF, said)
            counts = {symbol: rig.count(symbol=symbol) for symbol in rig.feed.symbols()}
            await rig.until_live()
            await rig.until(lambda: all(rig.count(symbol=s) > count for s, count in counts.items()))
            return detail, rig.status.reconnects, rig.gaps

    detail, reconnects, gaps = asyncio.run(scenario())

    assert "next attempt at" in detail
    assert reconnects == 1
    assert [(gap.symbol, gap.state) for gap in gaps] == [(SPX, GapState.LOST)]
    assert gaps[0].after_ts_ns < gaps[0].before_ts_ns


def test_connections_dropped_all_the_time_are_not_hammered():
    async def scenario():
        async with tastytrade_rig("drop=0.1") as rig:
            await rig.until(lambda: rig.status.reconnects >= 6)
            loop = asyncio.get_running_loop()
            began, before = loop.time(), rig.status.reconnects
            await rig.until(lambda: rig.status.reconnects >= before + 4)
            return loop.time() - began, rig.sim.counters

    seconds, counters = asyncio.run(scenario())

    # Four rounds of 0.1 s on and a wait with a mean of 0.1 s.
    assert seconds > 0.4
    assert counters["grants"] == 1
    assert counters["quote_tokens"] == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("refuse-connect", "HTTP 503"),
        ("setup-silent", "SETUP was not answered"),
    ],
)
def test_server_that_takes_nobody_is_tried_until_it_does(fault, said):
    async def scenario():
        async with tastytrade_rig(fault, limits=IMPATIENT) as rig:
            await rig.until(lambda: said in rig.status.detail)
            rig.sim.clear()
            await rig.until_live()
            return rig.states

    assert FeedState.BACKOFF in {state for state, _ in asyncio.run(scenario())}


def test_handshake_waits_for_the_server_before_it_logs_in():
    async def scenario():
        async with tastytrade_rig("auth-early-refused") as rig:
            await rig.until_live()
            return rig.sim.counters, rig.status.reconnects

    counters, reconnects = asyncio.run(scenario())

    assert (counters["auth-early-refused"], reconnects) == (0, 0)


def test_server_without_a_sign_of_life_is_left():
    async def scenario():
        async with tastytrade_rig("mute", "no-keepalive", limits=IMPATIENT) as rig:
            await rig.until(lambda: "nothing was received" in rig.status.detail)
            rig.sim.clear()
            await rig.until_live()
            return rig.status.reconnects

    assert asyncio.run(scenario()) >= 1


def test_client_sends_signs_of_life_when_it_has_nothing_to_say():
    async def scenario():
        async with tastytrade_rig() as rig:
            await rig.until_live()
            await rig.until(lambda: rig.sim.counters["keepalive"] >= 3)
            return rig.sim.counters["connections_ended"]

    assert asyncio.run(scenario()) == 0


def test_refused_quote_token_is_fetched_anew_and_a_third_time_given_up():
    async def scenario():
        async with tastytrade_rig("auth-refused") as rig:
            detail = await rig.until_state(FeedState.FAILED)
            await rig.feed.set_symbols(rig.feed.symbols())
            return detail, rig.sim.counters

    detail, counters = asyncio.run(scenario())

    assert "3 fresh quote tokens in a row were refused" in detail
    assert counters["auth_refused"] == 3
    assert counters["quote_tokens"] == 3
    assert counters["grants"] == 1


def test_capture_that_is_started_anew_tries_quote_tokens_again():
    async def scenario():
        async with tastytrade_rig("auth-refused") as rig:
            await rig.until_state(FeedState.FAILED)
            symbols = rig.feed.symbols()
            rig.sim.clear()
            await rig.feed.set_symbols([])
            await rig.until_state(FeedState.STOPPED)
            await rig.feed.set_symbols(symbols)
            await rig.until_live()
            return rig.sim.counters["quote_tokens"]

    assert asyncio.run(scenario()) == 4


def test_one_refused_quote_token_is_replaced():
    async def scenario():
        async with tastytrade_rig("auth-refused") as rig:
            await rig.until(lambda: rig.sim.counters["auth_refused"] >= 1)
            rig.sim.clear()
            await rig.until_live()
            return rig.sim.counters["quote_tokens"]

    assert asyncio.run(scenario()) in {2, 3}
