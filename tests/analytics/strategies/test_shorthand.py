from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics import strategies
from quantdeck.analytics.strategies import Leg, Strategy, payoff, payoff_line
from quantdeck.model.errors import BadInput

PRICES = np.linspace(70.0, 130.0, 61)


def _legs(*legs: Leg) -> Strategy:
    return Strategy("Same", legs)


@pytest.mark.parametrize(
    ("found", "same"),
    [
        (
            strategies.call_debit_spread_payoff(PRICES, 100, 110, 4),
            _legs(Leg("call", 100, 1, 6.0), Leg("call", 110, -1, 2.0)),
        ),
        (
            strategies.call_credit_spread_payoff(PRICES, 100, 110, 4),
            _legs(Leg("call", 100, -1, 6.0), Leg("call", 110, 1, 2.0)),
        ),
        (
            strategies.put_debit_spread_payoff(PRICES, 100, 90, 4),
            _legs(Leg("put", 100, 1, 6.0), Leg("put", 90, -1, 2.0)),
        ),
        (
            strategies.put_credit_spread_payoff(PRICES, 100, 90, 4),
            _legs(Leg("put", 100, -1, 6.0), Leg("put", 90, 1, 2.0)),
        ),
        (
            strategies.iron_condor_payoff(PRICES, 85, 90, 110, 115, 3),
            _legs(
                Leg("put", 85, 1, 0.5),
                Leg("put", 90, -1, 2.0),
                Leg("call", 110, -1, 2.0),
                Leg("call", 115, 1, 0.5),
            ),
        ),
        (
            strategies.straddle_payoff(PRICES, 100, 9),
            _legs(Leg("call", 100, 1, 5.0), Leg("put", 100, 1, 4.0)),
        ),
        (
            strategies.strangle_payoff(PRICES, 95, 105, 5),
            _legs(Leg("put", 95, 1, 2.0), Leg("call", 105, 1, 3.0)),
        ),
        (
            strategies.covered_call_payoff(PRICES, 100, 105, 2),
            _legs(Leg("share", float("nan"), 1, 100.0), Leg("call", 105, -1, 2.0)),
        ),
    ],
)
def test_shorthand_pays_what_its_legs_pay(found: np.ndarray, same: Strategy) -> None:
    assert found == pytest.approx(payoff(same, PRICES), abs=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: strategies.call_debit_spread_payoff(100, 110, 100, 5),
        lambda: strategies.put_debit_spread_payoff(100, 90, 100, 5),
        lambda: strategies.iron_condor_payoff(100, 90, 95, 94, 100, 2),
    ],
)
def test_shorthand_with_strikes_the_wrong_way_round_is_refused(wrong) -> None:
    with pytest.raises(BadInput):
        wrong()


def test_pop_of_a_callable_is_near_that_of_its_line() -> None:
    line = payoff_line(_legs(Leg("call", 100, 1, 7.0), Leg("call", 110, -1, 2.0)))

    exact = strategies.pop(line, price=100, volatility=0.3, days=60)
    drawn = strategies.pop(
        lambda s: strategies.call_debit_spread_payoff(s, 100, 110, 5),
        price=100,
        volatility=0.3,
        days=60,
    )

    assert drawn == pytest.approx(exact, abs=4 * 0.5 / 100_000**0.5)


def test_pop_of_a_function_of_single_prices_is_drawn_one_by_one() -> None:
    def payoff_of_one(price: float) -> float:
        return max(price - 100.0, 0.0) - 2.0 if price > 50 else -2.0

    one = strategies.pop(payoff_of_one, price=100, paths=2_000)
    many = strategies.pop(lambda s: np.maximum(s - 100.0, 0.0) - 2.0, price=100, paths=2_000)

    assert one == many


@pytest.mark.parametrize("wrong", [{"price": 0.0}, {"volatility": 0.0}, {"days": -1.0}])
def test_pop_without_a_price_a_volatility_or_time_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput, match="above 0"):
        strategies.pop(np.ones_like, **{"price": 100.0, **wrong})
