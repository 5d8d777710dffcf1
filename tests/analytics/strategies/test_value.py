from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from quantdeck.analytics.options import OptionTerms, black_price
from quantdeck.analytics.strategies import (
    Leg,
    Strategy,
    breakevens,
    extremes,
    payoff_line,
    profit_line,
    strategy_greeks,
    value,
)
from quantdeck.model.errors import BadInput

RATE, YIELD = 0.04, 0.01
PRICES = np.linspace(80.0, 120.0, 9)


def _leg(kind: str, strike: float, quantity: float, *, days: float = 60.0, **more: float) -> Leg:
    given = {"volatility": 0.2, "rate": RATE, "dividend_yield": YIELD, **more}
    return Leg(kind, strike, quantity, 2.0, expiry_days=days, **given)


def _strategy(*legs: Leg) -> Strategy:
    return Strategy("A strategy", legs)


CALENDAR = _strategy(
    replace(_leg("call", 100, -1, days=30), premium=2.3),
    replace(_leg("call", 100, 1, days=90), premium=4.1),
)


def test_value_before_the_expiry_is_that_of_black() -> None:
    tau = 40.0 / 365.0
    terms = OptionTerms.from_spot(
        PRICES, 105.0, tau=tau, is_call=False, rate=RATE, dividend_yield=YIELD
    )

    found = value(_strategy(_leg("put", 105, -2)), PRICES, elapsed_days=20.0, vol_shift=0.05)

    assert found == pytest.approx(-2.0 * black_price(terms, 0.25))


def test_value_at_the_expiry_is_the_payoff() -> None:
    spread = _strategy(_leg("call", 95, 1), _leg("call", 105, -1))

    found = value(spread, PRICES, elapsed_days=60.0)

    assert found - spread.cost == pytest.approx(payoff_line(spread).at(PRICES))


def test_value_at_a_price_of_nought_is_the_discounted_strike_of_a_put() -> None:
    found = value(_strategy(_leg("put", 100, 1)), np.zeros(1))

    assert float(found[0]) == pytest.approx(100.0 * math.exp(-RATE * 60 / 365), abs=1e-6)


def test_value_of_shares_and_cash_is_theirs() -> None:
    both = _strategy(
        Leg("share", math.nan, 2, 100.0),
        Leg("cash", math.nan, -50, 0.98, expiry_days=365.0, rate=0.02),
    )

    assert value(both, PRICES) == pytest.approx(2 * PRICES - 50 * math.exp(-0.02))


def test_parity_holds_before_the_expiry() -> None:
    synthetic = _strategy(_leg("call", 100, 1), _leg("put", 100, -1))
    tau = 60.0 / 365.0

    found = value(synthetic, PRICES)

    assert found == pytest.approx(
        PRICES * math.exp(-YIELD * tau) - 100.0 * math.exp(-RATE * tau), abs=1e-10
    )


@pytest.mark.parametrize("elapsed", [-1.0, 60.1])
def test_value_outside_of_now_and_the_expiry_is_refused(elapsed: float) -> None:
    with pytest.raises(BadInput, match="nearest expiry"):
        value(_strategy(_leg("put", 100, 1)), PRICES, elapsed_days=elapsed)


@pytest.mark.parametrize("more", [{"volatility": math.nan}, {"days": math.nan}])
def test_value_of_a_leg_that_says_too_little_is_refused(more: dict[str, float]) -> None:
    with pytest.raises(BadInput, match="volatility"):
        value(_strategy(_leg("put", 100, 1, **more)), PRICES)


def test_greeks_are_derivatives_of_the_value() -> None:
    strategy = _strategy(_leg("call", 95, 1), _leg("put", 105, -2), _leg("call", 110, 1, days=90.0))
    step = 1e-3

    def at(price: float, **more: float) -> float:
        return float(value(strategy, np.array([price]), **more)[0])

    found = strategy_greeks(strategy, 100.0)

    up, here, down = at(100.0 + step), at(100.0), at(100.0 - step)
    assert found.value == pytest.approx(here)
    assert found.delta == pytest.approx((up - down) / (2 * step), abs=1e-6)
    assert found.gamma == pytest.approx((up - 2 * here + down) / step**2, abs=1e-5)
    shifted = at(100.0, vol_shift=1e-5) - at(100.0, vol_shift=-1e-5)
    assert found.vega == pytest.approx(shifted / 2e-5, rel=1e-5)
    assert found.theta == pytest.approx((at(100.0, elapsed_days=1e-3) - here) / 1e-3, rel=1e-3)


def test_greeks_of_a_conversion_are_those_of_a_bond() -> None:
    conversion = _strategy(
        Leg("share", math.nan, 1, 100.0),
        _leg("put", 100, 1, dividend_yield=0.0),
        _leg("call", 100, -1, dividend_yield=0.0),
    )

    found = strategy_greeks(conversion, 100.0)

    bond = 100.0 * math.exp(-RATE * 60 / 365)
    assert found.value == pytest.approx(bond)
    assert (found.delta, found.gamma, found.vega) == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)
    assert found.theta == pytest.approx(RATE * bond / 365)
    assert found.rho == pytest.approx(-bond * 60 / 365)


def test_greeks_at_an_expiry_are_refused() -> None:
    with pytest.raises(BadInput, match="no greeks"):
        strategy_greeks(_strategy(_leg("put", 100, 1)), 100.0, elapsed_days=60.0)


def test_profit_line_of_one_expiry_is_the_exact_one() -> None:
    spread = _strategy(_leg("call", 95, 1), _leg("call", 105, -1))

    assert profit_line(spread).is_exact
    assert profit_line(spread).prices.tolist() == [0.0, 95.0, 105.0]


def test_profit_line_of_a_calendar_follows_its_value() -> None:
    line = profit_line(CALENDAR)

    exact = value(CALENDAR, PRICES, elapsed_days=30.0) - CALENDAR.cost
    assert line.at(PRICES) == pytest.approx(exact, abs=2e-3)
    assert not line.is_exact


def test_calendar_is_worth_most_at_its_strike_and_loses_little_more_than_it_cost() -> None:
    found = extremes(profit_line(CALENDAR))

    assert found.profit_at == 100.0
    assert found.max_loss == pytest.approx(CALENDAR.cost, abs=0.6)
    assert not found.loss_is_unlimited


def test_calendar_breaks_even_where_its_value_is_its_cost() -> None:
    zeros = breakevens(profit_line(CALENDAR))

    left = value(CALENDAR, np.array(zeros), elapsed_days=30.0) - CALENDAR.cost
    assert len(zeros) == 2
    assert left == pytest.approx([0.0, 0.0], abs=2e-3)


def test_calendar_of_a_higher_far_volatility_is_worth_more() -> None:
    plain, raised = (extremes(profit_line(CALENDAR, vol_shift=shift)) for shift in (0.0, 0.02))

    assert raised.max_profit > plain.max_profit
