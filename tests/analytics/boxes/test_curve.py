"""The curve through all expiries, forwards, benchmarks and constant tenors."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from quantdeck.analytics.boxes import (
    BenchmarkRate,
    BoxRules,
    Convention,
    Status,
    benchmark_rates,
    fit_curve,
    fit_nelson_siegel,
    forward_curve,
    monotone_convex,
    rate_of_chain,
    tenor_rate,
)
from quantdeck.model.errors import BadInput, NoData
from tests.analytics.boxes.quoted import AT_NS, line_chain

TAU = np.sort(np.random.default_rng(7).uniform(0.02, 5.0, 60))
SE = 1e-4 / TAU
FLAT = rate_of_chain(line_chain(), AT_NS, BoxRules())


def _planted(tau):
    x = tau / 1.5
    g = (1 - np.exp(-x)) / x
    return 0.038 + 0.004 * g + 0.006 * (g - np.exp(-x))


def _rate(days, mid, *, se=1e-4, status=Status.OK):
    return replace(FLAT, days=days, tau=days / 365, rate_mid=mid, se=se, status=status)


def test_curve_is_closer_to_the_truth_than_the_rates_it_goes_through() -> None:
    raw, fitted = [], []
    for seed in range(20):
        noise = np.random.default_rng(seed).normal(size=60) * SE
        found = fit_nelson_siegel(TAU, _planted(TAU) + noise, SE)
        raw.append(noise)
        fitted.append(found.rate(TAU) - _planted(TAU))

    short = TAU < 0.25
    assert np.std(np.array(fitted)[:, short]) < 0.25 * np.std(np.array(raw)[:, short])
    assert np.std(fitted) < 2e-4


def test_bars_of_the_curve_hold_the_truth() -> None:
    inside = []
    for seed in range(20):
        noise = np.random.default_rng(seed).normal(size=60) * SE
        found = fit_nelson_siegel(TAU, _planted(TAU) + noise, SE)
        inside.append(np.abs(found.rate(TAU) - _planted(TAU)) < 1.96 * found.bar(TAU))

    assert np.mean(inside) > 0.93


def test_one_wild_rate_does_not_bend_the_curve() -> None:
    rates = _planted(TAU)
    wild = rates.copy()
    wild[40] += 0.01

    apart = fit_nelson_siegel(TAU, wild, SE).rate(TAU) - fit_nelson_siegel(TAU, rates, SE).rate(TAU)

    assert np.abs(apart).max() < 3e-4


def test_curve_through_too_few_rates_is_refused() -> None:
    with pytest.raises(NoData, match="5 rates"):
        fit_nelson_siegel([1, 2, 3, np.nan, 5], [0.04] * 5, [1e-4] * 5)


def test_curve_through_arrays_of_different_lengths_is_refused() -> None:
    with pytest.raises(BadInput, match="one shape"):
        fit_nelson_siegel([1, 2, 3], [0.04] * 4, [1e-4] * 3)


def test_curve_leaves_out_what_is_not_sound_and_takes_what_is_imprecise() -> None:
    rates = [_rate(days, 0.04) for days in (30, 90, 180, 365)]
    stale = _rate(270, 0.2, status=Status.STALE)
    imprecise = _rate(7, 0.05, se=0.01, status=Status.IMPRECISE)

    found = fit_curve([*rates, stale, imprecise])

    assert found.rate([0.75]) == pytest.approx([0.04], abs=2e-4)


def test_forwards_of_a_flat_curve_are_flat() -> None:
    curve = monotone_convex([0.25, 0.5, 1.0, 3.0], [0.04] * 4)

    assert curve.forward([0.1, 0.25, 0.7, 2.9, 9.0]) == pytest.approx(np.full(5, 0.04))
    assert curve.rate([0.1, 5.0]) == pytest.approx(np.full(2, 0.04))


def test_forwards_of_a_rising_curve_do_not_fall() -> None:
    forwards = monotone_convex([0.5, 1, 2, 3, 5], [0.03, 0.032, 0.035, 0.037, 0.04]).forward(
        np.linspace(0, 5, 501)
    )

    assert np.diff(forwards).min() > -1e-12


def test_forwards_keep_apart_what_is_too_near() -> None:
    rates = [_rate(30, 0.04), _rate(31, 0.09, se=1e-2), _rate(60, 0.041), _rate(120, 0.042)]

    curve = forward_curve(rates)

    assert (curve.tau * 365).round().tolist() == [0, 30, 60, 120]


@pytest.mark.parametrize(("tau", "rates"), [([0.5, 0.5], [0.04, 0.04]), ([0.0, 1.0], [0.04, 0.04])])
def test_forwards_over_times_that_do_not_ascend_are_refused(tau, rates) -> None:
    with pytest.raises(BadInput, match="ascend"):
        monotone_convex(tau, rates)


def test_benchmark_is_brought_into_the_desks_convention_first() -> None:
    points = [
        BenchmarkRate(91, 0.053, Convention.DISCOUNT_360),
        BenchmarkRate(730, 0.0440, Convention.SEMIANNUAL),
    ]

    rates = benchmark_rates(points, [91, 730, 30])

    assert rates[0] == pytest.approx(-math.log(1 - 0.053 * 91 / 360) * 365 / 91)
    assert rates[1] == pytest.approx(2 * math.log(1.022))
    assert math.isnan(rates[2])


def test_benchmark_without_points_is_refused() -> None:
    with pytest.raises(NoData, match="at least one"):
        benchmark_rates([], [30])


def test_tenor_between_two_expiries_has_one_forward_rate() -> None:
    near, far = _rate(60, 0.05, se=2e-4), _rate(120, 0.04, se=1e-4)

    rate, error = tenor_rate([far, near], 90)

    assert rate * 90 == pytest.approx((0.05 * 60 + 0.04 * 120) / 2)
    assert error * 90 == pytest.approx(math.hypot(0.5 * 2e-4 * 60, 0.5 * 1e-4 * 120))


def test_tenor_of_an_expiry_is_that_of_the_root_known_best() -> None:
    assert tenor_rate([_rate(60, 0.05, se=2e-4), _rate(60, 0.04, se=1e-4)], 60) == (0.04, 1e-4)


def test_tenor_beyond_all_expiries_is_not_guessed() -> None:
    assert all(math.isnan(value) for value in tenor_rate([_rate(60, 0.05)], 90))
