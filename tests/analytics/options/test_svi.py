"""SVI smiles and their fit: planted smiles come back, and no fit allows arbitrage."""

from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.analytics.options import OptionTerms, Svi, black_price, fit_svi
from quantdeck.model.errors import BadInput, NoData

PLANTED = Svi(a=0.010, b=0.10, rho=-0.6, m=0.02, sigma=0.15)
# Vogt's smile of Gatheral and Jacquier, example 3.1: butterflies of negative price.
VOGT = Svi(a=-0.0410, b=0.1331, rho=0.3060, m=0.3586, sigma=0.4153)


def _fit(smile, tau=0.5, *, noise=0.0, low=-0.5, high=0.3, earlier=None, half=0.002):
    k = np.linspace(low, high, 41)
    sigma = np.sqrt(smile.total_variance(k) / tau)
    sigma = sigma + noise * np.random.default_rng(3).standard_normal(len(k))
    return fit_svi(k, sigma, np.full(len(k), half), tau=tau, earlier=earlier)


def test_fit_svi_of_a_planted_smile_returns_it() -> None:
    k = np.linspace(-0.5, 0.3, 50)

    found = _fit(PLANTED)

    error = found.smile.total_variance(k) - PLANTED.total_variance(k)
    assert np.abs(error).max() < 2e-5
    assert found.inside == 1.0
    assert not found.has_arbitrage


def test_fit_svi_of_noisy_quotes_stays_near_the_truth() -> None:
    k = np.linspace(-0.4, 0.25, 50)

    found = _fit(PLANTED, noise=0.003, half=0.004)

    truth = np.sqrt(PLANTED.total_variance(k) / 0.5)
    error = np.sqrt(found.smile.total_variance(k) / 0.5) - truth
    assert np.abs(error).max() < 0.004
    assert found.rms_error == pytest.approx(0.003, rel=0.4)


def test_fit_svi_of_one_wild_quote_is_not_pulled() -> None:
    k = np.linspace(-0.5, 0.3, 41)
    sigma = np.sqrt(PLANTED.total_variance(k) / 0.5)
    sigma[10] += 0.25

    found = fit_svi(k, sigma, np.full(41, 0.002), tau=0.5)

    error = np.sqrt(found.smile.total_variance(k) / 0.5) - sigma
    assert np.abs(np.delete(error, 10)).max() < 0.005


def test_density_factor_of_vogts_smile_is_negative() -> None:
    factors = VOGT.density_factor(np.linspace(-1.5, 1.5, 301))

    assert factors.min() < -0.03


def test_fit_svi_of_vogts_smile_allows_no_butterfly() -> None:
    found = _fit(VOGT, tau=1.0, low=-1.5, high=1.5)

    assert found.density_least >= 0.0
    assert found.rms_error < 0.02


def test_fit_svi_below_an_earlier_smile_does_not_undercut_it() -> None:
    earlier = _fit(PLANTED, tau=0.5)
    lower = Svi(a=0.004, b=0.10, rho=-0.6, m=0.02, sigma=0.15)

    found = _fit(lower, tau=0.6, earlier=earlier)

    k = np.linspace(-0.5, 0.3, 201)
    assert found.calendar_least >= 0.0
    assert np.all(found.smile.total_variance(k) >= earlier.smile.total_variance(k))


def test_density_factor_is_the_convexity_of_call_prices() -> None:
    k, step = np.linspace(-0.4, 0.4, 9), 1e-4
    strikes = np.exp(np.stack((k - step, k, k + step)))

    def call(strike):
        sigma = np.sqrt(PLANTED.total_variance(np.log(strike)))
        return black_price(OptionTerms.of(1.0, strike, tau=1.0, is_call=True), sigma)

    low, middle, high = (call(row) for row in strikes)
    left = (middle - low) / (strikes[1] - strikes[0])
    right = (high - middle) / (strikes[2] - strikes[1])
    convexity = (right - left) / (0.5 * (strikes[2] - strikes[0]))

    w = PLANTED.total_variance(k)
    d2 = -k / np.sqrt(w) - 0.5 * np.sqrt(w)
    density = np.exp(-0.5 * d2 * d2) / np.sqrt(2.0 * math.pi * w)
    expected = PLANTED.density_factor(k) * density / np.exp(k)
    assert convexity == pytest.approx(expected, rel=2e-4)


def test_slopes_of_svi_are_those_of_its_wings() -> None:
    left, _ = PLANTED.derivatives(-1e4)
    right, _ = PLANTED.derivatives(1e4)

    assert float(left) == pytest.approx(-PLANTED.left_slope, rel=1e-6)
    assert float(right) == pytest.approx(PLANTED.right_slope, rel=1e-6)


def test_svi_of_negative_variance_is_refused() -> None:
    with pytest.raises(BadInput, match="positive variance"):
        Svi(a=-1.0, b=0.1, rho=0.0, m=0.0, sigma=0.1)


def test_fit_svi_of_four_quotes_says_how_many_it_needs() -> None:
    with pytest.raises(NoData, match="needs 5 volatilities, were 4"):
        fit_svi(np.zeros(4), np.full(4, 0.2), np.full(4, 0.01), tau=0.1)
