"""Whatever the DXLink server sends, quotes are right or absent, and the rest goes on."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from quantdeck.model.events import Kind
from quantdeck.model.feed import FeedState
from tests.faults.tastytrade_rig import SPX, tastytrade_rig


def _true_quotes(rig, symbol):
    """Return all (bid, ask) that the simulator may have shown of late."""
    found = rig.sim.market.listed_at(rig.sim.now_ms() * 1_000_000)
    row = np.array([found.ids[symbol.partition(":")[2]]])
    now_ns = rig.sim.now_ms() * 1_000_000
    shown = set()
    for back in range(80):
        quotes = rig.sim.market.quotes(found, row, now_ns - back * 50_000_000)
        shown.add((float(quotes.bid[0]), float(quotes.ask[0])))
    return shown


def _is_true(rig, symbol):
    seen = {(row["bid"], row["ask"]) for row in rig.rows(symbol=symbol)}
    return bool(seen) and seen <= _true_quotes(rig, symbol)


@pytest.mark.parametrize(
    "faults",
    [
        (),
        ("reorder-config",),
        ("config-without-fields",),
        ("late-config=300",),
        ("full-format",),
        ("mixed-types",),
        ("big-frame",),
        ("unknown-events",),
        ("reorder-config", "late-config=300", "mixed-types"),
    ],
    ids=lambda faults: "+".join(faults) or "none",
)
def test_stream_in_any_form_brings_the_quotes_that_were_made(faults):
    async def scenario():
        async with tastytrade_rig(*faults) as rig:
            await rig.until_live()
            await rig.until_more(60)
            symbol = next(s for s in rig.feed.symbols() if s != SPX)
            return rig.quoted() == set(rig.feed.symbols()), _is_true(rig, symbol), rig.bad

    every_symbol, is_true, bad = asyncio.run(scenario())

    assert (every_symbol, is_true, bad) == (True, True, [])


def test_unknown_events_are_counted_and_passed_over():
    async def scenario():
        async with tastytrade_rig("unknown-events") as rig:
            await rig.until_more(20)
            await rig.until_live()
            return rig.bad, rig.status.ignored

    bad, ignored = asyncio.run(scenario())

    assert bad == []
    assert ignored > 0


def test_garbage_is_counted_and_the_rest_is_right():
    async def scenario():
        async with tastytrade_rig("garbage=1") as rig:
            await rig.until(lambda: rig.status.bad_messages >= 4)
            await rig.until_more(40)
            symbol = next(s for s in rig.feed.symbols() if s != SPX)
            return _is_true(rig, symbol), rig.status

    is_true, status = asyncio.run(scenario())

    assert is_true
    assert status.state is FeedState.LIVE
    assert status.reconnects == 0


@pytest.mark.parametrize(
    ("fault", "price", "size"), [("nan", "ask", "ask_size"), ("one-sided", "bid", "bid_size")]
)
def test_absent_side_is_nan_and_never_the_old_price(fault, price, size):
    async def scenario():
        async with tastytrade_rig(f"{fault}=1") as rig:
            await rig.until_more(40)
            symbols = [s for s in rig.feed.symbols() if s != SPX]
            return np.concatenate([rig.rows(symbol=symbol) for symbol in symbols])

    rows = asyncio.run(scenario())

    other = "bid" if price == "ask" else "ask"
    assert np.isnan(rows[price]).all()
    assert np.isnan(rows[size]).all()
    assert np.isfinite(rows[other]).all()


def test_index_quote_without_sizes_keeps_its_prices():
    async def scenario():
        async with tastytrade_rig() as rig:
            await rig.until(lambda: rig.count(symbol=SPX) > 3)
            return rig.rows(symbol=SPX), rig.rows(Kind.TRADE, SPX)

    quotes, trades = asyncio.run(scenario())

    assert np.isfinite(quotes["bid"]).all()
    assert np.isnan(quotes["bid_size"]).all()
    assert (np.abs(trades["price"] / quotes["bid"][0] - 1) < 0.01).all()


def test_quotes_carry_the_time_of_their_receipt():
    async def scenario():
        async with tastytrade_rig() as rig:
            await rig.until_more(40)
            return rig.rows()

    rows = asyncio.run(scenario())

    assert (rows["ts_event"] == rows["ts_recv"]).all()
    assert (np.diff(rows["seq"]) > 0).all()


def test_mute_stream_is_stale_until_it_speaks():
    async def scenario():
        async with tastytrade_rig("mute") as rig:
            detail = await rig.until_state(FeedState.STALE, "no data for")
            rig.sim.clear()
            # What was due at the subscription is not sent again: the next quotes tell.
            await rig.until_live()
            return detail

    assert "no data for" in asyncio.run(scenario())


def test_mute_stream_of_a_closed_market_says_so():
    async def scenario():
        async with tastytrade_rig("mute", "market-closed") as rig:
            return await rig.until_state(FeedState.SUBSCRIBED, "market")

    assert "the market is closed" in asyncio.run(scenario())


def test_cap_leaves_symbols_out_says_so_and_polls_them():
    async def scenario():
        async with tastytrade_rig("cap=12") as rig:
            detail = await rig.until_state(FeedState.DEGRADED, "left out")
            await rig.until(lambda: rig.quoted() == set(rig.feed.symbols()))
            return detail, rig.feed.budget, rig.sim.subscriptions, rig.status

    detail, budget, subscribed, status = asyncio.run(scenario())

    assert "symbols are left out" in detail
    assert f"polls {budget.polled} by REST" in detail
    assert (budget.used, budget.polled) == (12, 10)
    assert subscribed == 12
    assert status.reconnects == 0


def test_own_limit_is_never_exceeded_and_the_rest_is_polled():
    async def scenario():
        async with tastytrade_rig(max_subscriptions=10) as rig:
            await rig.until(lambda: rig.quoted() == set(rig.feed.symbols()))
            return rig.feed.budget, rig.sim.counters["refused_subscriptions"], rig.status.detail

    budget, refused, detail = asyncio.run(scenario())

    assert (budget.used, budget.allowed, budget.polled) == (10, 10, 12)
    assert refused == 0
    assert "streams 10 of 10 subscriptions, polls 12 by REST" in detail


def test_change_of_symbols_keeps_what_stays():
    async def scenario():
        async with tastytrade_rig() as rig:
            await rig.until_live()
            kept = rig.feed.symbols()[1:5]
            await rig.feed.set_symbols([*kept, "US:SPY"])
            await rig.until(lambda: rig.sim.subscriptions == 6)
            await rig.until(lambda: rig.count(symbol="US:SPY") > 2)
            before = sum(rig.count(symbol=symbol) for symbol in kept)
            await rig.until(lambda: sum(rig.count(symbol=s) for s in kept) > before + 3)
            return rig.status

    status = asyncio.run(scenario())

    assert (status.state, status.reconnects) == (FeedState.LIVE, 0)
