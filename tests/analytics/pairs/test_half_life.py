from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm

from quantdeck.analytics.pairs import half_life
from quantdeck.model.errors import NoData


def reverting(phi: float, n: int, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=n)
    values = np.zeros(n)
    for i in range(1, n):
        values[i] = phi * values[i - 1] + noise[i]
    return values


def test_half_life_equals_the_regression_of_statsmodels() -> None:
    spread = reverting(0.95, 800)

    result = half_life(spread)

    phi = sm.OLS(spread[1:], sm.add_constant(spread[:-1])).fit().params[1]
    assert result.phi == pytest.approx(phi, rel=1e-12)
    assert result.rows == pytest.approx(math.log(2.0) / -math.log(phi), rel=1e-10)


def test_half_life_recovers_what_was_planted() -> None:
    phi = 2.0 ** (-1.0 / 20.0)

    assert half_life(reverting(phi, 50_000)).rows == pytest.approx(20.0, rel=0.1)


def test_half_life_does_not_depend_on_the_level() -> None:
    spread = reverting(0.9, 300)

    assert half_life(1e6 + spread).rows == pytest.approx(half_life(spread).rows, rel=1e-6)


@pytest.mark.parametrize(
    ("spread", "reason"),
    [(2.0 ** np.arange(9.0), "no return"), ([1.0, -1.0, 1.0, -1.0, 1.0], "no persistence")],
)
def test_half_life_that_is_none_says_why(spread, reason: str) -> None:
    result = half_life(spread)

    assert result.rows is None
    assert reason in (result.reason or "")


def test_half_life_leaves_steps_beside_missing_values_out() -> None:
    result = half_life([8.0, 4.0, 2.0, math.nan, 16.0, 8.0])

    assert result.phi == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("spread", "reason"), [([1.0, 2.0, 3.0], "2 steps"), ([0.1] * 9, "does not move")]
)
def test_half_life_without_an_answer_says_why(spread, reason: str) -> None:
    with pytest.raises(NoData, match=reason):
        half_life(spread)
