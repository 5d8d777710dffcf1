"""Boxes with published prices, and what is known of every box."""

from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.analytics.boxes import (
    BoxPair,
    BoxRules,
    BoxSearch,
    Convention,
    PriceSelector,
    Side,
    best_boxes,
    build_box,
    discount_from_rate,
    rate_from_discount,
    rate_of_chain,
    top_table,
)
from quantdeck.model.errors import BadInput
from tests.analytics.boxes.quoted import AT_NS, box_chain, chain, line_chain, side

LEND = BoxPair(Side.LEND, 0, 1, math.nan)
BORROW = BoxPair(Side.BORROW, 0, 1, math.nan)
PLAIN = BoxRules()


def _box(lower, upper, price, *, pair=LEND, tau=1.0, rules=PLAIN):
    return build_box(box_chain(lower, upper, price), pair, at_ns=AT_NS, tau=tau, rules=rules)


@pytest.mark.parametrize(
    ("lower", "upper", "price", "days", "convention", "expected", "tolerance"),
    [
        (3700, 4000, 299.60, 31, Convention.SIMPLE_365, 0.01572, 5e-6),
        (3600, 4250, 648.75, 30, Convention.SIMPLE_365, 0.0234, 5e-5),
        (1750, 1850, 99.70, 122, Convention.SIMPLE_360, 0.00888, 5e-6),
        (1000, 2000, 958.00, 730, Convention.ANNUAL, 0.021686, 5e-6),
        (110, 120, 9.5, 365, Convention.SIMPLE_365, 0.05263, 5e-6),
        (5000, 7500, 2400.0, 365, Convention.SIMPLE_365, 0.041667, 1e-6),
        (5000, 6000, 950.0, 365, Convention.SIMPLE_365, 0.052632, 1e-6),
    ],
    ids=["bogleheads-300", "bogleheads-650", "cme-2014", "payoff-curve", "110-120", "app", "95"],
)
def test_rate_of_a_box_with_a_published_price_is_the_published_one(
    lower, upper, price, days, convention, expected, tolerance
) -> None:
    box = _box(lower, upper, price)

    assert rate_from_discount(box.discount, days, convention) == pytest.approx(
        expected, abs=tolerance
    )


def test_price_of_a_box_from_a_rate_is_the_published_one() -> None:
    price = 2500 * discount_from_rate(0.04, 365, Convention.SIMPLE_365)

    assert round(round(float(price) / 0.05) * 0.05, 2) == 2403.85


def test_box_of_four_published_legs_adds_up() -> None:
    legs = chain(
        [100, 2100], side([5176.15, 3180.0], [5176.15, 3180.0]), side([0.05] * 2, [0.05] * 2)
    )

    box = build_box(legs, LEND, at_ns=AT_NS, tau=0.05, rules=BoxRules())

    assert box.price == pytest.approx(1996.15)
    assert box.width / box.price - 1 == pytest.approx(0.0019287, abs=5e-7)


def test_box_of_european_options_is_worth_its_discounted_width() -> None:
    european = chain([55, 60], side([0.96, 0.26], [0.96, 0.26]), side([5.23, 9.46], [5.23, 9.46]))

    box = build_box(european, LEND, at_ns=AT_NS, tau=2 / 12, rules=BoxRules())

    assert box.price == pytest.approx(4.93)
    assert box.price == pytest.approx(5 * math.exp(-0.08 * 2 / 12), abs=0.01)


def test_box_of_american_options_costs_more_than_its_width() -> None:
    american = chain(
        [55, 60], side([0.96, 0.26], [0.96, 0.26]), side([5.44, 10.0], [5.44, 10.0]), root="SPY"
    )

    box = build_box(american, LEND, at_ns=AT_NS, tau=2 / 12, rules=BoxRules())

    assert box.price == pytest.approx(5.26)
    assert box.rate < 0


def test_fees_lower_the_lending_and_raise_the_borrowing_rate_by_fee_bp() -> None:
    rules = BoxRules(fee_per_contract=0.68)

    lend, borrow = (_box(3700, 4000, 299.60, pair=each, rules=rules) for each in (LEND, BORROW))
    free = _box(3700, 4000, 299.60)

    assert lend.fees == pytest.approx(0.0272)
    assert lend.rate == pytest.approx(free.rate - lend.fee_bp / 1e4)
    assert borrow.rate == pytest.approx(free.rate + borrow.fee_bp / 1e4)
    simple = rate_from_discount(lend.discount, 31, Convention.SIMPLE_365)
    assert simple == pytest.approx(0.01465, abs=1e-5)


