"""Black prices, greeks and implied volatilities against sixty digits, two libraries and a textbook."""

from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.analytics.options import (
    OptionTerms,
    Reason,
    black_price,
    greeks,
    implied_volatility,
)
from quantdeck.analytics.options.black_kernels import erfcx, normal_quantile
from quantdeck.model.errors import BadInput
from tests.reference.slow_black import black_price as slow_price

# Hull, "Options, Futures, and Other Derivatives": example 15.6, and the option of the chapter on the
# greek letters.
HULL = {"spot": 42.0, "strike": 40.0, "tau": 0.5, "rate": 0.1}
HULL_GREEKS = {"spot": 49.0, "strike": 50.0, "tau": 0.3846, "rate": 0.05}


@pytest.fixture(scope="module")
def extreme():
    """Rows of strike, tau, volatility and price: six orders of volatility, down to 1e-300."""
    rows = []
    for volatility in (0.001, 0.01, 0.1, 0.5, 2.0, 5.0):
        for tau in (1 / 8760, 1 / 365, 0.25, 5.0):
            for deviations in (0.0, 1e-6, 1e-3, 0.3, 1.0, 2.0, 4.0, 8.0, 14.0, 20.0, 30.0):
                for sign in (1.0, -1.0):
                    strike = 100.0 * math.exp(sign * deviations * volatility * math.sqrt(tau))
                    price = slow_price(100.0, strike, tau, volatility, is_call=strike >= 100.0)
                    if price > 1e-300:
                        rows.append((strike, tau, volatility, price))
    return np.array(rows).T


def _otm(strike, tau):
    return OptionTerms.of(100.0, strike, tau=tau, is_call=strike >= 100.0)


def test_black_price_on_extreme_grid_keeps_twelve_digits(extreme) -> None:
    strike, tau, volatility, price = extreme

    found = black_price(_otm(strike, tau), volatility)

    assert len(price) > 450
    assert np.max(np.abs(found / price - 1.0)) < 1e-12


def test_implied_volatility_on_extreme_grid_is_found_everywhere(extreme) -> None:
    strike, tau, volatility, price = extreme

    found = implied_volatility(_otm(strike, tau), price)

    error = np.abs(found.volatility / volatility - 1.0)
    assert not found.reason.any()
    assert np.quantile(error, 0.5) < 5e-16
    assert np.quantile(error, 0.98) < 2e-14
    assert error.max() < 1e-9


def test_implied_volatility_matches_vollib_where_price_is_at_a_cent() -> None:
    lets_be_rational = pytest.importorskip("vollib.lets_be_rational")
    solve = lets_be_rational.implied_volatility_from_a_transformed_rational_guess
    random = np.random.default_rng(5)
    strike = 100.0 * np.exp(random.normal(0.0, 0.25, 300))
    tau, volatility = random.uniform(0.02, 3.0, 300), random.uniform(0.05, 1.5, 300)
    terms = _otm(strike, tau)
    price = np.maximum(black_price(terms, volatility), 0.01)

    found = implied_volatility(terms, price).volatility

    signs = np.where(strike >= 100.0, 1.0, -1.0)
    cases = zip(price, strike, tau, signs, strict=True)
    expected = [solve(p, 100.0, k, t, sign) for p, k, t, sign in cases]
    assert found == pytest.approx(expected, rel=1e-13)


def test_prices_and_greeks_match_quantlib() -> None:
    quantlib = pytest.importorskip("QuantLib")
    forward, discount, tau, spot = 104.0, 0.96, 0.75, 101.0
    for strike in (70.0, 104.0, 150.0):
        for is_call in (True, False):
            payoff = quantlib.PlainVanillaPayoff(
                quantlib.Option.Call if is_call else quantlib.Option.Put, strike
            )
            oracle = quantlib.BlackCalculator(payoff, forward, 0.3 * math.sqrt(tau), discount)
            terms = OptionTerms.of(
                forward, strike, tau=tau, is_call=is_call, discount=discount, spot=spot
            )

            found = greeks(terms, 0.3)

            assert float(found.price) == pytest.approx(oracle.value(), rel=1e-13)
            assert float(found.delta) == pytest.approx(oracle.delta(spot), rel=1e-12)
            assert float(found.gamma) == pytest.approx(oracle.gamma(spot), rel=1e-12)
            assert float(found.vega) == pytest.approx(oracle.vega(tau), rel=1e-12)
            assert float(found.rho) == pytest.approx(oracle.rho(tau), rel=1e-12)
            assert float(found.theta) == pytest.approx(oracle.theta(spot, tau) / 365.0, rel=1e-11)


def test_black_price_of_hulls_example_gives_his_call_and_put() -> None:
    call = OptionTerms.from_spot(**HULL, is_call=True)
    put = OptionTerms.from_spot(**HULL, is_call=False)

    prices = [float(black_price(terms, 0.2)) for terms in (call, put)]

    assert np.round(prices, 2).tolist() == [4.76, 0.81]


def test_greeks_of_hulls_example_are_his() -> None:
    found = greeks(OptionTerms.from_spot(**HULL_GREEKS, is_call=True), 0.2)

    assert float(found.delta) == pytest.approx(0.522, abs=5e-4)
    assert float(found.gamma) == pytest.approx(0.066, abs=5e-4)
    assert float(found.vega) == pytest.approx(12.1, abs=0.05)
    assert float(found.theta) * 365.0 == pytest.approx(-4.31, abs=0.005)
    assert float(found.rho) == pytest.approx(8.91, abs=0.005)


