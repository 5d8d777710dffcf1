"""Tokens that end, grants that are refused and gateways that speak HTML."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from quantdeck.feeds.tastytrade import Credentials
from quantdeck.model.errors import AuthFailed, BadInput, Disconnected
from quantdeck.model.feed import FeedState
from quantdeck.ports.chains import ChainRequest
from quantdeck.sims.tastytrade import accounts
from tests.faults.tastytrade_rig import SPX, tastytrade_rig

NEAREST = ChainRequest(SPX, expiries=1, roots=("SPXW",))
LOGIN = Credentials(username=accounts.USERNAME, password=accounts.PASSWORD)


def _symbols(sim, count=4):
    found = sim.market.listed_at(sim.now_ms() * 1_000_000)
    rows = found.rows("SPXW")[:count].tolist()
    return [f"OPRA:{found.symbols[row]}" for row in rows]


@pytest.mark.parametrize("fault", ["refresh-refused", "refresh-refused-rfc"])
def test_refused_grant_stops_the_feed_and_is_never_tried_again(fault):
    async def scenario():
        async with tastytrade_rig(fault, options=0) as rig:
            await rig.feed.set_symbols([SPX, *_symbols(rig.sim)])
            detail = await rig.until_state(FeedState.FAILED)
            with pytest.raises(AuthFailed, match="TT_REFRESH_TOKEN"):
                await rig.feed.snapshot(NEAREST)
            await rig.feed.set_symbols([SPX, *_symbols(rig.sim)])
            return detail, rig.sim.counters["grants"]

    detail, grants = asyncio.run(scenario())

    assert "the grant was refused: Grant revoked" in detail
    assert "make a grant: my.tastytrade.com" in detail
    assert accounts.REFRESH_TOKEN not in detail
    assert grants == 1


@pytest.mark.parametrize(
    ("fault", "said"), [("401-html", "401 Authorization Required"), ("502-html", "HTTP 502")]
)
def test_gateway_that_speaks_html_is_tried_until_it_is_back(fault, said):
    async def scenario():
        async with tastytrade_rig(fault, options=0) as rig:
            await rig.feed.set_symbols([SPX, *_symbols(rig.sim)])
            detail = await rig.until_state(FeedState.BACKOFF, said)
            rig.sim.clear()
            await rig.until_live()
            return detail

    assert said in asyncio.run(scenario())


def test_token_that_ends_is_replaced_before_it_does():
    async def scenario():
        async with tastytrade_rig("token-life=1", options=0) as rig:
            async with asyncio.timeout(15):
                while rig.sim.counters["grants"] < 3:
                    await rig.feed.snapshot(NEAREST)
            return rig.sim.counters["refused_requests"]

    assert asyncio.run(scenario()) == 0


def test_token_that_ends_before_its_time_is_replaced_once():
    async def scenario():
        async with tastytrade_rig(options=0) as rig:
            await rig.feed.contracts(NEAREST)
            rig.sim._accounts._good_until_ms.clear()
            price = await rig.feed.contracts(ChainRequest("US:SPY"))
            return len(price), rig.sim.counters

    contracts, counters = asyncio.run(scenario())

    assert contracts > 0
    assert (counters["grants"], counters["refused_requests"]) == (2, 1)


def test_account_that_is_no_customer_stops_the_feed():
    async def scenario():
        async with tastytrade_rig("not-a-customer") as rig:
            return await rig.until_state(FeedState.FAILED)

    assert "market data are for customers" in asyncio.run(scenario())


def test_login_by_password_says_how_to_make_a_grant_where_it_is_not_offered():
    async def scenario():
        async with tastytrade_rig(options=0, credentials=LOGIN) as rig:
            with pytest.raises(AuthFailed) as caught:
                await rig.feed.contracts(NEAREST)
            return str(caught.value), rig.sim.counters["logins"]

    said, logins = asyncio.run(scenario())

    assert "TT_USERNAME" in said
    assert "make a grant" in said
    assert accounts.PASSWORD not in said
    assert logins == 1


def test_login_by_password_works_where_it_is_offered():
    async def scenario():
        async with tastytrade_rig("session-login", credentials=LOGIN) as rig:
            await rig.until_live()
            return rig.sim.counters

    counters = asyncio.run(scenario())

    assert (counters["logins"], counters["grants"]) == (1, 0)


def test_unlisted_symbol_is_refused_and_nothing_changes():
    async def scenario():
        async with tastytrade_rig() as rig:
            before = rig.feed.symbols()
            for wrong in ("OPRA:SPXW261218C00000123", "US:NOPE", "BINANCE:BTCUSDT"):
                with pytest.raises(BadInput):
                    await rig.feed.set_symbols([wrong])
            return before == rig.feed.symbols()

    assert asyncio.run(scenario())


def test_snapshot_over_a_server_that_is_mute_says_so():
    async def scenario():
        async with tastytrade_rig("setup-silent", options=0) as rig:
            with pytest.raises(Disconnected, match="no quotes came"):
                await rig.feed.snapshot(NEAREST)

    asyncio.run(scenario())


def test_snapshot_survives_a_connection_that_drops():
    async def scenario():
        async with tastytrade_rig("late-config=200", options=0) as rig:
            task = asyncio.create_task(rig.feed.snapshot(NEAREST))
            await rig.until(lambda: rig.sim.subscriptions > 0)
            rig.sim.inject("drop")
            return (await task).chains[0], rig.sim.counters["connections_opened"]

    chain, connections = asyncio.run(scenario())

    assert connections == 2
    assert np.isfinite(chain.calls.ask).mean() > 0.9


def test_rows_that_are_missing_leave_the_others():
    async def scenario():
        async with tastytrade_rig("missing-rows=0.5", max_subscriptions=2) as rig:
            await rig.until(lambda: rig.count() > 20)
            return len(rig.quoted()), len(rig.feed.symbols()), rig.status.state

    quoted, wanted, state = asyncio.run(scenario())

    assert 1 < quoted < wanted
    assert state is FeedState.LIVE
