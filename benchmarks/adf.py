"""Augmented Dickey-Fuller test with lag search by AIC: quantdeck against statsmodels.

Linear algebra runs on one thread in both. Lag and statistic are compared in the same run.
"""

from __future__ import annotations

import argparse

import numpy as np
from statsmodels.tsa.stattools import adfuller
from timing import compare, one_thread, show

from quantdeck.analytics.pairs import adf

LENGTHS = (250, 500, 1000, 2000, 5000)


def main() -> None:
    """Print one row per length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, help="length of the series (default: several)")
    parser.add_argument("--rounds", type=int, default=11)
    options = parser.parse_args()
    one_thread()
    rows = []
    for length in (options.rows,) if options.rows else LENGTHS:
        series = np.cumsum(np.random.default_rng(length).normal(size=length))
        mine = adf(series)
        theirs = adfuller(series, result_object=False)
        timings = compare(
            lambda series=series: adf(series),
            {"statsmodels": lambda series=series: adfuller(series, result_object=False)},
            rounds=options.rounds,
            repeat=20,
        )
        rows.append(
            (
                f"{length:,} rows",
                f"{timings['statsmodels'].ratio:.0f}",
                f"{timings['quantdeck'].seconds * 1e6:.0f}",
                f"{mine.lag} / {theirs[2]}",
                f"{abs(mine.statistic - theirs[0]):.0e}",
            )
        )
    show(
        "ADF with AIC lag search",
        ("", "statsmodels' time / ours", "us, ours", "lag ours / theirs", "|difference|"),
        rows,
    )


if __name__ == "__main__":
    main()
