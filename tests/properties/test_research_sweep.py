from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.performance import deepest_drawdown
from quantdeck.research.pairs.backtest import backtest
from quantdeck.research.pairs.prices import PairPrices
from quantdeck.research.pairs.rules import DIRECTIONS, PairRules
from quantdeck.research.pairs.sweep import sweep_pair
from quantdeck.research.pairs.sweep_grid import SweepGrid
from quantdeck.trading.costs import Costs
from quantdeck.trading.limits import Limits

ROWS = 240

costs = st.builds(
    Costs,
    taker_bp=st.floats(0.0, 30.0),
    half_spread_bp=st.floats(0.0, 5.0),
    slippage_bp=st.floats(0.0, 20.0),
)
limits = st.builds(
    Limits,
    lot=st.sampled_from([0.0, 0.5, 3.0]),
    max_notional=st.sampled_from([np.inf, 6_000.0]),
)
every_rule = st.builds(
    PairRules,
    estimator=st.sampled_from(["ols", "kalman"]),
    hedge_window=st.integers(10, 40),
    refit=st.integers(1, 20),
    hedge_ratio=st.sampled_from([None, None, 1.2, -0.7]),
    log=st.booleans(),
    freeze=st.booleans(),
    direction=st.sampled_from(DIRECTIONS),
    costs_y=costs,
    costs_x=costs,
    limits_y=limits,
    limits_x=limits,
)
score = st.floats(0.3, 2.6)
grids = st.builds(
    lambda windows, entries, exits, stops, holds, hedges: SweepGrid(
        tuple(windows),
        (*entries, 2.0),
        (*exits, 0.0),
        (*stops, None),
        (*holds, None),
        tuple(hedges),
    ),
    st.lists(st.integers(2, 40), min_size=1, max_size=2, unique=True),
    st.lists(score.filter(lambda z: z != 2.0), max_size=1),
    st.lists(st.floats(0.1, 1.5), max_size=1),
    st.lists(st.floats(1.0, 3.5), max_size=1),
    st.lists(st.integers(1, 20), max_size=1),
    st.lists(st.integers(8, 60), max_size=2, unique=True),
)


def prices_of(seed: int) -> PairPrices:
    random = np.random.default_rng(seed)
    x = 50.0 * np.exp(np.cumsum(random.normal(scale=0.01, size=ROWS)))
    spread = np.zeros(ROWS)
    for t in range(1, ROWS):
        spread[t] = 0.8 * spread[t - 1] + random.normal(scale=0.01)
    y = 20.0 * (x / 50.0) ** 1.3 * np.exp(spread)
    pair = PairPrices(np.arange(ROWS), y, x)
    if random.random() < 0.5:
        pair = replace(pair, y_open=y * np.exp(random.normal(scale=0.002, size=ROWS)), x_open=x)
    if random.random() < 0.5:
        rates = np.where(np.arange(ROWS) % 8 == 0, random.normal(scale=1e-3, size=ROWS), 0.0)
        pair = replace(pair, y_funding=rates, x_funding=-0.5 * rates)
    if random.random() < 0.5:
        y[random.integers(0, ROWS, 5)] = np.nan
        x[100:103] = x[100]
    return pair


@given(st.integers(0, 2**32 - 1), every_rule, grids, st.sampled_from([0, 0, 60]))
@settings(max_examples=60, deadline=None)
def test_sweep_of_any_grid_equals_one_backtest_per_set(seed, rules, grid, start) -> None:
    prices = prices_of(seed)

    sweep = sweep_pair(prices, rules, grid, start=start, blocks=4)

    for k, combination in enumerate(sweep.combinations):
        one = backtest(prices, combination.applied(rules), start=start)
        capital = rules.capital
        equity = np.concatenate(([capital], one.equity))
        assert sweep.net[k] == pytest.approx(one.net, rel=1e-9, abs=1e-9 * capital)
        assert sweep.trades[k] == len(one.trades)
        closed = [trade for trade in one.trades if trade.reason != "open"]
        assert sweep.closed[k] == len(closed)
        assert sweep.wins[k] == sum(trade.net > 0.0 for trade in closed)
        held = np.count_nonzero(one.position[usable(prices)])
        assert sweep.exposure[k] == pytest.approx(held / sweep.rows)
        assert sweep.turnover[k] == pytest.approx(one.traded.sum() / capital, rel=1e-9)
        paid = one.fees[-1] + one.slippage[-1]
        assert sweep.costs[k] == pytest.approx(paid, rel=1e-9, abs=1e-9)
        assert sweep.max_drawdown[k] == pytest.approx(deepest_drawdown(equity).depth, abs=1e-9)
        gains = np.diff(equity)[usable(prices)][-sweep.rows :] / capital
        if gains.any():
            ratio = gains.mean() / gains.std(ddof=1)
            assert sweep.sharpe[k] == pytest.approx(ratio, rel=1e-7, abs=1e-9)
        else:
            assert np.isnan(sweep.sharpe[k])


def usable(prices: PairPrices) -> np.ndarray:
    return np.isfinite(prices.y) & np.isfinite(prices.x)
