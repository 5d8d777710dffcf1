from __future__ import annotations

import math

import pytest
from scipy.stats import chi2

from quantdeck.analytics.chi_square import chi_square_tail
from quantdeck.model.errors import BadInput


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 7, 10, 25, 60, 301])
def test_chi_square_tail_equals_scipy(degrees: int) -> None:
    statistics = [1e-6, 0.1, 1.0, 3.84, degrees * 0.7, degrees * 1.4 + 3, 80.0, 700.0]

    found = [chi_square_tail(statistic, degrees) for statistic in statistics]

    expected = [float(chi2.sf(statistic, degrees)) for statistic in statistics]
    assert found == pytest.approx(expected, rel=1e-10, abs=1e-300)


def test_chi_square_tail_of_nothing_is_one() -> None:
    assert chi_square_tail(-1.0, 3) == 1.0
    assert chi_square_tail(0.0, 3) == 1.0


def test_chi_square_tail_of_nan_is_nan() -> None:
    assert math.isnan(chi_square_tail(math.nan, 3))


def test_chi_square_tail_without_degrees_is_refused() -> None:
    with pytest.raises(BadInput):
        chi_square_tail(1.0, 0)
