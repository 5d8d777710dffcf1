"""The work of a scheduled job: one that people can start by hand as well."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.hub.scheduler import Cancelled
from quantdeck.model.errors import Conflict, QuantdeckError

if TYPE_CHECKING:
    from quantdeck.hub.job_desk import JobDesk
    from quantdeck.ports.due import DueRun
    from quantdeck.ports.jobs import Job, JobQuestion, JobTeller


class Failed(QuantdeckError):  # noqa: N818 - named as the other errors are
    """A job of the schedule has ended with failures."""


@dataclass(frozen=True, slots=True)
class DeskWork:
    """Runs a job on the desk, where people see its words. Fulfils `quantdeck.ports.scheduled.ScheduledWork`.

    Parameters
    ----------
    desk : JobDesk
        Runs it.
    question : JobQuestion
        What is asked.
    """

    desk: JobDesk
    question: JobQuestion

    async def run(self, due: DueRun, tell: JobTeller) -> str:  # noqa: ARG002 - the desk has its log
        """Begin the job and wait for its end."""
        began = await self.desk.start(self.question)
        try:
            ended = await self.desk.wait(began.id)
        except asyncio.CancelledError:
            # It may have ended in this moment.
            with suppress(Conflict):
                await self.desk.cancel(began.id)
            raise
        said = "" if ended.report is None else ended.report.said
        if ended.state == "cancelled":
            raise Cancelled("cancelled by hand")
        if ended.state != "done":
            raise Failed(said)
        return said


@dataclass(frozen=True, slots=True)
class JobWork:
    """Runs a job without a desk. Fulfils `quantdeck.ports.scheduled.ScheduledWork`.

    Parameters
    ----------
    job : Job
        The job.
    question : JobQuestion
        What is asked.
    """

    job: Job
    question: JobQuestion

    async def run(self, due: DueRun, tell: JobTeller) -> str:  # noqa: ARG002 - the job knows no due times
        """Do the work."""
        self.job.check(self.question)
        report = await self.job.run(self.question, tell)
        for failure in report.failures:
            tell.line(failure, tone="bad")
        if report.failures:
            raise Failed(report.said)
        return report.said
