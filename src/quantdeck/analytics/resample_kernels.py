"""Compiled loops of `quantdeck.analytics.resample`.

Sums of sizes are kept as (total, rest) by Knuth's two-sum: `total` is the running float64 sum and
`rest` the sum of its rounding errors, so total + rest is the exact sum to about 106 bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray

OPEN, HIGH, LOW, CLOSE, VOLUME, VOLUME_LO = range(6)
"""Rows of the float columns that the kernels fill."""

START, TRADES = range(2)
"""Rows of the integer columns that the kernels fill."""


UNORDERED, UNUSABLE = -1, -2
"""What `fill_bars` returns instead of a count: ticks out of order, or a price or size that is not
finite, a negative size, or a volume beyond the range of floats."""

_STRIDE = 16
_SCRATCH = 256


@kernel(
    "dense_ints",
    "dense_ints",
    "dense_floats",
    "dense_floats",
    "int",
    "int_rows_out",
    "float_rows_out",
)
def fill_bars(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917  (one pass)
    ts: IntArray,
    seq: IntArray,
    price: FloatArray,
    size: FloatArray,
    interval: int,
    counts: IntArray,
    values: FloatArray,
) -> int:
    """Fill the bars of ticks in order of (ts, seq); return how many, or why not."""
    # One bar at a time: find its end, then a few plain loops over its ticks, each of which the
    # compiler turns into vector instructions.
    n = len(ts)
    n_bars = 0
    first = 0
    sums = np.empty(_SCRATCH)
    rests = np.empty(_SCRATCH)
    while first < n:
        if n_bars == counts.shape[1] or (first > 0 and ts[first] < ts[first - 1]):
            return UNORDERED
        begin = (ts[first] // interval) * interval
        end = begin + interval
        stop = first + _STRIDE
        while stop < n and ts[stop] < end:
            stop += _STRIDE
        inside = stop - _STRIDE
        stop = min(stop, n)
        while stop - inside > 1:
            middle = (inside + stop) >> 1
            before_end = ts[middle] < end
            inside = middle if before_end else inside
            stop = stop if before_end else middle

        t, s, p, v = ts[first:stop], seq[first:stop], price[first:stop], size[first:stop]
        next_t, next_s = t[1:], s[1:]
        unordered = False
        for k in range(len(next_t)):
            unordered |= (next_t[k] < t[k]) | ((next_t[k] == t[k]) & (next_s[k] < s[k]))
        if unordered:
            return UNORDERED

        highest = p[0]
        lowest = p[0]
        unusable = False
        for x in p:
            highest = max(highest, x)
            lowest = min(lowest, x)
            unusable |= x != x  # noqa: PLR0124  (true of NaN alone)
        for x in v:
            unusable |= x < 0.0

        total = 0.0
        rest = 0.0
        done = 0
        while len(v) - done >= _STRIDE:
            part = v[done : done + 4 * _SCRATCH]
            quarter = len(part) // 4
            v0, v1 = part[:quarter], part[quarter : 2 * quarter]
            v2, v3 = part[2 * quarter : 3 * quarter], part[3 * quarter : 4 * quarter]
            for k in range(quarter):
                sum1 = v0[k] + v1[k]
                back = sum1 - v0[k]
                lost = (v0[k] - (sum1 - back)) + (v1[k] - back)
                sum2 = sum1 + v2[k]
                back = sum2 - sum1
                lost += (sum1 - (sum2 - back)) + (v2[k] - back)
                sum3 = sum2 + v3[k]
                back = sum3 - sum2
                sums[k] = sum3
                rests[k] = lost + ((sum2 - (sum3 - back)) + (v3[k] - back))
            for k in range(quarter):
                added = total + sums[k]
                back = added - total
                rest += (total - (added - back)) + (sums[k] - back) + rests[k]
                total = added
            done += 4 * quarter
        for x in v[done:]:
            added = total + x
            back = added - total
            rest += (total - (added - back)) + (x - back)
            total = added
        volume = total + rest
        # x - x is NaN for NaN and for the infinities
        if unusable or volume - volume != 0.0 or not highest - lowest < np.inf:
            return UNUSABLE

        counts[START, n_bars] = begin
        counts[TRADES, n_bars] = len(p)
        values[OPEN, n_bars] = p[0]
        values[HIGH, n_bars] = highest
        values[LOW, n_bars] = lowest
        values[CLOSE, n_bars] = p[-1]
        values[VOLUME, n_bars] = volume
        values[VOLUME_LO, n_bars] = rest - (volume - total)
        n_bars += 1
        first = stop
    return n_bars


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
