from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.records.open import open_records
from quantdeck.trading import journal
from quantdeck.trading.exits import ExitRules
from tests.hub.exit_rig import Watcher
from tests.trading.paper import CALL, DEAR_CALL, NS, SHARE, buy, sell, spread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quantdeck.records.open import Records

STOP = ExitRules(stop_loss=0.1, confirm_s=2.0)
AAPL = SHARE.symbol


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = open_records(tmp_path)
    yield opened
    opened.close()


def held_at_100(records: Records, rules: ExitRules) -> Watcher:
    watcher = Watcher(records, rules)
    watcher.quote(100.0)
    watcher.trade(buy("a", 10))
    return watcher


def test_loss_that_lasts_is_closed_and_told_once(records: Records) -> None:
    watcher = held_at_100(records, STOP)

    asyncio.run(watcher.look(89.0, 88.0, 88.0, 88.0, 88.0))

    assert watcher.held == {}
    assert [alert.rule_name for alert in watcher.told] == ["paper entry", "paper exit"]
    assert watcher.told[0].message == "bought 10 US:AAPL at 100"
    assert "realised -120.00 before fees, -12.0 % of its cost" in watcher.told[1].message


def test_gap_through_the_stop_fills_at_the_quote_and_says_by_how_much(records: Records) -> None:
    watcher = held_at_100(records, STOP)

    asyncio.run(watcher.look(60.0, 60.0, 60.0, 55.0))

    order = watcher.book.account.order("exit:a:1")
    assert order.paid == -600
    assert order.ticket.note == "stop_loss: a loss of 40.0 % of its cost, beyond 10.0 %"


def test_flicker_below_the_stop_closes_nothing(records: Records) -> None:
    watcher = held_at_100(records, STOP)

    asyncio.run(watcher.look(89.0, 89.0, 95.0, 89.0, 89.0, 95.0))

    assert watcher.held == {AAPL: 10}


def test_single_quote_that_stands_for_long_closes_nothing(records: Records) -> None:
    watcher = held_at_100(records, STOP)

    async def stand() -> None:
        await watcher.look(80.0)
        for _ in range(4):
            watcher.clock.at_ns += NS
            await watcher.watch.step()

    asyncio.run(stand())

    assert watcher.watch.watched()[0].says == "beyond stop_loss for 4.0 s of 2 s"
    assert watcher.held == {AAPL: 10}


def test_stale_quote_decides_nothing_and_says_so(records: Records) -> None:
    watcher = held_at_100(records, STOP)

    async def wait() -> None:
        await watcher.look(80.0)
        watcher.clock.at_ns += 60 * NS
        await watcher.watch.step()

    asyncio.run(wait())

    (now,) = watcher.watch.watched()
    assert now.says == "the quote of US:AAPL is 60 s old: its price decides nothing meanwhile"
    assert now.value is None
    assert watcher.held == {AAPL: 10}


def test_restart_keeps_the_best_that_a_trailing_stop_counts_from(records: Records) -> None:
    rules = ExitRules(trailing=0.2, confirm_s=0.0)
    asyncio.run(held_at_100(records, rules).look(150.0))
    again = Watcher(records, rules)
    again.clock.at_ns = 60 * NS

    asyncio.run(again.look(131.0))
    before = again.held
    asyncio.run(again.look(129.0))

    assert before == {AAPL: 10}
    assert again.held == {}


def test_addition_keeps_the_best_in_money(records: Records) -> None:
    watcher = held_at_100(records, ExitRules(trailing=0.2, confirm_s=0.0))

    async def add() -> None:
        await watcher.look(150.0)
        watcher.trade(buy("b", 20))
        await watcher.look(149.0)

    asyncio.run(add())

    # 500 gained of 1,000 before, and of 4,000 now.
    assert watcher.watch.watched()[0].best == pytest.approx(0.125)
    assert watcher.held == {AAPL: 30}


