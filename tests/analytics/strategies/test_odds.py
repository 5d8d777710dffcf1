from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.analytics.options import OptionTerms, black_price, study_chains
from quantdeck.analytics.strategies import (
    Leg,
    Lognormal,
    SmileLaw,
    Strategy,
    expected_value,
    odds,
    payoff_line,
    pop_exact,
    pop_smile,
    touch_probability,
)
from quantdeck.model.errors import BadInput, NoData
from tests.analytics.options.planted_chains import AT_NS, planted_chains

if TYPE_CHECKING:
    from quantdeck.analytics.strategies.laws import PriceLaw

FORWARD, DEVIATION = 100.0, 0.2


@dataclass
class _Plain:
    """A lognormal law that the fast path does not know."""

    of: Lognormal
    measure: str = "plain"

    @property
    def forward(self) -> float:
        return self.of.forward

    def above(self, prices):
        return self.of.above(prices)

    def mean_above(self, prices):
        return self.of.mean_above(prices)


LAW = Lognormal(FORWARD, DEVIATION)
STRATEGIES = [
    Strategy("Call", (Leg("call", 100, 1, 7.0),)),
    Strategy("Short put", (Leg("put", 95, -1, 5.0),)),
    Strategy("Straddle", (Leg("call", 100, 1, 8.0), Leg("put", 100, 1, 8.0))),
    Strategy(
        "Condor",
        (
            Leg("put", 90, 1, 0.5),
            Leg("put", 95, -1, 1.5),
            Leg("call", 105, -1, 1.5),
            Leg("call", 110, 1, 0.5),
        ),
    ),
    Strategy("Ratio", (Leg("call", 100, 1, 7.0), Leg("call", 110, -2, 4.0))),
    Strategy("Covered", (Leg("share", math.nan, 1, 99.0), Leg("call", 110, -1, 3.0))),
    Strategy("Risk reversal", (Leg("put", 95, -1, 2.0), Leg("call", 105, 1, 2.0))),
]
each = pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda found: found.name)


@pytest.fixture(scope="module")
def smile():
    return study_chains(planted_chains(), AT_NS).expiries[1].fitted


def test_pop_of_a_call_is_the_chance_to_end_beyond_its_breakeven() -> None:
    found = pop_exact(payoff_line(STRATEGIES[0]), forward=FORWARD, deviation=DEVIATION)

    d2 = math.log(FORWARD / 107.0) / DEVIATION - DEVIATION / 2
    assert found == pytest.approx(0.5 * math.erfc(-d2 / math.sqrt(2.0)), abs=1e-15)


@each
def test_odds_agree_with_integration_of_the_density(strategy: Strategy) -> None:
    line = payoff_line(strategy)
    x = np.linspace(-8.0, 8.0, 400_001)
    weight = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi) * (x[1] - x[0])
    profit = line.at(FORWARD * np.exp(DEVIATION * x - 0.5 * DEVIATION**2))

    found = odds(line, LAW)

    assert found.probability == pytest.approx(float(weight[profit > 0].sum()), abs=3e-5)
    assert found.expected_gain == pytest.approx(float(weight @ np.maximum(profit, 0)), abs=1e-7)
    assert found.expected_loss == pytest.approx(float(weight @ np.maximum(-profit, 0)), abs=1e-7)


@each
def test_odds_of_any_law_and_of_the_kernel_agree(strategy: Strategy) -> None:
    line = payoff_line(strategy)
    law: PriceLaw = _Plain(LAW)

    plain, fast = odds(line, law), odds(line, LAW)

    assert plain.probability == pytest.approx(fast.probability, abs=1e-14)
    assert plain.expected_profit == pytest.approx(fast.expected_profit, abs=1e-12)
    assert expected_value(line, LAW) == pytest.approx(fast.expected_profit, abs=1e-12)


def test_pop_of_a_stretch_at_nought_counts_it_as_no_profit() -> None:
    line = payoff_line(STRATEGIES[-1])

    found = odds(line, LAW)

    above = float(LAW.above(np.array([105.0]))[0])
    assert found.probability == pytest.approx(above, abs=1e-15)


def test_pop_above_a_target_is_smaller() -> None:
    line = payoff_line(STRATEGIES[3])

    chances = [
        pop_exact(line, forward=FORWARD, deviation=DEVIATION, target=t) for t in (0.0, 1.0, 1.999)
    ]

    assert chances == sorted(chances, reverse=True)
    assert chances[0] > chances[-1] > 0.0


