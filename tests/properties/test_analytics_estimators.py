from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.pairs import ESTIMATORS, LINES, hedge_path, hurst_exponent, tls_hedge

SEEDS = st.integers(0, 2**32 - 1)
SCALES = st.floats(1e-3, 1e3)
ROWS = 150


def pair(seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    x = 100.0 * np.exp(np.cumsum(random.normal(scale=0.01, size=ROWS)))
    y = x ** random.uniform(0.3, 2.0) * np.exp(random.normal(scale=0.02, size=ROWS))
    return y, x


@pytest.mark.parametrize("estimator", ESTIMATORS)
@given(seed=SEEDS, scale_y=SCALES, scale_x=SCALES)
@settings(max_examples=15)
def test_hedge_ratio_of_logs_does_not_depend_on_units(estimator, seed, scale_y, scale_x) -> None:
    y, x = pair(seed)

    scaled = hedge_path(scale_y * y, scale_x * x, estimator=estimator)

    expected = hedge_path(y, x, estimator=estimator)
    np.testing.assert_allclose(scaled.hedge_ratio, expected.hedge_ratio, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(scaled.spread, expected.spread, atol=1e-9)


@pytest.mark.parametrize("estimator", sorted(set(ESTIMATORS) - {"tls"}))
@given(seed=SEEDS, scale_y=SCALES, scale_x=SCALES)
@settings(max_examples=15)
def test_hedge_ratio_of_levels_scales_with_y_over_x(estimator, seed, scale_y, scale_x) -> None:
    y, x = pair(seed)

    scaled = hedge_path(scale_y * y, scale_x * x, estimator=estimator, log=False)

    expected = hedge_path(y, x, estimator=estimator, log=False)
    for name in ("hedge_ratio", "low", "high"):
        np.testing.assert_allclose(
            getattr(scaled, name) * scale_x / scale_y,
            getattr(expected, name),
            rtol=1e-6,
            atol=1e-9,
        )


@given(SEEDS, SCALES)
@settings(max_examples=30)
def test_total_least_squares_scales_with_y_where_the_variance_ratio_does(seed, scale) -> None:
    y, x = pair(seed)

    scaled = tls_hedge(scale * y, x, log=False, variance_ratio=scale**2)

    expected = scale * tls_hedge(y, x, log=False).hedge_ratio
    assert scaled.hedge_ratio == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("estimator", LINES)
@given(seed=SEEDS)
@settings(max_examples=15)
def test_one_line_does_not_depend_on_the_order_of_rows(estimator: str, seed: int) -> None:
    y, x = pair(seed)
    order = np.random.default_rng(seed).permutation(ROWS)

    shuffled = hedge_path(y[order], x[order], estimator=estimator).newest

    expected = hedge_path(y, x, estimator=estimator).newest
    found = (shuffled.hedge_ratio, shuffled.intercept, shuffled.low, shuffled.high)
    assert found == pytest.approx(
        (expected.hedge_ratio, expected.intercept, expected.low, expected.high), rel=1e-7
    )


@pytest.mark.parametrize("estimator", sorted(set(ESTIMATORS) - set(LINES)))
@given(seed=SEEDS, cut=st.integers(60, ROWS))
@settings(max_examples=30)
def test_lines_that_change_know_no_later_row(estimator: str, seed: int, cut: int) -> None:
    y, x = pair(seed)

    part = hedge_path(y[:cut], x[:cut], estimator=estimator)

    whole = hedge_path(y, x, estimator=estimator)
    assert np.array_equal(whole.hedge_ratio[:cut], part.hedge_ratio, equal_nan=True)
    assert np.array_equal(whole.spread[:cut], part.spread, equal_nan=True)


@given(SEEDS, SCALES, st.floats(-1e3, 1e3))
@settings(max_examples=30)
def test_hurst_exponent_does_not_depend_on_level_or_scale(seed, scale, level) -> None:
    walk = np.cumsum(np.random.default_rng(seed).normal(size=200))

    moved = hurst_exponent(level + scale * walk)

    found = hurst_exponent(walk)
    assert (moved.exponent, moved.stderr) == pytest.approx((found.exponent, found.stderr), rel=1e-5)
