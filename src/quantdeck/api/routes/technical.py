"""Technical studies of one instrument, and the newest signals of many."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.openapi import answers
from quantdeck.api.parameters import MomentParameter, moment_ns
from quantdeck.api.replies import TableReply, file_name, file_reply
from quantdeck.api.study_bodies import PricesBody, Rows, TrustBody, prices_body, trust_body
from quantdeck.api.study_parameters import FormParameter, Interval, Newest
from quantdeck.api.study_parts import KeptBodies, part_reply, part_rows
from quantdeck.views.study_rows.technical import TECHNICAL_PARTS, signal_table

if TYPE_CHECKING:
    import pyarrow as pa

    from quantdeck.analytics.technical_study import TechnicalStudy
    from quantdeck.api.deck import Deck

SIGNALS = 50
_ALSO = (404, 409, 502, 503)

_Name = Annotated[str, Field(max_length=40, pattern=r"^[a-z_]+$")]
_Symbol = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9:._-]*$")]
Indicators = Annotated[
    list[_Name] | None,
    Query(max_length=30, description="Indicator such as rsi; may be repeated; all if absent."),
]
TechnicalPart = Annotated[
    Literal["readings", "series", "levels", "pivots", "signals", "volatility"] | None,
    Query(description="One table of the study; files without it hold the series."),
]


class TechnicalReply(msgspec.Struct, frozen=True):
    """What indicators, levels and signals say now. `part=series` has the indicators bar by bar.

    Parameters
    ----------
    trust : TrustBody
        How far the figures can be trusted.
    prices : PricesBody
        The bars they are made of.
    readings : list of dict
        Every line of every indicator at the newest bar: ``id``, ``value`` and whether it is
        ``settled``, that is free of where the data begin.
    levels : list of dict
        Support and resistance, most touches first.
    pivots : dict of str to float
        Of the session; empty where the one before is not known.
    signals : list of dict
        The newest fifty; nothing may act on one before its time ``known``.
    regime : str
        Of the volatility: ``calm``, ``normal``, ``turbulent``; empty where it is not known.
    unanswered : dict of str to str
        What the bars do not suffice for, and why.
    """

    trust: TrustBody
    prices: PricesBody
    readings: Rows
    levels: Rows
    pivots: dict[str, float]
    signals: Rows
    regime: str
    unanswered: dict[str, str]


class SignalsReply(msgspec.Struct, frozen=True):
    """The newest signals of many instruments, newest confirmation first.

    Parameters
    ----------
    trust : TrustBody
        How far they can be trusted.
    interval : str
        Length of a bar.
    symbols : list of str
        Those that were looked at.
    signals : list of dict
        ``symbol, known, bar, rule, event, direction, settled, price, last, change, age_bars, values``.
    unanswered : dict of str to str
        Symbols that could not be looked at, and why.
    """

    trust: TrustBody
    interval: str
    symbols: list[str]
    signals: Rows
    unanswered: dict[str, str]


def technical_routes(deck: Deck) -> APIRouter:
    """Return the routes of technical studies and signals.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix, or at the root of the service.
    """
    router = APIRouter(tags=["analytics"])
    kept = KeptBodies()

    @router.get(
        "/technical/{symbol}", responses=answers(TechnicalReply, TableReply, also=_ALSO, table=True)
    )
    async def technical(
        request: Request,
        of: Newest,
        indicator: Indicators = None,
        part: TechnicalPart = None,
        form: FormParameter = "json",
    ) -> Response:
        """Study bars: indicators, support and resistance, pivots, signals, volatility regime."""
        study = await deck.studies.technical(deck.studies.bars.bounded(of), indicator or ())
        if part is None and form == "json":
            trust = trust_body(deck.mode, deck.studies.bars.state([study.series]))
            return await kept.reply(request, study, trust, lambda: _technical_reply(study, trust))
        name = (deck.mode.value, "technical", study.series.symbol, study.series.interval)
        return await part_reply(request, study, TECHNICAL_PARTS, part or "series", form, name=name)

    @router.get("/signals", responses=answers(SignalsReply, also=_ALSO, table=True))
    async def signals(
        request: Request,
        interval: Interval = "1d",
        symbol: Annotated[
            list[_Symbol] | None,
            Query(max_length=100, description="May be repeated; all with such bars if absent."),
        ] = None,
        rule: Annotated[
            list[_Name] | None,
            Query(max_length=20, description="Such as ema_cross; may be repeated; all if absent."),
        ] = None,
        since: MomentParameter = None,
        limit: Annotated[int, Query(ge=1, le=500, description="Most signals.")] = 100,
        form: FormParameter = "json",
    ) -> Response:
        """List the newest signals: crossings, breakouts, regime changes, each with when it was known."""
        since_ns = moment_ns(since, "since")
        board = await deck.studies.signals(interval, symbols=symbol or (), rules=rule or ())

        def table() -> pa.Table:
            found = (row for row in board.rows if (row.signal.confirmed_ns or 0) >= (since_ns or 0))
            return signal_table(list(islice(found, limit)))

        if form != "json":
            name = file_name(deck.mode, "signals", interval)
            return await file_reply(request, table(), form, name=name)
        trust = trust_body(deck.mode, deck.studies.bars.state(board.series))

        def make() -> SignalsReply:
            return SignalsReply(
                trust=trust,
                interval=interval,
                symbols=[each.symbol for each in board.series],
                signals=part_rows(table()),
                unanswered=dict(board.unanswered),
            )

        return await kept.reply(request, board, (trust, since_ns, limit), make)

    return router


def _technical_reply(study: TechnicalStudy, trust: TrustBody) -> TechnicalReply:
    pivots = part_rows(TECHNICAL_PARTS["pivots"](study))
    current = None if study.regimes is None else study.regimes.current
    return TechnicalReply(
        trust=trust,
        prices=prices_body(study.series),
        readings=part_rows(TECHNICAL_PARTS["readings"](study)),
        levels=part_rows(TECHNICAL_PARTS["levels"](study)),
        pivots={str(row["id"]): float(row["price"] or 0.0) for row in pivots},
        signals=part_rows(TECHNICAL_PARTS["signals"](study), SIGNALS),
        regime="" if current is None else current.name.lower(),
        unanswered=dict(study.unanswered),
    )
