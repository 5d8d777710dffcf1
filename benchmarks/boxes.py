"""The best lending and borrowing box of every expiry: quantdeck against Polars and NumPy.

Peers build all pairs of strikes of an expiry and take the best; ours finds the same pair without them. Time
is processor time of all threads, because Polars uses as many as there are. Results are compared first.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

_REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_REPOSITORY), str(_REPOSITORY / "src")]

from benchmarks.timing import one_thread, show  # noqa: E402

from quantdeck.analytics.boxes import (  # noqa: E402
    BoxRules,
    BoxSearch,
    Side,
    best_discounts,
    box_surface,
    rate_of_chain,
    strike_rates,
    synthetics,
    top_table,
)
from tests.reference.synthetic_chains import AT_NS, known_chain  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    Best = tuple[np.ndarray, np.ndarray]


def chains(expiries: int, strikes: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return strikes, buy and sell prices of as many expiries, all quoted."""
    random = np.random.default_rng(1)
    found = []
    for days in np.linspace(30, 1800, expiries).astype(int):
        quotes = synthetics(
            known_chain(random, days=int(days), strikes=strikes).chain, AT_NS, BoxRules()
        )
        found.append((quotes.strikes, quotes.buy, quotes.sell))
    return found


def polars_frame(data: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> pl.DataFrame:
    """Return one row per strike of an expiry."""
    return pl.concat(
        pl.DataFrame({"expiry": [at] * len(each[0]), "k": each[0], "buy": each[1], "sell": each[2]})
        for at, each in enumerate(data)
    )


def with_polars(frame: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame | pl.LazyFrame:
    """Join every strike with all higher ones of its expiry."""
    width = pl.col("k_2") - pl.col("k")
    pairs = frame.join(frame, on="expiry", suffix="_2").filter(pl.col("k") < pl.col("k_2"))
    priced = pairs.with_columns(
        lend=(pl.col("buy") - pl.col("sell_2")) / width,
        borrow=(pl.col("sell") - pl.col("buy_2")) / width,
    )
    return (
        priced.group_by("expiry").agg(pl.col("lend").min(), pl.col("borrow").max()).sort("expiry")
    )


def with_polars_rates(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Join likewise, and give every box the three rates that a dashboard of boxes shows."""
    width = pl.col("k_2") - pl.col("k")
    pairs = frame.join(frame, on="expiry", suffix="_2").filter(pl.col("k") < pl.col("k_2"))
    priced = pairs.with_columns(
        lend=(pl.col("buy") - pl.col("sell_2")) / width,
        borrow=(pl.col("sell") - pl.col("buy_2")) / width,
    ).with_columns(mid=(pl.col("lend") + pl.col("borrow")) / 2)
    rates = priced.with_columns(pl.col("lend", "borrow", "mid").log().neg())
    return (
        rates.group_by("expiry")
        .agg(pl.col("lend").max(), pl.col("borrow").min(), pl.col("mid").median())
        .sort("expiry")
        .with_columns(pl.col("lend", "borrow").neg().exp())
    )


def with_numpy(data: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> Best:
    """Subtract by broadcasting, one expiry after the other."""
    lend, borrow = np.empty(len(data)), np.empty(len(data))
    for at, (strikes, buy, sell) in enumerate(data):
        upper = np.triu_indices(len(strikes), 1)
        width = (strikes[None, :] - strikes[:, None])[upper]
        lend[at] = ((buy[:, None] - sell[None, :])[upper] / width).min()
        borrow[at] = ((sell[:, None] - buy[None, :])[upper] / width).max()
    return lend, borrow


def processor_time(run: Callable[[], object], *, repeat: int = 1) -> float:
    """Return processor seconds of one run, all threads together."""
    begun = time.process_time()
    for _ in range(repeat):
        run()
    return (time.process_time() - begun) / repeat


def search(expiries: int, strikes: int, rounds: int) -> None:
    """Print the best boxes of all expiries."""
    data = chains(expiries, strikes)
    columns = [np.concatenate([each[part] for each in data]) for part in range(3)]
    starts = np.cumsum([0, *(len(each[0]) for each in data)])
    frame = polars_frame(data)
    runs: dict[str, Callable[[], Best]] = {
        "quantdeck": lambda: best_discounts(*columns, starts),
        "Polars, lazy, rates and median": lambda: _columns(
            with_polars_rates(frame.lazy()).collect()
        ),
        "Polars, lazy": lambda: _columns(with_polars(frame.lazy()).collect()),
        "Polars, eager": lambda: _columns(with_polars(frame)),
        "NumPy": lambda: with_numpy(data),
    }
    ours = runs["quantdeck"]()
    apart = {
        name: max(float(np.abs(a - b).max()) for a, b in zip(run(), ours, strict=True))
        for name, run in runs.items()
    }
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            taken[name].append(processor_time(run, repeat=20 if name == "quantdeck" else 1))
    base = taken["quantdeck"]
    pairs = sum(len(each[0]) * (len(each[0]) - 1) // 2 for each in data)
    rows = [
        (
            name,
            f"{statistics.median(seconds) * 1e3:.3f}",
            f"{statistics.median(s / b for s, b in zip(seconds, base, strict=True)):,.0f}",
            f"{apart[name]:.0e}",
        )
        for name, seconds in taken.items()
    ]
    show(
        f"Best lending and borrowing box of {expiries} expiries, {pairs:,} boxes",
        ("", "ms of processor", "their time / ours", "|difference|"),
        rows,
    )


def _columns(frame: pl.DataFrame) -> Best:
    return frame["lend"].to_numpy(), frame["borrow"].to_numpy()


def one_expiry(strikes: int, rounds: int) -> None:
    """Print what one expiry takes."""
    chain = known_chain(np.random.default_rng(1), days=180, strikes=strikes).chain
    rules = BoxRules()
    quotes = synthetics(chain, AT_NS, rules)
    fit = rate_of_chain(chain, AT_NS, rules)
    kept = BoxSearch(quotes.strikes, quotes.buy, quotes.sell)

    def one_quote() -> None:
        kept.update(50, quotes.buy[50], quotes.sell[50])
        kept.best()

    steps: dict[str, Callable[[], object]] = {
        "one quote -> best lending and borrowing box": one_quote,
        "gates, robust line, tests, bars, boxes": lambda: rate_of_chain(chain, AT_NS, rules),
        "all pairs, three rates and volume": lambda: box_surface(chain, fit, rules),
        "rates by strike": lambda: strike_rates(chain, fit, rules),
        "table of 20 boxes": lambda: top_table(chain, fit, rules, side=Side.LEND),
    }
    rows = []
    for name, run in steps.items():
        run()
        seconds = [processor_time(run, repeat=50) for _ in range(rounds)]
        rows.append((name, f"{statistics.median(seconds) * 1e6:,.1f}"))
    show(f"One expiry of {len(chain.strikes)} strikes", ("", "us of processor"), rows)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--expiries", type=int, default=60)
    parser.add_argument("--strikes", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    one_thread()
    search(options.expiries, options.strikes, options.rounds)
    one_expiry(options.strikes, options.rounds)


if __name__ == "__main__":
    main()
