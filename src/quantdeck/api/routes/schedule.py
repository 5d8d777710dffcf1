"""The schedule: what is run by the clock, what was, and its switches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.openapi import answers
from quantdeck.api.parameters import iso
from quantdeck.api.replies import json_reply
from quantdeck.views.schedule import run_state

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck
    from quantdeck.ports.due import DueRun
    from quantdeck.views.schedule import ScheduledJob

_ALSO = (409, 503)
_Name = Annotated[str, Path(max_length=40, pattern=r"^[a-z-]+$", description="Of the job.")]


class DueBody(msgspec.Struct, frozen=True):
    """A due time that was taken or missed.

    Parameters
    ----------
    job : str
        Of which job.
    folder : str
        Name of the data folder that it sees to, where each has due times for itself and several are
        known; else empty.
    due : str
        When it was due, ISO 8601 in UTC.
    state : str
        ``running``, ``done``, ``failed``, ``missed``, ``cancelled``, or ``lost``: whoever ran it has not
        been heard of for the time of its lease.
    holder : str
        Host and process that ran it; empty where nobody did.
    attempts : int
        How often it was begun.
    began, ended : str or None
        ISO 8601 in UTC.
    said : str
        What came of it.
    """

    job: str
    folder: str
    due: str
    state: Literal["running", "done", "failed", "missed", "cancelled", "lost"]
    holder: str
    attempts: int
    began: str | None
    ended: str | None
    said: str


class ScheduledJobBody(msgspec.Struct, frozen=True):
    """A job of the schedule.

    Parameters
    ----------
    name, title : str
        Which, and what it does.
    when : str
        Its due times.
    state : str
        ``running``, ``waiting``, ``off``, or ``stopped``: it is on, and the schedule of this deck is not.
    is_on : bool
        Whether it is run by the clock.
    misfire : str
        What is made of missed due times: ``latest``, ``all`` or ``skip``.
    grace_s : float
        So late it is still begun, at most. [s]
    next : str or None
        When it is due next, ISO 8601 in UTC.
    last : DueBody or None
        The newest due time that was taken or missed.
    folder : str
        Name of the data folder that it sees to, where several are known to have it; else empty.
    """

    name: str
    title: str
    when: str
    state: Literal["running", "waiting", "off", "stopped"]
    is_on: bool
    misfire: Literal["latest", "all", "skip"]
    grace_s: float
    next: str | None
    last: DueBody | None
    folder: str


class SchedulerReply(msgspec.Struct, frozen=True):
    """The schedule.

    Parameters
    ----------
    is_running : bool
        Whether this deck begins what is due.
    jobs : list of ScheduledJobBody
        All of them.
    message : str
        What was changed, in a sentence; empty where nothing was.
    """

    is_running: bool
    jobs: list[ScheduledJobBody]
    message: str = ""


class DueRunsReply(msgspec.Struct, frozen=True):
    """Due times that were taken or missed, newest first."""

    runs: list[DueBody]


class DueRunReply(msgspec.Struct, frozen=True):
    """A due time that was taken, and that in a sentence."""

    run: DueBody
    message: str


def schedule_routes(deck: Deck) -> APIRouter:
    """Return the routes of the schedule.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(prefix="/scheduler", tags=["schedule"])

    @router.get("", responses=answers(SchedulerReply, also=_ALSO))
    async def schedule(request: Request) -> Response:
        """List jobs, when they are due next, and what came of them."""
        return await json_reply(request, await _reply(deck))

    @router.get("/runs", responses=answers(DueRunsReply, also=_ALSO))
    async def runs(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=200, description="Most due times.")] = 50,
    ) -> Response:
        """List due times that were taken or missed, newest first."""
        await deck.schedule.look()
        now_ns = deck.clock.now_ns()
        found = [_due_body(run, now_ns) for run in deck.schedule.runs()[:limit]]
        return await json_reply(request, DueRunsReply(found))

    @router.post("/start", responses=answers(SchedulerReply, also=_ALSO))
    async def start(request: Request) -> Response:
        """Have this deck begin what is due, from now on."""
        deck.schedule.start()
        reply = await _reply(deck, "The schedule runs: what is due is begun.")
        return await json_reply(request, reply)

    @router.post("/stop", responses=answers(SchedulerReply, also=_ALSO))
    async def stop(request: Request) -> Response:
        """Have this deck begin nothing more by the clock; what is under way goes on to its end."""
        deck.schedule.stop()
        reply = await _reply(
            deck, "The schedule of this deck is stopped; what is under way goes on."
        )
        return await json_reply(request, reply)

    return router


def scheduled_job_routes(deck: Deck) -> APIRouter:
    """Return the routes that run a job of the schedule, and switch it on and off.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(prefix="/scheduler/jobs", tags=["schedule"])

    @router.post("/{name}/run", responses=answers(DueRunReply, also=_ALSO))
    async def run(request: Request, name: _Name) -> Response:
        """Run a job now, whether or not it is due or on; the answer comes at once."""
        taken = await deck.schedule.run_now(name)
        body = _due_body(taken, deck.clock.now_ns())
        return await json_reply(request, DueRunReply(body, f"{name} is being run."))

    @router.post("/{name}/on", responses=answers(SchedulerReply, also=_ALSO))
    async def on(request: Request, name: _Name) -> Response:
        """Have every process on the data folder run a job when it is due."""
        await deck.schedule.switch(name, on=True)
        return await json_reply(
            request, await _reply(deck, f"{name} is run by the clock from now on.")
        )

    @router.post("/{name}/off", responses=answers(SchedulerReply, also=_ALSO))
    async def off(request: Request, name: _Name) -> Response:
        """Have no process on the data folder run a job by the clock."""
        await deck.schedule.switch(name, on=False)
        return await json_reply(
            request, await _reply(deck, f"{name} is no longer run by the clock.")
        )

    return router


async def _reply(deck: Deck, message: str = "") -> SchedulerReply:
    schedule = deck.schedule
    await schedule.look()
    now_ns = deck.clock.now_ns()
    jobs = [_job_body(job, now_ns) for job in schedule.jobs()]
    return SchedulerReply(schedule.is_running, jobs, message)


def _job_body(job: ScheduledJob, now_ns: int) -> ScheduledJobBody:
    return ScheduledJobBody(
        name=job.name,
        title=job.title,
        when=job.when,
        state=job.state,
        is_on=job.is_on,
        misfire=job.misfire,
        grace_s=job.grace_s,
        next=None if job.next_ns is None else iso(job.next_ns),
        last=None if job.last is None else _due_body(job.last, now_ns),
        folder=job.folder,
    )


def _due_body(run: DueRun, now_ns: int) -> DueBody:
    return DueBody(
        job=run.name,
        folder=run.folder,
        due=iso(run.due_ns),
        state=run_state(run, now_ns=now_ns),
        holder=run.holder,
        attempts=run.attempts,
        began=iso(run.began_ns) if run.attempts else None,
        ended=None if run.ended_ns is None else iso(run.ended_ns),
        said=run.said,
    )
