from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from quantdeck.analytics.correlation import rolling_correlation
from quantdeck.model.errors import BadInput
from tests.reference.slow_pairs import slow_correlation


def two_series(n: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(4)
    a = random.normal(size=n) * 1e-4
    return a, 0.6 * a + random.normal(size=n) * 1e-4


def test_rolling_correlation_equals_exact_windows() -> None:
    a, b = two_series()

    rolling = rolling_correlation(a, b, window=50)

    exact = [slow_correlation(a[i - 49 : i + 1], b[i - 49 : i + 1]) for i in range(49, 3000, 97)]
    assert np.abs(rolling[49::97] - exact).max() < 1e-13


def test_rolling_correlation_after_a_spike_has_gone_is_exact_again() -> None:
    a, b = two_series(400)
    a[100], b[100] = 1e6, -1e6

    rolling = rolling_correlation(a, b, window=30)

    exact = [slow_correlation(a[i - 29 : i + 1], b[i - 29 : i + 1]) for i in range(130, 400)]
    assert np.abs(rolling[130:] - exact).max() < 1e-13


def test_rolling_correlation_has_the_gaps_of_pandas() -> None:
    a, b = two_series(300)
    a[50] = b[120] = math.nan

    rolling = rolling_correlation(a, b, window=20)

    reference = pd.Series(a).rolling(20).corr(pd.Series(b)).to_numpy()
    assert np.array_equal(np.isnan(rolling), np.isnan(reference))


def test_rolling_correlation_of_a_flat_window_is_nan() -> None:
    a, b = two_series(100)
    b[40:60] = 0.1

    rolling = rolling_correlation(a, b, window=20)

    assert np.flatnonzero(np.isnan(rolling)).tolist() == [*range(19), 59]


@pytest.mark.parametrize(("factor", "expected"), [(3.0, 1.0), (-0.5, -1.0)])
def test_rolling_correlation_of_multiples_is_one(factor: float, expected: float) -> None:
    a, _ = two_series(100)

    rolling = rolling_correlation(a, factor * a, window=10)

    assert np.abs(rolling[9:] - expected).max() < 1e-14


def test_rolling_correlation_never_leaves_its_bounds() -> None:
    a, _ = two_series(2000)

    rolling = rolling_correlation(a, a * (1.0 + 1e-15), window=7)

    assert np.nanmax(rolling) <= 1.0


def test_rolling_correlation_of_a_longer_window_than_rows_is_nan() -> None:
    assert np.isnan(rolling_correlation([1.0, 2.0], [2.0, 3.0], window=5)).all()


def test_rolling_correlation_of_movements_beyond_the_range_of_floats_is_nan() -> None:
    values = np.array([0.0, 1e200, -1e200, 1e180])

    assert np.isnan(rolling_correlation(values, values, window=3)).all()


def test_rolling_correlation_of_one_row_is_refused() -> None:
    with pytest.raises(BadInput, match="at least 2"):
        rolling_correlation([1.0], [1.0], window=1)


def test_rolling_correlation_of_unequal_lengths_is_refused() -> None:
    with pytest.raises(BadInput, match="equally long"):
        rolling_correlation([1.0, 2.0], [1.0], window=2)
