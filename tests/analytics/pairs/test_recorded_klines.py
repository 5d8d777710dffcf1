"""Estimators on recorded hourly prices: ETH on BTC, 2022 to 2025."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from quantdeck.analytics.pairs import (
    ESTIMATORS,
    PairStudy,
    compare_estimators,
    hedge_path,
    huber_hedge,
    ols_hedge,
    pair_study,
    theil_sen_hedge,
)

if TYPE_CHECKING:
    from pathlib import Path

WEEK = 168
ROWS = 2000


@pytest.fixture(scope="module")
def prices(shared_data: Path) -> tuple[np.ndarray, np.ndarray]:
    y, x = (
        np.genfromtxt(
            shared_data / "crypto-klines" / f"{name}_1h.csv.gz",
            delimiter=",",
            names=True,
            usecols=("close",),
        )["close"]
        for name in ("ETHUSDT", "BTCUSDT")
    )
    return y, x


@pytest.fixture(scope="module")
def first(prices) -> tuple[np.ndarray, np.ndarray]:
    y, x = prices
    return y[:ROWS], x[:ROWS]


@pytest.fixture(scope="module")
def study(prices) -> PairStudy:
    return pair_study(*prices, window=WEEK)


def test_recorded_least_squares_has_the_known_ratios(first) -> None:
    y, x = first

    ratios = (
        ols_hedge(y, x).hedge_ratio,
        ols_hedge(y, x, intercept=False).hedge_ratio,
        1.0 / ols_hedge(x, y).hedge_ratio,
    )

    assert ratios == pytest.approx((1.505, 0.751, 1.785), abs=5e-4)


def test_recorded_huber_ratio_equals_statsmodels(first) -> None:
    y, x = first
    model = sm.RLM(np.log(y), sm.add_constant(np.log(x)), M=sm.robust.norms.HuberT())

    line = huber_hedge(y, x)

    expected = model.fit(conv="coefs", tol=1e-12, maxiter=500).params[1]
    assert line.hedge_ratio == pytest.approx(expected, rel=1e-8)
    assert line.hedge_ratio == pytest.approx(1.509, abs=5e-4)


def test_recorded_theil_sen_ratio_equals_scipy(first) -> None:
    y, x = first

    line = theil_sen_hedge(y, x)

    expected = stats.theilslopes(np.log(y), np.log(x))
    assert line.hedge_ratio == pytest.approx(expected.slope, rel=1e-12)
    assert (line.low, line.high) == pytest.approx(
        (expected.low_slope, expected.high_slope), rel=1e-12
    )


def test_recorded_total_least_squares_lies_between_both_regressions(first) -> None:
    y, x = first

    ratio = hedge_path(y, x, estimator="tls").newest.hedge_ratio

    assert ols_hedge(y, x).hedge_ratio < ratio < 1.0 / ols_hedge(x, y).hedge_ratio


def test_recorded_pair_of_four_years_is_not_cointegrated_either_way(study: PairStudy) -> None:
    assert study.engle_granger.pvalue == pytest.approx(0.128, abs=0.002)
    assert study.engle_granger_reverse.pvalue == pytest.approx(0.491, abs=0.002)
    assert study.adf.pvalue < 0.05 < study.engle_granger.pvalue


def test_recorded_spread_of_four_years_grows_like_a_random_walk(study: PairStudy) -> None:
    assert study.half_life.rows > 1000.0
    assert abs(study.hurst.exponent - 0.5) < 2.0 * study.hurst.stderr


def test_recorded_stretched_spread_comes_back_no_more_than_a_random_walk(study: PairStudy) -> None:
    assert len(study.reversion.events) > 100
    assert all(at.low < at.expected for at in study.reversion.horizons)


def test_recorded_ratio_depends_on_the_year_more_than_on_the_estimator(prices) -> None:
    y, x = prices
    thirds = [slice(start, start + 8760) for start in (0, 8760, 26_280)]

    ratios = np.array(
        [
            [row.line.hedge_ratio for row in compare_estimators(y[rows], x[rows], window=WEEK)[:3]]
            for rows in thirds
        ]
    )

    assert np.ptp(ratios, axis=1).max() < 0.1
    assert np.ptp(ratios, axis=0).min() > 1.0


@pytest.mark.parametrize("estimator", ["kalman", "rolling"])
def test_recorded_lines_that_change_know_no_later_row(prices, estimator: str) -> None:
    y, x = prices
    cut = 12_345

    part = hedge_path(y[:cut], x[:cut], estimator=estimator)

    whole = hedge_path(y, x, estimator=estimator)
    assert np.array_equal(whole.spread[:cut], part.spread, equal_nan=True)


def test_recorded_comparison_has_an_answer_of_every_estimator(prices) -> None:
    rows = compare_estimators(*prices, window=WEEK)

    assert [row.reason for row in rows] == [None] * len(ESTIMATORS)
