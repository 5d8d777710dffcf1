"""Paired timing: ours and every peer in turn, round after round, and the median of the ratios.

Alternating keeps a slow moment of the machine from falling on one side only. Nothing is stored and
nothing is asserted: a benchmark prints a table for a person to read.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Timing(NamedTuple):
    """What one contender took: median seconds of a run, and median of peer / ours per round."""

    seconds: float
    ratio: float


def one_thread() -> None:
    """Start the program again with linear algebra on one thread, unless it is already so.

    A two-core machine that does other things makes small matrices slower with two threads.
    """
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])


def compare(
    ours: Callable[[], object],
    peers: Mapping[str, Callable[[], object]],
    *,
    rounds: int = 7,
    repeat: int = 1,
) -> dict[str, Timing]:
    """Return timings of the peers and of "quantdeck", after one round that does not count.

    `repeat` runs ours so often in a row and counts their mean: for calls of microseconds.
    """
    contenders = {"quantdeck": ours, **peers}
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for counted in range(-1, rounds):
        for name, run in contenders.items():
            times = repeat if name == "quantdeck" else 1
            begun = time.perf_counter()
            for _ in range(times):
                run()
            elapsed = (time.perf_counter() - begun) / times
            if counted >= 0:
                taken[name].append(elapsed)
    base = taken["quantdeck"]
    return {
        name: Timing(
            statistics.median(seconds),
            statistics.median(s / b for s, b in zip(seconds, base, strict=True)),
        )
        for name, seconds in taken.items()
    }


def show(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, first column to the left and the others to the right."""
    table = [list(header), *map(list, rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(header))]
    print(f"\n{title}")
    for row in table:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  " + "   ".join(cells))
