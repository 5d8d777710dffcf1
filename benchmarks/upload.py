"""A file of trades, read, and taken onto the tape and into memory.

Reading is compared with what a person would write: `pandas.read_csv` with `to_datetime`, `polars.read_csv`
with a conversion of the times, `pyarrow.csv` with types given, and the `csv` module with `datetime.fromisoformat` and `float`; all of them end
with times, symbols, prices and sizes of every line. None but quantdeck says which lines are bad. Then the
whole way: read, compared with the tape, written, sealed and merged into bars and ticks. Needs the test
dependencies.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import sys
import tempfile
import time
import tracemalloc
from datetime import datetime
from pathlib import Path

import numpy as np

_REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_REPOSITORY), str(_REPOSITORY / "src")]

from benchmarks.timing import compare, show  # noqa: E402

from quantdeck.feeds.uploads.parse import FileParser  # noqa: E402
from quantdeck.hub.state import LiveState  # noqa: E402
from quantdeck.hub.uploads import UploadDesk, UploadParts  # noqa: E402
from quantdeck.model.feed import RunId  # noqa: E402
from quantdeck.model.instruments import InstrumentTable  # noqa: E402
from quantdeck.net.clock import SystemClock  # noqa: E402
from quantdeck.tape.open import open_reader, open_writer  # noqa: E402

_BEGAN_MS = 1_723_075_200_000


def write_files(folder: Path, rows: int) -> tuple[Path, Path, Path]:
    """Write the same trades as CSV with ISO times, CSV with epochs, and NDJSON."""
    random = np.random.default_rng(20261121)
    at_ms = _BEGAN_MS + np.cumsum(random.integers(1, 70, rows))
    moments = np.datetime_as_string(at_ms.astype("datetime64[ms]"))
    prices = (60_000 + np.cumsum(random.normal(size=rows))).round(2)
    sizes = random.integers(1, 5000, rows) / 1000
    symbols = np.where(random.random(rows) < 0.5, "BTCUSDT", "ETHUSDT")
    iso, epoch, objects = (folder / name for name in ("iso.csv", "epoch.csv", "trades.ndjson"))
    columns = list(zip(symbols.tolist(), prices.tolist(), sizes.tolist(), strict=True))
    header = "ts,symbol,price,size\n"
    iso.write_text(
        header
        + "".join(f"{t}Z,{s},{p},{z}\n" for t, (s, p, z) in zip(moments, columns, strict=True))
    )
    epoch.write_text(
        header
        + "".join(
            f"{t},{s},{p},{z}\n" for t, (s, p, z) in zip(at_ms.tolist(), columns, strict=True)
        )
    )
    objects.write_text(
        "".join(
            json.dumps({"ts": f"{t}Z", "symbol": s, "price": p, "size": z}) + "\n"
            for t, (s, p, z) in zip(moments, columns, strict=True)
        )
    )
    return iso, epoch, objects


def _pandas(file: Path):
    import pandas as pd

    frame = pd.read_csv(file)
    frame["ts"] = pd.to_datetime(frame["ts"], utc=True)
    return frame


def _polars(file: Path):
    import polars as pl

    return pl.read_csv(file).with_columns(pl.col("ts").str.to_datetime("%+", time_unit="ns"))


def _pyarrow(file: Path):
    import pyarrow as pa
    from pyarrow import csv as pa_csv

    types = {"ts": pa.timestamp("ns", "UTC"), "symbol": pa.dictionary(pa.int32(), pa.string())}
    options = pa_csv.ConvertOptions(column_types=types)
    return pa_csv.read_csv(file, convert_options=options)


def _csv_module(file: Path):
    with file.open(newline="") as source:
        return [
            (
                datetime.fromisoformat(row["ts"]),
                row["symbol"],
                float(row["price"]),
                float(row["size"]),
            )
            for row in csv.DictReader(source)
        ]


def reading(iso: Path, epoch: Path, objects: Path, rows: int, rounds: int) -> None:
    """Compare the reading of files."""
    parse = FileParser(most_bytes=1 << 33, most_rows=50_000_000)
    peers = {
        "pyarrow": lambda: _pyarrow(iso),
        "polars": lambda: _polars(iso),
        "pandas": lambda: _pandas(iso),
        "csv module": lambda: _csv_module(iso),
    }
    found = compare(lambda: parse(iso, venue="UPLOAD"), peers, rounds=rounds)
    table = [
        [name, f"{rows / timing.seconds / 1e6:.2f} M", f"{timing.ratio:.1f}"]
        for name, timing in found.items()
    ]
    show(f"{rows:,} trades as CSV with ISO times", ["reader", "rows/s", "time / ours"], table)
    others = []
    for name, file in (("CSV with epochs in ms", epoch), ("NDJSON with ISO times", objects)):
        own = compare(lambda file=file: parse(file, venue="UPLOAD"), {}, rounds=rounds)
        others.append([name, f"{rows / own['quantdeck'].seconds / 1e6:.2f} M"])
    show("other forms", ["form", "rows/s"], others)


def memory(iso: Path, rows: int) -> None:
    """Say what reading takes beyond the rows it makes."""
    parse = FileParser(most_bytes=1 << 33, most_rows=50_000_000)
    tracemalloc.start()
    parsed = parse(iso, venue="UPLOAD")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    made = parsed.rows.nbytes
    print(
        f"\nmemory while reading: {peak / 1e6:.0f} MB at most, of which {made / 1e6:.0f} MB are the"
    )
    print(f"  {rows:,} rows of 48 bytes (their array doubles as it grows); the file has "
          f"{iso.stat().st_size / 1e6:.0f} MB")  # fmt: skip


def whole_way(iso: Path, rows: int) -> None:
    """Take a file onto a new tape and into memory, then once more."""
    clock, instruments = SystemClock(), InstrumentTable()
    state = LiveState(instruments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        writer = open_writer(folder, instruments, clock=clock)
        desk = UploadDesk(
            UploadParts(
                FileParser(most_bytes=1 << 33, most_rows=50_000_000),
                folder / "uploads",
                lambda: RunId("benchmark"),
            ),
            reader=open_reader(folder),
            writer=writer,
            instruments=instruments,
            clock=clock,
            merge=state.insert,
        )
        table = []
        for what in ("new", "the same again"):
            report = asyncio.run(desk.take(iso, venue="UPLOAD", partial=False))
            writer.seal()
            speed = f"{rows / report.seconds / 1e6:.2f} M"
            table.append([what, f"{report.new:,}", f"{report.seconds:.2f} s", speed])
        began = time.perf_counter()
        asyncio.run(_merge_again(state))
        merging = time.perf_counter() - began
        writer.close()
    show("read, compared, written, merged", ["upload", "new", "took", "rows/s"], table)
    print(
        f"  of which the event loop is held for {merging * 1e3:.0f} ms at most, to merge a symbol"
    )


async def _merge_again(state: LiveState) -> None:
    # As much as one symbol of the file brings, into a deck that holds newer bars
    from quantdeck.model.events import TRADE_DTYPE, Kind

    rows = np.zeros(500_000, TRADE_DTYPE)
    rows["ts_event"] = (_BEGAN_MS - 60_000_000 + np.arange(len(rows)) * 35) * 1_000_000
    rows["price"], rows["size"] = 5.0, 1.0
    state.insert(Kind.TRADE, rows)


def main() -> None:
    """Run all comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="50,000 rows, one round")
    arguments = parser.parse_args()
    rows, rounds = (50_000, 1) if arguments.quick else (arguments.rows, arguments.rounds)
    with tempfile.TemporaryDirectory() as name:
        files = write_files(Path(name), rows)
        reading(*files, rows, rounds)
        memory(files[0], rows)
        whole_way(files[0], rows)


if __name__ == "__main__":
    main()