def test_two_watches_of_one_account_close_once(records: Records) -> None:
    one = held_at_100(records, STOP)
    other = Watcher(records, ExitRules(take_profit=0.01, stop_loss=0.1, confirm_s=1.0))

    async def both() -> None:
        for bid in (80.0, 80.0, 80.0, 80.0):
            one.clock.at_ns += NS
            other.clock.at_ns = one.now_ns
            one.quote(bid)
            other.quote(bid)
            # Neither reads what the other has kept before it decides.
            await asyncio.gather(one.watch.step(), other.watch.step())
        one.book.refresh()
        one.fill()
        other.book.refresh()
        await asyncio.gather(one.watch.step(), other.watch.step())

    asyncio.run(both())

    assert one.held == {}
    exits = [o for o in one.book.account.orders() if o.ticket.origin == "exit rule"]
    assert [(o.ticket.id, o.filled) for o in exits] == [("exit:a:1", Decimal(10))]


def test_closing_order_that_fills_in_part_is_followed_by_no_other(records: Records) -> None:
    watcher = held_at_100(records, STOP)

    async def part() -> None:
        await watcher.look(80.0, 80.0)
        watcher.clock.at_ns += NS
        watcher.quote(80.0)
        await watcher.watch.step()
        top = watcher.tops[AAPL]
        watcher.tops[AAPL] = type(top)(AAPL, watcher.now_ns, 80.0, 80.0, 4.0, 4.0)
        watcher.fill()
        await watcher.watch.step()

    asyncio.run(part())
    waiting = watcher.watch.watched()[0].says
    asyncio.run(watcher.look(80.0))

    assert waiting == "its closing order waits for a fresh quote"
    assert watcher.held == {}
    assert len(watcher.book.account.orders()) == 2


def test_restart_with_a_closing_order_that_waits_places_no_other(records: Records) -> None:
    watcher = held_at_100(records, STOP)

    async def placed() -> None:
        for _ in range(3):
            watcher.clock.at_ns += NS
            watcher.quote(80.0)
            await watcher.watch.step()

    asyncio.run(placed())
    again = Watcher(records, STOP)
    again.clock.at_ns = watcher.now_ns

    asyncio.run(again.look(70.0, 70.0, 70.0, 70.0))

    exits = [o for o in again.book.account.orders() if o.ticket.origin == "exit rule"]
    assert [(o.ticket.id, o.paid) for o in exits] == [("exit:a:1", -700)]


def test_closing_order_that_was_cancelled_is_tried_again_after_a_while(records: Records) -> None:
    watcher = held_at_100(records, STOP)

    async def cancelled() -> None:
        for _ in range(3):
            watcher.clock.at_ns += NS
            watcher.quote(80.0)
            await watcher.watch.step()
        end = journal.Cancelled(ts_ns=watcher.now_ns, order_id="exit:a:1", why="no")
        watcher.book.commit(lambda _: [end])
        await watcher.look(80.0)

    asyncio.run(cancelled())
    says = watcher.watch.watched()[0].says
    asyncio.run(watcher.look(80.0, 80.0, 80.0, every_s=200.0))

    assert says == "its closing order was cancelled; tried again in 299 s"
    assert watcher.book.account.order("exit:a:2").state.value == "filled"
    assert watcher.held == {}


def test_package_is_closed_as_a_whole_on_fresh_quotes_of_all_legs(records: Records) -> None:
    watcher = Watcher(records, ExitRules(take_profit=0.5, confirm_s=0.0))
    watcher.quote(5.0, symbol=CALL.symbol)
    watcher.quote(2.0, symbol=DEAR_CALL.symbol)
    watcher.trade(spread("s", 2))

    async def rise() -> None:
        watcher.clock.at_ns += 6 * NS
        watcher.quote(9.0, symbol=CALL.symbol)
        await watcher.watch.step()
        stale = watcher.watch.watched()[0].says
        watcher.quote(2.0, symbol=DEAR_CALL.symbol)
        await watcher.watch.step()
        watcher.fill()
        assert stale.startswith(f"the quote of {DEAR_CALL.symbol} is 6 s old")

    asyncio.run(rise())

    assert watcher.held == {}
    assert watcher.book.account.order("exit:s:1").paid == -1400


def test_time_rule_closes_what_has_no_quote_once_there_is_one(records: Records) -> None:
    watcher = held_at_100(records, ExitRules(max_days=1.0))

    async def wait() -> None:
        watcher.clock.at_ns += 2 * 86_400 * NS
        await watcher.watch.step()

    asyncio.run(wait())
    placed = watcher.book.account.order("exit:a:1")
    watcher.quote(90.0)
    watcher.fill()

    assert placed.ticket.note == "max_days: held for 2.0 days"
    assert watcher.held == {}


