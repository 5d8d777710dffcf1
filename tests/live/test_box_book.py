from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from quantdeck.live.box_book import BoxBook
from quantdeck.model.chains import NO_TIME, ChainSnapshot, ExpiryChain, SideQuotes
from quantdeck.model.events import DTYPES, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.model.options import Right, contract_of, osi

EXPIRY = date(2026, 12, 18)
KEY = ("SPXW", EXPIRY)


@pytest.fixture
def table():
    return InstrumentTable()


@pytest.fixture
def book(table):
    made = BoxBook(table.id_of)
    made.list(contracts("SPXW", 4900, 5000, 5100))
    made.touched()
    return made


def contracts(root, *strikes):
    return [contract_of(osi(root, EXPIRY, right, k)) for k in strikes for right in Right]


def name(strike, right=Right.CALL, root="SPXW"):
    return f"OPRA:{osi(root, EXPIRY, right, strike)}"


def quotes(table, *given):
    rows = np.zeros(len(given), DTYPES[Kind.QUOTE])
    for row, (symbol, ts, bid, ask) in zip(rows, given, strict=True):
        row["symbol"], row["ts_event"], row["ts_recv"] = table.id_of(symbol), ts, ts
        row["bid"], row["ask"], row["bid_size"], row["ask_size"] = bid, ask, 1, 2
    return rows


def trades(table, *given):
    rows = np.zeros(len(given), DTYPES[Kind.TRADE])
    for row, (symbol, price, size) in zip(rows, given, strict=True):
        row["symbol"], row["price"], row["size"] = table.id_of(symbol), price, size
    return rows


def snapshot(chain):
    provenance = Provenance("alpaca", Delay.SIMULATED, RunId("r"))
    return ChainSnapshot(1, "simulated", provenance, (chain,))


def seen(strikes, *, bid, ts, spot=np.nan, root="SPXW"):
    calls, puts = SideQuotes.empty(len(strikes)), SideQuotes.empty(len(strikes))
    calls.bid[:], calls.ask[:], calls.ts_ns[:], calls.volume[:] = bid, np.add(bid, 1), ts, 7
    terms = contract_of(osi(root, EXPIRY, Right.CALL, strikes[0]))
    return ExpiryChain(
        root=root,
        underlying=terms.underlying,
        expiry=EXPIRY,
        settlement=terms.settlement,
        style=terms.style,
        multiplier=100.0,
        strikes=np.asarray(strikes, dtype=float),
        calls=calls,
        puts=puts,
        spot=spot,
    )


def test_take_quotes_of_calls_and_puts_puts_each_at_its_strike(book, table):
    book.take(
        Kind.QUOTE,
        quotes(table, (name(5000), 1, 10.0, 11.0), (name(5100, Right.PUT), 2, 20.0, 21.0)),
    )

    chain = book.chain(KEY)
    np.testing.assert_array_equal(chain.calls.bid, [np.nan, 10.0, np.nan])
    np.testing.assert_array_equal(chain.puts.ask, [np.nan, np.nan, 21.0])
    assert chain.calls.ts_ns.tolist() == [NO_TIME, 1, NO_TIME]


def test_take_two_quotes_of_one_option_keeps_the_newest_whatever_their_order(book, table):
    book.take(Kind.QUOTE, quotes(table, (name(5000), 5, 12.0, 13.0), (name(5000), 3, 1.0, 2.0)))
    book.take(Kind.QUOTE, quotes(table, (name(5000), 4, 3.0, 4.0)))

    assert book.chain(KEY).calls.bid[1] == 12.0


def test_take_a_quote_that_lost_a_side_leaves_no_stale_value(book, table):
    book.take(Kind.QUOTE, quotes(table, (name(5000), 1, 10.0, 11.0)))
    book.take(Kind.QUOTE, quotes(table, (name(5000), 2, np.nan, 11.5)))

    chain = book.chain(KEY)
    assert np.isnan(chain.calls.bid[1])
    assert chain.calls.ask[1] == 11.5


def test_take_quotes_touches_only_their_expiries(table):
    book = BoxBook(table.id_of)
    book.list([*contracts("SPX", 5000), *contracts("SPXW", 5000)])
    book.touched()

    book.take(Kind.QUOTE, quotes(table, (name(5000), 1, 10.0, 11.0)))

    assert book.touched() == {KEY}
    assert book.touched() == set()


