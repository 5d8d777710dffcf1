"""Kept runs as tables for files and programs, and all of their figures by name."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from quantdeck.model.errors import BadInput
from quantdeck.research.pairs.reports import BacktestReport, SweepReport, WalkReport
from quantdeck.views.backtest_files import trades_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.research.pairs.figures import BacktestFigures
    from quantdeck.research.pairs.overfit import OverfittingTest
    from quantdeck.research.pairs.reports import Report

    Made = dict[str, Callable[[], pa.Table]]

_TIME = pa.timestamp("ms", "UTC")

PARTS = ("trades", "equity", "sets", "folds")
"""Parts that a run can have."""


def report_table(report: Report, part: str | None = None) -> tuple[str, pa.Table]:
    """Return a part of a run as a table.

    Parameters
    ----------
    report : Report
        The run.
    part : str or None
        ``trades`` and ``equity`` of a backtest, ``sets`` of a sweep, ``folds``, ``trades`` and
        ``equity`` of a walk forward; the first of these by default.

    Returns
    -------
    (str, pa.Table)
        Name of the part, and its rows.

    Raises
    ------
    BadInput
        If the run has no such part.
    """
    made = _parts(report)
    name = part or next(iter(made))
    if name not in made:
        raise BadInput(f"part must be one of {', '.join(made)} for this run, was {name!r}")
    return name, made[name]()


def figures_of(report: Report) -> dict[str, float | None]:
    """Return every figure of a run by its name.

    Parameters
    ----------
    report : Report
        The run.

    Returns
    -------
    dict of str to (float or None)
        Of a sweep those of its best set, and what that set is worth.
    """
    told = _figures(report.figures)
    if isinstance(report, SweepReport):
        verdict = report.verdict
        scale = math.sqrt(report.ratio_periods)
        best = report.combinations[report.best]
        told |= {
            "sets": float(verdict.tried),
            "sets_traded": float(verdict.traded),
            "independent_tries": verdict.effective,
            "best_window": float(best.window),
            "best_entry": best.entry,
            "best_exit": best.exit,
            "best_stop": best.stop,
            "best_max_hold": None if best.max_hold is None else float(best.max_hold),
            "best_hedge_window": float(best.hedge_window),
            "chance_sharpe": verdict.deflated.threshold * scale,
            "probabilistic_sharpe": verdict.probabilistic,
            "deflated_sharpe": verdict.deflated.probability,
            **_overfitting(verdict.overfitting),
            "track_record_rows": verdict.track_record,
        }
    elif isinstance(report, WalkReport):
        told |= {"efficiency": report.efficiency, "folds": float(len(report.folds))}
    return told


def _overfitting(test: OverfittingTest | None) -> dict[str, float | None]:
    return {
        "overfitting": None if test is None else test.probability,
        "loss_probability": None if test is None else test.loss_probability,
        "degradation_slope": None if test is None else test.slope,
    }


def _figures(figures: BacktestFigures) -> dict[str, float | None]:
    sheet, trades = figures.sheet, figures.trades
    ratio, tail = sheet.sharpe, sheet.tail
    return {
        "net": figures.net,
        "gross": figures.gross,
        "fees": figures.fees,
        "slippage": figures.slippage,
        "funding": figures.funding,
        "rows": float(sheet.n),
        "periods_per_year": sheet.periods_per_year,
        "ratio_periods": sheet.ratio_periods,
        "total_return": sheet.total_return,
        "cagr": sheet.cagr,
        "volatility": sheet.volatility,
        "sharpe": None if ratio is None else ratio.value,
        "sharpe_error": None if ratio is None else ratio.standard_error,
        "sortino": sheet.sortino,
        "calmar": sheet.calmar,
        "max_drawdown": sheet.drawdown.depth,
        "value_at_risk": None if tail is None else tail.value_at_risk,
        "expected_shortfall": None if tail is None else tail.expected_shortfall,
        "trades": float(trades.count),
        "open_trades": float(figures.open_trades),
        "hit_rate": trades.hit_rate,
        "profit_factor": trades.profit_factor,
        "payoff": trades.payoff,
        "mean_trade": trades.mean,
        "mean_hold": trades.mean_hold,
        "turnover": figures.turnover,
        "annual_turnover": figures.annual_turnover,
        "exposure": figures.exposure,
    }


def _parts(report: Report) -> Made:
    match report:
        case BacktestReport():
            return {"trades": lambda: _trades(report), "equity": lambda: _rows(report)}
        case SweepReport():
            return {"sets": lambda: _sets(report)}
        case WalkReport():
            return {
                "folds": lambda: _folds(report),
                "trades": lambda: _trades(report),
                "equity": lambda: _walked(report),
            }


def _trades(report: BacktestReport | WalkReport) -> pa.Table:
    return trades_table(report.trades, y=report.question.y, x=report.question.x)


def _rows(report: BacktestReport) -> pa.Table:
    return pa.table(
        {
            "time": pa.array(report.x, _TIME),
            "y": report.y_bars.close,
            "x": report.x_bars.close,
            "zscore": report.zscore,
            "position": report.position,
            "gross_equity": report.gross,
            "equity": report.equity,
        }
    )


def _walked(report: WalkReport) -> pa.Table:
    tested = slice(report.start, None)
    return pa.table(
        {
            "time": pa.array(report.x[tested], _TIME),
            "gross_equity": report.gross[tested],
            "equity": report.equity[tested],
        }
    )


def _sets(report: SweepReport) -> pa.Table:
    combinations = report.combinations
    return pa.table(
        {
            "hedge_window": pa.array([each.hedge_window for each in combinations], pa.int64()),
            "window": pa.array([each.window for each in combinations], pa.int64()),
            "entry": pa.array([each.entry for each in combinations], pa.float64()),
            "exit": pa.array([each.exit for each in combinations], pa.float64()),
            "stop": pa.array([each.stop for each in combinations], pa.float64()),
            "max_hold": pa.array([each.max_hold for each in combinations], pa.int64()),
            "sharpe": pa.array(report.sharpe, mask=np.isnan(report.sharpe)),
            "net": report.net,
            "max_drawdown": report.max_drawdown,
            "turnover": report.turnover,
            "trades": report.trades,
        }
    )


def _folds(report: WalkReport) -> pa.Table:
    folds, chosen = report.folds, [fold.chosen for fold in report.folds]

    def of(name: str, kind: pa.DataType) -> pa.Array:
        return pa.array([None if c is None else getattr(c, name) for c in chosen], kind)

    return pa.table(
        {
            "train": pa.array([fold.train_ms for fold in folds], _TIME),
            "test": pa.array([fold.test_ms for fold in folds], _TIME),
            "end": pa.array([fold.end_ms for fold in folds], _TIME),
            "hedge_window": of("hedge_window", pa.int64()),
            "window": of("window", pa.int64()),
            "entry": of("entry", pa.float64()),
            "exit": of("exit", pa.float64()),
            "stop": of("stop", pa.float64()),
            "max_hold": of("max_hold", pa.int64()),
            "train_sharpe": pa.array([fold.train_sharpe for fold in folds], pa.float64()),
            "test_sharpe": pa.array([fold.test_sharpe for fold in folds], pa.float64()),
            "train_trades": pa.array([fold.train_trades for fold in folds], pa.int64()),
            "test_trades": pa.array([fold.test_trades for fold in folds], pa.int64()),
            "net": pa.array([fold.net for fold in folds], pa.float64()),
        }
    )
