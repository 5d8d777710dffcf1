"""The tape: appending, sealing, bytes per event, the newest events and one-second bars.

Peers are Parquet with its defaults, SQLite and DuckDB for writing, pandas and Polars for reading the
same sealed files. Events are the recorded frames where they are at hand, else made up.
"""

from __future__ import annotations

import argparse
import gzip
import os
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import msgspec
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from timing import compare, show

from quantdeck.analytics.resample import bars_from_ticks
from quantdeck.model.events import QUOTE_DTYPE, TRADE_DTYPE, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.tape.options import TapeOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quantdeck.tape.reader import Reader

SYMBOLS = 20
BATCH = 5000
NOON = 1_723_161_600_000_000_000 - 43_200_000_000_000
RUN = Provenance("binance-usdm", Delay.REALTIME, RunId("01J4TAPEBENCHMARKRUN000001"))


def made_up_trades(rows: int) -> np.ndarray:
    """Return trades of several symbols in order of receipt, prices that walk in ticks."""
    random = np.random.default_rng(1)
    trades = np.zeros(rows, dtype=TRADE_DTYPE)
    day = 40_000 * 1_000_000_000
    trades["ts_recv"] = NOON + np.sort(random.integers(0, day, rows))
    late = random.integers(1_000_000, 60_000_000, rows)
    trades["ts_event"] = (trades["ts_recv"] - late) // 1_000_000 * 1_000_000
    trades["seq"] = np.arange(rows)
    # One symbol has a seventh of all, as BTCUSDT does.
    trades["symbol"] = np.where(random.random(rows) < 0.14, 0, random.integers(1, SYMBOLS, rows))
    trades["price"] = np.round(60_000 + np.cumsum(random.normal(scale=0.03, size=rows)), 1)
    trades["size"] = np.round(random.lognormal(-3, 1.2, rows), 3)
    trades["side"] = random.choice([-1, 1], rows)
    return trades


def recorded(folder: Path) -> list[tuple[Kind, np.ndarray]]:
    """Return the trades and quotes of the recorded frames."""
    trades, quotes = [], []
    for number, path in enumerate(sorted(folder.glob("*.gz"))):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            received, _, frame = line.partition(b" ")
            data = msgspec.json.decode(frame).get("data")
            if data is None:
                continue  # The answer to a subscription.
            stamps = (data.get("T", 0) * 1_000_000, int(received))
            if data["e"] == "trade" and data["X"] == "MARKET":
                side = -1 if data["m"] else 1
                price, size = float(data["p"]), float(data["q"])
                trades.append((*stamps, data["t"], price, size, number, side, 0, b""))
            elif data["e"] == "bookTicker":
                sides = (float(data[key]) for key in "baBA")
                quotes.append((*stamps, data["u"], *sides, number, 0, b""))
    return [
        (Kind.TRADE, np.array(trades, dtype=TRADE_DTYPE)),
        (Kind.QUOTE, np.array(quotes, dtype=QUOTE_DTYPE)),
    ]


def instruments() -> InstrumentTable:
    """Return a table that knows all symbols."""
    table = InstrumentTable()
    for number in range(SYMBOLS):
        table.id_of(f"BINANCE-USDM:SYM{number:02d}USDT")
    return table


def wide(rows: np.ndarray) -> pa.Table:
    """Return rows as anyone would write them: columns, text as text."""
    table = instruments()
    columns = {n: np.ascontiguousarray(rows[n]) for n in rows.dtype.names if n != "_pad"}
    columns["symbol"] = np.array([table.symbol(i) for i in range(SYMBOLS)])[rows["symbol"]]
    for name, text in (("source", RUN.source), ("delay", "realtime"), ("run", RUN.run_id)):
        columns[name] = np.full(len(rows), text)
    return pa.table(columns)


def batches(rows: np.ndarray) -> Iterator[np.ndarray]:
    """Return the rows some at a time."""
    for first in range(0, len(rows), BATCH):
        yield rows[first : first + BATCH]


