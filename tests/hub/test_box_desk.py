from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from quantdeck.analytics.boxes import BoxRules, Status
from quantdeck.hub.box_desk import BoxDesk
from quantdeck.hub.supervise import Supervisor
from quantdeck.model.errors import NoData, VenueError
from tests.hub.box_rig import FAR, NEAR, RATE, SPX, SPY, STRIKES, TODAY, BoxRig, listed
from tests.hub.deck_rig import SECOND_NS, START_NS

DAY_NS = 86_400 * SECOND_NS
ALL_KEYS = [("SPX", NEAR), ("SPX", FAR)]


@pytest.fixture
def rig():
    return BoxRig()


async def until(condition):
    deadline = asyncio.get_running_loop().time() + 20
    while not condition():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.002)


async def seeded(rig):
    """Return a desk that has the first snapshot and has looked at it."""
    desk = rig.desk()
    await desk.snapshot(SPX)
    await desk.refresh()
    return desk


def test_first_snapshot_comes_from_the_vendor_and_gives_rates(rig):
    async def main():
        return await seeded(rig)

    desk = asyncio.run(main())

    assert (rig.vendor.lists, rig.vendor.snapshots) == (["US:SPX"], ["US:SPX"])
    assert [rate.status for rate in desk.view().rates()] == [Status.OK, Status.OK]
    for rate in desk.view().rates():
        planted = RATE * (rate.expiry - TODAY).days / 365 / rate.tau
        assert rate.rate_mid == pytest.approx(planted, abs=1e-6)


def test_later_snapshots_while_streaming_are_what_the_book_holds(rig):
    async def main():
        desk = await seeded(rig)
        rig.clock.ns += 60 * SECOND_NS
        rig.vendor.quotes(NEAR, rig.clock.ns, rate=0.05)
        return await desk.snapshot(SPX)

    taken = asyncio.run(main())

    assert rig.vendor.snapshots == ["US:SPX"]
    assert taken.taken_ns == START_NS + 60 * SECOND_NS
    assert taken.chains[0].calls.ts_ns.min() == taken.taken_ns
    assert taken.chains[0].calls.volume.min() == 100.0


def test_later_snapshot_of_a_stream_that_fell_silent_comes_from_the_vendor(rig):
    async def main():
        desk = await seeded(rig)
        rig.clock.ns += 60 * SECOND_NS
        rig.vendor.at_ns = rig.clock.ns
        return await desk.snapshot(SPX)

    taken = asyncio.run(main())

    assert rig.vendor.snapshots == ["US:SPX"] * 2
    assert taken.chains[0].calls.ts_ns.min() == START_NS + 60 * SECOND_NS - SECOND_NS // 2


def test_later_snapshots_hold_the_asked_underlying_alone(rig):
    async def main():
        desk = rig.desk()
        await desk.snapshot(SPX)
        await desk.snapshot(SPY)
        return await desk.snapshot(SPY)

    assert [chain.underlying for chain in asyncio.run(main()).chains] == ["US:SPY"]


def test_snapshots_without_stream_all_come_from_the_vendor():
    rig = BoxRig(streams=False)

    async def main():
        desk = rig.desk()
        for _ in range(3):
            await desk.snapshot(SPX)
        return desk

    desk = asyncio.run(main())

    assert (len(rig.vendor.lists), len(rig.vendor.snapshots)) == (1, 3)
    assert rig.vendor.symbols_set == []
    assert (desk.statuses(), desk.budget.allowed) == ([], 0)


def test_contracts_are_listed_again_on_the_next_day(rig):
    async def main():
        desk = await seeded(rig)
        rig.vendor.expiries["US:SPX"] = (FAR,)
        rig.clock.ns += DAY_NS
        rig.vendor.at_ns = rig.clock.ns
        await desk.snapshot(SPX)
        await desk.refresh()
        return desk

    desk = asyncio.run(main())

    assert rig.vendor.lists == ["US:SPX"] * 2
    assert [rate.expiry for rate in desk.view().rates()] == [FAR]
    assert desk.watched() == 2 * len(STRIKES)


