from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from quantdeck.analytics.pairs import RollingHedge, rolling_hedge, rolling_zscore
from quantdeck.model.errors import BadInput
from tests.reference.slow_pairs import slow_line, slow_score


def walk(n: int, *, seed: int = 6, step: float = 1e-4) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    x = math.log(60_000.0) + np.cumsum(random.normal(scale=step, size=n))
    return 1.5 * x - 8.0 + np.cumsum(random.normal(scale=step / 2, size=n)), x


def largest_error(fit: RollingHedge, y: np.ndarray, x: np.ndarray, window: int, rows) -> float:
    worst = 0.0
    for i in rows:
        exact = slow_line(y[i - window + 1 : i + 1], x[i - window + 1 : i + 1])
        worst = max(
            worst,
            abs(fit.hedge_ratio[i] - exact.slope),
            abs(fit.intercept[i] - exact.intercept) / max(1.0, abs(exact.intercept)),
            abs(fit.spread[i] - exact.last_residual),
            abs(fit.zscore[i] - exact.last_score),
        )
    return worst


@pytest.mark.parametrize("window", [5, 60, 300])
def test_rolling_hedge_equals_exact_windows(window: int) -> None:
    y, x = walk(20_000)

    fit = rolling_hedge(y, x, window=window)

    assert largest_error(fit, y, x, window, range(window - 1, 20_000, 997)) < 1e-12


def test_rolling_hedge_of_price_levels_equals_exact_windows() -> None:
    random = np.random.default_rng(2)
    x = np.round(60_000.0 + np.cumsum(random.normal(scale=0.5, size=5000)), 1)
    y = np.round(3_000.0 + 0.05 * (x - 60_000.0) + np.cumsum(random.normal(size=5000)) / 50, 2)

    fit = rolling_hedge(y, x, window=100)

    assert largest_error(fit, y, x, 100, range(99, 5000, 251)) < 1e-12


def test_rolling_hedge_after_a_spike_has_gone_is_exact_again() -> None:
    y, x = walk(2000)
    x[700], y[701] = 1e9, -1e7

    fit = rolling_hedge(y, x, window=50)

    assert largest_error(fit, y, x, 50, range(751, 2000, 13)) < 1e-11


def test_rolling_hedge_of_a_tight_pair_keeps_the_digits_of_the_score() -> None:
    y, x = walk(3000)
    y = 2.0 * x + np.random.default_rng(0).normal(scale=1e-8, size=3000)

    fit = rolling_hedge(y, x, window=60)

    exact = [
        slow_line(y[i - 59 : i + 1], x[i - 59 : i + 1]).last_score for i in range(59, 3000, 97)
    ]
    assert np.abs(fit.zscore[59::97] - exact).max() < 1e-8


def test_rolling_hedge_with_a_missing_price_is_nan_while_it_is_inside() -> None:
    y, x = walk(300)
    y[100] = math.nan

    fit = rolling_hedge(y, x, window=20)

    assert np.flatnonzero(np.isnan(fit.hedge_ratio)).tolist() == [*range(19), *range(100, 120)]


def test_rolling_hedge_after_a_missing_price_is_exact() -> None:
    y, x = walk(300)
    x[100] = math.inf

    fit = rolling_hedge(y, x, window=20)

    assert largest_error(fit, y, x, 20, range(120, 300, 9)) < 1e-12


def test_rolling_hedge_of_a_flat_window_is_nan_and_of_no_other() -> None:
    y, x = walk(300)
    x[100:125] = x[100]

    fit = rolling_hedge(y, x, window=20)

    assert np.flatnonzero(np.isnan(fit.zscore)).tolist() == [*range(19), *range(119, 125)]


def test_rolling_hedge_of_flat_y_is_zero_without_a_score() -> None:
    _, x = walk(100)

    fit = rolling_hedge(np.full(100, 7.0), x, window=10)

    assert (fit.hedge_ratio[-1], math.isnan(fit.zscore[-1])) == (0.0, True)


def test_rolling_hedge_of_one_line_has_a_ratio_without_a_score() -> None:
    _, x = walk(500)

    fit = rolling_hedge(2.0 * x + 1.0, x, window=30)

    assert np.allclose(fit.hedge_ratio[29:], 2.0, rtol=1e-9)
    assert np.isnan(fit.zscore).all()


def test_rolling_hedge_equals_pandas() -> None:
    y, x = walk(5000, step=0.1)

    fit = rolling_hedge(y, x, window=100)

    rolling = pd.Series(x).rolling(100)
    expected = (rolling.cov(pd.Series(y)) / rolling.var()).to_numpy()
    np.testing.assert_allclose(fit.hedge_ratio, expected, rtol=1e-8)


def test_rolling_hedge_of_fewer_rows_than_the_window_is_nan() -> None:
    y, x = walk(10)

    assert np.isnan(rolling_hedge(y, x, window=11).spread).all()


def test_rolling_hedge_of_two_rows_is_refused() -> None:
    with pytest.raises(BadInput, match="at least 3"):
        rolling_hedge([1.0, 2.0, 3.0], [1.0, 2.0, 4.0], window=2)


@pytest.mark.parametrize("window", [2, 30, 400])
def test_rolling_zscore_equals_exact_windows(window: int) -> None:
    spread, _ = walk(5000)

    scores = rolling_zscore(spread, window=window)

    rows = [i for i in range(window - 1, 5000, 211) if math.isfinite(scores[i])]
    exact = [slow_score(spread[i - window + 1 : i + 1]) for i in rows]
    assert np.abs(scores[rows] - exact).max() < 1e-11


def test_rolling_zscore_of_a_flat_window_is_nan() -> None:
    scores = rolling_zscore([1.0, 0.1, 0.1, 0.1, 2.0], window=3)

    assert np.isnan(scores).tolist() == [True, True, False, True, False]


def test_rolling_zscore_with_a_missing_value_is_nan_while_it_is_inside() -> None:
    values = np.arange(12.0) ** 2
    values[5] = math.nan

    scores = rolling_zscore(values, window=3)

    assert np.flatnonzero(np.isnan(scores)).tolist() == [0, 1, 5, 6, 7]


def test_rolling_zscore_of_movements_without_a_square_is_nan() -> None:
    assert np.isnan(rolling_zscore([0.0, 5e-162, 0.0], window=2)).all()


@pytest.mark.parametrize(
    "score",
    [
        lambda v: rolling_zscore(v, window=2),
        *(
            lambda v, name=name: getattr(rolling_hedge(v, v * [1, 2, 1, 2], window=3), name)
            for name in ("hedge_ratio", "zscore")
        ),
    ],
)
def test_rolling_figures_of_movements_beyond_the_range_of_floats_are_nan(score) -> None:
    assert np.isnan(score(np.array([0.0, 1e200, -1e200, 1e180]))[2:]).all()


def test_rolling_zscore_of_one_row_is_refused() -> None:
    with pytest.raises(BadInput, match="at least 2"):
        rolling_zscore([1.0, 2.0], window=1)
