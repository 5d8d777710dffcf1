"""The watchlist, where closes stand, and news that were collected."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import pyarrow as pa
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.market_bodies import (
    NewsReply,
    OverviewReply,
    WatchedReply,
    WatchlistReply,
    WatchRequest,
    close_row,
    watched_row,
)
from quantdeck.api.openapi import answers
from quantdeck.api.parameters import FORMATS, Format
from quantdeck.api.replies import file_name, file_reply, json_reply
from quantdeck.api.study_bodies import trust_body
from quantdeck.api.study_parts import part_rows
from quantdeck.hub.market_now import watched_state
from quantdeck.views.market_records import news_table
from quantdeck.views.tables import with_time

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck


def watch_routes(deck: Deck) -> APIRouter:
    """Return the routes of the watchlist, the overview of closes, and news.

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

    @router.get("/watchlist", responses=answers(WatchlistReply, also=(503,)))
    async def watchlist(request: Request) -> Response:
        """List the watched symbols with their newest prices."""
        found = await deck.market.now()
        trust = trust_body(deck.mode, watched_state(found, deck.mode))
        reply = WatchlistReply(trust, [watched_row(each) for each in found])
        return await json_reply(request, reply)

    @router.post("/watchlist", responses=answers(WatchedReply, also=(409, 413, 415, 503)))
    async def watch(request: Request, body: WatchRequest) -> Response:
        """Watch a symbol."""
        symbol = await deck.market.watch(body.symbol)
        return await json_reply(request, WatchedReply(symbol, f"{symbol} is watched."))

    @router.post(
        "/watchlist/remove", responses=answers(WatchedReply, also=(404, 409, 413, 415, 503))
    )
    async def unwatch(request: Request, body: WatchRequest) -> Response:
        """Watch a symbol no longer."""
        symbol = await deck.market.unwatch(body.symbol)
        return await json_reply(request, WatchedReply(symbol, f"{symbol} is no longer watched."))

    @router.get("/overview", responses=answers(OverviewReply, also=(404, 502, 503), table=True))
    async def overview(
        request: Request,
        form: Annotated[Format, Query(alias="format", description=FORMATS)] = "json",
    ) -> Response:
        """Tell where the newest closes stand: changes, volume, distance to the high of a year."""
        found = await deck.market.overview()
        rows = [close_row(figures, series) for figures, series in found.rows]
        if form != "json":
            table = await asyncio.to_thread(pa.Table.from_pylist, rows)
            return await file_reply(request, table, form, name=file_name(deck.mode, "overview"))
        state = deck.market.prices.state([series for _, series in found.rows])
        reply = OverviewReply(trust_body(deck.mode, state), rows, dict(found.unanswered))
        return await json_reply(request, reply)

    @router.get("/news", responses=answers(NewsReply, also=(409, 503), table=True))
    async def news(
        request: Request,
        symbol: Annotated[
            str,
            Query(max_length=64, pattern=r"^[A-Za-z0-9:._^=-]*$", description="All if empty."),
        ] = "",
        limit: Annotated[int, Query(ge=1, le=1000, description="Most stories.")] = 100,
        form: Annotated[Format, Query(alias="format", description=FORMATS)] = "json",
    ) -> Response:
        """List stories that were collected, newest first, each once, with how they sound."""
        about = deck.market.named(symbol) if symbol else ""
        found = (await deck.market.stories(about)).stories[:limit]
        table = with_time(await asyncio.to_thread(news_table, found), "published_ns")
        if form != "json":
            return await file_reply(request, table, form, name=file_name(deck.mode, "news"))
        return await json_reply(request, NewsReply(part_rows(table)))

    return router
