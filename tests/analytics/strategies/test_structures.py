from __future__ import annotations

import math

import pytest

from quantdeck.analytics.options import OptionTerms, black_price, greeks
from quantdeck.analytics.strategies import (
    STRUCTURES,
    Leg,
    LegKind,
    Lognormal,
    assemble,
    extremes,
    odds,
    payoff_line,
    profit_line,
    structure,
)
from quantdeck.analytics.strategies.structures import Payment, View
from quantdeck.model.errors import BadInput

FORWARD, VOLATILITY, TAU = 100.0, 0.2, 0.25
MOVE = FORWARD * VOLATILITY * math.sqrt(TAU)
each = pytest.mark.parametrize("key", STRUCTURES)
EXPIRING_TOGETHER = [key for key, found in STRUCTURES.items() if found.expiries == 1]


def _quote(plan, strike):
    if plan.kind is LegKind.SHARE:
        return Leg(plan.kind, strike, plan.quantity, FORWARD)
    tau = TAU * (1 + plan.expiry)
    terms = OptionTerms.of(FORWARD, strike, tau=tau, is_call=plan.kind is LegKind.CALL)
    premium = float(black_price(terms, VOLATILITY))
    return Leg(
        plan.kind, strike, plan.quantity, premium, expiry_days=365.0 * tau, volatility=VOLATILITY
    )


def _fair(key):
    found = structure(key)
    strikes = [FORWARD + MOVE * (p.distance + 0.5 * p.width) for p in found.places]
    return assemble(found, strikes, _quote)


def test_catalogue_has_the_strategies_that_users_expect() -> None:
    titles = {name.lower() for s in STRUCTURES.values() for name in (s.title, *s.others)}

    assert {
        "long call", "short put", "cash-secured put", "covered call", "protective put", "collar",
        "call debit spread", "put credit spread", "long straddle", "short strangle", "long guts",
        "iron condor", "iron butterfly", "call butterfly", "broken-wing call butterfly",
        "call condor", "call ratio spread", "put backspread", "jade lizard", "call calendar",
        "call diagonal", "double calendar", "synthetic long", "conversion", "reversal", "long box",
        "jelly roll", "strip", "strap", "risk reversal",
    } <= titles  # fmt: skip


@each
def test_structure_has_ascending_places_and_legs_on_them(key: str) -> None:
    found = STRUCTURES[key]

    places = [p.distance + 0.5 * p.width for p in found.places]
    used = {leg.strike for leg in found.legs if leg.kind is not LegKind.SHARE}
    assert places == sorted(set(places))
    assert used == set(range(len(found.places)))
    assert all(leg.quantity for leg in found.legs)


@each
def test_structure_is_found_by_all_its_names(key: str) -> None:
    found = STRUCTURES[key]

    assert structure(found.title.upper()) is found
    assert structure(f" {key} ") is found


@pytest.mark.parametrize("key", EXPIRING_TOGETHER)
def test_structure_costs_or_pays_as_it_says(key: str) -> None:
    found, cost = structure(key), _fair(key).cost

    if found.payment is Payment.DEBIT:
        assert cost > -1e-9
    if found.payment is Payment.CREDIT:
        assert cost < 1e-9


@pytest.mark.parametrize("key", [k for k in EXPIRING_TOGETHER if not STRUCTURES[k].needs_shares])
def test_structure_gains_where_it_says(key: str) -> None:
    found, strategy = structure(key), _fair(key)
    line = payoff_line(strategy)
    low, here, high = line.at([FORWARD - 1.5 * MOVE, FORWARD, FORWARD + 1.5 * MOVE]).tolist()

    if found.view is View.UP:
        assert _delta(strategy) > 0.0
    if found.view is View.DOWN:
        assert _delta(strategy) < 0.0
    if found.view is View.MOVE:
        assert min(low, high) > here
    if found.view is View.STILL:
        ends = line.at([FORWARD - 4.0 * MOVE, FORWARD + 4.0 * MOVE])
        assert line.at(strategy.strikes).max() > ends.max()
    if found.view is View.NONE:
        assert low == pytest.approx(here) == pytest.approx(high)


def _delta(strategy):
    return sum(
        leg.quantity
        * float(
            greeks(
                OptionTerms.of(FORWARD, leg.strike, tau=TAU, is_call=leg.kind is LegKind.CALL),
                VOLATILITY,
            ).delta
        )
        for leg in strategy.options
    )


@each
def test_structure_priced_by_black_is_worth_what_it_costs(key: str) -> None:
    line = profit_line(_fair(key))

    found = odds(line, Lognormal(FORWARD, VOLATILITY * math.sqrt(TAU)))

    assert found.expected_profit == pytest.approx(0.0, abs=1e-9 if line.is_exact else 2e-3)


def test_box_is_constant_and_butterfly_never_below_its_cost() -> None:
    box, fly = payoff_line(_fair("long-box")), payoff_line(_fair("call-butterfly"))

    assert box.profits == pytest.approx([box.profits[0]] * 3)
    assert box.last_slope == 0.0
    assert extremes(fly).max_loss == pytest.approx(_fair("call-butterfly").cost)


def test_iron_butterfly_is_the_butterfly_moved_by_its_width() -> None:
    prices = [80.0, 96.0, 100.0, 103.0, 130.0]

    iron, calls, puts = (
        payoff_line(_fair(key)).at(prices)
        for key in ("iron-butterfly", "call-butterfly", "put-butterfly")
    )

    assert iron == pytest.approx(calls)
    assert iron == pytest.approx(puts)


def test_collar_is_shares_with_both_limits() -> None:
    found = extremes(payoff_line(_fair("collar")))

    assert not found.loss_is_unlimited
    assert not found.profit_is_unlimited


@pytest.mark.parametrize("strikes", [(90.0,), (90.0, 95.0, 100.0), (110.0, 90.0), (90.0, 90.0)])
def test_assemble_with_the_wrong_strikes_is_refused(strikes: tuple[float, ...]) -> None:
    with pytest.raises(BadInput) as caught:
        assemble(structure("bull-call-spread"), strikes, _quote)

    assert caught.value.field == "strikes"


def test_structure_that_is_unknown_is_refused_with_what_sounds_alike() -> None:
    with pytest.raises(BadInput, match="iron-condor, reverse-iron-condor"):
        structure("golden condor")
