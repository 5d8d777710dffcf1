from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.tsa.adfvalues import mackinnoncrit, mackinnonp

from quantdeck.analytics.stationarity import mackinnon_critical, mackinnon_pvalue
from quantdeck.model.errors import BadInput

SURFACES = [("n", 1), ("c", 1), ("ct", 1), ("n", 2), ("c", 2), ("ct", 2)]


@pytest.mark.parametrize(("regression", "series"), SURFACES)
def test_mackinnon_pvalue_equals_statsmodels(regression, series: int) -> None:
    statistics = np.linspace(-25.0, 5.0, 601)

    values = [mackinnon_pvalue(s, regression, series=series) for s in statistics.tolist()]

    expected = [mackinnonp(s, regression=regression, N=series) for s in statistics]
    np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("regression", "series"), [s for s in SURFACES if s != ("n", 2)])
@pytest.mark.parametrize("n", [15, 250, 100_000])
def test_mackinnon_critical_equals_statsmodels(regression, series: int, n: int) -> None:
    values = mackinnon_critical(regression, n, series=series)

    expected = mackinnoncrit(N=series, regression=regression, nobs=n)
    assert list(values.values()) == pytest.approx(list(expected), rel=1e-14)


def test_mackinnon_critical_of_a_pair_without_constant_is_unknown() -> None:
    assert mackinnon_critical("n", 100, series=2) == {}


@pytest.mark.parametrize(("regression", "series"), SURFACES)
def test_mackinnon_pvalue_below_the_surface_is_zero(regression, series: int) -> None:
    assert mackinnon_pvalue(-math.inf, regression, series=series) == 0.0


# the surface without constant has no upper end
@pytest.mark.parametrize(("regression", "series"), [s for s in SURFACES if s != ("n", 1)])
def test_mackinnon_pvalue_above_the_surface_is_one(regression, series: int) -> None:
    assert mackinnon_pvalue(math.inf, regression, series=series) == 1.0


@pytest.mark.parametrize(("regression", "series"), [("c", 3), ("ctt", 1)])
def test_mackinnon_pvalue_of_an_unknown_surface_is_refused(regression, series: int) -> None:
    with pytest.raises(BadInput, match="no MacKinnon surface"):
        mackinnon_pvalue(-3.0, regression, series=series)
