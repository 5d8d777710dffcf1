"""Two sets of bars of one instrument as one: what many ticks of the past become beside those held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.live.bar_kernels import (
    CLOSE,
    CLOSE_SEQ,
    CLOSE_TS,
    HIGH,
    LOW,
    OPEN,
    OPEN_SEQ,
    OPEN_TS,
    REST,
    START,
    TRADES,
    VOLUME,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray

Cells = tuple["IntArray", "FloatArray"]
"""Bars as `quantdeck.live.bar_kernels` has them, oldest first: cells of `counts` and of `values`."""


def merged_cells(one: Cells, other: Cells) -> Cells:
    """Return the bars of all the ticks that two sets of bars are made of.

    Parameters
    ----------
    one, other : pair of arrays of shape (n, WIDTH)
        Bars of the same interval, oldest first, made of different ticks. Of two ticks with equal time
        and number, that of `other` closes a bar.

    Returns
    -------
    pair of arrays of shape (m, WIDTH)
        The same bars as all ticks together make; volumes are sums by Knuth's two-sum.
    """
    counts, values = np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]])
    _, first, place = np.unique(counts[:, START], return_index=True, return_inverse=True)
    merged = counts[first], values[first]
    is_second = np.ones(len(counts), bool)
    is_second[first] = False
    second = np.flatnonzero(is_second)
    _add(merged, place[second], (counts[second], values[second]))
    return merged


def _add(bars: Cells, rows: IntArray, more: Cells) -> None:
    counts, values = bars[0][rows], bars[1][rows]
    extra, amounts = more
    opens = _is_before(extra, counts, OPEN_TS, OPEN_SEQ)
    closes = ~_is_before(extra, counts, CLOSE_TS, CLOSE_SEQ)
    for is_taken, stamp, number, price in (
        (opens, OPEN_TS, OPEN_SEQ, OPEN),
        (closes, CLOSE_TS, CLOSE_SEQ, CLOSE),
    ):
        counts[is_taken, stamp] = extra[is_taken, stamp]
        counts[is_taken, number] = extra[is_taken, number]
        values[is_taken, price] = amounts[is_taken, price]
    counts[:, TRADES] += extra[:, TRADES]
    values[:, HIGH] = np.maximum(values[:, HIGH], amounts[:, HIGH])
    values[:, LOW] = np.minimum(values[:, LOW], amounts[:, LOW])
    total, added = values[:, VOLUME].copy(), amounts[:, VOLUME]
    together = total + added
    part = together - total
    values[:, REST] += amounts[:, REST] + (total - (together - part)) + (added - part)
    values[:, VOLUME] = together
    bars[0][rows], bars[1][rows] = counts, values


def _is_before(one: IntArray, other: IntArray, stamp: int, number: int) -> NDArray[np.bool_]:
    earlier = one[:, stamp] < other[:, stamp]
    return earlier | ((one[:, stamp] == other[:, stamp]) & (one[:, number] < other[:, number]))