def test_take_events_of_other_symbols_changes_nothing(book, table):
    before = book.revision

    book.take(Kind.QUOTE, quotes(table, ("BINANCE:BTCUSDT", 1, 10.0, 11.0)))
    book.take(Kind.TRADE, trades(table, ("BINANCE:BTCUSDT", 10.0, 1.0)))

    assert book.revision == before
    assert book.touched() == set()


def test_take_trades_adds_to_the_volume_and_the_underlying_gives_the_spot(book, table):
    book.seed(snapshot(seen([5000.0], bid=[9.0], ts=5)))

    book.take(Kind.TRADE, trades(table, (name(5000), 9.5, 2.0), (name(5000), 9.5, 3.0)))
    book.take(Kind.TRADE, trades(table, ("US:SPX", 5012.5, 0.0)))

    chain = book.chain(KEY)
    assert chain.calls.volume[1] == 12.0
    assert chain.spot == 5012.5


def test_spot_is_the_newest_price_of_the_underlying_with_its_time(book, table):
    assert book.spot("US:SPX") is None
    taken = snapshot(seen([5000.0], bid=[9.0], ts=5, spot=5001.0))

    book.seed(taken)
    seeded = book.spot("US:SPX")
    rows = trades(table, ("US:SPX", 5012.5, 0.0))
    book.take(Kind.TRADE, rows)

    assert seeded == (5001.0, taken.taken_ns)
    assert book.spot("US:SPX") == (5012.5, int(rows["ts_event"][0]))
    assert book.underlying(KEY) == "US:SPX"


def test_seed_keeps_what_is_newer_and_fills_what_is_older(book, table):
    book.take(Kind.QUOTE, quotes(table, (name(4900), 9, 1.0, 2.0), (name(5000), 3, 1.0, 2.0)))

    book.seed(snapshot(seen([4900.0, 5000.0, 9999.0], bid=[50.0, 51.0, 52.0], ts=5, spot=5001.0)))

    chain = book.chain(KEY)
    np.testing.assert_array_equal(chain.calls.bid, [1.0, 51.0, np.nan])
    assert chain.spot == 5001.0
    assert book.touched() == {KEY}


def test_seed_of_a_chain_that_is_not_listed_is_passed_over(book):
    book.seed(snapshot(seen([5000.0], bid=[9.0], ts=5, root="SPX")))

    assert book.listed() == [KEY]


def test_list_anew_keeps_what_is_known_of_the_contracts_kept(book, table):
    book.take(Kind.QUOTE, quotes(table, (name(5000), 1, 10.0, 11.0), (name(5100), 1, 5.0, 6.0)))

    book.list(contracts("SPXW", 5000, 5200))

    chain = book.chain(KEY)
    assert chain.strikes.tolist() == [5000.0, 5200.0]
    np.testing.assert_array_equal(chain.calls.bid, [10.0, np.nan])


def test_list_leaves_out_contracts_that_deliver_something_else(table):
    book = BoxBook(table.id_of)

    book.list([contract_of(name(5000)), contract_of(name(5100), standard=False)])

    assert book.chain(KEY).strikes.tolist() == [5000.0]


def test_list_of_two_roots_of_one_day_never_mixes_them(table):
    book = BoxBook(table.id_of)
    book.list([*contracts("SPX", 5000), *contracts("SPXW", 5000)])

    book.take(Kind.QUOTE, quotes(table, (name(5000, root="SPX"), 1, 7.0, 8.0)))

    am, pm = book.chains()
    assert (am.root, am.settlement.value, am.calls.bid[0]) == ("SPX", "am", 7.0)
    assert (pm.root, pm.settlement.value) == ("SPXW", "pm")
    assert np.isnan(pm.calls.bid[0])


def test_chain_copies_so_that_later_quotes_leave_it_alone(book, table):
    book.take(Kind.QUOTE, quotes(table, (name(5000), 1, 10.0, 11.0)))
    chain = book.chain(KEY)

    book.take(Kind.QUOTE, quotes(table, (name(5000), 2, 99.0, 100.0)))

    assert chain.calls.bid[1] == 10.0
