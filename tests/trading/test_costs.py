from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.model.errors import BadInput
from quantdeck.trading.costs import Costs, executed_price, funding_due, funding_rates

HOUR = 3_600_000_000_000


def test_executed_price_of_a_purchase_is_worse_by_half_spread_and_slippage() -> None:
    costs = Costs(half_spread_bp=2.0, slippage_bp=3.0)

    assert executed_price(100.0, 1.0, costs) == pytest.approx(100.05)


def test_executed_prices_of_sales_are_lower_and_those_of_no_trade_the_same() -> None:
    costs = Costs(slippage_bp=10.0)

    prices = executed_price(np.array([100.0, 100.0]), np.array([-1.0, 0.0]), costs)

    assert prices == pytest.approx([99.9, 100.0])


def test_costs_allow_a_rebate_for_makers_alone() -> None:
    assert Costs(maker_bp=-1.0).maker_bp == -1.0

    with pytest.raises(BadInput, match="taker_bp"):
        Costs(taker_bp=-1.0)


@pytest.mark.parametrize("value", [math.nan, math.inf, 5_000.0])
def test_costs_that_make_no_sense_are_refused(value: float) -> None:
    with pytest.raises(BadInput, match="slippage_bp"):
        Costs(slippage_bp=value)


def test_funding_rates_fall_due_at_the_times_of_payment() -> None:
    hours = np.array([7, 8, 9, 16]) * HOUR

    rates = funding_rates(hours, rate=1e-4, interval_ns=8 * HOUR)

    assert rates.tolist() == [0.0, 1e-4, 0.0, 1e-4]


def test_funding_rates_of_a_gap_are_added_up() -> None:
    hours = np.array([1, 25]) * HOUR

    rates = funding_rates(hours, rate=1e-4, interval_ns=8 * HOUR)

    assert rates.tolist() == [0.0, pytest.approx(3e-4)]


def test_funding_rates_can_be_paid_at_other_hours() -> None:
    hours = np.array([3, 4, 5]) * HOUR

    rates = funding_rates(hours, rate=1.0, interval_ns=8 * HOUR, phase_ns=4 * HOUR)

    assert rates.tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("times", "rate", "interval"), [([1, 1], 0.1, 1), ([1, 2], math.nan, 1), ([1, 2], 0.1, 0)]
)
def test_funding_rates_that_cannot_be_are_refused(times, rate, interval) -> None:
    with pytest.raises(BadInput):
        funding_rates(times, rate=rate, interval_ns=interval)


def test_funding_due_at_a_row_is_what_was_paid_since_the_row_before() -> None:
    due = funding_due([0, 10, 20, 30], [30, 11, 20, 0, 31], [1.0, 2.0, 4.0, 8.0, 16.0])

    assert due.tolist() == [0.0, 0.0, 6.0, 1.0]


def test_funding_due_of_payments_that_are_none_is_refused() -> None:
    with pytest.raises(BadInput, match="finite rate"):
        funding_due([0, 1], [1], [math.nan])
    with pytest.raises(BadInput, match="finite rate"):
        funding_due([0, 1], [1, 1], [0.1])
