"""Mean and deviation of a spread in a sliding window: the bands that a z-score is measured by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.series import as_series, check_window

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray


@dataclass(frozen=True, slots=True)
class RollingMoments:
    """Mean and sample standard deviation of the window that ends at each row.

    Parameters
    ----------
    mean, std : array of shape (n,)
        NaN for the first window - 1 rows and where the window holds a value that is not finite.
    """

    mean: FloatArray
    std: FloatArray

    def band(self, deviations: float) -> FloatArray:
        """Return mean + deviations * std: where a series has that z-score.

        Parameters
        ----------
        deviations : float
            How many standard deviations, of either sign.

        Returns
        -------
        array of shape (n,)
            The edge of the band.
        """
        return self.mean + deviations * self.std


def rolling_moments(series: ArrayLike, *, window: int) -> RollingMoments:
    """Return mean and std (divisor window - 1) over the window that ends at t.

    Parameters
    ----------
    series : array of shape (n,)
        A spread, or another series that stays near one level.
    window : int
        Rows in a window, >= 2; the newest row is one of them.

    Returns
    -------
    RollingMoments
        The moments `rolling_zscore` scores with: z = (series - mean) / std.

    Raises
    ------
    BadInput
        If the series is not one-dimensional or the window is shorter than 2.

    Notes
    -----
    By differences of running sums about the mean of the whole series: exact to about 1e-12 of the
    largest distance from that mean.

    Examples
    --------
    >>> moments = rolling_moments([1.0, 2.0, 3.0, 7.0], window=3)
    >>> moments.mean.tolist(), moments.std.round(4).tolist()
    ([nan, nan, 2.0, 4.0], [nan, nan, 1.0, 2.6458])
    """
    check_window(window, smallest=2)
    values = as_series(series, "series")
    mean, std = np.full(len(values), np.nan), np.full(len(values), np.nan)
    present = np.isfinite(values)
    if len(values) < window or not present.any():
        return RollingMoments(mean, std)
    centre = float(values[present].mean())
    offset = np.where(present, values - centre, 0.0)
    total = _window_sums(offset, window)
    squares = _window_sums(offset * offset, window) - total * total / window
    full = _window_sums(present.astype(np.float64), window) == window
    tail = slice(window - 1, None)
    mean[tail] = np.where(full, centre + total / window, np.nan)
    std[tail] = np.where(full, np.sqrt(np.maximum(squares, 0.0) / (window - 1)), np.nan)
    return RollingMoments(mean, std)


def _window_sums(values: FloatArray, window: int) -> FloatArray:
    sums = np.cumsum(np.concatenate((np.zeros(1), values)))
    return sums[window:] - sums[:-window]
