from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from quantdeck.analytics.options import study_chains
from quantdeck.analytics.strategies import (
    PaidPrice,
    Placement,
    chart_prices,
    placed_strikes,
    profit_at,
    quoted_strategy,
    structure,
)
from quantdeck.analytics.strategies.builder import (
    BuilderChoice,
    build_strategy,
    compared_strategies,
)
from quantdeck.model.errors import BadInput, NoData
from tests.analytics.options.planted_chains import (
    AGE_NS,
    AT_NS,
    EXPIRIES,
    american,
    planted_chain,
    planted_chains,
)

NEAR, FAR = (f"SPXW {day}" for day in EXPIRIES[:2])


def _same_strikes():
    """Chains whose later expiries are listed at the strikes of the first, as real ones are."""
    first, second, _ = planted_chains()
    listed = replace(second, strikes=first.strikes)
    return [first, listed]


@pytest.fixture(scope="module")
def chains():
    return study_chains(planted_chains(), AT_NS)


@pytest.fixture(scope="module")
def of_stock():
    return study_chains([american(planted_chain(EXPIRIES[0]))], AT_NS)


def _build(chains, **given):
    return build_strategy(chains, BuilderChoice(**given), paths=0)


def test_strikes_stand_where_the_placement_says(chains) -> None:
    near = chains.expiry(NEAR)
    move = near.smile.forward * float(near.fitted.volatility(0.0)) * math.sqrt(near.smile.tau)

    found = placed_strikes(structure("iron-condor"), near, placement=Placement(1.0, 0.5, 0.25))

    wanted = near.smile.forward + move * (0.25 + np.array([-1.5, -1.0, 1.0, 1.5]))
    gaps = np.abs(np.array(found) - wanted)
    assert np.all(gaps <= np.diff(near.chain.strikes).max() / 2)


def test_strikes_that_fall_together_move_apart(chains) -> None:
    found = placed_strikes(
        structure("call-condor"), chains.expiry(NEAR), placement=Placement(0.1, 0.01)
    )

    assert len(set(found)) == 4
    assert list(found) == sorted(found)


def test_strikes_beyond_the_list_stay_inside_of_it(chains) -> None:
    near = chains.expiry(NEAR)

    found = placed_strikes(structure("iron-condor"), near, placement=Placement(1.0, 0.5, 50.0))

    assert set(found) <= set(near.chain.strikes.tolist())
    assert len(set(found)) == 4


