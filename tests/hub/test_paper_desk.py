from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from quantdeck.hub.paper_book import PaperBook
from quantdeck.hub.paper_terms import terms_of
from quantdeck.model.errors import BadInput, Conflict, NoData, StoreError
from quantdeck.trading.guard import Guard
from quantdeck.trading.journal import Deposited, Divided, Placed
from quantdeck.trading.tickets import OrderState, TimeInForce
from tests.hub.paper_rig import AAPL, BTC, PaperRig, looped


@pytest.fixture
def rig():
    return PaperRig()


@looped
async def test_a_market_order_trades_at_once_at_the_other_side(rig) -> None:
    rig.market.show(bid=99.0, ask=101.0)

    order = await rig.desk.place(rig.buy())

    assert (order.state, order.paid) == (OrderState.FILLED, 101)
    assert rig.desk.account.cash == 10_000 - 101
    assert rig.desk.positions()[0].unrealised == -2


@looped
async def test_what_is_shown_fills_a_part_and_the_rest_with_the_next_quote(rig) -> None:
    rig.market.show(size=0.4)
    first = await rig.desk.place(rig.buy())
    assert (first.state, first.filled) == (OrderState.WORKING, Decimal("0.4"))
    assert rig.desk.waiting == {"a": "no size is left at the price shown"}

    rig.turn(1)
    rig.market.show(size=5.0)
    await _until(rig, lambda: rig.desk.account.order("a").state is OrderState.FILLED)

    assert rig.desk.account.positions()[BTC].quantity == 1


@looped
async def test_a_stale_quote_fills_nothing_and_says_so(rig) -> None:
    rig.market.show()
    rig.turn(12)

    order = await rig.desk.place(rig.buy())

    assert order.state is OrderState.WORKING
    assert rig.desk.waiting["a"] == f"the quote of {BTC} is 12 s old"


@looped
async def test_an_order_beyond_a_limit_is_refused_by_its_name() -> None:
    rig = PaperRig(guard=Guard(max_exposure=Decimal(90)))
    rig.market.show()

    preview = await rig.desk.preview(rig.buy())
    order = await rig.desk.place(rig.buy())

    assert preview.refusal is not None
    assert preview.refusal.limit == "max_exposure"
    assert (order.state, order.limit) == (OrderState.REFUSED, "max_exposure")
    assert "90.00" in order.why


@looped
async def test_a_preview_tells_cost_worst_loss_and_age_and_places_nothing(rig) -> None:
    rig.market.show(size=0.5)
    rig.turn(2)

    seen = await rig.desk.preview(rig.buy(quantity="2"))

    assert (seen.cost, seen.risk, seen.cash_after, seen.age_s) == (202, 202, 10_000 - 202, 2.0)
    assert seen.why_waits == "1.5 left: no more size is shown"
    assert seen.refusal is None
    assert rig.desk.account.orders() == []


@looped
async def test_a_short_sale_has_no_largest_loss(rig) -> None:
    rig.market.show()

    seen = await rig.desk.preview(rig.sell())

    assert seen.is_unlimited
    assert seen.risk is None


@looped
async def test_the_same_order_again_does_nothing_and_another_of_its_name_is_refused(rig) -> None:
    rig.market.show()
    await rig.desk.place(rig.buy())
    rig.turn(60)

    again = await rig.desk.place(rig.buy())

    assert again.filled == 1
    assert rig.desk.account.positions()[BTC].quantity == 1
    with pytest.raises(Conflict, match="another order 'a'"):
        await rig.desk.place(rig.buy(quantity="2"))


@looped
async def test_orders_and_the_curve_survive_a_restart(rig) -> None:
    rig.market.show()
    await rig.desk.place(rig.buy(limit=90, tif=TimeInForce.GTC))
    await rig.desk.look()

    again = rig.start()

    assert [order.ticket.id for order in again.account.open_orders()] == ["a"]
    assert again.equity_points().equity.tolist() == [10_000.0]
    rig.turn(1)
    rig.market.show(bid=88.0, ask=90.0)
    await _until(rig, lambda: again.account.order("a").state is OrderState.FILLED)


@looped
async def test_an_order_for_the_day_expires(rig) -> None:
    rig.market.show()
    await rig.desk.place(rig.buy(limit=90))

    rig.turn(86_400)
    await _until(rig, lambda: not rig.desk.account.open_orders())

    assert rig.desk.account.order("a").state is OrderState.EXPIRED


@looped
async def test_two_processes_on_one_account_stay_in_step(rig) -> None:
    other = PaperBook(rig.accounts, "main")
    rig.market.show()
    paid_in = Deposited(ts_ns=rig.clock.ns, money=Decimal(5))
    other.commit(lambda _: [paid_in])

    await rig.desk.place(rig.buy())
    other.refresh()
    await rig.desk.look()

    assert rig.desk.account.cash == other.account.cash == 10_000 + 5 - 101
    assert rig.desk.account.count == other.account.count


