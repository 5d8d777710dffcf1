from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from quantdeck.analytics.boxes.example import example_chain
from quantdeck.app.kept_chains import KeptChains
from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.errors import NoData, VenueError
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.ports.chains import ChainRequest
from quantdeck.tape.chains.store import ChainStore

SPX = ChainRequest("US:SPX")
MINUTE_NS = 60_000_000_000


class Clock:
    def __init__(self, ns):
        self.ns = ns

    def now_ns(self):
        return self.ns


class Vendor:
    source, feed = "sim", "opra"

    def __init__(self, snapshot):
        self.given, self.asked, self.failure = snapshot, 0, None

    async def contracts(self, request):
        return [request.underlying]

    async def snapshot(self, request):
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return self.given


@pytest.fixture
def taken():
    chain, at_ns = example_chain()
    provenance = Provenance("sim", Delay.SIMULATED, RunId("run"))
    return ChainSnapshot(at_ns, "opra", provenance, (chain,))


@pytest.fixture
def store(tmp_path):
    return ChainStore(tmp_path)


def _ask(chains):
    return asyncio.run(chains.snapshot(SPX)).taken_ns


def test_snapshot_that_is_fresh_is_read_and_nobody_asked(store, taken):
    store.keep(taken)
    vendor = Vendor(taken)
    clock = Clock(taken.taken_ns + MINUTE_NS)

    found = _ask(KeptChains(store, vendor, clock=clock, fresh_s=120))

    assert (found, vendor.asked) == (taken.taken_ns, 0)


def test_snapshot_that_is_old_is_replaced_and_the_new_one_kept(store, taken):
    store.keep(taken)
    newer = replace(taken, taken_ns=taken.taken_ns + 5 * MINUTE_NS)
    clock = Clock(newer.taken_ns)

    found = _ask(KeptChains(store, Vendor(newer), clock=clock, fresh_s=120))

    assert found == newer.taken_ns
    assert _ask(KeptChains(store, None, clock=clock, fresh_s=120)) == newer.taken_ns


def test_old_snapshot_will_do_where_the_vendor_fails(store, taken):
    store.keep(taken)
    vendor = Vendor(taken)
    vendor.failure = VenueError("sim", "no answer")
    clock = Clock(taken.taken_ns + 60 * MINUTE_NS)

    assert _ask(KeptChains(store, vendor, clock=clock, fresh_s=120)) == taken.taken_ns


def test_failure_of_the_vendor_is_told_where_nothing_is_kept(store, taken):
    vendor = Vendor(taken)
    vendor.failure = VenueError("sim", "no answer")

    with pytest.raises(VenueError, match="no answer"):
        _ask(KeptChains(store, vendor, clock=Clock(taken.taken_ns), fresh_s=120))


def test_chains_that_nobody_keeps_say_who_would(store, taken):
    alone = KeptChains(store, None, clock=Clock(taken.taken_ns), fresh_s=120)

    with pytest.raises(NoData, match="quantdeck boxes collect"):
        _ask(alone)
    with pytest.raises(NoData, match="no vendor"):
        asyncio.run(alone.contracts(SPX))
    assert (alone.source, alone.feed) == ("kept", "")


def test_contracts_are_those_of_the_vendor(store, taken):
    chains = KeptChains(store, Vendor(taken), clock=Clock(0), fresh_s=1)

    assert asyncio.run(chains.contracts(SPX)) == ["US:SPX"]
    assert (chains.source, chains.feed) == ("sim", "opra")
