"""What holds for options whatever the numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.options import (
    OptionTerms,
    Svi,
    black_price,
    fit_svi,
    greeks,
    implied_volatility,
)

FORWARDS = st.floats(1.0, 1e4)
RATIOS = st.floats(-1.5, 1.5).map(math.exp)
TIMES = st.floats(1e-4, 5.0)
VOLATILITIES = st.floats(0.02, 2.0)
DISCOUNTS = st.floats(0.7, 1.05)


@given(FORWARDS, RATIOS, TIMES, VOLATILITIES, DISCOUNTS)
@settings(max_examples=150)
def test_call_less_put_is_the_discounted_forward_less_strike(
    forward, ratio, tau, volatility, discount
) -> None:
    terms = OptionTerms.of(
        forward, forward * ratio, tau=tau, is_call=[True, False], discount=discount
    )

    call, put = black_price(terms, volatility)

    assert call - put == pytest.approx(
        discount * (forward - forward * ratio), abs=1e-12 * forward * max(1.0, ratio)
    )


@given(FORWARDS, RATIOS, TIMES, VOLATILITIES)
@settings(max_examples=150)
def test_implied_volatility_inverts_the_price_out_of_the_money(
    forward, ratio, tau, volatility
) -> None:
    terms = OptionTerms.of(forward, forward * ratio, tau=tau, is_call=ratio >= 1.0)
    price = black_price(terms, volatility)

    found = implied_volatility(terms, price)

    if float(price) > 1e-300:
        assert float(found.volatility) == pytest.approx(volatility, rel=1e-11)


@given(FORWARDS, TIMES, VOLATILITIES, st.booleans())
@settings(max_examples=80)
def test_prices_are_monotone_and_convex_in_the_strike(forward, tau, volatility, is_call) -> None:
    strikes = forward * np.linspace(0.5, 1.8, 60)

    prices = black_price(OptionTerms.of(forward, strikes, tau=tau, is_call=is_call), volatility)

    steps = np.diff(prices) * (-1.0 if is_call else 1.0)
    assert steps.min() >= -1e-12 * forward
    assert np.diff(prices, 2).min() >= -1e-12 * forward


@given(FORWARDS, RATIOS, TIMES, VOLATILITIES)
@settings(max_examples=80)
def test_greeks_of_call_and_put_keep_parity(forward, ratio, tau, volatility) -> None:
    terms = OptionTerms.of(
        forward,
        forward * ratio,
        tau=tau,
        is_call=[True, False],
        discount=math.exp(-0.03 * tau),
        spot=forward,
    )

    found = greeks(terms, volatility)

    assert found.gamma[0] == pytest.approx(found.gamma[1], rel=1e-12)
    assert found.vega[0] == pytest.approx(found.vega[1], rel=1e-12)
    assert found.delta[0] - found.delta[1] == pytest.approx(math.exp(-0.03 * tau), rel=1e-12)
    assert found.rho[0] - found.rho[1] == pytest.approx(
        tau * math.exp(-0.03 * tau) * forward * ratio, rel=1e-9
    )


@given(
    st.floats(0.1, 0.8),
    st.floats(0.0, 2.0),
    st.floats(-0.95, 0.95),
    st.floats(0.05, 1.0),
    st.floats(0.5, 1.5),
)
@settings(max_examples=12)
def test_fitted_smiles_allow_no_butterfly_and_no_calendar(level, lean, rho, bend, growth) -> None:
    k = np.linspace(-0.8, 0.6, 29)
    deviation = level * math.sqrt(0.5)
    b = lean * deviation
    least = deviation**2 * 0.3
    planted = Svi(least - b * bend * math.sqrt(1.0 - rho**2), b, rho, 0.05, bend)
    near = planted.total_variance(k)
    half = np.full(len(k), 0.003)

    first = fit_svi(k, np.sqrt(near / 0.5), half, tau=0.5)
    second = fit_svi(k, np.sqrt(growth * near / 0.7), half, tau=0.7, earlier=first)

    assert first.density_least >= -1e-9
    assert second.density_least >= -1e-9
    assert second.calendar_least >= 0.0
