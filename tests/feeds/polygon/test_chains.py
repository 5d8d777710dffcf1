"""Option chains, snapshots and reference data from pages as told."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from quantdeck.feeds.polygon.chains import PolygonChains
from quantdeck.feeds.polygon.reference import (
    company,
    market_state,
    moving_average,
    statements,
)
from quantdeck.feeds.polygon.snapshots import stock_snapshots
from quantdeck.feeds.polygon.ticks import newest_trades, quote_pages, trade_pages
from quantdeck.model.chains import NO_TIME
from quantdeck.model.errors import BadInput, NoData, NotEntitled
from quantdeck.model.feed import Delay, RunId
from quantdeck.model.options import ExerciseStyle
from quantdeck.ports.chains import ChainRequest
from tests.feeds.polygon.vendor import NOT_ENTITLED, Vendor, listed, refused

_NOW = 1_795_000_000_000_000_000
_STOCK = {"ticker": "SPY", "price": 500.5, "timeframe": "DELAYED"}


def _row(root, day, right, strike, **fields):
    return {
        "ticker": f"O:{root}{day}{right}{strike * 1000:08d}",
        "underlying_ticker": "SPY",
        "exercise_style": "american",
        "shares_per_contract": 100,
        **fields,
    }


def _rows(days=("261218", "270115"), strikes=(490, 500, 510), root="SPY"):
    return [_row(root, day, right, k) for day in days for k in strikes for right in "CP"]


def _snapshot(name, **fields):
    return {"details": {"ticker": f"O:{name}"}, "underlying_asset": _STOCK, **fields}


def _quote(bid, ask, at=_NOW - 10**9):
    return {"bid": bid, "bid_size": 3, "ask": ask, "ask_size": 4, "last_updated": at}


def _chains(rows, snapshots=(), **answers):
    vendor = Vendor(
        {
            "reference/options/contracts": {"status": "OK", "results": list(rows)},
            "snapshot/options": {"status": "OK", "results": list(snapshots)},
            **answers,
        }
    )
    return vendor, PolygonChains(vendor.rest, run_id=RunId("run"))


def test_chain_holds_quotes_where_there_are_any():
    name = "SPY261218C00500000"
    day = {"volume": 12, "last_updated": _NOW}
    found = _snapshot(name, last_quote=_quote(9.4, 9.6), day=day, open_interest=237)
    vendor, chains = _chains(_rows(), [found])

    snapshot = vendor.run(chains.snapshot(ChainRequest("US:SPY")))

    first = snapshot.chains[0]
    assert (first.root, first.expiry, first.spot) == ("SPY", date(2026, 12, 18), 500.5)
    assert first.style is ExerciseStyle.AMERICAN
    assert first.strikes.tolist() == [490.0, 500.0, 510.0]
    calls = first.calls
    assert (calls.bid[1], calls.ask[1], calls.volume[1], calls.open_interest[1]) == (
        9.4,
        9.6,
        12,
        237,
    )
    assert calls.ts_ns.tolist() == [NO_TIME, _NOW - 10**9, NO_TIME]
    assert np.isnan(first.puts.bid).all()
    assert (snapshot.feed, snapshot.provenance.delay) == ("delayed", Delay.DELAYED)


def test_plan_without_quotes_gives_open_interest_and_absent_sides():
    vendor, chains = _chains(_rows(), [_snapshot("SPY261218C00500000", open_interest=5)])

    snapshot = vendor.run(chains.snapshot(ChainRequest("US:SPY")))

    calls = snapshot.chains[0].calls
    assert np.isnan(calls.bid).all()
    assert calls.open_interest[1] == 5


def test_volume_of_an_earlier_day_is_none_of_today():
    day = {"volume": 12, "last_updated": _NOW - 3 * 86_400 * 10**9}
    vendor, chains = _chains(_rows(), [_snapshot("SPY261218C00500000", day=day)])

    snapshot = vendor.run(chains.snapshot(ChainRequest("US:SPY")))

    assert snapshot.chains[0].calls.volume[1] == 0.0


def test_expiries_and_strikes_are_those_asked_for():
    close = {"status": "OK", "results": [{"t": 1, "o": 500, "h": 500, "l": 500, "c": 500.0}]}
    vendor, chains = _chains(_rows(), **{"/prev": close})
    request = ChainRequest("US:SPY", expiries=1, lowest=0.99, highest=1.01)

    snapshot = vendor.run(chains.snapshot(request))

    (only,) = snapshot.chains
    assert only.strikes.tolist() == [500.0]
    asked = dict(vendor.asked[-1].url.params)
    assert asked["expiration_date.lte"] == "2026-12-18"
    assert (asked["strike_price.gte"], asked["limit"]) == ("500.000", "250")


def test_no_further_page_of_contracts_is_asked_for_once_expiries_are_whole():
    pages = [
        {
            "status": "OK",
            "results": _rows(("261218",)),
            "next_url": "https://x/v3/reference/options/contracts?cursor=1",
        },
        {
            "status": "OK",
            "results": _rows(("261219",)),
            "next_url": "https://x/v3/reference/options/contracts?cursor=2",
        },
    ]
    vendor, chains = _chains([], **{"options/contracts": pages})
    vendor._answers = {"options/contracts": pages}

    found = vendor.run(chains.contracts(ChainRequest("US:SPY", expiries=1)))

    assert {c.expiry for c in found} == {date(2026, 12, 18)}
    assert len(vendor.asked) == 2


def test_roots_of_an_index_are_kept_apart():
    rows = [*_rows(("261218",), root="SPX"), *_rows(("261218",), root="SPXW")]
    vendor, chains = _chains(rows)

    found = vendor.run(chains.snapshot(ChainRequest("US:SPX"))).chains

    assert [(c.root, c.settlement.value) for c in found] == [("SPX", "am"), ("SPXW", "pm")]
    assert "/v3/snapshot/options/I:SPX" in vendor.paths()


def test_adjusted_contract_is_not_standard_and_keeps_its_underlying():
    rows = [_row("SPY1", "261218", "C", 500, shares_per_contract=110)]
    vendor, chains = _chains(rows)

    (contract,) = vendor.run(chains.contracts(ChainRequest("US:SPY")))

    assert (contract.underlying, contract.standard, contract.multiplier) == ("US:SPY", False, 110.0)


def test_underlying_without_options_is_refused():
    vendor, chains = _chains([])

    with pytest.raises(BadInput, match="no options on US:NOPE"):
        vendor.run(chains.contracts(ChainRequest("US:NOPE")))


def test_chain_that_the_plan_lacks_is_not_entitled():
    vendor, chains = _chains(_rows(), **{"snapshot/options": refused(403, **NOT_ENTITLED)})

    with pytest.raises(NotEntitled):
        vendor.run(chains.snapshot(ChainRequest("US:SPY")))


def test_real_time_chain_says_so():
    stock = {**_STOCK, "timeframe": "REAL-TIME"}
    vendor, chains = _chains(_rows(), [_snapshot("SPY261218C00500000", underlying_asset=stock)])

    snapshot = vendor.run(chains.snapshot(ChainRequest("US:SPY")))

    assert (snapshot.feed, snapshot.provenance.delay) == ("real-time", Delay.REALTIME)


def test_stock_snapshots_read_the_capital_letters_as_the_ask():
    quote = {"P": 20.6, "S": 22, "p": 20.5, "s": 13, "t": _NOW}
    told = {"ticker": "AAPL", "lastQuote": quote, "day": {"c": 20.5, "v": 9}, "updated": _NOW}
    vendor = Vendor({"tickers": {"status": "OK", "tickers": [told, {"ticker": 5}]}})

    (found,) = vendor.run(stock_snapshots(vendor.rest, ["AAPL"]))

    assert found.last_quote is not None
    assert (found.last_quote.bid, found.last_quote.ask) == (20.5, 20.6)
    assert vendor.rest.unreadable == 1


def test_trades_are_paged_oldest_first_and_bad_rows_left_out():
    rows = [{"price": 1.0, "size": 5, "decimal_size": "5.5", "sip_timestamp": 7}, {"price": "x"}]
    pages = [
        {"status": "OK", "results": rows, "next_url": "https://x/v3/trades/AAPL?cursor=1"},
        {"status": "OK", "results": rows},
    ]
    vendor = Vendor({"trades": pages})

    found = vendor.run(listed(trade_pages(vendor.rest, "US:AAPL", span_ns=(1, 9), per_page=2)))

    assert [[row.shares for row in page] for page in found] == [[5.5], [5.5]]
    assert dict(vendor.asked[0].url.params) == {
        "timestamp.gte": "1",
        "timestamp.lt": "9",
        "order": "asc",
        "sort": "timestamp",
        "limit": "2",
    }


def test_newest_trades_take_one_page():
    answer = {"status": "OK", "results": [{"price": 1.0}], "next_url": "https://x/v3/trades/A?c=1"}
    vendor = Vendor({"trades": answer})

    found = vendor.run(newest_trades(vendor.rest, "US:A", count=1))

    assert (len(found), len(vendor.asked)) == (1, 1)


def test_quotes_that_the_plan_lacks_leave_trades_alone():
    vendor = Vendor({"quotes": refused(403, **NOT_ENTITLED), "trades": {"status": "OK"}})

    async def ask():
        with pytest.raises(NotEntitled):
            await listed(quote_pages(vendor.rest, "US:A", span_ns=(1, 9)))
        return await newest_trades(vendor.rest, "US:A")

    assert vendor.run(ask()) == []


def test_company_and_statements_are_read_by_line():
    item = {"label": "Assets", "order": 100, "unit": "USD", "value": 5}
    told = {
        "fiscal_period": "Q3",
        "fiscal_year": "2026",
        "end_date": "2026-09-30",
        "financials": {"balance_sheet": {"assets": item}},
    }
    vendor = Vendor(
        {
            "reference/tickers": {"status": "OK", "results": {"ticker": "A", "name": "Agilent"}},
            "financials": {"status": "OK", "results": [told, {"end_date": 5}]},
        }
    )

    async def ask():
        return await company(vendor.rest, "US:A"), await statements(vendor.rest, "US:A")

    found, (period,) = vendor.run(ask())
    assert found.name == "Agilent"
    assert period.financials["balance_sheet"]["assets"].value == 5.0
    assert period.end_date == date(2026, 9, 30)


def test_unknown_company_is_no_data():
    vendor = Vendor({"tickers": refused(404, status="NOT_FOUND", message="Ticker not found.")})

    with pytest.raises(NoData, match="Ticker not found"):
        vendor.run(company(vendor.rest, "US:NOPE"))


def test_moving_average_and_market_state_are_read():
    values = {"values": [{"timestamp": 1_795_000_000_000, "value": 201.5}], "underlying": {}}
    vendor = Vendor(
        {"sma": {"status": "OK", "results": values}, "marketstatus": {"market": "closed"}}
    )

    async def ask():
        return await moving_average(vendor.rest, "US:A"), await market_state(vendor.rest)

    (row,), state = vendor.run(ask())
    assert (row.value, state) == (201.5, "closed")
