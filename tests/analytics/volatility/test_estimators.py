from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from quantdeck.analytics.rolling import rolling_moments
from quantdeck.analytics.volatility import (
    bar_volatility,
    close_volatility,
    log_bars,
    rolling_bar_volatility,
    rolling_close_volatility,
)
from quantdeck.model.errors import BadInput, NoData

ESTIMATORS = ["close", "parkinson", "garman_klass", "rogers_satchell", "yang_zhang"]
RANGES = ["parkinson", "garman_klass", "rogers_satchell", "yang_zhang"]


def simulated(
    days: int, *, sigma: float, drift: float = 0.0, night: float = 0.0, steps: int = 2000
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return days of a geometric Brownian motion: `sigma` and `night` are deviations of a day."""
    rng = np.random.default_rng(11)
    moves = rng.normal(drift / steps, sigma / math.sqrt(steps), size=(days, steps))
    path = np.concatenate((np.zeros((days, 1)), np.cumsum(moves, axis=1)), axis=1)
    nights = rng.normal(0.0, night, size=days) if night else np.zeros(days)
    start = np.cumsum(nights) + np.concatenate(([0.0], np.cumsum(path[:-1, -1])))
    path += start[:, None]
    return tuple(np.exp(v) for v in (path[:, 0], path.max(1), path.min(1), path[:, -1]))  # type: ignore[return-value]


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_estimator_finds_the_volatility_of_a_simulated_motion(estimator) -> None:
    bars = simulated(1500, sigma=0.02)

    found = bar_volatility(bars, estimator=estimator, periods_per_year=252)

    # ranges watched 2,000 times a day are short of those watched all the time
    assert found == pytest.approx(0.02 * math.sqrt(252), rel=0.035)


@pytest.mark.parametrize("estimator", ["rogers_satchell", "yang_zhang"])
def test_estimator_that_allows_for_drift_is_not_moved_by_it(estimator) -> None:
    bars = simulated(1500, sigma=0.02, drift=0.02)

    found = bar_volatility(bars, estimator=estimator, periods_per_year=252)

    assert found == pytest.approx(0.02 * math.sqrt(252), rel=0.04)
    assert bar_volatility(bars, estimator="parkinson", periods_per_year=252) > 1.15 * found


def test_yang_zhang_has_the_nights_that_ranges_leave_out() -> None:
    bars = simulated(1500, sigma=0.02, night=0.015)

    found = {e: bar_volatility(bars, estimator=e, periods_per_year=1) for e in ESTIMATORS}

    assert found["yang_zhang"] == pytest.approx(0.025, rel=0.04)
    assert found["close"] == pytest.approx(0.025, rel=0.05)
    assert found["parkinson"] == pytest.approx(0.02, rel=0.04)


def test_estimators_of_three_bars_worked_by_hand() -> None:
    bars = ([10.0, 10.2, 10.1], [10.4, 10.3, 10.6], [9.9, 10.0, 10.1], [10.1, 10.2, 10.5])
    log = math.log
    parkinson = (log(10.4 / 9.9) ** 2 + log(1.03) ** 2 + log(10.6 / 10.1) ** 2) / (12 * log(2))
    first = log(10.4 / 10) * log(10.4 / 10.1) + log(9.9 / 10) * log(9.9 / 10.1)
    second = log(10.3 / 10.2) ** 2 + log(10.0 / 10.2) ** 2
    third = log(10.6 / 10.1) * log(10.6 / 10.5)
    nights = np.array([log(10.2 / 10.1), log(10.1 / 10.2)])
    days = np.array([0.0, log(10.5 / 10.1)])
    k = 0.34 / (1.34 + 3.0)

    found = {e: bar_volatility(bars, estimator=e, periods_per_year=1) ** 2 for e in RANGES}

    assert found["parkinson"] == pytest.approx(parkinson)
    assert found["rogers_satchell"] == pytest.approx((first + second + third) / 3)
    expected = nights.var(ddof=1) + k * days.var(ddof=1) + (1 - k) * (second + third) / 2
    assert found["yang_zhang"] == pytest.approx(expected)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("window", [2, 21])
def test_rolling_form_equals_the_sample_form_of_each_window(estimator, window: int) -> None:
    bars = simulated(120, sigma=0.02, night=0.01, steps=20)
    before = 1 if estimator in {"close", "yang_zhang"} else 0

    found = rolling_bar_volatility(bars, window=window, estimator=estimator, periods_per_year=252)

    first = window - 1 + before
    assert np.isnan(found[:first]).all()
    for end in range(first, 120):
        part = tuple(column[end - first : end + 1] for column in bars)
        expected = bar_volatility(part, estimator=estimator, periods_per_year=252)  # type: ignore[arg-type]
        assert found[end] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_rolling_form_is_absent_where_the_window_holds_an_absent_bar(estimator) -> None:
    o, h, l, c = simulated(60, sigma=0.02, steps=20)  # noqa: E741
    c[30] = np.nan

    found = rolling_bar_volatility(
        (o, h, l, c), window=5, estimator=estimator, periods_per_year=252
    )

    absent = np.flatnonzero(np.isnan(found[10:])) + 10
    last = 35 if estimator in {"close", "yang_zhang"} else 34
    assert absent.tolist() == list(range(30, last + 1))


def test_rolling_moments_equal_pandas() -> None:
    values = np.random.default_rng(3).normal(size=3000) * 0.01
    values[700] = np.nan
    values[1500:1600] = 0.25

    found = rolling_moments(values, window=30)

    rolling = pd.Series(values).rolling(30)
    expected = np.array([np.std(values[i - 29 : i + 1], ddof=1) for i in range(29, 3000)])
    assert found.mean == pytest.approx(rolling.mean().to_numpy(), rel=1e-9, abs=1e-12, nan_ok=True)
    assert found.std[29:] == pytest.approx(expected, rel=1e-9, abs=1e-16, nan_ok=True)


def test_rolling_moments_after_a_huge_value_keep_their_digits() -> None:
    values = np.random.default_rng(3).normal(size=200)
    values[50] = 1e9

    found = rolling_moments(values, window=20).std

    assert found[75] == pytest.approx(np.std(values[56:76], ddof=1), rel=1e-12)


def test_close_volatility_of_prices_equals_numpy() -> None:
    price = 100.0 * np.exp(np.cumsum(np.random.default_rng(1).normal(size=300) * 0.01))

    found = close_volatility(price, periods_per_year=365)

    assert found == pytest.approx(np.diff(np.log(price)).std(ddof=1) * math.sqrt(365), rel=1e-12)
    rolling = rolling_close_volatility(price, window=299, periods_per_year=365)
    assert rolling[-1] == pytest.approx(found, rel=1e-12)


def test_bar_that_contradicts_itself_is_absent_and_counted() -> None:
    o, h, l, c = simulated(60, sigma=0.02, steps=20)  # noqa: E741
    wrong = h.copy()
    wrong[30] = 0.9 * c[30]

    found = rolling_bar_volatility(
        (o, wrong, l, c), window=5, estimator="parkinson", periods_per_year=252
    )

    assert (np.flatnonzero(np.isnan(found[10:])) + 10).tolist() == [30, 31, 32, 33, 34]
    assert log_bars(o, wrong, l, c).contradictory == 1


def test_bars_that_mostly_contradict_themselves_are_refused_with_the_row() -> None:
    with pytest.raises(BadInput, match="row 1"):
        bar_volatility(([1, 1], [2, 1], [1, 1], [1, 1.5]), periods_per_year=252)


def test_bars_of_unequal_length_are_refused() -> None:
    with pytest.raises(BadInput, match="equally long"):
        bar_volatility(([1, 1], [2], [1], [1]), periods_per_year=252)


def test_unknown_estimator_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match="yang_zhang"):
        bar_volatility(([1], [1], [1], [1]), estimator="best", periods_per_year=252)  # type: ignore[arg-type]


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_too_few_bars_say_how_few(estimator) -> None:
    nothing = ([np.nan], [np.nan], [np.nan], [np.nan])

    with pytest.raises(NoData):
        bar_volatility(nothing, estimator=estimator, periods_per_year=252)
