"""Hedge ratios that a few bad prices do not pull: Huber's M-estimate and Theil-Sen's median slope."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.pairs.lines import DEVIATIONS, HedgeLine, fit_rows
from quantdeck.analytics.pairs.theil_kernels import (
    ALL,
    BELOW,
    WITHIN,
    count_slopes,
    keep_slopes,
)
from quantdeck.analytics.series import NOISE
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

TUNING = 1.345
"""Huber's constant that keeps 95 % of the efficiency of least squares for normal residuals."""

EXACT_ROWS = 3000
"""Most rows whose slopes `theil_sen_hedge` looks at one by one."""

_NORMAL_MAD = NormalDist().inv_cdf(0.75)
_SETTLED = 1e-12
_MOST_STEPS = 500
_SAMPLE_ROWS = 150


def huber_hedge(
    y: ArrayLike, x: ArrayLike, *, log: bool = True, tuning: float = TUNING
) -> HedgeLine:
    """Return Huber's M-estimate of the hedge ratio of y on x.

    Parameters
    ----------
    y, x : array of shape (n,)
        Prices of the two instruments, row by row. Rows where either is not finite are left out.
    log : bool
        Fit log prices; prices must then be > 0.
    tuning : float
        Residuals beyond tuning * scale count less, > 0.

    Returns
    -------
    HedgeLine
        The line, with an interval from its asymptotic standard error.

    Raises
    ------
    BadInput
        If the series differ in length, a price is <= 0 with `log`, or `tuning` is not > 0.
    NoData
        If fewer than 3 rows remain, or y or x does not move.

    Notes
    -----
    The line with sum(psi(r / s)) = sum(psi(r / s) x) = 0, psi(u) = max(-tuning, min(tuning, u)),
    s = median(|r|) / 0.6745, found by weighted least squares from the ordinary line until it moves
    by less than 1e-12 s. Where half of the rows lie on one line, so that s is 0, that line is the
    answer and there is no interval. It bounds what a bad price of y does, not one of x. P. J. Huber,
    "Robust Statistics" (1981), chapter 7, and (6.5) there for the standard error.

    Examples
    --------
    >>> x = np.arange(1.0, 9.0)
    >>> y = 2.0 * x + np.array([0.1, -0.1, 0.0, 0.1, -0.1, 0.1, 0.0, 9.0])
    >>> round(huber_hedge(y, x, log=False).hedge_ratio, 2)
    2.03
    """
    if not tuning > 0.0:
        raise BadInput(f"tuning must be > 0, was {tuning}; {TUNING} is the usual one")
    series_y, series_x = fit_rows(y, x, log=log)
    mean_y, mean_x = _mean(series_y), _mean(series_x)
    dy, dx = series_y - mean_y, series_x - mean_x
    rounding = NOISE * float(np.abs(series_y).max() + np.abs(series_x).max())
    slope = float(dx @ dy) / float(dx @ dx)
    level, scale = 0.0, 0.0
    reach = float(np.abs(dx).max())
    for _ in range(_MOST_STEPS):
        residual = dy - level - slope * dx
        size = np.abs(residual)
        scale = float(np.median(size)) / _NORMAL_MAD
        if scale <= rounding:
            scale = 0.0
            break
        weights = np.minimum(1.0, tuning * scale / np.maximum(size, scale * 1e-9))
        total = float(weights.sum())
        centre_y, centre_x = float(weights @ dy) / total, float(weights @ dx) / total
        off_x = dx - centre_x
        found = float((weights * off_x) @ (dy - centre_y)) / float((weights * off_x) @ off_x)
        found_level = centre_y - found * centre_x
        moved = abs(found - slope) * reach + abs(found_level - level)
        slope, level = found, found_level
        if moved <= _SETTLED * scale:
            break
    stderr = _huber_stderr(dy - level - slope * dx, dx, scale, tuning) if scale else math.nan
    return HedgeLine(
        hedge_ratio=slope,
        intercept=mean_y + level - slope * mean_x,
        low=slope - DEVIATIONS * stderr,
        high=slope + DEVIATIONS * stderr,
        n=len(dy),
        log=log,
    )


