"""The best box by looking at every pair, and by a linear programme over all quotes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog


@dataclass(frozen=True)
class SlowRules:
    """Limits of the width, and fees of four contracts. [points]"""

    fees: float = 0.0
    min_gap: float = 0.0
    max_gap: float = math.inf


def slow_best(
    strikes: np.ndarray, buy: np.ndarray, sell: np.ndarray, rules: SlowRules
) -> tuple[float, float]:
    """Return the least lending and the greatest borrowing discount; NaN where there is no pair."""
    lend, borrow = math.nan, math.nan
    for i in range(len(strikes)):
        for j in range(i + 1, len(strikes)):
            width = strikes[j] - strikes[i]
            if not rules.min_gap <= width <= rules.max_gap:
                continue
            lend = np.fmin(lend, (buy[i] - sell[j] + rules.fees) / width)
            borrow = np.fmax(borrow, (sell[i] - buy[j] - rules.fees) / width)
    return float(lend), float(borrow)


def band_by_linear_programme(
    strikes: np.ndarray, buy: np.ndarray, sell: np.ndarray
) -> tuple[float, float]:
    """Return the largest and smallest D with sell <= G - D K <= buy for some G, at every strike."""
    rows = np.column_stack((np.ones_like(strikes), -strikes))
    matrix, limits = np.vstack((rows, -rows)), np.concatenate((buy, -sell))
    free = [(None, None), (None, None)]
    ends = [
        linprog([0, sign], A_ub=matrix, b_ub=limits, bounds=free, method="highs")
        for sign in (-1.0, 1.0)
    ]
    return ends[0].x[1], ends[1].x[1]
