"""Hedge ratio by total least squares: both prices are noisy, neither explains the other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.pairs.lines import DEVIATIONS, HedgeLine, fit_rows
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray


def tls_hedge(
    y: ArrayLike, x: ArrayLike, *, log: bool = True, variance_ratio: float = 1.0
) -> HedgeLine:
    """Return the hedge ratio that makes the squared distances to the line least.

    Parameters
    ----------
    y, x : array of shape (n,)
        Prices of the two instruments, row by row. Rows where either is not finite are left out.
    log : bool
        Fit log prices; prices must then be > 0.
    variance_ratio : float
        Noise variance of y over that of x (Deming's regression), > 0; 1 measures distances at a
        right angle to the line.

    Returns
    -------
    HedgeLine
        The line through the means, with an interval from the jackknife.

    Raises
    ------
    BadInput
        If the series differ in length, a price is <= 0 with `log`, or the ratio is not > 0.
    NoData
        If fewer than 3 rows remain, y or x does not move, or no line with a finite slope is nearest.

    Notes
    -----
    With centred sums Sxx, Syy, Sxy and ratio k: hedge_ratio = (Syy - k Sxx + sqrt((Syy - k Sxx)^2 +
    4 k Sxy^2)) / (2 Sxy). The fit of x on y is its reciprocal (ratio 1). Unlike the other estimates
    it depends on the units of the prices unless `variance_ratio` goes with them: for levels of very
    different size, log prices are the better question. W. E. Deming, "Statistical Adjustment of
    Data" (1943), chapter 11; W. A. Fuller, "Measurement Error Models" (1987), section 1.3. Interval:
    1.96 standard errors, leaving out one row at a time (K. Linnet, Statistics in Medicine 9 (1990)
    1463-1473).

    Examples
    --------
    >>> y, x = np.array([1.0, 3.0, 2.0, 5.0]), np.array([1.0, 2.0, 3.0, 4.0])
    >>> there, back = tls_hedge(y, x, log=False), tls_hedge(x, y, log=False)
    >>> round(there.hedge_ratio, 4), round(there.hedge_ratio * back.hedge_ratio, 12)
    (1.3974, 1.0)
    """
    if not 0.0 < variance_ratio < math.inf:
        raise BadInput(f"variance_ratio must be a number > 0, was {variance_ratio}")
    series_y, series_x = fit_rows(y, x, log=log)
    mean_y, mean_x = _mean(series_y), _mean(series_x)
    dy, dx = series_y - mean_y, series_x - mean_x
    sums = np.array([dx @ dx, dy @ dy, dx @ dy])
    slope = float(_nearest(sums[:1], sums[1:2], sums[2:], variance_ratio)[0])
    if not math.isfinite(slope):
        raise NoData("no line is nearest to the rows: y and x do not move together")
    stderr = _jackknife(dy, dx, sums, variance_ratio)
    return HedgeLine(
        hedge_ratio=slope,
        intercept=mean_y - slope * mean_x,
        low=slope - DEVIATIONS * stderr,
        high=slope + DEVIATIONS * stderr,
        n=len(dy),
        log=log,
    )


def _mean(values: FloatArray) -> float:
    return float(values[0]) + float((values - values[0]).mean())


def _nearest(sxx: FloatArray, syy: FloatArray, sxy: FloatArray, ratio: float) -> FloatArray:
    # Whichever of two equal forms does not take the difference of nearly equal numbers
    tilt = syy - ratio * sxx
    root = np.hypot(tilt, 2.0 * math.sqrt(ratio) * sxy)
    with np.errstate(divide="ignore", invalid="ignore"):
        steep = (tilt + root) / (2.0 * sxy)
        shallow = 2.0 * ratio * sxy / (root - tilt)
    return np.where(tilt > 0.0, steep, shallow)


def _jackknife(dy: FloatArray, dx: FloatArray, sums: FloatArray, ratio: float) -> float:
    n = len(dy)
    # Centred sums without row i: the row's own share and the shift of the mean together
    share = n / (n - 1.0)
    slopes = _nearest(
        sums[0] - share * dx * dx, sums[1] - share * dy * dy, sums[2] - share * dx * dy, ratio
    )
    return float(np.sqrt((n - 1.0) / n * ((slopes - slopes.mean()) ** 2).sum()))
