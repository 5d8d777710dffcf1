from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm

from quantdeck.analytics.pairs import (
    ESTIMATORS,
    LINES,
    EstimatorSettings,
    compare_estimators,
    half_life,
    hedge_path,
    hurst_exponent,
    kalman_hedge,
    ols_hedge,
    rolling_hedge,
    rolling_zscore,
    theil_sen_hedge,
)
from quantdeck.model.errors import BadInput, NoData

RANDOM = np.random.default_rng(52)
X = 60_000.0 * np.exp(np.cumsum(RANDOM.normal(scale=1e-3, size=400)))
Y = 0.01 * X**1.2 * np.exp(RANDOM.normal(scale=2e-3, size=400))


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("log", [True, False])
def test_hedge_path_has_a_row_per_row_and_a_name(estimator: str, log: bool) -> None:
    path = hedge_path(Y, X, estimator=estimator, log=log)

    lengths = {
        len(series)
        for series in (path.hedge_ratio, path.intercept, path.low, path.high, path.spread)
    }
    assert (path.name, path.log, path.n, len(path)) == (estimator, log, 400, 400)
    assert lengths == {400}


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_hedge_path_interval_holds_the_ratio(estimator: str) -> None:
    path = hedge_path(Y, X, estimator=estimator)

    known = np.isfinite(path.hedge_ratio)
    assert known[-200:].all()
    assert (path.low[known] <= path.hedge_ratio[known]).all()
    assert (path.hedge_ratio[known] <= path.high[known]).all()


@pytest.mark.parametrize("estimator", LINES)
def test_hedge_path_of_one_line_repeats_it(estimator: str) -> None:
    path = hedge_path(Y, X, estimator=estimator)

    line = path.newest
    assert (path.hedge_ratio == line.hedge_ratio).all()
    np.testing.assert_allclose(
        path.spread, np.log(Y) - line.intercept - line.hedge_ratio * np.log(X), atol=1e-12
    )


def test_hedge_path_of_least_squares_is_that_of_ols_hedge() -> None:
    line = hedge_path(Y, X, estimator="ols").newest

    fit = ols_hedge(Y, X)
    assert (line.hedge_ratio, line.intercept) == (fit.hedge_ratio, fit.intercept)
    assert line.high - line.hedge_ratio == pytest.approx(1.959964 * fit.stderr, rel=1e-6)


def test_hedge_path_of_theil_sen_is_that_of_theil_sen_hedge() -> None:
    assert hedge_path(Y, X, estimator="theil-sen").newest == theil_sen_hedge(Y, X)


def test_hedge_path_of_kalman_has_its_errors_as_spread() -> None:
    path = hedge_path(Y, X, estimator="kalman", settings=EstimatorSettings(delta=1e-3))

    found = kalman_hedge(Y, X, delta=1e-3)
    assert np.array_equal(path.spread, found.spread, equal_nan=True)
    reach = 1.959964 * np.sqrt(found.hedge_variance)
    np.testing.assert_allclose(path.high - path.hedge_ratio, reach, rtol=1e-6)


def test_hedge_path_of_rolling_is_that_of_the_windows() -> None:
    path = hedge_path(Y, X, estimator="rolling", settings=EstimatorSettings(window=40))

    found = rolling_hedge(np.log(Y), np.log(X), window=40)
    assert np.array_equal(path.hedge_ratio, found.hedge_ratio, equal_nan=True)
    assert np.array_equal(path.spread, found.spread, equal_nan=True)


def test_hedge_path_of_rolling_has_the_interval_of_each_window() -> None:
    path = hedge_path(Y, X, estimator="rolling", settings=EstimatorSettings(window=40))

    for row in (39, 200, 399):
        rows = slice(row - 39, row + 1)
        fitted = sm.OLS(np.log(Y[rows]), sm.add_constant(np.log(X[rows]))).fit()
        reach = path.high[row] - path.hedge_ratio[row]
        assert reach == pytest.approx(1.959964 * fitted.bse[1], rel=1e-6)


@pytest.mark.parametrize("estimator", sorted(set(ESTIMATORS) - set(LINES)))
@pytest.mark.parametrize("cut", [60, 61, 222, 399])
def test_hedge_path_that_changes_knows_no_later_row(estimator: str, cut: int) -> None:
    whole = hedge_path(Y, X, estimator=estimator)

    part = hedge_path(Y[:cut], X[:cut], estimator=estimator)

    for name in ("hedge_ratio", "intercept", "spread"):
        assert np.array_equal(getattr(whole, name)[:cut], getattr(part, name), equal_nan=True)
    for name in ("low", "high"):
        np.testing.assert_allclose(getattr(whole, name)[:cut], getattr(part, name), rtol=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_hedge_path_where_a_price_is_missing_has_no_spread(estimator: str) -> None:
    y = Y.copy()
    y[300] = math.nan

    path = hedge_path(y, X, estimator=estimator)

    assert path.n == 399
    assert math.isnan(path.spread[300])
    assert math.isfinite(path.spread[399])


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize(
    ("y", "x"),
    [(Y[:2], X[:2]), (Y, np.full(400, 7.0)), (np.full(400, math.nan), X), (Y[:0], X[:0])],
    ids=["two rows", "flat x", "all missing", "nothing"],
)
def test_hedge_path_without_an_answer_says_why(estimator: str, y, x) -> None:
    with pytest.raises(NoData, match="row"):
        hedge_path(y, x, estimator=estimator)


def test_hedge_path_of_an_unknown_estimator_names_those_there_are() -> None:
    with pytest.raises(BadInput, match="'magic'; choose one of ols, huber, theil-sen"):
        hedge_path(Y, X, estimator="magic")


def test_compare_estimators_has_a_row_for_each() -> None:
    rows = compare_estimators(Y, X, window=60)

    assert [row.name for row in rows] == list(ESTIMATORS)
    assert all(row.line.hedge_ratio == pytest.approx(1.2, abs=0.2) for row in rows)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_compare_estimators_figures_are_of_the_estimators_own_spread(estimator: str) -> None:
    [row] = [row for row in compare_estimators(Y, X, window=60) if row.name == estimator]

    spread = hedge_path(Y, X, estimator=estimator).spread
    known = spread[np.isfinite(spread)]
    assert row.spread_std == pytest.approx(known.std(ddof=1))
    assert (row.half_life, row.hurst) == (half_life(known).rows, hurst_exponent(known).exponent)
    assert row.last_zscore == rolling_zscore(spread, window=60)[-1]


def test_compare_estimators_of_few_rows_says_why_some_have_no_line() -> None:
    rows = {row.name: row for row in compare_estimators(Y[:20], X[:20], window=60)}

    assert rows["ols"].line is not None
    assert (rows["ols"].hurst, rows["ols"].last_zscore) == (None, None)
    assert "starts from 30" in rows["kalman"].reason
    assert "no window of 60 rows" in rows["rolling"].reason