@pytest.mark.parametrize("is_call", [True, False])
@pytest.mark.parametrize("strike", [80.0, 100.0, 130.0])
def test_greeks_of_the_spot_match_finite_differences(strike, is_call) -> None:
    base = {"spot": 100.0, "tau": 0.6, "rate": 0.04}

    def value(volatility=0.25, **changed):
        terms = OptionTerms.from_spot(
            **(base | changed), strike=strike, is_call=is_call, dividend_yield=0.015
        )
        return float(black_price(terms, volatility))

    def slope(name, step):
        at = base.get(name, 0.25)
        return (value(**{name: at + step}) - value(**{name: at - step})) / (2.0 * step)

    found = greeks(
        OptionTerms.from_spot(**base, strike=strike, is_call=is_call, dividend_yield=0.015), 0.25
    )

    bend = (value(spot=100.1) - 2.0 * value() + value(spot=99.9)) / 0.01
    assert float(found.delta) == pytest.approx(slope("spot", 1e-3), abs=1e-7)
    assert float(found.gamma) == pytest.approx(bend, abs=1e-6)
    assert float(found.vega) == pytest.approx(slope("volatility", 1e-5), abs=1e-6)
    assert float(found.theta) == pytest.approx(-slope("tau", 1e-5) / 365.0, abs=1e-7)
    assert float(found.rho) == pytest.approx(slope("rate", 1e-6), abs=1e-5)


def test_greeks_of_the_forward_match_finite_differences() -> None:
    def value(forward=100.0, rate=0.04, tau=0.6):
        terms = OptionTerms.of(
            forward, 110.0, tau=tau, is_call=False, discount=math.exp(-rate * tau)
        )
        return float(black_price(terms, 0.25))

    terms = OptionTerms.of(100.0, 110.0, tau=0.6, is_call=False, discount=math.exp(-0.04 * 0.6))

    found = greeks(terms, 0.25)

    delta = (value(100.001) - value(99.999)) / 0.002
    theta = (value(tau=0.59999) - value(tau=0.60001)) / 0.00002 / 365.0
    rho = (value(rate=0.040001) - value(rate=0.039999)) / 0.000002
    assert float(found.delta) == pytest.approx(delta, abs=1e-7)
    assert float(found.theta) == pytest.approx(theta, abs=1e-7)
    assert float(found.rho) == pytest.approx(rho, abs=1e-6)


@pytest.mark.parametrize(
    ("price", "changed", "reason"),
    [
        (math.nan, {}, Reason.NO_PRICE),
        (-1.0, {}, Reason.NO_PRICE),
        (9.0, {}, Reason.BELOW_INTRINSIC),
        (10.0, {}, Reason.NO_TIME_VALUE),
        (100.0, {}, Reason.ABOVE_MAXIMUM),
        (12.0, {"tau": 0.0}, Reason.EXPIRED),
        (12.0, {"forward": math.nan}, Reason.NO_FORWARD),
        (12.0, {"discount": 0.0}, Reason.NO_FORWARD),
        (12.0, {}, Reason.OK),
    ],
)
def test_implied_volatility_that_is_not_there_says_why(price, changed, reason) -> None:
    terms = OptionTerms.of(
        **({"forward": 100.0, "tau": 0.5, "discount": 1.0} | changed), strike=90.0, is_call=True
    )

    found = implied_volatility(terms, price)

    assert Reason(int(found.reason)) is reason
    assert math.isnan(float(found.volatility)) == (reason is not Reason.OK)


def test_implied_volatility_fills_the_array_that_is_handed_in() -> None:
    terms = OptionTerms.of(100.0, [90.0, 110.0], tau=1.0, is_call=[False, True])
    out = np.empty(2)

    found = implied_volatility(terms, black_price(terms, 0.3), out=out)

    assert found.volatility is out
    assert out == pytest.approx([0.3, 0.3], rel=1e-14)


def test_black_price_into_an_array_of_another_shape_is_refused() -> None:
    terms = OptionTerms.of(100.0, [90.0, 110.0], tau=1.0, is_call=True)

    with pytest.raises(BadInput, match="out must be contiguous"):
        black_price(terms, 0.2, out=np.empty(3))


def test_option_terms_with_rights_in_letters_are_refused() -> None:
    with pytest.raises(BadInput, match="truth values"):
        OptionTerms.of(100.0, 100.0, tau=1.0, is_call="P")


def test_erfcx_matches_scipy() -> None:
    special = pytest.importorskip("scipy.special")
    points = np.concatenate((np.linspace(-5.0, 10.0, 301), np.logspace(1.0, 8.0, 30)))

    found = [erfcx(float(x)) for x in points]

    assert found == pytest.approx(special.erfcx(points), rel=1e-14)


def test_normal_quantile_matches_the_standard_library_to_seven_digits() -> None:
    statistics = pytest.importorskip("scipy.stats")
    chances = np.logspace(-300.0, -0.32, 200)

    found = [normal_quantile(float(p)) for p in chances]

    assert found == pytest.approx(statistics.norm.ppf(chances), rel=5e-7)
