"""What was detected: large trades, breaking news, unusual option activity."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.finding_bodies import FindingsReply
from quantdeck.api.openapi import answers
from quantdeck.api.parameters import FORMATS, Format, MomentParameter, iso, moments_ns
from quantdeck.api.replies import file_name, file_reply, json_reply
from quantdeck.api.study_parts import part_rows
from quantdeck.views.findings import findings_table
from quantdeck.views.payloads import Mode
from quantdeck.views.tables import with_time

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck


def finding_routes(deck: Deck) -> APIRouter:
    """Return the route of findings.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["market"])

    @router.get("/findings", responses=answers(FindingsReply, also=(409, 503), table=True))
    async def findings(
        request: Request,
        kind: Annotated[
            Literal["trade", "news", "options"] | None, Query(description="All if not given.")
        ] = None,
        symbol: Annotated[
            str,
            Query(max_length=64, pattern=r"^[A-Za-z0-9:._^=-]*$", description="All if empty."),
        ] = "",
        start: MomentParameter = None,
        limit: Annotated[int, Query(ge=1, le=1000, description="Most findings.")] = 100,
        form: Annotated[Format, Query(alias="format", description=FORMATS)] = "json",
    ) -> Response:
        """List what was out of the ordinary, newest first; POST /jobs of kind detect looks again."""
        since_ns, _ = moments_ns(start, None)
        found = await deck.findings.recent(
            limit=limit,
            kind=kind,
            symbol=deck.market.named(symbol) if symbol else None,
            since_ns=since_ns,
        )
        table = with_time(await asyncio.to_thread(findings_table, found), "ts_ns")
        if form != "json":
            return await file_reply(request, table, form, name=file_name(deck.mode, "findings"))
        run = await deck.findings.last_run()
        reply = FindingsReply(
            part_rows(table),
            None if run is None else iso(run.until_ns),
            [] if run is None else list(run.notes),
            deck.mode is not Mode.LIVE,
        )
        return await json_reply(request, reply)

    return router
