"""What holds for options whatever the numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.options import OptionTerms, black_price, greeks, implied_volatility

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
