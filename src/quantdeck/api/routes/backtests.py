"""Backtests, sweeps and walks forward: run, read, forget."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.backtest_bodies import (
    DeletedReply,
    RunDetailReply,
    RunReply,
    RunRequest,
    RunsReply,
    run_body,
)
from quantdeck.api.openapi import answers
from quantdeck.api.parameters import FORMATS, Format
from quantdeck.api.replies import file_name, file_reply, json_reply
from quantdeck.model.errors import BadInput, Conflict, NoData
from quantdeck.views.backtest_tables import figures_of, report_table
from quantdeck.views.tables import rows_of

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck

_RunId = Annotated[str, Path(max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]


def backtest_routes(deck: Deck) -> APIRouter:
    """Return the routes of backtests.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(prefix="/backtests", tags=["backtests"])

    @router.post(
        "",
        responses=answers(RunReply, also=(404, 409, 413, 415, 503))
        | answers(RunReply, status=202, also=(404, 409, 413, 415, 503)),
        status_code=202,
    )
    async def start(
        request: Request,
        body: RunRequest,
        *,
        wait: Annotated[
            bool, Query(description="Answer once it is done, with 200, or has failed.")
        ] = False,
    ) -> Response:
        """Run a backtest, a sweep or a walk forward over the newest closed bars of a pair."""
        _check(body)
        run = await deck.backtests.start(body.question(), of=body.of)
        if wait:
            run = await deck.backtests.wait(run.id)
        return await json_reply(request, run_body(run), status=200 if wait else 202)

    @router.get("", responses=answers(RunsReply, also=(503,)))
    async def runs(
        request: Request,
        kind: Annotated[
            Literal["backtest", "sweep", "walk-forward"] | None, Query(description="Only these.")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=1_000, description="Most runs.")] = 100,
    ) -> Response:
        """List runs, newest first: under way, failed and kept."""
        await deck.backtests.load()
        found = [run for run in deck.backtests.runs() if kind in (None, run.kind)]
        return await json_reply(request, RunsReply([run_body(run) for run in found[:limit]]))

    @router.get("/{run_id}", responses=answers(RunDetailReply, also=(404, 409, 503), table=True))
    async def run(
        request: Request,
        run_id: _RunId,
        part: Annotated[
            Literal["trades", "equity", "sets", "folds"] | None,
            Query(description="trades, equity, sets (of a sweep) or folds (of a walk forward)."),
        ] = None,
        form: Annotated[Format, Query(alias="format", description=FORMATS)] = "json",
    ) -> Response:
        """Give a run with its figures and one of its parts as rows."""
        return await _detail(deck, request, run_id, part, form)

    @router.delete("/{run_id}", responses=answers(DeletedReply, also=(404, 503)))
    async def delete(request: Request, run_id: _RunId) -> Response:
        """Forget a run; one under way is ended."""
        await deck.backtests.delete(run_id)
        return await json_reply(request, DeletedReply(run_id, "The run is deleted."))

    return router


def _check(body: RunRequest) -> None:
    if body.of is None and (body.y is None or body.x is None):
        raise BadInput("y and x are needed: the two symbols of the pair")
    if body.of is not None and body.kind == "backtest":
        raise BadInput("of is for sweeps and walks forward; a backtest names its own y and x")


async def _detail(
    deck: Deck, request: Request, run_id: str, part: str | None, form: Format
) -> Response:
    found = await deck.backtests.run(run_id)
    if found.state != "done":
        if form != "json":
            raise _not_done(found.state, run_body(found).message)
        return await json_reply(request, RunDetailReply(run_body(found), {}, "", []))
    report = await deck.backtests.report(found.kind, found.id)
    name, table = await asyncio.to_thread(report_table, report, part)
    if form == "json":
        rows = await asyncio.to_thread(rows_of, table)
        detail = RunDetailReply(run_body(found), figures_of(report), name, rows)
        return await json_reply(request, detail)
    return await file_reply(request, table, form, name=file_name(found.mode, found.id, name))


def _not_done(state: str, message: str) -> Exception:
    if state == "running":
        return Conflict(f"{message} Ask again when it is done")
    return NoData(message)
