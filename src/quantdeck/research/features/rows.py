"""What a feature is made of: figures of each row of a panel, and of each session over its rows.

A window counts the sessions that a symbol has: a holiday of its exchange, or a halt, neither empties a
window nor stands in it. Every figure depends on its own session and those before it alone, bit by bit, so
that the same panel cut short gives the same figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.series import check_window
from quantdeck.research.features import row_kernels

_SESSIONS_AT_ONCE = 128

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray


def lag(values: FloatArray, back: int = 1) -> FloatArray:
    """Return what stood `back` known sessions before, where there is something now.

    Parameters
    ----------
    values : array of shape (N, T)
        NaN where not known.
    back : int
        Sessions, at least 1.

    Returns
    -------
    array of shape (N, T)
        NaN where there were fewer.

    Examples
    --------
    >>> lag(np.array([[1.0, np.nan, 2.0, 4.0]]))
    array([[nan, nan,  1.,  2.]])
    """
    check_window(back, smallest=1)
    out = np.empty(values.shape)
    row_kernels.lag_rows(values, back, out)
    return out


def change(values: FloatArray, back: int = 1) -> FloatArray:
    """Return x[t] / x[t - back] - 1 over known sessions.

    Parameters
    ----------
    values : array of shape (N, T)
        Positive; NaN where not known.
    back : int
        Sessions, at least 1.

    Returns
    -------
    array of shape (N, T)
        NaN where there were fewer.

    Examples
    --------
    >>> change(np.array([[2.0, np.nan, 3.0]]))
    array([[nan, nan, 0.5]])
    """
    return values / lag(values, back) - 1.0


def log_change(values: FloatArray) -> FloatArray:
    """Return ln(x[t] / x[t - 1]) over known sessions.

    Parameters
    ----------
    values : array of shape (N, T)
        Positive; NaN where not known.

    Returns
    -------
    array of shape (N, T)
        NaN for the first known one.

    Examples
    --------
    >>> log_change(np.array([[1.0, 1.0]]))
    array([[nan,  0.]])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(values / lag(values))


def mean(values: FloatArray, window: int) -> FloatArray:
    """Return the mean of the last `window` known figures.

    Parameters
    ----------
    values : array of shape (N, T)
        NaN where not known.
    window : int
        How many, at least 1.

    Returns
    -------
    array of shape (N, T)
        NaN while there are fewer.

    Examples
    --------
    >>> mean(np.array([[1.0, np.nan, 3.0, 5.0]]), 2)
    array([[nan, nan,  2.,  4.]])
    """
    check_window(window, smallest=1)
    out = np.empty(values.shape)
    row_kernels.mean_rows(values, window, out)
    return out


def deviation(values: FloatArray, window: int) -> FloatArray:
    """Return the standard deviation of the last `window` known figures, divisor one less.

    Parameters
    ----------
    values : array of shape (N, T)
        NaN where not known.
    window : int
        How many, at least 2.

    Returns
    -------
    array of shape (N, T)
        NaN while there are fewer.

    Examples
    --------
    >>> deviation(np.array([[1.0, 3.0, 5.0]]), 3)
    array([[nan, nan,  2.]])
    """
    check_window(window, smallest=2)
    out = np.empty(values.shape)
    row_kernels.deviation_rows(values, window, out)
    return out


def highest(values: FloatArray, window: int) -> FloatArray:
    """Return the highest of the last `window` known figures.

    Parameters
    ----------
    values : array of shape (N, T)
        NaN where not known.
    window : int
        How many, at least 1.

    Returns
    -------
    array of shape (N, T)
        NaN while there are fewer.

    Examples
    --------
    >>> highest(np.array([[3.0, 1.0, 2.0]]), 2)
    array([[nan,  3.,  2.]])
    """
    check_window(window, smallest=1)
    out = np.empty(values.shape)
    row_kernels.highest_rows(values, window, out)
    return out


def lowest(values: FloatArray, window: int) -> FloatArray:
    """Return the lowest of the last `window` known figures.

    Parameters
    ----------
    values : array of shape (N, T)
        NaN where not known.
    window : int
        How many, at least 1.

    Returns
    -------
    array of shape (N, T)
        NaN while there are fewer.

    Examples
    --------
    >>> lowest(np.array([[3.0, 1.0, 2.0]]), 2)
    array([[nan,  1.,  1.]])
    """
    return -highest(-values, window)


