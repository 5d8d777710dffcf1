"""Studies of whole chains: what is planted comes back, and what did not change is not done again."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from quantdeck.analytics.boxes import BoxRules, rate_of_chain
from quantdeck.analytics.options import (
    AmericanTerms,
    OptionRules,
    QuotedPrice,
    Reason,
    american_price,
    greeks_at,
    implied_yield,
    merged_profile,
    study_chains,
    usable_quotes,
)
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.errors import BadInput, NoData
from tests.analytics.options.planted_chains import (
    AT_NS,
    EXPIRIES,
    RATE,
    SPOT,
    YIELD,
    american,
    planted_chain,
    planted_chains,
    without_bids,
)

SECOND_NS = 1_000_000_000


@pytest.fixture(scope="module")
def study():
    return study_chains(planted_chains(), AT_NS)


def test_study_fits_every_expiry_without_arbitrage_in_order_of_time(study) -> None:
    assert [each.chain.expiry for each in study.expiries] == list(EXPIRIES)
    assert [each.refusal for each in study.expiries] == [""] * 3
    assert not study.surface.has_arbitrage
    assert (study.spot, study.spot_is_quoted) == (SPOT, True)


def test_study_finds_forward_discount_and_volatility_that_were_planted(study) -> None:
    found = study.expiries[1]

    tau = found.smile.tau
    assert found.smile.forward == pytest.approx(SPOT * math.exp((RATE - YIELD) * tau), rel=1e-6)
    assert found.smile.discount == pytest.approx(math.exp(-RATE * tau), rel=1e-5)
    assert found.fitted.fit.rms_error < 0.002
    assert found.skew.risk_reversal < 0.0 < found.skew.butterfly
    assert not found.parity.violations
    assert found.profile.put_call_ratio == pytest.approx(1.5)
    assert found.oldest_s == pytest.approx(0.5)


def test_study_takes_over_expiries_whose_quotes_are_the_same(study) -> None:
    chains = [planted_chain(EXPIRIES[0], raised=0.004), *planted_chains()[1:]]

    again = study_chains(chains, AT_NS + SECOND_NS, before=study)

    assert again.expiries[0] is not study.expiries[0]
    assert again.expiries[1] is study.expiries[1]
    assert again.expiries[2] is study.expiries[2]
    assert again.expiries[0].skew.at_money == pytest.approx(
        study.expiries[0].skew.at_money + 0.004, abs=0.0005
    )


def test_study_fits_a_kept_expiry_anew_where_the_one_before_undercuts_it(study) -> None:
    chains = [planted_chain(EXPIRIES[0], raised=0.25), *planted_chains()[1:]]

    again = study_chains(chains, AT_NS + SECOND_NS, before=study)

    assert again.expiries[1] is not study.expiries[1]
    assert again.expiries[1].smile is study.expiries[1].smile
    assert not again.surface.has_arbitrage


def test_study_takes_nothing_over_after_a_minute(study) -> None:
    again = study_chains(planted_chains(), AT_NS + 61 * SECOND_NS, before=study)

    assert all(a is not b for a, b in zip(again.expiries, study.expiries, strict=True))


def test_study_under_other_rules_takes_nothing_over(study) -> None:
    again = study_chains(planted_chains(), AT_NS, OptionRules(wing=0.1), before=study)

    assert again.expiries[0].skew.delta == 0.1


def test_study_uses_parity_lines_that_are_known() -> None:
    chain = planted_chain(EXPIRIES[0])
    line = replace(rate_of_chain(chain, AT_NS, BoxRules()), forward=6100.0)

    found = study_chains([chain], AT_NS, rates={chain.key: line})

    assert found.expiries[0].smile.forward == 6100.0


def test_study_fits_a_parity_line_where_the_known_one_was_refused_for_its_age() -> None:
    chain = planted_chain(EXPIRIES[0])
    refused = rate_of_chain(chain, AT_NS, BoxRules(max_leg_age_s=0.1))

    found = study_chains([chain], AT_NS, rates={chain.key: refused})

    assert math.isnan(refused.forward)
    assert found.expiries[0].fitted is not None


def test_study_without_a_told_price_takes_the_discounted_forward() -> None:
    found = study_chains(planted_chains(spot=math.nan), AT_NS)

    tau = found.expiries[0].smile.tau
    assert not found.spot_is_quoted
    assert found.spot == pytest.approx(SPOT * math.exp(-YIELD * tau), rel=1e-6)
    assert found.expiries[0].smile.spot == found.spot


def test_study_of_an_expiry_that_is_past_says_so_and_fits_the_others() -> None:
    past = replace(planted_chain(EXPIRIES[0]), expiry=date(2026, 6, 10))

    found = study_chains([past, planted_chain(EXPIRIES[1])], AT_NS)

    assert found.expiries[0].refusal
    assert math.isnan(found.expiries[0].days)
    assert found.expiries[1].fitted is not None


def test_study_of_few_quotes_says_how_many_are_needed() -> None:
    chain = planted_chain(EXPIRIES[0])
    wide = (
        replace(chain.puts, ask=3.0 * chain.puts.ask),
        replace(chain.calls, ask=3.0 * chain.calls.ask),
    )

    found = study_chains([replace(chain, puts=wide[0], calls=wide[1])], AT_NS)

    assert found.surface is None
    assert "needed 8" in found.expiries[0].refusal


def test_study_counts_strikes_without_a_volatility_by_their_reason() -> None:
    found = study_chains([without_bids(planted_chain(EXPIRIES[0]), slice(0, 3))], AT_NS)

    assert found.expiries[0].left_out == {Reason.ZERO_BID: 3}


def test_study_of_two_underlyings_is_refused() -> None:
    chain = planted_chain(EXPIRIES[0])

    with pytest.raises(BadInput, match="one underlying at a time"):
        study_chains([chain, american(chain)], AT_NS)


def test_study_of_nothing_is_refused() -> None:
    with pytest.raises(NoData, match="no option chain"):
        study_chains([], AT_NS)


def test_study_names_the_expiries_that_there_are(study) -> None:
    assert study.expiry("SPXW 2026-09-18") is study.expiries[1]
    assert study.nearest(30.0) is study.expiries[0]
    with pytest.raises(NoData, match="SPXW 2026-07-17, SPXW 2026-09-18"):
        study.expiry("SPX 2026-09-18")


def test_merged_profile_adds_up_the_expiries(study) -> None:
    profiles = [each.profile for each in study.expiries]

    found = merged_profile(profiles, study.spot)

    assert found.net_gamma == pytest.approx(sum(each.net_gamma for each in profiles))
    assert found.call_interest.sum() == sum(each.call_interest.sum() for each in profiles)
    assert math.isnan(found.most_pain)


def test_merged_profile_of_nothing_has_no_data() -> None:
    with pytest.raises(NoData, match="open interest"):
        merged_profile([], SPOT)


@pytest.mark.parametrize("price", list(QuotedPrice))
def test_greeks_at_a_price_are_those_of_its_volatility(study, price) -> None:
    smile = study.expiries[0].smile
    known = usable_quotes(smile)

    found = greeks_at(smile, price, is_call=True)

    vega = smile.call_greeks.vega[known]
    change = (smile.quoted.at(price) - smile.quoted.mid)[known] * vega
    assert found.price[known] == pytest.approx(
        smile.call_greeks.price[known] + change, rel=0.01, abs=0.5
    )


@pytest.mark.parametrize("bad", [{"wing": 0.5}, {"fewest": 4}, {"rate": math.nan}])
def test_option_rules_out_of_range_are_refused(bad) -> None:
    with pytest.raises(BadInput):
        OptionRules(**bad)


def american_chain(carry: float):
    """Return an American chain of one volatility and dividend yield."""
    empty = american(planted_chain(EXPIRIES[1]))
    tau = us_sessions().vol_time(AT_NS, empty.expiry, empty.settlement)
    near = np.abs(empty.strikes / SPOT - 1.0) < 0.12
    chain = replace(
        empty, strikes=empty.strikes[near], calls=empty.calls.part(near), puts=empty.puts.part(near)
    )
    for side, is_call in ((chain.calls, True), (chain.puts, False)):
        for at, strike in enumerate(chain.strikes.tolist()):
            value = american_price(AmericanTerms(SPOT, strike, tau, 0.05, is_call, carry), 0.2)
            side.bid[at], side.ask[at] = value - 0.2, value + 0.2
    return chain


@pytest.mark.parametrize("carry", [-0.01, 0.0, 0.03])
def test_implied_yield_is_the_one_that_was_planted(carry) -> None:
    pytest.importorskip("QuantLib")

    found = implied_yield(american_chain(carry), AT_NS, rate=0.05)

    assert found == pytest.approx(carry, abs=2e-4)


def test_implied_yield_without_a_price_of_the_underlying_has_no_data() -> None:
    with pytest.raises(NoData, match="price of the underlying"):
        implied_yield(
            replace(american(planted_chain(EXPIRIES[0])), spot=math.nan), AT_NS, rate=0.05
        )


def test_study_of_american_options_takes_its_rate_from_elsewhere() -> None:
    pytest.importorskip("QuantLib")

    found = study_chains([american_chain(0.03)], AT_NS, rate_at=lambda _: 0.05)

    smile = found.expiries[0].smile
    assert smile.discount == pytest.approx(math.exp(-0.05 * smile.tau))
    assert smile.calls.mid == pytest.approx(np.full(len(smile.strikes), 0.2), abs=2e-3)
    assert smile.puts.mid == pytest.approx(np.full(len(smile.strikes), 0.2), abs=2e-3)
