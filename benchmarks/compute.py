"""Sweep and scan of pairs: in one process, on a pool of processes and on a Ray cluster.

Who works is the only difference: the same call of `sweep_pair` and of `scan_pairs` is given each executor,
and the results must have the same bits. The first run of each, in which workers import and compile, is
shown apart; the others are in turns, and the gain is the median of the ratios of a round. Ray is an
existing cluster (`--address`), or one of a head without a processor and one raylet a worker, started here.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from typing import TYPE_CHECKING, Any

import numpy as np
from timing import show

from quantdeck.analytics.pairs.scan import ScanRules, scan_pairs
from quantdeck.analytics.pairs.screen import ScanSeries
from quantdeck.analytics.resample import Bars
from quantdeck.research.pairs.prices import PairPrices
from quantdeck.research.pairs.rules import PairRules
from quantdeck.research.pairs.sweep import sweep_pair
from quantdeck.research.pairs.sweep_grid import SweepGrid
from quantdeck.scale.compute.inline import InlineExecutor
from quantdeck.scale.compute.processes import ProcessExecutor
from quantdeck.scale.compute.ray import RayExecutor

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.model.spread import Spread
    from quantdeck.ports.compute import Executor


def sweep(sets: int, rows: int) -> Callable[[Spread], bytes]:
    """Return a sweep of about so many sets that gives its figures as bytes."""
    random = np.random.default_rng(3)
    x = 60_000.0 * np.exp(np.cumsum(random.normal(scale=5e-3, size=rows)))
    y = 3_000.0 * (x / 60_000.0) * np.exp(random.normal(scale=2e-3, size=rows))
    prices = PairPrices(np.arange(rows), y, x)
    grid = SweepGrid(
        windows=tuple(range(20, 20 + 9 * 20, 9)),
        entries=tuple(np.linspace(1.0, 3.0, max(1, sets // 200)).tolist()),
        exits=tuple(np.linspace(0.0, 0.9, 10).tolist()),
    )
    rules = PairRules(hedge_window=300)

    def work(spread: Spread) -> bytes:
        found = sweep_pair(prices, rules, grid, spread=spread)
        parts = (found.net, found.sharpe, found.block_sums, np.array([found.correlation]))
        return b"".join(each.tobytes() for each in parts)

    return work


def scan(symbols: int) -> Callable[[Spread], bytes]:
    """Return a scan of all pairs of so many symbols that gives its p-values as bytes."""
    random = np.random.default_rng(3)
    walks = np.cumsum(random.normal(scale=1e-3, size=(symbols, 501)), axis=1)
    start, one = np.arange(501, dtype=np.int64), np.ones(501)
    series = [
        ScanSeries(f"S{at:04}", Bars(start, price, price, price, price, one, one.astype(np.int64)))
        for at, price in enumerate(100.0 * np.exp(walks))
    ]
    rules = ScanRules(lookback=400)

    def work(spread: Spread) -> bytes:
        found = scan_pairs(series, rules, interval_ns=1, spread=spread)
        return np.array([(each.pvalue, each.q, each.zscore) for each in found.pairs]).tobytes()

    return work


def measured(
    work: Callable[[Spread], bytes], executors: dict[str, Executor], rounds: int
) -> list[list[str]]:
    """Return a row for each executor: first run, median of the others, gain, whether bits are the same."""
    taken: dict[str, list[float]] = {name: [] for name in executors}
    results: dict[str, set[bytes]] = {name: set() for name in executors}
    for _ in range(rounds + 1):
        for name, executor in executors.items():
            begun = time.perf_counter()
            results[name].add(work(executor.map))
            taken[name].append(time.perf_counter() - begun)
    first = next(iter(executors))
    rows = []
    for name, times in taken.items():
        gain = statistics.median(a / b for a, b in zip(taken[first][1:], times[1:], strict=True))
        same = "yes" if results[name] == results[first] and len(results[name]) == 1 else "NO"
        rows.append(
            [name, f"{times[0]:.2f}", f"{statistics.median(times[1:]):.2f}", f"{gain:.2f}x", same]
        )
    return rows


def started(workers: int) -> Any:
    """Return a cluster on this machine."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # Ray has its workers yield to everything else; the other contenders do not.
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 - as Ray spells it
    from ray.cluster_utils import Cluster

    memory = 80 << 20
    head = {"num_cpus": 0, "object_store_memory": memory, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    for _ in range(workers):
        cluster.add_node(num_cpus=1, object_store_memory=memory)
    return cluster


def main() -> None:
    """Print what each executor took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=40_000)
    parser.add_argument("--symbols", type=int, default=250)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--address", help="of an existing Ray cluster")
    chosen = parser.parse_args()
    cluster = None if chosen.address else started(chosen.workers)
    executors: dict[str, Executor] = {
        "one process": InlineExecutor(),
        f"{chosen.workers} processes": ProcessExecutor(chosen.workers, worth_s=0.0),
        "Ray": RayExecutor(chosen.address or cluster.address, worth_s=0.0),
    }
    header = ("who works", "first [s]", "then [s]", "gain", "same bits")
    try:
        title = f"Sweep of {chosen.sets:,} sets over {chosen.rows:,} rows"
        show(title, header, measured(sweep(chosen.sets, chosen.rows), executors, chosen.rounds))
        pairs = chosen.symbols * (chosen.symbols - 1) // 2
        title = f"Scan of {pairs:,} pairs of {chosen.symbols} symbols"
        show(title, header, measured(scan(chosen.symbols), executors, chosen.rounds))
    finally:
        for each in executors.values():
            each.close()
        if cluster is not None:
            cluster.shutdown()


if __name__ == "__main__":
    main()
