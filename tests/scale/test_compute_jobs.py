"""Jobs give the same bits whoever does the work."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from quantdeck.analytics.pairs.scan import ScanRules, scan_pairs
from quantdeck.analytics.pairs.screen import ScanSeries
from quantdeck.analytics.resample import Bars
from quantdeck.research.pairs.prices import PairPrices
from quantdeck.research.pairs.rules import PairRules
from quantdeck.research.pairs.sweep import sweep_pair
from quantdeck.research.pairs.sweep_grid import SweepGrid
from quantdeck.research.pairs.walk_forward import WalkPlan, walk_forward
from quantdeck.scale.compute.inline import InlineExecutor
from quantdeck.scale.compute.processes import ProcessExecutor
from quantdeck.scale.compute.ray import RayExecutor
from tests.scale.ray_cluster import RayCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quantdeck.model.spread import Spread

ROWS = 1500
RULES = PairRules(hedge_window=100)
GRID = SweepGrid((20, 40, 60), (1.0, 1.5, 2.0), (0.0, 0.5), hedge_windows=(80, 100))


@pytest.fixture(
    scope="module", params=["processes", pytest.param("ray", marks=pytest.mark.scale_slow)]
)
def spread(request: pytest.FixtureRequest) -> Iterator[Spread]:
    if request.param == "processes":
        pool = ProcessExecutor(2, worth_s=0.0)
        yield pool.map
        pool.close()
        return
    cluster = RayCluster()
    executor = RayExecutor(cluster.address, worth_s=0.0)
    yield executor.map
    executor.close()
    cluster.stop()


def pair(*, freeze: bool = False) -> tuple[PairPrices, PairRules]:
    random = np.random.default_rng(4)
    x = 100.0 + np.cumsum(random.normal(scale=0.1, size=ROWS))
    y = 2.0 * x + 2.0 * np.sin(np.arange(ROWS) / 9.0) + random.normal(size=ROWS)
    return PairPrices(np.arange(ROWS), y, x), PairRules(hedge_window=100, freeze=freeze)


def bits(value: Any) -> Any:
    """Return everything that a result holds, arrays as their bytes."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, (list, tuple)):
        return [bits(each) for each in value]
    names = getattr(value, "__slots__", None) or getattr(value, "__dict__", {})
    if names and type(value).__module__.startswith("quantdeck"):
        return [(name, bits(getattr(value, name))) for name in names]
    return value


@pytest.mark.parametrize("freeze", [False, True])
def test_sweep_is_the_same(spread: Spread, freeze: bool) -> None:
    prices, rules = pair(freeze=freeze)

    found = sweep_pair(prices, rules, GRID, spread=spread)

    assert found.trades.sum() > 0
    assert bits(found) == bits(sweep_pair(prices, rules, GRID, spread=InlineExecutor().map))
    assert bits(found) == bits(sweep_pair(prices, rules, GRID))


def test_walk_forward_is_the_same(spread: Spread) -> None:
    prices, rules = pair()
    plan = WalkPlan(500, 200)

    found = walk_forward(prices, rules, GRID, plan, spread=spread)

    assert len(found.folds) == 5
    assert bits(found) == bits(walk_forward(prices, rules, GRID, plan))


def test_scan_is_the_same(spread: Spread) -> None:
    random = np.random.default_rng(3)
    walks = np.cumsum(random.normal(scale=1e-3, size=(12, 301)), axis=1)
    start, one = np.arange(301, dtype=np.int64), np.ones(301)
    series = [
        ScanSeries(f"S{at}", Bars(start, price, price, price, price, one, one.astype(np.int64)))
        for at, price in enumerate(100.0 * np.exp(walks))
    ]
    rules = ScanRules(lookback=200)
    shares: list[float] = []

    found = scan_pairs(series, rules, interval_ns=1, spread=spread, on_progress=shares.append)

    assert len(found.pairs) == 66
    assert bits(found) == bits(scan_pairs(series, rules, interval_ns=1))
    assert shares[-1] == 1.0
    assert all(one <= other for one, other in pairwise(shares))
