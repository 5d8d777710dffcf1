"""Memory of a table of features: built at once, read back, and written in parts by this process or by workers.

Daily bars of symbols that are made up are kept in a temporary folder; then each way has a process of its
own, which tells the most memory that it ever held, and the most that one of its workers did. Workers are
handed everything, also what would stay in the caller for being little. Each way is gone twice, with half of
the symbols and with all of them: the last column is what the largest process held more of, in bytes for
each further cell of the table (feature x symbol x session), of which the value is four. It is without what
is imported on the way, and is what `quantdeck.jobs.feature_room` reckons with. Linux tells it, in `/proc`;
elsewhere there is nothing to print.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import numpy as np
from timing import show

from quantdeck.app.feature_blocks import build_parts
from quantdeck.app.feature_parts import feature_sources
from quantdeck.app.settings import Settings
from quantdeck.jobs.features import FeatureRequest, build_table
from quantdeck.model.errors import NoData
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import HISTORY_DTYPE, History
from quantdeck.research.features import catalogue
from quantdeck.scale.compute.inline import InlineExecutor
from quantdeck.scale.compute.processes import ProcessExecutor
from quantdeck.tape.features.store import TableStore
from quantdeck.tape.history.store import BarStore

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.research.tables import weekdays

A = 252
_LOOK_S = 0.1
_TOLD = Provenance("made-up", Delay.SIMULATED, RunId("benchmark"))


def name_of(number: int) -> str:
    """Return a symbol."""
    return f"US:S{number:05}"


def keep_bars(folder: Path, symbols: int, sessions: int) -> None:
    """Keep daily bars of random walks."""
    store, random, days = BarStore(folder), np.random.default_rng(7), weekdays(sessions)
    for number in range(symbols):
        rows = np.zeros(sessions, HISTORY_DTYPE)
        rows["start_ns"] = days
        rows["close"] = 50.0 * np.exp(0.02 * random.standard_normal(sessions).cumsum())
        rows["open"] = rows["close"] * np.exp(0.005 * random.standard_normal(sessions))
        rows["high"] = np.maximum(rows["open"], rows["close"]) * 1.004
        rows["low"] = np.minimum(rows["open"], rows["close"]) * 0.996
        rows["volume"] = np.exp(random.normal(13.0, 0.4, sessions))
        store.keep(History(name_of(number), "1d", rows, _TOLD, fetched_ns=1, calendar="XNYS"))


def most_held(process: int | str) -> int:
    """Return the most memory that a process ever held; 0 where it is gone. [B]."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def below(process: int | str) -> list[str]:
    """Return the processes that a process has started, and theirs."""
    found: list[str] = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += path.read_text().split()
        except OSError:
            continue
    return found + [each for child in found for each in below(child)]


class Watch:
    """Looks at workers in a thread of its own while they work."""

    def __init__(self) -> None:
        self.most = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._is_over.wait(_LOOK_S):
            self.most = max([self.most, *map(most_held, below("self"))])


def at_once(folder: Path, symbols: tuple[str, ...]) -> None:
    """Build a table and keep it, as `quantdeck features` and the job of the page do."""
    built = build_table(FeatureRequest(symbols), feature_sources(Settings(), folder))
    if built is None:
        raise NoData("no table was built")
    TableStore(folder).put(built.table)


def in_parts(folder: Path, symbols: tuple[str, ...], workers: int) -> None:
    """Write the parts, as `quantdeck features --parts` does; this process alone without workers."""
    executor = ProcessExecutor(workers, worth_s=0.0) if workers else InlineExecutor()
    with tempfile.TemporaryDirectory(dir=folder) as output, closing(executor):
        build_parts(Settings(), folder, FeatureRequest(symbols), Path(output), executor)


def alone(way: str, folder: Path, count: int, workers: int) -> None:
    """Go one way in this process, and print what it took as JSON."""
    symbols = tuple(map(name_of, range(count)))
    begun = time.perf_counter()
    with Watch() as watch:
        if way == "table":
            at_once(folder, symbols)
        elif way == "read":
            TableStore(folder).get()
        else:
            in_parts(folder, symbols, workers if way == "workers" else 0)
    print(json.dumps([time.perf_counter() - begun, most_held("self"), watch.most]))


def gone(way: str, folder: Path, count: int, workers: int) -> tuple[float, int, int]:
    """Return what a fresh process took: seconds, the most it held, the most of a worker. [s, B, B]."""
    command = [sys.executable, __file__, "--way", way, "--folder", str(folder)]
    command += ["--symbols", str(count), "--workers", str(workers)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    seconds, most, of_worker = json.loads(told.stdout.splitlines()[-1])
    return seconds, most, of_worker


def main() -> None:
    """Print what each way takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=100, help="(default 100)")
    parser.add_argument("--years", type=int, default=4, help="of daily bars (default 4)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        alone(options.way, options.folder, options.symbols, options.workers)
        return
    if not Path("/proc/self/status").exists():
        print("this system has no /proc, which tells how much memory was held")
        return
    sessions, columns, half = A * options.years, len(catalogue.names()), options.symbols // 2
    ways = {
        "table": "at once, and kept",
        "read": "read back, as training does",
        "inline": "in parts, by this process",
        "workers": f"in parts, by {options.workers} processes",
    }
    held: dict[str, list[tuple[float, int, int]]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keep_bars(folder, options.symbols, sessions)
        for count in (half, options.symbols):
            for way, found in held.items():
                found.append(gone(way, folder, count, options.workers))
    cells = columns * (options.symbols - half) * sessions
    rows = [
        [
            *(title, f"{whole[0]:.1f}", f"{whole[1] / 1e6:,.0f}"),
            f"{whole[2] / 1e6:,.0f}" if whole[2] else "none",
            f"{(max(whole[1:]) - max(part[1:])) / cells:.1f}",
        ]
        for title, (part, whole) in zip(ways.values(), held.values(), strict=True)
    ]
    show(
        f"{columns} features of {options.symbols:,} symbols, {sessions:,} sessions: "
        f"{4 * columns * options.symbols * sessions / 1e6:,.0f} MB of values",
        ("", "seconds", "caller [MB]", "worker [MB]", "B a further cell"),
        rows,
    )


if __name__ == "__main__":
    main()
