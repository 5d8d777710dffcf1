"""Pages as their users arranged them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.entrance import caller_in
from quantdeck.api.layout_bodies import MOST_NAMED, LayoutReply, LayoutRequest, LayoutsReply
from quantdeck.api.openapi import answers
from quantdeck.api.replies import json_reply
from quantdeck.model.errors import Conflict, NoData

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck
    from quantdeck.model.layouts import PlacedPanel
    from quantdeck.ports.layouts import LayoutStore

_Name = Annotated[
    str,
    Query(
        max_length=40,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="Keeps it under a name, beside the one in use.",
    ),
]
_APART = "/"
"""Between the id of a page, which has none, and the name of an arrangement of it."""


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
        return await json_reply(request, _apart(found))

    @router.put(
        "/layouts/{page}", responses=answers(LayoutReply, also=(404, 409, 413, 415, 422, 503))
    )
    async def arrange(
        request: Request, page: str, body: LayoutRequest, name: _Name = ""
    ) -> Response:
        """Arrange the panels of a page, or keep an arrangement of it under a name."""
        _check_page(deck, page)
        store, owner, name = _store(deck), _owner(request), name.strip()
        if name:
            known = _apart(await asyncio.to_thread(store.layouts, owner)).named.get(page, {})
            _check_room(known, name)
        await asyncio.to_thread(
            store.keep, owner, _key(page, name), body.placed(), now_ns=deck.clock.now_ns()
        )
        said = f"The arrangement is kept as {name}." if name else "The arrangement is saved."
        return await json_reply(request, LayoutReply(page, said))

    @router.delete("/layouts/{page}", responses=answers(LayoutReply, also=(409, 503)))
    async def deliver(request: Request, page: str, name: _Name = "") -> Response:
        """Go back to a page as it is delivered, or forget the arrangement of that name."""
        name = name.strip()
        await asyncio.to_thread(_store(deck).forget, _owner(request), _key(page, name))
        said = f"The arrangement {name} is gone." if name else "The view is as delivered again."
        return await json_reply(request, LayoutReply(page, said))

    return router


def _key(page: str, name: str) -> str:
    return f"{page}{_APART}{name}" if name else page


def _apart(found: dict[str, list[PlacedPanel]]) -> LayoutsReply:
    layouts: dict[str, list[PlacedPanel]] = {}
    named: dict[str, dict[str, list[PlacedPanel]]] = {}
    for key, panels in found.items():
        page, _, name = key.partition(_APART)
        if name:
            named.setdefault(page, {})[name] = panels
        else:
            layouts[page] = panels
    return LayoutsReply(layouts, named)


def _check_room(known: dict[str, list[PlacedPanel]], name: str) -> None:
    if name not in known and len(known) >= MOST_NAMED:
        raise Conflict(f"a page keeps at most {MOST_NAMED} arrangements; delete one of them first")


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
