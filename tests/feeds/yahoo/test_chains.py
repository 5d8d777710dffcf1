"""Option chains from Yahoo, asked of the simulator."""

from __future__ import annotations

import asyncio
from datetime import date

import numpy as np
import pytest

from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.options import ExerciseStyle
from quantdeck.ports.chains import ChainRequest
from quantdeck.sims.yahoo.listing import SECURITIES
from tests.feeds.yahoo.rigs import NOW_NS, rig


def _snapshot(*faults: str, **request):
    async def scenario():
        async with rig(*faults) as at:
            found = await at.chains.snapshot(ChainRequest("US:SPY", **request))
            return found, at.sim

    return asyncio.run(scenario())


def test_chains_hold_both_sides_on_one_grid_of_strikes() -> None:
    found, _ = _snapshot(expiries=3)

    assert len(found.chains) == 3
    for chain in found.chains:
        assert chain.style is ExerciseStyle.AMERICAN
        assert (np.diff(chain.strikes) > 0).all()
        assert len(chain.calls.bid) == len(chain.puts.bid) == len(chain.strikes)
        both = np.isfinite(chain.calls.bid)
        assert (chain.calls.ask[both] > chain.calls.bid[both]).all()


def test_quotes_have_the_time_of_the_underlyings_last_trade() -> None:
    found, sim = _snapshot(expiries=1)

    chain = found.chains[0]
    quoted = np.isfinite(chain.calls.ask)
    assert set(chain.calls.ts_ns[quoted].tolist()) == {NOW_NS}
    assert chain.spot == sim.prices.last(SECURITIES["SPY"], NOW_NS)[0]
    assert (found.feed, found.taken_ns) == ("simulated", NOW_NS)


def test_strikes_and_expiries_are_limited_as_asked() -> None:
    found, _ = _snapshot(expiries=2, lowest=0.95, highest=1.05)

    for chain in found.chains:
        assert chain.strikes[0] >= 0.95 * chain.spot
        assert chain.strikes[-1] <= 1.05 * chain.spot


def test_prices_of_zero_are_absent() -> None:
    found, _ = _snapshot("zero-quotes", expiries=1)

    assert np.isnan(found.chains[0].calls.bid).all()
    assert np.isnan(found.chains[0].puts.ask).all()


def test_missing_fields_are_absent() -> None:
    found, _ = _snapshot("missing-fields", expiries=1)

    assert np.isnan(found.chains[0].calls.bid).all()
    assert np.isnan(found.chains[0].calls.open_interest).all()


def test_contracts_come_with_open_interest() -> None:
    async def scenario():
        async with rig() as at:
            return await at.chains.contracts(ChainRequest("US:AAPL", expiries=1))

    contracts = asyncio.run(scenario())

    assert contracts[0].expiry == date(2026, 11, 20)
    assert contracts[0].symbol.startswith("OPRA:AAPL261120C")
    assert all(each.open_interest is not None for each in contracts)


@pytest.mark.parametrize("underlying", ["YAHOO:BTC-USD", "US:NOPE", "BINANCE:BTCUSDT"])
def test_what_has_no_options_says_so(underlying: str) -> None:
    async def scenario():
        async with rig() as at:
            await at.chains.snapshot(ChainRequest(underlying))

    with pytest.raises(BadInput, match="no "):
        asyncio.run(scenario())


def test_a_part_in_which_nothing_is_listed_is_no_data() -> None:
    with pytest.raises(NoData, match="in the wanted part"):
        _snapshot(expiries=1, roots=("SPXW",))
