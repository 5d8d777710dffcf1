"""The schedule inside a deck: due jobs run on the desk of jobs, and panels tell how they stand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.hub.schedule_parts import ScheduleParts
from quantdeck.model.errors import Conflict, VenueError
from quantdeck.ports.jobs import JobReport
from tests.hub.deck_rig import START_NS, deck_rig
from tests.hub.market_rig import ToldJob, market_parts
from tests.hub.schedule_rig import NS, plan_of, until
from tests.records.memory_due import MemoryDue

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

HOUR_NS = 3_600 * NS


def with_deck(
    folder: Path,
    work: Callable[[Any, ToldJob, MemoryDue], Coroutine[Any, Any, None]],
    *,
    has_schedule: bool = True,
    runs: bool = False,
) -> None:
    async def main() -> None:
        job, due = ToldJob(), MemoryDue()
        plans = [plan_of(name="verify"), plan_of(name="unknown")]
        schedule = ScheduleParts(due, plans, "here:1") if has_schedule else None
        market = market_parts(folder, jobs={"verify": job})
        async with (
            asyncio.timeout(60),
            deck_rig(folder, market=market, schedule=schedule, runs=runs) as rig,
        ):
            await work(rig, job, due)

    asyncio.run(main())


def test_due_job_is_run_on_the_desk_of_jobs(tmp_path: Path) -> None:
    async def work(rig: Any, job: ToldJob, due: MemoryDue) -> None:
        await until(lambda: rig.deck.schedule.is_known)
        rig.clock.ns += HOUR_NS

        await until(lambda: any(run.state == "done" for run in due.runs()))

        assert [run.kind for run in rig.deck.jobs.runs()] == ["verify"]
        assert due.runs()[0].said == "all is well"

    with_deck(tmp_path, work, runs=True)


def test_job_that_ends_with_failures_is_to_be_tried_again(tmp_path: Path) -> None:
    async def work(rig: Any, job: ToldJob, due: MemoryDue) -> None:
        job.report = JobReport(said="one of two", failures=("polygon: no answer",))
        rig.clock.ns += NS
        await rig.deck.schedule.run_now("verify")

        await until(lambda: due.runs()[0].state == "failed")

        assert due.runs()[0].said == "one of two"

    with_deck(tmp_path, work)


def test_run_that_a_person_cancels_is_not_tried_again(tmp_path: Path) -> None:
    async def work(rig: Any, job: ToldJob, due: MemoryDue) -> None:
        job.may_end.clear()
        rig.clock.ns += NS
        await rig.deck.schedule.run_now("verify")
        await until(lambda: job.asked)
        await rig.deck.jobs.cancel(rig.deck.jobs.runs()[0].id)

        await until(lambda: due.runs()[0].state == "skipped")

        assert due.runs()[0].said == "cancelled by hand"

    with_deck(tmp_path, work)


def test_deck_that_ends_leaves_the_job_to_the_next(tmp_path: Path) -> None:
    kept: list[MemoryDue] = []

    async def work(rig: Any, job: ToldJob, due: MemoryDue) -> None:
        job.may_end.clear()
        rig.clock.ns += NS
        await rig.deck.schedule.run_now("verify")
        await until(lambda: job.asked)
        kept.append(due)

    with_deck(tmp_path, work)

    newest = kept[0].runs()[0]
    assert (newest.state, newest.said) == ("failed", "stopped: quantdeck was ended")


def test_stopped_schedule_begins_nothing_and_says_so(tmp_path: Path) -> None:
    async def work(rig: Any, job: ToldJob, due: MemoryDue) -> None:
        rig.deck.schedule.stop()
        await rig.deck.schedule.look()
        rig.clock.ns += HOUR_NS
        payload = await rig.deck.answer("home.schedule", {})

        assert (payload.state.word, payload.state.detail) == (
            "partial",
            "The schedule is stopped in this deck: press Start",
        )
        assert [(row["job"], row["state"]) for row in payload.rows] == [("verify", "stopped")]
        assert job.asked == []

    with_deck(tmp_path, work)


def test_panel_tells_jobs_and_runs(tmp_path: Path) -> None:
    async def work(rig: Any, job: ToldJob, due: MemoryDue) -> None:
        job.failure = VenueError("polygon", "no answer")
        rig.clock.ns += NS
        await rig.deck.schedule.run_now("verify")
        await until(lambda: due.runs()[0].state == "failed")
        await rig.deck.schedule.look()

        jobs = (await rig.deck.answer("home.schedule", {})).rows
        runs = (await rig.deck.answer("home.due", {})).rows

        assert (jobs[0]["last"], jobs[0]["may_off"], jobs[0]["may_on"]) == (
            "failed",
            "verify",
            None,
        )
        assert [(run["job"], run["state"], run["due"]) for run in runs] == [
            ("verify", "failed", (START_NS + NS) // 1_000_000)
        ]

    with_deck(tmp_path, work)


def test_deck_without_a_schedule_says_so(tmp_path: Path) -> None:
    async def work(rig: Any, job: ToldJob, due: MemoryDue) -> None:
        payload = await rig.deck.answer("home.schedule", {})

        assert (payload.rows, payload.state.word) == ([], "empty")
        with pytest.raises(Conflict, match="nothing by the clock"):
            _ = rig.deck.schedule

    with_deck(tmp_path, work, has_schedule=False)
