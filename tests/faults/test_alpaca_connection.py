"""Whatever becomes of Alpaca's connections, quotes go on or the state says why they do not."""

from __future__ import annotations

import asyncio

import pytest

from quantdeck.model.feed import FeedState, GapState
from tests.faults.alpaca_rig import IMPATIENT, alpaca_rig


def test_healthy_stream_is_live_and_begins_with_the_newest_quotes():
    async def scenario():
        async with alpaca_rig(stocks=("US:SPY", "US:SPX")) as rig:
            await rig.until_live("options", "stocks")
            await rig.until_more()
            return rig, rig.status(), rig.feed.budget

    rig, status, budget = asyncio.run(scenario())

    options = {rig.instruments.id_of(s) for s in rig.feed.symbols() if s.startswith("OPRA:")}
    assert options <= set(rig.rows()["symbol"].tolist())
    assert budget.used == len(options)
    assert f"streams {budget.used} of 1,000 allowed symbols" in status.detail
    assert status.delay.value == rig.feed.feed == "simulated"
    assert not rig.bad
    assert not rig.gaps


def test_mute_stream_reconnects_until_there_are_data():
    async def scenario():
        async with alpaca_rig(limits=IMPATIENT) as rig:
            await rig.until_live()
            rig.sim.inject("mute")
            await rig.until(lambda: rig.is_in("stale"))
            await rig.until(lambda: rig.is_in("backoff"))
            detail = rig.status().detail
            rig.sim.clear()
            await rig.until_live()
            return detail

    assert "no data" in asyncio.run(scenario())


@pytest.mark.parametrize(("fault", "said"), [("drop", "1006"), ("close=1001", "1001")])
def test_connection_that_ends_is_opened_again_and_the_break_recorded(fault, said):
    async def scenario():
        async with alpaca_rig() as rig:
            await rig.until_live()
            await rig.until_more()
            asked = rig.sim.counters["requests"]
            rig.sim.inject(fault)
            await rig.until(lambda: rig.is_in("backoff"))
            detail = rig.status().detail
            await rig.until_live()
            await rig.until(lambda: rig.sim.counters["requests"] > asked)
            await rig.until_more()
            return rig, detail

    rig, detail = asyncio.run(scenario())

    assert said in detail
    assert [gap.symbol for gap in rig.gaps] == ["US:SPX"]
    assert rig.gaps[0].state is GapState.LOST
    assert rig.gaps[0].before_ts_ns > rig.gaps[0].after_ts_ns > 0


def test_slow_client_reconnects_and_takes_only_the_newest_quotes():
    async def scenario():
        async with alpaca_rig("407=0.5") as rig:
            await rig.until(lambda: rig.is_in("backoff"))
            detail = rig.status().detail
            rig.sim.clear()
            await rig.until_live()
            return detail, rig.feed._options._conflator.is_conflating

    detail, is_conflating = asyncio.run(scenario())

    assert "407" in detail
    assert is_conflating


def test_stream_held_by_another_program_is_waited_for():
    async def scenario():
        async with alpaca_rig("406") as rig:
            await rig.until(lambda: "attempt 2" in rig.status().detail)
            await rig.until(lambda: rig.is_in("backoff"))
            detail = rig.status().detail
            connections = rig.sim.counters["connections_opened"]
            rig.sim.clear()
            await rig.until_live()
            return detail, connections

    detail, connections = asyncio.run(scenario())

    assert "another program holds the stream" in detail
    assert connections <= 3


def test_plan_that_allows_fewer_symbols_is_filled_and_the_rest_polled():
    async def scenario():
        async with alpaca_rig("405=20") as rig:
            await rig.until(lambda: rig.feed.budget.allowed == 20)
            await rig.until_live()
            polled = set(rig.feed._plan.polled)
            ids = {rig.instruments.id_of(symbol) for symbol in polled}
            await rig.until(lambda: ids <= set(rig.fetched()["symbol"].tolist()))
            first = len(rig.fetched())
            await rig.until(lambda: len(rig.fetched()) > first + 20)
            return rig, rig.status().detail, rig.feed.budget, ids

    rig, detail, budget, ids = asyncio.run(scenario())

    assert (budget.used, budget.allowed) == (20, 20)
    assert f"streams 20 of 20 allowed symbols, polls {budget.polled:,} by REST" in detail
    assert not ids & set(rig.streamed()["symbol"].tolist())


def test_refused_key_stops_for_good_and_says_what_to_do():
    async def scenario():
        async with alpaca_rig("402") as rig:
            await rig.until(lambda: rig.status().state is FeedState.FAILED)
            opened = rig.sim.counters["connections_opened"]
            await asyncio.sleep(0.5)
            return rig.status().detail, rig.sim.counters["connections_opened"] - opened

    detail, more = asyncio.run(scenario())

    assert "check ALPACA_API_KEY" in detail
    assert more == 0


def test_plan_without_the_data_feed_stops_and_offers_the_other_one():
    async def scenario():
        async with alpaca_rig("basic-plan") as rig:
            await rig.until(lambda: rig.status().state is FeedState.FAILED)
            return rig.status().detail

    assert "indicative" in asyncio.run(scenario())


def test_indicative_feed_on_the_smaller_plan_is_live_within_its_budget():
    async def scenario():
        async with alpaca_rig("basic-plan", data_feed="indicative") as rig:
            await rig.until_live()
            await rig.until_more()
            return rig.feed.budget

    assert asyncio.run(scenario()).allowed == 200


@pytest.mark.parametrize("fault", ["401-expire=0.3", "500"])
def test_error_that_passes_reconnects(fault):
    async def scenario():
        async with alpaca_rig() as rig:
            await rig.until_live()
            rig.sim.inject(fault)
            await rig.until(lambda: rig.status().reconnects > 0)
            rig.sim.clear()
            await rig.until_live()
            await rig.until_more()
            return rig.status().reconnects

    assert asyncio.run(scenario()) >= 1


def test_server_that_says_nothing_is_given_up():
    async def scenario():
        async with alpaca_rig("auth-silent", limits=IMPATIENT) as rig:
            await rig.until(lambda: "the greeting was not answered" in rig.status().detail)
            rig.sim.clear()
            await rig.until_live()
            return rig.status().reconnects

    assert asyncio.run(scenario()) >= 1


def test_server_that_answers_no_pings_is_given_up():
    async def scenario():
        async with alpaca_rig("no-pong", "mute") as rig:
            await rig.until(lambda: "no longer answers" in rig.status().detail)
            rig.sim.clear()
            await rig.until_live()
            return rig.status().reconnects

    assert asyncio.run(scenario()) >= 1


def test_refused_handshake_waits_before_the_next_one():
    async def scenario():
        async with alpaca_rig("refuse-connect") as rig:
            await rig.until(lambda: rig.is_in("backoff"))
            return rig.status().detail

    assert "429" in asyncio.run(scenario())


def test_symbols_that_are_not_confirmed_are_named():
    async def scenario():
        async with alpaca_rig("lost-subscriptions=0.5") as rig:
            await rig.until(lambda: "does not confirm it" in rig.status().detail)
            await rig.until_more()
            return rig.status()

    status = asyncio.run(scenario())

    assert status.state is FeedState.DEGRADED
    assert "refused SPXW" in status.detail
