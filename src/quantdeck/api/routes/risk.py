"""Studies of the risk of one instrument, and of portfolios."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from quantdeck.analytics.metrics import metric
from quantdeck.api.openapi import answers
from quantdeck.api.replies import TableReply
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
    AdjustmentParameter,
    Benchmark,
    Confidence,
    FormParameter,
    Interval,
    Lookback,
    Newest,
    RiskFree,
    Window,
    benchmark_of,
)
from quantdeck.api.study_parts import KeptBodies, part_reply, part_rows
from quantdeck.hub.studies import StudyQuestion
from quantdeck.hub.study_prices import PriceQuestion
from quantdeck.model.history import Adjustment
from quantdeck.views.study_rows.portfolio import PORTFOLIO_PARTS
from quantdeck.views.study_rows.risk import RISK_PARTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quantdeck.analytics.portfolio.study import PortfolioStudy
    from quantdeck.analytics.risk.figures import ReturnFigure
    from quantdeck.analytics.risk.study import RiskStudy
    from quantdeck.api.deck import Deck

DRAWDOWNS = 20
_ALSO = (404, 409, 502, 503)

RiskPart = Annotated[
    Literal[
        "figures", "tails", "exceedances", "drawdowns", "months", "histogram", "autocorrelation",
        "stationarity", "paths",
    ]
    | None,
    Query(description="One table of the study; files without it hold the figures."),
]  # fmt: skip
PortfolioPart = Annotated[
    Literal["assets", "figures", "correlation", "factors", "paths", "weights"] | None,
    Query(description="One table of the study; files without it hold the assets."),
]


class BackTestBody(msgspec.Struct, frozen=True):
    """How often losses were larger than forecast.

    Parameters
    ----------
    method : str
        ``historical`` or ``gaussian``.
    level : float
        Confidence of the forecasts.
    window : int
        Returns that a forecast knows.
    forecasts, exceedances : int
        How many.
    expected : float
        Exceedances of right forecasts.
    light : str
        Basel's green, yellow or red.
    kupiec, christoffersen : float or None
        p-values of the tests of coverage and of independence.
    """

    method: str
    level: float
    window: int
    forecasts: int
    exceedances: int
    expected: float
    light: str
    kupiec: float
    christoffersen: float | None


class RiskReply(msgspec.Struct, frozen=True):
    """The risk of an instrument. `part=paths` has wealth, falls and rolling figures bar by bar.

    Parameters
    ----------
    trust : TrustBody
        How far the figures can be trusted.
    prices : PricesBody
        The bars they are made of.
    benchmark : str
        Symbol it is held against; empty where it is none.
    benchmark_reason : str
        Why there are no figures against one.
    left_out : list of int
        Bars of the instrument and of the benchmark that the other lacks.
    rolling : int
        Returns in a window of the rolling figures.
    risk_free : float
        Riskless rate, effective annual.
    confidence : list of float
        Levels of the tail losses; the first is that of figures and back-test.
    figures : dict of str to MetricBody
        By name.
    tails : list of dict
        Value at risk and expected shortfall by method and level.
    back_test : BackTestBody or None
        Of the value at risk.
    back_test_reason : str
        Why there is none.
    drawdowns : list of dict
        The twenty deepest falls with their dates.
    months, histogram, autocorrelation, stationarity : list of dict
        Rows of the tables.
    """

    trust: TrustBody
    prices: PricesBody
    benchmark: str
    benchmark_reason: str
    left_out: list[int]
    rolling: int
    risk_free: float
    confidence: list[float]
    figures: dict[str, MetricBody]
    tails: Rows
    back_test: BackTestBody | None
    back_test_reason: str
    drawdowns: Rows
    months: Rows
    histogram: Rows
    autocorrelation: Rows
    stationarity: Rows


class PortfolioReply(msgspec.Struct, frozen=True):
    """A portfolio. `part=paths` has its wealth, `part=weights` its weights bar by bar.

    Parameters
    ----------
    trust : TrustBody
        How far the figures can be trusted.
    prices : list of PricesBody
        The bars of the assets, then of the factors.
    closes : int
        Closes that all have.
    left_out : list of int
        Bars of each that another lacks.
    rebalance : str
        When weights go back to their targets.
    risk_free : float
        Riskless rate, effective annual.
    total_return : float
        Of the portfolio; the contributions of the assets sum to it.
    figures : dict of str to MetricBody
        By name; against the first factor where there is one.
    assets : list of dict
        Weights, contributions to return and to risk, Kelly's fractions.
    correlation : list of dict
        Of every pair.
    factors : list of dict
        Exposures with errors of Newey and West.
    factors_reason, kelly_reason : str
        Why there are none.
    kelly : dict of str to float or None
        Of the portfolio as a whole: full, half, capped, cap, growth, error.
    """

    trust: TrustBody
    prices: list[PricesBody]
    closes: int
    left_out: list[int]
    rebalance: str
    risk_free: float
    total_return: float
    figures: dict[str, MetricBody]
    assets: Rows
    correlation: Rows
    factors: Rows
    factors_reason: str
    kelly: dict[str, float | None]
    kelly_reason: str


def risk_routes(deck: Deck) -> APIRouter:
    """Return the routes of risk and portfolios.

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

    @router.get("/risk/{symbol}", responses=answers(RiskReply, TableReply, also=_ALSO, table=True))
    async def risk(
        request: Request,
        of: Newest,
        window: Window = None,
        benchmark: Benchmark = None,
        confidence: Confidence = None,
        risk_free: RiskFree = None,
        part: RiskPart = None,
        form: FormParameter = "json",
    ) -> Response:
        """Study risk: tails and their back-test, falls, months, distribution, rolling figures."""
        levels = tuple(confidence) if confidence else None
        question = StudyQuestion(of, benchmark_of(benchmark), window, risk_free, levels)
        study = await deck.studies.risk(question)
        if part is None and form == "json":
            series = [study.series]
            if study.against is not None:
                series.append(study.against.benchmark)
            trust = trust_body(deck.mode, deck.studies.bars.state(series))
            return await kept.reply(request, study, trust, lambda: _risk_reply(study, trust))
        name = (deck.mode.value, "risk", study.series.symbol, study.series.interval)
        return await part_reply(request, study, RISK_PARTS, part or "figures", form, name=name)

    @router.get(
        "/risk/{symbol}/tearsheet",
        response_class=HTMLResponse,
        responses=answers(html=True, also=_ALSO),
    )
    async def tearsheet(
        of: Newest,
        benchmark: Benchmark = None,
        confidence: Confidence = None,
        risk_free: RiskFree = None,
    ) -> Response:
        """Give the tear sheet as one HTML file that needs nothing else, with its own script."""
        levels = tuple(confidence) if confidence else None
        question = StudyQuestion(of, benchmark_of(benchmark), None, risk_free, levels)
        sheet = await deck.studies.tear_sheet(question)
        return HTMLResponse(
            sheet.html,
            headers={
                "Content-Security-Policy": sheet.policy,
                "Content-Disposition": f'inline; filename="{sheet.name}"',
                "Cache-Control": "private, no-cache",
            },
        )

    @router.get("/portfolio", responses=answers(PortfolioReply, TableReply, also=_ALSO, table=True))
    async def portfolio(
        request: Request,
        weights: Annotated[
            str,
            Query(
                min_length=1,
                max_length=2_000,
                description="Assets and weights, such as US:SPY=0.6,US:TLT=0.4; names alone are "
                "held in equal weights.",
            ),
        ],
        factors: Annotated[
            str,
            Query(
                max_length=500,
                description="Symbols, between commas, that returns are explained by beside the "
                "benchmark.",
            ),
        ] = "",
        rebalance: Annotated[
            Literal["never", "every", "day", "week", "month", "quarter", "year"],
            Query(description="When weights go back to their targets."),
        ] = "month",
        interval: Interval = "1d",
        lookback: Lookback = None,
        adjustment: AdjustmentParameter = Adjustment.TOTAL,
        benchmark: Benchmark = None,
        confidence: Confidence = None,
        risk_free: RiskFree = None,
        part: PortfolioPart = None,
        form: FormParameter = "json",
    ) -> Response:
        """Study a portfolio: path, attribution, correlation, factors, Kelly, shares of risk."""
        of = PriceQuestion("", interval, lookback, adjustment=adjustment)
        levels = tuple(confidence) if confidence else None
        question = StudyQuestion(of, benchmark_of(benchmark), None, risk_free, levels)
        study = await deck.studies.portfolio(
            weights, factors=factors, question=question, rebalance=rebalance
        )
        if part is None and form == "json":
            every = [*study.assets, *study.factors]
            trust = trust_body(deck.mode, deck.studies.bars.state(every))
            return await kept.reply(request, study, trust, lambda: _portfolio_reply(study, trust))
        name = (deck.mode.value, "portfolio", interval)
        return await part_reply(request, study, PORTFOLIO_PARTS, part or "assets", form, name=name)

    return router


