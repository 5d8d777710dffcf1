"""One panel's payload, once: as JSON what the stream would send, or as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.openapi import answers
from quantdeck.api.replies import bytes_reply, json_reply
from quantdeck.hub.topic import parse_topic
from quantdeck.model.errors import BadInput, NoData
from quantdeck.views.encode import to_csv
from quantdeck.views.payloads import (
    CandlesPayload,
    LinesPayload,
    Mode,
    RowsPayload,
    StatusPayload,
    TextPayload,
)

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck
    from quantdeck.views.panels import Panel


def panel_routes(deck: Deck) -> APIRouter:
    """Return the route of panels.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["panels"])
    bodies = (RowsPayload, LinesPayload, CandlesPayload, TextPayload)

    @router.get(
        "/panels/{panel_id}",
        responses=answers(*bodies, also=(404, 502, 503)),
        openapi_extra={
            "parameters": [
                {
                    "name": "params",
                    "in": "query",
                    "required": False,
                    "style": "form",
                    "explode": True,
                    "description": "The panel's parameters, as /api/v1/pages names them: the "
                    "controls of its page. Absent ones take the control's default.",
                    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
                }
            ]
        },
    )
    async def panel(
        request: Request,
        panel_id: Annotated[str, Path(max_length=64, pattern=r"^[a-z][a-z0-9._-]*$")],
        form: Annotated[
            Literal["json", "csv"], Query(alias="format", description="json or csv.")
        ] = "json",
    ) -> Response:
        """Give the present payload of a panel."""
        spec = panel_of(deck, panel_id)
        query = "&".join(
            part
            for part in request.url.query.split("&")
            if part and part.partition("=")[0] != "format"
        )
        topic = parse_topic(f"{spec.topic or spec.id}?{query}" if query else spec.topic or spec.id)
        payload = await deck.answer(topic.name, topic.params)
        if form == "json":
            return await json_reply(request, payload)
        if isinstance(payload, StatusPayload):
            raise BadInput("the status has no columns; ask for format=json")
        # A file outlives the page that said it was simulated or played.
        mode = [] if deck.mode is Mode.LIVE else [deck.mode.value]
        name = "-".join([*mode, panel_id, *topic.params.values()])
        return await bytes_reply(request, to_csv(payload, spec.columns), "csv", name=name)

    return router


def panel_of(deck: Deck, panel_id: str) -> Panel:
    """Return the panel of an id.

    Parameters
    ----------
    deck : Deck
        Has the pages.
    panel_id : str
        Such as ``pairs.zscore``.

    Returns
    -------
    Panel
        Its specification.

    Raises
    ------
    NoData
        If no page has such a panel.
    """
    panels = {panel.id: panel for page in deck.pages() for panel in page.panels}
    if panel_id not in panels:
        raise NoData(f"there is no panel {panel_id!r}; there are: {', '.join(sorted(panels))}")
    return panels[panel_id]
