from __future__ import annotations

from decimal import Decimal

import pytest

from quantdeck.trading.costs import Costs
from quantdeck.trading.matching import ShownSizes, match
from quantdeck.trading.tickets import OrderKind
from tests.trading.paper import CALL, DEAR_CALL, NS, buy, market, sell, spread, top


def test_market_order_crosses_the_spread() -> None:
    bought = match(buy("a"), Decimal(10), market(top()))
    sold = match(sell("a"), Decimal(10), market(top()))

    assert [each.fills[0].price for each in (bought, sold)] == [101, 99]
    assert bought.fills[0].quantity == 10


def test_fill_is_worse_by_slippage_and_pays_a_fee() -> None:
    costs = Costs(taker_bp=10.0, slippage_bp=100.0)

    fill = match(buy("a"), Decimal(10), market(top(), costs=costs)).fills[0]

    assert (fill.price, fill.reference) == (Decimal("102.01"), 101)
    assert fill.fee == Decimal("1.0201")


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        (top(bid=None, ask=None), "nobody asks"),
        (top(ask=float("nan")), "nobody asks"),
        (top(ask=0.0), "nobody asks"),
        (top(bid=102.0), "crossed"),
        (top(size=0.0), "no size"),
        (top(ts_ns=-6 * NS), "6 s old"),
        (top("US:OTHER"), "no quote of US:AAPL"),
    ],
)
def test_nothing_trades_against_what_is_no_quote(shown, why: str) -> None:
    found = match(buy("a"), Decimal(10), market(shown))

    assert found.packages == 0
    assert found.fills == ()
    assert why in found.why_not


def test_order_trades_by_the_size_that_is_shown_and_says_what_is_left() -> None:
    found = match(buy("a"), Decimal(10), market(top(size=4.0)))

    assert (found.packages, found.fills[0].quantity) == (4, 4)
    assert "6 left" in found.why_not


def test_size_trades_once_until_the_market_says_anew() -> None:
    shown = ShownSizes()

    first = match(buy("a"), Decimal(3), market(top(size=4.0), shown=shown))
    second = match(buy("b"), Decimal(3), market(top(size=4.0), shown=shown))
    third = match(buy("b"), Decimal(2), market(top(size=4.0), shown=shown))
    fourth = match(buy("b"), Decimal(2), market(top(size=4.0, ts_ns=1), now_ns=1, shown=shown))

    assert [each.packages for each in (first, second, third, fourth)] == [3, 1, 0, 2]
    assert third.why_not == "no size is left at the price shown"


def test_limit_holds_after_slippage() -> None:
    costs = Costs(slippage_bp=100.0)
    ticket = buy("a", limit=Decimal("102.0"))

    above = match(ticket, Decimal(10), market(top(), costs=costs))
    within = match(ticket, Decimal(10), market(top(ask=100.9), costs=costs))

    assert above.why_not == "it would cost 102.01, above the limit 102"
    assert within.fills[0].price == Decimal("101.909")


def test_limit_of_a_sale_waits_for_a_bid_as_good() -> None:
    ticket = sell("a", limit=Decimal(100))

    assert match(ticket, Decimal(10), market(top())).packages == 0
    assert match(ticket, Decimal(10), market(top(bid=100.0))).packages == 10


def test_stop_waits_for_its_price_then_trades_at_once() -> None:
    ticket = sell("a", stop=Decimal(95))

    before = match(ticket, Decimal(10), market(top()))
    at = match(ticket, Decimal(10), market(top(bid=94.0)))
    after = match(ticket, Decimal(10), market(top()), is_triggered=True)

    assert (before.packages, before.is_triggered) == (0, False)
    assert before.why_not == "the bid 99.0 has not reached the stop 95"
    assert (at.fills[0].price, at.is_triggered) == (94, True)
    assert after.packages == 10


def test_legs_trade_together_in_contracts_of_a_hundred() -> None:
    quotes = top(CALL.symbol, 6.0, 6.2), top(DEAR_CALL.symbol, 2.0, 2.1)

    found = match(spread("a"), Decimal(2), market(*quotes))

    assert [(f.quantity, f.price) for f in found.fills] == [(200, Decimal("6.2")), (-200, 2)]


def test_legs_trade_not_at_all_where_one_cannot() -> None:
    quotes = top(CALL.symbol, 6.0, 6.2), top(DEAR_CALL.symbol, None, 2.1)

    assert match(spread("a"), Decimal(2), market(*quotes)).why_not.startswith("nobody bids")


def test_limit_of_a_package_is_on_its_net_price() -> None:
    quotes = top(CALL.symbol, 6.0, 6.2), top(DEAR_CALL.symbol, 2.0, 2.1)
    cheap, dear = (
        spread("a", kind=OrderKind.LIMIT, limit=Decimal(limit)) for limit in ("4.1", "4.2")
    )

    assert match(cheap, Decimal(2), market(*quotes)).packages == 0
    assert match(dear, Decimal(2), market(*quotes)).packages == 2


def test_package_is_as_large_as_the_scarcest_leg_allows() -> None:
    quotes = top(CALL.symbol, 6.0, 6.2, 50.0), top(DEAR_CALL.symbol, 2.0, 2.1, 1.0)

    assert match(spread("a"), Decimal(2), market(*quotes)).packages == 1
