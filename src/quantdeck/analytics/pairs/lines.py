"""What every way to fit one line to a pair has in common."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.pairs.hedge import MIN_ROWS, regression_series
from quantdeck.analytics.series import is_flat
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

CONFIDENCE = 0.95
"""Level of every interval of a hedge ratio."""

DEVIATIONS = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2.0)
"""Standard errors on either side of an estimate that make such an interval."""


@dataclass(frozen=True, slots=True)
class HedgeLine:
    """The line y = intercept + hedge_ratio * x, of log prices where `log`.

    Parameters
    ----------
    hedge_ratio : float
        Slope: for log prices the value of x to hold short per unit of value of y.
    intercept : float
        Level of the line at x = 0.
    low, high : float
        95 % interval of the hedge ratio for independent residuals; too narrow where residuals are
        autocorrelated, as those of prices are. NaN where there is none.
    n : int
        Rows used.
    log : bool
        True where the line is of log prices.
    """

    hedge_ratio: float
    intercept: float
    low: float
    high: float
    n: int
    log: bool


def fit_rows(y: ArrayLike, x: ArrayLike, *, log: bool) -> tuple[FloatArray, FloatArray]:
    """Return the rows that a line can be fitted to.

    Parameters
    ----------
    y, x : array of shape (rows,)
        Prices of the two instruments.
    log : bool
        Take logarithms.

    Returns
    -------
    tuple of two arrays of shape (n,)
        Series of y and of x without the rows where either is not finite.

    Raises
    ------
    BadInput
        If the series differ in length, or a price is <= 0 with `log`.
    NoData
        If fewer than 3 rows remain, or y or x does not move.

    Examples
    --------
    >>> fit_rows([1.0, np.nan, 2.0, 4.0], [1.0, 5.0, 2.0, 3.0], log=False)
    (array([1., 2., 4.]), array([1., 2., 3.]))
    """
    series_y, series_x = regression_series(y, x, log=log)
    present = np.isfinite(series_y) & np.isfinite(series_x)
    if not present.all():
        series_y, series_x = series_y[present], series_x[present]
    if len(series_y) < MIN_ROWS:
        raise NoData(f"not enough data: {len(series_y)} rows, at least {MIN_ROWS} needed")
    if is_flat(series_x):
        raise NoData(f"x does not move over {len(series_x)} rows, so there is no hedge ratio")
    if is_flat(series_y):
        raise NoData(f"y does not move over {len(series_y)} rows, so there is nothing to hedge")
    return series_y, series_x