@looped
async def test_what_cannot_be_kept_is_not_taken(rig, monkeypatch) -> None:
    rig.market.show()

    def refuse(*_, **__):
        raise StoreError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(rig.accounts, "append", refuse)
        with pytest.raises(StoreError):
            await rig.desk.place(rig.buy())

    assert rig.desk.account.orders() == []
    order = await rig.desk.place(rig.buy())
    assert order.state is OrderState.FILLED


@looped
async def test_the_kill_switch_stops_orders_until_they_are_let_again(rig) -> None:
    rig.market.show()
    await rig.desk.place(rig.buy("rests", limit=90))
    await rig.desk.halt("enough")

    refused = await rig.desk.place(rig.buy("b"))

    assert refused.state is OrderState.REFUSED
    assert "enough" in refused.why
    assert "halted" in rig.desk.waiting["rests"]
    await rig.desk.resume()
    taken = await rig.desk.place(rig.buy("c"))
    assert taken.state is OrderState.FILLED


@looped
async def test_closing_sells_what_no_open_order_closes(rig) -> None:
    rig.market.show()
    await rig.desk.place(rig.buy(quantity="3"))
    await rig.desk.place(rig.sell("rests", "1", limit=200))

    closed = await rig.desk.close(BTC)

    assert (closed.state, closed.filled) == (OrderState.FILLED, 2)
    with pytest.raises(Conflict, match="cancel them first"):
        await rig.desk.close(BTC)
    with pytest.raises(NoData):
        await rig.desk.close(AAPL)


@looped
async def test_cancelling_takes_every_open_order_back(rig) -> None:
    rig.market.show()
    await rig.desk.place(rig.buy("a", limit=90))
    await rig.desk.place(rig.buy("b", limit=91))

    taken = await rig.desk.cancel_all("tired")

    assert {order.state for order in taken} == {OrderState.CANCELLED}
    assert rig.desk.waiting == {}


@pytest.mark.parametrize(
    ("symbol", "quantity", "match"),
    [(AAPL, "0.5", "in steps of 1"), ("BINANCE:ETHBTC", "1", "kept in dollars")],
)
@looped
async def test_what_can_be_no_order_is_bad_input(rig, symbol, quantity, match) -> None:
    with pytest.raises(BadInput, match=match):
        await rig.desk.place(rig.buy(symbol=symbol, quantity=quantity))


@looped
async def test_a_clock_set_back_trades_on_and_keeps_the_account_in_order(rig) -> None:
    rig.market.show()
    await rig.desk.place(rig.buy("a"))
    rig.turn(-3600)
    rig.market.show(ns=rig.clock.ns)

    order = await rig.desk.place(rig.buy("b"))

    assert order.state is OrderState.FILLED
    assert rig.start().account.positions()[BTC].quantity == 2


@looped
async def test_an_order_of_another_process_trades_with_the_quote_that_is_there(rig) -> None:
    rig.market.show()
    await rig.desk.place(rig.buy("low", limit=90))
    other = PaperBook(rig.accounts, "main")
    placed = Placed(ts_ns=rig.clock.ns, ticket=rig.buy("b"), terms=(terms_of(BTC),))
    other.commit(lambda _: [placed])

    await rig.desk.look()
    await _until(rig, lambda: rig.desk.account.order("b").state is OrderState.FILLED)

    assert rig.desk.account.open_orders()[0].ticket.id == "low"


@looped
async def test_the_part_of_a_share_that_a_split_left_can_be_sold_with_the_rest(rig) -> None:
    rig.market.show(AAPL)
    await rig.desk.place(rig.buy(symbol=AAPL, quantity="5"))
    await rig.desk.commit(
        lambda _: [Divided(ts_ns=rig.clock.ns, symbol=AAPL, ratio=Decimal("1.5"))]
    )

    closed = await rig.desk.close(AAPL)

    assert (closed.state, closed.filled) == (OrderState.FILLED, Decimal("7.5"))
    assert rig.desk.positions() == []


@looped
async def test_the_day_of_the_loss_stop_begins_with_what_the_account_was_worth() -> None:
    rig = PaperRig(guard=Guard(max_day_loss=Decimal(50)))
    rig.market.show()
    await rig.desk.place(rig.buy())
    await rig.desk.look()
    rig.turn(86_400)
    rig.market.show(bid=40.0, ask=41.0)

    refused = await rig.desk.place(rig.buy("b"))

    assert rig.desk.day_start == 10_000 - 2
    assert refused.state is OrderState.REFUSED
    assert "lost 59.00 today" in refused.why
    assert rig.desk.limits()[0].used == 59
    closing = await rig.desk.close(BTC)
    assert closing.state is OrderState.FILLED


async def _until(rig, is_so) -> None:
    work = asyncio.create_task(rig.desk._work())
    try:
        for _ in range(500):
            if is_so():
                break
            await asyncio.sleep(0.002)
        else:
            pytest.fail("it did not come to that")
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
