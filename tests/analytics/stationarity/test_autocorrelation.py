from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.tsa.stattools import acf

from quantdeck.analytics.stationarity import autocorrelation, ljung_box
from quantdeck.model.errors import BadInput, NoData

NOISE = np.random.default_rng(5).normal(size=400)
MEMORY = np.convolve(NOISE, 0.6 ** np.arange(30))[:400]


@pytest.mark.parametrize("values", [NOISE, MEMORY, MEMORY * 1e-9 + 5.0], ids=["a", "b", "tiny"])
def test_autocorrelation_equals_statsmodels(values) -> None:
    found = autocorrelation(values, max_lag=15)

    expected, interval = acf(values, nlags=15, alpha=0.05, fft=False, result_object=False)
    assert found.lags.tolist() == list(range(1, 16))
    assert found.values == pytest.approx(expected[1:], abs=1e-6)
    assert found.bartlett == pytest.approx((interval[1:, 1] - interval[1:, 0]) / 2, abs=1e-6)


def test_autocorrelation_band_is_that_of_the_first_lag() -> None:
    found = autocorrelation(NOISE, max_lag=3)

    assert found.band == pytest.approx(1.959964 / 20.0)
    assert found.bartlett[0] == pytest.approx(found.band)


@pytest.mark.parametrize("lags", [1, 5, 20])
@pytest.mark.parametrize("values", [NOISE, MEMORY], ids=["noise", "memory"])
def test_ljung_box_equals_statsmodels(values, lags: int) -> None:
    found = ljung_box(values, lags=lags)

    expected = acorr_ljungbox(values, lags=[lags])
    assert found.statistic == pytest.approx(float(expected["lb_stat"].iloc[0]), rel=1e-10)
    assert found.pvalue == pytest.approx(float(expected["lb_pvalue"].iloc[0]), rel=1e-8)


@given(st.floats(-5, 5), st.floats(0.1, 100))
def test_autocorrelation_does_not_depend_on_level_and_scale(level: float, scale: float) -> None:
    found = autocorrelation(level + scale * NOISE[:60], max_lag=5)

    assert found.values == pytest.approx(autocorrelation(NOISE[:60], max_lag=5).values, abs=1e-9)


@pytest.mark.parametrize("values", [np.ones(30), NOISE[:5]], ids=["flat", "few"])
def test_autocorrelation_without_anything_to_correlate_says_so(values) -> None:
    with pytest.raises(NoData):
        autocorrelation(values, max_lag=5)


@pytest.mark.parametrize(("values", "lag"), [([1.0, np.nan, 2.0], 1), (NOISE, 0)])
def test_autocorrelation_of_wrong_input_is_refused(values, lag: int) -> None:
    with pytest.raises(BadInput):
        autocorrelation(values, max_lag=lag)