def test_first_snapshot_that_failed_is_asked_for_again(rig):
    async def main():
        desk = rig.desk()
        rig.vendor.failure = VenueError("alpaca", "HTTP 503")
        with pytest.raises(VenueError):
            await desk.snapshot(SPX)
        rig.vendor.failure = None
        return await desk.snapshot(SPX)

    taken = asyncio.run(main())

    assert rig.vendor.snapshots == ["US:SPX"] * 2
    assert taken.chains[0].calls.volume.min() == 100.0


def test_listed_contracts_are_streamed_with_their_underlying(rig):
    asyncio.run(seeded(rig))

    symbols = rig.vendor.symbols()
    assert symbols[0] == "US:SPX"
    assert len(symbols) == 1 + 2 * 2 * len(STRIKES)


def test_stop_ends_the_stream_and_start_resumes_it(rig):
    async def main():
        desk = await seeded(rig)
        await desk.stop()
        stopped = rig.vendor.symbols()
        await desk.start()
        return stopped

    assert asyncio.run(main()) == []
    assert len(rig.vendor.symbols()) == 1 + 2 * 2 * len(STRIKES)


def test_snapshot_of_a_stopped_desk_waits_for_the_start(rig):
    async def main():
        desk = rig.desk()
        await desk.stop()
        asked = asyncio.create_task(desk.snapshot(SPX))
        await asyncio.sleep(0)
        waiting = not asked.done() and not rig.vendor.lists
        await desk.start()
        await asked
        return waiting

    assert asyncio.run(main())
    assert rig.vendor.snapshots == ["US:SPX"]


def test_refresh_studies_only_the_expiries_that_changed(rig):
    async def main():
        desk = await seeded(rig)
        before = dict(desk.view().studies)
        rig.clock.ns += SECOND_NS
        rig.vendor.quotes(NEAR, rig.clock.ns, rate=0.05)
        await desk.refresh()
        return before, desk.view().studies

    before, after = asyncio.run(main())

    assert after["SPX", NEAR].rate.rate_mid > before["SPX", NEAR].rate.rate_mid + 0.005
    assert after["SPX", FAR] is before["SPX", FAR]


def test_refresh_without_a_quote_changes_nothing(rig):
    async def main():
        desk = await seeded(rig)
        before, studies = desk.revision, dict(desk.view().studies)
        rig.clock.ns += SECOND_NS
        await desk.refresh()
        return before, studies, desk

    before, studies, desk = asyncio.run(main())

    assert desk.revision == before
    assert desk.view().studies == studies


def test_refresh_passes_over_an_expiry_that_is_not_listed_any_longer(rig):
    async def main():
        desk = rig.desk()
        await desk.snapshot(SPX)
        under_way = asyncio.create_task(desk.refresh())
        await asyncio.sleep(0)
        desk.book.list(listed("US:SPX", NEAR))
        await under_way
        return desk

    assert list(asyncio.run(main()).view().studies) == [("SPX", NEAR)]


def test_refresh_looks_at_everything_again_so_that_ages_go_on(rig):
    async def main():
        desk = await seeded(rig)
        before = desk.revision
        rig.clock.ns += 11 * SECOND_NS
        await desk.refresh()
        return before, desk

    before, desk = asyncio.run(main())

    assert desk.revision != before
    assert [s.oldest_s for s in desk.view().studies.values()] == pytest.approx([11.5] * 2)


def test_quotes_older_than_the_rules_allow_end_as_no_rate():
    rig = BoxRig(rules=BoxRules(max_leg_age_s=30.0))

    async def main():
        desk = await seeded(rig)
        rig.clock.ns += 60 * SECOND_NS
        await desk.refresh()
        return desk

    rates = asyncio.run(main()).view().rates()

    assert {rate.status for rate in rates} <= {Status.STALE, Status.TOO_FEW}


def test_view_of_new_rules_is_empty_until_the_next_refresh(rig):
    async def main():
        desk = await seeded(rig)
        wide = desk.view(BoxRules(min_gap=500.0))
        first = list(wide.studies)
        await desk.refresh()
        return first, desk.view(BoxRules(min_gap=500.0))

    first, view = asyncio.run(main())

    assert first == []
    assert sorted(view.studies) == ALL_KEYS
    assert all(s.rate.best_lend.width >= 500.0 for s in view.studies.values())


