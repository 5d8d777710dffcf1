"""Loans and deposits out of boxes."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from quantdeck.analytics.boxes import BoxRules, Side, plan_boxes, rate_of_chain
from quantdeck.model.errors import BadInput, NoData
from tests.analytics.boxes.quoted import AT_NS, line_chain

RULES = BoxRules(fee_per_contract=0.65)
HORIZON = date(2026, 12, 21)


def _expiries(*chains):
    return [(chain, rate_of_chain(chain, AT_NS, RULES)) for chain in chains]


def _plans(side, amount=100_000.0, *, expiries=None, rules=RULES, horizon=HORIZON):
    return plan_boxes(
        expiries or _expiries(line_chain()), rules, side=side, amount=amount, horizon=horizon
    )


def test_deposit_never_costs_more_than_the_amount() -> None:
    for plan in _plans(Side.LEND):
        one_more = plan.now / plan.contracts * (plan.contracts + 1)

        assert plan.now <= plan.amount < one_more


def test_loan_always_brings_the_amount() -> None:
    for plan in _plans(Side.BORROW):
        one_less = plan.now / plan.contracts * (plan.contracts - 1)

        assert one_less < plan.amount <= plan.now


@pytest.mark.parametrize("side", list(Side))
def test_plan_adds_up(side) -> None:
    plan = _plans(side)[0]

    box = plan.box
    sign = 1 if side is Side.LEND else -1
    each = (box.price + sign * 4 * 0.65 / 100) * 100
    assert plan.now == pytest.approx(plan.contracts * each)
    assert plan.repayment == plan.contracts * box.width * 100
    assert plan.fees == pytest.approx(plan.contracts * 2.6)
    assert plan.simple_rate == pytest.approx((plan.repayment / plan.now - 1) * 365 / plan.days)
    assert (plan.start, plan.end, plan.days) == (date(2026, 6, 15), HORIZON, 189)


@pytest.mark.parametrize("side", list(Side))
def test_limit_trades_at_once_and_mid_is_better(side) -> None:
    plan = _plans(side)[0]

    sign = 1 if side is Side.LEND else -1
    assert sign * (plan.limit_price - plan.box.price) >= -1e-9
    assert sign * (plan.limit_price - plan.mid_price) > 0
    assert plan.limit_price / 0.05 == pytest.approx(round(plan.limit_price / 0.05))


def test_ticket_names_all_four_legs_with_their_side() -> None:
    plan = _plans(Side.BORROW)[0]

    head, *legs = plan.ticket.splitlines()
    assert head.startswith(f"SELL {plan.contracts} box SPX 2026-12-18 (AM)")
    assert "credit" in head
    assert [line.split()[0] for line in legs] == ["sell", "buy", "buy", "sell"]
    assert {line.split()[-1] for line in legs} == {"call", "put"}


def test_expiry_nearest_to_the_horizon_comes_first() -> None:
    far, near = line_chain(expiry=date(2027, 12, 17)), line_chain()

    plans = _plans(Side.LEND, expiries=_expiries(far, near))

    assert plans[0].end == HORIZON
    assert {plan.box.expiry.year for plan in plans} == {2026, 2027}


def test_what_can_be_traded_in_the_size_comes_before_what_cannot() -> None:
    thin = line_chain()
    sizes = np.ones(30)
    thin = replace(thin, calls=replace(thin.calls, bid_size=sizes, ask_size=sizes))
    deep = line_chain(expiry=date(2027, 3, 19))

    plans = _plans(Side.LEND, 300_000, expiries=_expiries(thin, deep))

    assert [plan.is_executable for plan in plans] == sorted(
        (plan.is_executable for plan in plans), reverse=True
    )
    assert plans[0].box.expiry == date(2027, 3, 19)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("amount", [49_300.0, 98_000.0, 130_000.0, 333_000.0, 1_000_000.0])
def test_first_plan_is_near_the_amount(side, amount) -> None:
    plan = _plans(side, amount)[0]

    assert abs(plan.now - amount) < 0.1 * amount


def test_amount_too_small_for_one_box_is_refused_with_the_reason() -> None:
    with pytest.raises(NoData, match="narrowest width"):
        _plans(Side.LEND, 300.0)


@pytest.mark.parametrize("amount", [0.0, -5.0, math.nan, math.inf])
def test_amount_that_is_not_positive_is_refused(amount) -> None:
    with pytest.raises(BadInput, match="must be positive"):
        _plans(Side.LEND, amount)


def test_expiries_without_a_sound_rate_are_refused() -> None:
    american = _expiries(line_chain(root="SPY"))

    with pytest.raises(NoData, match="sound rate"):
        _plans(Side.LEND, expiries=american)
