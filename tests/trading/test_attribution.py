"""Gains by strategy."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.trading import journal
from quantdeck.trading.account import Account
from quantdeck.trading.attribution import Attribution
from quantdeck.trading.fills import Fill
from tests.trading.paper import CALL, SHARE, TERMS, buy, sell, spread


def executed(ticket, *prices, fee="1"):
    fills = tuple(
        Fill(
            leg.symbol,
            0,
            ticket.quantity * leg.ratio * TERMS[leg.symbol].multiplier,
            Decimal(price),
            Decimal(price),
            Decimal(fee),
        )
        for leg, price in zip(ticket.legs, prices, strict=True)
    )
    terms = tuple(TERMS[leg.symbol] for leg in ticket.legs)
    return [
        journal.Placed(ts_ns=0, ticket=ticket, terms=terms),
        journal.Executed(ts_ns=0, order_id=ticket.id, packages=ticket.quantity, fills=fills),
    ]


def results(events, **marks):
    book = Attribution()
    book.take(events)
    found = {symbol: Decimal(mark) for symbol, mark in marks.items()}
    return {each.strategy: each for each in book.results(found)}


def test_attribution_gives_the_gain_to_the_strategy_that_opened():
    events = [
        *executed(buy("1", 10, strategy="swing"), 100),
        *executed(sell("2", 10), 103),
    ]

    swing = results(events)["swing"]

    assert (swing.realised, swing.fees, swing.total) == (30, 2, 28)
    assert (swing.closed, swing.won, swing.open_symbols) == (1, 1, 0)


def test_attribution_splits_a_sale_over_the_strategies_that_it_closes():
    events = [
        *executed(buy("1", 10, strategy="a"), 100),
        *executed(buy("2", 10, strategy="b"), 110),
        *executed(sell("3", 15), 108),
    ]

    found = results(events, **{SHARE.symbol: 108})

    assert found["a"].realised == 80
    assert (found["b"].realised, found["b"].unrealised) == (-10, -10)


def test_attribution_without_a_mark_does_not_say_what_is_open():
    found = results(executed(spread("1", 2, strategy="vertical"), 5, 2), **{CALL.symbol: 6})

    assert found["vertical"].unrealised is None
    assert found["vertical"].total is None


def test_attribution_carries_funding_dividends_and_splits_to_who_holds():
    events = [
        *executed(buy("1", 10, strategy="a"), 100),
        journal.Divided(ts_ns=1, symbol=SHARE.symbol, ratio=Decimal(2)),
        journal.Paid(ts_ns=2, symbol=SHARE.symbol, per_unit=0.5),
        journal.Funded(ts_ns=3, symbol=SHARE.symbol, rate=0.01, mark=50.0),
    ]

    found = results(events, **{SHARE.symbol: 51})["a"]

    assert (found.carry, found.unrealised) == (0, 20)


def test_attribution_of_an_option_that_ends_is_that_of_its_shares():
    shares = Fill(SHARE.symbol, 5, Decimal(200), Decimal(105), Decimal(105), Decimal(0))
    events = [
        *executed(spread("1", 2, strategy="vertical"), 5, 2),
        journal.Settled(
            ts_ns=5, symbol=CALL.symbol, price=Decimal(5), why="exercised", shares=shares
        ),
    ]

    found = results(events, **{SHARE.symbol: 106})

    assert set(found) == {"vertical"}
    assert found["vertical"].open_symbols == 2


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "a", "b"]),
            st.booleans(),
            st.integers(1, 20),
            st.integers(50, 150),
        ),
        max_size=12,
    )
)
def test_attribution_adds_up_to_the_ledger(trades):
    events = [journal.Deposited(ts_ns=0, money=Decimal(100_000))]
    for at, (strategy, is_bought, quantity, price) in enumerate(trades):
        make = buy if is_bought else sell
        events += executed(make(f"{at}", quantity, strategy=strategy), price)
    account = Account.of(events)

    found = results(events, **{SHARE.symbol: 97}).values()

    position = account.ledger.positions().get(SHARE.symbol)
    realised = position.realised if position else Decimal(0)
    open_gain = position.unrealised(Decimal(97)) if position else Decimal(0)
    assert abs(sum(each.realised for each in found) - realised) < Decimal("1e-9")
    assert abs(sum(each.unrealised for each in found) - open_gain) < Decimal("1e-9")
    assert sum(each.fees for each in found) == len(trades)
