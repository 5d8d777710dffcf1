"""Mean and standard deviation of a series over a sliding window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.rolling_kernels import slide_moments
from quantdeck.analytics.series import as_series, check_window

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray


@dataclass(frozen=True, slots=True)
class RollingMoments:
    """Mean and standard deviation of the window that ends at each row.

    Parameters
    ----------
    mean : array of shape (n,)
        NaN while the window is not full, and where it holds a value that is not finite.
    std : array of shape (n,)
        Divisor window - 1; 0 where the window does not move. NaN as the mean.
    """

    mean: FloatArray
    std: FloatArray


def rolling_moments(values: ArrayLike, *, window: int) -> RollingMoments:
    """Return mean and standard deviation of the last `window` rows, at every row.

    Parameters
    ----------
    values : array of shape (n,)
        The series, oldest first.
    window : int
        Rows in a window, >= 2.

    Returns
    -------
    RollingMoments
        Mean and standard deviation (divisor window - 1).

    Raises
    ------
    BadInput
        If the values are not one-dimensional or the window is shorter than 2.

    Notes
    -----
    O(1) a row, from sums carried about the window's mean and renewed before rounding can grow; see
    `quantdeck.analytics.rolling_kernels`.

    Examples
    --------
    >>> moments = rolling_moments([1.0, 2.0, 3.0, 7.0], window=3)
    >>> moments.mean, moments.std.round(4)
    (array([nan, nan,  2.,  4.]), array([   nan,    nan, 1.    , 2.6458]))
    """
    check_window(window, smallest=2)
    series = as_series(values, "values")
    out = np.empty((2, len(series)))
    slide_moments(series, window, out)
    return RollingMoments(mean=out[0], std=np.sqrt(out[1]))
