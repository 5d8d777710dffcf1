"""Laws that hold for every chain of options."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quantdeck.analytics.boxes import (
    BoxSearch,
    Convention,
    Side,
    convert_rate,
    discount_from_rate,
    monotone_convex,
    rate_from_discount,
)
from tests.reference.slow_boxes import SlowRules, band_by_linear_programme, slow_best

FEW = settings(max_examples=150)


@st.composite
def synthetic_chains(draw, *, has_gaps: bool = False, fewest: int = 2):
    """Strikes, and buy and sell prices about a line; some sides absent."""
    count = draw(st.integers(fewest, 14))
    steps = draw(st.lists(st.integers(1, 12), min_size=count, max_size=count))
    strikes = 5.0 * np.cumsum(steps)
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    discount = draw(st.floats(0.8, 1.02))
    mids = discount * (draw(st.floats(0, 400)) - strikes) + random.normal(0, 1, count)
    halves = random.uniform(0, 2, (2, count))
    buy, sell = mids + halves[0], mids - halves[1]
    if has_gaps:
        buy[random.random(count) < 0.15] = np.nan
        sell[random.random(count) < 0.15] = np.nan
    return strikes, buy, sell


@FEW
@given(
    chain=synthetic_chains(has_gaps=True),
    fees=st.sampled_from([0.0, 0.05, 0.7]),
    min_gap=st.sampled_from([0.0, 10.0, 45.0]),
    max_gap=st.sampled_from([50.0, 120.0, math.inf]),
)
def test_best_box_equals_the_best_of_all_pairs(chain, fees, min_gap, max_gap) -> None:
    search = BoxSearch(*chain, fees=fees, min_gap=min_gap, max_gap=max_gap)

    lend, borrow = search.best()

    expected = slow_best(*chain, SlowRules(fees, min_gap, max_gap))
    assert (lend.discount if lend else math.nan) == pytest.approx(expected[0], nan_ok=True)
    assert (borrow.discount if borrow else math.nan) == pytest.approx(expected[1], nan_ok=True)


@FEW
@given(chain=synthetic_chains(has_gaps=True), fees=st.sampled_from([0.0, 0.3]))
def test_best_partner_of_every_strike_contains_the_best_box(chain, fees) -> None:
    search = BoxSearch(*chain, fees=fees)

    for best, side in zip(search.best(), Side, strict=True):
        partners = search.partners(side)

        assert (best is None) == (not partners)
        if best is not None:
            assert partners[0].discount == pytest.approx(best.discount, rel=1e-12)
            assert len({pair.lower for pair in partners}) == len(partners)


@FEW
@given(chain=synthetic_chains(fewest=3))
def test_band_of_the_discount_equals_the_linear_programme(chain) -> None:
    lend, borrow = BoxSearch(*chain).best()
    assume(borrow.discount <= lend.discount)

    largest, smallest = band_by_linear_programme(*chain)

    assert lend.discount == pytest.approx(largest, abs=1e-7)
    assert borrow.discount == pytest.approx(smallest, abs=1e-7)


@FEW
@given(chain=synthetic_chains(fewest=3), left_out=st.integers(0, 13))
def test_another_quote_never_widens_the_band(chain, left_out) -> None:
    strikes, buy, sell = chain
    kept = np.arange(len(strikes)) != left_out % len(strikes)

    lend, borrow = BoxSearch(strikes, buy, sell).best()
    lend_before, borrow_before = BoxSearch(strikes[kept], buy[kept], sell[kept]).best()

    assert lend.discount <= lend_before.discount
    assert borrow.discount >= borrow_before.discount


@FEW
@given(chain=synthetic_chains(), at=st.integers(0, 13), shift=st.floats(-3, 3))
def test_search_after_an_update_equals_a_search_from_anew(chain, at, shift) -> None:
    strikes, buy, sell = chain
    at %= len(strikes)
    search = BoxSearch(strikes, buy, sell)
    search.best()

    search.update(at, buy[at] + shift, sell[at] + shift)

    moved = np.where(np.arange(len(strikes)) == at, shift, 0.0)
    assert search.best() == BoxSearch(strikes, buy + moved, sell + moved).best()


@FEW
@given(
    rate=st.floats(-0.02, 0.25),
    days=st.integers(1, 1900),
    convention=st.sampled_from(list(Convention)),
)
def test_discount_of_a_rate_gives_the_rate_back(rate, days, convention) -> None:
    discount = discount_from_rate(rate, days, convention)
    assume(discount > 0)

    assert rate_from_discount(discount, days, convention) == pytest.approx(rate, abs=1e-9)


@FEW
@given(
    rate=st.floats(0.001, 0.15),
    days=st.integers(1, 1900),
    pair=st.tuples(st.sampled_from(list(Convention)), st.sampled_from(list(Convention))),
)
def test_converting_a_rate_there_and_back_changes_nothing(rate, days, pair) -> None:
    there = convert_rate(rate, days, *pair)

    assert convert_rate(there, days, pair[1], pair[0]) == pytest.approx(rate, abs=1e-9)


@FEW
@given(
    gaps=st.lists(st.floats(0.05, 1.0), min_size=2, max_size=9),
    rates=st.lists(st.floats(-0.01, 0.1), min_size=9, max_size=9),
)
def test_forwards_keep_every_rate_and_are_its_derivative(gaps, rates) -> None:
    tau = np.cumsum(gaps)
    curve = monotone_convex(tau, rates[: len(tau)])

    grid = np.linspace(1e-6, tau[-1], 4001)
    forwards = curve.forward(grid)
    area = np.sum((forwards[1:] + forwards[:-1]) / 2 * np.diff(grid))

    assert curve.rate(tau) == pytest.approx(np.array(rates[: len(tau)]), abs=1e-12)
    assert area == pytest.approx(rates[len(tau) - 1] * tau[-1], abs=2e-3)