def _figures(figures: Iterable[ReturnFigure]) -> dict[str, MetricBody]:
    return {each.name: metric_body(metric(each.name), each.value, each.reason) for each in figures}


def _risk_reply(study: RiskStudy, trust: TrustBody) -> RiskReply:
    against, tables = study.against, RISK_PARTS
    return RiskReply(
        trust=trust,
        prices=prices_body(study.series),
        benchmark="" if against is None else against.benchmark.symbol,
        benchmark_reason=study.against_reason,
        left_out=[] if against is None else list(against.left_out),
        rolling=study.rules.rolling,
        risk_free=study.rules.annual_rate,
        confidence=list(study.rules.levels),
        figures=_figures((*study.figures, *study.volatilities)),
        tails=part_rows(tables["tails"](study)),
        back_test=_back_test(study),
        back_test_reason=study.back_test_reason,
        drawdowns=part_rows(tables["drawdowns"](study), DRAWDOWNS),
        months=part_rows(tables["months"](study)),
        histogram=part_rows(tables["histogram"](study)),
        autocorrelation=part_rows(tables["autocorrelation"](study)),
        stationarity=part_rows(tables["stationarity"](study)),
    )


def _back_test(study: RiskStudy) -> BackTestBody | None:
    found = study.back_test
    if found is None:
        return None
    test = found.test
    return BackTestBody(
        method=found.method,
        level=test.level,
        window=found.window,
        forecasts=test.n,
        exceedances=test.count,
        expected=test.expected,
        light=test.light.value,
        kupiec=test.coverage.pvalue,
        christoffersen=None if test.independence is None else test.independence.pvalue,
    )


def _portfolio_reply(study: PortfolioStudy, trust: TrustBody) -> PortfolioReply:
    every, kelly = [*study.assets, *study.factors], study.kelly
    names = ("full", "half", "capped", "cap", "growth", "error")
    return PortfolioReply(
        trust=trust,
        prices=[prices_body(each) for each in every],
        closes=len(study.ts_ns),
        left_out=list(study.left_out),
        rebalance=study.rules.rebalance,
        risk_free=study.rules.annual_rate,
        total_return=float(study.attribution.total),
        figures=_figures(study.figures),
        assets=part_rows(PORTFOLIO_PARTS["assets"](study)),
        correlation=part_rows(PORTFOLIO_PARTS["correlation"](study)),
        factors=part_rows(PORTFOLIO_PARTS["factors"](study)),
        factors_reason=study.exposure_reason,
        kelly={} if kelly is None else {name: float(getattr(kelly, name)) for name in names},
        kelly_reason=study.kelly_reason,
    )
