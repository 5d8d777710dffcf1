"""Which trades of a file are new, where no number names them.

Two lines that say the same (instrument, time, price, size) within one file are two trades; where the
same is known already, as often as it is known it is the same trade. So a file that is taken twice, or
that overlaps with another or with what was captured, adds nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.model.events import Rows


@dataclass(frozen=True, slots=True)
class KnownTrades:
    """Trades of one instrument that are known already, as arrays of equal length, in any order.

    Parameters
    ----------
    ts_ns, seq : array of int64
        Event time UTC [ns], and number.
    price, size : array of float64
        [currency], [units of the instrument]
    numbered_here : array of bool
        Whether the number was given by `new_trades`, not by a venue.
    """

    ts_ns: IntArray
    seq: IntArray
    price: FloatArray
    size: FloatArray
    numbered_here: NDArray[np.bool_]


def new_trades(rows: Rows, known: KnownTrades | None = None) -> Rows:
    """Return the trades that are not known, with numbers that name them.

    Parameters
    ----------
    rows : structured array of shape (n,)
        Rows of `TRADE_DTYPE` of one instrument, ascending in time, of equal times in the order of the
        file.
    known : KnownTrades or None
        Those known at these times; None where there is none.

    Returns
    -------
    structured array of shape (m,)
        A copy of the new ones. `seq` counts the trades of equal time from 0 on, after those counted
        before.

    Examples
    --------
    >>> from quantdeck.model.events import TRADE_DTYPE
    >>> rows = np.zeros(3, TRADE_DTYPE)
    >>> rows["ts_event"], rows["price"] = [10, 10, 20], [5.0, 5.0, 6.0]
    >>> first = new_trades(rows)
    >>> first["seq"].tolist()
    [0, 1, 0]
    >>> known = KnownTrades(
    ...     first["ts_event"][:1], first["seq"][:1], first["price"][:1], first["size"][:1],
    ...     np.ones(1, bool),
    ... )
    >>> new_trades(rows, known)["seq"].tolist()
    [1, 0]
    """
    if known is None or not len(known.ts_ns):
        fresh = rows.copy()
        fresh["seq"] = _places(fresh["ts_event"])
        return fresh
    fresh = rows[_is_new(rows, known)]
    fresh["seq"] = _places(fresh["ts_event"]) + _next_number(fresh["ts_event"], known)
    return fresh


def _is_new(rows: Rows, known: KnownTrades) -> NDArray[np.bool_]:
    # Known trades first, so that within a group of equal ones they stand before those of the file
    ts = np.concatenate([known.ts_ns, rows["ts_event"]])
    price = np.concatenate([known.price, rows["price"]])
    size = np.concatenate([known.size, rows["size"]])
    order = np.lexsort((size, price, ts))
    begins = np.ones(len(order), bool)
    begins[1:] = False
    for key in (ts, price, size):
        begins[1:] |= key[order[1:]] != key[order[:-1]]
    starts = np.flatnonzero(begins)
    group = np.cumsum(begins) - 1
    times_known = np.add.reduceat(order < len(known.ts_ns), starts, dtype=np.int64)[group]
    occurrence = np.arange(len(order)) - starts[group] - times_known
    is_new = np.zeros(len(order), bool)
    is_new[order] = occurrence >= times_known
    return is_new[len(known.ts_ns) :]


def _places(ts: IntArray) -> IntArray:
    # Of each trade among those of equal time
    begins = np.ones(len(ts), bool)
    begins[1:] = ts[1:] != ts[:-1]
    starts = np.flatnonzero(begins)
    return np.arange(len(ts)) - starts[np.cumsum(begins) - 1] if len(ts) else np.zeros(0, np.int64)


def _next_number(ts: IntArray, known: KnownTrades) -> IntArray:
    ours = known.numbered_here
    order = np.lexsort((known.seq[ours], known.ts_ns[ours]))
    times, numbers = known.ts_ns[ours][order], known.seq[ours][order]
    # The last of equal times has the highest number
    last = np.searchsorted(times, ts, side="right") - 1
    is_met = last >= 0
    is_met[is_met] = times[last[is_met]] == ts[is_met]
    out = np.zeros(len(ts), np.int64)
    out[is_met] = numbers[last[is_met]] + 1
    return out
