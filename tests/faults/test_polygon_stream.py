"""Polygon's streams when plans lack something and servers misbehave."""

from __future__ import annotations

import json

import numpy as np
import pytest
from websockets.asyncio.client import connect

from quantdeck.feeds.polygon.channels import Channel
from quantdeck.model.events import Kind
from quantdeck.model.feed import Delay, FeedState
from tests.faults.polygon_rig import SaturdayClock, run

_OPTION = "OPRA:AAPL261218C00200000"


def test_advanced_plan_brings_trades_and_quotes_in_real_time():
    async def scenario(rig):
        await rig.until(lambda: len(rig.rows(Kind.TRADE)) > 20 and len(rig.rows(Kind.QUOTE)) > 20)
        return rig.rows(Kind.TRADE), rig.rows(Kind.QUOTE), rig.status(), rig.notices

    trades, quotes, status, notices = run(scenario)

    assert status.state is FeedState.LIVE
    assert (status.bad_messages, notices) == (0, [])
    assert status.delay is Delay.SIMULATED
    assert (quotes["bid"] < quotes["ask"]).all()
    assert (np.diff(trades["ts_event"]) >= 0).all()
    assert (trades["ts_recv"] - trades["ts_event"] < 5e9).all()


def test_starter_plan_falls_from_real_time_to_late_and_from_trades_to_seconds():
    async def scenario(rig):
        await rig.until(lambda: len(rig.rows(Kind.BAR)) > 2)
        return rig.rows(Kind.BAR), rig

    bars, rig = run(scenario, plan="starter")

    assert rig.said("no real-time stream of stocks", "fifteen minutes late instead")
    assert rig.said("trades are not in the plan of the delayed stream", "bars of a second instead")
    assert set(bars["interval_ns"].tolist()) == {10**9}
    assert (bars["ts_recv"] - bars["ts_event"] > 890e9).all()
    known = [each.words() for each in rig.rest.entitlements.known()]
    assert any(words.startswith("real-time stream of stocks: not in the plan") for words in known)


def test_plan_without_seconds_falls_to_minutes():
    async def scenario(rig):
        await rig.until(lambda: rig.said("bars of a second are not in", "bars of a minute instead"))
        await rig.until(lambda: "bars of a minute instead" in rig.status().detail)

    run(scenario, "not-authorized=[TA].*", channels=(Channel.TRADES,))


def test_quotes_that_are_not_streamed_come_from_snapshots():
    async def scenario(rig):
        await rig.until(lambda: len(rig.rows(Kind.QUOTE)) > 1)
        await rig.until(lambda: len(rig.rows(Kind.TRADE)) > 1)
        return rig.rows(Kind.QUOTE), rig

    quotes, rig = run(scenario, "not-authorized=Q.*")

    assert rig.said("quotes come from snapshots")
    assert (quotes["bid"] < quotes["ask"]).all()


def test_plan_without_any_quotes_says_so_once():
    async def scenario(rig):
        await rig.until(lambda: rig.said("snapshots have none"))
        await rig.until(lambda: rig.status().state is FeedState.DEGRADED)
        return [notice for notice in rig.notices if "snapshots have none" in notice]

    assert len(run(scenario, plan="developer", realtime=False)) == 1


def test_plan_without_streams_stops_and_says_so():
    async def scenario(rig):
        await rig.until(lambda: rig.status().state is FeedState.FAILED)
        return rig.status().detail

    assert "plan has no delayed stream of stocks" in run(scenario, plan="basic", realtime=False)


def test_agreements_that_are_not_signed_lead_to_late_data():
    async def scenario(rig):
        await rig.until(lambda: len(rig.rows(Kind.TRADE)) > 2)
        return rig

    assert run(scenario, "agreements").said("sign the agreements")


