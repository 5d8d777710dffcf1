"""From a question and two series of bars to the report that answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.spread import Spread, one_by_one
from quantdeck.research.pairs.backtest import backtest
from quantdeck.research.pairs.figures import backtest_figures
from quantdeck.research.pairs.prices import PairPrices
from quantdeck.research.pairs.reports import (
    BacktestReport,
    FoldLine,
    PairBars,
    SweepReport,
    WalkReport,
)
from quantdeck.research.pairs.sweep import sweep_pair
from quantdeck.research.pairs.verdict import sweep_verdict
from quantdeck.research.pairs.walk_forward import WalkPlan, walk_forward
from quantdeck.trading.costs import BP, funding_rates

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.analytics.resample import Bars
    from quantdeck.analytics.types import IntArray
    from quantdeck.research.pairs.question import RunQuestion
    from quantdeck.research.pairs.reports import Report
    from quantdeck.research.pairs.sweep import Sweep
    from quantdeck.research.pairs.walk_forward import Fold, WalkForward

FUNDING_NS = 8 * 3600 * 1_000_000_000
"""Between two payments of funding. [ns]"""

_LEAST_ROWS = 50
# A ratio made of fewer is a matter of a trade or two.
_LEAST_TRADES = 5
_NS_PER_MS = 1_000_000


def run_question(  # noqa: PLR0913 - who works and who is told are no part of the question
    question: RunQuestion,
    y: Bars,
    x: Bars,
    *,
    step_s: float,
    per_year: float,
    on_progress: Callable[[float], None] | None = None,
    spread: Spread = one_by_one,
) -> Report:
    """Return the answer to a question.

    Parameters
    ----------
    question : RunQuestion
        What is asked.
    y, x : Bars
        Closed bars, oldest first; the newest `question.lookback` starts that both have are used.
    step_s : float
        Length of a bar. [s]
    per_year : float
        Bars a year, for annual figures.
    on_progress : callable, optional
        Told the share that is done, in [0, 1]; what it raises ends the work.
    spread : Spread
        Who tries the sets of a sweep and the folds of a walk; the report is the same.

    Returns
    -------
    Report
        Of the kind that is asked for.

    Raises
    ------
    BadInput
        If a rule or a list cannot be.
    NoData
        If there are too few bars for the windows, or nothing is traded by a sweep.

    Examples
    --------
    >>> from quantdeck.analytics.resample import Bars
    >>> from quantdeck.research.pairs.question import RunQuestion
    >>> def bars(price):
    ...     starts = np.arange(len(price)) * 60_000_000_000
    ...     return Bars(starts, price, price, price, price, price, np.ones(len(price), np.int64))
    >>> y = bars(100.0 + 2.0 * np.sin(np.arange(500) / 8.0))
    >>> asked = RunQuestion(hedge_ratio=1.0, window=50, entry=1.2, exit=0.0, lookback=400)
    >>> report = run_question(asked, y, bars(np.full(500, 100.0)), step_s=60.0, per_year=525_600.0)
    >>> len(report.x), report.figures.trades.count
    (400, 13)
    """
    common, at_y, at_x = np.intersect1d(
        y.start_ns, x.start_ns, assume_unique=True, return_indices=True
    )
    kept = slice(max(0, len(common) - question.lookback), None)
    if len(common[kept]) < _LEAST_ROWS:
        raise NoData(
            f"{question.y} and {question.x} have {len(common):,} closed bars of {question.timeframe} "
            f"in common; {_LEAST_ROWS} are the fewest. Capture longer, or take a shorter timeframe"
        )
    legs = _leg(y, at_y[kept]), _leg(x, at_x[kept])
    prices = _prices(question, common[kept], *legs)
    match question.kind:
        case "backtest":
            return _backtest(question, prices, legs, step_s, per_year)
        case "sweep":
            sweep = sweep_pair(
                prices, question.rules(), question.grid(), on_progress=on_progress, spread=spread
            )
            return _sweep(question, prices, sweep, step_s, per_year)
        case "walk-forward":
            plan = WalkPlan(train_rows=question.train, test_rows=question.test)
            walked = walk_forward(
                prices,
                question.rules(),
                question.grid(),
                plan,
                on_progress=on_progress,
                spread=spread,
            )
            return _walk(question, prices, walked, step_s, per_year)
        case _:
            raise BadInput(f"kind {question.kind!r} is not known")


def _leg(bars: Bars, rows: IntArray) -> PairBars:
    return PairBars(
        open=bars.open[rows],
        high=bars.high[rows],
        low=bars.low[rows],
        close=bars.close[rows],
        volume=bars.volume[rows],
        trades=bars.trades[rows],
    )


def _prices(question: RunQuestion, starts: IntArray, y: PairBars, x: PairBars) -> PairPrices:
    rates = None
    if question.funding_bp:
        rates = funding_rates(starts, rate=question.funding_bp * BP, interval_ns=FUNDING_NS)
    return PairPrices(starts, y.close, x.close, y.open, x.open, rates, rates)


def _backtest(
    question: RunQuestion,
    prices: PairPrices,
    legs: tuple[PairBars, PairBars],
    step_s: float,
    per_year: float,
) -> BacktestReport:
    result = backtest(prices, question.rules())
    return BacktestReport(
        question=question,
        x=prices.ts_ns // _NS_PER_MS,
        step_s=step_s,
        y_bars=legs[0],
        x_bars=legs[1],
        zscore=result.zscore,
        position=result.position,
        equity=result.equity,
        gross=result.gross_equity,
        trades=list(result.trades),
        figures=backtest_figures(result, per_year=per_year),
    )


def _sweep(
    question: RunQuestion,
    prices: PairPrices,
    sweep: Sweep,
    step_s: float,
    per_year: float,
) -> SweepReport:
    rules = question.rules()
    few = sweep.best_with(_LEAST_TRADES)
    best = sweep.best if few is None else few
    figures = backtest_figures(
        backtest(prices, sweep.combinations[best].applied(rules)), per_year=per_year
    )
    ratio = figures.sheet.sharpe
    if ratio is None:
        raise NoData(
            "the best set lost all of its capital, so that it has no ratio to be judged by; "
            "trade less, or narrow the sweep"
        )
    scale = figures.sheet.ratio_periods
    return SweepReport(
        question=question,
        rows=len(prices),
        first_ms=int(prices.ts_ns[0]) // _NS_PER_MS,
        last_ms=int(prices.ts_ns[-1]) // _NS_PER_MS,
        step_s=step_s,
        ratio_periods=scale,
        combinations=list(sweep.combinations),
        sharpe=sweep.sharpe * scale**0.5,
        net=sweep.net,
        max_drawdown=sweep.max_drawdown,
        turnover=sweep.turnover,
        trades=sweep.trades,
        best=best,
        figures=figures,
        verdict=sweep_verdict(sweep, ratio, min_trades=1 if few is None else _LEAST_TRADES),
    )


def _walk(
    question: RunQuestion,
    prices: PairPrices,
    walked: WalkForward,
    step_s: float,
    per_year: float,
) -> WalkReport:
    figures = backtest_figures(walked.result, per_year=per_year)
    scale = figures.sheet.ratio_periods
    return WalkReport(
        question=question,
        x=prices.ts_ns // _NS_PER_MS,
        step_s=step_s,
        start=walked.result.start,
        equity=walked.result.equity,
        gross=walked.result.gross_equity,
        folds=[_fold(fold, prices.ts_ns // _NS_PER_MS, scale) for fold in walked.folds],
        figures=figures,
        efficiency=walked.efficiency,
        trades=list(walked.result.trades),
    )


def _fold(fold: Fold, times: IntArray, scale: float) -> FoldLine:
    def told(ratio: float | None) -> float | None:
        return None if ratio is None else ratio * scale**0.5

    return FoldLine(
        train_ms=int(times[fold.train_start]),
        test_ms=int(times[fold.test_start]),
        end_ms=int(times[fold.test_end - 1]),
        chosen=fold.chosen,
        train_sharpe=told(fold.train_sharpe),
        test_sharpe=told(fold.test_sharpe),
        train_trades=fold.train_trades,
        test_trades=fold.test_trades,
        net=fold.net,
    )
