"""Test of Kwiatkowski, Phillips, Schmidt and Shin that a series keeps to a level or a trend.

Its null hypothesis is the opposite of the one of the Dickey-Fuller test: a small p-value here speaks
against stationarity. The p-value is that of the limiting distribution itself, integrated, and so is
not clipped to the range of a published table.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from quantdeck.analytics.series import as_series, is_flat
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

Trend = Literal["c", "ct"]
"""Around what a series is said to be stationary: a level, or a linear trend."""

_NODES = 48
_NEGLIGIBLE = 40.0
_CERTAIN = 0.005


@dataclass(frozen=True, slots=True)
class KpssResult:
    """Outcome of a KPSS test.

    Parameters
    ----------
    statistic : float
        Large values speak against stationarity.
    pvalue : float
        Probability of a larger one if the series is stationary.
    lag : int
        Autocovariances in the long-run variance.
    n : int
        Values.
    trend : {"c", "ct"}
        Level, or level and trend.
    critical : dict of str to float
        Critical values at "1%", "5%" and "10%".
    """

    statistic: float
    pvalue: float
    lag: int
    n: int
    trend: Trend
    critical: dict[str, float]


# quantiles of the limit, found by inverting `kpss_pvalue`; the tests do so again
_CRITICAL: dict[Trend, dict[str, float]] = {
    "c": {"1%": 0.7435, "5%": 0.4614, "10%": 0.3473},
    "ct": {"1%": 0.2177, "5%": 0.1479, "10%": 0.1192},
}


def kpss(values: ArrayLike, *, trend: Trend = "c", lag: int | None = None) -> KpssResult:
    """Return eta = sum of S[t]^2 / (n^2 s^2), S the partial sums of what level or trend leave.

    Parameters
    ----------
    values : array of shape (n,)
        Evenly spaced values, oldest first, all finite.
    trend : {"c", "ct"}
        Stationary around a level, or around a linear trend.
    lag : int or None
        Autocovariances in the long-run variance s^2, Bartlett weights; None lets the data choose.

    Returns
    -------
    KpssResult
        Statistic, p-value, lag and critical values.

    Raises
    ------
    BadInput
        If a value is not finite, or an option is unknown.
    NoData
        If there are fewer than ten values, not more than the lag, or they do not move.

    Notes
    -----
    D. Kwiatkowski, P. Phillips, P. Schmidt, Y. Shin, "Testing the null hypothesis of stationarity
    against the alternative of a unit root", Journal of Econometrics 54 (1992). The automatic lag is
    that of B. Hobijn, P. Franses, M. Ooms, "Generalizations of the KPSS-test for stationarity",
    Statistica Neerlandica 58 (2004), with n^(2/9) autocovariances.

    Examples
    --------
    >>> noise = np.random.default_rng(3).normal(size=500)
    >>> round(kpss(noise).pvalue, 2), kpss(np.cumsum(noise)).pvalue < 0.01
    (0.57, True)
    """
    series = as_series(values, "values")
    _check(series, trend, lag)
    n = len(series)
    if is_flat(series):
        raise NoData(f"the {n} values do not move, so there is nothing to test")
    left = _residuals(series, trend)
    if is_flat(left) or float(np.abs(left).max()) <= 1e-12 * float(np.abs(series).max()):
        raise NoData("the values follow their trend exactly, so there is nothing to test")
    left = left / np.abs(left).max()
    used = _automatic_lag(left) if lag is None else lag
    weights = 1.0 - np.arange(1, used + 1) / (used + 1.0)
    long_run = float(left @ left) + 2.0 * float(weights @ _products(left, used))
    statistic = float((np.cumsum(left) ** 2).sum()) / n / long_run
    return KpssResult(
        statistic=statistic,
        pvalue=kpss_pvalue(statistic, trend),
        lag=used,
        n=n,
        trend=trend,
        critical=dict(_CRITICAL[trend]),
    )


def kpss_pvalue(statistic: float, trend: Trend = "c") -> float:
    """Return the limiting probability of a larger KPSS statistic under stationarity.

    Parameters
    ----------
    statistic : float
        eta.
    trend : {"c", "ct"}
        Level, or level and trend.

    Returns
    -------
    float
        p-value in [0, 1].

    Raises
    ------
    BadInput
        If the trend is unknown.

    Notes
    -----
    The limit is a sum of squared independent normals Z[k]^2 / z[k]^2 with z[k] the zeros of sin z / z
    for a level, and of 2 - z sin z - 2 cos z for a trend (I. MacNeill, "Properties of Sequences of
    Partial Sums of Polynomial Regression Residuals", Annals of Statistics 6 (1978)). Smirnov's
    formula gives P(eta > x) = 2/pi sum over k of (-1)^(k+1) integral from z[2k-1] to z[2k] of
    exp(-z^2 x / 2) / (z sqrt|D(z)|) dz, with D the product of (1 - z^2 / z[k]^2).

    Examples
    --------
    >>> round(kpss_pvalue(0.463), 3), round(kpss_pvalue(0.146, "ct"), 3)
    (0.05, 0.052)
    """
    if trend not in get_args(Trend):
        raise BadInput(f"trend must be 'c' or 'ct', was {trend!r}", field="trend")
    x = max(statistic, 0.0) * (1.0 if trend == "c" else 4.0)
    # below, more than 1 - 1e-10 of the distribution lies above
    if x < _CERTAIN:
        return 1.0
    gap = math.pi if trend == "c" else 0.5 * math.pi
    count = 2 * (int(math.sqrt(2.0 * _NEGLIGIBLE / x) / (2.0 * gap)) + 2)
    zeros = _zeros(count, trend)
    angle = (2.0 * np.arange(_NODES) + 1.0) * math.pi / (2.0 * _NODES)
    total = 0.0
    for k in range(0, count, 2):
        low, high = float(zeros[k]), float(zeros[k + 1])
        z = 0.5 * (high + low) + 0.5 * (high - low) * np.cos(angle)
        smooth = np.sqrt((z - low) * (high - z) / np.abs(_determinant(z, trend)))
        part = float((np.exp(-0.5 * z * z * x) / z * smooth).sum()) * math.pi / _NODES
        total += part if k % 4 == 0 else -part
    return min(1.0, max(0.0, 2.0 / math.pi * total))


def _check(series: FloatArray, trend: str, lag: int | None) -> None:
    if trend not in get_args(Trend):
        raise BadInput(f"trend must be 'c' or 'ct', was {trend!r}", field="trend")
    if lag is not None and lag < 0:
        raise BadInput(f"lag must be >= 0, was {lag}", field="lag")
    if not np.isfinite(series).all():
        missing = int((~np.isfinite(series)).sum())
        raise BadInput(f"{missing} of {len(series)} values are not finite; leave those rows out")
    fewest = max(10, (lag or 0) + 1)
    if len(series) < fewest:
        raise NoData(f"{len(series)} values; {fewest} are the fewest that can be tested")


def _residuals(series: FloatArray, trend: Trend) -> FloatArray:
    left = series - series.mean()
    if trend == "ct":
        time = np.arange(len(series)) - 0.5 * (len(series) - 1)
        left = left - time * (float(time @ left) / float(time @ time))
    return left


def _products(left: FloatArray, lags: int) -> FloatArray:
    n = len(left)
    return np.array([float(left[k:] @ left[: n - k]) for k in range(1, lags + 1)])


def _automatic_lag(left: FloatArray) -> int:
    n = len(left)
    products = 2.0 * _products(left, int(n ** (2.0 / 9.0)))
    level = float(left @ left) + float(products.sum())
    if level <= 0.0:
        raise NoData("the long-run variance is not positive; give a lag")
    slope = float(np.arange(1, len(products) + 1) @ products) / level
    return min(n - 1, int(1.1447 * (slope * slope * n) ** (1.0 / 3.0)))


def _zeros(count: int, trend: Trend) -> FloatArray:
    order = np.arange(1, count + 1)
    if trend == "c":
        return np.asarray(order * math.pi, np.float64)
    # in half angles h = z / 2: sin h (sin h - h cos h) = 0, so multiples of pi and tan h = h between
    zeros = np.empty(count)
    zeros[0::2] = math.pi * (order[0::2] // 2 + 1)
    guess = math.pi * (np.arange(1, count // 2 + 1) + 0.5)
    root = guess - 1.0 / guess
    for _ in range(6):
        # Newton on h cos h - sin h, whose slope is -h sin h
        root = root + (root * np.cos(root) - np.sin(root)) / (root * np.sin(root))
    zeros[1::2] = root
    return zeros


def _determinant(z: FloatArray, trend: Trend) -> FloatArray:
    if trend == "c":
        return np.sin(z) / z
    # z is the half angle h: 12 (2 - 2h sin 2h - 2 cos 2h) / (2h)^4
    return 3.0 * np.sin(z) * (np.sin(z) - z * np.cos(z)) / z**4
