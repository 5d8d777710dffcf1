"""The paper account: orders, positions, fills, limits, the kill switch."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.openapi import answers
from quantdeck.api.paper_bodies import (
    AccountReply,
    CloseRequest,
    EquityReply,
    FillsReply,
    HaltReply,
    HaltRequest,
    LimitsReply,
    OrderBody,
    OrderRequest,
    OrdersReply,
    PositionsReply,
    PreviewReply,
)
from quantdeck.api.paper_replies import (
    account_reply,
    equity_reply,
    fill_bodies,
    limit_body,
    order_body,
    position_body,
    preview_reply,
)
from quantdeck.api.parameters import MomentParameter, moment_ns
from quantdeck.api.replies import json_reply

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck

_READ = (404,)
_CHANGES = (404, 409, 413, 415, 503)
_OrderId = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
_Limit = Annotated[int, Query(ge=1, le=10_000, description="Most rows, the newest.")]


def paper_routes(deck: Deck) -> APIRouter:
    """Return the routes that read the paper account.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(prefix="/paper", tags=["paper trading"])

    @router.get("/account", responses=answers(AccountReply, also=_READ))
    async def account(request: Request) -> Response:
        """Give cash, value and state of the account."""
        return await json_reply(request, account_reply(deck.paper, deck.mode.value))

    @router.get("/positions", responses=answers(PositionsReply, also=_READ))
    async def positions(request: Request) -> Response:
        """List what is held, at its marks."""
        found = [position_body(held) for held in deck.paper.positions()]
        return await json_reply(request, PositionsReply(found))

    @router.get("/orders", responses=answers(OrdersReply, also=_READ))
    async def orders(
        request: Request,
        *,
        is_open: Annotated[
            bool, Query(alias="open", description="Only those that may still trade.")
        ] = False,
        limit: _Limit = 500,
    ) -> Response:
        """List orders, newest first, with what became of them and why open ones wait."""
        desk = deck.paper
        found = desk.account.open_orders() if is_open else desk.account.orders()
        waiting = desk.waiting
        bodies = [order_body(each, waiting.get(each.ticket.id, "")) for each in found[-limit:]]
        return await json_reply(request, OrdersReply(bodies[::-1]))

    @router.get("/orders/{order_id}", responses=answers(OrderBody, also=_READ))
    async def order(request: Request, order_id: _OrderId) -> Response:
        """Give one order."""
        desk = deck.paper
        found = order_body(desk.account.order(order_id), desk.waiting.get(order_id, ""))
        return await json_reply(request, found)

    @router.get("/fills", responses=answers(FillsReply, also=(404, 503)))
    async def fills(request: Request, limit: _Limit = 500) -> Response:
        """List executions, newest first."""
        events = await asyncio.to_thread(deck.paper.book.events)
        return await json_reply(request, FillsReply(fill_bodies(events)[:limit]))

    @router.get("/equity", responses=answers(EquityReply, also=_READ))
    async def equity(request: Request, start: MomentParameter = None) -> Response:
        """Give what the account was worth over time, a point a minute and thinner the older it is."""
        since_ns = moment_ns(start, "start") or 0
        return await json_reply(request, equity_reply(deck.paper.equity_points(since_ns=since_ns)))

    @router.get("/limits", responses=answers(LimitsReply, also=_READ))
    async def limits(request: Request) -> Response:
        """List the limits of the account and how much of each is used."""
        desk = deck.paper
        found = [limit_body(use) for use in desk.limits()]
        return await json_reply(request, LimitsReply(found, desk.account.halted))

    return router


def paper_order_routes(deck: Deck) -> APIRouter:
    """Return the routes that change the paper account.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(prefix="/paper", tags=["paper trading"])

    @router.post("/preview", responses=answers(PreviewReply, also=(404, 413, 415)))
    async def preview(request: Request, body: OrderRequest) -> Response:
        """Say what an order would come to if it were placed now; nothing is placed."""
        ticket = body.ticket(_made_up(), deck.clock.now_ns())
        return await json_reply(request, preview_reply(await deck.paper.preview(ticket)))

    @router.post("/orders", responses=answers(OrderBody, also=_CHANGES))
    async def place(request: Request, body: OrderRequest) -> Response:
        """Place an order; the same one of the same id again does nothing and gives the same answer.

        One that is beyond a limit is answered with the state ``refused`` and the limit's name.
        """
        desk = deck.paper
        placed = await desk.place(body.ticket(_made_up(), deck.clock.now_ns()))
        return await json_reply(request, order_body(placed, desk.waiting.get(placed.ticket.id, "")))

    @router.delete("/orders/{order_id}", responses=answers(OrderBody, also=_CHANGES))
    async def cancel(request: Request, order_id: _OrderId) -> Response:
        """Cancel an order; what of it has traded stays."""
        return await json_reply(
            request, order_body(await deck.paper.cancel(order_id, "cancelled by the API"))
        )

    @router.post("/close", responses=answers(OrderBody, also=_CHANGES))
    async def close(request: Request, body: CloseRequest) -> Response:
        """Close a position at the market, or a part of it."""
        desk = deck.paper
        placed = await desk.close(body.symbol, body.wanted())
        return await json_reply(request, order_body(placed, desk.waiting.get(placed.ticket.id, "")))

    @router.post("/halt", responses=answers(HaltReply, also=_CHANGES))
    async def halt(request: Request, body: HaltRequest | None = None) -> Response:
        """Pull the kill switch: no order is taken and none trades until it is let again."""
        await deck.paper.halt((body or HaltRequest()).why)
        halted = deck.paper.account.halted
        return await json_reply(request, HaltReply(halted, f"Trading is halted: {halted}."))

    @router.post("/resume", responses=answers(HaltReply, also=_CHANGES))
    async def resume(request: Request) -> Response:
        """Take orders again."""
        await deck.paper.resume("resumed by the API")
        return await json_reply(request, HaltReply("", "Orders are taken again."))

    return router


def _made_up() -> str:
    return f"api-{secrets.token_hex(8)}"
