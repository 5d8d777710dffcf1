"""Statistics of pairs in exact rational arithmetic: slow, and right to the last digit.

Shares no code with quantdeck; the oracle of every faster way to the same numbers.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

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
