"""The schedule inside the deck: runs due jobs through the desk of jobs, and tells how they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.sessions import us_sessions
from quantdeck.hub.schedule_work import DeskWork
from quantdeck.hub.scheduler import Scheduler
from quantdeck.views.schedule import ScheduledJob

if TYPE_CHECKING:
    from collections.abc import Hashable

    from quantdeck.hub.job_desk import JobDesk
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.schedule_parts import ScheduleParts
    from quantdeck.ports.due import DueRun
    from quantdeck.ports.jobs import JobTeller
    from quantdeck.ports.scheduled import SchedulePlan
    from quantdeck.views.schedule import JobState

NO_SCHEDULE = "this deck runs nothing by the clock: it plays recorded data"


class ScheduleDesk:
    """Owned by `quantdeck.hub.answers.Answers`; every method runs on the event loop of the deck.

    Parameters
    ----------
    machine : Machine
        Whose schedule it is.
    parts : ScheduleParts
        What it is put together from.
    jobs : JobDesk
        Runs the jobs; those that it does not know are left out.
    """

    def __init__(self, machine: Machine, parts: ScheduleParts, jobs: JobDesk) -> None:
        self._machine = machine
        plans = [plan for plan in parts.plans if plan.name in jobs.kinds]
        self._scheduler = Scheduler(
            plans,
            {plan.name: DeskWork(jobs, plan.question) for plan in plans},
            parts.store,
            clock=machine.clock,
            holder=parts.holder,
            sessions=us_sessions,
            fence=machine.supervisor.fence,
            say=self._say,
            teller=_no_teller,
        )
        self._scheduler.is_paused = not parts.is_started

    @property
    def is_running(self) -> bool:
        """Whether jobs are begun when they are due."""
        return not self._scheduler.is_paused

    @property
    def is_known(self) -> bool:
        """Whether the run ledger was read."""
        return len(self._scheduler.looks) == len(self._scheduler.plans)

    @property
    def revision(self) -> Hashable:
        """Changes with every job and every due time, and now and then as time goes."""
        return self._scheduler.revision, self.is_running, self._now_ns() // 10_000_000_000

    async def run(self) -> None:
        """Run what is due, for ever."""
        await self._scheduler.run()

    async def look(self) -> None:
        """Read the run ledger; see `quantdeck.hub.scheduler.Scheduler.look`."""
        await self._scheduler.look()

    def start(self) -> None:
        """Begin jobs when they are due, from now on. Idempotent."""
        self._scheduler.is_paused = False
        self._scheduler.wake()

    def stop(self) -> None:
        """Begin no more jobs; those that are being run go on to their end. Idempotent."""
        self._scheduler.is_paused = True

    async def close(self) -> None:
        """End what is being run. Idempotent."""
        self.stop()
        await self._scheduler.close()

    def jobs(self) -> list[ScheduledJob]:
        """Return every job as it stood when the ledger was read last."""
        now_ns = self._now_ns()
        return [job_now(self._scheduler, plan, now_ns=now_ns) for plan in self._scheduler.plans]

    def runs(self) -> list[DueRun]:
        """Return due times that were taken or missed, newest first, as they stood then."""
        found = [row for look in self._scheduler.looks.values() for row in look.told()]
        return sorted(found, key=lambda row: (-row.due_ns, row.job))

    async def run_now(self, name: str) -> DueRun:
        """Begin a job, whether or not it is due; see `quantdeck.hub.scheduler.Scheduler.run_now`."""
        return await self._scheduler.run_now(name)

    async def switch(self, name: str, *, on: bool) -> None:
        """Have a job run by the clock or not; see `quantdeck.hub.scheduler.Scheduler.switch`."""
        await self._scheduler.switch(name, on=on)

    def _now_ns(self) -> int:
        return self._machine.clock.now_ns()

    def _say(self, name: str, text: str) -> None:
        self._machine.journal.write(f"schedule: {name} {text}" if name else f"schedule: {text}")


def job_now(scheduler: Scheduler, plan: SchedulePlan, *, now_ns: int) -> ScheduledJob:
    """Return a job of the schedule as it stood when the ledger was read last.

    Parameters
    ----------
    scheduler : Scheduler
        Has read the ledger.
    plan : SchedulePlan
        The job.
    now_ns : int
        UTC. [ns]
    """
    look = scheduler.looks.get(plan.name)
    told = [] if look is None else look.told()
    has_folders = look is not None and look.has_folders
    # Those of before folders had due times for themselves are of this one as well.
    rows = [row for row in told if row.folder in ("", plan.folder)]
    newest_of = {row.folder: row for row in reversed(told) if row.folder not in ("", plan.folder)}
    is_on = plan.is_on if look is None else look.is_on
    held = scheduler.running.get(plan.name)
    is_held = any(row.state == "running" and now_ns < row.lease_ns for row in rows)
    state: JobState = "stopped" if scheduler.is_paused else "waiting"
    if held is not None or is_held:
        state = "running"
    elif not is_on:
        state = "off"
    return ScheduledJob(
        name=plan.name,
        title=plan.title,
        when=plan.when.text,
        state=state,
        is_on=is_on,
        misfire=plan.misfire,
        grace_s=plan.grace_s,
        next_ns=scheduler.next_ns(plan),
        last=held or next(iter(rows), None),
        folder=plan.folder if has_folders else "",
        elsewhere=tuple(newest_of[name] for name in sorted(newest_of)),
    )


class _NoTeller:
    def line(self, text: str, *, tone: str = "plain") -> None: ...

    def progress(self, done: int, of: int) -> None: ...


def _no_teller(_: str) -> JobTeller:
    return _NoTeller()
