"""How much of a series is known from its own past: autocorrelation and the test of Ljung and Box."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.chi_square import chi_square_tail
from quantdeck.analytics.series import as_series, is_flat
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray, IntArray

_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Autocorrelation:
    """Correlation of a series with itself, lag by lag.

    Parameters
    ----------
    lags : array of shape (k,)
        1, 2, ... k. [periods]
    values : array of shape (k,)
        Biased (divisor n) estimate at each lag, in [-1, 1].
    band : float
        Half-width of the 95 % band around zero of independent values, 1.96 / sqrt(n).
    bartlett : array of shape (k,)
        Half-width of the 95 % band where the lags before are what they were found to be.
    n : int
        Values.
    """

    lags: IntArray
    values: FloatArray
    band: float
    bartlett: FloatArray
    n: int


@dataclass(frozen=True, slots=True)
class LjungBox:
    """Outcome of the test of Ljung and Box that values are independent.

    Parameters
    ----------
    statistic : float
        Q.
    pvalue : float
        Probability of a larger one if there is no autocorrelation: small speaks for memory.
    lags : int
        Lags together.
    n : int
        Values.
    """

    statistic: float
    pvalue: float
    lags: int
    n: int


def autocorrelation(values: ArrayLike, *, max_lag: int = 20) -> Autocorrelation:
    """Return rho[k] = sum (v[t] - m)(v[t-k] - m) / sum (v[t] - m)^2 with its 95 % bands.

    Parameters
    ----------
    values : array of shape (n,)
        Evenly spaced values, all finite; returns rather than prices.
    max_lag : int
        k, from 1 to n - 1.

    Returns
    -------
    Autocorrelation
        Lags, estimates and bands.

    Raises
    ------
    BadInput
        If a value is not finite, or the lag is below 1.
    NoData
        If there are not more values than lags, or they do not move.

    Notes
    -----
    Sums with divisor n, which keeps the estimate a positive definite function. Bartlett's band at
    lag k is 1.96 sqrt((1 + 2 sum of rho[j]^2, j < k) / n). Source: Box, Jenkins, Reinsel, Ljung,
    "Time Series Analysis", 5th ed., 2.1.4 to 2.1.6.

    Examples
    --------
    >>> found = autocorrelation([1.0, -1.0, 1.0, -1.0], max_lag=2)
    >>> found.values, found.band
    (array([-0.75,  0.5 ]), 0.979981992270027)
    """
    series = as_series(values, "values")
    if max_lag < 1:
        raise BadInput(f"max_lag must be at least 1, was {max_lag}", field="max_lag")
    if not np.isfinite(series).all():
        missing = int((~np.isfinite(series)).sum())
        raise BadInput(f"{missing} of {len(series)} values are not finite; leave those rows out")
    n = len(series)
    if n <= max_lag:
        raise NoData(f"{n} values; {max_lag + 1} are needed for lag {max_lag}")
    if is_flat(series):
        raise NoData(f"the {n} values do not move, so nothing in them can be correlated")
    deviation = series - series.mean()
    deviation /= np.abs(deviation).max()
    total = float(deviation @ deviation)
    lags = np.arange(1, max_lag + 1)
    found = np.array([float(deviation[k:] @ deviation[: n - k]) / total for k in lags.tolist()])
    before = np.concatenate(([0.0], np.cumsum(found[:-1] ** 2)))
    return Autocorrelation(
        lags=lags,
        values=found,
        band=_Z95 / math.sqrt(n),
        bartlett=_Z95 * np.sqrt((1.0 + 2.0 * before) / n),
        n=n,
    )


def ljung_box(values: ArrayLike, *, lags: int = 10) -> LjungBox:
    """Return Q = n (n + 2) sum of rho[k]^2 / (n - k) over k = 1 .. lags, and its p-value.

    Parameters
    ----------
    values : array of shape (n,)
        Evenly spaced values, all finite.
    lags : int
        From 1 to n - 1.

    Returns
    -------
    LjungBox
        Statistic and p-value from chi-square with `lags` degrees of freedom.

    Raises
    ------
    BadInput
        If a value is not finite, or the lag is below 1.
    NoData
        If there are not more values than lags, or they do not move.

    Notes
    -----
    G. Ljung, G. Box, "On a Measure of Lack of Fit in Time Series Models", Biometrika 65 (1978).
    Of residuals of a fitted model there are fewer degrees of freedom. Returns whose volatility
    changes are found to have memory too often.

    Examples
    --------
    >>> test = ljung_box(np.random.default_rng(1).normal(size=500))
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (16.702, 0.081)
    """
    found = autocorrelation(values, max_lag=lags)
    n = found.n
    statistic = n * (n + 2.0) * float((found.values**2 / (n - found.lags)).sum())
    return LjungBox(statistic=statistic, pvalue=chi_square_tail(statistic, lags), lags=lags, n=n)
