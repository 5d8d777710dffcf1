"""Properties of option strategies."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.options import OptionTerms, black_price
from quantdeck.analytics.strategies import (
    Leg,
    Lognormal,
    Strategy,
    breakevens,
    expected_value,
    extremes,
    lognormal_sampler,
    margin,
    odds,
    payoff,
    payoff_line,
    pop_simulated,
)
from tests.reference.slow_strategies import slow_payoff, slow_pop

FORWARD = 100.0

_strikes = st.integers(60, 140).map(float)
_quantities = st.sampled_from([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
_legs = st.builds(
    Leg,
    st.sampled_from(["call", "put"]),
    _strikes,
    _quantities,
    st.integers(0, 80).map(lambda x: 0.25 * x),
)
_shares = st.builds(Leg, st.just("share"), st.just(math.nan), _quantities, st.just(FORWARD))
_strategies = st.lists(st.one_of(_legs, _legs, _shares), min_size=1, max_size=6).map(
    lambda legs: Strategy("Any", tuple(legs))
)
_deviations = st.floats(0.02, 0.8)
_few = settings(max_examples=40)


@_few
@given(_strategies, st.lists(st.floats(0.0, 400.0), min_size=1, max_size=5))
def test_payoff_is_that_of_the_definition(strategy: Strategy, prices: list[float]) -> None:
    slow = [slow_payoff(strategy, price) for price in prices]

    assert payoff(strategy, prices) == pytest.approx(slow, abs=1e-9)


@_few
@given(_strategies)
def test_profit_changes_sign_at_breakevens_and_nowhere_else(strategy: Strategy) -> None:
    line = payoff_line(strategy)
    zeros = breakevens(line)
    edges = [0.0, *zeros, 1_000.0]

    for low, high in pairwise(edges):
        inside = line.at(np.linspace(low, high, 41)[1:-1])
        limit = 1e-8 * line.scale
        assert not (np.any(inside > limit) and np.any(inside < -limit))


@_few
@given(_strategies)
def test_no_price_pays_more_or_loses_more_than_the_limits(strategy: Strategy) -> None:
    line = payoff_line(strategy)
    found = extremes(line)

    profit = line.at(np.linspace(0.0, 600.0, 241))

    assert np.all(profit <= found.max_profit + 1e-9)
    assert np.all(profit >= -found.max_loss - 1e-9)


@_few
@given(_strategies, _deviations)
def test_odds_are_those_of_a_fine_sum(strategy: Strategy, deviation: float) -> None:
    line = payoff_line(strategy)
    found = odds(line, Lognormal(FORWARD, deviation))

    slow, mean = slow_pop(line.at, FORWARD, deviation)

    assert found.probability == pytest.approx(slow, abs=2e-3)
    assert found.expected_profit == pytest.approx(mean, abs=2e-3 * line.scale)


@_few
@given(_strategies, _deviations)
def test_chances_of_both_sides_add_up_to_at_most_one(strategy: Strategy, deviation: float) -> None:
    law = Lognormal(FORWARD, deviation)

    gain = odds(payoff_line(strategy), law)
    loss = odds(payoff_line(strategy.times(-1.0)), law)

    assert 0.0 <= gain.probability <= 1.0
    assert gain.probability + loss.probability <= 1.0 + 1e-12
    assert gain.expected_gain == pytest.approx(loss.expected_loss, abs=1e-9)


@_few
@given(_strategies, _deviations, st.floats(0.8, 1.0))
def test_what_is_fairly_priced_is_expected_to_earn_nothing(
    strategy: Strategy, deviation: float, discount: float
) -> None:
    legs: list[Leg] = []
    for leg in strategy.legs:
        if not leg.is_option:
            legs.append(Leg(leg.kind, leg.strike, leg.quantity, discount * FORWARD))
            continue
        terms = OptionTerms.of(
            FORWARD, leg.strike, tau=1.0, is_call=leg.kind == "call", discount=discount
        )
        premium = float(black_price(terms, deviation))
        legs.append(Leg(leg.kind, leg.strike, leg.quantity, premium))

    line = payoff_line(Strategy("Fair", tuple(legs)), discount=discount)

    assert expected_value(line, Lognormal(FORWARD, deviation)) == pytest.approx(0.0, abs=1e-9)


@settings(max_examples=12)
@given(_strategies, st.floats(0.05, 0.5), st.integers(0, 1000))
def test_simulated_odds_are_within_their_errors(
    strategy: Strategy, deviation: float, seed: int
) -> None:
    line = payoff_line(strategy)
    exact = odds(line, Lognormal(FORWARD, deviation))

    found = pop_simulated(line.at, lognormal_sampler(FORWARD, deviation), paths=4_000, seed=seed)

    # Where all draws agree the sample knows no error; five deviations of the exact one.
    error = math.sqrt(exact.probability * (1.0 - exact.probability) / 4_000)
    assert abs(found.probability - exact.probability) <= 5.0 * error + 1e-3
    assert abs(found.expected_profit - exact.expected_profit) <= 6.0 * max(
        found.expected_error, 1e-9
    )


@_few
@given(_strikes, st.integers(1, 40), st.integers(0, 40).map(float))
def test_box_pays_its_width_whatever_happens(low: float, width: int, cost: float) -> None:
    high = low + width
    box = Strategy(
        "Box",
        (
            Leg("call", low, 1, cost),
            Leg("put", low, -1, 0.0),
            Leg("call", high, -1, 0.0),
            Leg("put", high, 1, 0.0),
        ),
    )

    found = extremes(payoff_line(box))

    assert found.max_profit == pytest.approx(width - cost)
    assert found.max_loss == pytest.approx(max(0.0, cost - width))


@_few
@given(_strikes, st.integers(1, 30))
def test_butterfly_never_pays_less_than_nothing(middle: float, width: int) -> None:
    fly = Strategy(
        "Fly",
        (
            Leg("call", middle - width, 1, 0.0),
            Leg("call", middle, -2, 0.0),
            Leg("call", middle + width, 1, 0.0),
        ),
    )

    line = payoff_line(fly)

    assert np.all(line.profits >= 0.0)
    assert extremes(line).max_profit == width


@_few
@given(_strategies)
def test_margin_of_options_never_exceeds_what_they_can_lose(strategy: Strategy) -> None:
    found = margin(strategy, FORWARD)

    assert found.requirement >= 0.0
    if not any(leg.kind == "share" for leg in strategy.legs) and found.is_limited:
        # What is bought has to be paid, even where it cannot lose.
        assert found.capital <= max(found.max_loss, strategy.cost) + 1e-9
