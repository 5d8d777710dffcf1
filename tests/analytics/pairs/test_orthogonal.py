from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.analytics.pairs import tls_hedge
from quantdeck.model.errors import BadInput, NoData

RANDOM = np.random.default_rng(41)
X = np.cumsum(RANDOM.normal(size=300))
Y = 1.7 * X + RANDOM.normal(size=300)


def svd_slope(y: np.ndarray, x: np.ndarray) -> float:
    _, _, directions = np.linalg.svd(np.column_stack((x - x.mean(), y - y.mean())))
    return directions[0, 1] / directions[0, 0]


@pytest.mark.parametrize("factor", [1.0, -1.0, 30.0, 0.01])
def test_tls_hedge_equals_the_singular_vector(factor: float) -> None:
    line = tls_hedge(factor * Y, X, log=False)

    slope = svd_slope(factor * Y, X)
    assert line.hedge_ratio == pytest.approx(slope, rel=1e-10)
    assert line.intercept == pytest.approx(factor * Y.mean() - slope * X.mean(), abs=1e-10)


def test_tls_hedge_of_x_on_y_is_the_reciprocal() -> None:
    there, back = tls_hedge(Y, X, log=False), tls_hedge(X, Y, log=False)

    assert there.hedge_ratio * back.hedge_ratio == pytest.approx(1.0, rel=1e-12)


def test_tls_hedge_with_a_variance_ratio_is_orthogonal_in_units_of_the_noise() -> None:
    line = tls_hedge(Y, X, log=False, variance_ratio=9.0)

    assert line.hedge_ratio == pytest.approx(3.0 * svd_slope(Y / 3.0, X), rel=1e-10)


def test_tls_hedge_of_logs_is_that_of_the_logarithms() -> None:
    y, x = np.exp(0.01 * Y), np.exp(0.01 * X)

    assert tls_hedge(y, x).hedge_ratio == pytest.approx(svd_slope(0.01 * Y, 0.01 * X), rel=1e-9)


def test_tls_hedge_interval_is_the_jackknifes() -> None:
    y, x = Y[:40], X[:40]
    slopes = np.array([svd_slope(np.delete(y, i), np.delete(x, i)) for i in range(40)])
    stderr = math.sqrt(39 / 40 * ((slopes - slopes.mean()) ** 2).sum())

    line = tls_hedge(y, x, log=False)

    assert line.high - line.hedge_ratio == pytest.approx(1.959964 * stderr, rel=1e-6)


def test_tls_hedge_of_an_exact_line_is_that_line() -> None:
    line = tls_hedge([1.0, 3.0, 5.0, 9.0], [1.0, 2.0, 3.0, 5.0], log=False)

    assert (line.hedge_ratio, line.intercept) == pytest.approx((2.0, -1.0), abs=1e-12)


def test_tls_hedge_where_no_line_is_nearest_says_why() -> None:
    corners = [1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]

    with pytest.raises(NoData, match="do not move together"):
        tls_hedge(*corners, log=False)


def test_tls_hedge_of_a_flat_cloud_is_zero() -> None:
    line = tls_hedge([1.0, -1.0, 1.0, -1.0], [-3.0, -3.0, 3.0, 3.0], log=False)

    assert line.hedge_ratio == 0.0


@pytest.mark.parametrize("ratio", [0.0, -1.0, math.inf, math.nan])
def test_tls_hedge_of_no_variance_ratio_is_refused(ratio: float) -> None:
    with pytest.raises(BadInput, match="variance_ratio"):
        tls_hedge(Y, X, log=False, variance_ratio=ratio)
