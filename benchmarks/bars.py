"""One-second bars from the ticks of one instrument: quantdeck against pandas, Polars and DuckDB.

Peers get their own columns beforehand and may use all cores; ours uses one. Before anything is timed
every contender's bars are compared with ours.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
from timing import compare, one_thread, show

from quantdeck.analytics.resample import bars_from_ticks

if TYPE_CHECKING:
    from collections.abc import Callable

SECOND = 1_000_000_000
TICKS_PER_SECOND = 60


def ticks(rows: int) -> dict[str, np.ndarray]:
    """Return ordered ticks, several to a millisecond, with prices that walk in steps of 0.1."""
    random = np.random.default_rng(1)
    span = rows // TICKS_PER_SECOND * SECOND
    ts = np.sort(random.integers(0, span, rows)) // 1_000_000 * 1_000_000
    price = np.round(60_000.0 + np.cumsum(random.normal(scale=0.3, size=rows)), 1)
    return {
        "ts": ts,
        "seq": np.arange(rows),
        "price": price,
        "size": random.integers(1, 5000, rows) * 0.001,
    }


def pandas_groupby(data: dict[str, np.ndarray]) -> Callable[[], Any]:
    """Group by whole seconds."""
    frame = pd.DataFrame(data)

    def run() -> pd.DataFrame:
        grouped = frame.groupby(frame["ts"] // SECOND, sort=True)
        prices, sizes = grouped["price"], grouped["size"]
        return pd.DataFrame(
            {
                "open": prices.first(),
                "high": prices.max(),
                "low": prices.min(),
                "close": prices.last(),
                "volume": sizes.sum(),
                "trades": sizes.count(),
            }
        )

    return run


def pandas_resample(data: dict[str, np.ndarray]) -> Callable[[], Any]:
    """Resample on a time index."""
    frame = pd.DataFrame(data, index=pd.to_datetime(data["ts"]))

    def run() -> pd.DataFrame:
        sampler = frame.resample("1s")
        bars = sampler["price"].ohlc()
        bars["volume"] = sampler["size"].sum()
        bars["trades"] = sampler["size"].count()
        return bars[bars["trades"] > 0]

    return run


def polars_group_by(data: dict[str, np.ndarray]) -> Callable[[], Any]:
    """Group by whole seconds, order kept."""
    frame = pl.DataFrame(data)
    price = pl.col("price")

    def run() -> pl.DataFrame:
        return (
            frame.lazy()
            .group_by((pl.col("ts") // SECOND).alias("start"), maintain_order=True)
            .agg(
                price.first().alias("open"),
                price.max().alias("high"),
                price.min().alias("low"),
                price.last().alias("close"),
                pl.col("size").sum().alias("volume"),
                pl.len().alias("trades"),
            )
            .collect()
        )

    return run


def polars_dynamic(data: dict[str, np.ndarray]) -> Callable[[], Any]:
    """Group by windows of a column declared sorted."""
    frame = pl.DataFrame(data).with_columns(pl.from_epoch("ts", time_unit="ns")).set_sorted("ts")
    price = pl.col("price")

    def run() -> pl.DataFrame:
        return frame.group_by_dynamic("ts", every="1s").agg(
            price.first().alias("open"),
            price.max().alias("high"),
            price.min().alias("low"),
            price.last().alias("close"),
            pl.col("size").sum().alias("volume"),
            pl.len().alias("trades"),
        )

    return run


def duckdb_sql(data: dict[str, np.ndarray]) -> Callable[[], Any]:
    """Group by whole seconds, first and last by seq."""
    base = duckdb.connect()
    base.register("source", pl.DataFrame(data).to_arrow())
    base.execute("create table ticks as from source")

    def run() -> dict[str, np.ndarray]:
        return base.execute(
            f"""select ts // {SECOND} as start, arg_min(price, seq) as open, max(price) as high,
                min(price) as low, arg_max(price, seq) as close, sum(size) as volume,
                count(*) as trades from ticks group by 1 order by 1"""
        ).fetchnumpy()

    return run


PEERS = {
    "pandas groupby": pandas_groupby,
    "pandas resample": pandas_resample,
    "Polars group_by": polars_group_by,
    "Polars group_by_dynamic": polars_dynamic,
    "DuckDB arg_min/arg_max": duckdb_sql,
}


def main() -> None:
    """Compare all contenders' bars, then time them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="ticks (default 1,000,000)")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    one_thread()
    data = ticks(options.rows)

    def ours() -> Any:
        return bars_from_ticks(
            data["ts"], data["seq"], data["price"], data["size"], interval_ns=SECOND
        )

    bars = ours()
    runs = {name: prepare(data) for name, prepare in PEERS.items()}
    for name, run in runs.items():
        peer = run()
        for column in ("open", "high", "low", "close", "trades"):
            if not np.array_equal(np.asarray(peer[column]), getattr(bars, column)):
                print(f"{name}: {column} differs")
        if not np.allclose(np.asarray(peer["volume"]), bars.volume, rtol=1e-12):
            print(f"{name}: volume differs")
    timings = compare(ours, runs, rounds=options.rounds)
    show(
        f"{options.rows:,} ticks to {len(bars):,} bars of 1 s",
        ("", "time / quantdeck's", "ns per tick"),
        [
            (name, f"{timing.ratio:.1f}", f"{timing.seconds / options.rows * 1e9:.1f}")
            for name, timing in timings.items()
        ],
    )


if __name__ == "__main__":
    main()
