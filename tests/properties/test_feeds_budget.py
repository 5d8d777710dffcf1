"""The subscription budget: whatever is wanted, boxes can be formed of what is streamed."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from quantdeck.feeds.budget import plan_stream
from quantdeck.model.options import OptionContract, Right, contract_of, osi

_TODAY = date(2026, 11, 20)


def _contract(root, days, strike, right, interest) -> OptionContract:
    name = osi(root, _TODAY + timedelta(days=days), right, strike)
    return contract_of(name, open_interest=interest)


_contracts = st.lists(
    st.builds(
        _contract,
        st.sampled_from(["SPX", "SPXW", "SPY"]),
        st.integers(0, 6).map(lambda n: n * n * 20),
        st.integers(80, 120).map(lambda n: 50.0 * n),
        st.sampled_from(Right),
        st.none() | st.floats(0, 1e6),
    ),
    unique_by=lambda c: c.symbol,
    max_size=60,
)
_prices = st.fixed_dictionaries(
    {}, optional={"US:SPX": st.floats(3000, 8000) | st.just(math.nan), "US:SPY": st.just(5000.0)}
)
_allowed = st.integers(0, 70)


def _plan(contracts, allowed, prices):
    return plan_stream(contracts, allowed=allowed, today=_TODAY, prices=prices)


@given(_contracts, _allowed, _prices)
def test_plan_every_contract_is_streamed_or_polled_within_the_allowance(contracts, allowed, prices):
    plan = _plan(contracts, allowed, prices)

    assert sorted((*plan.streamed, *plan.polled)) == sorted(c.symbol for c in contracts)
    assert plan.budget.used <= plan.budget.allowed == allowed
    assert plan.budget.polled == len(plan.polled)


@given(_contracts, _allowed, _prices)
def test_plan_strikes_are_never_torn_apart(contracts, allowed, prices):
    streamed = set(_plan(contracts, allowed, prices).streamed)

    legs = defaultdict(list)
    for contract in contracts:
        legs[contract.root, contract.expiry, contract.strike].append(contract.symbol in streamed)
    assert all(len(set(each)) == 1 for each in legs.values())


@given(_contracts, _allowed, _prices)
def test_plan_streamed_expiry_has_two_strikes_where_two_are_listed(contracts, allowed, prices):
    streamed = set(_plan(contracts, allowed, prices).streamed)

    listed, taken = defaultdict(set), defaultdict(set)
    for contract in contracts:
        key = contract.root, contract.expiry
        listed[key].add(contract.strike)
        if contract.symbol in streamed:
            taken[key].add(contract.strike)
    assert all(len(strikes) >= min(2, len(listed[key])) for key, strikes in taken.items())


@given(_contracts, _allowed, _prices, st.randoms(use_true_random=False))
def test_plan_does_not_depend_on_the_order_of_what_is_wanted(contracts, allowed, prices, rng):
    shuffled = list(contracts)
    rng.shuffle(shuffled)

    assert _plan(shuffled, allowed, prices) == _plan(contracts, allowed, prices)


@given(_contracts, _allowed, st.integers(0, 70), _prices)
def test_plan_larger_allowance_keeps_what_a_smaller_one_streams(contracts, first, second, prices):
    smaller = _plan(contracts, min(first, second), prices).streamed
    larger = _plan(contracts, max(first, second), prices).streamed

    assert larger[: len(smaller)] == smaller


def test_plan_near_the_money_and_near_in_time_come_first():
    wanted = [
        _contract("SPXW", days, strike, right, 100.0)
        for days in (7, 365)
        for strike in (4000.0, 4950.0, 5000.0, 6000.0)
        for right in Right
    ]

    plan = _plan(wanted, 4, {"US:SPX": 4980.0})

    near = _TODAY + timedelta(days=7)
    assert set(plan.streamed) == {
        f"OPRA:{osi('SPXW', near, right, strike)}" for right in Right for strike in (4950.0, 5000.0)
    }


def test_plan_open_interest_decides_between_equals():
    wanted = [
        _contract("SPXW", 30, strike, right, held)
        for strike, held in ((5000.0, 10.0), (4900.0, 0.0), (5102.04, 50_000.0))
        for right in Right
    ]

    plan = _plan(wanted, 4, {"US:SPX": 5000.0})

    assert {c.strike for c in wanted if c.symbol in plan.streamed} == {5000.0, 5102.04}