@pytest.mark.parametrize("given", [{"distance": 0.0}, {"width": -1.0}, {"shift": math.nan}])
def test_placement_without_a_size_is_refused(given: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        Placement(**given)


def test_natural_price_buys_at_the_ask_and_sells_at_the_bid(chains) -> None:
    mid, natural = (
        _build(chains, structure="iron-condor", paid=paid)
        for paid in (PaidPrice.MID, PaidPrice.NATURAL)
    )

    for each in natural.quoted.legs:
        assert each.leg.premium == (each.ask if each.leg.quantity > 0 else each.bid)
    assert natural.study.strategy.cost == pytest.approx(mid.natural_cost)
    assert natural.study.strategy.cost - mid.study.strategy.cost == pytest.approx(
        mid.quoted.crossing
    )


def test_expected_value_at_mids_is_nought_under_the_smile_that_was_planted(chains) -> None:
    built = _build(chains, structure="iron-condor")

    best = built.study.best_odds
    assert best.measure == "smile-implied"
    assert best.expected_profit == pytest.approx(0.0, abs=0.02)


def test_expected_value_at_natural_prices_is_minus_the_spreads(chains) -> None:
    built = _build(chains, structure="iron-condor", paid=PaidPrice.NATURAL)

    assert built.study.best_odds.expected_profit == pytest.approx(-built.quoted.crossing, abs=0.02)


def test_model_value_of_the_legs_is_their_mid(chains) -> None:
    built = _build(chains, structure="long-strangle")

    assert built.study.greeks.value == pytest.approx(built.study.strategy.cost, rel=1e-6)


def test_strategy_of_an_index_cannot_have_shares(chains) -> None:
    with pytest.raises(BadInput, match="is an index"):
        _build(chains, structure="covered-call")


def test_expected_value_of_a_covered_call_counts_the_dividends_of_the_forward(of_stock) -> None:
    pytest.importorskip("QuantLib")

    built = _build(of_stock, structure="covered-call")

    # Only what early exercise is worth is left.
    assert built.study.odds[1].expected_profit == pytest.approx(0.0, abs=1.0)


def test_strategy_on_options_that_can_be_exercised_early_warns_of_it(of_stock) -> None:
    pytest.importorskip("QuantLib")

    built = _build(of_stock, structure="short-put")

    assert any("exercised early" in text and "assigned" in text for text in built.warnings)


def test_strategy_of_two_expiries_takes_the_next_one_far_enough() -> None:
    chains = study_chains(_same_strikes(), AT_NS)

    built = _build(chains, structure="call-calendar", expiry=NEAR)

    assert built.quoted.far.name == FAR
    assert [leg.expiry_days for leg in built.study.strategy.legs] == pytest.approx(
        [chains.expiry(NEAR).days, chains.expiry(FAR).days]
    )
    assert any("volatilities stay" in text for text in built.warnings)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"structure": "call-calendar", "expiry": FAR, "far": NEAR}, "must be after"),
        ({"strikes": (1.0, 2.0, 3.0, 4.0)}, "no strike 1"),
        ({"strikes": (6000.0,)}, "has 4 strikes"),
    ],
)
def test_choice_that_cannot_be_is_refused(chains, given: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        _build(chains, **given)


def test_expiry_that_is_not_there_is_told_with_those_that_are(chains) -> None:
    with pytest.raises(NoData, match=NEAR):
        _build(chains, expiry="SPXW 2031-01-17")


def _with_calls(**changes):
    chain = planted_chain(EXPIRIES[0])
    return study_chains([replace(chain, calls=replace(chain.calls, **changes))], AT_NS)


def test_leg_without_an_ask_is_refused_by_name() -> None:
    ask = planted_chain(EXPIRIES[0]).calls.ask.copy()
    ask[25] = math.nan
    chains = _with_calls(ask=ask)
    strike = float(chains.expiries[0].chain.strikes[25])

    with pytest.raises(NoData, match=f"call {strike:g} of SPXW .* no ask"):
        _build(chains, structure="long-call", strikes=(strike,))


def test_wide_quote_of_a_leg_is_warned_of() -> None:
    plain = planted_chain(EXPIRIES[0]).calls
    bid = plain.bid.copy()
    bid[25] = 0.3 * plain.ask[25]
    chains = _with_calls(bid=bid)
    strike = float(chains.expiries[0].chain.strikes[25])

    built = _build(chains, structure="long-call", strikes=(strike,))

    assert any(text.startswith(f"Wide or one-sided: call {strike:g}") for text in built.warnings)


def test_old_quote_of_a_leg_is_warned_of() -> None:
    times = np.full(40, AT_NS - 90_000_000_000)

    built = _build(_with_calls(ts_ns=times), structure="long-call")

    assert built.quoted.legs[0].age_s == 90.0
    assert any(text.startswith("Stale") for text in built.warnings)


def test_quotes_without_fault_have_no_warnings(chains) -> None:
    built = _build(chains, structure="long-straddle")

    assert built.warnings == ()
    assert built.quoted.legs[0].age_s == pytest.approx(AGE_NS / 1e9)


def test_view_of_ones_own_adds_a_line_of_odds(chains) -> None:
    plain, rising = (
        _build(chains, structure="long-call", drift=drift).study.odds for drift in (None, 0.2)
    )

    assert len(rising) == len(plain) + 1
    assert rising[-1].measure == "own view, +20 % a year"
    assert rising[-1].expected_profit > plain[0].expected_profit


def test_simulated_odds_stand_beside_the_exact_ones(chains) -> None:
    built = build_strategy(chains, BuilderChoice(structure="short-put"), paths=50_000)

    exact, drawn = built.study.odds[0], built.study.odds[-1]
    assert abs(drawn.probability - exact.probability) < 4 * drawn.error
    assert abs(drawn.expected_profit - exact.expected_profit) < 4 * drawn.expected_error


def test_chances_of_the_limits_add_up_sensibly(chains) -> None:
    found = _build(chains, structure="iron-condor").study

    assert 0.0 < found.full_profit < found.half_profit < found.best_odds.probability
    assert 0.0 < found.full_loss < 1.0 - found.best_odds.probability
    assert all(0.0 < touch < 1.0 for touch in found.touches)


def test_limits_without_an_end_have_no_chance(chains) -> None:
    found = _build(chains, structure="short-straddle").study

    assert math.isnan(found.full_loss)
    assert math.isnan(found.return_on_risk)


def test_profit_now_at_the_spot_is_nought_at_mids(chains) -> None:
    found = _build(chains, structure="iron-condor").study

    now = profit_at(found.strategy, np.array([found.market.spot]), elapsed_days=0.0)

    assert float(now[0]) == pytest.approx(0.0, abs=1e-6)


def test_chart_covers_strikes_and_three_deviations(chains) -> None:
    found = _build(chains, structure="iron-condor").study

    prices = chart_prices(found.strategy, found.market)

    reach = 3.0 * found.market.deviation * found.market.forward
    assert prices[0] < found.market.forward - reach
    assert prices[-1] > found.market.forward + reach
    assert set(found.strategy.strikes) <= set(prices.tolist())


def test_comparison_has_every_structure_and_says_why_some_cannot_be(chains) -> None:
    rows = compared_strategies(chains)

    reasons = {named.key: found for named, found in rows if isinstance(found, str)}
    assert len(rows) > 50
    assert "is an index" in reasons["covered-call"]
    assert "iron-condor" not in reasons


def test_strategy_of_a_chain_without_volatilities_says_why(chains) -> None:
    near = replace(chains.expiry(NEAR), smile=None, refusal="No forward.")

    with pytest.raises(NoData, match="No forward"):
        placed_strikes(structure("long-call"), near)
    with pytest.raises(NoData, match="No forward"):
        quoted_strategy(structure("long-call"), (6000.0,), near)


def test_expiries_are_dates_of_the_planted_chains() -> None:
    assert date.fromisoformat(NEAR.partition(" ")[2]) == EXPIRIES[0]
