"""Features of many symbols over years: quantdeck against pandas and Polars, and everything with its memory.

Prices are simulated. A dozen features that all three can say are timed on some of the symbols, on one
thread each but for Polars, which uses all it finds; the largest difference at the last session is printed.
Then every feature is built for all symbols in two threads, and after it every figure of the registry of
metrics that returns and a benchmark have; seconds on the clock, seconds of processor, and the largest
memory that the process ever had.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl
from timing import compare, one_thread, show

from quantdeck.analytics.risk import FigureRules, figure_table
from quantdeck.research.features.build import build

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.research.tables import synthetic_panel

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.research.features.panel import Panel

A = 252
DOZEN = (
    "sma20",
    "sma20_gap",
    "rsi14",
    "gap",
    "return1",
    "momentum",
    "momentum63",
    "hv30",
    "vol_parkinson21",
    "volume_ratio",
    "channel20",
    "momentum_rank",
)
LN4 = 4.0 * np.log(2.0)


def long_frame(panel: Panel) -> pd.DataFrame:
    """Return the panel as rows, ordered by symbol and session."""
    shape = panel.close.shape
    columns = {"symbol": np.repeat(np.arange(shape[0]), shape[1])}
    columns["session"] = np.tile(np.arange(shape[1]), shape[0])
    for name in ("open", "high", "low", "close", "volume", "total"):
        columns[name] = getattr(panel, name).ravel()
    return pd.DataFrame(columns)


def with_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the dozen by groups of pandas."""
    by = frame.groupby("symbol", sort=False)
    out = pd.DataFrame({"symbol": frame["symbol"], "session": frame["session"]})

    def rolled(column: pd.Series, window: int, how: str) -> pd.Series:
        rolling = column.groupby(frame["symbol"], sort=False).rolling(window)
        return getattr(rolling, how)().droplevel(0)

    def smooth(column: pd.Series) -> pd.Series:
        grouped = column.groupby(frame["symbol"], sort=False)
        return grouped.ewm(alpha=1 / 14, adjust=False).mean().droplevel(0)

    before = by["close"].shift()
    moved = frame["close"] - before
    up, down = smooth(moved.clip(lower=0.0)), smooth((-moved).clip(lower=0.0))
    top, bottom = rolled(frame["high"], 20, "max"), rolled(frame["low"], 20, "min")
    log_return = np.log(frame["total"] / by["total"].shift())
    out["sma20"] = rolled(frame["close"], 20, "mean")
    out["sma20_gap"] = frame["close"] / out["sma20"] - 1.0
    out["rsi14"] = 100.0 * up / (up + down)
    out["gap"] = frame["open"] / before - 1.0
    out["return1"] = frame["total"] / by["total"].shift() - 1.0
    out["momentum"] = frame["total"] / by["total"].shift(21) - 1.0
    out["momentum63"] = frame["total"] / by["total"].shift(63) - 1.0
    out["hv30"] = rolled(log_return, 30, "std") * A**0.5
    squares = np.log(frame["high"] / frame["low"]) ** 2
    out["vol_parkinson21"] = (rolled(squares, 21, "mean") / LN4 * A) ** 0.5
    out["volume_ratio"] = np.log(frame["volume"] / rolled(by["volume"].shift(), 20, "mean"))
    out["channel20"] = (frame["close"] - bottom) / (top - bottom)
    ranks = out.groupby("session", sort=False)["momentum"]
    out["momentum_rank"] = (ranks.rank() - 0.5) / ranks.transform("count")
    return out


