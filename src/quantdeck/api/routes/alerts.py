"""What alert rules fired, and the channels that are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.alert_bodies import (
    ChannelsReply,
    FiredReply,
    ReadRequest,
    SaidReply,
    fired_body,
)
from quantdeck.api.openapi import answers
from quantdeck.api.parameters import FORMATS, Format, MomentParameter, iso, moment_ns
from quantdeck.api.replies import file_name, file_reply, json_reply
from quantdeck.hub.alert_outbox import ABSENT
from quantdeck.views.kept_rows import fired_table

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck


def alert_routes(deck: Deck) -> APIRouter:
    """Return the routes of fired alerts and of channels.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(prefix="/alerts", tags=["alerts"])

    @router.get("", responses=answers(FiredReply, also=(409, 503), table=True))
    async def fired(
        request: Request,
        *,
        limit: Annotated[int, Query(ge=1, le=10_000, description="Most alerts.")] = 200,
        before: MomentParameter = None,
        unread: Annotated[bool, Query(description="Only those that nobody has seen.")] = False,
        form: Annotated[Format, Query(alias="format", description=FORMATS)] = "json",
    ) -> Response:
        """List what fired, newest first."""
        book = deck.alerts.book
        found, deliveries = await book.past(
            limit=limit, before_ns=moment_ns(before, "before"), unread=unread
        )
        if form != "json":
            name = file_name(deck.mode, "alerts")
            return await file_reply(request, fired_table(found, deliveries), form, name=name)
        bodies = [fired_body(alert, deliveries.get(alert.id, ())) for alert in found]
        further = iso(found[-1].fired_ns) if len(found) == limit else None
        return await json_reply(request, FiredReply(bodies, book.now.unread, further))

    @router.post("/read", responses=answers(SaidReply, also=(409, 413, 415, 503)))
    async def read(request: Request, body: ReadRequest | None = None) -> Response:
        """Mark alerts as seen: one, some, or all."""
        asked = body or ReadRequest()
        ids = None if asked.id is None and asked.ids is None else [*(asked.ids or [])]
        if ids is not None and asked.id is not None:
            ids.append(asked.id)
        count = await deck.alerts.book.change(lambda store: store.mark_read(ids))
        return await json_reply(request, SaidReply(_said(count, "marked as read"), count))

    @router.delete("", responses=answers(SaidReply, also=(409, 503)))
    async def clear(
        request: Request,
        ids: Annotated[
            str | None,
            Query(max_length=8000, description="Ids, separated by commas; all where absent."),
        ] = None,
    ) -> Response:
        """Remove alerts and their messages: some, or all."""
        chosen = None if ids is None else [part.strip() for part in ids.split(",") if part.strip()]
        count = await deck.alerts.book.change(lambda store: store.clear(chosen))
        return await json_reply(request, SaidReply(_said(count, "removed"), count))

    @router.get("/channels", responses=answers(ChannelsReply, also=(409,)))
    async def channels(request: Request) -> Response:
        """List the channels that rules can name and how they do; never an address or a secret."""
        found = [each for each in deck.alerts.channels() if each.state != ABSENT]
        return await json_reply(request, ChannelsReply(found))

    @router.post("/channels/{name}/test", responses=answers(SaidReply, also=(404, 409, 502)))
    async def try_channel(
        request: Request, name: Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9-]+$")]
    ) -> Response:
        """Send a message over a channel that says it is a test."""
        await deck.alerts.try_channel(name)
        return await json_reply(request, SaidReply(f"The test went out over {name}.", 1))

    return router


def _said(count: int, done: str) -> str:
    return f"{count:,} alert{'' if count == 1 else 's'} {done}."
