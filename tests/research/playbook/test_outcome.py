"""What became of trades: shares and options by hand, and what cannot be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from msgspec import structs

from quantdeck.research.playbook.entry import Entry, Idea, LegLine, Playbook
from quantdeck.research.playbook.outcome import Closed, Fees, outcome_row, outcomes
from tests.analytics.options.planted_chains import EXPIRIES, planted_chain

FREE = Fees(0.0, 0.0, 0.0)
DAY = date(2026, 6, 15)
CHAIN = planted_chain(EXPIRIES[0])
STRIKES = [float(CHAIN.strikes[at]) for at in (3, 6)]
SHARES = Idea(
    structure="long_shares",
    title="Shares",
    legs=(LegLine("share", None, 1, 100.0),),
    cost=100.0,
    max_loss=8.0,
    size=5,
    risk=40.0,
)
SPREAD = Idea(
    structure="bull_put_spread",
    title="Bull put spread",
    root=CHAIN.root,
    expiry=CHAIN.expiry.isoformat(),
    legs=(LegLine("put", STRIKES[1], -1, 3.0), LegLine("put", STRIKES[0], 1, 1.0)),
    cost=-200.0,
    max_loss=300.0,
    size=2,
    risk=600.0,
)


def book(idea: Idea, symbol: str = "US:AAA") -> Playbook:
    entry = Entry(
        rank=1,
        symbol=symbol,
        score=1.0,
        coverage=1.0,
        absent=(),
        contributions=(),
        probability=None,
        view="up",
        richness="fair",
        view_why="",
        idea=idea,
    )
    return Playbook(
        session="2026-06-12",
        known_ns=0,
        made_ns=0,
        inputs="",
        weights={},
        top_n=1,
        entries=(entry,),
    )


def outcome(idea: Idea, closed: Closed, fees: Fees = FREE, day: date = DAY):
    [found] = outcomes(book(idea), {"US:AAA": closed}, day, fees)
    return found


def test_shares_are_worth_their_close_after_costs() -> None:
    fees = Fees(contract=9.0, share=0.01, slippage_bp=10.0)

    found = outcome(SHARES, Closed(104.0), fees)

    assert found.costs == pytest.approx(2 * (5 * 0.01 + 500 * 0.001))
    assert found.pnl == pytest.approx(5 * 4.0 - found.costs)


def test_short_shares_owe_what_was_paid_on_them() -> None:
    short = structs.replace(SHARES, legs=(LegLine("share", None, -1, 100.0),), cost=-100.0)

    found = outcome(short, Closed(98.0, dividends=1.5))

    assert found.pnl == pytest.approx(5 * (100.0 - 98.0 - 1.5))


def test_split_changes_the_price_and_not_the_gain() -> None:
    assert outcome(SHARES, Closed(26.0, shares=4.0)).pnl == pytest.approx(20.0)


def test_options_are_closed_at_the_worse_side() -> None:
    bid, ask = CHAIN.puts.bid, CHAIN.puts.ask
    value = CHAIN.multiplier * (float(bid[3]) - float(ask[6]))

    found = outcome(SPREAD, Closed(100.0, chains=(CHAIN,)), Fees(contract=0.5))

    assert found.pnl == pytest.approx(2 * (value + 200.0) - 2 * 2 * 2 * 0.5)


def test_options_that_expired_are_worth_what_they_are_exercised_for() -> None:
    expired = structs.replace(SPREAD, expiry="2026-06-12")

    found = outcome(expired, Closed(STRIKES[1] - 1.0))

    assert found.pnl == pytest.approx(2 * (200.0 - 100.0))
    assert found.why.startswith("expired")


def test_option_that_nobody_bids_for_brings_nothing() -> None:
    empty = replace(CHAIN, puts=replace(CHAIN.puts, bid=np.full(len(CHAIN.strikes), np.nan)))
    long = structs.replace(SPREAD, legs=(LegLine("put", STRIKES[0], 1, 1.0),), cost=100.0)

    assert outcome(long, Closed(100.0, chains=(empty,))).pnl == pytest.approx(-200.0)


@pytest.mark.parametrize(
    ("idea", "closed", "why"),
    [
        (SHARES, Closed(None), "no bar"),
        (SPREAD, Closed(100.0), "no chain"),
        (SPREAD, Closed(100.0, shares=2.0, chains=(CHAIN,)), "split"),
        (structs.replace(SPREAD, expiry="2026-06-12"), Closed(None), "expired"),
        (
            structs.replace(SPREAD, legs=(LegLine("put", 1.25, 1, 1.0),)),
            Closed(100.0, chains=(CHAIN,)),
            "1.25 put is not quoted",
        ),
    ],
)
def test_trade_that_cannot_be_marked_says_why(idea: Idea, closed: Closed, why: str) -> None:
    found = outcome(idea, closed)

    assert found.pnl is None
    assert why in found.why


def test_trade_without_a_size_has_no_outcome() -> None:
    assert outcomes(book(structs.replace(SHARES, size=0)), {}, DAY, FREE) == []


def test_row_of_the_scoreboard_has_the_gain_on_what_was_at_risk() -> None:
    found = outcome(SHARES, Closed(104.0))

    row = outcome_row(found, book(SHARES), DAY)

    assert (row["date"], row["kind"], row["strategy"]) == (
        "2026-06-15",
        "playbook",
        "long_shares AAA",
    )
    assert (row["pnl"], row["return"]) == (pytest.approx(20.0), pytest.approx(0.5))
