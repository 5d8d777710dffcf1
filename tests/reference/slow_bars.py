"""Bars by the plainest means: one tick at a time, in Python, sums by `math.fsum`.

Shares no code with quantdeck; the oracle of every faster way to the same bars.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class SlowTick(NamedTuple):
    ts: int
    seq: int
    price: float
    size: float


class SlowBar(NamedTuple):
    start: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    trades: int


def slow_bars(ticks: list[SlowTick], interval: int) -> list[SlowBar]:
    """Return the bars of distinct ticks in any order; only intervals with a tick have one."""
    by_start: dict[int, list[SlowTick]] = {}
    for tick in ticks:
        by_start.setdefault(tick.ts - tick.ts % interval, []).append(tick)
    bars: list[SlowBar] = []
    for start in sorted(by_start):
        inside = sorted(by_start[start], key=lambda tick: (tick.ts, tick.seq))
        prices = [tick.price for tick in inside]
        bars.append(
            SlowBar(
                start,
                prices[0],
                max(prices),
                min(prices),
                prices[-1],
                math.fsum(tick.size for tick in inside),
                len(inside),
            )
        )
    return bars
