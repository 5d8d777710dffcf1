"""Compiled loops of `quantdeck.live.bars`.

The bars of a symbol are a ring of slots in one row of two tables, `counts` (int64) and `values`
(float64), `WIDTH` cells a slot; `heads` says where its newest slot is. Bars lie in the ring in order
of time. Volume is kept as (total, rest) by Knuth's two-sum, as in
`quantdeck.analytics.resample_kernels`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray

NEWEST, LENGTH, VERSION, LATE, TOO_LATE, REFUSED = range(6)
"""Columns of `heads`: newest slot, bars held, changes, and the counters of `BarCounts`."""

START, TRADES, OPEN_TS, OPEN_SEQ, CLOSE_TS, CLOSE_SEQ = range(6)
"""Cells of a slot in `counts`."""

OPEN, HIGH, LOW, CLOSE, VOLUME, REST = range(6)
"""Cells of a slot in `values`."""

WIDTH = 6
"""Cells of a slot in either table."""

NEVER = -(1 << 62)
"""Start of a slot without a bar: before any time, and far enough from the end of int64 to add to."""

FOREVER = 1 << 62
"""After any time and any number."""


@kernel(
    "ints",
    "ints",
    "floats",
    "floats",
    "ids",
    "int",
    "int",
    "int",
    "int_rows_out",
    "int_rows_out",
    "float_rows_out",
)
def fold_ticks(  # noqa: C901, PLR0913, PLR0915, PLR0917 - one compiled loop
    ts: IntArray,
    seq: IntArray,
    price: FloatArray,
    size: FloatArray,
    symbol: NDArray[np.int32],
    interval: int,
    first: int,
    slot: int,
    heads: IntArray,
    counts: IntArray,
    values: FloatArray,
) -> int:
    """Fold ticks from row `first` on; return the row at which the caller has something to do.

    The loop ends at a tick of an interval before the newest bar (`slot` then says where that bar is,
    for the row `first` only; -1 for all others) and at a symbol that the tables have no row for.
    """
    capacity = counts.shape[1] // WIDTH
    for i in range(first, len(ts)):
        s = symbol[i]
        if s >= len(heads):
            return i
        t, p, v = ts[i], price[i], size[i]
        # x - x is NaN for NaN and for the infinities
        if not (p - p == 0.0 and v - v == 0.0 and v >= 0.0):
            heads[s, REFUSED] += 1
            continue
        newest = heads[s, NEWEST] * WIDTH
        cell = slot * WIDTH if i == first and slot >= 0 else newest
        begin = counts[s, cell + START]
        if t < begin:
            return i
        latest = counts[s, newest + CLOSE_TS]
        if t < latest or (t == latest and seq[i] < counts[s, newest + CLOSE_SEQ]):
            heads[s, LATE] += 1
        if t >= begin + interval:
            heads[s, NEWEST] = (heads[s, NEWEST] + 1) % capacity
            heads[s, LENGTH] = min(heads[s, LENGTH] + 1, capacity)
            cell = heads[s, NEWEST] * WIDTH
            counts[s, cell + START] = t // interval * interval
            counts[s, cell + TRADES] = 0
            counts[s, cell + OPEN_TS] = FOREVER
            counts[s, cell + CLOSE_TS] = NEVER
            values[s, cell + HIGH] = p
            values[s, cell + LOW] = p
            values[s, cell + VOLUME] = 0.0
            values[s, cell + REST] = 0.0
        heads[s, VERSION] += 1
        counts[s, cell + TRADES] += 1
        values[s, cell + HIGH] = max(values[s, cell + HIGH], p)
        values[s, cell + LOW] = min(values[s, cell + LOW], p)
        opened, closed = counts[s, cell + OPEN_TS], counts[s, cell + CLOSE_TS]
        if t < opened or (t == opened and seq[i] < counts[s, cell + OPEN_SEQ]):
            counts[s, cell + OPEN_TS] = t
            counts[s, cell + OPEN_SEQ] = seq[i]
            values[s, cell + OPEN] = p
        if t > closed or (t == closed and seq[i] >= counts[s, cell + CLOSE_SEQ]):
            counts[s, cell + CLOSE_TS] = t
            counts[s, cell + CLOSE_SEQ] = seq[i]
            values[s, cell + CLOSE] = p
        total = values[s, cell + VOLUME]
        added = total + v
        part = added - total
        values[s, cell + REST] += (total - (added - part)) + (v - part)
        values[s, cell + VOLUME] = added
    return len(ts)


@kernel("int", "int", "int_rows_out", "int_rows_out", "float_rows_out")
def older_slot(s: int, start: int, heads: IntArray, counts: IntArray, values: FloatArray) -> int:
    """Return the slot of a bar before the newest, made where there is none; -1 if it is too old.

    A bar is too old when the ring is full of newer ones.
    """
    capacity = counts.shape[1] // WIDTH
    length = heads[s, LENGTH]
    newer = 1
    while newer < length:
        slot = (heads[s, NEWEST] - newer) % capacity
        if counts[s, slot * WIDTH + START] == start:
            return slot
        if counts[s, slot * WIDTH + START] < start:
            break
        newer += 1
    if newer == capacity:
        return -1
    # Open a slot: move the newer bars on by one. In a full ring that overwrites the oldest.
    heads[s, NEWEST] = (heads[s, NEWEST] + 1) % capacity
    heads[s, LENGTH] = min(length + 1, capacity)
    slot = heads[s, NEWEST]
    for _ in range(newer):
        before = (slot - 1) % capacity
        for cell in range(WIDTH):
            counts[s, slot * WIDTH + cell] = counts[s, before * WIDTH + cell]
            values[s, slot * WIDTH + cell] = values[s, before * WIDTH + cell]
        slot = before
    cell = slot * WIDTH
    counts[s, cell + START] = start
    counts[s, cell + TRADES] = 0
    counts[s, cell + OPEN_TS] = FOREVER
    counts[s, cell + CLOSE_TS] = NEVER
    values[s, cell + HIGH] = -np.inf
    values[s, cell + LOW] = np.inf
    values[s, cell + VOLUME] = 0.0
    values[s, cell + REST] = 0.0
    return slot