def write_tape(folder: Path, events: list[tuple[Kind, np.ndarray]]) -> dict[str, float]:
    """Append and seal; return rates and sizes."""
    options = TapeOptions(roll_rows=10**9, seal_on_close=False)
    tape = open_writer(folder, instruments(), clock=SystemClock(), options=options)
    calls: list[float] = []
    count = sum(len(rows) for _, rows in events)
    begun = time.perf_counter()
    for kind, rows in events:
        for some in batches(rows):
            batch = Batch(kind, some, RUN)
            called = time.perf_counter()
            tape.append_wait(batch)
            calls.append(time.perf_counter() - called)
    tape.sync()
    appended = time.perf_counter()
    logged = tape.status().bytes_on_disk
    tape.seal()
    sealed = time.perf_counter()
    size = tape.status().bytes_on_disk
    tape.close()
    return {
        "append": count / (appended - begun),
        "call": statistics.median(calls),
        "seal": count / (sealed - appended),
        "log": logged / count,
        "size": size / count,
    }


def parquet_rate(folder: Path, tables: list[pa.Table], **options: str) -> tuple[float, float]:
    """Write one file a batch and flush each; return rows/s and bytes a row."""
    begun = time.perf_counter()
    size = 0
    for number, table in enumerate(tables):
        path = folder / f"{number}.parquet"
        pq.write_table(table, path, **options)
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        size += path.stat().st_size
    rows = sum(table.num_rows for table in tables)
    return rows / (time.perf_counter() - begun), size / rows