def test_options_and_stocks_come_over_their_own_sockets():
    async def scenario(rig):
        await rig.until(lambda: len(rig.rows(Kind.QUOTE, _OPTION)) > 0)
        await rig.until(lambda: len(rig.rows(Kind.TRADE)) > 0)
        return [status.name for status in rig.feed.statuses()]

    names = run(scenario, symbols=("US:AAPL", _OPTION))

    assert names == ["polygon/stocks", "polygon/options"]


def test_refused_key_stops_the_stream_for_good():
    async def scenario(rig):
        await rig.until(lambda: rig.status().state is FeedState.FAILED)
        return rig.status().detail

    assert "MASSIVE_API_KEY" in run(scenario, "auth-failed")


@pytest.mark.parametrize(
    "fault", ["drop", "close=1000", "close=1001", "force-disconnect", "close=1008"]
)
def test_stream_that_ends_comes_back_and_goes_on(fault):
    async def scenario(rig):
        await rig.until(lambda: len(rig.rows(Kind.TRADE)) > 5)
        rig.sim.inject(fault)
        await rig.until(lambda: rig.status().reconnects > 0)
        before = len(rig.rows(Kind.TRADE))
        await rig.until(lambda: len(rig.rows(Kind.TRADE)) > before + 5 and rig.is_live())

    run(scenario)


def test_other_program_on_the_connection_is_told_and_waited_for():
    async def scenario(rig):
        await rig.until(lambda: rig.status().state is FeedState.BACKOFF)
        detail = rig.status().detail
        rig.sim.clear()
        await rig.until(rig.is_live)
        return detail

    assert "another program holds the plan's connection" in run(scenario, "max-connections")


def test_slow_consumer_is_told_and_comes_back():
    async def scenario(rig):
        await rig.until(lambda: rig.status().state is FeedState.BACKOFF)
        detail = rig.status().detail
        rig.sim.clear()
        await rig.until(rig.is_live)
        return detail

    assert "too slow" in run(scenario, "slow-consumer=1")


def test_server_that_says_nothing_is_left():
    async def scenario(rig):
        await rig.until(lambda: rig.status().reconnects > 0)
        rig.sim.clear()
        await rig.until(rig.is_live)

    run(scenario, "auth-silent")


def test_muted_stream_is_stale_and_then_made_anew():
    async def scenario(rig):
        await rig.until(rig.is_live)
        rig.sim.inject("mute")
        await rig.until(lambda: rig.status().state is FeedState.STALE)
        await rig.until(lambda: rig.status().reconnects > 0)
        rig.sim.clear()
        await rig.until(rig.is_live)

    run(scenario)


def test_garbage_is_counted_and_takes_no_event_with_it():
    async def scenario(rig):
        await rig.until(lambda: rig.status().bad_messages > 3)
        await rig.until(lambda: len(rig.rows(Kind.TRADE)) > 20)
        return rig

    rig = run(scenario, "garbage=0.5")

    assert len(rig.bad) > 3
    assert rig.status().reconnects == 0


def test_missing_fields_and_unknown_events_leave_the_rest():
    async def scenario(rig):
        await rig.until(lambda: len(rig.rows(Kind.TRADE)) > 20)
        await rig.until(lambda: rig.status().ignored > 0)
        return rig.status()

    status = run(scenario, "missing-fields=0.3", "unknown-events")

    assert status.state is FeedState.LIVE


def test_duplicates_are_dropped_further_down():
    async def scenario(rig):
        await rig.until(lambda: len(rig.rows(Kind.TRADE)) > 50)
        return rig.rows(Kind.TRADE)

    trades = run(scenario, "duplicates=0.5")

    assert len(np.unique(trades["seq"])) == len(trades)


def test_lost_subscription_is_named():
    async def scenario(rig):
        await rig.until(lambda: "not confirmed" in rig.status().detail)
        return rig.status()

    symbols = ("US:AAPL", "US:MSFT", "US:SPY", "US:JPM")
    status = run(scenario, "lost-subscriptions=0.5", symbols=symbols)

    assert status.state is FeedState.DEGRADED


