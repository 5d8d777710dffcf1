"""Bars from ticks, and longer bars from shorter ones.

Ticks are ordered by (time, seq); only intervals that hold a tick give a bar, so a gap stays a gap.
Volumes are compensated sums: `Bars.volume` is the exact sum of the sizes rounded once, whatever the
order of the ticks, and the same whether it was added up from ticks or from shorter bars.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from quantdeck.analytics.resample_kernels import (
    CLOSE,
    HIGH,
    LOW,
    OPEN,
    START,
    TRADES,
    UNORDERED,
    UNUSABLE,
    VOLUME,
    VOLUME_LO,
    fill_bars,
    fold_sums,
)
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from quantdeck.analytics.types import FloatArray, IntArray

_Number = TypeVar("_Number", np.float64, np.int64)
_SHARED_ROWS = 1_000_000
"""From so many ticks on two threads are quicker than one."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of one instrument, oldest first, as arrays of equal length.

    Parameters
    ----------
    start_ns : array of int64
        Start of each interval, UTC, a multiple of the interval; strictly increasing. [ns]
    open, high, low, close : array of float64
        First, highest, lowest and last price by (time, seq). [currency]
    volume : array of float64
        Sum of sizes, correctly rounded. [units of the instrument]
    trades : array of int64
        Count of ticks.
    volume_lo : array of float64 or None
        What rounding left out of `volume`: the sum is volume + volume_lo to about 106 bits.
        Kept so that folding bars loses nothing; not for display. None where the bars come from
        someone who did not keep it; read as 0.
    """

    start_ns: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    trades: IntArray
    volume_lo: FloatArray | None = None

    def __len__(self) -> int:
        """Return the count of bars."""
        return len(self.start_ns)

    def __getitem__(self, rows: slice) -> Bars:
        """Return the bars of a slice, as views.

        Parameters
        ----------
        rows : slice
            Which bars.

        Returns
        -------
        Bars
            Views of the same memory.
        """
        return Bars(
            self.start_ns[rows],
            self.open[rows],
            self.high[rows],
            self.low[rows],
            self.close[rows],
            self.volume[rows],
            self.trades[rows],
            None if self.volume_lo is None else self.volume_lo[rows],
        )


def _bars(counts: IntArray, values: FloatArray) -> Bars:
    return Bars(
        start_ns=counts[START],
        open=values[OPEN],
        high=values[HIGH],
        low=values[LOW],
        close=values[CLOSE],
        volume=values[VOLUME],
        trades=counts[TRADES],
        volume_lo=values[VOLUME_LO],
    )


def _check_interval(interval_ns: int) -> None:
    if interval_ns <= 0:
        raise BadInput(f"interval_ns must be positive, was {interval_ns}")


def bars_from_ticks(
    ts_ns: ArrayLike, seq: ArrayLike, price: ArrayLike, size: ArrayLike, *, interval_ns: int
) -> Bars:
    """Return the bars of one instrument's ticks.

    Parameters
    ----------
    ts_ns : array of shape (n,)
        Event times, UTC, in any order. [ns]
    seq : array of shape (n,)
        The venue's numbers; order ticks of equal time.
    price : array of shape (n,)
        Prices, finite. [currency]
    size : array of shape (n,)
        Sizes, finite, >= 0. [units of the instrument]
    interval_ns : int
        Length of a bar, > 0. [ns]

    Returns
    -------
    Bars
        One row per interval that holds a tick. A tick at time t belongs to the bar that starts at
        floor(t / interval) * interval.

    Raises
    ------
    BadInput
        If the arrays differ in length, the interval is not positive, or a price or size is not
        finite or a size is negative.

    Notes
    -----
    Duplicated ticks are counted twice: removing them needs the symbol's history and is the feed's
    business. Sorted input takes one pass; unsorted input is ordered first.

    Examples
    --------
    >>> bars = bars_from_ticks(
    ...     [0, 400, 900, 2100], [1, 2, 3, 4], [10.0, 12.0, 11.0, 9.0], [1.0, 2.0, 1.0, 5.0],
    ...     interval_ns=1000,
    ... )
    >>> bars.start_ns.tolist(), bars.high.tolist(), bars.volume.tolist(), bars.trades.tolist()
    ([0, 2000], [12.0, 9.0], [4.0, 5.0], [3, 1])
    """
    _check_interval(interval_ns)
    ts, number = np.ascontiguousarray(ts_ns, np.int64), np.ascontiguousarray(seq, np.int64)
    prices, sizes = np.ascontiguousarray(price, np.float64), np.ascontiguousarray(size, np.float64)
    shapes = {np.shape(ts_ns), np.shape(seq), np.shape(price), np.shape(size)}
    if len(shapes) != 1 or ts.shape not in shapes:
        raise BadInput(
            "ts_ns, seq, price and size must be one-dimensional and equally long, shapes were "
            f"{np.shape(ts_ns)}, {np.shape(seq)}, {np.shape(price)}, {np.shape(size)}"
        )
    columns = (ts, number, prices, sizes)
    n_bars, counts, values = _fill_apart(columns, interval_ns)
    if n_bars == UNORDERED:
        order = np.lexsort((number, ts))
        columns = (ts[order], number[order], prices[order], sizes[order])
        n_bars, counts, values = _fill_apart(columns, interval_ns)
    if n_bars < 0:
        raise _unusable(*columns[1:])
    if n_bars < counts.shape[1]:
        # copied, since there may be room for far more bars than there are
        counts, values = counts[:, :n_bars].copy(), values[:, :n_bars].copy()
    return _bars(counts, values)


_Columns = tuple["IntArray", "IntArray", "FloatArray", "FloatArray"]
_Filled = tuple[int, "IntArray", "FloatArray"]


def _fill_apart(columns: _Columns, interval_ns: int) -> _Filled:
    # Two threads share what is worth starting one for: the kernel holds no lock.
    cut = _cut(columns[0], interval_ns)
    if not cut:
        return _fill(*columns, interval_ns)
    ts, number, prices, sizes = columns
    with ThreadPoolExecutor(1) as other:
        later = other.submit(_fill, ts[cut:], number[cut:], prices[cut:], sizes[cut:], interval_ns)
        first = _fill(ts[:cut], number[:cut], prices[:cut], sizes[:cut], interval_ns)
        second = later.result()
    for reason in (UNORDERED, UNUSABLE):
        if reason in {first[0], second[0]}:
            return reason, first[1], first[2]
    counts = np.concatenate((first[1][:, : first[0]], second[1][:, : second[0]]), axis=1)
    values = np.concatenate((first[2][:, : first[0]], second[2][:, : second[0]]), axis=1)
    return first[0] + second[0], counts, values


def _cut(ts: IntArray, interval_ns: int) -> int:
    # Where a bar begins near the middle; 0 where there are few ticks, or the order there is doubtful
    if len(ts) < _SHARED_ROWS:
        return 0
    middle = len(ts) // 2
    end = (int(ts[middle]) // interval_ns + 1) * interval_ns
    later: IntArray = ts[middle:]
    cut = middle + int(later.searchsorted(end))
    in_order = cut < len(ts) and ts[cut - 1] < end <= ts[cut]
    return cut if in_order else 0


def _fill(
    ts: IntArray, number: IntArray, prices: FloatArray, sizes: FloatArray, interval_ns: int
) -> _Filled:
    span = int(ts[-1] // interval_ns - ts[0] // interval_ns) + 1 if len(ts) else 0
    room = max(0, min(len(ts), span))
    counts, values = np.empty((2, room), np.int64), np.empty((6, room))
    return int(fill_bars(ts, number, prices, sizes, interval_ns, counts, values)), counts, values


def _unusable(number: IntArray, prices: FloatArray, sizes: FloatArray) -> BadInput:
    bad = np.flatnonzero(~(np.isfinite(prices) & np.isfinite(sizes) & (sizes >= 0.0)))
    if not len(bad):
        return BadInput("the sizes of a bar add up to more than a float64 can hold")
    return BadInput(
        f"prices must be finite and sizes finite and >= 0; the tick of seq {number[bad[0]]} has "
        f"price {prices[bad[0]]} and size {sizes[bad[0]]}; leave such ticks out"
    )


def resample_bars(bars: Bars, interval_ns: int) -> Bars:
    """Return longer bars made of shorter ones.

    Parameters
    ----------
    bars : Bars
        Bars whose interval divides `interval_ns`, oldest first.
    interval_ns : int
        Length of the new bars, > 0. [ns]

    Returns
    -------
    Bars
        The same as `bars_from_ticks` of the same ticks at `interval_ns`.

    Raises
    ------
    BadInput
        If the interval is not positive or the bars are not in order.

    Examples
    --------
    >>> seconds = bars_from_ticks(
    ...     [0, 1000, 2000], [1, 2, 3], [10.0, 12.0, 11.0], [0.1, 0.2, 0.3], interval_ns=1000
    ... )
    >>> pairs = resample_bars(seconds, 2000)
    >>> pairs.start_ns.tolist(), pairs.close.tolist(), pairs.trades.tolist()
    ([0, 2000], [12.0, 11.0], [2, 1])
    """
    _check_interval(interval_ns)
    if (np.diff(bars.start_ns) <= 0).any():
        raise BadInput("bars must be strictly increasing in start_ns; sort them first")
    starts = bars.start_ns // interval_ns * interval_ns
    first = np.flatnonzero(np.diff(starts, prepend=starts[:1] - 1))
    counts, values = np.empty((2, len(first)), np.int64), np.empty((6, len(first)))
    if len(first):
        last = np.append(first[1:], len(starts)) - 1
        counts[START] = starts[first]
        counts[TRADES] = np.add.reduceat(bars.trades, first)
        values[OPEN] = bars.open[first]
        values[HIGH] = np.maximum.reduceat(bars.high, first)
        values[LOW] = np.minimum.reduceat(bars.low, first)
        values[CLOSE] = bars.close[last]
        fold_sums(bars.volume, _rest_of(bars), first, values)
    return _bars(counts, values)


def join_bars(bars: Bars, preferred: Bars) -> Bars:
    """Return the bars of two origins as one series.

    Parameters
    ----------
    bars : Bars
        Oldest first.
    preferred : Bars
        Of the same interval, oldest first; where both have a bar, this one's is taken.

    Returns
    -------
    Bars
        One bar for each interval that either has, oldest first; views where one side is empty.

    Examples
    --------
    >>> made = bars_from_ticks(
    ...     [1000, 2000], [1, 2], [10.0, 11.0], [1.0, 1.0], interval_ns=1000
    ... )
    >>> told = bars_from_ticks([0, 1000], [1, 2], [8.0, 9.0], [5.0, 5.0], interval_ns=1000)
    >>> join_bars(made, told).close.tolist()
    [8.0, 9.0, 11.0]
    """
    if not len(preferred):
        return bars
    # Usually told bars end where made ones begin: only what overlaps is compared.
    starts: IntArray = bars.start_ns
    first = int(starts.searchsorted(int(preferred.start_ns[0])))
    stop = int(starts.searchsorted(int(preferred.start_ns[-1]), side="right"))
    kept = np.ones(len(bars), bool)
    kept[first:stop] = ~np.isin(bars.start_ns[first:stop], preferred.start_ns)
    order = np.argsort(np.concatenate((bars.start_ns[kept], preferred.start_ns)), kind="stable")

    def joined(mine: NDArray[_Number], theirs: NDArray[_Number]) -> NDArray[_Number]:
        return np.concatenate((mine[kept], theirs))[order]

    return Bars(
        start_ns=joined(bars.start_ns, preferred.start_ns),
        open=joined(bars.open, preferred.open),
        high=joined(bars.high, preferred.high),
        low=joined(bars.low, preferred.low),
        close=joined(bars.close, preferred.close),
        volume=joined(bars.volume, preferred.volume),
        trades=joined(bars.trades, preferred.trades),
        volume_lo=joined(_rest_of(bars), _rest_of(preferred)),
    )


def _rest_of(bars: Bars) -> FloatArray:
    return np.zeros(len(bars)) if bars.volume_lo is None else bars.volume_lo
