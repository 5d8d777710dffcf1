"""Whatever Alpaca's streams and answers look like, what can be read of them gets through."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from quantdeck.model.errors import AuthFailed, Disconnected, NotEntitled
from quantdeck.model.events import Kind
from tests.faults.alpaca_rig import NEAR, alpaca_rig


@pytest.mark.parametrize("fault", ["garbage=0.3", "bad-items=0.2"])
def test_what_cannot_be_read_is_counted_and_the_rest_goes_on(fault):
    async def scenario():
        async with alpaca_rig(fault) as rig:
            await rig.until_live()
            await rig.until(lambda: len(rig.bad) >= 3)
            await rig.until_more()
            return rig, rig.status()

    rig, status = asyncio.run(scenario())

    assert status.bad_messages >= 3
    assert status.reconnects == 0
    assert np.isfinite(rig.streamed()["bid"]).any()


@pytest.mark.parametrize(
    "fault", ["unknown-t", "unknown-keys", "ts32", "ts64", "ts96", "big-frame", "slow=300"]
)
def test_unusual_but_sound_frames_are_all_read(fault):
    async def scenario():
        async with alpaca_rig(fault) as rig:
            await rig.until_live()
            await rig.until_more(200)
            return rig

    rig = asyncio.run(scenario())

    rows = rig.streamed()
    assert not rig.bad
    assert (rows["ask"] >= rows["bid"])[np.isfinite(rows["ask"] + rows["bid"])].all()
    # Seconds taken for milliseconds or the other way round would be far off; a busy machine is not.
    assert np.abs(np.median(rows["ts_recv"] - rows["ts_event"])) < 60_000_000_000


def test_one_sided_quotes_have_no_price_on_the_empty_side():
    async def scenario():
        async with alpaca_rig("one-sided=0.5") as rig:
            await rig.until_more(200)
            return rig.streamed()

    rows = asyncio.run(scenario())

    empty = np.isnan(rows["ask"])
    assert 0.2 < empty.mean() < 0.8
    assert np.isnan(rows["ask_size"][empty]).all()
    assert (rows["ask"][~empty] > 0).all()


def test_events_sent_twice_are_taken_once():
    async def scenario():
        async with alpaca_rig("duplicates=1") as rig:
            await rig.until_more(200)
            return rig.streamed(), rig.sim.counters

    rows, counters = asyncio.run(scenario())

    assert counters["duplicates"] > 100
    fields = ("symbol", "ts_event", "bid", "ask", "bid_size", "ask_size")
    assert len(np.unique(rows[list(fields)])) == len(rows)


def test_clock_of_the_venue_that_is_ahead_is_shown():
    async def scenario():
        async with alpaca_rig("clock-skew=600000") as rig:
            await rig.until_live()
            await rig.until_more()
            return rig.status().clock_skew_ns

    assert -600_100_000_000 < asyncio.run(scenario()) < -540_000_000_000


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("401-html", "401"),
        ("403", "OPRA agreement is not signed"),
        ("502-html", "502"),
        ("http-500", "500"),
    ],
)
def test_quotes_that_cannot_be_fetched_are_told_while_the_stream_goes_on(fault, said):
    async def scenario():
        async with alpaca_rig(fault) as rig:
            await rig.until(lambda: "quotes cannot be fetched" in rig.status().detail)
            state, detail = rig.status().state.value, rig.status().detail
            await rig.until_more()
            rig.sim.clear()
            await rig.until_live()
            return state, detail

    state, detail = asyncio.run(scenario())

    assert state in {"degraded", "subscribed", "connecting"}
    assert said in detail


def test_used_up_requests_leave_the_stream_alone():
    async def scenario():
        async with alpaca_rig("429=0") as rig:
            await rig.until(lambda: rig.is_in("degraded"))
            await rig.until_more()
            return rig.status().detail

    assert "fetching the newest quotes" in asyncio.run(scenario())


@pytest.mark.parametrize("fault", ["page-short", "missing-rows=0.3", "slow-rest=50"])
def test_snapshot_holds_every_listed_strike(fault):
    async def scenario():
        async with alpaca_rig(capture=False) as rig:
            listed = await rig.feed.contracts(NEAR)
            rig.sim.inject(fault)
            return listed, await rig.feed.snapshot(NEAR)

    listed, snapshot = asyncio.run(scenario())

    strikes = {(c.root, c.expiry, c.strike) for c in listed}
    assert sum(len(chain.strikes) for chain in snapshot.chains) == len(strikes)
    assert snapshot.feed == "simulated"
    mids = np.concatenate([chain.calls.bid + chain.calls.ask for chain in snapshot.chains])
    assert np.isfinite(mids).mean() > 0.5
    assert all(np.nansum(chain.puts.open_interest) > 0 for chain in snapshot.chains)


@pytest.mark.parametrize(
    ("fault", "error"),
    [("401-html", AuthFailed), ("403", NotEntitled), ("502-html", Disconnected)],
)
def test_snapshot_that_cannot_be_had_says_why(fault, error):
    async def scenario():
        async with alpaca_rig(capture=False) as rig:
            await rig.feed.contracts(NEAR)
            rig.sim.inject(fault)
            with pytest.raises(error):
                await rig.feed.snapshot(NEAR)
            return rig.sim.counters["requests"]

    assert asyncio.run(scenario()) >= 3


def test_executions_of_options_and_underlyings_get_through():
    async def scenario():
        async with alpaca_rig(stocks=("US:SPY",)) as rig:
            spy = rig.instruments.id_of("US:SPY")
            await rig.until(lambda: spy in rig.rows(Kind.TRADE)["symbol"])
            await rig.until(lambda: len({*rig.rows(Kind.TRADE)["symbol"].tolist()} - {spy}) > 0)
            return rig.rows(Kind.TRADE)

    rows = asyncio.run(scenario())

    assert (rows["price"] > 0).all()
    assert (rows["size"] > 0).all()


def test_symbols_can_be_changed_while_the_stream_runs():
    async def scenario():
        async with alpaca_rig() as rig:
            await rig.until_live()
            kept = rig.feed.symbols()[:10]
            await rig.feed.set_symbols(kept)
            await rig.until(lambda: rig.feed._options.subscribed == 10)
            await rig.until_more(20)
            return rig.feed.budget.used, rig.status().reconnects

    assert asyncio.run(scenario()) == (10, 0)


def test_nothing_wanted_for_a_while_is_no_break():
    async def scenario():
        async with alpaca_rig() as rig:
            await rig.until_live()
            symbols = rig.feed.symbols()
            await rig.feed.set_symbols([])
            await rig.until(lambda: rig.sim.connections == 0)
            await rig.feed.set_symbols(symbols)
            await rig.until_live()
            await rig.until_more()
            return rig.gaps, rig.status().detail

    gaps, detail = asyncio.run(scenario())

    assert gaps == []
    assert "streams" in detail