def test_one_tick_of_a_hundred_wide_month_is_some_sixty_basis_points() -> None:
    box = _box(5000, 5100, 99.67, tau=30 / 365)

    assert box.tick_bp == pytest.approx(61, abs=0.5)
    assert "one tick is over 10 bp" in box.flags


@pytest.mark.parametrize("pair", [LEND, BORROW])
def test_payoff_of_a_box_is_its_width_wherever_the_underlying_settles(pair) -> None:
    box = _box(3700, 4000, 299.60, pair=pair, rules=BoxRules(fee_per_contract=1.0))

    payoffs = {round(box.payoff(price), 9) for price in np.linspace(0, 20_000, 801)}

    assert payoffs == {300.0 if pair is LEND else -300.0}
    sign = 1 if pair is LEND else -1
    assert box.max_loss == pytest.approx(sign * (box.price - box.width) + box.fees)


def test_legs_of_a_sold_box_are_those_of_a_bought_one_with_other_signs() -> None:
    bought, sold = _box(3700, 4000, 299.6), _box(3700, 4000, 299.6, pair=BORROW)

    assert [leg.quantity for leg in bought.legs] == [1, -1, -1, 1]
    assert [leg.quantity for leg in sold.legs] == [-1, 1, 1, -1]
    assert [leg.symbol for leg in bought.legs] == [leg.symbol for leg in sold.legs]
    assert bought.legs[1].symbol == "OPRA:SPX261218P03700000"


def test_size_age_and_volume_of_a_box_are_those_of_its_worst_leg() -> None:
    calls = side([900.0, 10.0], [901.0, 10.5], size=7, age_s=3, volume=5)
    puts = side([10.0, 110.0], [10.5, 111.0], size=30, age_s=9, volume=50)

    box = build_box(chain([5000, 6000], calls, puts), LEND, at_ns=AT_NS, tau=1, rules=BoxRules())

    assert (box.executable_size, box.oldest_leg_s, box.volume) == (7, 9, 5)


def test_size_that_is_not_known_is_said_and_not_guessed() -> None:
    calls = side([900.0, 10.0], [901.0, 10.5], size=math.nan)
    puts = side([10.0, 110.0], [10.5, 111.0])

    box = build_box(chain([5000, 6000], calls, puts), LEND, at_ns=AT_NS, tau=1, rules=BoxRules())

    assert math.isnan(box.executable_size)
    assert "a size is not known" in box.flags


def test_best_boxes_at_mid_are_better_than_natural_and_say_so() -> None:
    quoted, rules = line_chain(), BoxRules(price_selector=PriceSelector.MID)
    fit = rate_of_chain(quoted, AT_NS, BoxRules())

    lend, _ = best_boxes(quoted, fit, rules)

    assert lend.rate > fit.best_lend.rate
    assert "mid price, not an offer" in lend.flags


def test_best_boxes_beyond_the_largest_rate_give_way_to_the_next_best() -> None:
    quoted = line_chain(half=2.0)
    fit = rate_of_chain(quoted, AT_NS, BoxRules())
    limit = 0.9 * abs(fit.rate_lend)

    lend, _ = best_boxes(quoted, fit, BoxRules(max_abs_rate=limit))

    assert lend is None or lend.rate <= limit


def test_table_has_one_row_per_lower_strike_and_starts_with_the_best_box() -> None:
    quoted = line_chain()
    fit = rate_of_chain(quoted, AT_NS, BoxRules())

    table = top_table(quoted, fit, BoxRules(), side=Side.BORROW, rows=10)

    assert len({box.lower_strike for box in table}) == len(table) == 10
    assert table[0] == fit.best_borrow
    assert [box.rate for box in table] == sorted(box.rate for box in table)


def test_widths_outside_the_rules_are_not_offered() -> None:
    quoted, rules = line_chain(), BoxRules(min_gap=200, max_gap=400)
    fit = rate_of_chain(quoted, AT_NS, rules)

    table = top_table(quoted, fit, rules, side=Side.LEND)

    assert {200 <= box.width <= 400 for box in table} == {True}
    assert 200 <= fit.best_lend.width <= 400


def test_search_over_strikes_that_do_not_ascend_is_refused() -> None:
    prices = np.zeros(3)

    with pytest.raises(BadInput, match="must ascend"):
        BoxSearch(np.array([1.0, 3.0, 2.0]), prices, prices)


def test_search_over_arrays_of_different_lengths_is_refused() -> None:
    with pytest.raises(BadInput, match="one length"):
        BoxSearch(np.array([1.0, 3.0]), np.zeros(3), np.zeros(2))
