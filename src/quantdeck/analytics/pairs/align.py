"""Two instruments on one time axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.resample import Bars
    from quantdeck.analytics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class AlignedPair:
    """Prices of two instruments at common times, oldest first.

    Parameters
    ----------
    ts_ns : array of shape (n,)
        Times, UTC, strictly increasing: starts of bars, or times of ticks. [ns]
    y, x : array of shape (n,)
        Prices of the dependent and of the explaining instrument. [currency]
    """

    ts_ns: IntArray
    y: FloatArray
    x: FloatArray

    def __len__(self) -> int:
        """Return the count of rows."""
        return len(self.ts_ns)

    def tail(self, rows: int) -> AlignedPair:
        """Return the newest rows.

        Parameters
        ----------
        rows : int
            How many, >= 0; fewer where there are not as many.

        Returns
        -------
        AlignedPair
            Views of the same memory.
        """
        first = max(0, len(self.ts_ns) - rows)
        return AlignedPair(self.ts_ns[first:], self.y[first:], self.x[first:])


@dataclass(frozen=True, slots=True)
class Ticks:
    """Ticks of one instrument, as arrays of equal length, in any order.

    Parameters
    ----------
    ts_ns : array of shape (n,)
        Event times, UTC. [ns]
    seq : array of shape (n,)
        The venue's numbers; order ticks of equal time.
    price : array of shape (n,)
        Prices; rows that are not finite are left out. [currency]
    """

    ts_ns: IntArray
    seq: IntArray
    price: FloatArray


def align_bars(y: Bars, x: Bars) -> AlignedPair:
    """Return the closes of two bar series at the starts that both have.

    Parameters
    ----------
    y, x : Bars
        Bars of one interval, strictly increasing in time.

    Returns
    -------
    AlignedPair
        One row per start found in both. Nothing is carried forward: where one instrument did not
        trade there is no row.

    Examples
    --------
    >>> from quantdeck.analytics.resample import bars_from_ticks
    >>> y = bars_from_ticks([0, 1, 2], [1, 2, 3], [10.0, 11.0, 12.0], [1.0] * 3, interval_ns=1)
    >>> x = bars_from_ticks([0, 2], [1, 2], [5.0, 6.0], [1.0] * 2, interval_ns=1)
    >>> pair = align_bars(y, x)
    >>> pair.ts_ns.tolist(), pair.y.tolist(), pair.x.tolist()
    ([0, 2], [10.0, 12.0], [5.0, 6.0])
    """
    common, rows_y, rows_x = np.intersect1d(
        y.start_ns, x.start_ns, assume_unique=True, return_indices=True
    )
    return AlignedPair(common, y.close[rows_y], x.close[rows_x])


def align_ticks(y: Ticks, x: Ticks) -> AlignedPair:
    """Return the last prices of two instruments at every time at which either ticks.

    Parameters
    ----------
    y, x : Ticks
        Ticks of the two instruments.

    Returns
    -------
    AlignedPair
        One row per distinct time, from the time at which both have ticked. Each side is its last
        tick at or before that time; of several ticks at one time the one of highest seq is last.

    Raises
    ------
    BadInput
        If the arrays of one side differ in length.

    Notes
    -----
    Ticks of different instruments at the same time have no order between them, so they make one
    row. Last-observation alignment biases the correlation of returns towards zero where one side
    trades much less often (Epps effect); bars are the better axis there.

    Examples
    --------
    >>> y = Ticks(np.array([10, 30]), np.array([1, 2]), np.array([1.0, 1.5]))
    >>> x = Ticks(np.array([20, 30, 40]), np.array([7, 8, 9]), np.array([5.0, 6.0, 7.0]))
    >>> pair = align_ticks(y, x)
    >>> pair.ts_ns.tolist(), pair.y.tolist(), pair.x.tolist()
    ([20, 30, 40], [1.0, 1.5, 1.5], [5.0, 6.0, 7.0])
    """
    ts_y, price_y = _ordered(y)
    ts_x, price_x = _ordered(x)
    if not len(ts_y) or not len(ts_x):
        return AlignedPair(np.empty(0, np.int64), np.empty(0), np.empty(0))
    times = np.union1d(ts_y, ts_x)
    times = times[times >= max(ts_y[0], ts_x[0])]
    last_y = np.searchsorted(ts_y, times, side="right") - 1
    last_x = np.searchsorted(ts_x, times, side="right") - 1
    return AlignedPair(times, price_y[last_y], price_x[last_x])


def _ordered(ticks: Ticks) -> tuple[IntArray, FloatArray]:
    ts = np.asarray(ticks.ts_ns, np.int64)
    seq = np.asarray(ticks.seq, np.int64)
    price = np.asarray(ticks.price, np.float64)
    if not ts.shape == seq.shape == price.shape or ts.ndim != 1:
        raise BadInput(
            "ts_ns, seq and price must be one-dimensional and equally long, shapes were "
            f"{ts.shape}, {seq.shape}, {price.shape}"
        )
    present = np.isfinite(price)
    if not present.all():
        ts, seq, price = ts[present], seq[present], price[present]
    step = np.diff(ts)
    if (step > 0).all() or ((step > 0) | ((step == 0) & (np.diff(seq) >= 0))).all():
        return ts, price
    order = np.lexsort((seq, ts))
    return ts[order], price[order]
