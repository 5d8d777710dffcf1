"""Walk-forward: parameters chosen on one window trade the next, which they have never seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.spread import Spread, one_by_one
from quantdeck.research.pairs.backtest import Backtest, backtest
from quantdeck.research.pairs.stitch import stitched
from quantdeck.research.pairs.sweep import BLOCKS, sweep_pair

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.research.pairs.prices import PairPrices
    from quantdeck.research.pairs.rules import PairRules
    from quantdeck.research.pairs.sweep import Sweep
    from quantdeck.research.pairs.sweep_grid import Combination, SweepGrid


@dataclass(frozen=True, slots=True)
class WalkPlan:
    """How the rows are divided.

    Parameters
    ----------
    train_rows : int
        Rows on which parameters are chosen. [rows]
    test_rows : int
        Rows that they then trade; the last fold has what is left. [rows]
    embargo : int
        Rows between the two that neither has. [rows]
    anchored : bool
        Train from the first row on, with more rows in every fold; a window that moves otherwise.
    min_trades : int
        Trades that a parameter set needs in training to be chosen.
    stay_out : bool
        Trade nothing after a training in which no such set gained after costs.

    Raises
    ------
    BadInput
        If a count cannot be.
    """

    train_rows: int
    test_rows: int
    embargo: int = 0
    anchored: bool = False
    min_trades: int = 5
    stay_out: bool = False

    def __post_init__(self) -> None:
        for name, least in (("train_rows", 1), ("test_rows", 2), ("embargo", 0), ("min_trades", 1)):
            if getattr(self, name) < least:
                raise BadInput(f"{name} must be at least {least}, was {getattr(self, name)}")


@dataclass(frozen=True, slots=True)
class Fold:
    """One choice and what came of it.

    Parameters
    ----------
    train_start, train_end, test_start, test_end : int
        Rows of the prices; ends are the first rows after.
    chosen : Combination or None
        The set with the highest Sharpe ratio in training among those that the plan allows; None
        where there is none, and nothing is traded.
    train_mean, test_mean : float
        Mean return of a row after costs: in training of the rows after the warm-up. [decimal]
    train_sharpe, test_sharpe : float or None
        Mean / deviation of the returns of rows, not annualised; None where nothing was traded.
    train_trades, test_trades : int
        Opened.
    net : float
        Gain of the test after costs. [currency]
    """

    train_start: int
    train_end: int
    test_start: int
    test_end: int
    chosen: Combination | None
    train_mean: float
    test_mean: float
    train_sharpe: float | None
    test_sharpe: float | None
    train_trades: int
    test_trades: int
    net: float


@dataclass(frozen=True, slots=True)
class WalkForward:
    """Every fold, and what trading them one after the other made.

    Parameters
    ----------
    plan : WalkPlan
        How rows were divided.
    folds : tuple of Fold
        In order of time.
    result : Backtest
        The tests put together; it starts at the first test and closes what is held at the end of
        each. Its rules are those that the sweeps shared.
    efficiency : float or None
        Mean return of a row in the tests / the same in training, over all folds that traded. About
        1 where what was chosen went on as before; None where training gained nothing.
    """

    plan: WalkPlan
    folds: tuple[Fold, ...]
    result: Backtest
    efficiency: float | None


def walk_forward(
    prices: PairPrices,
    rules: PairRules,
    grid: SweepGrid,
    plan: WalkPlan,
    *,
    on_progress: Callable[[float], None] | None = None,
    spread: Spread = one_by_one,
) -> WalkForward:
    """Return what choosing parameters on the past would have made of the rows that followed.

    Parameters
    ----------
    prices : PairPrices
        The pair.
    rules : PairRules
        Everything that the grid does not vary.
    grid : SweepGrid
        What is chosen from.
    plan : WalkPlan
        How rows are divided.
    on_progress : callable, optional
        Told the share that is done, in [0, 1], again and again; what it raises ends the walk.
    spread : Spread
        Who works on the folds; what comes of them is the same.

    Returns
    -------
    WalkForward
        The folds and the tests put together.

    Raises
    ------
    BadInput
        If the grid is empty or too large, or the estimator not known.
    NoData
        If there are too few rows for one fold, or a training window for its warm-up.

    Notes
    -----
    A fold sees the rows from its first training row on; lines and scores of the test go on from
    there, which is no look-ahead. The embargo keeps trades that training would have held on its last
    rows apart from those of the test. Efficiency after R. Pardo, "The Evaluation and Optimization of
    Trading Strategies", 2nd ed. (2008), chapter 11.

    Examples
    --------
    >>> from quantdeck.research.pairs.prices import PairPrices
    >>> from quantdeck.research.pairs.rules import PairRules
    >>> from quantdeck.research.pairs.sweep_grid import SweepGrid
    >>> random = np.random.default_rng(4)
    >>> x = 100.0 + np.cumsum(random.normal(size=900))
    >>> y = 2.0 * x + 2.0 * np.sin(np.arange(900) / 9.0) + random.normal(size=900)
    >>> pair = PairPrices(np.arange(900), y, x)
    >>> grid = SweepGrid(windows=(20, 60), entries=(1.0, 1.5, 2.0))
    >>> walked = walk_forward(pair, PairRules(hedge_window=100), grid, WalkPlan(500, 150))
    >>> [(fold.test_start, fold.test_end) for fold in walked.folds]
    [(500, 650), (650, 800), (800, 900)]
    """
    first = plan.train_rows + plan.embargo
    if len(prices) < first + 2:
        raise NoData(
            f"{len(prices)} rows are too few to train on {plan.train_rows}, leave out "
            f"{plan.embargo} and test on at least 2; take more rows or shorter windows"
        )
    starts = list(range(first, len(prices) - 1, plan.test_rows))
    # A last row that is too short for a test of its own belongs to the fold before it.
    ends = [*(start + plan.test_rows for start in starts[:-1]), len(prices)]
    spans = list(zip(starts, ends, strict=True))
    walk = _Walk(prices, rules, grid, plan)
    found = spread(_fold, spans, walk, on_progress=on_progress)
    folds = [fold for fold, _ in found]
    tests = [(fold.train_start, fold.test_start, test) for fold, test in found]
    result = stitched(prices, rules, tests)
    return WalkForward(plan, tuple(folds), result, _efficiency(folds))


# What the folds have in common.
@dataclass(frozen=True, slots=True, eq=False)
class _Walk:
    prices: PairPrices
    rules: PairRules
    grid: SweepGrid
    plan: WalkPlan


def _fold(walk: _Walk, test: tuple[int, int]) -> tuple[Fold, Backtest | None]:
    prices, rules, plan = walk.prices, walk.rules, walk.plan
    test_start, test_end = test
    train_end = test_start - plan.embargo
    train_start = 0 if plan.anchored else train_end - plan.train_rows
    sweep = sweep_pair(prices[train_start:train_end], rules, walk.grid, blocks=BLOCKS)
    at = _choice(sweep, plan)
    fold = Fold(
        train_start=train_start,
        train_end=train_end,
        test_start=test_start,
        test_end=test_end,
        chosen=None,
        train_mean=0.0,
        test_mean=0.0,
        train_sharpe=None,
        test_sharpe=None,
        train_trades=0,
        test_trades=0,
        net=0.0,
    )
    if at is None:
        return fold, None
    chosen = sweep.combinations[at]
    result = backtest(
        prices[train_start:test_end],
        chosen.applied(rules),
        start=test_start - train_start,
        close_at_end=True,
    )
    returns = result.returns
    mean = float(returns.mean()) if len(returns) else 0.0
    deviation = float(returns.std(ddof=1)) if len(returns) > 1 else 0.0
    done = replace(
        fold,
        chosen=chosen,
        train_mean=float(sweep.block_sums[at].sum()) / int(sweep.block_rows.sum()),
        test_mean=mean,
        train_sharpe=float(sweep.sharpe[at]),
        test_sharpe=mean / deviation if deviation > 0.0 else None,
        train_trades=int(sweep.trades[at]),
        test_trades=len(result.trades),
        net=result.net,
    )
    return done, result


def _choice(sweep: Sweep, plan: WalkPlan) -> int | None:
    fit = sweep.trades >= plan.min_trades
    if plan.stay_out:
        fit &= sweep.net > 0.0
    sharpe = np.where(fit, sweep.sharpe, np.nan)
    return None if np.isnan(sharpe).all() else int(np.nanargmax(sharpe))


def _efficiency(folds: list[Fold]) -> float | None:
    traded = [fold for fold in folds if fold.chosen is not None]
    rows = [fold.test_end - fold.test_start for fold in traded]
    if not traded:
        return None
    train = float(np.average([fold.train_mean for fold in traded], weights=rows))
    test = float(np.average([fold.test_mean for fold in traded], weights=rows))
    return test / train if train > 0.0 else None
