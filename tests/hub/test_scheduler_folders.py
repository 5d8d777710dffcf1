"""Schedulers of two data folders with one run ledger: what sees to files is run in each."""

from __future__ import annotations

import asyncio

import pytest

from quantdeck.hub.schedule_desk import job_now
from quantdeck.hub.schedule_turn import COUNTED_FROM
from quantdeck.model.errors import VenueError
from tests.hub.schedule_rig import HOUR_NS, NS, START_NS, Bench, TurnedClock, plan_of
from tests.records.places import opened

PLAN = {"when": "every 1 h", "grace_s": 48 * 3_600.0}


@pytest.fixture
def due(place):
    records = opened(place)
    yield records.due
    records.close()


def bench(due, clock, folder: str, **changes) -> Bench:
    """Return the process of a machine, with a backup of its folder and a run for all."""
    given = {**PLAN, **changes}
    plans = plan_of(folder=folder, **given), plan_of("every 1 h", name="daily")
    return Bench(due, *plans, clock=clock, holder=f"{folder}:1")


def hours(due, job: str) -> list[tuple[float, str, str]]:
    """Return hours since the start, states and holders of due times that count, oldest first."""
    return [
        ((row.due_ns - START_NS) / HOUR_NS, row.state, row.holder)
        for row in reversed(due.runs(job=job))
        if row.said != COUNTED_FROM
    ]


def states(due, job: str) -> list[tuple[float, str]]:
    return [(at, state) for at, state, _ in hours(due, job)]


def run(work) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await work()

    asyncio.run(bounded())


def test_each_folder_is_backed_up_and_what_is_everybodys_is_run_once(due) -> None:
    clock = TurnedClock()
    benches = [bench(due, clock, "two"), bench(due, clock, "three")]

    async def work() -> None:
        for _ in range(3):
            for each in benches:
                await each.scheduler.run_due()
            clock.move(3_600)

    run(work)

    for name in ("two", "three"):
        done = [(1.0, "done", f"{name}:1"), (2.0, "done", f"{name}:1")]
        assert hours(due, f"backup@{name}") == done
    assert states(due, "daily") == [(1.0, "done"), (2.0, "done")]
    assert hours(due, "backup") == []


def test_backup_of_a_folder_that_fails_is_tried_again_there(due) -> None:
    clock = TurnedClock()
    two, three = bench(due, clock, "two", retry_s=60.0), bench(due, clock, "three", retry_s=60.0)
    two.work.failure = VenueError("disk", "full")

    async def work() -> None:
        for each in (two, three):
            await each.scheduler.run_due()
        clock.move(3_600)
        # Runs the daily job too, so that only the backup fails at the other.
        await three.scheduler.run_due()
        await two.scheduler.run_due()
        two.work.failure = None
        clock.move(61)
        await three.scheduler.run_due()
        await two.scheduler.run_due()

    run(work)

    assert states(due, "backup@two") == [(1.0, "done")]
    assert due.runs(job="backup@two")[0].attempts == 2
    assert due.runs(job="backup@three")[0].attempts == 1


@pytest.mark.parametrize(
    ("misfire", "made_up"),
    [
        ("latest", [(1.0, "skipped"), (2.0, "skipped"), (3.0, "done")]),
        ("all", [(1.0, "done"), (2.0, "done"), (3.0, "done")]),
        ("skip", [(1.0, "skipped"), (2.0, "skipped"), (3.0, "skipped")]),
    ],
)
def test_folder_whose_scheduler_was_away_is_made_up_for_as_the_job_says(
    due, misfire, made_up
) -> None:
    clock = TurnedClock()
    two, three = (bench(due, clock, name, misfire=misfire) for name in ("two", "three"))

    async def work() -> None:
        await two.scheduler.run_due()
        await three.scheduler.run_due()
        for _ in range(3):
            clock.move(3_600)
            await three.scheduler.run_due()
        clock.move(1_200)
        await bench(due, clock, "two", misfire=misfire).scheduler.run_due()

    run(work)

    assert states(due, "backup@two") == made_up
    assert states(due, "backup@three") == [(1.0, "done"), (2.0, "done"), (3.0, "done")]
    assert states(due, "daily") == [(1.0, "done"), (2.0, "done"), (3.0, "done")]


def test_backup_of_a_process_that_was_killed_is_made_when_its_folder_is_seen_to_again(due) -> None:
    clock = TurnedClock()
    two, three = bench(due, clock, "two"), bench(due, clock, "three")

    async def work() -> None:
        await two.scheduler.run_due()
        await three.scheduler.run_due()
        clock.move(3_600)
        # It is never heard of again.
        due.claim(
            "backup@two", START_NS + HOUR_NS, holder="two:1", now_ns=clock.now_ns(), lease_s=90.0
        )
        await three.scheduler.run_due()
        clock.move(91)
        await three.scheduler.run_due()
        before = hours(due, "backup@two")
        again = bench(due, clock, "two")
        await again.scheduler.run_due()
        assert before == [(1.0, "running", "two:1")]

    run(work)

    assert states(due, "backup@two") == [(1.0, "done")]
    assert due.runs(job="backup@two")[0].fence == 2
    assert states(due, "backup@three") == [(1.0, "done")]


