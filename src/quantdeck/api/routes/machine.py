"""How the machine is doing: health, status, pages, feeds, gaps, coverage."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.access import pages_for
from quantdeck.api.entrance import caller_in
from quantdeck.api.openapi import answers
from quantdeck.api.replies import CoverageReply, FeedsReply, GapsReply, PagesReply, json_reply
from quantdeck.hub.health import Health
from quantdeck.views.payloads import StatusPayload

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck
    from quantdeck.api.health_service import Healthy


def health_routes(deck: Healthy) -> APIRouter:
    """Return the routes that need no session.

    Parameters
    ----------
    deck : Healthy
        The machine, or another process.

    Returns
    -------
    APIRouter
        To be included without a prefix.
    """
    router = APIRouter(tags=["health"])

    @router.head("/health", include_in_schema=False)
    @router.get("/health", responses=answers(Health))
    async def health(request: Request) -> Response:
        """Say whether the deck is alive and ready: 200 as long as it answers."""
        return await json_reply(request, deck.health())

    @router.head("/health/ready", include_in_schema=False)
    @router.get("/health/ready", responses=answers(Health, also=(503,)))
    async def ready(request: Request) -> Response:
        """Say the same, but with 503 while the deck is not ready."""
        found = deck.health()
        return await json_reply(request, found, status=200 if found.ready else 503)

    return router


def machine_routes(deck: Deck) -> APIRouter:
    """Return the routes about the machine.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["machine"])

    @router.get("/pages", responses=answers(PagesReply))
    async def pages(request: Request) -> Response:
        """List pages and panels: what they show, where their data come from, how figures are written."""
        offered = pages_for(deck.pages(), caller_in(request.scope).scopes)
        return await json_reply(request, PagesReply(offered))

    @router.get("/status", responses=answers(StatusPayload))
    async def status(request: Request) -> Response:
        """Give the payload of the stream's topic `status`, once."""
        return await json_reply(request, deck.status())

    @router.get("/feeds", responses=answers(FeedsReply))
    async def feeds(request: Request) -> Response:
        """List every connection with its state and counters, and the state of the tape."""
        return await json_reply(request, FeedsReply(deck.feeds(), deck.tape_status()))

    @router.get("/gaps", responses=answers(GapsReply, also=(503,)))
    async def gaps(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=10_000, description="Most entries.")] = 200,
    ) -> Response:
        """List the gaps on record, newest first."""
        found = await asyncio.to_thread(deck.reader.gaps)
        return await json_reply(request, GapsReply(found[:limit], len(found)))

    @router.get("/coverage", responses=answers(CoverageReply, also=(503,)))
    async def coverage(request: Request) -> Response:
        """List what is on the tape, one entry per kind, source and symbol."""
        return await json_reply(
            request, CoverageReply(await asyncio.to_thread(deck.reader.coverage))
        )

    return router
