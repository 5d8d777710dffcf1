"""Compiled loop of `quantdeck.live.ticks`; the tables are rings as in `bar_kernels`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray

NEWEST, LENGTH, VERSION, LATE, TOO_LATE = range(5)
"""Columns of `heads`: newest slot, ticks held, changes, and two counters."""

TS, SEQ, SIDE = range(3)
"""Cells of a slot in `counts`."""

PRICE, SIZE = range(2)
"""Cells of a slot in `values`."""

INTS, FLOATS = 3, 2
"""Cells of a slot in `counts` and in `values`."""


@kernel(
    "ints",
    "ints",
    "floats",
    "floats",
    "ints",
    "ids",
    "int_rows_out",
    "int_rows_out",
    "float_rows_out",
)
def keep_ticks(  # noqa: PLR0913, PLR0917 - one compiled loop
    ts: IntArray,
    seq: IntArray,
    price: FloatArray,
    size: FloatArray,
    side: IntArray,
    place: NDArray[np.int32],
    heads: IntArray,
    counts: IntArray,
    values: FloatArray,
) -> None:
    """Put ticks into the rings at their places, in order of (ts, seq)."""
    capacity = counts.shape[1] // INTS
    for i in range(len(ts)):
        s = place[i]
        # How many ticks held come after this one
        newer = 0
        while newer < heads[s, LENGTH]:
            cell = ((heads[s, NEWEST] - newer) % capacity) * INTS
            t = counts[s, cell + TS]
            if t < ts[i] or (t == ts[i] and counts[s, cell + SEQ] <= seq[i]):
                break
            newer += 1
        heads[s, LATE] += 1 if newer else 0
        if newer == capacity:
            heads[s, TOO_LATE] += 1
            continue
        heads[s, NEWEST] = (heads[s, NEWEST] + 1) % capacity
        heads[s, LENGTH] = min(heads[s, LENGTH] + 1, capacity)
        slot = heads[s, NEWEST]
        for _ in range(newer):
            before = (slot - 1) % capacity
            for cell in range(INTS):
                counts[s, slot * INTS + cell] = counts[s, before * INTS + cell]
            for cell in range(FLOATS):
                values[s, slot * FLOATS + cell] = values[s, before * FLOATS + cell]
            slot = before
        heads[s, VERSION] += 1
        counts[s, slot * INTS + TS] = ts[i]
        counts[s, slot * INTS + SEQ] = seq[i]
        counts[s, slot * INTS + SIDE] = side[i]
        values[s, slot * FLOATS + PRICE] = price[i]
        values[s, slot * FLOATS + SIZE] = size[i]