def test_ledger_of_before_folders_counts_as_what_was_done(due) -> None:
    clock = TurnedClock()
    former = Bench(due, plan_of(**PLAN), clock=clock, holder="old:1")
    two = bench(due, clock, "two")

    async def work() -> None:
        await former.scheduler.run_due()
        clock.move(3_600)
        await former.scheduler.run_due()
        clock.move(60)
        await two.scheduler.run_due()
        assert two.work.ran == []
        job = job_now(two.scheduler, two.plans[0], now_ns=clock.now_ns())
        assert (job.name, job.folder, job.last.due_ns) == ("backup", "", START_NS + HOUR_NS)
        clock.move(3_600)
        await two.scheduler.run_due()

    run(work)

    assert states(due, "backup@two") == [(2.0, "done")]
    told = two.scheduler.looks["backup"].told()
    assert [(row.job, row.state) for row in told] == [("backup", "done")] * 2


def test_due_time_that_failed_before_folders_is_tried_in_each_and_told_once(due) -> None:
    clock = TurnedClock()
    former, two = Bench(due, plan_of(**PLAN), clock=clock), bench(due, clock, "two")

    async def work() -> None:
        await former.scheduler.run_due()
        for failure in (None, VenueError("disk", "full")):
            former.work.failure = failure
            clock.move(3_600)
            await former.scheduler.run_due()
        clock.move(60)
        await two.scheduler.run_due()
        await two.scheduler.look()

    run(work)

    told = two.scheduler.looks["backup"].told()
    assert [(row.job, (row.due_ns - START_NS) / HOUR_NS, row.state) for row in told] == [
        ("backup", 2.0, "done"),
        ("backup", 1.0, "done"),
    ]


def test_due_time_missed_before_the_ledger_knew_folders_is_made_up_for(due) -> None:
    clock = TurnedClock()
    former, two = Bench(due, plan_of(**PLAN), clock=clock), bench(due, clock, "two")

    async def work() -> None:
        await former.scheduler.run_due()
        clock.move(3_600)
        await former.scheduler.run_due()
        clock.move(3_660)
        await two.scheduler.run_due()

    run(work)

    assert states(due, "backup@two") == [(2.0, "done")]


def test_folder_that_joins_later_has_missed_nothing(due) -> None:
    clock = TurnedClock()
    former, two = Bench(due, plan_of(**PLAN), clock=clock), bench(due, clock, "two")

    async def work() -> None:
        await former.scheduler.run_due()
        clock.move(3_600)
        await former.scheduler.run_due()
        await two.scheduler.run_due()
        clock.move(500 * 3_600)
        await two.scheduler.run_due()
        await bench(due, clock, "three").scheduler.run_due()
        clock.move(3_600)
        await bench(due, clock, "three").scheduler.run_due()

    run(work)

    assert states(due, "backup@three") == [(502.0, "done")]


def test_folder_that_joins_does_not_switch_off_what_others_run(due) -> None:
    clock = TurnedClock()
    two, three = bench(due, clock, "two"), bench(due, clock, "three", is_on=False)

    async def work() -> None:
        await two.scheduler.run_due()
        await three.scheduler.run_due()

    run(work)

    assert due.is_on("backup")


def test_due_times_while_a_job_was_off_count_in_no_folder(due) -> None:
    clock = TurnedClock()
    two, three = bench(due, clock, "two"), bench(due, clock, "three")

    async def work() -> None:
        await two.scheduler.run_due()
        await three.scheduler.run_due()
        await two.scheduler.switch("backup", on=False)
        clock.move(5 * 3_600 + 60)
        await two.scheduler.switch("backup", on=True)
        await two.scheduler.run_due()
        await three.scheduler.run_due()
        clock.move(3_600)
        await two.scheduler.run_due()
        await three.scheduler.run_due()

    run(work)

    for name in ("two", "three"):
        assert states(due, f"backup@{name}") == [(6.0, "done")]


def test_job_is_told_with_its_folder_where_several_are_known(due) -> None:
    clock = TurnedClock()
    two, three = bench(due, clock, "two"), bench(due, clock, "three")

    async def work() -> None:
        await two.scheduler.run_due()
        alone = job_now(two.scheduler, two.plans[0], now_ns=clock.now_ns())
        await three.scheduler.run_due()
        clock.move(3_600)
        await three.scheduler.run_due()
        await two.scheduler.look()
        both = job_now(two.scheduler, two.plans[0], now_ns=clock.now_ns())
        assert (alone.name, alone.folder, alone.elsewhere) == ("backup", "", ())
        assert (both.name, both.folder, both.last) == ("backup", "two", None)
        assert [(row.folder, row.state) for row in both.elsewhere] == [("three", "done")]
        # What another folder does is not what this one does.
        due.claim("backup@three", 1, holder="x", now_ns=clock.now_ns(), lease_s=90.0)
        await two.scheduler.look()
        assert job_now(two.scheduler, two.plans[0], now_ns=clock.now_ns()).state == "waiting"

    run(work)


def test_backups_of_two_folders_run_beside_each_other_by_hand(due) -> None:
    clock = TurnedClock()
    two, three = bench(due, clock, "two"), bench(due, clock, "three")

    async def work() -> None:
        for each in (two, three):
            await each.scheduler.run_due()
        clock.move(1)
        for each in (two, three):
            each.work.may_end.clear()
            await each.scheduler.run_now("backup")
        for each in (two, three):
            each.work.may_end.set()
            await each.scheduler.wait("backup")

    run(work)

    assert [each.work.ran for each in (two, three)] == [[START_NS + NS]] * 2
