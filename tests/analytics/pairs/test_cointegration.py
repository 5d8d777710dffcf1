from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.tsa.stattools import adfuller, coint

from quantdeck.analytics.pairs import (
    adf,
    cointegration_pvalue,
    engle_granger,
    hedge_spread,
    ols_hedge,
)
from quantdeck.model.errors import NoData


def pair(seed: int, *, related: bool, n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    x = 100.0 * np.exp(np.cumsum(random.normal(scale=0.002, size=n)))
    noise = random.normal(scale=0.002, size=n)
    return (x**1.3 * np.exp(noise), x) if related else (50.0 * np.exp(np.cumsum(noise)), x)


@pytest.mark.parametrize("related", [True, False])
@pytest.mark.parametrize("autolag", ["aic", "bic", None])
@pytest.mark.parametrize("seed", range(3))
def test_engle_granger_equals_statsmodels(related, autolag, seed: int) -> None:
    y, x = pair(seed, related=related)

    test = engle_granger(y, x, autolag=autolag)

    statistic, pvalue, critical = coint(np.log(y), np.log(x), autolag=autolag)
    assert (test.statistic, test.pvalue) == pytest.approx((statistic, pvalue), rel=1e-8, abs=1e-9)
    assert list(test.critical.values()) == pytest.approx(list(critical), rel=1e-12)


def test_engle_granger_without_intercept_equals_statsmodels() -> None:
    y, x = pair(3, related=False)

    test = engle_granger(y, x, log=False, intercept=False)

    statistic, pvalue, _ = coint(y, x, trend="n")
    assert (test.statistic, test.pvalue) == pytest.approx((statistic, pvalue), rel=1e-8, abs=1e-9)
    assert test.critical == {}


def test_engle_granger_of_a_very_tight_pair_tests_its_residuals() -> None:
    _, x = pair(4, related=True)
    y = x * np.exp(np.random.default_rng(0).normal(scale=1e-7, size=300))

    test = engle_granger(y, x)

    residuals = sm.OLS(np.log(y), sm.add_constant(np.log(x))).fit().resid
    reference = adfuller(residuals, regression="n", result_object=False)
    assert test.statistic == pytest.approx(reference[0], rel=1e-6)


def test_engle_granger_of_real_prices_equals_statsmodels(shared_data) -> None:
    y, x = (
        np.genfromtxt(
            shared_data / "crypto-klines" / f"{name}_1h.csv.gz",
            delimiter=",",
            names=True,
            usecols=("close",),
            max_rows=2000,
        )["close"]
        for name in ("ETHUSDT", "BTCUSDT")
    )

    test = engle_granger(y, x)

    statistic, pvalue, _ = coint(np.log(y), np.log(x))
    assert (test.statistic, test.pvalue) == pytest.approx((statistic, pvalue), rel=1e-9)


def test_engle_granger_rejects_unrelated_walks_about_as_often_as_it_says() -> None:
    pvalues = [cointegration_pvalue(*pair(seed, related=False)) for seed in range(400)]

    assert 0.02 <= np.mean(np.array(pvalues) < 0.05) <= 0.08


def test_adf_of_fitted_residuals_rejects_unrelated_walks_too_often() -> None:
    rejected = 0
    for seed in range(200):
        y, x = pair(seed, related=False)
        rejected += adf(hedge_spread(ols_hedge(y, x), y, x)).pvalue < 0.05

    assert rejected / 200 > 0.09


def test_engle_granger_leaves_missing_rows_out() -> None:
    y, x = pair(5, related=True)
    holed = y.copy()
    holed[10] = math.nan

    assert engle_granger(holed, x) == engle_granger(np.delete(y, 10), np.delete(x, 10))


def test_engle_granger_of_one_line_says_why() -> None:
    _, x = pair(1, related=True)

    with pytest.raises(NoData, match="one line"):
        engle_granger(3.0 * x, x)


def test_engle_granger_of_too_few_rows_says_why() -> None:
    with pytest.raises(NoData, match="3 rows"):
        engle_granger([1.0, 2.0, 5.0], [1.0, 3.0, 4.0], max_lag=2)
