from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.analytics.pairs import hurst_exponent, variance_ratio
from quantdeck.model.errors import BadInput, NoData
from tests.reference.slow_pairs import slow_variance_ratio

DRAWS = 120
ROWS = 500


def fractional(random: np.random.Generator, hurst: float, rows: int = ROWS) -> np.ndarray:
    """Fractional Brownian motion, exact, by circulant embedding (Davies and Harte, 1987)."""
    k = np.arange(rows)
    power = 2.0 * hurst
    covariance = 0.5 * ((k + 1.0) ** power - 2.0 * k**power + np.abs(k - 1.0) ** power)
    row = np.concatenate((covariance, [0.0], covariance[:0:-1]))
    weights = np.sqrt(np.fft.fft(row).real.clip(0.0) / len(row))
    noise = random.normal(size=len(row)) + 1j * random.normal(size=len(row))
    return np.cumsum(np.fft.fft(weights * noise).real[:rows])


def returning(random: np.random.Generator, half_life: float, rows: int = ROWS) -> np.ndarray:
    phi = 0.5 ** (1.0 / half_life)
    series = np.zeros(rows + 200)
    for t, shock in enumerate(random.normal(size=len(series) - 1), start=1):
        series[t] = phi * series[t - 1] + shock
    return series[200:]


def exponents(draw) -> np.ndarray:
    random = np.random.default_rng(7)
    return np.array([hurst_exponent(draw(random)).exponent for _ in range(DRAWS)])


@pytest.mark.parametrize(("hurst", "bias"), [(0.3, 0.02), (0.5, 0.03), (0.7, 0.05)])
def test_hurst_exponent_of_fractional_brownian_motion_is_found(hurst: float, bias: float) -> None:
    found = exponents(lambda random: fractional(random, hurst))

    assert found.mean() == pytest.approx(hurst, abs=bias)


@pytest.mark.parametrize("changing", [False, True])
def test_hurst_exponent_of_a_random_walk_scatters_as_its_standard_error_says(changing) -> None:
    random = np.random.default_rng(9)
    calm = np.exp(1.0 * np.sin(np.arange(ROWS) / 40.0)) if changing else np.ones(ROWS)

    draws = [hurst_exponent(np.cumsum(calm * random.normal(size=ROWS))) for _ in range(DRAWS)]

    scatter = np.std([each.exponent for each in draws])
    assert scatter == pytest.approx(np.mean([each.stderr for each in draws]), rel=0.2)


def test_hurst_exponent_of_a_series_that_comes_back_is_less_than_half() -> None:
    slow, fast = (
        exponents(lambda random, life=half_life: returning(random, life)).mean()
        for half_life in (50.0, 10.0)
    )

    assert fast < 0.4 < slow < 0.49


def test_hurst_exponent_does_not_depend_on_level_scale_or_direction() -> None:
    walk = np.cumsum(np.random.default_rng(3).normal(size=ROWS))

    found = hurst_exponent(walk)

    for other in (walk + 1e4, -37.0 * walk, walk[::-1]):
        assert hurst_exponent(other).exponent == pytest.approx(found.exponent, rel=1e-7)


def test_hurst_exponent_of_noise_is_about_zero() -> None:
    noise = np.random.default_rng(3).normal(size=2000)

    assert hurst_exponent(noise).exponent == pytest.approx(0.0, abs=0.03)


@pytest.mark.parametrize(
    ("series", "settings", "reason"),
    [
        (np.arange(99.0), {}, "99 rows, at least 100"),
        (np.arange(200.0) ** 2, {"max_lag": 101}, "at least 202"),
        (np.full(200, 3.0), {}, "does not move"),
        (np.tile([1.0, 2.0], 101)[:-1], {}, "repeats itself"),
        (np.arange(200.0) * 0.1, {}, "repeats itself"),
    ],
)
def test_hurst_exponent_without_an_answer_says_why(series, settings, reason: str) -> None:
    with pytest.raises(NoData, match=reason):
        hurst_exponent(series, **settings)


def test_hurst_exponent_of_missing_values_is_refused() -> None:
    with pytest.raises(BadInput, match="1 of 200 values"):
        hurst_exponent(np.where(np.arange(200) == 5, math.nan, np.arange(200.0) ** 2))


def test_hurst_exponent_of_a_short_lag_is_refused() -> None:
    with pytest.raises(BadInput, match="max_lag"):
        hurst_exponent(np.arange(200.0) ** 2, max_lag=3)


@pytest.mark.parametrize("lag", [2, 5, 20])
def test_variance_ratio_equals_the_formulas_of_lo_and_mackinlay(lag: int) -> None:
    walk = np.cumsum(np.random.default_rng(5).standard_t(4, size=300))

    found = variance_ratio(walk, lag=lag)

    assert (found.ratio, found.statistic) == pytest.approx(
        slow_variance_ratio(walk, lag), rel=1e-10
    )
    assert found.n == 299


def test_variance_ratio_rejects_a_random_walk_as_often_as_it_says() -> None:
    random = np.random.default_rng(5)

    pvalues = [variance_ratio(np.cumsum(random.normal(size=400)), lag=8).pvalue for _ in range(400)]

    assert np.mean(np.array(pvalues) < 0.05) == pytest.approx(0.05, abs=0.03)


@pytest.mark.parametrize(
    ("series", "reason"),
    [(np.arange(8.0) ** 2, "8 rows, more than 8"), (np.full(50, 1.0), "does not move"),
     (np.arange(50.0), "same step")],
)  # fmt: skip
def test_variance_ratio_without_an_answer_says_why(series, reason: str) -> None:
    with pytest.raises(NoData, match=reason):
        variance_ratio(series, lag=4)


def test_variance_ratio_of_one_row_is_refused() -> None:
    with pytest.raises(BadInput, match="lag"):
        variance_ratio(np.arange(50.0), lag=1)
