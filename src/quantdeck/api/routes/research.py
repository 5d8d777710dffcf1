"""Features, models, audits, backtests of many symbols, and the scoreboard."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from quantdeck.api.openapi import answers
from quantdeck.api.replies import TableReply, file_name, file_reply, json_reply
from quantdeck.api.research_bodies import (
    AuditReply,
    FeaturesReply,
    ModelBacktestReply,
    ModelBacktestsReply,
    ModelReply,
    ModelsReply,
    ModelUsedReply,
    backtest_body,
    backtest_line,
    model_body,
    table_body,
)
from quantdeck.api.study_parameters import FormParameter
from quantdeck.api.study_parts import part_reply
from quantdeck.model.errors import NoData
from quantdeck.views.research_features import feature_rows
from quantdeck.views.study_rows.research import BACKTEST_PARTS, scoreboard_table
from quantdeck.views.tables import rows_of

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck

_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
ModelId = Annotated[str, Path(max_length=80, pattern=_ID, description="Id of a model, or current.")]
BacktestId = Annotated[str, Path(max_length=80, pattern=_ID, description="Id of a run, or newest.")]
Part = Annotated[
    Literal["equity", "trades", "fills"] | None,
    Query(description="One table of the run; files without it hold the equity."),
]


def research_routes(deck: Deck) -> APIRouter:
    """Return the routes of features, models and audits.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["research"])

    @router.get("/research/features", responses=answers(FeaturesReply, also=(404, 503)))
    async def features(request: Request) -> Response:
        """List the features, with what the newest table holds of them."""
        index = await deck.research.index()
        found = await deck.research.table() if index.tables else None
        rows = await asyncio.to_thread(feature_rows, found, index.features)
        table = None if found is None else table_body(index.tables[0], found)
        return await json_reply(request, FeaturesReply(table, rows))

    @router.get("/research/models", responses=answers(ModelsReply, also=(404, 503)))
    async def models(request: Request) -> Response:
        """List the models, newest first, with how they were judged."""
        index = await deck.research.index()
        return await json_reply(
            request, ModelsReply(index.current, [model_body(card) for card in index.cards])
        )

    @router.get("/research/models/{model_id}", responses=answers(ModelReply, also=(404, 503)))
    async def model(request: Request, model_id: ModelId) -> Response:
        """Give a model's card."""
        index = await deck.research.index()
        card = index.card(model_id)
        return await json_reply(request, ModelReply(card.id == index.current, card))

    @router.post(
        "/research/models/{model_id}/current", responses=answers(ModelUsedReply, also=(404, 503))
    )
    async def use(request: Request, model_id: ModelId) -> Response:
        """Let a model be the one that the playbook and the page ask."""
        card = await deck.research.make_current(model_id)
        return await json_reply(
            request, ModelUsedReply(card.id, f"{card.id} is the current model now.")
        )

    @router.get(
        "/research/dashboard",
        response_class=HTMLResponse,
        responses=answers(html=True, also=(404, 503)),
    )
    async def dashboard() -> Response:
        """Give how models did as one HTML file that needs nothing else, with its own script."""
        sheet = await deck.research.dashboard()
        return HTMLResponse(
            sheet.html,
            headers={
                "Content-Security-Policy": sheet.policy,
                "Content-Disposition": f'inline; filename="{sheet.name}"',
                "Cache-Control": "private, no-cache",
            },
        )

    @router.get("/research/audit", responses=answers(AuditReply, also=(404, 503)))
    async def audit(request: Request) -> Response:
        """Give the newest audit."""
        found = (await deck.research.index()).audit
        if found is None:
            raise NoData("nothing was audited yet: start the job audit, or run quantdeck audit")
        return await json_reply(request, AuditReply(found.outcome.value, found))

    return router


def model_test_routes(deck: Deck) -> APIRouter:
    """Return the routes of backtests of many symbols and of the scoreboard.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["research"])

    @router.get("/research/backtests", responses=answers(ModelBacktestsReply, also=(404, 503)))
    async def backtests(request: Request) -> Response:
        """List the backtests of many symbols, newest first."""
        runs = (await deck.research.index()).runs
        rows = [backtest_line(run, summary) for run, summary in runs]
        return await json_reply(request, ModelBacktestsReply(rows))

    @router.get(
        "/research/backtests/{run_id}",
        responses=answers(ModelBacktestReply, TableReply, also=(404, 503), table=True),
    )
    async def backtest(
        request: Request, run_id: BacktestId, part: Part = None, form: FormParameter = "json"
    ) -> Response:
        """Give a backtest of many symbols: its figures, or its equity, trades or fills."""
        run, summary = (await deck.research.index()).run(run_id)
        report = await deck.research.report(run.id)
        if part is None and form == "json":
            return await json_reply(request, backtest_body(run, summary, report))
        name = (run.mode, run.id)
        return await part_reply(request, report, BACKTEST_PARTS, part or "equity", form, name=name)

    @router.get("/scoreboard", responses=answers(TableReply, also=(404, 503), table=True))
    async def scoreboard(request: Request, form: FormParameter = "json") -> Response:
        """List trainings and backtests as the reports folder has them, newest first."""
        board = (await deck.research.index()).scoreboard
        table = await asyncio.to_thread(scoreboard_table, board)
        if form == "json":
            return await json_reply(request, TableReply(rows_of(table)))
        name = file_name(deck.mode.value, "scoreboard")
        return await file_reply(request, table, form, name=name)

    return router
