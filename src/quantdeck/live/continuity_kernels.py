"""Compiled loops of `quantdeck.live.continuity`: the rows that nothing is to be decided about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from quantdeck.analytics.types import IntArray

LAST, NEWEST_TS, SEEN_FROM = range(3)
"""Columns of a numbered stream's state: newest number and event time, and the lowest number from
which on all have been seen."""

LAST_ID, FORWARD_RECV, BITS = range(3)
"""Columns of a conflated stream's state: newest id, when it last went forward, and four columns from `BITS` on with the newest values, bit by bit, so that NaN equals NaN."""

KEPT, DUPLICATE, STALE, EXCLUDED, RESTARTED, REFETCHED = range(6)
"""Columns of the tally that the loops fill."""

NOTHING = -(1 << 62)
"""Number and time of a stream that has brought nothing."""

_REPAIRED_BIT = 2
_EXCLUDED_BIT = 8


@kernel("ints", "ints", "ids", "flags", "int", "int_rows_out", "ints_out", "ints_out")
def follow_numbers(  # noqa: PLR0913, PLR0917 - one compiled loop
    ts: IntArray,
    seq: IntArray,
    symbol: NDArray[np.int32],
    flags: NDArray[np.uint8],
    first: int,
    state: IntArray,
    keep: IntArray,
    tally: IntArray,
) -> int:
    """Mark next numbers as kept and plain duplicates as not; return the first row that is neither."""
    for i in range(first, len(ts)):
        s = symbol[i]
        if s >= len(state):
            return i
        if seq[i] == state[s, LAST] + 1:
            state[s, LAST] = seq[i]
            state[s, NEWEST_TS] = max(state[s, NEWEST_TS], ts[i])
            keep[i] = 0 if flags[i] & _EXCLUDED_BIT else 1
            tally[KEPT if keep[i] else EXCLUDED] += 1
        elif state[s, SEEN_FROM] <= seq[i] <= state[s, LAST] and (
            ts[i] <= state[s, NEWEST_TS] or flags[i] & _REPAIRED_BIT
        ):
            keep[i] = 0
            tally[REFETCHED if flags[i] & _REPAIRED_BIT else DUPLICATE] += 1
        else:
            return i
    return len(ts)


@kernel(
    "ints",
    "ints",
    "ints",
    "ints",
    "ints",
    "ints",
    "ids",
    "int",
    "int",
    "int_rows_out",
    "ints_out",
    "ints_out",
)
def follow_states(  # noqa: PLR0913, PLR0917 - one compiled loop
    number: IntArray,
    recv: IntArray,
    a: IntArray,
    b: IntArray,
    c: IntArray,
    d: IntArray,
    symbol: NDArray[np.int32],
    first: int,
    restart_after: int,
    state: IntArray,
    keep: IntArray,
    tally: IntArray,
) -> int:
    """Mark rows whose number is higher than the last as kept; return the first row without a state.

    Of the rest, one that repeats the last row is a duplicate and any other is stale.
    """
    for i in range(first, len(number)):
        s = symbol[i]
        if s >= len(state):
            return i
        restarted = (
            number[i] < state[s, LAST_ID] and recv[i] - state[s, FORWARD_RECV] > restart_after
        )
        if number[i] > state[s, LAST_ID] or restarted:
            tally[RESTARTED] += 1 if restarted else 0
            state[s, LAST_ID] = number[i]
            state[s, FORWARD_RECV] = recv[i]
            state[s, BITS], state[s, BITS + 1] = a[i], b[i]
            state[s, BITS + 2], state[s, BITS + 3] = c[i], d[i]
            keep[i] = 1
            tally[KEPT] += 1
            continue
        same = (
            number[i] == state[s, LAST_ID]
            and a[i] == state[s, BITS]
            and b[i] == state[s, BITS + 1]
            and c[i] == state[s, BITS + 2]
            and d[i] == state[s, BITS + 3]
        )
        keep[i] = 0
        tally[DUPLICATE if same else STALE] += 1
    return len(number)
