"""Scan of all pairs: quantdeck against statsmodels and against its own study of one pair.

A contender tests pairs of random walks for cointegration both ways, lag by AIC among the same longest
lags, with hedge ratio, half-life, z-score and correlation in quantdeck's case and none of these in
statsmodels'. The peers take too long for all pairs: they are given a few, and their time for all is that of
these times the ratio of the counts. Every p-value that a peer gives is compared.
"""

from __future__ import annotations

import argparse
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from statsmodels.tsa.stattools import coint
from timing import compare, one_thread, show

from quantdeck.analytics.lead_lag import lead_lag
from quantdeck.analytics.pairs import default_max_lag, pair_study
from quantdeck.analytics.pairs.scan import PairScan, ScanRules, scan_pairs
from quantdeck.analytics.pairs.screen import ScanSeries
from quantdeck.analytics.resample import Bars

if TYPE_CHECKING:
    from collections.abc import Callable

SECOND = 1_000_000_000


def universe(symbols: int, rows: int) -> list[ScanSeries]:
    """Return random walks, and a last bar that still grows."""
    random = np.random.default_rng(3)
    walks = np.cumsum(random.normal(scale=1e-3, size=(symbols, rows + 1)), axis=1)
    start = np.arange(rows + 1, dtype=np.int64) * SECOND
    one = np.ones(rows + 1)
    count = one.astype(np.int64)
    return [
        ScanSeries(f"S{number:02}", Bars(start, price, price, price, price, one, count), 1.0)
        for number, price in enumerate(100.0 * np.exp(walks))
    ]


def few_pairs(series: list[ScanSeries], count: int) -> list[tuple[ScanSeries, ScanSeries]]:
    """Return some of the pairs, spread over all of them."""
    every = list(combinations(series, 2))
    return every[:: max(1, len(every) // count)][:count]


def with_statsmodels(pairs: list[tuple[ScanSeries, ScanSeries]]) -> list[float]:
    """Return the larger p-value of `coint` both ways."""
    found: list[float] = []
    for one, other in pairs:
        y, x = (np.log(each.bars.close[:-1]) for each in (one, other))
        longest = default_max_lag(len(y), "n")
        found.append(max(coint(a, b, maxlag=longest)[1] for a, b in ((y, x), (x, y))))
    return found


def with_studies(pairs: list[tuple[ScanSeries, ScanSeries]]) -> list[float]:
    """Return the larger p-value of `pair_study`, which makes all that a page of one pair shows."""
    found: list[float] = []
    for one, other in pairs:
        study = pair_study(one.bars.close[:-1], other.bars.close[:-1], window=60)
        found.append(max(study.engle_granger.pvalue, study.engle_granger_reverse.pvalue))
    return found


def worst(scan: PairScan, pairs: list[tuple[ScanSeries, ScanSeries]], values: list[float]) -> float:
    """Return the largest difference of p-values."""
    known = {frozenset((pair.y, pair.x)): pair.pvalue for pair in scan.pairs}
    named = [known[frozenset((one.symbol, other.symbol))] for one, other in pairs]
    return float(np.abs(np.array(named) - values).max())


def main() -> None:
    """Print a table per length of the lookback."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=50, help="symbols (default 50)")
    parser.add_argument("--rows", type=int, nargs="+", default=[500, 1000, 2000])
    parser.add_argument("--few", type=int, default=12, help="pairs that peers test (default 12)")
    options = parser.parse_args()
    one_thread()
    for rows in options.rows:
        series = universe(options.symbols, rows)
        rules = ScanRules(lookback=rows)
        few = few_pairs(series, options.few)

        def scan(series: list[ScanSeries] = series, rules: ScanRules = rules) -> PairScan:
            return scan_pairs(series, rules, interval_ns=SECOND)

        made = scan()
        share = len(made.pairs) / len(few)
        peers: dict[str, Callable[[], list[float]]] = {
            "pair_study, pair by pair": lambda few=few: with_studies(few),
            "statsmodels coint, both ways": lambda few=few: with_statsmodels(few),
        }
        timings = compare(scan, peers, rounds=5)
        table = [("quantdeck", "1", f"{timings['quantdeck'].seconds * 1e3:.0f}", "")]
        for name, peer in peers.items():
            timing = timings[name]
            difference = worst(made, few, peer())
            table.append(
                (
                    name,
                    f"{timing.ratio * share:.0f}",
                    f"{timing.seconds * share * 1e3:,.0f}",
                    f"{difference:.0e}",
                )
            )
        lags = compare(
            lambda grid=made.grid, rows=rows: lead_lag(
                grid, interval_ns=SECOND, rows=rows, most=10
            ),
            {},
            rounds=5,
        )
        show(
            f"{len(made.pairs):,} pairs of {options.symbols} symbols, {rows:,} rows",
            ("", "time / quantdeck's", "ms for all pairs", "largest difference of p"),
            table,
        )
        print(f"  correlations at 21 lags, all pairs: {lags['quantdeck'].seconds * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
