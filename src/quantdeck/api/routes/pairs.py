"""The study of a pair, typed, for programs; the page asks for panels instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.openapi import answers
from quantdeck.api.parameters import Format, SymbolParameter
from quantdeck.api.replies import file_name, file_reply, json_reply
from quantdeck.views.pair_rows import pair_table
from quantdeck.views.payloads import FloatArray, IntArray
from quantdeck.views.tables import with_time

if TYPE_CHECKING:
    from quantdeck.analytics.pairs import PairStudy, ReversionCheck
    from quantdeck.api.deck import Deck


class HedgeReply(msgspec.Struct, frozen=True):
    """The line y = intercept + hedge_ratio * x, fitted over the whole lookback.

    Parameters
    ----------
    hedge_ratio, intercept : float
        Of log prices where the study is.
    stderr : float
        Standard error of the hedge ratio.
    r_squared : float
        Share of the variance explained.
    residual_std : float
        Standard deviation of what is left.
    n : int
        Rows used.
    """

    hedge_ratio: float
    intercept: float
    stderr: float | None
    r_squared: float | None
    residual_std: float | None
    n: int


class HedgePathReply(msgspec.Struct, frozen=True):
    """The hedge ratio of the estimator at every row; null where it had none.

    Parameters
    ----------
    hedge_ratio, intercept : array of float or None
        ``ols``, ``huber``, ``theil-sen`` and ``tls`` fit one line to all rows, repeated; ``kalman`` and
        ``rolling`` tell the line as it was known at the row.
    low, high : array of float or None
        95 % interval of the hedge ratio, for independent residuals.
    n : int
        Rows used.
    """

    hedge_ratio: FloatArray
    intercept: FloatArray
    low: FloatArray
    high: FloatArray
    n: int


class HurstReply(msgspec.Struct, frozen=True):
    """Hurst exponent of the spread, 0.5 for a random walk, with its standard error for one."""

    exponent: float
    stderr: float
    max_lag: int
    n: int


class HorizonReply(msgspec.Struct, frozen=True):
    """What had happened a number of rows after the events.

    Parameters
    ----------
    rows : int
        Rows after an event.
    hits : int
        Events after which the spread had met its mean.
    rate, low, high : float
        hits / events, and Wilson's 95 % interval.
    expected : float
        Rate of a random walk.
    change, change_stderr : float or None
        Mean change towards the mean and its standard error, in deviations at the event.
    """

    rows: int
    hits: int
    rate: float
    low: float
    high: float
    expected: float
    change: float
    change_stderr: float | None


class ReversionReply(msgspec.Struct, frozen=True):
    """What followed each time the z-score was beyond the threshold, by what was known then.

    Parameters
    ----------
    threshold : float
        Absolute z-score.
    events : array of int
        Times of the events, ms UTC; none begins before the last one's longest horizon is over.
    unfinished : int
        Newest events that are not over, and not counted.
    horizons : list of HorizonReply
        By rows after the event.
    """

    threshold: float
    events: IntArray
    unfinished: int
    horizons: list[HorizonReply]


class TestReply(msgspec.Struct, frozen=True):
    """A unit-root or cointegration test: p-value from MacKinnon's response surface."""

    __test__ = False

    statistic: float | None
    pvalue: float | None
    lag: int
    n: int
    critical: dict[str, float]


class PairReply(msgspec.Struct, frozen=True):
    """Everything about a pair; what could not be answered is null, with the reason in `reasons`.

    Parameters
    ----------
    x : array of int
        Time of each row, ms UTC; the three series are as long.
    estimator : str
        Whose spread it is.
    hedge : HedgeReply or None
        The least-squares line, whichever the estimator.
    path : HedgePathReply or None
        The estimator's own hedge ratio.
    spread, zscore, correlation : array of float or None
        Distance from the estimator's line, its score in the rolling window, correlation of returns
        there.
    adf : TestReply or None
        Of the least-squares spread. Its p-value is too small since the line was fitted:
        `engle_granger` judges, by that line too.
    engle_granger, engle_granger_reverse : TestReply or None
        Cointegration of y on x, and of x on y.
    half_life_rows : float or None
        Of the spread, in rows.
    hurst : HurstReply or None
        Of the spread.
    reversion : ReversionReply or None
        Of the least-squares line of the rows so far, whichever the estimator.
    summary : dict or None
        Statistics of the spread.
    reasons : dict of str to str
        Field to why it is not there.
    """

    x: IntArray
    rows: int
    used: int
    window: int
    log: bool
    estimator: str
    hedge: HedgeReply | None
    path: HedgePathReply | None
    spread: FloatArray | None
    zscore: FloatArray | None
    correlation: FloatArray | None
    last_zscore: float | None
    last_correlation: float | None
    adf: TestReply | None
    engle_granger: TestReply | None
    engle_granger_reverse: TestReply | None
    half_life_rows: float | None
    hurst: HurstReply | None
    reversion: ReversionReply | None
    summary: dict[str, float | int | None] | None
    reasons: dict[str, str]


