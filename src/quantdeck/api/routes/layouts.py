"""Pages as their users arranged them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.entrance import caller_in
from quantdeck.api.layout_bodies import LayoutReply, LayoutRequest, LayoutsReply
from quantdeck.api.openapi import answers
from quantdeck.api.replies import json_reply
from quantdeck.model.errors import Conflict, NoData

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck
    from quantdeck.ports.layouts import LayoutStore


def layout_routes(deck: Deck) -> APIRouter:
    """Return the routes of arranged pages.

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

    @router.get("/layouts", responses=answers(LayoutsReply, also=(503,)))
    async def layouts(request: Request) -> Response:
        """List how pages were arranged; a page that nobody arranged is not among them."""
        if deck.layouts is None:
            return await json_reply(request, LayoutsReply({}))
        found = await asyncio.to_thread(deck.layouts.layouts, _owner(request))
        return await json_reply(request, LayoutsReply(found))

    @router.put(
        "/layouts/{page}", responses=answers(LayoutReply, also=(404, 409, 413, 415, 422, 503))
    )
    async def arrange(request: Request, page: str, body: LayoutRequest) -> Response:
        """Arrange the panels of a page."""
        _check_page(deck, page)
        keep, now_ns = _store(deck).keep, deck.clock.now_ns()
        await asyncio.to_thread(keep, _owner(request), page, body.placed(), now_ns=now_ns)
        return await json_reply(request, LayoutReply(page, "The arrangement is saved."))

    @router.delete("/layouts/{page}", responses=answers(LayoutReply, also=(409, 503)))
    async def deliver(request: Request, page: str) -> Response:
        """Go back to a page as it is delivered."""
        await asyncio.to_thread(_store(deck).forget, _owner(request), page)
        return await json_reply(request, LayoutReply(page, "The view is as delivered again."))

    return router


def _owner(request: Request) -> str:
    return caller_in(request.scope).user_id


def _store(deck: Deck) -> LayoutStore:
    if deck.layouts is None:
        raise Conflict("this deck keeps no arranged views: it plays recorded data")
    return deck.layouts


def _check_page(deck: Deck, page: str) -> None:
    known = [each.id for each in deck.pages()]
    if page not in known:
        raise NoData(f"there is no page '{page}'; this deck has {', '.join(known)}")
