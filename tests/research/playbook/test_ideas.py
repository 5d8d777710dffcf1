"""Trades: strikes by delta among fresh quotes, prices across the spread, sizes within limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from quantdeck.analytics.options.study import study_chains
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.errors import NoData
from quantdeck.model.options import Settlement
from quantdeck.research.playbook.entry import Idea, Richness, View
from quantdeck.research.playbook.ideas import option_idea, share_idea
from quantdeck.research.playbook.rules import RULES, STRUCTURES, rule_of
from quantdeck.research.playbook.sizes import RiskLimits, size_of
from quantdeck.research.playbook.strikes import ChainRules, expiry_of, tradable
from tests.analytics.options.planted_chains import AT_NS, EXPIRIES, planted_chain
from tests.research.playbook.samples import study, study_with

WIDE = RiskLimits(per_trade=1e9)
BY_STRUCTURE = {rule.structure: rule for rule in RULES if rule.structure}


def _idea(key: str, limits: RiskLimits = WIDE) -> Idea:
    rule = BY_STRUCTURE[key]
    return option_idea(rule, study(), now_ns=AT_NS, rules=ChainRules(), limits=limits)


@pytest.mark.parametrize("key", list(BY_STRUCTURE))
def test_option_idea_of_any_structure_loses_no_more_than_it_says(key: str) -> None:
    idea = _idea(key)

    assert idea.refusal == ""
    assert idea.max_loss is not None
    assert idea.max_loss > 0.0
    assert idea.size == int(1e9 / idea.max_loss)
    assert idea.pop is not None
    assert 0.0 < idea.pop < 1.0
    assert idea.expiry == EXPIRIES[0].isoformat()
    assert len(idea.legs) == len(STRUCTURES[key].legs)


@pytest.mark.parametrize("key", list(BY_STRUCTURE))
def test_option_idea_pays_the_spread(key: str) -> None:
    idea = _idea(key)

    spread = sum(abs(leg.quantity) * 0.5 * ((leg.ask or 0) - (leg.bid or 0)) for leg in idea.legs)
    assert idea.expected_value == pytest.approx(-100.0 * spread, rel=0.15, abs=2.0)
    assert idea.cost == pytest.approx(100.0 * sum(leg.quantity * leg.price for leg in idea.legs))
    for leg in idea.legs:
        assert leg.price == (leg.ask if leg.quantity > 0 else leg.bid)


def test_option_idea_sells_nearer_the_money_than_it_buys() -> None:
    legs = _idea("iron_condor").legs

    short_put, long_put, short_call, long_call = (leg.strike or 0.0 for leg in legs)
    assert long_put < short_put < short_call < long_call
    assert abs(legs[0].delta or 0.0) == pytest.approx(0.20, abs=0.05)


def test_option_idea_of_a_credit_spread_has_its_breakeven_between_the_strikes() -> None:
    idea = _idea("bull_put_spread")

    [breakeven] = idea.breakevens
    assert (idea.cost or 0.0) < 0.0
    assert (idea.legs[1].strike or 0.0) < breakeven < (idea.legs[0].strike or 0.0)
    assert (idea.pop or 0.0) > 0.5


def test_option_idea_beyond_its_limit_names_it_and_has_no_size() -> None:
    idea = _idea("iron_condor", RiskLimits(by_strategy={"condor": 50.0}))

    assert idea.size == 0
    assert idea.risk == 0.0
    assert "max_risk condor allows 50.00" in idea.refusal


def test_option_idea_of_an_old_chain_is_refused() -> None:
    rule = BY_STRUCTURE["long_call"]

    with pytest.raises(NoData, match="2026-06-12 16:00 UTC, older than the 4 days"):
        option_idea(
            rule, study(), now_ns=AT_NS + 5 * 86_400 * 10**9, rules=ChainRules(), limits=WIDE
        )


def test_expiry_of_stale_quotes_goes_to_the_next_expiry() -> None:
    chain = planted_chain(EXPIRIES[0])
    old = chain.calls.part(slice(None))
    old.ts_ns[:] = AT_NS - 3600 * 10**9
    found = study_chains([replace(chain, calls=old), planted_chain(EXPIRIES[1])], AT_NS)

    assert expiry_of(found, ChainRules(), now_ns=AT_NS).chain.expiry == EXPIRIES[1]


def test_tradable_over_a_weekend_counts_from_the_close_before() -> None:
    close_ns = us_sessions().last_trade_ns(date(2026, 6, 12), Settlement.PM)
    saturday_ns = close_ns + 20 * 3600 * 10**9
    calls = planted_chain(EXPIRIES[0]).calls.part(slice(None))
    calls.ts_ns[:] = close_ns - 60 * 10**9
    calls.ts_ns[10] = close_ns - 3600 * 10**9

    found = tradable(calls, saturday_ns, ChainRules(max_spread=2.0))

    assert not found[10]
    assert np.delete(found, 10).all()


def test_expiry_of_one_sided_quotes_alone_is_refused_with_counts() -> None:
    chain = planted_chain(EXPIRIES[0])
    whole = study_chains([chain], AT_NS)
    calls = chain.calls.part(slice(None))
    calls.bid[3:] = np.nan
    found = study_with(expiries=(replace(whole.expiries[0], chain=replace(chain, calls=calls)),))

    with pytest.raises(NoData, match="3 calls and 40 puts with fresh quotes"):
        expiry_of(found, ChainRules(max_spread=2.0), now_ns=AT_NS)


def test_expiry_of_a_chain_too_far_out_is_refused() -> None:
    found = study_chains([planted_chain(EXPIRIES[2])], AT_NS)

    with pytest.raises(NoData, match="no expiry in 5 to 120 days"):
        expiry_of(found, ChainRules(), now_ns=AT_NS)


def test_share_idea_stops_two_ranges_away_and_is_sized_by_that() -> None:
    rule = rule_of(View.DOWN, Richness.UNKNOWN, None)

    idea = share_idea(
        rule, "no chain is kept", price=50.0, atr=1.0, limits=RiskLimits(per_trade=101)
    )

    assert idea.stop == 52.0
    assert idea.size == 50
    assert idea.legs[0].quantity == -1
    assert idea.why.startswith("No chain is kept.")


def test_share_idea_without_a_range_or_direction_is_refused() -> None:
    up = rule_of(View.UP, Richness.UNKNOWN, None)
    flat = rule_of(View.NEUTRAL, Richness.RICH, None)

    unknown = share_idea(up, "no chain", price=50.0, atr=None, limits=RiskLimits())
    neutral = share_idea(flat, "no chain", price=50.0, atr=1.0, limits=RiskLimits())

    assert "are not known" in unknown.refusal
    assert "without a direction" in neutral.refusal
    assert not unknown.legs
    assert not neutral.legs


def test_size_at_the_limit_counts_the_last_unit() -> None:
    assert size_of(0.1, (), RiskLimits(per_trade=0.3)).units == 3
