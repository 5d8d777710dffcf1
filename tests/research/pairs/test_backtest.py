from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.model.errors import BadInput, NoData
from quantdeck.research.pairs.backtest import backtest
from quantdeck.trading.costs import Costs
from tests.research.pairs.samples import HOUR_NS, free_rules, pair_of

Y = [10.0, 10.1, 10.0, 9.0, 9.5, 10.0, 10.0]
"""The score is -1.15 at row 3: bought at row 4, sold at row 5."""


FALLING = [*Y[:4], 8.5, 8.2, 8.1]
"""Bought at row 4, and no exit."""


def test_backtest_gains_what_the_spread_does_between_the_fills() -> None:
    result = backtest(pair_of(Y), free_rules())

    (trade,) = result.trades
    quantity = 1_000.0 / 19.0
    assert (trade.side, trade.entry_row, trade.exit_row, trade.reason) == (1, 4, 5, "exit")
    assert (trade.entry_ns, trade.exit_ns, trade.hold) == (4 * HOUR_NS, 5 * HOUR_NS, 1)
    assert (trade.quantity_y, trade.quantity_x) == pytest.approx((quantity, -quantity))
    assert trade.net == pytest.approx(0.5 * quantity)
    assert result.equity == pytest.approx([1_000.0] * 5 + [1_000.0 + 0.5 * quantity] * 2)
    assert result.net == pytest.approx(trade.net)
    assert result.position.tolist() == [0, 0, 0, 0, 1, 0, 0]


def test_backtest_fills_at_opens_where_there_are_any() -> None:
    opens = [10.0, 10.0, 10.0, 9.9, 9.1, 9.6, 10.0]

    result = backtest(pair_of(Y, y_open=opens, x_open=[10.0] * 7), free_rules())

    (trade,) = result.trades
    assert (trade.entry_y, trade.exit_y) == (9.1, 9.6)
    assert result.equity[4] == pytest.approx(1_000.0 + (9.5 - 9.1) * trade.quantity_y)


def test_backtest_charges_fees_and_slippage_on_both_legs_of_both_fills() -> None:
    costs = {"costs_y": Costs(taker_bp=10.0), "costs_x": Costs(half_spread_bp=2.0, slippage_bp=3.0)}

    result = backtest(pair_of(Y), free_rules(**costs))

    (trade,) = result.trades
    quantity = trade.quantity_y
    assert trade.fees == pytest.approx(quantity * (9.5 + 10.0) * 10e-4)
    assert trade.slippage == pytest.approx(2.0 * quantity * 10.0 * 5e-4)
    assert trade.net == pytest.approx(trade.gross - trade.fees - trade.slippage)
    assert (trade.entry_x, trade.exit_x) == (pytest.approx(9.995), pytest.approx(10.005))


def test_backtest_pays_funding_on_what_is_brought_into_the_row() -> None:
    rates = [0.0, 0.0, 0.0, 0.0, 1e-3, 1e-3, 1e-3]

    result = backtest(pair_of(Y, y_funding=rates), free_rules())

    (trade,) = result.trades
    assert trade.funding == pytest.approx(trade.quantity_y * 10.0 * 1e-3)
    assert result.funding.tolist() == pytest.approx([0.0] * 5 + [trade.funding] * 2)


def test_backtest_of_a_short_leg_receives_funding() -> None:
    result = backtest(pair_of(Y, x_funding=[1e-3] * 7), free_rules())

    (trade,) = result.trades
    assert trade.funding == pytest.approx(trade.quantity_x * 10.0 * 1e-3)
    assert trade.funding < 0.0


def test_backtest_leaves_open_what_is_held_at_the_end_and_values_it() -> None:
    result = backtest(pair_of(FALLING), free_rules(costs_y=Costs(taker_bp=5.0)))

    (trade,) = result.trades
    assert (trade.reason, trade.hold) == ("open", 2)
    assert {trade.exit_row, trade.exit_ns, trade.exit_y, trade.exit_x, trade.exit_zscore} == {None}
    assert trade.fees == pytest.approx(trade.quantity_y * 8.5 * 5e-4)
    assert result.net == pytest.approx(trade.quantity_y * (8.1 - 8.5) - trade.fees)


def test_backtest_closes_at_the_end_where_that_is_asked_for() -> None:
    result = backtest(pair_of(FALLING), free_rules(), close_at_end=True)

    (trade,) = result.trades
    assert (trade.reason, trade.exit_row) == ("end", 6)
    assert result.position[-1] == 0


def test_backtest_over_rows_without_a_price_waits_and_keeps_its_money() -> None:
    prices = pair_of([*Y[:4], math.nan, *Y[4:6], math.nan, 10.0])

    result = backtest(prices, free_rules())

    (trade,) = result.trades
    assert (trade.entry_row, trade.exit_row, trade.hold) == (5, 6, 1)
    assert np.isnan(result.zscore[[4, 7]]).all()
    assert result.equity[7] == result.equity[6]
    assert result.usable.tolist() == [True] * 4 + [False, True, True, False, True]


def test_backtest_before_the_first_price_has_its_capital() -> None:
    result = backtest(pair_of([math.nan, *Y]), free_rules())

    assert result.equity[0] == 1_000.0
    assert result.trades[0].entry_row == 5


def test_backtest_from_a_start_decides_nothing_before_it() -> None:
    assert backtest(pair_of(Y), free_rules(), start=4).trades == ()
    assert len(backtest(pair_of(Y), free_rules(), start=3).trades) == 1


def test_returns_are_added_on_the_capital_of_a_trade() -> None:
    result = backtest(pair_of(Y), free_rules(), start=3)

    assert len(result.returns) == 4
    assert result.returns.sum() == pytest.approx(result.net / 1_000.0)


def test_backtest_of_too_few_rows_says_how_many_it_needs() -> None:
    with pytest.raises(
        NoData, match="2 of 3 rows can be traded; the windows of these rules need 3"
    ):
        backtest(pair_of([10.0, math.nan, 10.0]), free_rules())


def test_backtest_refuses_a_start_before_the_rows() -> None:
    with pytest.raises(BadInput, match="start"):
        backtest(pair_of(Y), free_rules(), start=-1)