def with_polars(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the dozen by windows of Polars."""
    close, total, volume = pl.col("close"), pl.col("total"), pl.col("volume")
    moved = close.diff()
    up = moved.clip(lower_bound=0.0).ewm_mean(alpha=1 / 14, adjust=False)
    down = (-moved).clip(lower_bound=0.0).ewm_mean(alpha=1 / 14, adjust=False)
    top, bottom = pl.col("high").rolling_max(20), pl.col("low").rolling_min(20)
    squares = (pl.col("high") / pl.col("low")).log() ** 2
    columns = {
        "sma20": close.rolling_mean(20),
        "sma20_gap": close / close.rolling_mean(20) - 1.0,
        "rsi14": 100.0 * up / (up + down),
        "gap": pl.col("open") / close.shift() - 1.0,
        "return1": total / total.shift() - 1.0,
        "momentum": total / total.shift(21) - 1.0,
        "momentum63": total / total.shift(63) - 1.0,
        "hv30": (total / total.shift()).log().rolling_std(30) * A**0.5,
        "vol_parkinson21": (squares.rolling_mean(21) / LN4 * A) ** 0.5,
        "volume_ratio": (volume / volume.shift().rolling_mean(20)).log(),
        "channel20": (close - bottom) / (top - bottom),
    }
    found = frame.with_columns(**{k: v.over("symbol") for k, v in columns.items()})
    rank = (pl.col("momentum").rank() - 0.5) / pl.col("momentum").count()
    return found.with_columns(momentum_rank=rank.over("session"))


def largest_difference(panel: Panel, found: pd.DataFrame | pl.DataFrame) -> float:
    """Return the largest relative difference at the last session."""
    table = build(panel, DOZEN)
    theirs = np.array(found[list(DOZEN)].to_numpy()).reshape(*panel.close.shape, -1)[:, -1]
    ours = table.values[:, :, -1].T
    return float(np.nanmax(np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-3)))


def measured(run: Callable[[], object]) -> tuple[object, str, str, str]:
    """Return a result, its seconds on the clock and of processor, and the peak of memory until then."""
    begun, worked = time.perf_counter(), time.process_time()
    found = run()
    taken = time.perf_counter() - begun, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return found, f"{taken[0]:.1f}", f"{taken[1]:.1f}", f"{peak:.2f}"


def everything(panel: Panel) -> list[tuple[str, ...]]:
    """Build every feature, then every figure, and return rows of what it took."""
    rules = FigureRules(periods_per_year=A)
    returns = np.diff(panel.total, axis=1) / panel.total[:, :-1]
    base = returns.mean(axis=0)
    halves = np.array_split(np.arange(len(panel.symbols)), 8)
    with ThreadPoolExecutor(2) as pool:
        table, *features = measured(lambda: build(panel, spread=pool.map))
        tables, *figures = measured(
            lambda: list(
                pool.map(lambda rows: figure_table(returns[rows].T, rules, benchmark=base), halves)
            )
        )
    return [
        (f"all {len(table.names)} columns of features", *features),
        (f"all {len(tables[0].names)} figures of returns", *figures),
    ]


def main() -> None:
    """Print how long features take."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=300, help="of everything (default 300)")
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--peers", type=int, default=200, help="symbols of the dozen (default 200)")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    one_thread()
    sessions = A * options.years
    build(synthetic_panel(3, 300))
    figure_table(synthetic_panel(3, 300, is_clean=True).total.T[1:] * 1e-4, FigureRules(A))
    rows = everything(synthetic_panel(options.symbols, sessions, is_clean=True))
    show(
        f"{options.symbols:,} symbols, {sessions:,} sessions, two threads",
        ("", "seconds", "of processor", "peak [GB]"),
        rows,
    )
    panel = synthetic_panel(options.peers, sessions, is_clean=True)
    frame = long_frame(panel)
    wide = pl.from_pandas(frame)
    found = compare(
        lambda: build(panel, DOZEN),
        {"pandas": lambda: with_pandas(frame), "polars": lambda: with_polars(wide)},
        rounds=options.rounds,
    )
    peers = {"pandas": with_pandas(frame), "polars": with_polars(wide)}
    show(
        f"{len(DOZEN)} features of {options.peers:,} symbols, quantdeck on one thread",
        ("", "seconds", "time / ours", "largest difference"),
        [("quantdeck", f"{found['quantdeck'].seconds:.3f}", "1.0", "")]
        + [
            (
                name,
                f"{found[name].seconds:.3f}",
                f"{found[name].ratio:.1f}",
                f"{largest_difference(panel, peer):.0e}",
            )
            for name, peer in peers.items()
        ],
    )


if __name__ == "__main__":
    main()
