"""Checks of arrays that enter `quantdeck.analytics`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

NOISE = 4.0 * float(np.finfo(np.float64).eps)
"""Relative size of movements that rounding of the values alone can make: four units in the last
place. A series that moves less is flat."""

TINY = 1e-150
"""Movements whose squares are not normal floats."""


def as_series(values: ArrayLike, name: str) -> FloatArray:
    """Return the values as a one-dimensional float64 array.

    Parameters
    ----------
    values : array of shape (n,)
        The values.
    name : str
        What to call them in an error.

    Returns
    -------
    array of shape (n,)
        The same memory where it already is such an array.

    Raises
    ------
    BadInput
        If there is more or less than one dimension.

    Examples
    --------
    >>> as_series([1, 2], "y")
    array([1., 2.])
    """
    series = np.asarray(values, np.float64)
    if series.ndim != 1:
        raise BadInput(f"{name} must be one-dimensional, shape was {series.shape}")
    return series


def as_pair(y: ArrayLike, x: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return two series of equal length.

    Parameters
    ----------
    y, x : array of shape (n,)
        The values.

    Returns
    -------
    tuple of two arrays of shape (n,)
        The same memory where it already is such an array.

    Raises
    ------
    BadInput
        If one is not one-dimensional or they differ in length.

    Examples
    --------
    >>> as_pair([1, 2], [3, 4])
    (array([1., 2.]), array([3., 4.]))
    """
    series_y, series_x = as_series(y, "y"), as_series(x, "x")
    if len(series_y) != len(series_x):
        raise BadInput(
            f"y and x must be equally long, lengths were {len(series_y)} and {len(series_x)}; "
            "align them first"
        )
    return series_y, series_x


def check_window(window: int, *, smallest: int) -> None:
    """Refuse a window that is too short to mean anything.

    Parameters
    ----------
    window : int
        Count of rows.
    smallest : int
        Least count of rows.

    Raises
    ------
    BadInput
        If the window is shorter.

    Examples
    --------
    >>> check_window(20, smallest=3)
    """
    if window < smallest:
        raise BadInput(f"window must be at least {smallest} rows, was {window}")


def is_flat(values: FloatArray) -> bool:
    """Return whether a series moves no more than rounding explains, or less than 1e-150.

    Parameters
    ----------
    values : array of shape (n,)
        Finite values.

    Returns
    -------
    bool
        True for a constant series and for an empty one.

    Examples
    --------
    >>> is_flat(np.array([0.1, 0.1, 0.1])), is_flat(np.array([0.1, 0.2]))
    (True, False)
    """
    if not len(values):
        return True
    low, high = float(values.min()), float(values.max())
    return high - low <= max(NOISE * max(abs(low), abs(high)), TINY)
