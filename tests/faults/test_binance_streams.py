"""What goes wrong with events on the way is seen, counted and made good."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from quantdeck.model.events import Flag, Kind
from quantdeck.model.feed import FeedState
from tests.faults.binance_rig import BTC, ETH, binance_rig


def test_capture_without_faults_misses_and_repeats_nothing():
    async def scenario():
        async with binance_rig(symbols=(BTC, ETH)) as rig:
            await rig.until_live()
            await rig.until_more(200)
            await rig.until_more(1, Kind.MARK)
            return rig

    rig = asyncio.run(scenario())

    assert (rig.missing(), rig.repeated(), rig.gaps, rig.duplicates) == (0, 0, [], 0)
    assert rig.count(Kind.QUOTE, ETH) > 0


def test_capture_backfill_reaches_up_to_the_first_live_event():
    def reaches_back_s(rig):
        rows = rig.rows(Kind.AGG_TRADE)
        times = rows["ts_event"][(rows["flags"] & Flag.REPAIRED) > 0] if len(rows) else ()
        return np.ptp(times) / 1e9 if len(times) else 0.0

    async def scenario():
        async with binance_rig(backfill_s=6.0) as rig:
            # It comes in pages, the newest first.
            await rig.until(lambda: reaches_back_s(rig) > 5)
            await rig.until_more(50)
            return rig, reaches_back_s(rig)

    rig, reached_s = asyncio.run(scenario())

    rows = np.sort(rig.rows(Kind.AGG_TRADE), order="seq")
    assert rig.missing() == 0
    assert reached_s <= 6
    assert rows["flags"][0] & Flag.REPAIRED
    assert not rows["flags"][-1] & Flag.REPAIRED


def test_capture_stopped_and_started_counts_what_it_fetches_again_as_no_duplicates():
    async def scenario():
        async with binance_rig(backfill_s=30.0) as rig:
            await rig.until(lambda: rig.late > 0)
            await rig.until_more(50)
            await rig.feed.set_symbols([])
            await rig.until(lambda: rig.sim.connections == 0)
            await rig.feed.set_symbols([BTC])
            await rig.until(lambda: rig.refetched > 0)
            return rig

    rig = asyncio.run(scenario())

    assert (rig.duplicates, rig.repeated()) == (0, 0)


def test_id_gaps_are_found_and_repaired_by_rest():
    async def scenario():
        async with binance_rig("id-gaps=0.2") as rig:
            await rig.until_more(150)
            rig.sim.clear()
            before = rig.missing()
            await rig.until_more(5)
            await rig.repair_all()
            return rig, before

    rig, before = asyncio.run(scenario())

    assert before > 10
    assert rig.missing() == 0
    assert rig.open_gaps() == []
    assert rig.repaired() > 0


def test_duplicates_are_dropped_and_counted():
    async def scenario():
        async with binance_rig("duplicates=0.5") as rig:
            await rig.until_more(100)
            return rig

    rig = asyncio.run(scenario())

    assert rig.duplicates > 20
    assert (rig.repeated(), rig.missing()) == (0, 0)


@pytest.mark.parametrize("fault", ["out-of-order=0.3", "late=200"])
def test_events_out_of_order_fill_their_gap_by_themselves(fault):
    async def scenario():
        async with binance_rig(fault) as rig:
            await rig.until(lambda: rig.late > 5)
            rig.sim.clear()
            await rig.until(lambda: rig.count(Kind.AGG_TRADE) > 50 and not rig.open_gaps())
            return rig

    rig = asyncio.run(scenario())

    assert rig.late > 5
    assert (rig.missing(), rig.repeated()) == (0, 0)


def test_prints_that_are_no_trades_reach_no_price():
    async def scenario():
        async with binance_rig("na-prints=0.3", streams=("trade", "bookTicker")) as rig:
            await rig.until(lambda: rig.status("public").ignored > 10)
            return rig

    rig = asyncio.run(scenario())

    assert rig.rows(Kind.TRADE)["price"].min() > 0
    assert rig.missing(Kind.TRADE) == 0


def test_coin_margined_twins_are_ignored_and_counted():
    async def scenario():
        async with binance_rig("coin-margined") as rig:
            await rig.until(lambda: rig.status("market").ignored > 20)
            return rig

    rig = asyncio.run(scenario())

    captured = {int(number) for number in rig.rows(Kind.AGG_TRADE)["symbol"]}
    assert captured == {rig.instruments.id_of(BTC)}
    assert rig.missing() == 0


def test_garbage_is_counted_kept_aside_and_stops_nothing():
    async def scenario():
        async with binance_rig("garbage=0.3") as rig:
            await rig.until(lambda: len(rig.bad) > 20)
            await rig.until_live()
            return rig, [status.bad_messages for status in rig.feed.statuses()]

    rig, counted = asyncio.run(scenario())

    assert sum(counted) >= 20
    assert all(error.venue == "binance-usdm" for error in rig.bad)
    assert rig.missing() == 0


def test_venue_clock_ahead_is_measured():
    async def scenario():
        async with binance_rig("clock-skew=1200") as rig:
            await rig.until_more(100)
            return rig.status("market").clock_skew_ns

    assert asyncio.run(scenario()) == pytest.approx(-1.2e9, abs=0.3e9)


def test_slow_stream_stays_live_with_its_true_times():
    async def scenario():
        async with binance_rig("slow=400") as rig:
            await rig.until_more(50)
            return rig, rig.status("market").state

    rig, state = asyncio.run(scenario())

    rows = rig.rows(Kind.AGG_TRADE)
    assert state in {FeedState.LIVE, FeedState.DEGRADED}
    assert np.median(rows["ts_recv"] - rows["ts_event"]) > 350e6


def test_set_symbols_while_running_loses_nothing_of_those_kept():
    async def scenario():
        async with binance_rig() as rig:
            await rig.until_more(50)
            await rig.feed.set_symbols([BTC, ETH])
            await rig.until_more(20, symbol=ETH)
            await rig.feed.set_symbols([BTC])
            await rig.until_more(50)
            return rig, rig.feed.symbols(), rig.status("market").reconnects

    rig, symbols, reconnects = asyncio.run(scenario())

    assert (symbols, reconnects) == ([BTC], 0)
    assert rig.missing() == 0


def test_set_symbols_many_times_in_a_row_stays_within_the_venues_limit():
    async def scenario():
        async with binance_rig() as rig:
            await rig.until_live()
            for _ in range(10):
                await rig.feed.set_symbols([BTC, ETH])
                await rig.feed.set_symbols([BTC])
            await rig.until_more(50)
            return [status.reconnects for status in rig.feed.statuses()]

    assert asyncio.run(scenario()) == [0, 0]


def test_spot_capture_misses_and_repeats_nothing():
    symbol = "BINANCE:BTCUSDT"

    async def scenario():
        async with binance_rig(spot=True, symbols=("btcusdt",), backfill_s=5.0) as rig:
            await rig.until_live()
            await rig.until_more(50, symbol=symbol)
            await rig.until_more(20, Kind.QUOTE, symbol)
            return rig, rig.feed.symbols()

    rig, symbols = asyncio.run(scenario())

    assert symbols == [symbol]
    assert rig.missing(symbol=symbol) == 0
    quotes = rig.rows(Kind.QUOTE, symbol)
    assert (quotes["ts_event"] == quotes["ts_recv"]).all()
