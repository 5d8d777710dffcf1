"""The schedule: which work is run by the clock, in a deck and by commands without one."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console

from quantdeck.analytics.sessions import us_sessions
from quantdeck.app.folder_name import folder_name
from quantdeck.app.places import tape_folder
from quantdeck.app.runs import holder_name
from quantdeck.app.schedule_settings import schedule_plans
from quantdeck.app.schedule_text import nothing_text, print_runs, show_jobs
from quantdeck.app.signals import until_told_to_stop
from quantdeck.app.state import open_state
from quantdeck.hub.schedule_desk import job_now
from quantdeck.hub.schedule_parts import ScheduleParts
from quantdeck.hub.schedule_work import JobWork
from quantdeck.hub.scheduler import Scheduler
from quantdeck.hub.supervise import Supervisor
from quantdeck.net.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator, Sequence
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.due import DueRun
    from quantdeck.ports.jobs import Job
    from quantdeck.records.open import Records
    from quantdeck.views.schedule import ScheduledJob

EXIT_FAILED = 3
"""A job has failed."""


@dataclass(frozen=True, slots=True)
class ScheduleOptions:
    """What the commands of the schedule are told.

    Parameters
    ----------
    demo : bool
        Of the demo's folder, asking the simulators.
    as_json : bool
        Print results as JSON.
    """

    demo: bool = False
    as_json: bool = False


def schedule_parts(settings: Settings, records: Records, *, demo: bool) -> ScheduleParts:
    """Return what the schedule of a deck is made of.

    Parameters
    ----------
    settings : Settings
        The section ``schedule``, and where the run ledger is.
    records : Records
        Have the run ledger.
    demo : bool
        Whether the data are simulated.

    Raises
    ------
    ConfigError
        If the times of a job are none.
    StoreError
        If the data folder cannot be named.
    """
    folder = folder_name(settings, demo=demo)
    return ScheduleParts(
        store=records.due,
        plans=schedule_plans(settings.schedule, demo=demo, folder=folder),
        holder=holder_name(),
        is_started=settings.schedule.in_deck,
    )


def scheduled_jobs(
    settings: Settings, folder: Path, records: Records, clock: Clock, *, demo: bool
) -> dict[str, Job]:
    """Return the work of each scheduled job, for a process without a deck.

    Parameters
    ----------
    settings : Settings
        All of it: jobs take their defaults from there.
    folder : Path
        Of the tape.
    records : Records
        Of the folder.
    clock : Clock
        Where the time comes from.
    demo : bool
        Ask the simulators.
    """
    # Vendors' clients and models, which no table of due times needs.
    from quantdeck.app.daily_job import DailyJob
    from quantdeck.app.detect_job import DetectJob
    from quantdeck.app.maintenance import maintenance_jobs
    from quantdeck.app.market_jobs import VerifyJob

    return {
        "daily": DailyJob(settings, folder, records, clock, demo=demo),
        "verify": VerifyJob(settings, demo=demo),
        "detect": DetectJob(settings, folder, records, clock, demo=demo),
        **maintenance_jobs(settings, folder, clock),
    }


def run_due(settings: Settings, options: ScheduleOptions) -> int:
    """Run what is due, print what came of it, and return the exit code.

    Returns
    -------
    int
        0, or `EXIT_FAILED` where a job has failed.

    Raises
    ------
    ConfigError
        If the times of a job are none.
    StoreError
        If the records cannot be opened, read or written.
    """
    with open_schedule(settings, options) as scheduler:
        _whole(asyncio.run(until_over(scheduler, scheduler.run_due())))
        if options.as_json:
            print_runs(scheduler.ended)
        elif not scheduler.ended:
            print(nothing_text(_jobs(scheduler)))  # noqa: T201
    return _exit_code(scheduler.ended)


def run_one(settings: Settings, name: str, options: ScheduleOptions) -> int:
    """Run a job now, whether or not it is due, and return the exit code.

    Raises
    ------
    BadInput
        If there is no such job.
    Conflict
        If it is being run by another process.
    StoreError
        If the records cannot be opened, read or written.
    """
    with open_schedule(settings, options) as scheduler:
        _whole(asyncio.run(until_over(scheduler, _one_now(scheduler, name))))
        if options.as_json:
            print_runs(scheduler.ended)
    return _exit_code(scheduler.ended)


def run_switch(settings: Settings, name: str, options: ScheduleOptions, *, on: bool) -> None:
    """Have a job run by the clock or not, by every process on the data folder.

    Raises
    ------
    BadInput
        If there is no such job.
    StoreError
        If the records cannot be opened or written.
    """
    with open_schedule(settings, options, has_works=False) as scheduler:
        asyncio.run(_switch(scheduler, name, on=on))
        show_jobs(_jobs(scheduler), now_ns=SystemClock().now_ns(), as_json=options.as_json)


def run_list(settings: Settings, options: ScheduleOptions) -> None:
    """Print every job, when it is due next and what came of its last run.

    Raises
    ------
    StoreError
        If the records cannot be opened or read.
    """
    with open_schedule(settings, options, has_works=False) as scheduler:
        asyncio.run(scheduler.look())
        show_jobs(_jobs(scheduler), now_ns=SystemClock().now_ns(), as_json=options.as_json)


@contextmanager
def open_schedule(
    settings: Settings,
    options: ScheduleOptions,
    *,
    has_works: bool = True,
    supervisor: Supervisor | None = None,
    say: Callable[[str, str], None] | None = None,
) -> Generator[Scheduler]:
    """Open the records, and close them after the block; gives the schedule on them.

    Parameters
    ----------
    settings : Settings
        All of it.
    options : ScheduleOptions
        Which folder.
    has_works : bool
        Whether a job may be run.
    supervisor : Supervisor or None
        Notes what fails; one of its own where None.
    say : callable or None
        Takes a job's name and what happens to it; the terminal is told where None.

    Raises
    ------
    ConfigError
        If the times of a job are none.
    StoreError
        If the records cannot be opened, or the data folder cannot be named.
    """
    clock, folder = SystemClock(), tape_folder(settings, demo=options.demo)
    named = folder_name(settings, demo=options.demo)
    plans = schedule_plans(settings.schedule, demo=options.demo, folder=named)
    told = tell_terminal if say is None else say
    records = open_state(settings, demo=options.demo)
    try:
        jobs: dict[str, Job] = {}
        if has_works:
            jobs = scheduled_jobs(settings, folder, records, clock, demo=options.demo)
        yield Scheduler(
            plans,
            {plan.name: JobWork(jobs[plan.name], plan.question) for plan in plans if jobs},
            records.due,
            clock=clock,
            holder=holder_name(),
            sessions=us_sessions,
            fence=(supervisor or Supervisor(clock)).fence,
            say=told,
            teller=lambda name: _Teller(told, name),
        )
    finally:
        records.close()


async def _switch(scheduler: Scheduler, name: str, *, on: bool) -> None:
    await scheduler.switch(name, on=on)
    await scheduler.look()


async def _one_now(scheduler: Scheduler, name: str) -> None:
    await scheduler.run_now(name)
    await scheduler.wait(name)


async def until_over(scheduler: Scheduler, working: Coroutine[Any, Any, Any]) -> bool:
    """Return whether some work of a scheduler has ended by itself, and was not told to stop.

    What is halfway then is noted as such, and taken up again by whoever runs the schedule next.

    Parameters
    ----------
    scheduler : Scheduler
        Closed after it.
    working : coroutine
        The work.
    """
    running = asyncio.ensure_future(working)
    stopping = asyncio.ensure_future(until_told_to_stop())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        return running.done()
    finally:
        for task in (running, stopping):
            task.cancel()
        await asyncio.gather(running, stopping, return_exceptions=True)
        await scheduler.close()


class _Teller:
    def __init__(self, say: Callable[[str, str], None], name: str) -> None:
        self._say = say
        self._name = name

    def line(self, text: str, *, tone: str = "plain") -> None:  # noqa: ARG002 - a line is a line
        self._say(self._name, text)

    def progress(self, done: int, of: int) -> None:
        pass


def tell_terminal(name: str, text: str) -> None:
    """Print what happens to a job, with the time; stdout is for results.

    Parameters
    ----------
    name : str
        Of the job; empty where it is about the schedule.
    text : str
        What happens.
    """
    at = datetime.fromtimestamp(SystemClock().now_ns() / 1e9, UTC)
    # The results of a command may go into a pipe: what happens meanwhile does not.
    Console(stderr=True, soft_wrap=True, highlight=False).print(
        f"{at:%Y-%m-%d %H:%M:%S}Z {name or 'schedule'}: {text}", markup=False
    )


def _jobs(scheduler: Scheduler) -> list[ScheduledJob]:
    now_ns = SystemClock().now_ns()
    return [job_now(scheduler, plan, now_ns=now_ns) for plan in scheduler.plans]


def _whole(is_over: bool) -> None:  # noqa: FBT001 - read as a statement
    if not is_over:
        raise KeyboardInterrupt


def _exit_code(ended: Sequence[DueRun]) -> int:
    return EXIT_FAILED if any(run.state == "failed" for run in ended) else 0
