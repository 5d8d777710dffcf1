"""Orders and fills of a pair on quotes: at the side shown, by size, each once."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.model.errors import BadInput
from quantdeck.model.events import QUOTE_DTYPE, TRADE_DTYPE, Kind, Rows
from quantdeck.model.instruments import InstrumentKind
from quantdeck.research.pairs.arrivals import Arrivals
from quantdeck.research.pairs.on_quotes import MemoryBook
from quantdeck.research.pairs.plan import PairPlan, in_lots
from quantdeck.research.pairs.session import PairSession
from quantdeck.research.pairs.tickets import held_by, last_decision
from quantdeck.trading import journal
from quantdeck.trading.costs import Costs
from quantdeck.trading.fills import Fill
from quantdeck.trading.guard import Refusal
from quantdeck.trading.orders import Side
from quantdeck.trading.terms import Terms
from quantdeck.trading.tickets import single
from tests.research.pairs.samples import free_rules

S = 1_000_000_000
Y, X = "BINANCE:YUSDT", "BINANCE:XUSDT"
TERMS = {s: Terms(symbol=s, kind=InstrumentKind.SPOT, lot=Decimal("0.01")) for s in (Y, X)}
# Flat, then y too low: a long spread is decided by bar 3, left by bar 5.
CLOSES = [10.0, 10.1, 10.0, 9.0, 9.0, 10.0, 10.0]


def plan(**more: object) -> PairPlan:
    rules = in_lots(free_rules(), TERMS[Y], TERMS[X])
    usual = {"name": "Y/X", "y": Y, "x": X, "interval_ns": S, "rules": rules, "terms": TERMS}
    return PairPlan(**{**usual, **more})  # type: ignore[arg-type]


def trades(*rows: tuple[float, int, float]) -> Rows:
    out = np.zeros(len(rows), TRADE_DTYPE)
    for at, (seconds, leg, price) in enumerate(rows):
        out[at] = (int(seconds * S), int(seconds * S), at, price, 1.0, leg, 1, 0, b"")
    return out


def quotes(*rows: tuple[float, int, float, float, float]) -> Rows:
    out = np.zeros(len(rows), QUOTE_DTYPE)
    for at, (seconds, leg, bid, ask, size) in enumerate(rows):
        ns = int(seconds * S)
        out[at] = (ns, ns, at, bid, ask, size, size, leg, 0, b"")
    return out


def market(*, size: float = 1000.0) -> tuple[Rows, Rows]:
    # A trade of each leg in the middle of every second, a quote of each soon after its start.
    made = [(t + 0.5, leg, p) for t, y in enumerate(CLOSES) for leg, p in ((0, y), (1, 10.0))]
    shown = [
        (t + 0.2, leg, p - 0.01, p + 0.01, size)
        for t, y in enumerate([*CLOSES, 10.0])
        for leg, p in ((0, y), (1, 10.0))
    ]
    return trades(*made), quotes(*shown)


def run(book: MemoryBook, made: Rows, shown: Rows, *, more: PairPlan | None = None, **rest: object):
    session = PairSession(more or plan(), book, **rest)  # type: ignore[arg-type]
    session.take(Kind.TRADE, made, legs=(0, 1))
    session.take(Kind.QUOTE, shown, legs=(0, 1))
    session.advance(None)
    return session


def told(book: MemoryBook) -> list[tuple[str, str, str]]:
    return [
        (event.order_id.removeprefix("pairs:Y/X:"), f"{fill.quantity:.2f}", f"{fill.price:.2f}")
        for event in book.events
        if isinstance(event, journal.Executed)
        for fill in event.fills
    ]


def test_session_fills_both_legs_at_the_sides_they_cross() -> None:
    book = MemoryBook(Decimal(10_000))

    run(book, *market())

    assert told(book) == [
        ("3:entry:y", "52.63", "9.01"),
        ("3:entry:x", "-52.63", "9.99"),
        ("5:exit:y", "-52.63", "9.99"),
        ("5:exit:x", "52.63", "10.01"),
    ]
    assert book.account.positions() == {}


def test_session_fills_no_more_than_the_size_shown_and_goes_on_with_the_next_quote() -> None:
    book = MemoryBook(Decimal(10_000))

    run(book, *market(size=40.0))

    assert [each[:2] for each in told(book)][:4] == [
        ("3:entry:y", "40.00"),
        ("3:entry:x", "-40.00"),
        ("3:entry:x", "-12.63"),
        ("3:entry:y", "12.63"),
    ]


def test_session_left_before_all_was_filled_trades_back_what_was() -> None:
    book = MemoryBook(Decimal(10_000))

    run(book, *market(size=15.0))

    entered = [Decimal(q) for name, q, _ in told(book) if name == "3:entry:y"]
    cancelled = [e.order_id for e in book.events if isinstance(e, journal.Cancelled)]
    back = book.account.order("pairs:Y/X:5:exit:y")
    assert sum(entered) == back.ticket.quantity == Decimal(45)
    assert cancelled == ["pairs:Y/X:3:entry:y", "pairs:Y/X:3:entry:x"]


def test_session_given_stale_quotes_fills_nothing() -> None:
    made, shown = market()
    book = MemoryBook(Decimal(10_000))

    run(book, made, shown[shown["ts_recv"] < S], more=plan(fresh_s=2.0))

    assert told(book) == []
    assert "pairs:Y/X:3:entry:y" in {order.ticket.id for order in book.account.orders()}


def test_session_whose_limits_refuse_a_trade_places_neither_leg() -> None:
    book = MemoryBook(Decimal(10_000))

    run(book, *market(), refuse=lambda *_: Refusal("max_exposure", "too much"))

    refused = [event for event in book.events if isinstance(event, journal.Refused)]
    assert [(each.ticket.legs[0].symbol, each.limit) for each in refused] == [
        (Y, "max_exposure"),
        (X, "max_exposure"),
    ]
    assert told(book) == []


def test_session_halted_while_it_holds_leaves_once_trading_is_resumed() -> None:
    made, shown = market()
    book = MemoryBook(Decimal(10_000))
    session = PairSession(plan(), book)
    for kind, rows in ((Kind.TRADE, made), (Kind.QUOTE, shown)):
        session.take(kind, rows, legs=(0, 1))
    session.advance(5 * S)
    book.commit(lambda a: [journal.Halted(ts_ns=a.last_ns, why="stop")])
    session.advance(int(6.9 * S))
    book.commit(lambda a: [journal.Resumed(ts_ns=a.last_ns)])

    session.take(Kind.TRADE, trades((7.5, 0, 10.0), (7.5, 1, 10.0)), legs=(0, 1))
    more = quotes(
        (7.2, 0, 9.98, 10.0, 99.0), (7.2, 1, 9.98, 10.0, 99.0), (8.2, 0, 9.98, 10.0, 99.0)
    )
    session.take(Kind.QUOTE, more, legs=(0, 1))
    session.advance(None)

    names = [name for name, *_ in told(book)]
    assert names[:2] == ["3:entry:y", "3:entry:x"]
    assert {name.split(":")[1] for name in names[2:]} == {"rest"}
    assert book.account.positions() == {}


def test_session_begun_again_on_its_account_doubles_no_order() -> None:
    made, shown = market()
    book = MemoryBook(Decimal(10_000))
    run(book, made[made["ts_recv"] < 5 * S], shown[shown["ts_recv"] < 5 * S])
    before = len(book.events)

    run(book, made, shown)

    names = [event.ticket.id for event in book.events if isinstance(event, journal.Placed)]
    assert before == 5
    assert len(names) == len(set(names)) == 4
    assert book.account.positions() == {}


def test_session_of_which_a_leg_was_closed_by_hand_leaves_the_other_alone() -> None:
    made, shown = market()
    book = MemoryBook(Decimal(10_000))
    session = PairSession(plan(), book)
    for kind, rows in ((Kind.TRADE, made), (Kind.QUOTE, shown)):
        session.take(kind, rows, legs=(0, 1))
    session.advance(5 * S)
    by_hand = single("hand", Side.SELL, Y, Decimal("52.63"), placed_ns=5 * S, origin="close")
    fill = next(e.fills[0] for e in book.events if isinstance(e, journal.Executed))
    opposite = type(fill)(Y, 5 * S, -fill.quantity, fill.price, fill.reference, fill.fee)
    book.commit(
        lambda a: [
            journal.Placed(ts_ns=max(5 * S, a.last_ns), ticket=by_hand, terms=(TERMS[Y],)),
            journal.Executed(
                ts_ns=max(5 * S, a.last_ns),
                order_id="hand",
                packages=Decimal("52.63"),
                fills=(opposite,),
            ),
        ]
    )

    session.advance(None)

    assert [name for name, *_ in told(book) if name.startswith("5:exit")] == ["5:exit:x"]
    assert book.account.positions() == {}


def test_session_beside_an_opposite_position_of_another_leaves_what_it_holds_itself() -> None:
    book = MemoryBook(Decimal(10_000))
    other = single("other", Side.SELL, Y, Decimal(80), placed_ns=0, strategy="demo")
    sold = Fill(Y, 0, Decimal(-80), Decimal(10), Decimal(10), Decimal(0))
    book.commit(
        lambda _: [
            journal.Placed(ts_ns=0, ticket=other, terms=(TERMS[Y],)),
            journal.Executed(ts_ns=0, order_id="other", packages=Decimal(80), fills=(sold,)),
        ]
    )

    run(book, *market())

    assert [each[:2] for each in told(book)][-2:] == [
        ("5:exit:y", "-52.63"),
        ("5:exit:x", "52.63"),
    ]
    assert {s: p.quantity for s, p in book.account.positions().items()} == {Y: Decimal(-80)}


def test_session_counts_executions_that_come_after_their_bar_has_decided() -> None:
    made, shown = market()
    late = trades((2.9, 0, 12.0))
    late["ts_recv"] = int(3.3 * S)
    book = MemoryBook(Decimal(10_000))

    session = run(book, np.concatenate((made, late)), shown)

    assert session.counts.late == 1
    assert told(book)[0][0] == "3:entry:y"


@settings(max_examples=20)
@given(cuts=st.lists(st.integers(1, 60), max_size=6))
def test_session_trades_alike_however_its_events_are_cut(cuts: list[int]) -> None:
    made, shown = market(size=15.0)
    whole, cut = MemoryBook(Decimal(10_000)), MemoryBook(Decimal(10_000))
    run(whole, made, shown)

    session = PairSession(plan(), cut)
    ends = [*sorted(each * S // 8 for each in cuts), 100 * S]
    begin = 0
    for end in ends:
        for kind, rows in ((Kind.QUOTE, shown), (Kind.TRADE, made)):
            at = rows["ts_recv"]
            session.take(kind, rows[(at >= begin) & (at < end)], legs=(0, 1))
        session.advance(session.newest_ns)
        begin = end
    session.advance(None)

    assert cut.events == whole.events


def test_arrivals_of_two_kinds_of_execution_keep_the_first_kind() -> None:
    arrivals = Arrivals()
    arrivals.add(Kind.TRADE, trades((1.0, 0, 10.0)), legs=(0, 1))
    arrivals.add(Kind.AGG_TRADE, trades((2.0, 0, 11.0), (2.0, 1, 5.0)), legs=(0, 1))

    found = arrivals.before(None)

    assert found.values[:, 0].tolist() == [10.0, 5.0]


def test_last_decision_of_orders_says_side_and_bar() -> None:
    book = MemoryBook(Decimal(10_000))
    run(book, *market())

    found = last_decision(book.account, "pairs:Y/X")

    assert found is not None
    assert (found.start_ns, found.side, found.why) == (5 * S, 1, "exit")
    assert held_by(book.account, "pairs:Y/X") == {}


def test_plan_that_charges_half_a_spread_is_refused() -> None:
    rules = free_rules(costs_y=Costs(half_spread_bp=1.0))

    with pytest.raises(BadInput, match="set the half spread to 0"):
        plan(rules=rules)
