"""The loop that runs jobs when they are due, once each."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from quantdeck.hub.schedule_turn import COUNTED_FROM
from quantdeck.model.errors import BadInput, Conflict, VenueError
from quantdeck.records.open import open_records
from tests.hub.schedule_rig import HOUR_NS, NS, START_NS, Bench, TurnedClock, plan_of, until


@pytest.fixture
def due(tmp_path):
    records = open_records(tmp_path)
    yield records.due
    records.close()


def run(work) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await work()

    asyncio.run(bounded())


def test_due_times_count_from_the_first_look(due) -> None:
    bench = Bench(due)

    run(bench.scheduler.run_due)

    assert bench.work.ran == []
    assert bench.states() == [(0.0, "skipped")]
    assert due.runs()[0].said == COUNTED_FROM


def test_job_runs_once_when_it_is_due(due) -> None:
    bench = Bench(due)

    async def work() -> None:
        await bench.scheduler.run_due()
        bench.clock.move(3_600)
        await bench.scheduler.run_due()
        await bench.scheduler.run_due()

    run(work)

    assert bench.work.ran == [START_NS + HOUR_NS]
    assert bench.states() == [(0.0, "skipped"), (1.0, "done")]


@pytest.mark.parametrize(
    ("misfire", "grace_s", "ran", "noted"),
    [
        ("latest", 86_400.0, [5], 4),
        ("all", 86_400.0, [1, 2, 3, 4, 5], 0),
        ("all", 2 * 3_600.0, [4, 5], 3),
        ("skip", 86_400.0, [], 5),
    ],
)
def test_due_times_that_sleep_passed_over_are_made_up_for_as_the_job_says(
    due, misfire, grace_s, ran, noted
) -> None:
    bench = Bench(due, plan_of(misfire=misfire, grace_s=grace_s))

    async def work() -> None:
        await bench.scheduler.run_due()
        bench.clock.set_by(5.5 * 3_600)
        await bench.scheduler.run_due()

    run(work)

    assert [(each - START_NS) // HOUR_NS for each in bench.work.ran] == ran
    assert [state for _, state in bench.states()].count("skipped") == 1 + noted
    assert any("19,800 s ahead" in each for each in bench.said)


def test_clock_that_is_set_back_runs_nothing_twice(due) -> None:
    bench = Bench(due)

    async def work() -> None:
        await bench.scheduler.run_due()
        for _ in range(3):
            bench.clock.move(3_600)
            await bench.scheduler.run_due()
        bench.clock.set_by(-2.5 * 3_600)
        for _ in range(3):
            await bench.scheduler.run_due()
            bench.clock.move(3_600)
        await bench.scheduler.run_due()

    run(work)

    assert [(each - START_NS) // HOUR_NS for each in bench.work.ran] == [1, 2, 3]
    assert any("set back by 9,000 s" in each for each in bench.said)


def test_clock_that_was_years_ahead_does_not_silence_a_job(due) -> None:
    clock = TurnedClock(START_NS + 10_000 * HOUR_NS)
    bench = Bench(due, clock=clock)

    async def work() -> None:
        await bench.scheduler.run_due()
        clock.move(3_600)
        await bench.scheduler.run_due()
        clock.set_by(-10_001 * 3_600)
        await bench.scheduler.run_due()
        clock.move(3_600)
        await bench.scheduler.run_due()

    run(work)

    assert [(each - START_NS) // HOUR_NS for each in bench.work.ran] == [10_001, 1]


def test_job_that_fails_is_tried_again_after_longer_and_longer_pauses(due) -> None:
    bench = Bench(due, plan_of("every 1 d", retry_s=100.0, attempts=3))
    bench.work.failure = VenueError("polygon", "no answer")
    began: list[float] = []

    async def work() -> None:
        await bench.scheduler.run_due()
        bench.clock.move(86_400)
        for _ in range(60):
            before = len(bench.work.ran)
            await bench.scheduler.run_due()
            if len(bench.work.ran) > before:
                began.append(bench.clock.steady_ns / NS - 86_400)
            bench.clock.move(10)

    run(work)

    assert began == [0.0, 100.0, 300.0]
    newest = due.runs()[0]
    assert (newest.state, newest.attempts, newest.said) == ("failed", 3, "polygon: no answer")


def test_failed_due_time_gives_way_to_a_later_one(due) -> None:
    bench = Bench(due, plan_of(retry_s=3_500.0))
    bench.work.failure = VenueError("polygon", "no answer")

    async def work() -> None:
        await bench.scheduler.run_due()
        bench.clock.move(3_600)
        await bench.scheduler.run_due()
        bench.work.failure = None
        bench.clock.move(3_600)
        await bench.scheduler.run_due()
        bench.clock.move(600)
        await bench.scheduler.run_due()

    run(work)

    assert bench.states() == [(0.0, "skipped"), (1.0, "failed"), (2.0, "done")]


def test_work_is_stopped_at_once_when_another_process_has_taken_it(due) -> None:
    clock = TurnedClock()
    one, two = Bench(due, clock=clock), Bench(due, clock=clock, holder="two")
    one.work.may_end.clear()

    async def work() -> None:
        await one.scheduler.tick()
        clock.move(3_600)
        await one.scheduler.tick()
        await until(lambda: one.work.ran)
        # The first one's machine slept: its lease has passed, and nobody renewed it.
        clock.set_by(200)
        assert len(await two.scheduler.run_due()) == 1
        clock.move(30)
        await one.scheduler.wait("backup")

    run(work)

    assert (one.work.cancelled, one.work.ended, two.work.ended) == (1, 0, 1)
    assert due.runs()[0].holder == "two"
    assert any("stopped:" in each for each in one.said)


def test_holder_that_works_on_is_not_taken_for_gone(due) -> None:
    clock = TurnedClock()
    one, two = Bench(due, clock=clock), Bench(due, clock=clock, holder="two")
    one.work.may_end.clear()

    async def work() -> None:
        await one.scheduler.tick()
        clock.move(3_600)
        await one.scheduler.tick()
        await until(lambda: one.work.ran)
        for _ in range(10):
            until_ns = due.runs()[0].lease_ns
            clock.move(30)
            await until(lambda until_ns=until_ns: due.runs()[0].lease_ns > until_ns)
            assert await two.scheduler.run_due() == []
        one.work.may_end.set()
        await one.scheduler.wait("backup")

    run(work)

    assert (one.work.ended, two.work.ran) == (1, [])


def test_job_does_not_run_beside_itself_in_two_processes(due) -> None:
    clock = TurnedClock()
    one, two = Bench(due, clock=clock), Bench(due, clock=clock, holder="two")
    one.work.may_end.clear()

    async def work() -> None:
        await one.scheduler.tick()
        clock.move(1)
        await one.scheduler.run_now("backup")
        with pytest.raises(Conflict, match="being run"):
            await one.scheduler.run_now("backup")
        with pytest.raises(Conflict, match="being run"):
            await two.scheduler.run_now("backup")
        one.work.may_end.set()
        await one.scheduler.wait("backup")

    run(work)

    assert (one.work.ended, two.work.ran) == (1, [])


def test_run_by_hand_takes_what_is_pending_and_is_not_repeated(due) -> None:
    bench = Bench(due, plan_of(retry_s=10.0))
    bench.work.failure = VenueError("polygon", "no answer")

    async def work() -> None:
        await bench.scheduler.run_due()
        bench.clock.move(1_800)
        await bench.scheduler.run_now("backup")
        await bench.scheduler.wait("backup")
        bench.clock.move(600)
        await bench.scheduler.run_due()

    run(work)

    assert bench.states() == [(0.0, "skipped"), (0.5, "failed")]


def test_job_switched_off_rests_and_makes_up_for_nothing(due) -> None:
    bench = Bench(due)

    async def work() -> None:
        await bench.scheduler.run_due()
        await bench.scheduler.switch("backup", on=False)
        bench.clock.move(3 * 3_600 + 60)
        await bench.scheduler.run_due()
        await bench.scheduler.switch("backup", on=True)
        await bench.scheduler.run_due()
        bench.clock.move(3_600)
        await bench.scheduler.run_due()

    run(work)

    assert [(each - START_NS) // HOUR_NS for each in bench.work.ran] == [4]


def test_job_that_settings_leave_off_is_off_until_switched_on(due) -> None:
    bench = Bench(due, plan_of(is_on=False))

    async def work() -> None:
        await bench.scheduler.tick()
        assert bench.scheduler.next_ns(bench.plans[0]) is None
        await bench.scheduler.switch("backup", on=True)
        assert bench.scheduler.next_ns(bench.plans[0]) == START_NS + HOUR_NS

    run(work)

    again = Bench(due, plan_of(is_on=False))
    run(again.scheduler.tick)
    assert again.scheduler.looks["backup"].is_on


def test_job_that_is_ended_with_the_process_is_taken_up_by_the_next(due) -> None:
    clock = TurnedClock()
    one, two = Bench(due, clock=clock), Bench(due, clock=clock, holder="two")
    one.work.may_end.clear()

    async def work() -> None:
        await one.scheduler.tick()
        clock.move(3_600)
        await one.scheduler.tick()
        await until(lambda: one.work.ran)
        await one.scheduler.close()
        clock.move(301)
        await two.scheduler.run_due()

    run(work)

    assert [row.state for row in due.runs()] == ["done", "skipped"]
    assert two.work.ended == 1


def test_loop_runs_due_times_as_the_clock_goes(due) -> None:
    bench = Bench(due, plan_of(misfire="all"))

    def have_ended(count: int) -> bool:
        bench.clock.move(60)
        return bench.work.ended >= count

    async def work() -> None:
        loop = asyncio.create_task(bench.scheduler.run())
        try:
            await until(lambda: bench.scheduler.looks)
            await until(lambda: have_ended(3))
        finally:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)
            await bench.scheduler.close()

    run(work)

    assert [(each - START_NS) // HOUR_NS for each in bench.work.ran[:3]] == [1, 2, 3]


def test_session_job_follows_half_days_and_summer_time(due) -> None:
    def at(text: str) -> int:
        moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))
        return int(moment.timestamp()) * NS

    clock = TurnedClock(at("2026-11-26T12:00"))
    bench = Bench(due, plan_of("close + 20 min"), clock=clock)

    async def work() -> None:
        await bench.scheduler.run_due()
        for day in ("2026-11-27T13:19", "2026-11-27T13:20", "2027-03-12T16:20", "2027-03-15T16:20"):
            clock.move((at(day) - clock.wall_ns) / NS)
            await bench.scheduler.run_due()

    run(work)

    assert bench.work.ran == [
        at(day) for day in ("2026-11-27T13:20", "2027-03-12T16:20", "2027-03-15T16:20")
    ]


def test_unknown_job_is_refused(due) -> None:
    bench = Bench(due)

    with pytest.raises(BadInput, match="there are backup"):
        run(lambda: bench.scheduler.run_now("dayly"))


def test_what_ends_while_other_jobs_are_looked_at_is_gone_on_with(due) -> None:
    bench = Bench(due, plan_of(misfire="all"), plan_of("every 1 d", name="daily"))
    has_ended = threading.Event()
    ended, last_due = bench.scheduler._ended, due.last_due

    def noted(plan):
        ended(plan)
        has_ended.set()

    # The look at the second job takes so long that the first one has ended before.
    def looked(job, **until):
        if job == "daily":
            has_ended.wait(10)
        return last_due(job, **until)

    async def work() -> None:
        await bench.scheduler.run_due()
        bench.clock.move(3 * 3_600)
        bench.scheduler._ended, due.last_due = noted, looked
        await bench.scheduler.run_due()

    run(work)

    assert bench.states() == [(0.0, "skipped"), (1.0, "done"), (2.0, "done"), (3.0, "done")]
