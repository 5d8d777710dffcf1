from __future__ import annotations

import math
from decimal import Decimal

import pytest

from quantdeck.model.errors import BadInput
from quantdeck.trading.costs import Costs
from quantdeck.trading.fills import fill_order
from quantdeck.trading.limits import Limits
from quantdeck.trading.orders import Liquidity, Order, Side, order_for

COSTS = Costs(taker_bp=5.0, maker_bp=-1.0, half_spread_bp=1.0, slippage_bp=1.0)


def buy(quantity: float = 2.0) -> Order:
    return Order("A", Side.BUY, quantity, 5, "entry")


def test_fill_order_of_a_taker_pays_spread_slippage_and_fee() -> None:
    fill = fill_order(buy(), 100.0, COSTS, ts_ns=6)

    assert fill.quantity == 2
    assert fill.price == Decimal("100.02")
    assert fill.fee == Decimal("0.10002")
    assert fill.slippage == Decimal("0.04")


def test_fill_order_of_a_sale_slips_downwards_and_costs_as_much() -> None:
    fill = fill_order(Order("A", Side.SELL, 2.0, 5), 100.0, COSTS, ts_ns=6)

    assert fill.price == Decimal("99.98")
    assert fill.slippage == Decimal("0.04")


def test_fill_order_of_a_maker_trades_at_the_price_that_is_seen() -> None:
    fill = fill_order(buy(), 100.0, COSTS, ts_ns=6, liquidity=Liquidity.MAKER)

    assert fill.price == 100
    assert fill.fee == Decimal("-0.02")


def test_fill_order_cuts_to_lots() -> None:
    fill = fill_order(buy(2.7), 100.0, COSTS, ts_ns=6, limits=Limits(lot=0.5))

    assert fill.quantity == Decimal("2.5")


@pytest.mark.parametrize("price", [0.0, -1.0, math.nan, math.inf])
def test_fill_order_refuses_a_price_that_is_none(price: float) -> None:
    with pytest.raises(BadInput, match="finite and positive"):
        fill_order(buy(), price, COSTS, ts_ns=6)


def test_fill_order_refuses_less_than_a_lot() -> None:
    with pytest.raises(BadInput, match="less than one lot"):
        fill_order(buy(0.3), 100.0, COSTS, ts_ns=6, limits=Limits(lot=0.5))


def test_fill_order_refuses_what_is_beyond_a_limit() -> None:
    with pytest.raises(BadInput, match="beyond its limits"):
        fill_order(buy(), 100.0, COSTS, ts_ns=6, limits=Limits(max_notional=199.0))


def test_fill_order_refuses_to_be_earlier_than_its_order() -> None:
    with pytest.raises(BadInput, match="before it was decided"):
        fill_order(buy(), 100.0, COSTS, ts_ns=4)


@pytest.mark.parametrize("quantity", [0.0, -1.0, math.nan, math.inf])
def test_orders_of_no_quantity_are_refused(quantity: float) -> None:
    with pytest.raises(BadInput, match="positive quantity"):
        Order("A", Side.BUY, quantity, 0)


def test_order_for_a_change_takes_the_side_of_its_sign() -> None:
    assert [order_for("A", change, ts_ns=0).signed for change in (1.5, -1.5)] == [1.5, -1.5]
