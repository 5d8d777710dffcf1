"""The API of studies as a service of its own: reads alone, without the page and without a login."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from quantdeck.api.app import PREFIX, STUDY_ROUTES
from quantdeck.api.errors import install_error_handlers
from quantdeck.api.openapi import document
from quantdeck.api.parameters import only_known_parameters
from quantdeck.api.replies import json_reply
from quantdeck.api.request_counts import CountRequests, RequestCounts
from quantdeck.api.routes.internal import internal_routes
from quantdeck.api.routes.machine import health_routes
from quantdeck.api.security import LOOPBACK_NAMES, Guard
from quantdeck.api.sessions import Sessions

if TYPE_CHECKING:
    from collections.abc import Collection

    from quantdeck.api.deck import Deck
    from quantdeck.api.entrance import Entrance

_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>quantdeck API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light"><link rel="icon" href="data:,">
<style>body{{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}
code{{font-family:ui-monospace,monospace}}table{{border-collapse:collapse;width:100%}}
td{{padding:.35rem .75rem .35rem 0;border-top:1px solid #8886;vertical-align:top}}
td:first-child{{white-space:nowrap}}
@media(max-width:40rem){{td{{display:block}}td+td{{border:0;padding-top:0}}}}</style></head>
<body><h1>quantdeck API</h1>
<p>{mode} Every route answers JSON, and tables as <code>format=csv</code>, <code>parquet</code> or
<code>arrow</code>; each is also there under <code>{prefix}</code>. The whole description is
<a href="{prefix}/openapi.json">openapi.json</a>.</p>
<table>{rows}</table></body></html>
"""
_EXAMPLES = {
    "/metrics/{symbol}": "/metrics/SPY",
    "/history/{symbol}": "/history/SPY?lookback=5",
    "/risk/{symbol}": "/risk/SPY?confidence=0.99",
    "/risk/{symbol}/tearsheet": "/risk/SPY/tearsheet",
    "/portfolio": "/portfolio?weights=SPY=0.6,TLT=0.4",
    "/options/{underlying}": "/options/SPX",
    "/technical/{symbol}": "/technical/SPY?indicator=rsi",
    "/signals": "/signals?limit=10",
}
_MODES = {"demo": "Simulated data.", "replay": "Recorded data.", "live": ""}


def create_service(
    deck: Deck,
    *,
    hosts: Collection[str] = LOOPBACK_NAMES,
    metrics_token: str | None = None,
    entrance: Entrance | None = None,
) -> FastAPI:
    """Return the application that serves the studies of a deck.

    Parameters
    ----------
    deck : Deck
        The running machine.
    hosts : collection of str
        Names, without port, under which it may be addressed.
    metrics_token : str or None
        Lets programs of other machines read the measures.
    entrance : Entrance or None
        Who may read, by a token; whoever reaches it where None.

    Returns
    -------
    FastAPI
        An ASGI application; it starts and stops nothing, and none of its routes changes anything.
    """
    app = FastAPI(
        title="quantdeck", version=deck.version, openapi_url=None, docs_url=None, redoc_url=None
    )
    install_error_handlers(app)
    counts = RequestCounts()
    strict = [Depends(only_known_parameters)]
    app.include_router(health_routes(deck), dependencies=strict)
    app.include_router(internal_routes(deck, counts, token=metrics_token))
    for prefix in ("", PREFIX):
        for routes in STUDY_ROUTES:
            app.include_router(routes(deck), prefix=prefix, dependencies=strict)
    app.include_router(_index_routes(app, deck))
    # Where nobody logs in, the guard asks for sessions all the same.
    app.add_middleware(
        Guard,
        sessions=entrance or Sessions(deck.clock, port=0),
        hosts=hosts,
        is_open=entrance is None,
        is_service=entrance is not None,
    )
    app.add_middleware(CountRequests, counts=counts)
    return app


def _index_routes(app: FastAPI, deck: Deck) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def index(request: Request) -> Response:
        found = _listed(document(app))
        if "text/html" not in request.headers.get("accept", ""):
            return await json_reply(request, {"version": deck.version, "routes": found})
        rows = "".join(
            f'<tr><td><a href="{escape(each["example"])}"><code>{escape(each["path"])}</code></a>'
            f"</td><td>{escape(each['says'])}</td></tr>"
            for each in found
        )
        page = _FRAME.format(rows=rows, prefix=PREFIX, mode=_MODES[deck.mode.value])
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})

    @router.get("/openapi.json")
    @router.get(f"{PREFIX}/openapi.json")
    async def openapi(request: Request) -> Response:
        return await json_reply(request, document(app))

    return router


def _listed(described: dict[str, Any]) -> list[dict[str, str]]:
    paths: dict[str, dict[str, Any]] = described["paths"]
    return [
        {
            "path": path,
            "says": str(item["get"]["description"]),
            "example": _EXAMPLES.get(path, path),
        }
        for path, item in paths.items()
        if "get" in item and not path.startswith(PREFIX)
    ]