def test_rules_of_a_position_go_before_those_of_its_strategy_and_end_with_it(
    records: Records,
) -> None:
    watcher = held_at_100(records, STOP)

    async def change() -> None:
        await watcher.look(100.0)
        await watcher.watch.set_rules("strategy:", ExitRules(stop_loss=0.3))
        await watcher.watch.set_rules(AAPL, ExitRules(stop_loss=0.5, confirm_s=0.0))
        await watcher.look(80.0, 80.0, 80.0)
        assert watcher.watch.rules_of(AAPL)[1] == "position:a"
        await watcher.look(49.0, 49.0)

    asyncio.run(change())

    assert watcher.held == {}
    assert list(records.exits.rules("paper")) == ["strategy:"]


def test_rules_of_what_is_not_held_are_refused(records: Records) -> None:
    watcher = held_at_100(records, STOP)
    watcher.trade(buy("b", 1, strategy="other"))
    asyncio.run(watcher.look(100.0))

    with pytest.raises(NoData, match="nothing is held of 'US:X'; held are: a, b"):
        asyncio.run(watcher.watch.set_rules("US:X", STOP))
    with pytest.raises(BadInput, match="held several times; name one of these: a, b"):
        watcher.watch.rules_of(AAPL)


def test_pair_is_left_to_its_strategy(records: Records) -> None:
    watcher = Watcher(records, STOP)
    watcher.quote(100.0)
    watcher.trade(buy("p", 10, strategy="pairs:x"))

    asyncio.run(watcher.look(50.0, 50.0, 50.0, 50.0))

    assert watcher.watch.watched()[0].says == "its strategy closes it itself"
    assert watcher.held == {AAPL: 10}


def test_halted_account_closes_nothing_and_says_so(records: Records) -> None:
    watcher = held_at_100(records, STOP)
    watcher.book.commit(lambda _: [journal.Halted(ts_ns=0, why="lunch")])

    asyncio.run(watcher.look(50.0, 50.0, 50.0, 50.0))

    assert watcher.watch.watched()[0].says == "trading is halted, exits too: lunch"
    assert watcher.held == {AAPL: 10}


def test_restart_tells_of_nothing_twice(records: Records) -> None:
    asyncio.run(held_at_100(records, STOP).look(100.0))
    records.alerts.clear()
    again = Watcher(records, STOP)

    asyncio.run(again.look(100.0))

    assert again.told == []


def test_trade_is_told_later_where_the_records_refuse_at_first(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = held_at_100(records, STOP)
    refusals = [StoreError("full")]
    kept = records.alerts.add_fired

    def refuse(alert, channels):
        if refusals:
            raise refusals.pop()
        return kept(alert, channels)

    monkeypatch.setattr(records.alerts, "add_fired", refuse)
    with pytest.raises(StoreError):
        asyncio.run(watcher.look(100.0))

    asyncio.run(watcher.look(100.0))

    assert [alert.message for alert in records.alerts.fired(limit=9)] == [
        "bought 10 US:AAPL at 100"
    ]


def test_lists_are_written_after_trades_alone(records: Records) -> None:
    watcher = held_at_100(records, STOP)
    asyncio.run(watcher.look(100.0, 100.0, every_s=20.0))
    before = watcher.written

    watcher.trade(sell("x", 5))
    asyncio.run(watcher.look(100.0, 100.0, every_s=20.0))

    assert (before, watcher.written) == (1, 2)


def test_channel_that_is_down_keeps_nothing_from_being_closed_and_is_told_later(
    records: Records,
) -> None:
    watcher = held_at_100(records, STOP)
    (slack,) = watcher.channels
    slack.is_down = True

    async def close() -> None:
        await watcher.look(80.0, 80.0, 80.0, 80.0)
        await watcher.watch.send_alerts(once=True)
        assert watcher.held == {}
        slack.is_down = False
        await watcher.watch.send_alerts(once=True)
        at_once = list(slack.sent)
        watcher.clock.at_ns += 60 * NS
        await watcher.watch.send_alerts(once=True)
        await watcher.watch.send_alerts(once=True)
        assert at_once == []

    asyncio.run(close())

    assert [alert.rule_name for alert in slack.sent] == ["paper entry", "paper exit"]
