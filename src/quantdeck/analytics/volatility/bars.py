"""Checks of the bars that estimators of volatility read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.series import as_series
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import BoolArray, FloatArray

_MOST_WRONG = 0.1


@dataclass(frozen=True, slots=True)
class LogBars:
    """Logarithms of the four prices of bars; NaN in a whole row that is absent.

    Parameters
    ----------
    open, high, low, close : array of shape (n,)
        Natural logarithms of the prices.
    present : array of shape (n,)
        Where the four prices are there and do not contradict each other.
    contradictory : int
        Rows left out because their prices do.
    """

    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    present: BoolArray
    contradictory: int


def log_bars(open: ArrayLike, high: ArrayLike, low: ArrayLike, close: ArrayLike) -> LogBars:
    """Return the logarithms of bars, checked.

    Parameters
    ----------
    open, high, low, close : array of shape (n,)
        Prices of the bars, oldest first. A row with a price that is NaN or not positive is absent,
        and so is one whose high is below or whose low is above another of its prices, as real
        records have a few. [currency]

    Returns
    -------
    LogBars
        Natural logarithms.

    Raises
    ------
    BadInput
        If the arrays differ in length, or more than one row in ten contradicts itself.

    Examples
    --------
    >>> bars = log_bars([1.0, 2.0], [2.0, np.nan], [1.0, 1.0], [2.0, 1.5])
    >>> bars.present
    array([ True, False])
    """
    names = ("open", "high", "low", "close")
    columns = [as_series(v, name) for v, name in zip((open, high, low, close), names, strict=True)]
    lengths = {len(column) for column in columns}
    if len(lengths) != 1:
        raise BadInput(f"open, high, low and close must be equally long, were {sorted(lengths)}")
    prices = np.array(columns)
    present: BoolArray = np.logical_and.reduce(np.isfinite(prices) & (prices > 0.0), axis=0)
    o, h, low_, c = np.where(present, prices, np.nan)
    wrong = (h < np.maximum(o, c)) | (low_ > np.minimum(o, c))
    count = int(wrong.sum())
    if count > _MOST_WRONG * len(wrong):
        at = int(np.flatnonzero(wrong)[0])
        raise BadInput(
            f"{count} of {len(wrong)} bars have a high below or a low above another price, so these "
            f"are no bars; the first is row {at} (open {o[at]:g}, high {h[at]:g}, low {low_[at]:g}, "
            f"close {c[at]:g})"
        )
    o, h, low_, c = (np.where(wrong, np.nan, column) for column in (o, h, low_, c))
    return LogBars(np.log(o), np.log(h), np.log(low_), np.log(c), present & ~wrong, count)
