from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm

from quantdeck.analytics.pairs import kalman_hedge, ols_hedge
from quantdeck.analytics.pairs.kalman_kernels import follow_line
from quantdeck.model.errors import BadInput, NoData
from tests.reference.slow_pairs import slow_filter

RANDOM = np.random.default_rng(12)
N = 400
X = 100.0 + np.cumsum(RANDOM.normal(size=N))
RATIO = 1.0 + 0.3 * np.sin(np.arange(N) / 60.0)
Y = 5.0 + RATIO * X + RANDOM.normal(scale=0.5, size=N)


@pytest.mark.parametrize("delta", [0.0, 1e-5, 1e-2])
def test_kalman_hedge_equals_the_filter_in_matrices(delta: float) -> None:
    path = kalman_hedge(Y, X, log=False, delta=delta, observation_variance=0.25)

    slow = slow_filter(Y, X, start=30, delta=delta, observation_variance=0.25)
    np.testing.assert_allclose(path.hedge_ratio, slow.hedge_ratio, rtol=1e-9)
    np.testing.assert_allclose(path.intercept, slow.intercept, rtol=1e-8)
    np.testing.assert_allclose(path.hedge_variance, slow.variance, rtol=1e-9)
    np.testing.assert_allclose(path.spread, slow.error, atol=1e-9)
    np.testing.assert_allclose(path.spread_std, 0.5 * np.sqrt(slow.share), rtol=1e-9)


def test_kalman_hedge_without_state_noise_equals_recursive_least_squares() -> None:
    y, x = (Y - Y.mean()) / Y.std(), (X - X.mean()) / X.std()
    fitted = sm.RecursiveLS(y, sm.add_constant(x)).fit()

    path = kalman_hedge(y, x, log=False, delta=0.0)

    intercept, slope = fitted.recursive_coefficients.filtered[:, 40:]
    np.testing.assert_allclose(path.hedge_ratio[40:], slope, rtol=1e-9)
    np.testing.assert_allclose(path.intercept[40:], intercept, atol=1e-9)


def test_kalman_hedge_without_state_noise_is_least_squares_of_the_rows_so_far() -> None:
    path = kalman_hedge(Y, X, log=False, delta=0.0)

    for rows in (30, 100, N):
        fit = ols_hedge(Y[:rows], X[:rows], log=False)
        assert path.hedge_ratio[rows - 1] == pytest.approx(fit.hedge_ratio, rel=1e-10)
        assert math.sqrt(path.hedge_variance[rows - 1]) == pytest.approx(fit.stderr, rel=1e-9)


def test_kalman_hedge_intercept_variance_without_state_noise_is_that_of_least_squares() -> None:
    stderr = sm.OLS(Y, sm.add_constant(X)).fit().bse[0]

    path = kalman_hedge(Y, X, log=False, delta=0.0)

    assert math.sqrt(path.intercept_variance[-1]) == pytest.approx(stderr, rel=1e-7)


def test_kalman_hedge_lines_do_not_depend_on_the_observation_variance() -> None:
    given = kalman_hedge(Y, X, log=False, delta=1e-3, observation_variance=7.0)
    estimated = kalman_hedge(Y, X, log=False, delta=1e-3)

    assert np.array_equal(given.hedge_ratio, estimated.hedge_ratio, equal_nan=True)
    assert np.array_equal(given.spread, estimated.spread, equal_nan=True)


def test_kalman_hedge_follows_a_ratio_that_least_squares_averages() -> None:
    noise = np.random.default_rng(6).normal(scale=0.2, size=N)
    y = RATIO * (X - X[:30].mean()) + noise

    path = kalman_hedge(y, X, log=False, delta=1e-3)

    tail = slice(100, None)
    missed = np.abs(path.hedge_ratio - RATIO)[tail].mean()
    assert missed < 0.5 * np.abs(ols_hedge(y, X, log=False).hedge_ratio - RATIO)[tail].mean()


