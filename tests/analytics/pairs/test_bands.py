from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.pairs.bands import rolling_moments
from quantdeck.analytics.pairs.spread import rolling_zscore
from quantdeck.model.errors import BadInput


def test_rolling_moments_when_measured_equal_those_of_every_window() -> None:
    series = np.random.default_rng(1).normal(size=300) + 1000.0

    moments = rolling_moments(series, window=17)

    windows = np.lib.stride_tricks.sliding_window_view(series, 17)
    np.testing.assert_allclose(moments.mean[16:], windows.mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(moments.std[16:], windows.std(axis=1, ddof=1), rtol=1e-9)
    assert np.isnan(moments.mean[:16]).all()


def test_rolling_moments_when_scored_by_agree_with_the_zscore() -> None:
    series = np.random.default_rng(2).normal(size=200)

    moments = rolling_moments(series, window=20)

    expected = rolling_zscore(series, window=20)
    np.testing.assert_allclose((series - moments.mean) / moments.std, expected, rtol=1e-9)


def test_rolling_moments_when_a_value_is_absent_are_absent_in_its_windows() -> None:
    series = np.arange(10.0)
    series[4] = np.nan

    moments = rolling_moments(series, window=3)

    assert np.flatnonzero(np.isfinite(moments.std)).tolist() == [2, 3, 7, 8, 9]


@pytest.mark.parametrize("series", [[], [1.0], [np.nan] * 5])
def test_rolling_moments_when_no_window_is_full_are_absent(series: list[float]) -> None:
    moments = rolling_moments(series, window=3)

    assert np.isnan(moments.mean).all()
    assert len(moments.std) == len(series)


def test_rolling_moments_when_window_is_too_short_are_refused() -> None:
    with pytest.raises(BadInput, match="window"):
        rolling_moments([1.0, 2.0], window=1)
