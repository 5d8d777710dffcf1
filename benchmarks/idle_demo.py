"""What a demo that nobody looks at takes: memory by its kind, growth per hour, processor time.

The demo runs as a process of its own and is sampled; --pid watches one that runs already, such as one that
was left alone for an hour. Growth is the slope of a least-squares line through the second half of the
samples: the first half is filled with starting up, and buffers of fixed size fill for some minutes more.
The peer is the least such a process can be: an interpreter that has imported the same libraries.

Run with `python benchmarks/idle_demo.py [--seconds 60] [--pid PID]`; an hour is --seconds 3600.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from timing import show  # noqa: E402

from tests.end_to_end.real_deck import RealDeck  # noqa: E402

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_SAMPLES = 60
_LIBRARIES = (
    "import duckdb, exchange_calendars, fastapi, numba, pyarrow.parquet, scipy.optimize, talib"
)
_LARGEST = 8
_MAPPING = re.compile(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(.*)")


class Sample(NamedTuple):
    """A moment of a process: when [s], memory [MB], processor time [s]."""

    at: float
    resident: float
    own: float
    cpu: float


def _sample(pid: int) -> Sample:
    status = Path(f"/proc/{pid}/status").read_text()
    resident, own = (
        int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
        for name in ("VmRSS", "RssAnon")
    )
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return Sample(
        time.monotonic(), resident, own, (int(fields[11]) + int(fields[12])) / _TICKS_PER_S
    )


def _by_kind(pid: int) -> list[tuple[str, float]]:
    # Resident memory by what is mapped there; heaps of threads have no name. [MB]
    sizes: dict[str, float] = {}
    name = ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        found = _MAPPING.match(line)
        if found:
            name = found[1].rpartition("/")[2] or "heaps of threads, arrays"
        elif line.startswith("Rss:"):
            sizes[name] = sizes.get(name, 0.0) + int(line.split()[1]) / 1024
    return sorted(sizes.items(), key=lambda item: -item[1])[:_LARGEST]


def _least() -> float:
    code = f"{_LIBRARIES}\nfrom pathlib import Path\nprint(Path('/proc/self/status').read_text())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(re.search(r"VmRSS:\s+(\d+)", done.stdout)[1]) / 1024  # type: ignore[index]


def _watch(pid: int, seconds: float) -> None:
    samples = [_sample(pid)]
    while samples[-1].at - samples[0].at < seconds:
        time.sleep(seconds / _SAMPLES)
        samples.append(_sample(pid))
    late = samples[len(samples) // 2 :]
    hours = [(one.at - late[0].at) / 3600 for one in late]
    first, half, last = samples[0], late[0], samples[-1]
    rows = [
        [name, f"{one.resident:.0f}", f"{one.own:.0f}"]
        for name, one in (("at first", first), ("half-way", half), ("at the end", last))
    ]
    growth = [
        np.polyfit(hours, [getattr(one, name) for one in late], 1)[0]
        for name in Sample._fields[1:3]
    ]
    rows.append(["growth per hour, second half", *(f"{each:+.0f}" for each in growth)])
    rows.append(["only the libraries (peer)", f"{_least():.0f}", ""])
    show(f"memory over {seconds:.0f} s [MB]", ["", "resident", "its own"], rows)
    show(
        "resident by what it is [MB]",
        ["", ""],
        [[name, f"{size:.0f}"] for name, size in _by_kind(pid)],
    )
    share = (last.cpu - half.cpu) / (last.at - half.at)
    print(f"\nprocessor time in the second half: {share:.1%} of a core")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pid", type=int, help="watch this process instead of a demo of its own")
    options = parser.parse_args()
    if not Path("/proc/self/smaps").exists():
        sys.exit("memory is read from /proc, which this system does not have")
    if options.pid is not None:
        _watch(options.pid, options.seconds)
        return
    with tempfile.TemporaryDirectory() as folder:
        deck = RealDeck(Path(folder) / "data")
        try:
            _watch(deck.process.pid, options.seconds)
        finally:
            deck.stop()


if __name__ == "__main__":
    main()
