"""Memory of a scan of many symbols: its columns, against an object for every pair.

Each row is a process of its own, and tells the most memory that it ever had (VmHWM) beyond what it had before
the scan. The peer is the same scan whose findings are then taken out as objects, all of them, and kept. What
came of the pairs is also pickled as executors pickle it, to tell what a pair costs between processes.
"""

from __future__ import annotations

import argparse
import json
import pickle
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from timing import show

from quantdeck.analytics.pairs.scan import ScanRules, scan_pairs
from quantdeck.analytics.pairs.screen import ScanSeries
from quantdeck.analytics.resample import Bars
from quantdeck.model.spread import one_by_one

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FEW = 200
"""Symbols whose results are pickled."""
_CHUNK = 16
"""Items that are pickled together."""


def universe(symbols: int, rows: int) -> list[ScanSeries]:
    """Return random walks, and a last bar that still grows."""
    random = np.random.default_rng(3)
    start, one = np.arange(rows + 1, dtype=np.int64), np.ones(rows + 1)
    count = one.astype(np.int64)
    found: list[ScanSeries] = []
    for number in range(symbols):
        price = 100.0 * np.exp(np.cumsum(random.normal(scale=1e-3, size=rows + 1)))
        bars = Bars(start, price, price, price, price, one, count)
        found.append(ScanSeries(f"S{number:04}", bars))
    return found


def pickled(series: list[ScanSeries], rules: ScanRules) -> float:
    """Return the bytes of a pair on its way from a worker."""
    lengths: list[int] = []

    def spread(
        function: Callable[[Any, Any], Any], items: Sequence[Any], common: Any, **others: Any
    ) -> list[Any]:
        found = one_by_one(function, items, common, **others)
        lengths.extend(
            len(pickle.dumps(found[at : at + _CHUNK], pickle.HIGHEST_PROTOCOL))
            for at in range(0, len(found), _CHUNK)
        )
        return found

    scan = scan_pairs(series, rules, interval_ns=1, spread=spread)
    return sum(lengths) / (len(scan.pairs) + len(scan.untested))


def memory(field: str) -> float:
    """Return a figure of this process. [MB]."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def measure(symbols: int, rows: int, *, as_objects: bool) -> dict[str, float]:
    """Return what a scan takes in this process."""
    rules = ScanRules(lookback=rows, window=min(60, rows - 1))
    of_few = pickled(universe(_FEW, rows), rules)
    series = universe(symbols, rows)
    before = memory("VmRSS")
    begun = time.process_time()
    scan = scan_pairs(series, rules, interval_ns=1)
    seconds = time.process_time() - begun
    kept = (tuple(scan.pairs), tuple(scan.untested)) if as_objects else (scan.pairs, scan.untested)
    return {
        "pairs": sum(map(len, kept)),
        "before": before,
        "most": memory("VmHWM"),
        "left": memory("VmRSS"),
        "seconds": seconds,
        "pickled": of_few,
    }


def main() -> None:
    """Print a table per number of symbols."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, nargs="+", default=[500, 1000])
    parser.add_argument("--rows", type=int, default=100, help="rows of each test (default 100)")
    parser.add_argument("--one", choices=["columns", "objects"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        found = measure(options.symbols[0], options.rows, as_objects=options.one == "objects")
        print(json.dumps(found))
        return
    for symbols in options.symbols:
        told: dict[str, dict[str, float]] = {}
        for one in ("columns", "objects"):
            words = ["--one", one, "--symbols", str(symbols), "--rows", str(options.rows)]
            told[one] = json.loads(subprocess.check_output([sys.executable, __file__, *words]))
        base = told["columns"]["most"] - told["columns"]["before"]
        show(
            f"{told['columns']['pairs']:,} pairs of {symbols:,} symbols, {options.rows} rows",
            ("", "memory / columns'", "MB at most", "of the scan", "MB after", "processor s"),
            [
                (
                    name,
                    f"{(each['most'] - each['before']) / base:.1f}",
                    f"{each['most']:,.0f}",
                    f"{each['most'] - each['before']:,.0f}",
                    f"{each['left']:,.0f}",
                    f"{each['seconds']:.1f}",
                )
                for name, each in told.items()
            ],
        )
        print(f"  from a worker: {told['columns']['pickled']:.0f} bytes a pair")


if __name__ == "__main__":
    main()
