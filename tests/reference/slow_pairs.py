"""Statistics of pairs written as in the books: slow, the first ones in exact rational arithmetic.

Shares no code with quantdeck; the oracle of every faster way to the same numbers.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence


class SlowLine(NamedTuple):
    slope: float
    intercept: float
    last_residual: float
    last_score: float


def slow_line(y: Sequence[float], x: Sequence[float]) -> SlowLine:
    """Return the least-squares line, the last residual and its score against all residuals."""
    exact_y, exact_x = [Fraction(v) for v in y], [Fraction(v) for v in x]
    n = len(exact_y)
    mean_y, mean_x = sum(exact_y) / n, sum(exact_x) / n
    sxx = sum((v - mean_x) ** 2 for v in exact_x)
    sxy = sum((a - mean_y) * (b - mean_x) for a, b in zip(exact_y, exact_x, strict=True))
    slope = sxy / sxx
    intercept = mean_y - slope * mean_x
    residuals = [a - intercept - slope * b for a, b in zip(exact_y, exact_x, strict=True)]
    variance = sum(r * r for r in residuals) / (n - 1)
    score = float(residuals[-1]) / math.sqrt(variance) if variance else math.nan
    return SlowLine(float(slope), float(intercept), float(residuals[-1]), score)


def slow_score(values: Sequence[float]) -> float:
    """Return (last - mean) / sample standard deviation."""
    exact = [Fraction(v) for v in values]
    mean = sum(exact) / len(exact)
    variance = sum((v - mean) ** 2 for v in exact) / (len(exact) - 1)
    return float(exact[-1] - mean) / math.sqrt(variance)


def slow_correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Return Pearson's correlation."""
    exact_a, exact_b = [Fraction(v) for v in a], [Fraction(v) for v in b]
    mean_a, mean_b = sum(exact_a) / len(exact_a), sum(exact_b) / len(exact_b)
    saa = sum((v - mean_a) ** 2 for v in exact_a)
    sbb = sum((v - mean_b) ** 2 for v in exact_b)
    sab = sum((u - mean_a) * (v - mean_b) for u, v in zip(exact_a, exact_b, strict=True))
    return float(sab) / (math.sqrt(saa) * math.sqrt(sbb))


def slow_adf_statistic(series: Sequence[float], lag: int, regression: str) -> float:
    """Return the t-value of the lagged level, from the normal equations in rational numbers."""
    exact = [Fraction(v) for v in series]
    steps = [b - a for a, b in itertools.pairwise(exact)]
    design, target = [], []
    for t in range(lag, len(steps)):
        terms = {"n": [], "c": [1], "ct": [1, t]}[regression]
        design.append([exact[t], *terms, *(steps[t - k] for k in range(1, lag + 1))])
        target.append(steps[t])
    width = len(design[0])
    normal = [[sum(row[i] * row[j] for row in design) for j in range(width)] for i in range(width)]
    moments = [sum(row[i] * d for row, d in zip(design, target, strict=True)) for i in range(width)]
    coefficients = _solve(normal, moments)
    first_of_inverse = _solve(normal, [Fraction(int(i == 0)) for i in range(width)])[0]
    rss = sum(
        (d - sum(c * v for c, v in zip(coefficients, row, strict=True))) ** 2
        for row, d in zip(design, target, strict=True)
    )
    variance = rss / (len(design) - width) * first_of_inverse
    return float(coefficients[0]) / math.sqrt(variance)


def _solve(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    n = len(rows)
    for column in range(n):
        pivot = next(r for r in range(column, n) if rows[r][column] != 0)
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [v / rows[column][column] for v in rows[column]]
        for r in range(n):
            if r != column:
                factor = rows[r][column]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[column], strict=True)]
    return [row[-1] for row in rows]


class SlowFilter(NamedTuple):
    intercept: np.ndarray
    hedge_ratio: np.ndarray
    variance: np.ndarray
    error: np.ndarray
    share: np.ndarray


def slow_filter(
    y: np.ndarray, x: np.ndarray, *, start: int, delta: float, observation_variance: float
) -> SlowFilter:
    """Return the Kalman filter of a wandering line, written in matrices; all rows finite.

    State: level at the mean of the start rows, and slope; started from least squares over these.
    """
    n = len(y)
    centre = x[:start].mean()
    design = np.column_stack((np.ones(n), x - centre))
    first = design[:start]
    state = np.linalg.lstsq(first, y[:start], rcond=None)[0]
    covariance = observation_variance * np.linalg.inv(first.T @ first)
    out = SlowFilter(*(np.full(n, np.nan) for _ in range(5)))
    for t in range(start - 1, n):
        if t >= start:
            noise = delta * observation_variance * np.diag([1.0, 1.0 / x[:t].var()])
            covariance = covariance + noise
            row = design[t]
            out.error[t] = y[t] - row @ state
            out.share[t] = 1.0 + row @ covariance @ row / observation_variance
            gain = covariance @ row / (out.share[t] * observation_variance)
            state = state + gain * out.error[t]
            left = np.eye(2) - np.outer(gain, row)
            noise_part = observation_variance * np.outer(gain, gain)
            covariance = left @ covariance @ left.T + noise_part
        out.hedge_ratio[t] = state[1]
        out.intercept[t] = state[0] - state[1] * centre
        out.variance[t] = covariance[1, 1]
    return out


def slow_variance_ratio(series: Sequence[float], lag: int) -> tuple[float, float]:
    """Return Lo and MacKinlay's overlapping variance ratio and its robust statistic, by loops."""
    values = list(series)
    n = len(values) - 1
    mean = (values[-1] - values[0]) / n
    steps = [values[t] - values[t - 1] - mean for t in range(1, n + 1)]
    short = sum(step**2 for step in steps) / (n - 1)
    m = lag * (n - lag + 1) * (1 - lag / n)
    long = sum((values[t] - values[t - lag] - lag * mean) ** 2 for t in range(lag, n + 1)) / m
    total = sum(step**2 for step in steps)
    theta = 0.0
    for j in range(1, lag):
        products = sum(steps[t] ** 2 * steps[t - j] ** 2 for t in range(j, n))
        theta += (2.0 * (lag - j) / lag) ** 2 * products / total**2
    ratio = long / short
    return ratio, (ratio - 1.0) / math.sqrt(theta)