def pair_routes(deck: Deck) -> APIRouter:
    """Return the route of the pair study.

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

    @router.get("/pairs", responses=answers(PairReply, also=(404, 503), table=True))
    async def pairs(
        request: Request,
        y: SymbolParameter,
        x: SymbolParameter,
        timeframe: Annotated[
            Literal["tick", "1s", "1m", "5m"] | None, Query(description="Distance of rows.")
        ] = None,
        window: Annotated[int | None, Query(ge=3, le=100_000, description="Rolling rows.")] = None,
        lookback: Annotated[int | None, Query(ge=3, le=100_000, description="All rows.")] = None,
        prices: Annotated[
            Literal["log", "levels"] | None, Query(description="Study log prices, or levels.")
        ] = None,
        estimator: Annotated[
            Literal["ols", "huber", "theil-sen", "tls", "kalman", "rolling"] | None,
            Query(description="Of the hedge ratio that the spread is of."),
        ] = None,
        form: Annotated[
            Format,
            Query(
                alias="format",
                description="json: everything; csv, parquet, arrow: the rows, as a file.",
            ),
        ] = "json",
    ) -> Response:
        """Study a pair: hedge ratio, spread, z-score, correlation, tests of cointegration."""
        given = {
            "y": y, "x": x, "timeframe": timeframe, "window": window, "lookback": lookback,
            "prices": prices, "estimator": estimator,
        }  # fmt: skip
        params = {name: str(value) for name, value in given.items() if value is not None}
        times, study = await deck.pair_study(params)
        if form == "json":
            return await json_reply(request, pair_reply(times, study))
        table = pair_table(times, study)
        name = file_name(deck.mode, "pair", *params.values())
        spelled = with_time(table, "ts")
        return await file_reply(request, table, form, name=name, spelled=spelled)

    return router


def pair_reply(times: IntArray, study: PairStudy) -> PairReply:
    """Return a study as it is sent.

    Parameters
    ----------
    times : array of shape (rows,)
        ms UTC.
    study : PairStudy
        The answers.

    Returns
    -------
    PairReply
        The same figures.
    """
    return PairReply(
        x=times,
        rows=study.rows,
        used=study.used,
        window=study.window,
        log=study.log,
        estimator=study.estimator,
        hedge=_copy(study.hedge, HedgeReply),
        path=_copy(study.path, HedgePathReply),
        spread=study.spread,
        zscore=study.zscore,
        correlation=study.correlation,
        last_zscore=study.last_zscore,
        last_correlation=study.last_correlation,
        adf=_copy(study.adf, TestReply),
        engle_granger=_copy(study.engle_granger, TestReply),
        engle_granger_reverse=_copy(study.engle_granger_reverse, TestReply),
        half_life_rows=None if study.half_life is None else study.half_life.rows,
        hurst=_copy(study.hurst, HurstReply),
        reversion=_reversion(times, study.reversion),
        summary=None if study.summary is None else msgspec.to_builtins(study.summary),
        reasons=study.reasons,
    )


def _reversion(times: IntArray, check: ReversionCheck | None) -> ReversionReply | None:
    if check is None:
        return None
    return ReversionReply(
        threshold=check.threshold,
        events=times[check.events],
        unfinished=check.unfinished,
        horizons=[_copy(at, HorizonReply) for at in check.horizons],
    )


def _copy(result: Any, kind: type[Any]) -> Any:
    if result is None:
        return None
    return kind(**{name: getattr(result, name) for name in kind.__struct_fields__})
