"""Closes of many instruments on one time axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.resample import Bars
    from quantdeck.analytics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class PriceGrid:
    """Log closes of several instruments at the starts of intervals, oldest first.

    Parameters
    ----------
    start_ns : array of shape (n,)
        Starts of intervals in which at least one of them traded, strictly increasing, UTC. [ns]
    log_close : array of shape (instruments, n)
        NaN where an instrument has no bar: nothing is carried forward.
    """

    start_ns: IntArray
    log_close: FloatArray


def price_grid(bars: Sequence[Bars]) -> PriceGrid:
    """Return the log closes of bar series side by side.

    Parameters
    ----------
    bars : sequence of Bars
        Of one interval, each strictly increasing in time.

    Returns
    -------
    PriceGrid
        One row per series. Closes that are not finite or not positive are left out.

    Examples
    --------
    >>> from quantdeck.analytics.resample import bars_from_ticks
    >>> a = bars_from_ticks([0, 1, 2], [1, 2, 3], [1.0, 1.0, 1.0], [1.0] * 3, interval_ns=1)
    >>> b = bars_from_ticks([1, 3], [1, 2], [1.0, 1.0], [1.0] * 2, interval_ns=1)
    >>> grid = price_grid([a, b])
    >>> grid.start_ns.tolist(), grid.log_close.tolist()
    ([0, 1, 2, 3], [[0.0, 0.0, 0.0, nan], [nan, 0.0, nan, 0.0]])
    """
    starts = [each.start_ns for each in bars if len(each)]
    times = np.unique(np.concatenate(starts)) if starts else np.empty(0, np.int64)
    closes = np.full((len(bars), len(times)), np.nan)
    for row, each in zip(closes, bars, strict=True):
        usable = np.isfinite(each.close) & (each.close > 0.0)
        row[np.searchsorted(times, each.start_ns[usable])] = np.log(each.close[usable])
    return PriceGrid(times, closes)
