"""Hedge ratio of a pair: how much of x offsets one of y."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.series import as_pair, is_flat
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

MIN_ROWS = 3
"""Fewest rows that leave a residual to judge a line by."""


@dataclass(frozen=True, slots=True)
class HedgeFit:
    """The line y = intercept + hedge_ratio * x, of log prices where `log`.

    Parameters
    ----------
    hedge_ratio : float
        Slope: for log prices the value of x to hold short per unit of value of y.
    intercept : float
        Level of the line at x = 0; 0 where the line was forced through the origin.
    r_squared : float
        1 - residual / total sum of squares; totals about the mean with an intercept, about zero
        without.
    stderr : float
        Standard error of the hedge ratio for independent residuals of equal variance; too small
        where residuals are autocorrelated, as those of prices are.
    residual_std : float
        Standard error of the regression, sqrt(RSS / (n - parameters)).
    n : int
        Rows used.
    log : bool
        True where the line is of log prices.
    has_intercept : bool
        False where the line was forced through the origin.
    """

    hedge_ratio: float
    intercept: float
    r_squared: float
    stderr: float
    residual_std: float
    n: int
    log: bool
    has_intercept: bool


def ols_hedge(y: ArrayLike, x: ArrayLike, *, log: bool = True, intercept: bool = True) -> HedgeFit:
    """Return the least-squares hedge ratio of y on x.

    Parameters
    ----------
    y, x : array of shape (n,)
        Prices of the two instruments, row by row. Rows where either is not finite are left out.
    log : bool
        Fit log prices; prices must then be > 0.
    intercept : bool
        Fit a level too.

    Returns
    -------
    HedgeFit
        The line and how well it fits.

    Raises
    ------
    BadInput
        If the series differ in length, or a price is <= 0 with `log`.
    NoData
        If fewer than 3 rows remain, or y or x does not move.

    Notes
    -----
    hedge_ratio = sum((x - mx)(y - my)) / sum((x - mx)^2), in two passes. Ordinary least squares
    takes x as exact: the fit of x on y is another line.

    Examples
    --------
    >>> x = np.array([10.0, 20.0, 40.0, 80.0])
    >>> fit = ols_hedge(3.0 * x**1.5, x)
    >>> round(fit.hedge_ratio, 6), round(fit.intercept, 6), fit.n
    (1.5, 1.098612, 4)
    """
    series_y, series_x = regression_series(y, x, log=log)
    present = np.isfinite(series_y) & np.isfinite(series_x)
    if not present.all():
        series_y, series_x = series_y[present], series_x[present]
    _check_enough(series_y, series_x)
    n = len(series_y)
    mean_y, mean_x = (_mean(series_y), _mean(series_x)) if intercept else (0.0, 0.0)
    dy, dx = series_y - mean_y, series_x - mean_x
    square_x, square_y = float(dx @ dx), float(dy @ dy)
    slope = float(dx @ dy) / square_x
    residual = dy - slope * dx
    rss = float(residual @ residual)
    variance = rss / (n - (2 if intercept else 1))
    return HedgeFit(
        hedge_ratio=slope,
        intercept=mean_y - slope * mean_x,
        r_squared=1.0 - rss / square_y,
        stderr=float(np.sqrt(variance / square_x)),
        residual_std=float(np.sqrt(variance)),
        n=n,
        log=log,
        has_intercept=intercept,
    )


def regression_series(y: ArrayLike, x: ArrayLike, *, log: bool) -> tuple[FloatArray, FloatArray]:
    """Return what a hedge ratio is fitted to: the prices, or their logarithms.

    Parameters
    ----------
    y, x : array of shape (n,)
        Prices; NaN stays NaN.
    log : bool
        Take logarithms.

    Returns
    -------
    tuple of two arrays of shape (n,)
        The series of y and of x.

    Raises
    ------
    BadInput
        If the series differ in length, or a price is <= 0 with `log`.

    Examples
    --------
    >>> regression_series([1.0, 2.0], [1.0, 1.0], log=True)[0].round(4)
    array([0.    , 0.6931])
    """
    series_y, series_x = as_pair(y, x)
    if not log:
        return series_y, series_x
    for name, series in (("y", series_y), ("x", series_x)):
        wrong = np.flatnonzero(series <= 0.0)
        if len(wrong):
            raise BadInput(
                f"log prices need prices > 0; {name}[{wrong[0]}] is {series[wrong[0]]}; "
                "use levels (log=False) for this pair"
            )
    return np.log(series_y), np.log(series_x)


def _check_enough(y: FloatArray, x: FloatArray) -> None:
    if len(y) < MIN_ROWS:
        raise NoData(f"not enough data: {len(y)} rows, at least {MIN_ROWS} needed")
    if is_flat(x):
        raise NoData(f"x does not move over {len(x)} rows, so there is no hedge ratio")
    if is_flat(y):
        raise NoData(f"y does not move over {len(y)} rows, so there is nothing to hedge")


def _mean(values: FloatArray) -> float:
    return float(values[0]) + float((values - values[0]).mean())
