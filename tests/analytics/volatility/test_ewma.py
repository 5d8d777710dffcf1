from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.analytics.volatility import ewma_volatility
from quantdeck.model.errors import BadInput, NoData

RETURNS = np.random.default_rng(2).normal(size=2000) * 0.01


def slow_ewma(returns: np.ndarray, decay: float, seed: int) -> np.ndarray:
    variance = float(np.mean(returns[:seed] ** 2))
    out = [math.nan] * (seed - 1) + [variance]
    for value in returns[seed:]:
        variance = decay * variance + (1.0 - decay) * value**2
        out.append(variance)
    return np.sqrt(np.array(out))


@pytest.mark.parametrize("decay", [0.05, 0.5, 0.94, 0.97, 0.9999])
def test_ewma_equals_the_recursion_term_by_term(decay: float) -> None:
    found = ewma_volatility(RETURNS, periods_per_year=1, decay=decay)

    assert found == pytest.approx(slow_ewma(RETURNS, decay, 30), rel=1e-11, nan_ok=True)


@given(st.lists(st.floats(-0.5, 0.5), min_size=3, max_size=40), st.floats(0.01, 0.99))
def test_ewma_of_any_returns_equals_the_recursion(values: list[float], decay: float) -> None:
    found = ewma_volatility(values, periods_per_year=1, decay=decay, seed=3)

    expected = slow_ewma(np.array(values), decay, 3)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-160, nan_ok=True)


def test_ewma_passes_over_absent_returns() -> None:
    with_holes = np.concatenate(([np.nan], RETURNS[:50], [np.nan, np.nan], RETURNS[50:100]))

    found = ewma_volatility(with_holes, periods_per_year=252)

    expected = ewma_volatility(RETURNS[:100], periods_per_year=252)
    assert found[1:51] == pytest.approx(expected[:50], nan_ok=True)
    assert found[51:53].tolist() == [found[50], found[50]]
    assert found[53:] == pytest.approx(expected[50:])


def test_ewma_of_fewer_returns_than_the_seed_says_how_many() -> None:
    with pytest.raises(NoData, match="first 30"):
        ewma_volatility(RETURNS[:29], periods_per_year=252)


@pytest.mark.parametrize("options", [{"decay": 1.0}, {"decay": 20.0}, {"seed": 1}])
def test_ewma_options_that_make_no_sense_are_refused(options) -> None:
    with pytest.raises(BadInput):
        ewma_volatility(RETURNS, periods_per_year=252, **options)
