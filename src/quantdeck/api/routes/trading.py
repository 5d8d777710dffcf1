"""The order form of the Trading page: tickets as a person types them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.openapi import answers
from quantdeck.api.replies import json_reply
from quantdeck.hub.ticket_desk import said_of
from quantdeck.trading.typed import TypedTicket
from quantdeck.views.trading_exits import rules_text
from quantdeck.views.trading_words import kind_text, order_text

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck
    from quantdeck.trading.account import Standing

_ALSO = (404, 409, 503)
_Percent = Annotated[float, Field(gt=0, le=100)]
_Days = Annotated[float, Field(ge=0, le=3650)]
_Figure = Annotated[str, Field(max_length=32)]


class TypedOrder(BaseModel):
    """An order as it is typed; every figure is a text, so that no digit is lost."""

    model_config = ConfigDict(extra="forbid")

    what: str = Field(
        min_length=1,
        max_length=600,
        description="A symbol; legs such as `pair: +1 US:KO -2 US:PEP`; or an idea of a playbook, "
        "`idea:2026-11-20:AAPL`.",
    )
    side: Literal["buy", "sell"] = "buy"
    quantity: _Figure = Field(
        default="", description="Units, contracts or packages; of an idea its own size if empty."
    )
    kind: Literal["market", "limit", "stop"] = "market"
    price: _Figure = Field(
        default="",
        description="Of a limit or stop order; of legs one package, negative for what is received.",
    )
    tif: Literal["day", "gtc"] = "day"
    confirmed: bool = Field(default=False, description="That a person has agreed to a large order.")

    def words(self) -> TypedTicket:
        """Return it as the desk takes it."""
        return TypedTicket(**self.model_dump(exclude={"confirmed"}))


class TypedOrderReply(msgspec.Struct, frozen=True):
    """What came of an order.

    Parameters
    ----------
    id : str
        Its name.
    state : str
        ``working`` or ``filled``; a refused order is an error that names the limit.
    message : str
        In a sentence.
    """

    id: str
    state: str
    message: str


class ClosedPosition(BaseModel):
    """What is to be closed."""

    model_config = ConfigDict(extra="forbid")

    symbol: str = Field(min_length=1, max_length=64, description="Canonical symbol that is held.")


class ExitsRequest(BaseModel):
    """Rules that close what is held; what is left out is no rule."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        default="account",
        min_length=1,
        max_length=100,
        description="`account`, a symbol that is held, or `strategy:` with its name.",
    )
    stop_loss: _Percent | None = Field(default=None, description="Loss. [% of the cost]")
    take_profit: float | None = Field(
        default=None, gt=0, le=10_000, description="Gain. [% of the cost]"
    )
    trailing: _Percent | None = Field(
        default=None, description="Way back from the best gain. [% of the cost]"
    )
    max_days: _Days | None = Field(default=None, description="After so many calendar days.")
    days_to_expiry: _Days | None = Field(
        default=None, description="When the first of its options has so many left."
    )


class ExitsReply(msgspec.Struct, frozen=True):
    """Whose rules were changed, and to what in a sentence."""

    scope: str
    message: str


class CancelledReply(msgspec.Struct, frozen=True):
    """How many open orders were cancelled, and the same in a sentence."""

    cancelled: int
    message: str


def trading_routes(deck: Deck) -> APIRouter:
    """Return the routes of the Trading page's order form.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["paper trading"])

    @router.post("/trading/orders", responses=answers(TypedOrderReply, also=_ALSO))
    async def place(request: Request, body: TypedOrder) -> Response:
        """Place an order as typed; one for a quarter of the account or more is asked about first."""
        order = await deck.tickets.place(body.words(), is_confirmed=body.confirmed)
        return await json_reply(request, _reply(order))

    @router.post("/trading/close", responses=answers(TypedOrderReply, also=_ALSO))
    async def close(request: Request, body: ClosedPosition) -> Response:
        """Close a position at the market."""
        return await json_reply(request, _reply(await deck.tickets.close(body.symbol)))

    @router.post("/trading/cancel-all", responses=answers(CancelledReply, also=_ALSO))
    async def cancel_all(request: Request) -> Response:
        """Cancel every open order of the paper account."""
        count = await deck.tickets.cancel_all()
        said = f"{count} order{'s' if count != 1 else ''} cancelled."
        return await json_reply(request, CancelledReply(count, said))

    @router.post("/trading/exits", responses=answers(ExitsReply, also=_ALSO))
    async def set_exits(request: Request, body: ExitsRequest) -> Response:
        """Set the rules that close a trade, those of a strategy, or everything of the account."""
        scope, rules = await deck.tickets.set_exits(body.name, body.model_dump(exclude={"name"}))
        reply = ExitsReply(scope, f"Closed at {rules_text(rules)} now ({scope}).")
        return await json_reply(request, reply)

    @router.post("/trading/exits/clear", responses=answers(ExitsReply, also=_ALSO))
    async def clear_exits(request: Request, body: ExitsRequest) -> Response:
        """Forget the rules of a name, so that the wider ones count; the rules in the body do not."""
        scope, rules = await deck.tickets.set_exits(body.name, None)
        reply = ExitsReply(scope, f"Closed at {rules_text(rules)} now ({scope}).")
        return await json_reply(request, reply)

    return router


def _reply(order: Standing) -> TypedOrderReply:
    what = f"{order_text(order.ticket)}, {kind_text(order.ticket)}"
    said = f"{what[:1].upper()}{what[1:]}. {said_of(order)}"
    return TypedOrderReply(order.ticket.id, order.state.value, said)
