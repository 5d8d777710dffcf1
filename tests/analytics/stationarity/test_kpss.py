from __future__ import annotations

import warnings

import numpy as np
import pytest
from arch.unitroot import KPSS
from arch.unitroot.unitroot import kpss_crit

from quantdeck.analytics.stationarity import kpss, kpss_pvalue
from quantdeck.model.errors import BadInput, NoData

NOISE = np.random.default_rng(5).normal(size=600)
SERIES = {
    "noise": NOISE,
    "walk": np.cumsum(NOISE),
    "trend": NOISE + 0.01 * np.arange(600.0),
    "memory": np.convolve(NOISE, 0.8 ** np.arange(40))[:600],
    "short": NOISE[:37],
}


@pytest.mark.parametrize("trend", ["c", "ct"])
@pytest.mark.parametrize("name", SERIES)
def test_kpss_of_a_series_equals_arch(name: str, trend) -> None:
    found = kpss(SERIES[name], trend=trend)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = KPSS(SERIES[name], trend=trend)
        assert found.lag == expected.lags
    assert found.statistic == pytest.approx(expected.stat, rel=1e-10)
    assert found.pvalue == pytest.approx(expected.pvalue, abs=2e-3)


@pytest.mark.parametrize("lag", [0, 5, 30])
def test_kpss_with_a_given_lag_equals_arch(lag: int) -> None:
    found = kpss(SERIES["memory"], lag=lag)

    assert found.statistic == pytest.approx(KPSS(SERIES["memory"], lags=lag).stat, rel=1e-10)


@pytest.mark.parametrize("trend", ["c", "ct"])
def test_kpss_pvalue_equals_simulated_quantiles(trend) -> None:
    statistics = np.geomspace(0.03, 0.6, 25).tolist()

    found = [kpss_pvalue(statistic, trend) for statistic in statistics]

    expected = [max(kpss_crit(statistic, trend)[0], 1e-4) for statistic in statistics]
    assert found == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("trend", ["c", "ct"])
def test_kpss_critical_values_are_quantiles_of_the_limit(trend) -> None:
    critical = kpss(NOISE, trend=trend).critical

    levels = [kpss_pvalue(value, trend) for value in critical.values()]

    assert levels == pytest.approx([0.01, 0.05, 0.10], abs=5e-5)


@pytest.mark.parametrize("trend", ["c", "ct"])
def test_kpss_pvalue_falls_from_one_to_zero(trend) -> None:
    found = np.array([kpss_pvalue(x, trend) for x in np.geomspace(1e-4, 60.0, 200).tolist()])

    assert found[0] == 1.0
    assert found[-1] < 1e-12
    assert (np.diff(found) <= 1e-9).all()


def test_kpss_pvalue_is_not_clipped() -> None:
    assert kpss(SERIES["noise"]).pvalue > 0.10
    assert kpss(np.cumsum(np.cumsum(NOISE))).pvalue < 0.005


@pytest.mark.parametrize(
    "values", [np.ones(50), np.arange(9.0), np.linspace(0.0, 1.0, 50)], ids=["flat", "few", "line"]
)
def test_kpss_without_anything_to_test_says_so(values) -> None:
    with pytest.raises(NoData):
        kpss(values, trend="ct")


@pytest.mark.parametrize("options", [{"trend": "n"}, {"lag": -1}])
def test_kpss_of_unknown_options_is_refused(options) -> None:
    with pytest.raises(BadInput):
        kpss(NOISE, **options)


def test_kpss_of_absent_values_is_refused() -> None:
    with pytest.raises(BadInput, match="1 of 20"):
        kpss([*NOISE[:19], np.nan])


def test_kpss_pvalue_of_an_unknown_trend_is_refused() -> None:
    with pytest.raises(BadInput):
        kpss_pvalue(0.3, "n")  # type: ignore[arg-type]
