from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from quantdeck.analytics.pairs import huber_hedge, ols_hedge, robust, theil_sen_hedge
from quantdeck.analytics.pairs.theil_kernels import ALL, count_slopes, keep_slopes
from quantdeck.model.errors import BadInput, NoData

RANDOM = np.random.default_rng(33)
X = 60_000.0 * np.exp(np.cumsum(RANDOM.normal(scale=1e-3, size=700)))
Y = 0.01 * X**1.2 * np.exp(2e-3 * RANDOM.standard_t(2.5, size=700))


def reference_huber(y: np.ndarray, x: np.ndarray):
    model = sm.RLM(y, sm.add_constant(x), M=sm.robust.norms.HuberT())
    return model.fit(conv="coefs", tol=1e-13, maxiter=500)


@pytest.mark.parametrize("log", [True, False])
def test_huber_hedge_equals_statsmodels(log: bool) -> None:
    y, x = (np.log(Y), np.log(X)) if log else (Y, X)
    reference = reference_huber(y, x)

    line = huber_hedge(Y, X, log=log)

    assert (line.intercept, line.hedge_ratio) == pytest.approx(tuple(reference.params), rel=1e-8)
    assert (line.n, line.log) == (700, log)


def test_huber_hedge_interval_is_of_the_standard_error_of_statsmodels() -> None:
    stderr = reference_huber(np.log(Y), np.log(X)).bse[1]

    line = huber_hedge(Y, X)

    assert line.high - line.hedge_ratio == pytest.approx(stats.norm.ppf(0.975) * stderr, rel=1e-5)
    assert line.hedge_ratio - line.low == pytest.approx(line.high - line.hedge_ratio)


def test_huber_hedge_with_a_huge_tuning_is_least_squares() -> None:
    line = huber_hedge(Y, X, tuning=1e6)

    assert line.hedge_ratio == pytest.approx(ols_hedge(Y, X).hedge_ratio, rel=1e-12)


@pytest.mark.parametrize("estimate", [huber_hedge, theil_sen_hedge])
def test_robust_hedge_with_bad_prices_stays_where_least_squares_goes(estimate) -> None:
    clean = 0.01 * X**1.2 * np.exp(np.random.default_rng(1).normal(scale=2e-3, size=700))
    spoilt = clean.copy()
    spoilt[::40] *= 5.0

    moved = abs(estimate(spoilt, X).hedge_ratio - estimate(clean, X).hedge_ratio)

    least_squares = abs(ols_hedge(spoilt, X).hedge_ratio - ols_hedge(clean, X).hedge_ratio)
    assert moved < 0.1 * least_squares


def test_huber_hedge_where_most_rows_lie_on_a_line_is_that_line_without_an_interval() -> None:
    x = np.arange(1.0, 21.0)
    y = 2.0 * x + 1.0
    y[3] += 40.0

    line = huber_hedge(y, x, log=False)

    assert (line.hedge_ratio, line.intercept) == pytest.approx((2.0, 1.0), abs=1e-6)
    assert math.isnan(line.low)


@pytest.mark.parametrize("log", [True, False])
def test_theil_sen_hedge_equals_scipy(log: bool) -> None:
    y, x = (np.log(Y), np.log(X)) if log else (Y, X)
    reference = stats.theilslopes(y, x)

    line = theil_sen_hedge(Y, X, log=log)

    assert (line.hedge_ratio, line.intercept) == (reference.slope, reference.intercept)
    assert (line.low, line.high) == (reference.low_slope, reference.high_slope)


@pytest.mark.parametrize("rows", [3, 4, 7, 12])
def test_theil_sen_hedge_of_few_rows_equals_scipy(rows: int) -> None:
    y, x = Y[:rows], X[:rows]
    reference = stats.theilslopes(y, x)

    line = theil_sen_hedge(y, x, log=False)

    found = (line.hedge_ratio, line.intercept, line.low, line.high)
    assert found == pytest.approx(tuple(reference), rel=1e-14)


def test_theil_sen_hedge_of_prices_on_a_coarse_grid_equals_scipy() -> None:
    y, x = np.round(np.random.default_rng(2).normal(size=(2, 400)).cumsum(axis=1))
    reference = stats.theilslopes(y, x)

    line = theil_sen_hedge(y, x, log=False)

    assert (line.hedge_ratio, line.low, line.high) == (
        reference.slope,
        reference.low_slope,
        reference.high_slope,
    )


def test_theil_sen_hedge_where_x_hardly_changes_looks_at_all_slopes() -> None:
    x = np.full(600, 5.0)
    x[417] = 6.0
    y = np.random.default_rng(3).normal(size=600)

    line = theil_sen_hedge(y, x, log=False)

    assert line.hedge_ratio == stats.theilslopes(y, x).slope


def test_theil_sen_hedge_of_many_rows_takes_every_kth_from_the_newest() -> None:
    random = np.random.default_rng(5)
    x = np.cumsum(random.normal(size=2 * robust.EXACT_ROWS + 1))
    y = 2.0 * x + random.normal(size=len(x))

    line = theil_sen_hedge(y, x, log=False)

    assert line.n == -(-len(x) // 3)
    assert line.hedge_ratio == theil_sen_hedge(y[::-3], x[::-3], log=False).hedge_ratio


def test_slope_kernels_compiled_equal_interpreted() -> None:
    y, x = np.random.default_rng(4).normal(size=(2, 60))
    x = np.sort(np.round(x, 1))
    compiled, interpreted = np.empty(3, np.int64), np.empty(3, np.int64)

    count_slopes(y, x, -1.0, 0.5, compiled)
    count_slopes.python(y, x, -1.0, 0.5, interpreted)
    kept, expected = np.empty(compiled[1] + 1), np.empty(compiled[1] + 1)
    keep_slopes(y, x, -1.0, 0.5, kept)
    with np.errstate(all="ignore"):
        keep_slopes.python(y, x, -1.0, 0.5, expected)

    assert compiled.tolist() == interpreted.tolist()
    assert compiled[ALL] < 60 * 59 // 2
    assert kept[:-1].tolist() == expected[:-1].tolist()


@pytest.mark.parametrize("estimate", [huber_hedge, theil_sen_hedge])
def test_robust_hedge_with_missing_prices_fits_the_other_rows(estimate) -> None:
    y, x = Y.copy(), X.copy()
    y[7], x[300] = math.nan, math.inf

    line = estimate(y, x)

    assert line == estimate(np.delete(Y, [7, 300]), np.delete(X, [7, 300]))


@pytest.mark.parametrize("estimate", [huber_hedge, theil_sen_hedge])
@pytest.mark.parametrize(
    ("y", "x", "reason"),
    [
        ([1.0, 2.0], [1.0, 2.0], "2 rows, at least 3"),
        ([1.0, 2.0, 3.0], [0.1, 0.1, 0.1], "x does not move"),
        ([0.1, 0.1, 0.1], [1.0, 2.0, 3.0], "y does not move"),
    ],
)
def test_robust_hedge_without_an_answer_says_why(estimate, y, x, reason: str) -> None:
    with pytest.raises(NoData, match=reason):
        estimate(y, x)


@pytest.mark.parametrize("tuning", [0.0, -1.0, math.nan])
def test_huber_hedge_of_no_tuning_is_refused(tuning: float) -> None:
    with pytest.raises(BadInput, match="tuning"):
        huber_hedge(Y, X, tuning=tuning)
