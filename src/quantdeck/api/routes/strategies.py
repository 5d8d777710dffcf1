"""Option strategies: the list, one on the live chain, one of one's own, and the report."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import HTMLResponse
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.analytics.strategies.builder import BuilderChoice, build_strategy
from quantdeck.analytics.strategies.catalogue import STRUCTURES
from quantdeck.analytics.strategies.chain_legs import PaidPrice, Placement
from quantdeck.analytics.strategies.study import study_strategy
from quantdeck.api.openapi import answers
from quantdeck.api.parameters import iso
from quantdeck.api.replies import json_reply
from quantdeck.api.strategy_bodies import (
    EvaluateRequest,
    StrategyReply,
    StructuresReply,
    built_body,
    structure_body,
    study_body,
)
from quantdeck.hub.strategy_reports import strategy_report
from quantdeck.views.options_page import MONTH
from quantdeck.views.payloads import Mode
from quantdeck.views.strategy_page import NEXT, read_strikes

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck

_ALSO = (404, 502, 503)

_Underlying = Annotated[
    str,
    Path(
        description="Symbol such as US:SPX, or SPX.",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9:._-]{0,63}$",
    ),
]
_Expiry = Annotated[
    str,
    Query(
        max_length=40,
        description="Root and date, such as SPXW 2026-12-18; 30 days, or none, for the nearest to a month.",
    ),
]
_Far = Annotated[
    str,
    Query(
        max_length=40,
        description="Of calendars and diagonals; next, or none, for the first far enough.",
    ),
]
_Moves = Annotated[float, Query(gt=0.0, le=20.0, description="In expected moves.")]
_Shift = Annotated[float, Query(ge=-20.0, le=20.0, description="In expected moves.")]


def placed_choice(
    expiry: _Expiry = "",
    far: _Far = "",
    distance: _Moves = 1.0,
    width: _Moves = 0.5,
    middle: _Shift = 0.0,
    paid: Annotated[PaidPrice, Query(description="Price of the legs.")] = PaidPrice.MID,
) -> BuilderChoice:
    """Return the expiry, placement and prices that a request asks for."""
    return BuilderChoice(
        expiry="" if expiry == MONTH else expiry,
        far="" if far == NEXT else far,
        paid=paid,
        placement=Placement(distance=distance, width=width, shift=middle),
    )


_Placed = Annotated[BuilderChoice, Depends(placed_choice)]


def strategy_routes(deck: Deck) -> APIRouter:
    """Return the routes of option strategies.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["analytics"])

    @router.get("/strategies", responses=answers(StructuresReply))
    async def listed(request: Request) -> Response:
        """List the named strategies: what they gain from, and their legs."""
        bodies = [structure_body(found) for found in STRUCTURES.values()]
        return await json_reply(request, StructuresReply(bodies))

    @router.post("/strategies/evaluate", responses=answers(StrategyReply, also=(413, 415)))
    async def evaluate(request: Request, body: EvaluateRequest) -> Response:
        """Judge a strategy of one's own under a lognormal price: limits, odds, greeks, margin."""
        study = await asyncio.to_thread(study_strategy, body.strategy(), body.market())
        return await json_reply(request, study_body(study, deck.mode))

    @router.get("/strategies/{underlying}", responses=answers(StrategyReply, also=_ALSO))
    async def built(
        request: Request,
        underlying: _Underlying,
        placed: _Placed,
        strategy: Annotated[
            str, Query(min_length=1, max_length=60, description="Key or name of a strategy.")
        ] = "iron-condor",
        strikes: Annotated[
            str,
            Query(max_length=120, description="Listed ones, ascending, such as 5900,6100."),
        ] = "",
    ) -> Response:
        """Build a named strategy on the newest chain: legs with quotes, limits, odds, margin."""
        chains = await deck.studies.options(underlying)
        choice = BuilderChoice(
            structure=strategy,
            expiry=placed.expiry,
            far=placed.far,
            paid=placed.paid,
            placement=placed.placement,
            strikes=read_strikes(strikes),
        )
        found = await asyncio.to_thread(build_strategy, chains, choice)
        return await json_reply(request, built_body(found, deck.mode, iso(chains.at_ns)))

    @router.get(
        "/strategies/{underlying}/report",
        response_class=HTMLResponse,
        responses=answers(html=True, also=_ALSO),
    )
    async def report(underlying: _Underlying, placed: _Placed) -> Response:
        """Give all named strategies at one expiry as one HTML file that needs nothing else."""
        chains = await deck.studies.options(underlying)
        made = await asyncio.to_thread(
            strategy_report,
            chains,
            placed,
            source=deck.mode.value,
            is_simulated=deck.mode is Mode.DEMO,
            version=deck.version,
            made_ns=deck.clock.now_ns(),
        )
        return HTMLResponse(
            made.html,
            headers={
                "Content-Security-Policy": made.policy,
                "Content-Disposition": f'inline; filename="{made.name}"',
                "Cache-Control": "private, no-cache",
            },
        )

    return router
