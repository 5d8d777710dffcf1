"""Flat rows under ``/api``: for scripts, notebooks and spreadsheets that want a list and no more.

Each has a fuller form under ``/api/v1``, which says how far its figures can be trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.market_bodies import WatchRequest
from quantdeck.api.openapi import answers
from quantdeck.api.replies import json_reply
from quantdeck.api.study_bodies import Rows
from quantdeck.model.errors import NoData
from quantdeck.views.plain_rows import (
    alert_rows,
    close_rows,
    equity_rows,
    list_rows,
    moment,
    position_rows,
    story_rows,
    trade_rows,
    watched_rows,
)

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck
    from quantdeck.ports.reports import ListName
    from quantdeck.views.schedule import ScheduledJob

_SYMBOL = r"^[A-Za-z0-9][A-Za-z0-9:._^=-]*$"
_Most = Annotated[int, Query(ge=1, le=10_000, description="Most rows, the newest.")]


class HeartbeatReply(msgspec.Struct, frozen=True):
    """Whether the deck does its work.

    Parameters
    ----------
    status : str
        ``ok``, or ``waiting`` where something that was asked for does not come.
    time : str
        The deck's, ISO 8601 in UTC.
    mode : str
        ``live``, ``demo`` or ``replay``.
    version : str
        Of quantdeck.
    detail : str
        Why it waits; empty where it does not.
    """

    status: str
    time: str
    mode: str
    version: str
    detail: str


class PlainJob(msgspec.Struct, frozen=True):
    """A job of the schedule.

    Parameters
    ----------
    name, state : str
        Which, and ``running``, ``waiting``, ``off`` or ``stopped``.
    next, last : str or None
        When it is due next and when it last began, ISO 8601 in UTC.
    result : str
        What came of the last run.
    """

    name: str
    state: str
    next: str | None
    last: str | None
    result: str


class ScheduleReply(msgspec.Struct, frozen=True):
    """The schedule of this deck.

    Parameters
    ----------
    running : bool
        Whether jobs are begun when they are due.
    next_run : str or None
        When the next is, ISO 8601 in UTC.
    jobs : list of PlainJob
        All of them.
    """

    running: bool
    next_run: str | None
    jobs: list[PlainJob]


def plain_routes(deck: Deck) -> APIRouter:
    """Return the routes of flat rows.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under ``/api``.
    """
    router = APIRouter(tags=["plain rows"])

    async def listed(request: Request, name: ListName, limit: int) -> Response:
        rows = list_rows(await deck.research.report_rows(name))
        return await json_reply(request, rows[-limit:])

    @router.get("/scoreboard", responses=answers(Rows, also=(404, 503)))
    async def scoreboard(request: Request, limit: _Most = 1000) -> Response:
        """List the rows of scoreboard.csv, oldest first: a row for every training and backtest."""
        return await listed(request, "scoreboard", limit)

    @router.get("/pnl", responses=answers(Rows, also=(404, 503)))
    async def pnl(request: Request, limit: _Most = 1000) -> Response:
        """List the rows of pnl.csv, oldest first: a row for every gain that was realised."""
        return await listed(request, "pnl", limit)

    @router.get("/trades", responses=answers(Rows, also=(503,)))
    async def trades(request: Request) -> Response:
        """List the trades that the newest playbook recommends, foremost first."""
        return await json_reply(request, await _recommended(deck))

    @router.get("/heartbeat", responses=answers(HeartbeatReply))
    async def heartbeat(request: Request) -> Response:
        """Say whether the deck does its work."""
        health = deck.health()
        status, time = "ok" if health.ready else "waiting", moment(deck.clock.now_ns())
        reply = HeartbeatReply(status, time, health.mode.value, health.version, health.detail)
        return await json_reply(request, reply)

    return router


def plain_market_routes(deck: Deck) -> APIRouter:
    """Return the routes of news, alerts and closes as flat rows.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under ``/api``.
    """
    router = APIRouter(tags=["plain rows"])

    @router.get("/news", responses=answers(Rows, also=(409, 503)))
    async def news(request: Request, limit: _Most = 100) -> Response:
        """List stories that were collected, newest first, each once."""
        found = await deck.market.stories("")
        return await json_reply(request, story_rows(found.stories[:limit]))

    @router.get("/alerts", responses=answers(Rows, also=(409, 503)))
    async def alerts(request: Request, limit: _Most = 200) -> Response:
        """List what fired, newest first."""
        fired, _ = await deck.alerts.book.past(limit=limit)
        return await json_reply(request, alert_rows(fired))

    @router.get("/overview", responses=answers(Rows, also=(404, 502, 503)))
    async def overview(request: Request) -> Response:
        """List the newest daily close of each symbol, and its change to the close before."""
        found = await deck.market.overview()
        return await json_reply(request, close_rows(found.rows))

    return router


def plain_watch_routes(deck: Deck) -> APIRouter:
    """Return the routes of the watchlist as flat rows.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under ``/api``.
    """
    router = APIRouter(tags=["plain rows"])

    @router.get("/watchlist", responses=answers(Rows, also=(503,)))
    async def watchlist(request: Request) -> Response:
        """List the watched symbols with their newest prices."""
        return await _watched(deck, request)

    @router.post("/watchlist", responses=answers(Rows, also=(409, 413, 415, 503)))
    async def watch(request: Request, body: WatchRequest) -> Response:
        """Watch a symbol, and list all; one that is watched already stays where it is."""
        if deck.market.named(body.symbol) not in await deck.market.load():
            await deck.market.watch(body.symbol)
        return await _watched(deck, request)

    @router.delete("/watchlist/{symbol}", responses=answers(Rows, also=(409, 503)))
    async def unwatch(
        request: Request, symbol: Annotated[str, Path(max_length=64, pattern=_SYMBOL)]
    ) -> Response:
        """Watch a symbol no longer, and list the others."""
        return await _removed(deck, request, symbol)

    @router.delete("/watchlist", responses=answers(Rows, also=(409, 503)))
    async def unwatch_named(
        request: Request, symbol: Annotated[str, Query(max_length=64, pattern=_SYMBOL)]
    ) -> Response:
        """Watch a symbol no longer, and list the others."""
        return await _removed(deck, request, symbol)

    return router


def plain_schedule_routes(deck: Deck) -> APIRouter:
    """Return the routes that tell, start and stop the schedule.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under ``/api``.
    """
    router = APIRouter(prefix="/scheduler", tags=["plain rows"])

    async def told(request: Request) -> Response:
        if not deck.schedule.is_known:
            await deck.schedule.look()
        return await json_reply(request, _schedule(deck))

    @router.get("/status", responses=answers(ScheduleReply, also=(409, 503)))
    async def status(request: Request) -> Response:
        """Say whether jobs are begun when they are due, and when each is."""
        return await told(request)

    @router.post("/start", responses=answers(ScheduleReply, also=(409, 503)))
    async def start(request: Request) -> Response:
        """Begin jobs when they are due, from now on."""
        deck.schedule.start()
        return await told(request)

    @router.post("/stop", responses=answers(ScheduleReply, also=(409, 503)))
    async def stop(request: Request) -> Response:
        """Begin no more jobs; those under way go on to their end."""
        deck.schedule.stop()
        return await told(request)

    return router


def plain_paper_routes(deck: Deck) -> APIRouter:
    """Return the routes of the paper account as flat rows.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under ``/api``.
    """
    router = APIRouter(tags=["plain rows"])

    @router.get("/positions", responses=answers(Rows, also=(404, 503)))
    async def positions(request: Request) -> Response:
        """List what the paper account holds, at mark."""
        return await json_reply(request, position_rows(deck.paper.positions()))

    @router.get("/metrics/equity", responses=answers(Rows, also=(404, 503)))
    async def equity(request: Request, limit: _Most = 10_000) -> Response:
        """List what the paper account was worth over time, oldest first."""
        return await json_reply(request, equity_rows(deck.paper.equity_points())[-limit:])

    return router


async def _watched(deck: Deck, request: Request) -> Response:
    return await json_reply(request, watched_rows(await deck.market.now()))


async def _removed(deck: Deck, request: Request, symbol: str) -> Response:
    # Asked for twice, it is gone all the same.
    if deck.market.named(symbol) in await deck.market.load():
        await deck.market.unwatch(symbol)
    return await _watched(deck, request)


async def _recommended(deck: Deck) -> list[dict[str, Any]]:
    try:
        return trade_rows(await deck.playbook.playbook())
    except NoData:
        # Nothing was made yet: a list without rows.
        return []


def _schedule(deck: Deck) -> ScheduleReply:
    jobs = deck.schedule.jobs()
    due = [job.next_ns for job in jobs if job.is_on and job.next_ns is not None]
    running = deck.schedule.is_running
    next_run = moment(min(due)) if running and due else None
    return ScheduleReply(running, next_run, [_plain_job(job) for job in jobs])


def _plain_job(job: ScheduledJob) -> PlainJob:
    last = job.last
    return PlainJob(
        name=job.name,
        state=job.state,
        next=None if job.next_ns is None else moment(job.next_ns),
        last=None if last is None else moment(last.began_ns),
        result="" if last is None else last.said,
    )
