"""What every bus promises, whichever carries it."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

import pytest
from msgspec import structs

from quantdeck.model.errors import BadInput
from quantdeck.model.events import Kind
from quantdeck.model.feed import Delay, GapState, Provenance, RunId
from quantdeck.ports.bus import Start, Topic
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.chains.table import table_of
from quantdeck.tape.notes import chains_of, gap_of, rates_of
from tests.scale.bus_rig import (
    BTC,
    ETH,
    BusRig,
    NatsRig,
    batch,
    gap,
    rate,
    seqs,
    snapshot_at,
    until,
)
from tests.scale.nats_server import NatsServer


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = NatsServer(tmp_path_factory.mktemp("nats") / "server")
    yield made
    made.stop()


@pytest.fixture(params=["tape", "nats"])
def rig(request, tmp_path):
    if request.param == "tape":
        return BusRig(tmp_path / "tape")
    server = request.getfixturevalue("server")
    return NatsRig(tmp_path / "tape", server, stream=f"T{uuid4().hex[:8].upper()}")


def run(scenario, rig):
    async def inside():
        async with asyncio.timeout(100), rig:
            return await scenario(rig)

    return asyncio.run(inside())


def test_follower_reads_each_row_once_and_in_order(rig):
    async def scenario(rig):
        follower = rig.follow()
        rig.write(batch(0, 3))
        first = await rig.read(follower, 3)
        rig.write(batch(3, 2), batch(5, 4))
        second = await rig.read(follower, 6)
        return seqs(first), seqs(second), await follower.read_on(), follower.missed

    assert run(scenario, rig) == ([0, 1, 2], [3, 4, 5, 6, 7, 8], [], 0)


def test_follower_names_symbols_kinds_and_where_rows_came_from(rig):
    other = Provenance("polygon", Delay.DELAYED, RunId("run-2"))

    async def scenario(rig):
        rig.write(batch(0, 2, symbol=1), batch(0, 1, kind=Kind.QUOTE, provenance=other))
        return await rig.read(rig.follow(), 3)

    found = {each.kind: (symbols, each) for symbols, each in run(scenario, rig)}

    symbols, trades = found[Kind.TRADE]
    assert symbols[int(trades.rows["symbol"][0])] == ETH
    assert found[Kind.QUOTE][1].provenance == other
    assert found[Kind.QUOTE][0][0] == BTC


def test_follower_since_a_time_leaves_out_what_was_received_before(rig):
    async def scenario(rig):
        old, new = batch(0, 3), batch(3, 3)
        old.rows["ts_recv"] = new.rows["ts_recv"] - 60_000_000_000
        rig.write(old, new)
        return seqs(await rig.read(rig.follow(since_ns=int(new.rows["ts_recv"][0])), 3))

    assert run(scenario, rig) == [3, 4, 5]


def test_follower_after_a_position_goes_on_where_the_other_was(rig):
    async def scenario(rig):
        first = rig.follow()
        rig.write(batch(0, 5))
        await rig.read(first, 5)
        rig.write(batch(5, 5))
        return seqs(await rig.read(rig.follow(after=first.position), 5))

    assert run(scenario, rig) == [5, 6, 7, 8, 9]


def test_follower_of_a_name_goes_on_after_what_was_committed(rig):
    async def scenario(rig):
        first = rig.follow(name="mirror")
        rig.write(batch(0, 5))
        await rig.read(first, 5)
        await first.commit()
        rig.write(batch(5, 5))
        await rig.read(first, 5)
        await first.close()
        again = seqs(await rig.read(rig.follow(name="mirror"), 5))
        other = seqs(await rig.read(rig.follow(name="other"), 10))
        return again, other

    again, other = run(scenario, rig)

    assert again == [5, 6, 7, 8, 9]
    assert other == list(range(10))


def test_two_followers_each_read_everything(rig):
    async def scenario(rig):
        first, second = rig.follow(), rig.follow()
        rig.write(batch(0, 50))
        return seqs(await rig.read(first, 50)), seqs(await rig.read(second, 50))

    assert run(scenario, rig) == (list(range(50)), list(range(50)))


def test_follower_of_much_at_once_reads_all_of_it_in_order(rig):
    async def scenario(rig):
        rig.write(*(batch(first, 20_000) for first in range(0, 100_000, 20_000)))
        return seqs(await rig.read(rig.follow(), 100_000))

    assert run(scenario, rig) == list(range(100_000))


def test_follower_reads_on_when_the_process_that_captures_is_started_again(rig):
    async def scenario(rig):
        follower = rig.follow()
        rig.write(batch(0, 5))
        before = seqs(await rig.read(follower, 5))
        if isinstance(rig, NatsRig):
            await rig.end_relay()
        rig.writer.close()
        rig.open()
        rig.write(batch(5, 5))
        return before + seqs(await rig.read(follower, 5)), await follower.read_on()

    assert run(scenario, rig) == (list(range(10)), [])


def test_slow_follower_holds_up_neither_the_tape_nor_another(rig):
    async def scenario(rig):
        slow, fast = rig.follow(), rig.follow()
        rig.write(batch(0, 10))
        await rig.read(slow, 10)
        for first in range(10, 5010, 1000):
            rig.write(batch(first, 1000))
        at_once = seqs(await rig.read(fast, 5010))
        return at_once, seqs(await rig.read(slow, 5000)), rig.writer.status().rows_dropped

    fast, slow, dropped = run(scenario, rig)

    assert fast == list(range(5010))
    assert slow == list(range(10, 5010))
    assert dropped == 0


def test_follower_says_whether_anybody_captures(rig):
    async def scenario(rig):
        follower = rig.follow()
        if isinstance(rig, NatsRig):
            rig.write(batch(0, 1))
            await rig.read(follower, 1)
            answered = await follower.trouble()
            await rig.end_relay()
            assert answered == ""
        # A tape that this process itself writes is written by no other.
        return await follower.trouble()

    assert "quantdeck ingest" in run(scenario, rig)


def test_name_that_cannot_be_one_is_refused(rig):
    with pytest.raises(BadInput, match="name of a follower"):
        rig.bus.follow(Start(name="a/b"))


def test_position_of_something_else_is_refused(rig):
    with pytest.raises(BadInput, match="no position"):
        rig.bus.follow(Start(after="nonsense"))


def test_follower_closed_twice_is_closed(rig):
    async def scenario(rig):
        follower = rig.follow()
        rig.write(batch(0, 1))
        await rig.read(follower, 1)
        await follower.close()
        await follower.close()
        return follower.missed

    assert run(scenario, rig) == 0


async def noted(rig, follower, count: int) -> list:
    found: list = []

    async def is_all() -> bool:
        await follower.read_on()
        found.extend(follower.notes())
        return len(found) >= count

    await until(is_all)
    return found


def test_follower_brings_gaps_and_what_became_of_them(rig):
    async def scenario(rig):
        follower = rig.follow(topics=(Topic.GAP,))
        open_gap = gap()
        rig.writer.record_gap(open_gap)
        first = await noted(rig, follower, 1)
        rig.writer.record_gap(structs.replace(open_gap, state=GapState.REPAIRED))
        second = await noted(rig, follower, 1)
        return open_gap, [gap_of(note) for note in first + second]

    open_gap, found = run(scenario, rig)

    assert found == [open_gap, structs.replace(open_gap, state=GapState.REPAIRED)]


def test_follower_brings_snapshots_of_chains_whole(rig):
    taken = snapshot_at(time.time_ns(), strikes=40_000)

    async def scenario(rig):
        ChainStore(rig.folder).keep(taken)
        rig.write(batch(0, 3))
        follower = rig.follow(topics=tuple(Topic))
        found = await noted(rig, follower, 1)
        return found, await rig.read(rig.follow(), 3)

    (note,), rows = run(scenario, rig)

    assert note.topic is Topic.CHAINS
    assert len(note.body) > 1 << 20
    assert table_of(chains_of(note)).equals(table_of(taken))
    assert seqs(rows) == [0, 1, 2]


def test_follower_brings_rates_of_every_moment_and_underlying(rig):
    now_ns = time.time_ns()
    rows = [
        rate(now_ns, "US:SPX"),
        rate(now_ns, "US:SPX", tenor_days=90),
        rate(now_ns, "US:XSP"),
        rate(now_ns + 1, "US:SPX"),
    ]

    async def scenario(rig):
        store, follower = ChainStore(rig.folder), rig.follow(topics=(Topic.RATES,))
        store.append_rates(rows[:2])
        first = await noted(rig, follower, 1)
        store.append_rates(rows[2:])
        return [*first, *await noted(rig, follower, 2)]

    found = [rates_of(note) for note in run(scenario, rig)]

    # A figure that is not known is equal to none.
    assert str(found) == str([rows[:2], rows[2:3], rows[3:]])


def test_follower_brings_no_notes_that_were_not_asked_for(rig):
    async def scenario(rig):
        rig.writer.record_gap(gap())
        ChainStore(rig.folder).keep(snapshot_at(time.time_ns()))
        rig.write(batch(0, 3))
        chains, nothing = rig.follow(topics=(Topic.CHAINS,)), rig.follow()
        found = await noted(rig, chains, 1)
        await rig.read(nothing, 3)
        return [note.topic for note in found + chains.notes()], nothing.notes()

    assert run(scenario, rig) == ([Topic.CHAINS], [])


# What a stream lets go of is a fault: see tests/faults/test_bus_nats.py.
def test_follower_of_a_tape_that_has_missed_rows_counts_them(tmp_path):
    async def scenario(rig):
        first = rig.follow(name="slow")
        rig.write(batch(0, 5))
        await rig.read(first, 5)
        await first.commit()
        await first.close()
        rig.write(batch(5, 7))
        rig.writer.seal()
        rig.write(batch(12, 4))
        again = rig.follow(name="slow")
        return seqs(await rig.read(again, 4)), again.missed

    assert run(scenario, BusRig(tmp_path / "tape")) == ([12, 13, 14, 15], 7)
