"""Metrics of one instrument, and the bars behind them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.analytics.readings import ReadingRules
from quantdeck.api.openapi import answers
from quantdeck.api.replies import file_name, file_reply, json_reply
from quantdeck.api.study_bodies import (
    MetricBody,
    PricesBody,
    Rows,
    TrustBody,
    metric_body,
    prices_body,
    trust_body,
)
from quantdeck.api.study_parameters import (
    Benchmark,
    Confidence,
    FormParameter,
    Prices,
    RiskFree,
    Window,
    benchmark_of,
)
from quantdeck.api.study_parts import KeptBodies
from quantdeck.hub.studies import MetricsQuestion
from quantdeck.model.errors import BadInput
from quantdeck.views.study_rows.metrics import history_table, metric_table
from quantdeck.views.tables import rows_of, with_time

if TYPE_CHECKING:
    from quantdeck.analytics.readings import MetricReport
    from quantdeck.api.deck import Deck

MOST_JSON_ROWS = 10_000
DEFAULT_BARS = 500
_ALSO = (404, 409, 502, 503)


class MetricsReply(msgspec.Struct, frozen=True):
    """Every metric of an instrument.

    Parameters
    ----------
    trust : TrustBody
        How far the figures can be trusted.
    prices : PricesBody
        The bars they are made of.
    benchmark : str
        Symbol it is held against; empty where it is none.
    common, left_out : int
        Returns of both over the bars that both have, and bars that the benchmark lacks.
    window : int
        Bars of rolling figures.
    risk_free : float
        Riskless rate, effective annual.
    confidence : list of float
        Levels of the tail losses; those after the first have names such as ``value_at_risk.99``.
    metrics : dict of str to MetricBody
        By name, and part where a metric has several figures: ``macd.signal``.
    """

    trust: TrustBody
    prices: PricesBody
    benchmark: str
    common: int
    left_out: int
    window: int
    risk_free: float
    confidence: list[float]
    metrics: dict[str, MetricBody]


class HistoryReply(msgspec.Struct, frozen=True):
    """Bars that have ended, oldest first.

    Parameters
    ----------
    trust : TrustBody
        How far they can be trusted.
    prices : PricesBody
        What they are.
    rows : list of dict
        ``time, start_ns, open, high, low, close, volume, raw_close``; the last is as traded.
    """

    trust: TrustBody
    prices: PricesBody
    rows: Rows


def metric_routes(deck: Deck) -> APIRouter:
    """Return the routes of metrics and bars of years.

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

    @router.get("/metrics/{symbol}", responses=answers(MetricsReply, also=_ALSO, table=True))
    async def metrics(
        request: Request,
        of: Prices,
        window: Window = None,
        benchmark: Benchmark = None,
        confidence: Confidence = None,
        risk_free: RiskFree = None,
        form: FormParameter = "json",
    ) -> Response:
        """Read every metric: returns, risk, benchmark, volatility, stationarity, indicators."""
        rules = deck.studies.rules(window=window, annual_rate=risk_free, levels=confidence)
        question = MetricsQuestion(of, benchmark_of(benchmark), rules)
        report = await deck.studies.metrics(question)
        if form == "json":
            trust = trust_body(deck.mode, deck.studies.bars.state([report.series]))
            return await kept.reply(request, report, trust, lambda: _metrics_reply(report, trust))
        name = file_name(deck.mode, "metrics", report.series.symbol, report.series.interval)
        return await file_reply(request, metric_table(report), form, name=name)

    @router.get("/history/{symbol}", responses=answers(HistoryReply, also=_ALSO, table=True))
    async def history(request: Request, of: Prices, form: FormParameter = "json") -> Response:
        """Read bars of years, adjusted as asked: the newest, or those of a span."""
        asked = of
        if of.bars is None and of.start_ns is None and of.end_ns is None:
            asked = replace(of, bars=DEFAULT_BARS)
        series = await deck.studies.bars.history(asked)
        if form != "json":
            table = history_table(series)
            name = file_name(deck.mode, "history", series.symbol, series.interval)
            spelled = with_time(table, "start_ns")
            return await file_reply(request, table, form, name=name, spelled=spelled)
        if len(series) > MOST_JSON_ROWS:
            raise BadInput(
                f"{len(series)} bars are too many as JSON, which takes {MOST_JSON_ROWS}; ask for "
                "fewer by lookback, start and end, or for format=csv, parquet or arrow"
            )
        trust = trust_body(deck.mode, deck.studies.bars.state([series]))
        rows = await asyncio.to_thread(rows_of, with_time(history_table(series), "start_ns"))
        return await json_reply(request, HistoryReply(trust, prices_body(series), rows))

    return router


def _metrics_reply(report: MetricReport, trust: TrustBody) -> MetricsReply:
    rules: ReadingRules = report.rules
    return MetricsReply(
        trust=trust,
        prices=prices_body(report.series),
        benchmark=report.benchmark,
        common=report.common,
        left_out=report.left_out,
        window=rules.window,
        risk_free=rules.annual_rate,
        confidence=list(rules.levels),
        metrics={
            each.id: metric_body(
                each.metric,
                each.value,
                each.reason,
                title=each.title,
                text=each.text,
                parameters=dict(each.parameters),
            )
            for each in report.readings
        },
    )
