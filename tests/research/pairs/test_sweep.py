from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.performance import sharpe_ratio
from quantdeck.model.errors import BadInput, NoData
from quantdeck.research.pairs.backtest import backtest
from quantdeck.research.pairs.overfit import backtest_overfitting
from quantdeck.research.pairs.prices import PairPrices
from quantdeck.research.pairs.rules import PairRules
from quantdeck.research.pairs.sweep import sweep_pair
from quantdeck.research.pairs.sweep_grid import SweepGrid
from quantdeck.research.pairs.sweep_kernels import walk_thresholds
from quantdeck.trading.costs import Costs

GRID = SweepGrid(
    windows=(20, 40, 80),
    entries=(1.0, 1.5, 2.0, 2.5),
    exits=(0.0, 0.5),
    stops=(None, 3.5),
    max_holds=(None, 30),
)
RULES = PairRules(hedge_window=200, costs_y=Costs(), costs_x=Costs())


def pair(seed: int, *, reversion: float, rows: int = 2000) -> PairPrices:
    random = np.random.default_rng(seed)
    x = 100.0 * np.exp(np.cumsum(random.normal(scale=0.01, size=rows)))
    noise = random.normal(scale=0.004, size=rows)
    spread = np.zeros(rows)
    for t in range(1, rows):
        spread[t] = (1.0 - reversion) * spread[t - 1] + noise[t]
    return PairPrices(np.arange(rows), 40.0 * (x / 100.0) ** 0.8 * np.exp(spread), x)


def test_sweep_of_a_pair_that_comes_back_finds_it_in_both_halves() -> None:
    sweep = sweep_pair(pair(1, reversion=0.1), RULES, GRID)

    test = backtest_overfitting(sweep.block_sums, sweep.block_squares, sweep.block_rows)

    assert (sweep.net > 0.0).mean() > 0.9
    assert test.loss_probability < 0.05


def test_blocks_hold_all_returns_after_the_warm_up() -> None:
    sweep = sweep_pair(pair(2, reversion=0.05), RULES, GRID)

    longest = [k for k, each in enumerate(sweep.combinations) if each.window == 80]
    total = sweep.block_sums.sum(axis=1) * RULES.capital
    assert total[longest] == pytest.approx(sweep.net[longest], abs=1e-6)
    assert sweep.block_rows.sum() == 2000 - 199 - 79


def test_mean_correlation_equals_that_of_the_returns() -> None:
    prices = pair(3, reversion=0.05)

    sweep = sweep_pair(prices, RULES, GRID)

    returns = [
        np.diff(backtest(prices, each.applied(RULES)).equity, prepend=RULES.capital)
        for each in sweep.combinations
    ]
    matrix = np.corrcoef(returns)
    expected = matrix[np.triu_indices(len(matrix), 1)].mean()
    assert sweep.correlation == pytest.approx(expected, rel=1e-9)


def test_sharpe_ratio_of_a_set_is_that_of_its_returns() -> None:
    prices = pair(4, reversion=0.05)

    sweep = sweep_pair(prices, RULES, GRID)

    equity = backtest(prices, sweep.combinations[sweep.best].applied(RULES)).equity
    returns = np.diff(equity, prepend=RULES.capital) / RULES.capital
    ratio = sharpe_ratio(returns, periods_per_year=1)
    assert sweep.sharpe[sweep.best] == pytest.approx(ratio.per_period, rel=1e-9)


def test_compiled_walk_equals_the_interpreted_one(monkeypatch: pytest.MonkeyPatch) -> None:
    prices = pair(5, reversion=0.05, rows=400)
    compiled = sweep_pair(prices, RULES, GRID)
    monkeypatch.setattr(
        "quantdeck.research.pairs.sweep_kernels.walk_thresholds", walk_thresholds.python
    )

    interpreted = sweep_pair(prices, RULES, GRID)

    assert interpreted.net == pytest.approx(compiled.net, rel=1e-12)
    assert interpreted.wins.tolist() == compiled.wins.tolist()


def test_progress_is_told_after_every_piece_and_may_end_the_sweep() -> None:
    told: list[float] = []

    def tell(share: float) -> None:
        told.append(share)
        if len(told) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        sweep_pair(pair(6, reversion=0.05), RULES, GRID, on_progress=tell)
    assert told == pytest.approx([1 / 6, 2 / 6])


def test_sets_that_cannot_be_are_left_out() -> None:
    grid = SweepGrid((20,), (1.0, 2.0), (0.5, 1.5), (1.8, 3.0))

    kept = grid.combinations(100)

    assert [(c.entry, c.exit, c.stop) for c in kept] == [
        (1.0, 0.5, 1.8), (1.0, 0.5, 3.0), (2.0, 0.5, 3.0), (2.0, 1.5, 3.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"windows": ()}, "no windows"),
        ({"entries": (1.0, 1.0)}, "twice"),
        ({"windows": tuple(range(2, 500)), "entries": tuple(range(1, 500))}, "combinations"),
        ({"entries": (1.0,), "exits": (1.0,)}, "no combination is left"),
    ],
)
def test_grid_that_makes_no_sense_is_refused(values: dict[str, tuple], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        SweepGrid(**{"windows": (20,), "entries": (1.0,), **values}).combinations(100)


def test_sweep_of_too_few_rows_says_how_many_are_needed() -> None:
    with pytest.raises(NoData, match="take at least 310"):
        sweep_pair(pair(7, reversion=0.05, rows=60), RULES, GRID)


@pytest.mark.parametrize(("blocks", "start"), [(3, 0), (0, 0), (4, -1)])
def test_sweep_with_impossible_options_is_refused(blocks: int, start: int) -> None:
    with pytest.raises(BadInput):
        sweep_pair(pair(7, reversion=0.05), RULES, GRID, blocks=blocks, start=start)


def test_sweep_in_which_nothing_traded_has_no_best() -> None:
    sweep = sweep_pair(pair(8, reversion=0.05), RULES, SweepGrid((20,), (50.0,)))

    with pytest.raises(NoData, match="none of 1 parameter sets traded"):
        assert sweep.best
    assert sweep.correlation is None