def test_kalman_hedge_band_holds_a_wandering_ratio_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(2)
    inside = []
    for _ in range(40):
        x = np.cumsum(random.normal(size=300))
        spread_of_x = np.array([x[:t].var() if t > 30 else np.inf for t in range(300)])
        level = np.cumsum(random.normal(scale=math.sqrt(1e-3), size=300))
        ratio = 1.0 + np.cumsum(random.normal(size=300) * np.sqrt(1e-3 / spread_of_x))
        y = level + ratio * (x - x[:30].mean()) + random.normal(size=300)
        path = kalman_hedge(y, x, log=False, delta=1e-3)
        reach = 1.96 * np.sqrt(path.hedge_variance)
        inside.append((np.abs(path.hedge_ratio - ratio) <= reach)[50:].mean())

    assert np.mean(inside) == pytest.approx(0.95, abs=0.03)


def test_kalman_hedge_errors_have_the_deviation_that_it_expected() -> None:
    random = np.random.default_rng(8)
    x = np.cumsum(random.normal(size=2000))
    y = 2.0 * x + random.normal(scale=3.0, size=2000)

    path = kalman_hedge(y, x, log=False, delta=0.0)

    scores = (path.spread / path.spread_std)[60:]
    assert scores.std() == pytest.approx(1.0, abs=0.05)
    assert abs(np.corrcoef(scores[1:], scores[:-1])[0, 1]) < 0.06


@pytest.mark.parametrize("cut", [30, 31, 150, 399])
def test_kalman_hedge_of_fewer_rows_is_the_same_up_to_there(cut: int) -> None:
    whole = kalman_hedge(Y, X, log=False, delta=1e-4)
    part = kalman_hedge(Y[:cut], X[:cut], log=False, delta=1e-4)

    for name in ("hedge_ratio", "intercept", "hedge_variance", "spread", "spread_std"):
        assert np.array_equal(getattr(whole, name)[:cut], getattr(part, name), equal_nan=True)


def test_kalman_hedge_where_a_price_is_missing_keeps_its_line_and_grows_its_variance() -> None:
    y = Y.copy()
    y[200:210] = math.nan

    path = kalman_hedge(y, X, log=False, delta=1e-3)

    assert (path.hedge_ratio[199:210] == path.hedge_ratio[199]).all()
    assert (np.diff(path.hedge_variance[199:210]) > 0.0).all()
    assert np.flatnonzero(np.isnan(path.spread[30:])).tolist() == list(range(170, 180))
    assert path.n == N - 10


def test_kalman_hedge_with_missing_prices_in_the_start_waits_for_enough() -> None:
    x = X.copy()
    x[[0, 5, 17]] = math.nan

    path = kalman_hedge(Y, x, log=False)

    assert path.start == 33
    assert np.isnan(path.hedge_ratio[:32]).all()
    assert np.isfinite(path.hedge_ratio[32:]).all()


def test_kalman_hedge_where_x_stands_still_at_first_starts_when_it_moves() -> None:
    x = X.copy()
    x[:50] = x[0]

    path = kalman_hedge(Y, x, log=False)

    assert path.start == 51


def test_kalman_hedge_starts_from_the_line_of_the_start_rows() -> None:
    path = kalman_hedge(Y, X, log=False, start_rows=50)

    assert path.hedge_ratio[49] == pytest.approx(
        ols_hedge(Y[:50], X[:50], log=False).hedge_ratio, rel=1e-12
    )


def test_follow_line_compiled_equals_interpreted() -> None:
    u, v = np.random.default_rng(6).normal(size=(2, 120))
    u[70] = math.nan
    compiled, interpreted = np.empty((9, 120)), np.empty((9, 120))

    follow_line(u, v, 30, 1e-3, compiled)
    follow_line.python(u, v, 30, 1e-3, interpreted)

    np.testing.assert_allclose(compiled, interpreted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("y", "x", "reason"),
    [
        (Y[:20], X[:20], "20 rows, the filter starts from 30"),
        (Y, np.full(N, 3.0), "x does not move"),
        (np.full(N, math.nan), X, "0 rows"),
    ],
)
def test_kalman_hedge_without_an_answer_says_why(y, x, reason: str) -> None:
    with pytest.raises(NoData, match=reason):
        kalman_hedge(y, x, log=False)


@pytest.mark.parametrize(
    "setting",
    [
        {"delta": -1e-9},
        {"delta": math.nan},
        {"observation_variance": 0.0},
        {"observation_variance": math.inf},
        {"start_rows": 2},
    ],
)
def test_kalman_hedge_of_settings_out_of_range_is_refused(setting) -> None:
    with pytest.raises(BadInput, match=next(iter(setting))):
        kalman_hedge(Y, X, log=False, **setting)
