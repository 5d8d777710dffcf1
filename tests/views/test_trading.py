"""What the Trading page shows of a paper account."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from quantdeck.trading.account import Standing
from quantdeck.trading.attribution import Attribution
from quantdeck.trading.books import Top
from quantdeck.trading.exit_now import WatchedNow
from quantdeck.trading.exits import ExitRules
from quantdeck.trading.guard import Refusal
from quantdeck.trading.holdings import Holding
from quantdeck.trading.ledger import Position
from quantdeck.trading.paper_now import LegPreview, LimitUse, Mark, PositionNow, Preview
from quantdeck.trading.tickets import OrderKind, OrderState, TicketLeg
from quantdeck.views import trading, trading_orders
from quantdeck.views.payloads import PanelState
from quantdeck.views.trading_exits import exits_by_symbol, exits_payload
from quantdeck.views.trading_page import legs_text, trade_link, trading_page
from quantdeck.views.trading_ticket import placed_text, preview_payload
from quantdeck.views.trading_words import kind_text, name_of, number, order_text
from tests.trading.paper import CALL, DEAR_CALL, SHARE, TERMS, buy, sell, spread
from tests.trading.test_attribution import executed

STATE = PanelState("demo", 0.0, "paper account")
ZERO = Decimal(0)


def position(quantity=10, mark: str | None = "103", **told) -> PositionNow:
    units, price = Decimal(quantity), None if mark is None else Decimal(mark)
    value = None if price is None else units * price
    return PositionNow(
        symbol=SHARE.symbol,
        terms=SHARE,
        quantity=units,
        units=units,
        unit_cost=Decimal(100),
        cost=units * 100,
        mark=Mark(SHARE.symbol, price, age_s=2.0, convention="bid", is_fresh=True, **told),
        value=value,
        unrealised=None if value is None else value - units * 100,
        realised=Decimal(5),
        fees=Decimal(1),
        funding=ZERO,
    )


def summary(positions, value="101000", equity=(100_000.0, 102_000.0)):
    rows = trading.summary_payload(
        STATE,
        value=None if value is None else Decimal(value),
        day_start=Decimal(100_000),
        cash=Decimal(50_000),
        positions=positions,
        ever=[Position("A", ZERO, ZERO, Decimal(7), Decimal(2), Decimal(-1))],
        equity=np.array(equity),
    ).rows
    return {row["id"]: row for row in rows}


def test_summary_adds_up_gains_and_tells_how_far_below_its_high_it_is():
    cards = summary([position(), position(mark="99")])

    assert (cards["unrealised"]["value"], cards["day"]["value"]) == (20.0, 1000.0)
    assert cards["equity"]["change"] == pytest.approx(0.01)
    assert cards["drawdown"]["value"] == pytest.approx(1 / 102)
    assert (cards["realised"]["value"], cards["fees"]["note"]) == (7.0, "carry 1.00")


def test_summary_without_a_mark_says_how_many_positions_lack_one():
    cards = summary([position(), position(mark=None)], value=None)

    assert cards["equity"]["value"] is None
    assert cards["unrealised"]["value"] is None
    assert cards["equity"]["note"] == "1 without price"


def test_positions_show_mark_age_and_exits():
    row = trading.positions_payload(
        [position(-10)], STATE, exits={SHARE.symbol: "stop loss 5 %"}
    ).rows[0]

    assert (row["side"], row["held"], row["unit"]) == ("short", 10.0, "shares")
    assert (row["mark"], row["at"], row["age"], row["quote"]) == (103.0, "bid", 2.0, "fresh")
    assert (row["return"], row["exits"]) == (pytest.approx(-0.03), "stop loss 5 %")


def test_positions_without_a_price_say_none():
    row = trading.positions_payload([position(mark=None)], STATE, exits={}).rows[0]

    assert (row["quote"], row["value"], row["return"]) == ("none", None, None)


def test_nothing_held_is_empty():
    assert trading.positions_payload([], STATE, exits={}).state.word == "empty"


@pytest.mark.parametrize(
    ("halted", "halt", "resume"), [("", "halt", None), ("by hand", None, "resume")]
)
def test_switch_offers_what_can_be_done(halted, halt, resume):
    row = trading.switch_payload(halted, STATE, waiting=2).rows[0]

    assert (row["halt"], row["resume"]) == (halt, resume)
    assert row["why"] == (halted or "2 open orders may trade")


def test_limits_tell_use_and_room():
    rows = trading.limits_payload(
        [
            LimitUse("max_symbol", SHARE.symbol, Decimal(1000), Decimal(250)),
            LimitUse("max_risk", "iron_condor", Decimal(50), None),
        ],
        STATE,
    ).rows

    assert (rows[0]["share"], rows[0]["room"]) == (0.25, 750.0)
    assert (rows[1]["of"], rows[1]["share"]) == ("iron condor", None)


def test_fills_come_newest_first_and_strategies_by_gain():
    book = Attribution()
    book.take([*executed(buy("1", 10, strategy="a"), 100), *executed(sell("2", 10), 99)])
    book.take(executed(buy("3", 10, strategy="iron_b"), 100))

    fills = trading.fills_payload(book.fills, STATE).rows
    strategies = trading.strategies_payload(book.results({SHARE.symbol: Decimal(101)}), STATE).rows

    assert [row["order"] for row in fills] == ["3", "2", "1"]
    assert fills[1]["realised"] == -10.0
    assert [row["strategy"] for row in strategies] == ["iron b", "a"]
    assert (strategies[1]["total"], strategies[1]["won"]) == (-12.0, 0.0)


def test_equity_is_drawn_with_its_drawdown():
    ts, equity = np.array([0, 60_000_000_000]), np.array([100.0, 90.0])

    drawn = trading.equity_payload(ts, equity, STATE)
    fall = trading.drawdown_payload(ts, equity, STATE)

    assert drawn.x.tolist() == [0, 60_000]
    assert fall.lines["drawdown"].tolist() == pytest.approx([0.0, -0.1])
    assert trading.drawdown_payload(ts[:0], equity[:0], STATE).state.word == "empty"


def test_open_orders_say_why_they_wait():
    order = Standing(buy("1", 10, limit=Decimal(90)), OrderState.WORKING, filled=Decimal(4))

    row = trading_orders.open_payload([order], STATE, waiting={"1": "above the limit"}).rows[0]

    assert (row["order"], row["kind"], row["filled"]) == ("buy 10 AAPL", "limit 90", 0.4)
    assert row["waits"] == "above the limit"


def test_ended_orders_tell_price_and_limit():
    filled = Standing(
        spread("1"), OrderState.FILLED, Decimal(2), Decimal(-300), Decimal(2), changed_ns=1
    )
    refused = Standing(sell("2"), OrderState.REFUSED, why="too much", changed_ns=2)

    rows = trading_orders.ended_payload(
        [filled, refused], STATE, terms_of=TERMS.__getitem__, limits={"2": "max_symbol"}
    ).rows

    assert [row["id"] for row in rows] == ["2", "1"]
    assert (rows[0]["limit"], rows[0]["why"]) == ("In one underlying", "too much")
    assert (rows[1]["price"], rows[1]["paid"]) == (-1.5, -300.0)


def preview(ticket=None, **told) -> Preview:
    made = ticket or buy("1", 10)
    legs = tuple(LegPreview(leg, 101.0, 5.0, 1.0) for leg in made.legs)
    return Preview(made, legs, Decimal(1010), Decimal(1), Decimal(1011), **told)


def lines(found: Preview, **how):
    tops = {each.leg.symbol: Top(each.leg.symbol, 0, 99.0, 101.0, 5.0, 6.0) for each in found.legs}
    rows = preview_payload(found, STATE, tops=tops, large_share=0.25, **how).rows
    return {row["id"]: row for row in rows}


def test_preview_tells_cost_quote_and_worst_loss():
    told = lines(preview(share=0.1, cash_after=Decimal(98_989)))

    assert told["order"]["value"] == "Buy 10 AAPL"
    assert (told["cost"]["value"], told["cost"]["verdict"]) == (1010.0, "cash after 98,989.00")
    assert told[SHARE.symbol]["value"] == "99 × 101"
    assert (told["risk"]["value"], told["limits"]["value"]) == (1011.0, "within all")
    assert told["would"]["value"] == "at once"


def test_preview_of_a_refused_order_names_the_limit():
    told = lines(preview(refusal=Refusal("max_symbol", "too much of it")))

    assert told["limits"]["value"] == "refused: in one underlying"
    assert told["limits"]["verdict"] == "too much of it"
    assert told["would"]["value"] == "no"


def test_preview_of_what_waits_says_why_and_of_a_short_sale_that_it_has_no_end():
    told = lines(preview(why_waits="the quote is 12 s old", is_unlimited=True, share=0.5))

    assert told["would"]["verdict"] == "the quote is 12 s old"
    assert told["risk"]["value"] == "no end"
    assert "asked again" in told["share"]["verdict"]


def test_preview_of_legs_has_a_line_for_each():
    told = lines(preview(spread("1", strategy="call_spread")), known_as="filled")

    assert told["order"]["value"] == "2 × call spread"
    assert told[DEAR_CALL.symbol]["title"] == "Sell AAPL 2026-12-18 110 C"
    assert told["limits"]["value"] == "placed before"


def test_question_about_a_large_order_says_share_and_worst_loss():
    assert placed_text(preview(share=0.5)) == (
        "Buy 10 AAPL, market? It is 50 % of the account. Worst loss: 1,011.00."
    )


def test_orders_are_said_as_traders_do():
    ticket = spread("1", limit=Decimal("-1.20"), kind=OrderKind.LIMIT)

    assert order_text(sell("1", "0.50")) == "sell 0.5 AAPL"
    assert kind_text(ticket) == "limit 1.2 received"
    assert kind_text(buy("1", stop=Decimal(5))) == "stop 5"
    assert name_of(CALL.symbol) == "AAPL 2026-12-18 100 C"
    assert number(Decimal("-1000.10")) == "−1,000.1"


def test_page_starts_with_the_first_symbol_and_links_fill_its_ticket():
    page = trading_page(SHARE.symbol)
    link = trade_link(legs_text(spread("1").legs, "call spread"), quantity="2")

    assert page.controls[0].default == "AAPL"
    assert {control.panel for control in page.controls} == {"trading.ticket"}
    assert link.startswith("/trading?what=call%20spread%3A%20%2B1%20OPRA")


def test_exits_tell_rules_and_where_they_are_from():
    holding = Holding(
        "1",
        (TicketLeg(CALL.symbol, 1), TicketLeg(DEAR_CALL.symbol, -1)),
        Decimal(2),
        (Decimal(1000), Decimal(-400)),
        0,
        "call_spread",
    )
    rules = ExitRules(stop_loss=0.5, days_to_expiry=2)
    watched = [WatchedNow(holding, rules, "strategy:call_spread", Decimal(660), 0.1, 0.2)]

    row = exits_payload(watched, STATE).rows[0]

    assert (row["cost"], row["gain"], row["scope"]) == (600.0, 0.1, "strategy call_spread")
    assert row["rules"] == "loss 50 % · 2 d to expiry"
    assert row["close"].startswith("/trading?what=call_spread%3A%20%2B1%20OPRA")
    assert row["close"].endswith("&side=sell&quantity=2")
    assert exits_by_symbol(watched)[CALL.symbol] == row["rules"]
    assert exits_payload([], STATE).state.word == "empty"