def test_server_that_refuses_connections_is_tried_again():
    async def scenario(rig):
        await rig.until(lambda: rig.status().state is FeedState.BACKOFF)
        detail = rig.status().detail
        rig.sim.clear()
        await rig.until(rig.is_live)
        return detail

    assert "503" in run(scenario, "refuse-connect")


def test_connection_that_another_program_keeps_is_waited_for():
    async def scenario(rig):
        await rig.feed.set_symbols([])
        await rig.until(lambda: rig.status().state is FeedState.STOPPED)
        async with connect(f"{rig.sim.ws_url}/stocks") as other:
            await other.send(json.dumps({"action": "auth", "params": "advanced"}))
            while "auth_success" not in await other.recv(decode=True):
                continue
            await rig.feed.set_symbols(["US:AAPL"])
            await rig.until(lambda: rig.status().state is FeedState.BACKOFF)
            detail = rig.status().detail
        await rig.until(rig.is_live)
        return detail

    assert "another program holds the plan's connection" in run(scenario, "refuse-newcomer")


def test_events_that_are_missing_are_no_gap_since_numbers_have_holes():
    async def scenario(rig):
        await rig.until(lambda: len(rig.rows(Kind.TRADE)) > 50)
        return rig.status()

    status = run(scenario, "gaps=0.3")

    assert (status.state, status.reconnects) == (FeedState.LIVE, 0)


def test_events_out_of_order_are_all_kept_and_counted_as_late():
    async def scenario(rig):
        await rig.until(lambda: len(rig.rows(Kind.TRADE)) > 50 and rig.lane.counts.late > 0)
        return rig.rows(Kind.TRADE)

    trades = run(scenario, "out-of-order=0.5")

    assert len(np.unique(trades["seq"])) == len(trades)
    assert (np.diff(trades["seq"]) < 0).any()


def test_events_that_come_late_show_their_lag():
    async def scenario(rig):
        await rig.until(lambda: len(rig.rows(Kind.TRADE)) > 20)
        return rig.rows(Kind.TRADE), rig.status()

    trades, status = run(scenario, "slow=700")

    assert ((trades["ts_recv"] - trades["ts_event"]) >= 0.7e9).all()
    assert status.state is FeedState.LIVE


def test_connection_that_answers_no_ping_is_made_anew():
    async def scenario(rig):
        await rig.until(rig.is_live)
        rig.sim.inject("no-pong")
        rig.sim.inject("mute")
        await rig.until(lambda: rig.status().state is FeedState.BACKOFF)
        detail = rig.status().detail
        rig.sim.clear()
        await rig.until(rig.is_live)
        return detail

    assert "no longer answers" in run(scenario)


def test_vendor_whose_clock_is_ahead_is_measured():
    async def scenario(rig):
        await rig.until(lambda: len(rig.rows(Kind.TRADE)) > 20)
        return rig.status()

    status = run(scenario, "clock-skew=5000")

    assert status.clock_skew_ns is not None
    assert status.clock_skew_ns < -4e9


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("basic-plan", "the plan has no"),
        ("starter-plan", "bars of a second instead"),
        ("developer-plan", "fifteen minutes late instead"),
    ],
)
def test_plan_that_is_cut_down_while_it_streams_is_followed(fault, said):
    async def scenario(rig):
        await rig.until(rig.is_live)
        rig.sim.inject(fault)
        rig.sim.inject("drop")
        await rig.until(lambda: rig.said(said))

    run(scenario)


def test_silence_of_a_closed_market_is_no_fault():
    async def scenario(rig):
        await rig.until(lambda: rig.status().is_closed)
        return rig.status()

    status = run(scenario, "real-hours", clock=SaturdayClock())

    assert status.state is not FeedState.STALE
    assert status.reconnects == 0


def test_snapshots_that_take_long_still_bring_quotes():
    async def scenario(rig):
        await rig.until(lambda: len(rig.rows(Kind.QUOTE)) > 1)
        return rig.status()

    status = run(scenario, "not-authorized=Q.*", "slow-rest=700")

    assert status.reconnects == 0
