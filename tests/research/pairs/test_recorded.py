"""The pair of bitcoin and ether, hour by hour from 2022 to 2025, after costs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from quantdeck.analytics.resample import Bars
from quantdeck.app.bar_files import read_bars
from quantdeck.research.pairs.backtest import backtest
from quantdeck.research.pairs.booking import booked
from quantdeck.research.pairs.figures import backtest_figures
from quantdeck.research.pairs.prices import prices_of_bars
from quantdeck.research.pairs.rules import PairRules
from quantdeck.research.pairs.sweep import sweep_pair
from quantdeck.research.pairs.sweep_grid import SweepGrid
from quantdeck.research.pairs.walk_forward import WalkPlan, walk_forward
from quantdeck.trading.costs import Costs

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.research.pairs.prices import PairPrices

RULES = PairRules(hedge_window=2000, window=200, entry=2.0, exit=0.0, stop=None)
"""Fees of 5 bp and slippage of 1 bp of each leg, each way."""
FREE = replace(RULES, costs_y=Costs(), costs_x=Costs())


@pytest.fixture(scope="module")
def pair(shared_data: Path) -> PairPrices:
    folder = shared_data / "crypto-klines"
    legs = []
    for name in ("BTCUSDT_1h", "ETHUSDT_1h"):
        file = read_bars(str(folder / f"{name}.csv.gz"))
        assert file.open is not None
        others = [file.close] * 4
        legs.append(Bars(file.ts_ns, file.open, *others[:3], others[3], file.ts_ns))
    return prices_of_bars(*legs)


def test_recorded_pair_loses_before_costs_and_more_after_them(pair: PairPrices) -> None:
    free = backtest_figures(backtest(pair, FREE))
    paid = backtest_figures(backtest(pair, RULES))

    assert len(pair) == 34_349
    assert free.sheet.periods_per_year == 8760.0
    assert (free.net, paid.net) == (pytest.approx(-3627, abs=1.0), pytest.approx(-5647, abs=1.0))
    assert paid.gross == pytest.approx(free.net)
    assert paid.fees + paid.slippage == pytest.approx(2020, abs=1.0)
    assert paid.sheet.sharpe is not None
    assert paid.sheet.sharpe.value == pytest.approx(-0.93, abs=0.01)


def test_recorded_pair_in_the_ledger_is_that_of_the_backtest(pair: PairPrices) -> None:
    result = backtest(pair, RULES)

    ledger = booked(pair, result)

    marks = {"y": float(pair.y[-1]), "x": float(pair.x[-1])}
    assert float(ledger.equity(marks)) == pytest.approx(result.equity[-1], abs=1e-8)


def test_recorded_pair_at_its_best_in_sample_loses_out_of_sample(pair: PairPrices) -> None:
    grid = SweepGrid(
        windows=(200, 400, 800),
        entries=(2.0, 2.5, 3.0),
        exits=(0.0, 0.5),
        stops=(None, 4.0),
        hedge_windows=(500, 2000),
    )

    sweep = sweep_pair(pair, RULES, grid)
    walked = walk_forward(pair, RULES, grid, WalkPlan(8_760, 2_190))

    assert sweep.net[sweep.best] == pytest.approx(2501, abs=1.0)
    assert len(walked.folds) == 12
    assert walked.result.net < 0.0
    assert walked.efficiency is not None
    assert walked.efficiency < 0.5