def test_view_that_nobody_asks_for_is_forgotten(rig):
    rules = BoxRules(min_gap=500.0)

    async def main():
        desk = await seeded(rig)
        desk.view(rules)
        await desk.refresh()
        rig.clock.ns += 21 * SECOND_NS
        await desk.refresh()
        return desk.view(rules)

    assert asyncio.run(main()).studies == {}


def test_view_that_is_asked_for_is_kept_up(rig):
    rules = BoxRules(min_gap=500.0)

    async def main():
        desk = await seeded(rig)
        for _ in range(3):
            view = desk.view(rules)
            rig.clock.ns += 15 * SECOND_NS
            await desk.refresh()
        return view, desk.view(rules)

    first, last = asyncio.run(main())

    assert last is first
    assert {study.rate.at_ns for study in last.studies.values()} == {rig.clock.ns}


def test_views_beyond_six_give_way_oldest_first_but_never_that_of_the_settings(rig):
    wanted = [BoxRules(min_gap=100.0 * n) for n in range(1, 9)]

    async def main():
        desk = await seeded(rig)
        for rules in wanted:
            rig.clock.ns += 1
            desk.view(rules)
        rig.clock.ns += 1
        await desk.refresh()
        return [bool(desk.view(rules).studies) for rules in [rig.parts.rules, *wanted]]

    kept = asyncio.run(main())

    assert kept == [True, *[False] * 3, *[True] * 5]


def test_revision_never_comes_back_though_views_are_forgotten(rig):
    async def main():
        desk = await seeded(rig)
        seen = [desk.revision]
        for gap in (500.0, 600.0, 700.0):
            desk.view(BoxRules(min_gap=gap))
            rig.clock.ns += 21 * SECOND_NS
            await desk.refresh()
            seen.append(desk.revision)
        return seen

    seen = asyncio.run(main())

    assert seen == sorted(set(seen))


def test_chain_key_of_no_name_is_the_nearest(rig):
    desk = asyncio.run(seeded(rig))

    assert desk.chain_key("") == ("SPX", NEAR)
    assert desk.chain_key(f"SPX {FAR}") == ("SPX", FAR)


def test_chain_key_of_an_unknown_name_says_what_there_is(rig):
    desk = asyncio.run(seeded(rig))

    with pytest.raises(NoData, match=r"no expiry 'SPX 2030-01-01' is watched.*SPX 2025-12-19"):
        desk.chain_key("SPX 2030-01-01")


def test_collector_that_fails_is_started_again_and_the_rest_goes_on():
    calls = []

    async def collect(source):
        calls.append(source)
        if len(calls) == 1:
            raise VenueError("alpaca", "HTTP 503")
        await source.snapshot(SPX)
        await asyncio.Event().wait()

    rig = BoxRig()
    rig.parts = replace(rig.parts, collect=collect)

    async def main():
        desk = rig.desk()
        supervisor = Supervisor(rig.clock)
        desk.run(supervisor)
        await until(lambda: desk.view().studies)
        running = [supervisor.running(name) for name in ("box rates", "box feed alpaca")]
        await supervisor.stop()
        return desk, running

    desk, running = asyncio.run(main())

    assert calls == [desk, desk]
    assert running == [True, True]


def test_streamed_quotes_reach_the_tape():
    rig = BoxRig()
    batches = []

    async def main():
        desk = BoxDesk(
            rig.parts,
            instruments=rig.table,
            tape=lambda batch: batches.append(batch) or True,
            ring_rows=4096,
            clock=rig.clock,
            on_gap=rig.gaps.append,
        )
        await desk.snapshot(SPX)
        rig.vendor.quotes(NEAR, START_NS)

    asyncio.run(main())

    assert sum(len(batch.rows) for batch in batches) == 2 * len(STRIKES)
    assert {batch.provenance.source for batch in batches} == {"alpaca"}
