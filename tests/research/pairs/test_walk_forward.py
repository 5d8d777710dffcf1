from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from quantdeck.model.errors import BadInput, NoData
from quantdeck.research.pairs.backtest import backtest
from quantdeck.research.pairs.figures import backtest_figures
from quantdeck.research.pairs.prices import PairPrices
from quantdeck.research.pairs.rules import PairRules
from quantdeck.research.pairs.sweep import sweep_pair
from quantdeck.research.pairs.sweep_grid import SweepGrid
from quantdeck.research.pairs.walk_forward import WalkPlan, walk_forward
from quantdeck.trading.costs import Costs

ROWS = 900
PLAN = WalkPlan(300, 150, min_trades=2)
GRID = SweepGrid(windows=(10, 30), entries=(1.0, 1.5), exits=(0.0, 0.5))
RULES = PairRules(hedge_window=60, costs_y=Costs(1.0), costs_x=Costs(1.0))


def pair(seed: int = 1, rows: int = ROWS) -> PairPrices:
    random = np.random.default_rng(seed)
    x = 100.0 * np.exp(np.cumsum(random.normal(scale=0.01, size=rows)))
    spread = np.zeros(rows)
    for t in range(1, rows):
        spread[t] = 0.8 * spread[t - 1] + random.normal(scale=0.01)
    return PairPrices(np.arange(rows) * 60_000_000_000, x**1.1 * np.exp(spread), x)


def test_walk_forward_tests_every_row_after_the_first_training_once() -> None:
    walked = walk_forward(pair(), RULES, GRID, PLAN)

    tests = [(fold.test_start, fold.test_end) for fold in walked.folds]
    assert tests == [(300, 450), (450, 600), (600, 750), (750, 900)]
    assert [fold.train_start for fold in walked.folds] == [0, 150, 300, 450]
    assert all(fold.train_end == fold.test_start for fold in walked.folds)


def test_walk_forward_gives_a_short_rest_to_the_last_fold() -> None:
    walked = walk_forward(pair(rows=601), RULES, GRID, PLAN)

    assert [(f.test_start, f.test_end) for f in walked.folds] == [(300, 450), (450, 601)]


def test_walk_forward_leaves_the_embargo_out() -> None:
    walked = walk_forward(pair(), RULES, GRID, replace(PLAN, embargo=20))

    assert [(f.train_start, f.train_end, f.test_start) for f in walked.folds][:2] == [
        (0, 300, 320),
        (150, 450, 470),
    ]


def test_walk_forward_that_is_anchored_trains_from_the_first_row_on() -> None:
    walked = walk_forward(pair(), RULES, GRID, replace(PLAN, anchored=True))

    assert {fold.train_start for fold in walked.folds} == {0}
    assert [fold.train_end for fold in walked.folds] == [300, 450, 600, 750]


def test_walk_forward_chooses_the_best_of_training_and_trades_it() -> None:
    prices = pair()
    walked = walk_forward(prices, RULES, GRID, PLAN)

    fold = walked.folds[1]
    sweep = sweep_pair(prices[150:450], RULES, GRID)
    assert fold.chosen == sweep.combinations[sweep.best]
    assert fold.train_sharpe == pytest.approx(sweep.sharpe[sweep.best])
    again = backtest(prices[150:600], fold.chosen.applied(RULES), start=300, close_at_end=True)
    assert fold.net == pytest.approx(again.net)
    assert fold.test_trades == len(again.trades)


def test_walk_forward_knows_nothing_of_rows_after_a_fold() -> None:
    prices, changed = pair(), pair()
    changed.y[600:] *= np.linspace(1.0, 3.0, 300)

    before = walk_forward(prices, RULES, GRID, PLAN)
    after = walk_forward(changed, RULES, GRID, PLAN)

    assert before.folds[:2] == after.folds[:2]
    assert before.folds[2].chosen == after.folds[2].chosen
    assert np.array_equal(before.result.equity[:600], after.result.equity[:600])


def test_walk_forward_puts_the_tests_together() -> None:
    walked = walk_forward(pair(), RULES, GRID, PLAN)

    result = walked.result
    assert result.start == 300
    assert result.net == pytest.approx(sum(fold.net for fold in walked.folds))
    assert len(result.trades) == sum(fold.test_trades for fold in walked.folds)
    assert result.net == pytest.approx(sum(trade.net for trade in result.trades))
    assert (result.equity[:300] == RULES.capital).all()
    assert (result.position[[449, 599, 749, 899]] == 0).all()
    for trade in result.trades:
        assert result.ts_ns[trade.entry_row] == trade.entry_ns
        assert trade.exit_row is not None
        assert result.ts_ns[trade.exit_row] == trade.exit_ns


def test_walk_forward_of_tests_has_the_figures_of_any_backtest() -> None:
    walked = walk_forward(pair(), RULES, GRID, PLAN)

    figures = backtest_figures(walked.result)

    assert figures.sheet.n == 600
    assert figures.net == pytest.approx(walked.result.net)
    assert figures.fees == pytest.approx(sum(trade.fees for trade in walked.result.trades))


def test_efficiency_is_the_test_over_the_training() -> None:
    walked = walk_forward(pair(), RULES, GRID, PLAN)

    train = np.mean([fold.train_mean for fold in walked.folds])
    test = np.mean([fold.test_mean for fold in walked.folds])
    assert walked.efficiency == pytest.approx(test / train)
    assert 0.0 < walked.efficiency < 2.0


def test_walk_forward_without_a_set_that_traded_enough_trades_nothing() -> None:
    walked = walk_forward(pair(), RULES, GRID, replace(PLAN, min_trades=1_000))

    assert {fold.chosen for fold in walked.folds} == {None}
    assert walked.efficiency is None
    assert (walked.result.equity == RULES.capital).all()
    assert walked.result.trades == ()


def test_walk_forward_may_stay_out_after_losses() -> None:
    dear = replace(RULES, costs_y=Costs(500.0), costs_x=Costs(500.0))

    walked = walk_forward(pair(), dear, GRID, replace(PLAN, stay_out=True))

    assert {fold.chosen for fold in walked.folds} == {None}
    assert all(fold.chosen for fold in walk_forward(pair(), dear, GRID, PLAN).folds)


def test_walk_forward_tells_how_far_it_is() -> None:
    told: list[float] = []

    walk_forward(pair(), RULES, GRID, PLAN, on_progress=told.append)

    assert told == [0.25, 0.5, 0.75, 1.0]


def test_walk_forward_of_too_few_rows_is_refused() -> None:
    with pytest.raises(NoData, match="too few to train on 300"):
        walk_forward(pair(rows=301), RULES, GRID, PLAN)
    with pytest.raises(NoData, match="too few for a sweep"):
        walk_forward(pair(), RULES, GRID, WalkPlan(40, 100))


@pytest.mark.parametrize("wrong", [{"train_rows": 0}, {"test_rows": 1}, {"embargo": -1}])
def test_plans_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadInput, match=next(iter(wrong))):
        replace(PLAN, **wrong)
