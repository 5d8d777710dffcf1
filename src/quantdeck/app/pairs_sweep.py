"""Sweeps of parameter sets of a pair for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from quantdeck.app.compute_parts import computing
from quantdeck.app.pairs_backtest import asked_of, set_words
from quantdeck.app.pairs_output import named, print_json, progress, write_table
from quantdeck.app.pairs_prices import load_pair
from quantdeck.app.pairs_text import figure_rows, heading, number_text, say, show
from quantdeck.model.errors import NoData
from quantdeck.research.pairs.backtest import backtest
from quantdeck.research.pairs.figures import backtest_figures
from quantdeck.research.pairs.sweep import sweep_pair
from quantdeck.research.pairs.verdict import sweep_verdict
from quantdeck.views.backtest_search import overfitting_text

if TYPE_CHECKING:
    from quantdeck.app.pairs_output import Outputs
    from quantdeck.app.pairs_prices import PairSource
    from quantdeck.app.settings import Settings
    from quantdeck.research.pairs.question import RunQuestion
    from quantdeck.research.pairs.sweep import Sweep
    from quantdeck.research.pairs.verdict import SweepVerdict

_SHOWN = 10
_SIGNIFICANT = 0.95


def run_sweep(
    settings: Settings, source: PairSource, question: RunQuestion, outputs: Outputs
) -> None:
    """Print the best of many parameter sets, and whether it is more than chance.

    Raises
    ------
    BadInput
        If the question cannot be.
    NoData
        If there are no bars or too few, or nothing was traded.
    StoreError
        If a file cannot be written.
    """
    pair = load_pair(settings, source)
    asked = asked_of(pair, question)
    rules, grid = asked.rules(), asked.grid()
    with progress("trying parameter sets") as told, computing(settings) as compute:
        sweep = sweep_pair(pair.prices, rules, grid, on_progress=told, spread=compute.map)
    best = backtest(pair.prices, sweep.combinations[sweep.best].applied(rules))
    figures = backtest_figures(best, per_year=pair.per_year)
    if figures.sheet.sharpe is None:
        raise NoData("the best set lost all of its capital; trade less, or narrow the sweep")
    verdict = sweep_verdict(sweep, figures.sheet.sharpe)
    table = _sets(sweep, figures.sheet.ratio_periods)
    write_table(table, outputs.csv)
    if outputs.as_json:
        print_json({**named(pair, source), "verdict": _judged(verdict), "sets": table.to_pylist()})
        return
    say(heading(pair, demo=source.demo))
    show(_best_rows(sweep, table))
    print("\nthe best set")  # noqa: T201
    show(figure_rows(figures, capital=rules.capital))
    print()  # noqa: T201
    for line in verdict_lines(verdict):
        print(line)  # noqa: T201


def verdict_lines(verdict: SweepVerdict) -> list[str]:
    """Return in plain words what the best of a sweep is worth."""
    deflated = verdict.deflated.probability
    judged = "significant" if deflated > _SIGNIFICANT else "not significant"
    lines = [
        f"{verdict.tried:,} sets tried, {verdict.traded:,} traded; they are worth "
        f"{verdict.effective:,.0f} independent tries",
        f"deflated Sharpe ratio: {deflated:.3f} that the best has an edge beyond the luck of so many "
        f"tries ({judged} at {_SIGNIFICANT})",
    ]
    if verdict.overfitting is not None:
        test = verdict.overfitting
        means, _ = overfitting_text(test.probability, test.loss_probability, test.trials)
        lines += [
            f"probability of backtest overfitting: {test.probability:.2f}: {means}",
            f"chosen by one half of the rows, the best loses in the other {test.loss_probability:.0%} "
            "of the times",
        ]
    return lines


def _sets(sweep: Sweep, scale: float) -> pa.Table:
    # Best first; those that never traded last.
    order = np.argsort(np.where(np.isnan(sweep.sharpe), np.inf, -sweep.sharpe), kind="stable")
    chosen = [sweep.combinations[int(at)] for at in order]
    sharpe = sweep.sharpe[order] * scale**0.5
    return pa.table(
        {
            "hedge_window": [each.hedge_window for each in chosen],
            "window": [each.window for each in chosen],
            "entry": [each.entry for each in chosen],
            "exit": [each.exit for each in chosen],
            "stop": pa.array([each.stop for each in chosen], pa.float64()),
            "max_hold": pa.array([each.max_hold for each in chosen], pa.int64()),
            "sharpe": pa.array(sharpe, pa.float64(), from_pandas=True),
            "net": sweep.net[order],
            "trades": sweep.trades[order],
            "max_drawdown": sweep.max_drawdown[order],
            "turnover": sweep.turnover[order],
            "costs": sweep.costs[order],
            "exposure": sweep.exposure[order],
        }
    )


def _best_rows(sweep: Sweep, table: pa.Table) -> list[dict[str, Any]]:
    order = np.argsort(np.where(np.isnan(sweep.sharpe), np.inf, -sweep.sharpe), kind="stable")
    return [
        {
            "chosen": set_words(sweep.combinations[int(at)]),
            "Sharpe": number_text(row["sharpe"]),
            "net": number_text(row["net"], sign=True),
            "trades": row["trades"],
            "drawdown": f"{100.0 * row['max_drawdown']:.1f} %",
            "turnover": number_text(row["turnover"], 1),
        }
        for at, row in zip(order[:_SHOWN], table.slice(0, _SHOWN).to_pylist(), strict=True)
    ]


def _judged(verdict: SweepVerdict) -> dict[str, Any]:
    test = verdict.overfitting
    return {
        "tried": verdict.tried,
        "traded": verdict.traded,
        "effective_trials": verdict.effective,
        "probabilistic_sharpe": verdict.probabilistic,
        "deflated_sharpe": verdict.deflated.probability,
        "probability_of_overfitting": None if test is None else test.probability,
        "loss_probability": None if test is None else test.loss_probability,
        "track_record_rows": verdict.track_record,
    }
