"""Health and measures of a process that only runs the schedule."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from quantdeck.analytics.due_times import parse_when
from quantdeck.analytics.sessions import us_sessions
from quantdeck.hub.schedule_health import ScheduleHealth
from quantdeck.hub.scheduler import Scheduler
from quantdeck.hub.supervise import Supervisor
from quantdeck.model.errors import StoreError
from quantdeck.net.clock import SystemClock
from quantdeck.ports.jobs import JobQuestion
from quantdeck.ports.scheduled import SchedulePlan
from quantdeck.records.open import open_records
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _process(scheduler: Scheduler) -> ScheduleHealth:
    clock = SystemClock()
    return ScheduleHealth(scheduler, Supervisor(clock), clock=clock, mode=Mode.DEMO, version="1")


def _scheduler(store: Any, say: Callable[[str, str], None] = lambda *_: None) -> Scheduler:
    plan = SchedulePlan(
        name="backup",
        title="",
        when=parse_when("every 1 h"),
        question=JobQuestion(kind="backup"),
    )
    return Scheduler(
        [plan],
        {},
        store,
        clock=SystemClock(),
        holder="one",
        sessions=us_sessions,
        fence=lambda _: nullcontext(),
        say=say,
        teller=lambda _: None,  # type: ignore[arg-type,return-value]
    )


class _Unreadable:
    def __getattr__(self, name: str) -> Any:
        raise StoreError("the disk is full")


def test_health_before_the_ledger_is_read_is_not_ready() -> None:
    health = _process(_scheduler(None)).health()

    assert (health.live, health.ready) == (True, False)
    assert health.detail == "the schedule has not been read yet"


def test_health_of_a_schedule_that_is_read_is_ready_and_tells_when_jobs_are_due(
    tmp_path: Path,
) -> None:
    records = open_records(tmp_path)
    scheduler = _scheduler(records.due)
    asyncio.run(scheduler.look())
    records.close()

    process = _process(scheduler)

    assert process.health().ready
    measured = {measure.name: measure.samples for measure in process.measures()}
    assert measured["quantdeck_ready"] == [((), 1.0)]
    ((labels, due_s),) = measured["quantdeck_job_next_timestamp_seconds"]
    assert labels == ("backup",)
    assert due_s > 0


def test_health_of_a_ledger_that_cannot_be_read_says_why() -> None:
    told = asyncio.Event()
    scheduler = _scheduler(_Unreadable(), lambda *_: told.set())

    async def once() -> None:
        running = asyncio.create_task(scheduler.run())
        await asyncio.wait_for(told.wait(), 20)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(once())

    health = _process(scheduler).health()
    assert not health.ready
    assert health.detail == "the schedule cannot be read: the disk is full"
    assert health.components[0].state == "failing"