def test_expected_value_of_what_black_prices_is_nought() -> None:
    discount = 0.97
    legs: list[Leg] = []
    for kind, strike, quantity in (("call", 95.0, 2.0), ("put", 104.0, -1.0), ("call", 120.0, 1.0)):
        terms = OptionTerms.of(FORWARD, strike, tau=1.0, is_call=kind == "call", discount=discount)
        legs.append(Leg(kind, strike, quantity, float(black_price(terms, DEVIATION))))

    line = payoff_line(Strategy("Fair", tuple(legs)), discount=discount)

    assert expected_value(line, LAW) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(("forward", "deviation"), [(0.0, 0.2), (100.0, 0.0), (math.nan, 0.2)])
def test_lognormal_without_a_size_is_refused(forward: float, deviation: float) -> None:
    with pytest.raises(BadInput):
        Lognormal(forward, deviation)


def test_smile_law_is_the_slope_of_its_calls(smile) -> None:
    law = SmileLaw(smile)
    quotes = smile.quotes
    strikes = quotes.forward * np.exp(np.linspace(-0.3, 0.2, 11))
    step = 0.01

    def call(strike):
        terms = OptionTerms.of(quotes.forward, strike, tau=quotes.tau, is_call=True)
        return black_price(terms, smile.volatility(np.log(strike / quotes.forward)))

    slope = (call(strikes - step) - call(strikes + step)) / (2 * step)
    assert law.above(strikes) == pytest.approx(slope, abs=1e-8)
    assert law.mean_above(strikes) - strikes * law.above(strikes) == pytest.approx(
        call(strikes), abs=1e-8
    )


def test_smile_law_at_its_ends_is_whole_and_empty(smile) -> None:
    law = SmileLaw(smile)

    assert law.above([0.0, math.inf]).tolist() == [1.0, 0.0]
    assert law.mean_above([0.0, math.inf]).tolist() == [law.forward, 0.0]


def test_smile_law_falls_with_the_price(smile) -> None:
    law = SmileLaw(smile)

    above = law.above(law.forward * np.exp(np.linspace(-3.0, 3.0, 501)))

    assert np.all(np.diff(above) <= 0.0)
    assert above[0] > 0.999
    assert above[-1] < 0.001


def test_pop_by_the_smile_differs_from_that_at_the_money_by_its_slope(smile) -> None:
    forward = smile.quotes.forward
    line = payoff_line(Strategy("Forward", (Leg("share", math.nan, 1, forward),)))

    at_money = float(smile.volatility(0.0)) * math.sqrt(smile.fit.tau)
    flat = pop_exact(line, forward=forward, deviation=at_money)

    # Equity smiles fall: the chance to end above the forward is larger than a lognormal says.
    assert pop_smile(line, smile) > flat + 0.05


def test_smile_with_butterfly_arbitrage_is_no_law(smile) -> None:
    broken = replace(smile, fit=replace(smile.fit, density_least=-0.1))

    with pytest.raises(NoData, match="no distribution"):
        SmileLaw(broken)


@pytest.mark.parametrize("level", [85.0, 95.0, 105.0, 120.0])
def test_touch_probability_agrees_with_simulated_paths(level: float) -> None:
    rng = np.random.default_rng(11)
    steps, paths, deviation = 400, 4000, 0.15
    forward = 102.0
    drift = math.log(forward / 100.0) - 0.5 * deviation**2
    walk = np.cumsum(
        drift / steps + deviation / math.sqrt(steps) * rng.standard_normal((paths, steps)), axis=1
    )
    # Broadie, Glasserman and Kou: a level that is watched now and then is as good as one further off.
    shift = 0.5826 * deviation / math.sqrt(steps)
    b = math.log(level / 100.0)
    share = (
        np.mean(walk.max(axis=1) >= b - shift) if b > 0 else np.mean(walk.min(axis=1) <= b + shift)
    )

    found = touch_probability(level, spot=100.0, forward=forward, deviation=deviation)

    assert found == pytest.approx(float(share), abs=4 * math.sqrt(0.25 / paths))


def test_touch_probability_at_the_price_is_one() -> None:
    assert touch_probability(100.0, spot=100.0, forward=101.0, deviation=0.1) == 1.0


def test_touch_probability_without_a_deviation_is_refused() -> None:
    with pytest.raises(BadInput):
        touch_probability(110.0, spot=100.0, forward=100.0, deviation=0.0)
