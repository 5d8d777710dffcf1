"""Backtest a pair that is known to come back, at several costs, and choose its rules on the past alone.

Needs nothing but this package: the prices come from a seeded model with a planted spread.

    python examples/06_backtest_a_pair.py
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quantdeck.research.pairs.backtest import backtest
from quantdeck.research.pairs.figures import backtest_figures
from quantdeck.research.pairs.prices import PairPrices
from quantdeck.research.pairs.rules import PairRules
from quantdeck.research.pairs.sweep_grid import SweepGrid
from quantdeck.research.pairs.walk_forward import WalkPlan, walk_forward
from quantdeck.sims.market import Market
from quantdeck.trading.costs import Costs

BAR_MS = 60_000
START_MS = 1_786_147_200_000  # any full hour; the market is a function of seed and time
ROWS = 3_000


def prices(y: str, x: str) -> PairPrices:
    """Return two days of one-minute closes."""
    truth = Market(seed=7, began_ms=START_MS).truth
    end_ms = START_MS + ROWS * BAR_MS
    legs = [np.exp(truth.log_prices(s, START_MS, end_ms, every_ms=BAR_MS)) for s in (y, x)]
    starts = (START_MS + np.arange(len(legs[0])) * BAR_MS) * 1_000_000
    return PairPrices(starts, *legs)


def main() -> None:
    """Print a row per cost, then the walk-forward."""
    pair = prices("AVAXUSDT", "SOLUSDT")
    rules = PairRules(hedge_window=300, window=60, entry=2.0, exit=0.0, stop=None)
    print(f"{'cost a leg':<12}{'trades':>8}{'hit rate':>10}{'gross':>10}{'costs':>10}{'net':>10}")
    for cost_bp in (0.0, 0.5, 2.0, 6.0):
        costs = Costs(taker_bp=cost_bp)
        found = backtest_figures(backtest(pair, replace(rules, costs_y=costs, costs_x=costs)))
        hits = "-" if found.trades.hit_rate is None else f"{found.trades.hit_rate:.0%}"
        print(
            f"{cost_bp:>7.1f} bp  {found.trades.count:>8}{hits:>10}{found.gross:>10.0f}"
            f"{found.fees:>10.0f}{found.net:>10.0f}"
        )
    cheap = replace(rules, costs_y=Costs(0.5), costs_x=Costs(0.5))
    grid = SweepGrid(windows=(30, 60, 120), entries=(1.0, 1.5, 2.0, 2.5), exits=(0.0, 0.5))
    walked = walk_forward(pair, cheap, grid, WalkPlan(train_rows=1_200, test_rows=600))
    for fold in walked.folds:
        chosen = "-" if fold.chosen is None else f"{fold.chosen.window} rows, {fold.chosen.entry:g}"
        print(f"chosen on {fold.train_start}..{fold.train_end}: {chosen:<14} then {fold.net:+.0f}")
    print(f"out of sample: {walked.result.net:+.0f} of 10,000")


if __name__ == "__main__":
    main()
