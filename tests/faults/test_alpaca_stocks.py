"""Captured stocks against the simulator: stream, past, breaks, and who else wants the stream."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from quantdeck.feeds.alpaca.loan import StockLoan
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.events import Flag, Kind
from quantdeck.model.feed import FeedState, Gap
from tests.faults.stock_rig import SaturdayClock, stock_rig


def test_stock_is_captured_with_executions_quotes_and_its_past():
    async def run():
        async with stock_rig() as rig:
            await rig.until(
                lambda: (
                    len(rig.live(Kind.TRADE)) > 3
                    and len(rig.live(Kind.QUOTE)) > 3
                    and len(rig.fetched(Kind.TRADE)) > 100
                    and len(rig.rows(Kind.BAR)) >= 60
                )
            )
            return rig, rig.status()

    rig, status = asyncio.run(run())

    trades, bars = rig.rows(Kind.TRADE), rig.rows(Kind.BAR)
    assert (status.state, rig.gaps) == (FeedState.LIVE, [])
    # Whatever order they came in, each once and none missing: the simulator numbers its executions.
    assert sorted(trades["seq"]) == list(range(trades["seq"].min(), trades["seq"].max() + 1))
    assert sorted(set(bars["interval_ns"])) == [60 * 10**9, 300 * 10**9]
    assert np.all(bars["flags"] == Flag.CLOSED | Flag.REPAIRED)


def test_break_of_the_stream_is_filled_with_the_executions_it_cost():
    async def run():
        async with stock_rig() as rig:
            await rig.until(lambda: len(rig.live(Kind.TRADE)) > 3 and len(rig.fetched(Kind.TRADE)))
            rig.sim.inject("drop")
            await rig.until(lambda: rig.status().reconnects)
            before = len(rig.live(Kind.TRADE))
            await rig.until(lambda: len(rig.live(Kind.TRADE)) > before + 3)
            trades = rig.rows(Kind.TRADE)
            span = int(trades["seq"].max() - trades["seq"].min())
            await rig.until(lambda: len(rig.rows(Kind.TRADE)) > span)
            return rig

    rig = asyncio.run(run())

    assert rig.gaps == []


def test_stocks_that_are_not_traded_are_refused_with_near_names():
    async def run():
        async with stock_rig(symbols=["US:SPY"]) as rig:
            with pytest.raises(BadInput, match="does not trade US:APL; did you mean US:AAPL"):
                await rig.feed.set_symbols(["US:SPY", "US:APL"])
            with pytest.raises(BadInput, match="is an index"):
                await rig.feed.set_symbols(["US:SPX"])
            return rig.feed.symbols(), await rig.feed.instruments()

    symbols, listed = asyncio.run(run())

    assert symbols == ["US:SPY"]
    assert {(x.symbol, x.tick_size, x.annual_periods, x.quote) for x in listed} == {
        (symbol, 0.01, 252, "USD") for symbol in ("US:SPY", "US:AAPL", "US:MSFT")
    }


def test_stocks_lent_come_over_the_same_connection_to_the_borrower_alone():
    async def run():
        loan, borrowed = StockLoan(), RingSet(1 << 12)
        drained = []
        loan.borrow(borrowed, lambda: drained.extend(borrowed.drain()))
        async with stock_rig("406", symbols=["US:MSFT"], loan=loan) as rig:
            rig.sim.clear("406")
            loan.want(["US:SPX", "US:SPY"])
            await rig.until(
                lambda: (
                    len(rig.live(Kind.QUOTE, "US:MSFT"))
                    and any(kind is Kind.QUOTE for kind, _ in drained)
                )
            )
            lent = {rig.instruments.symbol(i) for _, rows in drained for i in set(rows["symbol"])}
            return rig, lent

    rig, lent = asyncio.run(run())

    assert lent == {"US:SPY"}
    assert len(rig.rows(Kind.QUOTE)) == len(rig.rows(Kind.TRADE)) == 0


def test_repair_of_what_nothing_numbers_is_refused():
    async def run():
        async with stock_rig() as rig:
            with pytest.raises(NoData, match="numbers no events"):
                await rig.feed.repair(Gap("alpaca", "US:SPY", "trade", 1, 2, 0))

    asyncio.run(run())


def test_closed_market_is_told_with_its_opening_and_the_last_executions_are_there():
    async def run():
        async with stock_rig("real-hours", clock=SaturdayClock()) as rig:
            await rig.until(lambda: "opens" in rig.status().detail)
            await rig.until(lambda: len(rig.rows(Kind.BAR)) >= 60)
            return rig.status()

    status = asyncio.run(run())

    assert status.state is FeedState.SUBSCRIBED
    assert status.detail == "market closed, opens Mon 14:30 UTC"
