from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.analytics.strategies import (
    Leg,
    LegKind,
    PayoffLine,
    Strategy,
    breakevens,
    extremes,
    payoff,
    payoff_line,
)
from quantdeck.model.errors import BadInput


def _strategy(*legs: Leg) -> Strategy:
    return Strategy("A strategy", legs)


CALL_SPREAD = _strategy(Leg("call", 100, 1, 6.0), Leg("call", 110, -1, 2.0))
CONDOR = _strategy(
    Leg("put", 90, 1, 0.5),
    Leg("put", 95, -1, 1.5),
    Leg("call", 105, -1, 1.5),
    Leg("call", 110, 1, 0.5),
)
STRADDLE = _strategy(Leg("call", 100, 1, 6.0), Leg("put", 100, 1, 5.0))


def test_payoff_of_a_spread_pays_its_width_less_its_cost() -> None:
    found = payoff(CALL_SPREAD, [[90.0, 100.0], [105.0, 200.0]])

    assert found.tolist() == [[-4.0, -4.0], [1.0, 6.0]]


def test_payoff_at_a_negative_price_is_absent() -> None:
    assert math.isnan(payoff(CALL_SPREAD, -1.0))


def test_payoff_with_shares_and_cash_counts_both() -> None:
    covered = _strategy(
        Leg("share", math.nan, 1, 100.0), Leg("call", 105, -1, 2.0), Leg("cash", math.nan, 3, 1.0)
    )

    assert payoff(covered, [0.0, 100.0, 120.0]).tolist() == [-98.0, 2.0, 7.0]


def test_payoff_in_money_of_today_discounts_what_is_paid_then() -> None:
    box = _strategy(
        Leg("call", 90, 1, 0.0),
        Leg("put", 90, -1, 0.0),
        Leg("call", 110, -1, 0.0),
        Leg("put", 110, 1, 19.0),
    )

    assert payoff(box, [0.0, 100.0, 300.0], discount=0.95).round(12).tolist() == [0.0, 0.0, 0.0]


def test_line_of_several_expiries_is_refused() -> None:
    calendar = _strategy(
        Leg("call", 100, -1, 2.0, expiry_days=30), Leg("call", 100, 1, 4.0, expiry_days=60)
    )

    with pytest.raises(BadInput, match="several expiries"):
        payoff_line(calendar)


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (CALL_SPREAD, (104.0,)),
        (STRADDLE, (89.0, 111.0)),
        (CONDOR, (93.0, 107.0)),
        (_strategy(Leg("share", math.nan, 1, 98.0)), (98.0,)),
        (_strategy(Leg("call", 100, -1, 3.0)), (103.0,)),
    ],
)
def test_breakevens_are_the_exact_zeros(strategy: Strategy, expected: tuple[float, ...]) -> None:
    assert breakevens(payoff_line(strategy)) == pytest.approx(expected)


def test_breakevens_of_a_stretch_at_nought_are_its_ends() -> None:
    reversal = _strategy(Leg("put", 95, -1, 2.0), Leg("call", 105, 1, 2.0))

    assert breakevens(payoff_line(reversal)) == (95.0, 105.0)


def test_breakevens_of_a_free_butterfly_are_its_wings() -> None:
    free = _strategy(Leg("call", 90, 1, 11.0), Leg("call", 100, -2, 6.5), Leg("call", 110, 1, 2.0))

    assert breakevens(payoff_line(free)) == (90.0, 110.0)


def test_breakevens_leave_out_a_price_that_only_touches_nought() -> None:
    touching = PayoffLine(np.array([0.0, 100.0]), np.array([100.0, 0.0]), 1.0)

    assert breakevens(touching) == ()


def test_breakevens_of_rounding_are_none() -> None:
    flat = PayoffLine(np.array([0.0, 90.0, 110.0]), np.array([1e-15, -1e-15, 1e-14]), 0.0)

    assert breakevens(flat) == ()


def test_breakevens_at_a_target_divide_what_exceeds_it() -> None:
    assert breakevens(payoff_line(CALL_SPREAD), target=3.0) == pytest.approx((107.0,))


@pytest.mark.parametrize(
    ("strategy", "loss", "profit"),
    [
        (CALL_SPREAD, 4.0, 6.0),
        (CONDOR, 3.0, 2.0),
        (STRADDLE, 11.0, math.inf),
        (_strategy(Leg("call", 100, -1, 3.0)), math.inf, 3.0),
        (_strategy(Leg("put", 100, -1, 3.0)), 97.0, 3.0),
    ],
)
def test_extremes_are_those_of_the_bends_and_the_end(
    strategy: Strategy, loss: float, profit: float
) -> None:
    found = extremes(payoff_line(strategy))

    assert (found.max_loss, found.max_profit) == (loss, profit)
    assert found.loss_is_unlimited is math.isinf(loss)
    assert found.profit_is_unlimited is math.isinf(profit)


def test_extremes_of_what_never_loses_have_no_loss() -> None:
    assert extremes(PayoffLine(np.array([0.0]), np.array([2.0]), 0.0)).max_loss == 0.0


@pytest.mark.parametrize(
    ("prices", "profits"),
    [
        ([1.0, 2.0], [0.0, 0.0]),
        ([0.0, 0.0], [0.0, 0.0]),
        ([0.0, 1.0], [0.0]),
        ([0.0, 1.0], [0.0, math.nan]),
    ],
)
def test_line_that_is_none_is_refused(prices: list[float], profits: list[float]) -> None:
    with pytest.raises(BadInput):
        PayoffLine(np.array(prices), np.array(profits), 0.0)


@pytest.mark.parametrize(
    ("leg", "field"),
    [
        ({"kind": "future"}, "kind"),
        ({"strike": math.nan}, "strike"),
        ({"strike": -5.0}, "strike"),
        ({"premium": -1.0}, "premium"),
        ({"quantity": math.inf}, "quantity"),
    ],
)
def test_leg_that_cannot_be_is_refused_by_field(leg: dict[str, object], field: str) -> None:
    given = {"kind": "call", "strike": 100.0, "quantity": 1.0, "premium": 2.0, **leg}

    with pytest.raises(BadInput) as caught:
        Leg(**given)

    assert caught.value.field == field


def test_leg_of_a_word_knows_its_kind() -> None:
    assert Leg("put", 90, 1, 2.0).kind is LegKind.PUT


def test_strategy_without_legs_is_refused() -> None:
    with pytest.raises(BadInput, match="at least one leg"):
        Strategy("Nothing", ())


def test_strategy_whose_options_half_say_when_they_expire_is_refused() -> None:
    with pytest.raises(BadInput, match="expire"):
        _strategy(Leg("call", 100, 1, 2.0, expiry_days=30), Leg("call", 110, -1, 1.0))


def test_strategy_times_a_count_costs_as_many_times_as_much() -> None:
    assert CONDOR.times(-3).cost == -3 * CONDOR.cost == 6.0
