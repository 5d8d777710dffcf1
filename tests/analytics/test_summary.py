from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.tsa.stattools import acf

from quantdeck.analytics.summary import summarize
from quantdeck.model.errors import NoData

VALUES = np.random.default_rng(11).gamma(2.0, size=501)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("n", 501),
        ("missing", 0),
        ("mean", math.fsum(VALUES) / 501),
        ("std", np.std(VALUES, ddof=1)),
        ("min", VALUES.min()),
        ("q25", np.quantile(VALUES, 0.25)),
        ("median", np.median(VALUES)),
        ("q75", np.quantile(VALUES, 0.75)),
        ("max", VALUES.max()),
        ("skew", stats.skew(VALUES)),
        ("excess_kurtosis", stats.kurtosis(VALUES)),
        ("autocorrelation", acf(VALUES, nlags=1, fft=False)[1]),
        ("last", VALUES[-1]),
    ],
)
def test_summary_of_a_sample_equals_the_reference(name: str, expected: float) -> None:
    assert getattr(summarize(VALUES), name) == pytest.approx(expected, rel=1e-12)


def test_summary_of_a_high_level_keeps_its_digits() -> None:
    steps = np.random.default_rng(1).integers(-9, 10, 400) * 2.0**-10

    summary = summarize(2.0**36 + steps)

    assert summary.std == pytest.approx(np.std(steps, ddof=1), rel=1e-13)


def test_summary_with_missing_values_is_of_the_others() -> None:
    summary = summarize([math.nan, 1.0, 2.0, math.inf, 6.0])

    assert (summary.n, summary.missing, summary.mean, summary.max) == (3, 2, 3.0, 6.0)


def test_autocorrelation_across_a_missing_value_is_of_neighbours_only() -> None:
    summary = summarize([1.0, 3.0, math.nan, 1.0, 3.0])

    assert summary.autocorrelation == pytest.approx(-0.5)


@pytest.mark.parametrize("name", ["skew", "excess_kurtosis", "autocorrelation"])
def test_summary_of_a_flat_series_has_no_shape(name: str) -> None:
    assert getattr(summarize([0.1] * 30), name) is None


def test_summary_of_a_flat_series_has_no_deviation() -> None:
    assert summarize([0.1] * 30).std == 0.0


def test_summary_of_one_value_has_no_deviation_to_tell() -> None:
    assert summarize([5.0]).std is None


@pytest.mark.parametrize("scale", [1e-100, 1e200])
def test_shape_of_extreme_scales_is_that_of_the_sample(scale: float) -> None:
    assert summarize(VALUES * scale).excess_kurtosis == pytest.approx(stats.kurtosis(VALUES))


def test_summary_of_nothing_says_so() -> None:
    with pytest.raises(NoData, match="none of 2 values"):
        summarize([math.nan, math.nan])
