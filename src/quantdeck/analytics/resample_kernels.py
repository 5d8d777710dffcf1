"""Compiled loops of `quantdeck.analytics.resample`.

Sums of sizes are kept as (total, rest) by Knuth's two-sum: `total` is the running float64 sum and
`rest` the sum of its rounding errors, so total + rest is the exact sum to about 106 bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray

OPEN, HIGH, LOW, CLOSE, VOLUME, VOLUME_LO = range(6)
"""Rows of the float columns that the kernels fill."""

START, TRADES = range(2)
"""Rows of the integer columns that the kernels fill."""


@kernel("ints", "ints", "int")
def count_bars(ts: IntArray, seq: IntArray, interval: int) -> int:
    """Return how many bars the ticks give, or -1 where they are not in order of (ts, seq)."""
    n_bars = 0
    end = 0
    for i in range(len(ts)):
        t = ts[i]
        if i and (t < ts[i - 1] or (t == ts[i - 1] and seq[i] < seq[i - 1])):
            return -1
        if i == 0 or t >= end:
            end = (t // interval + 1) * interval
            n_bars += 1
    return n_bars


@kernel("ints", "floats", "floats", "int", "int_rows_out", "float_rows_out")
def fill_bars(
    ts: IntArray,
    price: FloatArray,
    size: FloatArray,
    interval: int,
    counts: IntArray,
    values: FloatArray,
) -> int:
    """Fill the bars of ordered ticks; return the row of the first bad tick, or -1."""
    n = len(ts)
    bar = 0
    i = 0
    while i < n:
        begin = (ts[i] // interval) * interval
        first = i
        highest = price[i]
        lowest = price[i]
        total = 0.0
        rest = 0.0
        while i < n and ts[i] < begin + interval:
            p = price[i]
            v = size[i]
            # x - x is NaN for NaN and for the infinities
            if not (p - p == 0.0 and v - v == 0.0 and v >= 0.0):
                return i
            highest = max(highest, p)
            lowest = min(lowest, p)
            added = total + v
            part = added - total
            rest += (total - (added - part)) + (v - part)
            total = added
            i += 1
        counts[START, bar] = begin
        counts[TRADES, bar] = i - first
        values[OPEN, bar] = price[first]
        values[HIGH, bar] = highest
        values[LOW, bar] = lowest
        values[CLOSE, bar] = price[i - 1]
        values[VOLUME, bar] = total + rest
        values[VOLUME_LO, bar] = rest - ((total + rest) - total)
        bar += 1
    return -1


@kernel("floats", "floats", "ints", "float_rows_out")
def fold_sums(
    volume: FloatArray, volume_lo: FloatArray, first: IntArray, values: FloatArray
) -> None:
    """Add up the volumes from each row of `first` to the next."""
    for bar in range(len(first)):
        stop = first[bar + 1] if bar + 1 < len(first) else len(volume)
        total = 0.0
        rest = 0.0
        for i in range(first[bar], stop):
            v = volume[i]
            added = total + v
            part = added - total
            rest += (total - (added - part)) + (v - part) + volume_lo[i]
            total = added
        values[VOLUME, bar] = total + rest
        values[VOLUME_LO, bar] = rest - ((total + rest) - total)
