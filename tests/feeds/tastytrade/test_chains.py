"""Chains and snapshots: what the feed makes of the simulator's answers."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from random import Random

import numpy as np
import pytest

from quantdeck.feeds.tastytrade import Credentials, TastytradeFeed
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.feed import Delay, Gap, RunId
from quantdeck.model.instruments import InstrumentKind, InstrumentTable
from quantdeck.model.options import ExerciseStyle, Right, Settlement
from quantdeck.net.clock import SystemClock
from quantdeck.net.link import Patience
from quantdeck.ports.chains import ChainRequest
from quantdeck.sims.options.listed import Size
from quantdeck.sims.tastytrade import accounts
from quantdeck.sims.tastytrade.server import TastytradeSim

SPX = "US:SPX"
GRANT = Credentials(accounts.CLIENT_SECRET, accounts.REFRESH_TOKEN)


@asynccontextmanager
async def _feed(**options):
    async with TastytradeSim(seed=7, size=Size.SMALL) as sim:
        feed = TastytradeFeed(
            GRANT,
            sink=RingSet(capacity=64),
            instruments=InstrumentTable(),
            on_data=lambda: None,
            clock=SystemClock(),
            rng=Random(1),
            run_id=RunId("R"),
            simulated=True,
            aggregation_s=0.1,
            api_url=sim.rest_url,
            requests_per_minute=6_000,
            patience=Patience(tick_s=0.01),
            **options,
        )
        try:
            yield sim, feed
        finally:
            await feed.close()


def _run(ask, **options):
    async def scenario():
        async with _feed(**options) as (sim, feed):
            return await ask(sim, feed)

    return asyncio.run(scenario())


async def _contracts(request):
    async with _feed() as (sim, feed):
        return sim, await feed.contracts(request)


def test_contracts_are_all_that_is_listed_with_settlement_and_names_in_the_stream():
    sim, contracts = asyncio.run(_contracts(ChainRequest(SPX)))

    found = sim.market.listed_at(sim.now_ms() * 1_000_000)
    listed = {f"OPRA:{found.symbols[row]}" for row in found.rows_of_underlying("SPX").tolist()}
    assert {each.symbol for each in contracts} == listed
    assert {(each.root, each.settlement, each.style) for each in contracts} == {
        ("SPX", Settlement.AM, ExerciseStyle.EUROPEAN),
        ("SPXW", Settlement.PM, ExerciseStyle.EUROPEAN),
    }
    assert all(each.underlying == SPX and each.standard for each in contracts)
    first = contracts[0]
    letter = "C" if first.right is Right.CALL else "P"
    assert first.streamer_symbol == f".SPX{first.expiry:%y%m%d}{letter}{first.strike:g}"


def test_contracts_of_a_stock_are_american():
    _, contracts = asyncio.run(_contracts(ChainRequest("US:SPY")))

    assert {each.style for each in contracts} == {ExerciseStyle.AMERICAN}


def test_contracts_are_limited_to_roots_expiries_and_strikes():
    request = ChainRequest(SPX, expiries=2, roots=("SPXW",), lowest=0.98, highest=1.02)

    sim, contracts = asyncio.run(_contracts(request))

    spot = sim.market.underlying("SPX", sim.now_ms() * 1_000_000)
    strikes = np.array([each.strike for each in contracts])
    assert {each.root for each in contracts} == {"SPXW"}
    assert len({each.expiry for each in contracts}) == 2
    assert (np.abs(strikes / spot - 1) < 0.021).all()
    assert len(strikes) > 10


def test_contracts_of_an_unknown_underlying_are_refused():
    with pytest.raises(BadInput):
        asyncio.run(_contracts(ChainRequest("US:NOPE")))


def test_snapshot_tells_the_quotes_in_force_and_the_day():
    request = ChainRequest(SPX, expiries=2)

    async def ask(sim, feed):
        before_ns = sim.now_ms() * 1_000_000
        snapshot = await feed.snapshot(request)
        return sim, snapshot, before_ns, sim.now_ms() * 1_000_000

    sim, snapshot, before_ns, after_ns = _run(ask)

    assert [chain.key for chain in snapshot.chains] == sorted(c.key for c in snapshot.chains)
    assert (snapshot.feed, snapshot.provenance.delay) == ("simulated", Delay.SIMULATED)
    assert {chain.settlement for chain in snapshot.chains if chain.root == "SPX"} == {Settlement.AM}
    found = sim.market.listed_at(after_ns)
    told = same = 0
    for chain in snapshot.chains:
        for side, letter in ((chain.calls, "C"), (chain.puts, "P")):
            names = [
                f"{chain.root}{chain.expiry:%y%m%d}{letter}{round(strike * 1000):08d}"
                for strike in chain.strikes
            ]
            rows = np.array([found.ids[name] for name in names])
            assert np.array_equal(side.open_interest, sim.market.open_interest(found, rows))
            for at_ns in (before_ns, after_ns):
                quotes = sim.market.quotes(found, rows, at_ns)
                bid = np.where(quotes.bid > 0, quotes.bid, np.nan)
                ask = np.where(quotes.ask > 0, quotes.ask, np.nan)
                equal = np.isclose(side.bid, bid, equal_nan=True)
                equal &= np.isclose(side.ask, ask, equal_nan=True)
                same += int(equal.sum())
            told += 2 * len(names)
            fresh = np.isfinite(side.ask)
            assert (side.ts_ns[fresh] >= before_ns).all()
    # Some were made between the two looks.
    assert same > 0.6 * told
    assert abs(snapshot.chains[0].spot / sim.market.underlying("SPX", after_ns) - 1) < 0.001


def test_snapshot_beyond_the_room_is_taken_in_parts_without_the_day():
    request = ChainRequest(SPX, expiries=2)

    async def ask(sim, feed):
        return await feed.snapshot(request), sim.counters

    snapshot, counters = _run(ask, max_subscriptions=200)

    asks = np.concatenate([chain.calls.ask for chain in snapshot.chains])
    interest = np.concatenate([chain.calls.open_interest for chain in snapshot.chains])
    assert np.isfinite(asks).mean() > 0.9
    assert np.isnan(interest).all()
    assert counters["connections_opened"] > 2
    assert counters["refused_subscriptions"] == 0


def test_snapshot_of_nothing_is_no_data():
    request = ChainRequest(SPX, roots=("NOPE",))

    with pytest.raises(NoData):
        _run(lambda _, feed: feed.snapshot(request))


def test_instruments_are_told_once_the_chain_is_known():
    async def ask(_, feed):
        await feed.contracts(ChainRequest("US:SPY", expiries=1))
        await feed.set_symbols([SPX])
        return await feed.instruments()

    kinds = {each.kind for each in _run(ask)}

    assert kinds == {InstrumentKind.OPTION, InstrumentKind.INDEX}


def test_repair_is_refused_since_nothing_is_replayed():
    gap = Gap("tastytrade", SPX, "quote", 1, 1, 0)

    with pytest.raises(NoData):
        _run(lambda _, feed: feed.repair(gap))
