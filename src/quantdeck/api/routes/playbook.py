"""Playbooks: symbols scored and explained, each with a trade, its odds and its size."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.openapi import answers
from quantdeck.api.replies import TableReply, file_name, file_reply, json_reply
from quantdeck.api.study_parameters import FormParameter
from quantdeck.research.playbook.entry import Playbook
from quantdeck.views.study_rows.playbook import playbook_table

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck

_ALSO = (404, 503)
Session = Annotated[
    str | None,
    Query(
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        description="Date of a playbook that is kept; the newest is made of what is known now.",
    ),
]


class PlaybooksReply(msgspec.Struct, frozen=True):
    """Playbooks that are kept.

    Parameters
    ----------
    sessions : list of str
        Their dates, newest first.
    """

    sessions: list[str]


class PlaybookMadeReply(msgspec.Struct, frozen=True):
    """What came of making a playbook.

    Parameters
    ----------
    session : str
        Date of the session that it is of.
    symbols, trades : int
        Symbols scored, and trades within their limits.
    message : str
        The same in a sentence.
    """

    session: str
    symbols: int
    trades: int
    message: str


def playbook_routes(deck: Deck) -> APIRouter:
    """Return the routes of playbooks.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["playbook"])

    @router.get("/playbook", responses=answers(Playbook, TableReply, table=True, also=_ALSO))
    async def playbook(
        request: Request, session: Session = None, form: FormParameter = "json"
    ) -> Response:
        """Give the playbook of the newest session, or of an earlier one as it was kept."""
        found = await deck.playbook.playbook(session)
        if form == "json":
            return await json_reply(request, found)
        table = await asyncio.to_thread(playbook_table, found)
        name = file_name(deck.mode.value, "playbook", found.session)
        return await file_reply(request, table, form, name=name)

    @router.get("/playbooks", responses=answers(PlaybooksReply, also=_ALSO))
    async def playbooks(request: Request) -> Response:
        """List the sessions that there are playbooks of."""
        return await json_reply(request, PlaybooksReply(list(await deck.playbook.list())))

    @router.post("/playbook", responses=answers(PlaybookMadeReply, also=_ALSO))
    async def make(request: Request) -> Response:
        """Make the playbook of the newest session anew, of the chains as they are now."""
        made = await deck.playbook.make()
        trades = sum(1 for each in made.entries if each.idea is not None and each.idea.size)
        said = (
            f"Made of {made.session}: {len(made.entries)} symbols, {trades} trades within limits."
        )
        reply = PlaybookMadeReply(made.session, len(made.entries), trades, said)
        return await json_reply(request, reply)

    return router
