"""Correlation of two series over a sliding window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.rolling_kernels import slide_correlation
from quantdeck.analytics.series import as_pair, check_window

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray


def rolling_correlation(a: ArrayLike, b: ArrayLike, *, window: int) -> FloatArray:
    """Return Pearson's correlation of the last `window` rows, at every row.

    Parameters
    ----------
    a, b : array of shape (n,)
        Two series row by row; returns rather than prices, since prices that wander are correlated
        for no reason.
    window : int
        Rows in a window, >= 2.

    Returns
    -------
    array of shape (n,)
        Correlation in [-1, 1]. NaN for the first window - 1 rows, where the window holds a value
        that is not finite, and where one series does not move in it.

    Raises
    ------
    BadInput
        If the series differ in length or the window is shorter than 2.

    Notes
    -----
    r = cov(a, b) / (sd(a) sd(b)), from sums carried about the window's mean and renewed before
    rounding can grow; see `quantdeck.analytics.rolling_kernels`.

    Examples
    --------
    >>> rolling_correlation([0.0, 1.0, 2.0, 2.0], [0.0, 2.0, 4.0, 9.0], window=3).round(4)
    array([   nan,    nan, 1.    , 0.7206])
    """
    check_window(window, smallest=2)
    series_a, series_b = as_pair(a, b)
    out = np.empty(len(series_a))
    slide_correlation(series_a, series_b, window, out)
    return out