def theil_sen_hedge(y: ArrayLike, x: ArrayLike, *, log: bool = True) -> HedgeLine:
    """Return the median of the slopes between all pairs of rows.

    Parameters
    ----------
    y, x : array of shape (n,)
        Prices of the two instruments, row by row. Rows where either is not finite are left out.
    log : bool
        Fit log prices; prices must then be > 0.

    Returns
    -------
    HedgeLine
        hedge_ratio = median((y[j] - y[i]) / (x[j] - x[i])) over i < j with x[i] != x[j], intercept =
        median(y) - hedge_ratio * median(x), and the interval between the slopes of rank
        (N -+ 1.96 sd) / 2, N being their count and sd that of Kendall's score.

    Raises
    ------
    BadInput
        If the series differ in length, or a price is <= 0 with `log`.
    NoData
        If fewer than 3 rows remain, or y or x does not move.

    Notes
    -----
    Exact for up to 3,000 rows. Of more rows every k-th, counted from the newest, is taken, k being
    the least that leaves no more than 3,000; `n` says how many were used. Up to 29 % of the rows may
    be wrong. H. Theil (1950); P. K. Sen, "Estimates of the Regression Coefficient Based on Kendall's
    Tau", Journal of the American Statistical Association 63 (1968) 1379-1389, (2.6) for the
    interval, which takes rows for independent.

    Examples
    --------
    >>> x = np.arange(1.0, 9.0)
    >>> y = 2.0 * x + np.array([0.1, -0.1, 0.0, 0.1, -0.1, 0.1, 0.0, 9.0])
    >>> round(theil_sen_hedge(y, x, log=False).hedge_ratio, 2)
    2.03
    """
    series_y, series_x = fit_rows(y, x, log=log)
    step = -(-len(series_y) // EXACT_ROWS)
    if step > 1:
        series_y, series_x = fit_rows(series_y[::-step], series_x[::-step], log=False)
    slope, low, high = _slopes(series_y, series_x)
    return HedgeLine(
        hedge_ratio=slope,
        intercept=float(np.median(series_y)) - slope * float(np.median(series_x)),
        low=low,
        high=high,
        n=len(series_y),
        log=log,
    )


def _mean(values: FloatArray) -> float:
    return float(values[0]) + float((values - values[0]).mean())


def _huber_stderr(residual: FloatArray, dx: FloatArray, scale: float, tuning: float) -> float:
    n = len(residual)
    scaled = residual / scale
    linear = np.abs(scaled) <= tuning
    share = float(linear.mean())
    if n <= 2 or share == 0.0:
        return math.nan
    correction = 1.0 + 2.0 / n * float(linear.var()) / share**2
    psi = np.clip(scaled, -tuning, tuning)
    variance = float(psi @ psi) * scale**2 / (n - 2) / share**2
    return correction * math.sqrt(variance / float(dx @ dx))


def _slopes(y: FloatArray, x: FloatArray) -> tuple[float, float, float]:
    # Median and interval of all slopes: bracketed by those of a few rows, so that only the slopes
    # inside have to be kept and sorted.
    order = np.argsort(x, kind="stable")
    y, x = np.ascontiguousarray(y[order]), np.ascontiguousarray(x[order])
    counts = np.empty(3, np.int64)
    few = slice(None, None, max(1, len(x) // _SAMPLE_ROWS))
    sample = _all_slopes(np.ascontiguousarray(y[few]), np.ascontiguousarray(x[few]))
    ranks: list[int] = []
    margin = 0.02
    while True:
        low, high = _bracket(sample, len(x), margin)
        count_slopes(y, x, low, high, counts)
        ranks = ranks or _ranks(y, x, int(counts[ALL]))
        first, last = int(counts[BELOW]), int(counts[BELOW] + counts[WITHIN])
        if first <= min(ranks) and max(ranks) < last:
            break
        margin *= 4.0
    room = np.empty(int(counts[WITHIN]) + 1)
    keep_slopes(y, x, low, high, room)
    inside = room[:-1]
    inside.partition(sorted({rank - first for rank in ranks}))
    middle, above, lower, upper = (float(inside[rank - first]) for rank in ranks)
    return middle + (above - middle) / 2.0, lower, upper


def _all_slopes(y: FloatArray, x: FloatArray) -> FloatArray:
    first, second = np.triu_indices(len(x), 1)
    rises = x[second] > x[first]
    first, second = first[rises], second[rises]
    return np.sort((y[second] - y[first]) / (x[second] - x[first]))


def _bracket(sample: FloatArray, n: int, margin: float) -> tuple[float, float]:
    # Share of ranks that the interval takes on either side of the median, and a margin on top
    reach = DEVIATIONS * math.sqrt((2.0 * n + 5.0) / (18.0 * n * (n - 1.0))) + margin
    if reach >= 0.5 or not len(sample):
        return -math.inf, math.inf
    last = len(sample) - 1
    return (
        float(sample[math.floor((0.5 - reach) * last)]),
        float(sample[math.ceil((0.5 + reach) * last)]),
    )


def _ranks(y: FloatArray, x: FloatArray, count: int) -> list[int]:
    # The two in the middle, and those of the interval; ties make Kendall's score less variable
    n = len(x)
    variance = (n * (n - 1.0) * (2.0 * n + 5.0) - _tie_terms(x) - _tie_terms(y)) / 18.0
    reach = DEVIATIONS * math.sqrt(max(variance, 0.0))
    lower = max(round((count - reach) / 2.0) - 1, 0)
    upper = min(round((count + reach) / 2.0), count - 1)
    return [(count - 1) // 2, count // 2, lower, upper]


def _tie_terms(values: FloatArray) -> float:
    _, ties = np.unique(values, return_counts=True)
    tied = ties[ties > 1].astype(np.float64)
    return float((tied * (tied - 1.0) * (2.0 * tied + 5.0)).sum())