def sqlite_rate(folder: Path, tables: list[pa.Table]) -> float:
    """Insert a transaction a batch."""
    connection = sqlite3.connect(folder / "x.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"CREATE TABLE t ({', '.join(tables[0].column_names)})")
    marks = ", ".join("?" * tables[0].num_columns)
    lists = [list(zip(*(c.to_pylist() for c in t.columns), strict=True)) for t in tables]
    begun = time.perf_counter()
    for rows in lists:
        connection.execute("BEGIN")
        connection.executemany(f"INSERT INTO t VALUES ({marks})", rows)
        connection.execute("COMMIT")
    connection.close()
    return sum(map(len, lists)) / (time.perf_counter() - begun)


def duckdb_rate(folder: Path, tables: list[pa.Table]) -> float:
    """Insert a batch at a time into a DuckDB file."""
    connection = duckdb.connect(str(folder / "x.duckdb"))
    connection.register("batch", tables[0])
    connection.execute("CREATE TABLE t AS SELECT * FROM batch LIMIT 0")
    begun = time.perf_counter()
    for table in tables:
        connection.register("batch", table)
        connection.execute("INSERT INTO t SELECT * FROM batch")
    connection.close()
    return sum(t.num_rows for t in tables) / (time.perf_counter() - begun)


def report_writing(rows: np.ndarray, folder: Path) -> Path:
    """Print what writing costs, and return the tape."""
    some = [wide(part) for part in batches(rows[: 40 * BATCH])]
    for name in ("tape", "parquet", "other"):
        (folder / name).mkdir()
    ours = write_tape(folder / "tape", [(Kind.TRADE, rows)])
    default, _ = parquet_rate(folder / "parquet", some)
    rates = {
        "quantdeck append + flush": ours["append"],
        "quantdeck seal (sort, zstd, fsync, commit)": ours["seal"],
        "Parquet defaults, a file a batch": default,
        "DuckDB file, insert": duckdb_rate(folder / "other", some),
        "SQLite, executemany": sqlite_rate(folder / "other", some),
    }
    table = [
        [name, f"{rate / 1e6:.2f}", f"{ours['append'] / rate:.1f}x"] for name, rate in rates.items()
    ]
    title = f"writing {len(rows):,} trades, {BATCH:,} a batch (the caller waits "
    title += f"{ours['call'] * 1e6:.1f} us a batch)"
    show(title, ("", "M rows/s", "append is"), table)
    return folder / "tape"


def report_size(name: str, events: list[tuple[Kind, np.ndarray]], folder: Path) -> None:
    """Print how large an event is on the disk."""
    folder.mkdir()
    table = []
    for kind, rows in events:
        tape, snappy, zstd = (folder / f"{kind}-{n}" for n in ("tape", "snappy", "zstd"))
        for path in (tape, snappy, zstd):
            path.mkdir()
        ours = write_tape(tape, [(kind, rows)])["size"]
        peers = {
            "Parquet defaults (snappy)": parquet_rate(snappy, [wide(rows)])[1],
            "Parquet zstd": parquet_rate(zstd, [wide(rows)], compression="zstd")[1],
            "packed rows": float(rows.dtype.itemsize),
        }
        table.append([f"{kind}: quantdeck ({len(rows):,})", f"{ours:.1f}", "1.0x"])
        table += [[f"{kind}: {n}", f"{s:.1f}", f"{s / ours:.1f}x"] for n, s in peers.items()]
    show(f"bytes an event with provenance, {name}", ("", "B", "ours is"), table)


def readers(tape: Path) -> tuple[Reader, list[Path], str]:
    """Return our reader, and the sealed files of the busiest symbol."""
    reader = open_reader(tape)
    busiest = max(reader.coverage(), key=lambda c: c.rows).symbol
    answer = reader.sql("SELECT path, symbol FROM files", timeout_s=10, max_rows=10**6)
    paths = [tape / r["path"] for r in answer.to_pylist() if r["symbol"] == busiest]
    return reader, paths, busiest


def report_tail(reader: Reader, paths: list[Path], symbol: str) -> None:
    """Print how long the newest 1,000 events take."""
    sql = f"SELECT * FROM trades WHERE symbol = '{symbol}' ORDER BY ts_event DESC LIMIT 1000"
    peers: dict[str, Callable[[], object]] = {
        "Polars, this symbol's file": lambda: pl.scan_parquet(paths).tail(1000).collect(),
        "pandas, this symbol's file": lambda: pd.concat(map(pd.read_parquet, paths)).tail(1000),
        "quantdeck SQL, all files": lambda: reader.sql(sql, timeout_s=60, max_rows=1000),
    }
    found = compare(lambda: reader.tail(Kind.TRADE, symbol, 1000), peers)
    table = [[n, f"{t.seconds * 1e3:.1f}", f"{t.ratio:.1f}x"] for n, t in found.items()]
    show("newest 1,000 trades of a symbol", ("", "ms", "ours is"), table)


def report_bars(reader: Reader, paths: list[Path], symbol: str) -> None:
    """Print how long the one-second bars of a symbol's day take."""
    columns = ("ts_event", "seq", "price", "size")

    def ours() -> object:
        ticks = reader.table(Kind.TRADE, symbols=[symbol], columns=columns)
        arrays = [ticks.column(name).to_numpy() for name in columns]
        return bars_from_ticks(*arrays, interval_ns=1_000_000_000)

    def polars() -> object:
        price = pl.col("price")
        made = pl.scan_parquet(paths).group_by(pl.col("ts_event") // 1_000_000_000)
        return (
            made.agg(
                price.first().alias("open"),
                price.max().alias("high"),
                price.min().alias("low"),
                price.last().alias("close"),
                pl.col("size").sum(),
                pl.len(),
            )
            .sort("ts_event")
            .collect()
        )

    def pandas() -> object:
        frame = pd.concat(pd.read_parquet(path, columns=list(columns)) for path in paths)
        grouped = frame.groupby(frame["ts_event"] // 1_000_000_000)
        prices = grouped["price"].agg(["first", "max", "min", "last", "count"])
        return prices.assign(volume=grouped["size"].sum())

    sql = (
        "SELECT ts_event // 1000000000 AS second, arg_min(price, (ts_event, seq)) AS open, "
        "max(price) AS high, min(price) AS low, arg_max(price, (ts_event, seq)) AS close, "
        f"sum(size) AS volume, count(*) AS trades FROM trades WHERE symbol = '{symbol}' "
        "GROUP BY ALL ORDER BY second"
    )
    peers: dict[str, Callable[[], object]] = {
        "Polars, this symbol's file": polars,
        "pandas, this symbol's file": pandas,
        "quantdeck SQL": lambda: reader.sql(sql, timeout_s=60, max_rows=10**6),
    }
    found = compare(ours, peers)
    rows = sum(pq.read_metadata(path).num_rows for path in paths)
    table = [[n, f"{t.seconds * 1e3:.1f}", f"{t.ratio:.1f}x"] for n, t in found.items()]
    show(f"one-second bars of {rows:,} sealed ticks", ("", "ms", "ours is"), table)


def main() -> None:
    """Write, measure, read, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    arguments = parser.parse_args()
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    frames = Path(os.environ.get("QUANTDECK_SHARED_DATA", default)) / "binance-usdm-raw-ws"
    with tempfile.TemporaryDirectory(prefix="quantdeck-bench-") as name:
        folder = Path(name)
        rows = made_up_trades(arguments.rows)
        tape = report_writing(rows, folder)
        report_size("made-up trades", [(Kind.TRADE, rows)], folder / "made-up")
        if frames.is_dir():
            report_size("recorded frames", recorded(frames), folder / "recorded")
        else:
            print("\nno recorded frames here: their size is not measured")
        found = readers(tape)
        report_tail(*found)
        report_bars(*found)


if __name__ == "__main__":
    main()