def smoothed(values: FloatArray, window: int) -> FloatArray:
    """Return Wilder's average m[t] = m[t-1] + (x[t] - m[t-1]) / window, begun with a plain mean.

    Parameters
    ----------
    values : array of shape (N, T)
        NaN where not known.
    window : int
        At least 1.

    Returns
    -------
    array of shape (N, T)
        NaN while there are fewer.

    Notes
    -----
    J. W. Wilder, "New Concepts in Technical Trading Systems" (1978).

    Examples
    --------
    >>> smoothed(np.array([[1.0, 3.0, 6.0]]), 2)
    array([[nan,  2.,  4.]])
    """
    check_window(window, smallest=1)
    out = np.empty(values.shape)
    row_kernels.wilder_rows(values, window, out)
    return out


def standing(values: FloatArray, window: int) -> FloatArray:
    """Return the share of the `window` - 1 known figures before that lie below the present one.

    Parameters
    ----------
    values : array of shape (N, T)
        NaN where not known.
    window : int
        The present one included, at least 2.

    Returns
    -------
    array of shape (N, T)
        From 0 to 1, equal ones counting half; NaN while there are fewer.

    Examples
    --------
    >>> standing(np.array([[1.0, 3.0, 2.0]]), 3)
    array([[nan, nan, 0.5]])
    """
    check_window(window, smallest=2)
    out = np.empty(values.shape)
    row_kernels.standing_rows(values, window, out)
    return out


def line(y: FloatArray, x: FloatArray, window: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return b of y = a + b x by least squares over a window, the deviation of the rest, R squared.

    Parameters
    ----------
    y, x : array of shape (N, T)
        Returns; sessions that lack either are passed over.
    window : int
        Sessions that have both, at least 3.

    Returns
    -------
    tuple of three arrays of shape (N, T)
        Slope, deviation with divisor window - 2, and share of the variance; NaN while there are fewer
        sessions, and where x stands still.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0, 4.0]])
    >>> [float(found[0, 2]) for found in line(2.0 * x + 1.0, x, 3)]
    [2.0, 0.0, 1.0]
    """
    check_window(window, smallest=3)
    slope, left, share = np.empty(y.shape), np.empty(y.shape), np.empty(y.shape)
    row_kernels.line_rows(y, x, window, slope, left, share)
    return slope, left, share


def decayed_sum(values: FloatArray, half_life: float) -> FloatArray:
    """Return s[t] = 2^(-1 / half_life) s[t-1] + x[t], a session without a figure adding nothing.

    Parameters
    ----------
    values : array of shape (N, T)
        NaN where nothing came.
    half_life : float
        Sessions of the panel until a figure counts half.

    Returns
    -------
    array of shape (N, T)
        0 before the first.

    Examples
    --------
    >>> decayed_sum(np.array([[1.0, np.nan, 1.0]]), 1.0)
    array([[1.  , 0.5 , 1.25]])
    """
    out = np.empty(values.shape)
    row_kernels.decayed_rows(values, 0.5 ** (1.0 / half_life), out)
    return out


def session_mean(values: FloatArray) -> FloatArray:
    """Return the mean of each session over the symbols that have a figure.

    Parameters
    ----------
    values : array of shape (N, T)
        NaN where not known.

    Returns
    -------
    array of shape (T,)
        NaN where nobody has one.

    Examples
    --------
    >>> session_mean(np.array([[1.0, np.nan], [3.0, np.nan]]))
    array([ 2., nan])
    """
    total, count = np.zeros((2, values.shape[1]))
    row_kernels.session_sums(values, total, count)
    with np.errstate(invalid="ignore"):
        return total / count


def session_rank(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return (rank - 1/2) / n among the n symbols of each session that have a figure.

    Parameters
    ----------
    values : array of shape (N, T)
        NaN where not known. They are compared as single precision.

    Returns
    -------
    array of float32 of shape (N, T)
        Between 0 and 1, equal figures sharing their mean rank; NaN where not known, and in a session in
        which fewer than two are.

    Examples
    --------
    >>> session_rank(np.array([[1.0], [5.0], [5.0], [np.nan]])).ravel()
    array([0.16666667, 0.6666667 , 0.6666667 ,        nan], dtype=float32)
    """
    out = np.empty(values.shape, np.float32)
    for begin in range(0, values.shape[1], _SESSIONS_AT_ONCE):
        some = slice(begin, begin + _SESSIONS_AT_ONCE)
        # sessions in rows, so that each is read and written in one piece; what is not known sorts last
        sessions = np.ascontiguousarray(values[:, some].T, np.float32)
        sessions[~np.isfinite(sessions)] = np.nan
        order = np.argsort(sessions, axis=1)
        ranks = np.empty(sessions.shape)
        row_kernels.rank_rows(sessions.astype(np.float64), order, ranks)
        out[:, some] = ranks.T
    return out
