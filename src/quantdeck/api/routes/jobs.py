"""Jobs: what can be run beside the capture, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.access import check, needed_for_job
from quantdeck.api.entrance import caller_in
from quantdeck.api.market_bodies import JobReply, JobRequest, JobsReply, job_body, job_line
from quantdeck.api.openapi import answers
from quantdeck.api.replies import json_reply

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck

_LINES = 100
_Id = Annotated[str, Path(max_length=80, pattern=r"^[a-z0-9-]+$")]


def job_routes(deck: Deck) -> APIRouter:
    """Return the routes of jobs.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["jobs"])

    @router.get("/jobs", responses=answers(JobsReply, also=(503,)))
    async def jobs(
        request: Request,
        lines: Annotated[int, Query(ge=0, le=400, description="Most lines of the log.")] = _LINES,
    ) -> Response:
        """List runs, newest first, with what they say."""
        await deck.jobs.load()
        reply = JobsReply(
            kinds=deck.jobs.kinds,
            jobs=[job_body(run) for run in deck.jobs.runs()],
            log=[job_line(line) for line in deck.jobs.lines()[:lines]],
        )
        return await json_reply(request, reply)

    @router.post("/jobs", responses=answers(JobReply, also=(409, 413, 415, 503)))
    async def start(request: Request, body: JobRequest) -> Response:
        """Begin a run; the answer comes at once. What sees to the data folder is for admins."""
        check(caller_in(request.scope), needed_for_job(body.kind))
        found = job_body(await deck.jobs.start(body.question()))
        return await json_reply(request, JobReply(found, found.message))

    @router.get("/jobs/{job_id}", responses=answers(JobReply, also=(404, 503)))
    async def job(request: Request, job_id: _Id) -> Response:
        """Tell how a run stands."""
        found = job_body(await deck.jobs.run(job_id))
        return await json_reply(request, JobReply(found, found.message))

    @router.delete("/jobs/{job_id}", responses=answers(JobReply, also=(404, 409, 503)))
    async def cancel(request: Request, job_id: _Id) -> Response:
        """Cancel a run that has not ended; what it kept stays."""
        asked = await deck.jobs.run(job_id)
        check(caller_in(request.scope), needed_for_job(asked.kind))
        found = job_body(await deck.jobs.cancel(job_id))
        return await json_reply(request, JobReply(found, found.message))

    return router
