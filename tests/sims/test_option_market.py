"""The option market: a function of seed and time, quoted as an exchange quotes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.model.errors import BadInput
from quantdeck.sims.options import sessions
from quantdeck.sims.options.listed import ROOT_NAMES, Size
from quantdeck.sims.options.market import OptionMarket

SATURDAY = 1_795_242_000_123_456_789
SECOND = 1_000_000_000
MARKET = OptionMarket(seed=7, size=Size.SMALL)
times = st.integers(1_750_000_000, 1_830_000_000).map(lambda second: second * SECOND + 123_456_789)


def test_quotes_of_two_markets_with_one_seed_are_the_same_in_any_order_of_asking() -> None:
    other = OptionMarket(seed=7, size=Size.SMALL)
    other.quotes(other.listed_at(SATURDAY), np.arange(10), SATURDAY - 3_600 * SECOND)

    mine = MARKET.quotes(MARKET.listed_at(SATURDAY), np.arange(3_000), SATURDAY)
    theirs = other.quotes(other.listed_at(SATURDAY), np.arange(3_000), SATURDAY)

    assert (mine.bid == theirs.bid).all()
    assert (mine.ask_size == theirs.ask_size).all()
    assert (mine.ts_ns == theirs.ts_ns).all()


def test_quotes_of_markets_with_other_seeds_differ() -> None:
    other = OptionMarket(seed=8, size=Size.SMALL)
    found = MARKET.listed_at(SATURDAY)
    rows = found.rows("SPX")

    mine, theirs = MARKET.quotes(found, rows, SATURDAY), other.quotes(found, rows, SATURDAY)

    assert (mine.bid != theirs.bid).mean() > 0.5


@given(ts_ns=times)
@settings(max_examples=15, deadline=None)
def test_quotes_at_any_time_are_on_the_tick_and_not_crossed(ts_ns: int) -> None:
    found = MARKET.listed_at(ts_ns)
    quotes = MARKET.quotes(found, found.all, ts_ns)

    is_index = np.isin(found.root, [ROOT_NAMES.index("SPX"), ROOT_NAMES.index("SPXW")])
    cents = np.concatenate((quotes.bid[is_index], quotes.ask[is_index])) * 100
    tick = np.where(cents.round() < 300, 5, 10)
    assert (cents.round() % tick == 0).all()
    assert (np.abs(cents - cents.round()) < 1e-6).all()
    assert (quotes.ask > quotes.bid)[quotes.ask > 0].all()
    assert (quotes.ts_ns <= ts_ns).all()
    assert ((quotes.bid_size > 0) == (quotes.bid > 0)).all()
    assert ((quotes.ask_size > 0) == (quotes.ask > 0)).all()


def test_updates_between_two_moments_lead_from_the_quotes_of_one_to_those_of_the_other() -> None:
    found = MARKET.listed_at(SATURDAY)
    until = SATURDAY + 5 * SECOND
    before = MARKET.quotes(found, found.all, SATURDAY)

    updates = MARKET.updates(found, found.all, SATURDAY, until)

    bid, stamp = before.bid.copy(), before.ts_ns.copy()
    bid[updates.rows] = updates.quotes.bid
    stamp[updates.rows] = updates.quotes.ts_ns
    after = MARKET.quotes(found, found.all, until)
    assert (np.diff(updates.quotes.ts_ns) >= 0).all()
    assert (bid == after.bid).all()
    assert (stamp == after.ts_ns).all()


def test_updates_cut_into_steps_are_those_of_the_whole() -> None:
    found = MARKET.listed_at(SATURDAY)
    rows = found.rows("SPXW")
    step = 37_000_000

    parts = [
        MARKET.updates(found, rows, SATURDAY + i * step, SATURDAY + (i + 1) * step)
        for i in range(40)
    ]
    whole = MARKET.updates(found, rows, SATURDAY, SATURDAY + 40 * step)

    assert np.concatenate([part.rows for part in parts]).tolist() == whole.rows.tolist()
    bids = np.concatenate([part.quotes.bid for part in parts])
    assert (bids == whole.quotes.bid).all()


def test_rate_of_the_market_multiplies_the_quotes() -> None:
    fast = OptionMarket(seed=7, size=Size.SMALL, rate=4.0)
    found = MARKET.listed_at(SATURDAY)

    slow_count = len(MARKET.updates(found, found.all, SATURDAY, SATURDAY + 4 * SECOND).rows)
    fast_count = len(fast.updates(found, found.all, SATURDAY, SATURDAY + 4 * SECOND).rows)

    assert 3.0 < fast_count / slow_count < 4.5


@pytest.mark.parametrize("share", [0.0, 0.03, 0.2])
def test_stale_share_of_the_contracts_has_old_stamps(share: float) -> None:
    market = OptionMarket(seed=7, size=Size.SMALL, stale_share=share)
    found = market.listed_at(SATURDAY)

    quotes = market.quotes(found, found.all, SATURDAY)

    old = (SATURDAY - quotes.ts_ns > 60 * SECOND).mean()
    assert old == pytest.approx(share, abs=0.015)
    assert (SATURDAY - quotes.ts_ns).max() < 1_900 * SECOND


def test_trades_are_made_at_a_side_of_the_quote_and_add_up_to_the_volume() -> None:
    found = MARKET.listed_at(SATURDAY)
    since = SATURDAY - 600 * SECOND
    rows = found.rows("SPXW")

    trades = MARKET.trades(found, rows, since, SATURDAY)

    quotes = MARKET.quotes(found, trades.rows, trades.ts_ns)
    assert len(trades.rows) > 50
    assert ((trades.price == quotes.bid) | (trades.price == quotes.ask)).all()
    traded = np.zeros(len(found))
    np.add.at(traded, trades.rows, trades.size)
    grown = MARKET.volume(found, rows, SATURDAY) - MARKET.volume(found, rows, since)
    assert (traded[rows] == grown).all()


def test_last_trade_of_a_contract_is_the_newest_before_the_moment() -> None:
    found = MARKET.listed_at(SATURDAY)
    rows = found.rows("SPXW")
    trades = MARKET.trades(found, rows, SATURDAY - 600 * SECOND, SATURDAY)

    last = MARKET.last_trades(found, rows, SATURDAY)

    newest = dict(zip(trades.rows.tolist(), trades.ts_ns.tolist(), strict=True))
    stamps = dict(zip(last.rows.tolist(), last.ts_ns.tolist(), strict=True))
    assert all(stamps[row] == stamp for row, stamp in newest.items())


def test_wings_of_a_chain_are_without_bid_and_some_without_offer() -> None:
    found = MARKET.listed_at(SATURDAY)

    quotes = MARKET.quotes(found, found.all, SATURDAY)

    assert 0.03 < (quotes.bid == 0).mean() < 0.3
    assert 0 < (quotes.ask == 0).mean() < 0.02


def test_whole_chain_has_twenty_two_thousand_contracts_over_five_years() -> None:
    market = OptionMarket(seed=7, size=Size.FULL)

    found = market.listed_at(SATURDAY)

    rows = found.rows_of_underlying("SPX")
    assert 21_000 < len(rows) < 23_500
    days = [(item.day - found.session).days for item in found.expiries]
    assert min(days) == 0
    assert max(days) > 5 * 360


def test_contracts_of_a_week_end_are_those_of_monday() -> None:
    found = MARKET.listed_at(SATURDAY)

    assert found.session == date(2026, 11, 23)
    assert min(item.day for item in found.expiries) == date(2026, 11, 23)


def test_contracts_that_settle_at_the_open_are_not_listed_on_their_last_day() -> None:
    third_friday = date(2026, 12, 18)

    before = MARKET.contracts_at(date(2026, 12, 17))
    then = MARKET.contracts_at(third_friday)

    assert len(before.rows("SPX", third_friday)) > 0
    assert len(then.rows("SPX", third_friday)) == 0
    assert len(then.rows("SPXW", third_friday)) > 0


def test_listing_ends_with_the_close_of_the_session() -> None:
    close = sessions.close_ns(date(2026, 11, 23))

    assert MARKET.listed_at(close - 1).session == date(2026, 11, 23)
    assert MARKET.listed_at(close).session == date(2026, 11, 24)


def test_market_asked_for_an_unknown_underlying_says_what_there_is() -> None:
    with pytest.raises(BadInput, match="SPX, XSP, SPY"):
        MARKET.underlying("QQQ", SATURDAY)


@pytest.mark.parametrize(("name", "value"), [("rate", 0.0), ("rate", 21.0), ("stale_share", 1.0)])
def test_market_with_impossible_options_is_refused(name: str, value: float) -> None:
    with pytest.raises(BadInput, match=str(value)):
        OptionMarket(seed=1, **{name: value})
