from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.tsa.stattools import adfuller, coint

from quantdeck.analytics.pairs import PairStudy, half_life, ols_hedge, pair_study
from quantdeck.model.errors import BadInput

RANDOM = np.random.default_rng(77)
X = 60_000.0 * np.exp(np.cumsum(RANDOM.normal(scale=5e-4, size=600)))
NOISE = RANDOM.normal(scale=4e-4, size=601)
Y = 0.02 * X**1.1 * np.exp(NOISE[1:] + NOISE[:-1])
WINDOW = 60

PARTS = [
    "hedge",
    "path",
    "spread",
    "zscore",
    "correlation",
    "last_zscore",
    "last_correlation",
    "adf",
    "engle_granger",
    "engle_granger_reverse",
    "half_life",
    "hurst",
    "reversion",
    "summary",
]


@pytest.fixture(scope="module")
def study() -> PairStudy:
    return pair_study(Y, X, window=WINDOW)


def missing(study: PairStudy) -> set[str]:
    return {name for name in PARTS if getattr(study, name) is None}


def test_pair_study_of_good_prices_answers_everything(study: PairStudy) -> None:
    assert (missing(study), study.reasons) == (set(), {})


def test_pair_study_spread_is_that_of_one_line(study: PairStudy) -> None:
    fit = sm.OLS(np.log(Y), sm.add_constant(np.log(X))).fit()

    np.testing.assert_allclose(study.spread, fit.resid, atol=1e-11)


def test_pair_study_zscore_is_the_rolling_one_of_that_spread(study: PairStudy) -> None:
    rolling = pd.Series(study.spread).rolling(WINDOW)

    expected = (pd.Series(study.spread) - rolling.mean()) / rolling.std()
    np.testing.assert_allclose(study.zscore, expected, atol=1e-8)


def test_pair_study_correlation_is_of_log_returns(study: PairStudy) -> None:
    returns_y, returns_x = pd.Series(np.log(Y)).diff(), pd.Series(np.log(X)).diff()

    expected = returns_y.rolling(WINDOW).corr(returns_x)
    np.testing.assert_allclose(study.correlation, expected, atol=1e-9)


def test_pair_study_adf_equals_statsmodels(study: PairStudy) -> None:
    reference = adfuller(study.spread, result_object=False)

    assert (study.adf.statistic, study.adf.pvalue) == pytest.approx(reference[:2], abs=1e-9)


def test_pair_study_engle_granger_equals_statsmodels(study: PairStudy) -> None:
    reference = coint(np.log(Y), np.log(X))

    assert study.engle_granger.statistic == pytest.approx(reference[0], rel=1e-8)


def test_pair_study_reverse_engle_granger_equals_statsmodels(study: PairStudy) -> None:
    reference = coint(np.log(X), np.log(Y))

    assert study.engle_granger_reverse.statistic == pytest.approx(reference[0], rel=1e-8)


def test_pair_study_newest_figures_are_the_last_of_their_lines(study: PairStudy) -> None:
    assert (study.last_zscore, study.last_correlation) == (study.zscore[-1], study.correlation[-1])


def test_pair_study_half_life_is_of_the_spread(study: PairStudy) -> None:
    assert study.half_life == half_life(study.spread)


def test_pair_study_of_levels_uses_levels() -> None:
    study = pair_study(Y, X, window=WINDOW, log=False)

    assert study.hedge == ols_hedge(Y, X, log=False)


def test_pair_study_with_unusable_rows_keeps_them_as_nan() -> None:
    y, x = Y.copy(), X.copy()
    y[10], x[20], x[30] = math.nan, -1.0, math.inf

    study = pair_study(y, x, window=WINDOW)

    assert (study.rows, study.used) == (600, 597)
    assert np.flatnonzero(np.isnan(study.spread)).tolist() == [10, 20, 30]


def test_pair_study_with_unusable_rows_answers_as_without_them() -> None:
    y = Y.copy()
    y[10] = math.nan

    study = pair_study(y, X, window=WINDOW)

    assert study.adf == pair_study(np.delete(Y, 10), np.delete(X, 10), window=WINDOW).adf


def test_pair_study_longest_lag_is_cut_to_what_the_rows_allow() -> None:
    study = pair_study(Y[:25], X[:25], window=5, max_lag=99)

    assert study.adf.max_lag == 10


DEGENERATE = {
    "nothing": (np.empty(0), np.empty(0)),
    "one row": (Y[:1], X[:1]),
    "too short for tests": (Y[:10], X[:10]),
    "shorter than the window": (Y[:40], X[:40]),
    "flat y": (np.full(200, 5.0), X[:200]),
    "flat x": (Y[:200], np.full(200, 5.0)),
    "flat at the end": (np.append(Y[:200], [Y[200]] * 100), np.append(X[:200], [X[200]] * 100)),
    "one line": (2.0 * X, X),
    "all missing": (np.full(200, math.nan), X[:200]),
    "negative prices": (-Y, X),
    "missing in the middle": (np.where(np.arange(600) // 50 == 5, math.nan, Y), X),
    "exact growth": (2.0 ** np.arange(200.0), np.arange(1.0, 201.0)),
}


@pytest.mark.parametrize("case", DEGENERATE)
@pytest.mark.parametrize("log", [True, False])
def test_pair_study_of_degenerate_prices_has_a_reason_for_all_that_is_missing(case, log) -> None:
    study = pair_study(*DEGENERATE[case], window=WINDOW, log=log)

    unanswered = missing(study)
    if study.half_life is not None and study.half_life.rows is None:
        unanswered.add("half_life")
    assert set(study.reasons) == unanswered
    assert all(study.reasons.values())


@pytest.mark.parametrize(
    ("case", "part", "reason"),
    [
        ("nothing", "hedge", "not enough data: 0 rows, at least 3 needed"),
        ("too short for tests", "adf", "not enough data: 10 rows, at least 20 needed"),
        ("shorter than the window", "zscore", "not enough data: 40 rows, the window has 60"),
        ("shorter than the window", "correlation", "40 rows, 60 returns need 61"),
        ("flat x", "hedge", "x does not move over 200 rows"),
        ("flat x", "adf", "x does not move over 200 rows"),
        ("flat y", "last_correlation", "does not move over the last 60 rows"),
        ("flat at the end", "last_zscore", "does not move over the last 60 rows"),
        ("one line", "zscore", "y and x lie on one line"),
        ("negative prices", "hedge", "600 rows without usable prices left out"),
    ],
)
def test_pair_study_says_why_a_part_is_missing(case: str, part: str, reason: str) -> None:
    study = pair_study(*DEGENERATE[case], window=WINDOW)

    assert reason in study.reasons[part]


def test_pair_study_of_a_short_lookback_still_shows_hedge_and_spread() -> None:
    study = pair_study(Y[:10], X[:10], window=WINDOW)

    assert missing(study) & {"hedge", "spread", "summary"} == set()


def test_pair_study_of_a_short_window_is_refused() -> None:
    with pytest.raises(BadInput, match="window"):
        pair_study(Y, X, window=2)


def test_pair_study_of_unequal_lengths_is_refused() -> None:
    with pytest.raises(BadInput, match="align them first"):
        pair_study(Y, X[:-1], window=WINDOW)
