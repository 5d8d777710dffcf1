"""The application: a list of what it includes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import WebSocketRoute

from quantdeck.api.errors import install_error_handlers
from quantdeck.api.openapi import document
from quantdeck.api.page import page_routes
from quantdeck.api.parameters import only_known_parameters
from quantdeck.api.replies import json_reply
from quantdeck.api.request_counts import CountRequests, RequestCounts
from quantdeck.api.routes.accounts import account_routes, user_routes
from quantdeck.api.routes.alert_rules import alert_rule_routes, alert_text_routes
from quantdeck.api.routes.alerts import alert_routes
from quantdeck.api.routes.backtests import backtest_routes
from quantdeck.api.routes.capture import capture_routes
from quantdeck.api.routes.findings import finding_routes
from quantdeck.api.routes.internal import internal_routes
from quantdeck.api.routes.jobs import job_routes
from quantdeck.api.routes.layouts import layout_routes
from quantdeck.api.routes.machine import health_routes, machine_routes
from quantdeck.api.routes.market import market_routes, sql_routes
from quantdeck.api.routes.metrics import metric_routes
from quantdeck.api.routes.options import option_routes
from quantdeck.api.routes.pairs import pair_routes
from quantdeck.api.routes.panels import panel_routes
from quantdeck.api.routes.paper import paper_order_routes, paper_routes
from quantdeck.api.routes.plain import (
    plain_market_routes,
    plain_paper_routes,
    plain_routes,
    plain_schedule_routes,
    plain_watch_routes,
)
from quantdeck.api.routes.playbook import playbook_routes
from quantdeck.api.routes.research import model_test_routes, research_routes
from quantdeck.api.routes.risk import risk_routes
from quantdeck.api.routes.schedule import schedule_routes, scheduled_job_routes
from quantdeck.api.routes.session import login_routes, session_routes
from quantdeck.api.routes.setup import key_routes, setup_routes
from quantdeck.api.routes.strategies import strategy_routes
from quantdeck.api.routes.technical import technical_routes
from quantdeck.api.routes.trading import trading_routes
from quantdeck.api.routes.uploads import upload_routes
from quantdeck.api.routes.watch import watch_routes
from quantdeck.api.security import LOOPBACK_NAMES, UPLOAD_BYTES, Guard
from quantdeck.api.stream import BEAT_S, Stream

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from quantdeck.api.deck import Deck
    from quantdeck.api.entrance import Entrance
    from quantdeck.ports.setup import Setup

PREFIX = "/api/v1"
PLAIN_PREFIX = "/api"
STUDY_ROUTES = (metric_routes, risk_routes, option_routes, technical_routes)
"""What makes the routes of studies of a deck."""
PLAIN_ROUTES = (
    *(plain_routes, plain_market_routes, plain_watch_routes),
    *(plain_paper_routes, plain_schedule_routes),
)
"""What makes the routes of flat rows of a deck."""


def create_app(
    deck: Deck,
    *,
    sessions: Entrance,
    page: Path,
    hosts: Collection[str] = LOOPBACK_NAMES,
    beat_s: float = BEAT_S,
    upload_bytes: int = UPLOAD_BYTES,
    setup: Setup | None = None,
    metrics_token: str | None = None,
) -> FastAPI:
    """Return the application that serves a deck.

    Parameters
    ----------
    deck : Deck
        The running machine.
    sessions : Entrance
        Who comes in.
    page : Path
        Folder of the built page; it may be missing.
    hosts : collection of str
        Names, without port, under which the deck may be addressed.
    beat_s : float
        Longest silence of the stream. [s]
    upload_bytes : int
        Largest uploaded file. [B]
    setup : Setup or None
        Sets the deck up from its page; nothing does where None.
    metrics_token : str or None
        Lets programs of other machines read the measures.

    Returns
    -------
    FastAPI
        An ASGI application; it starts and stops nothing.
    """
    app = FastAPI(
        title="quantdeck", version=deck.version, openapi_url=None, docs_url=None, redoc_url=None
    )
    install_error_handlers(app)
    counts = RequestCounts()
    strict = [Depends(only_known_parameters)]
    app.include_router(health_routes(deck), dependencies=strict)
    app.include_router(internal_routes(deck, counts, token=metrics_token))
    for router in (
        session_routes(sessions, setup),
        *(makes(sessions) for makes in (login_routes, account_routes, user_routes)),
        *(makes(setup) for makes in (setup_routes, key_routes)),
    ):
        app.include_router(router, prefix=PREFIX, dependencies=strict)
    app.include_router(machine_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(layout_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(capture_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(market_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(sql_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(pair_routes(deck), prefix=PREFIX, dependencies=strict)
    for routes in STUDY_ROUTES:
        app.include_router(routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(playbook_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(trading_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(paper_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(paper_order_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(strategy_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(research_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(model_test_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(job_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(schedule_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(scheduled_job_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(watch_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(finding_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(upload_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(alert_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(alert_rule_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(alert_text_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(backtest_routes(deck), prefix=PREFIX, dependencies=strict)
    app.include_router(panel_routes(deck), prefix=PREFIX)
    for routes in PLAIN_ROUTES:
        app.include_router(routes(deck), prefix=PLAIN_PREFIX, dependencies=strict)
    app.router.routes.append(
        WebSocketRoute(f"{PREFIX}/stream", Stream(deck, sessions, beat_s=beat_s))
    )
    _include_document(app)
    app.include_router(page_routes(page, sessions))
    app.add_middleware(Guard, sessions=sessions, hosts=hosts, upload_bytes=upload_bytes)
    app.add_middleware(CountRequests, counts=counts)
    return app


def _include_document(app: FastAPI) -> None:
    @app.get(f"{PREFIX}/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> Response:
        return await json_reply(request, document(app))
