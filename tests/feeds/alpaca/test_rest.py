"""Alpaca's REST interface against a transport made of functions."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from random import Random

import httpx2
import numpy as np
import pytest

from quantdeck.feeds.alpaca.chains import AlpacaChains
from quantdeck.feeds.alpaca.endpoints import OPTION_GRADES, STOCK_GRADES
from quantdeck.feeds.alpaca.requests import rfc3339, rfc3339_ns
from quantdeck.feeds.alpaca.rest import AlpacaRest
from quantdeck.model.errors import AuthFailed, BadInput, NoData, NotEntitled
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.options import ExerciseStyle, Settlement
from quantdeck.ports.chains import ChainRequest
from tests.net.conftest import LeapingClock

_QUOTE = {"t": "2026-11-18T11:00:00.123456789Z", "bp": 1.0, "bs": 2, "ap": 1.5, "as": 3}


class Vendor:
    """Answers by path, and remembers what was asked."""

    def __init__(self, **answers) -> None:
        self.clock = LeapingClock()
        self.asked: list[httpx2.Request] = []
        self._answers = answers
        self.rest = AlpacaRest(
            key="K",
            secret="S",  # noqa: S106
            options=OPTION_GRADES["opra"],
            stocks=STOCK_GRADES["sip"],
            clock=self.clock,
            rng=Random(1),
            requests_per_minute=200,
            transport=httpx2.MockTransport(self._answer),
        )
        provenance = Provenance("alpaca", Delay.REALTIME, RunId("run"))
        self.chains = AlpacaChains(self.rest, label="opra", provenance=provenance, clock=self.clock)

    def _answer(self, request):
        self.asked.append(request)
        last = request.url.path.rsplit("/", 1)[1]
        answer = self._answers.get(last, self._answers.get("any"))
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, httpx2.Response):
            return answer
        return httpx2.Response(200, content=json.dumps(answer))

    def run(self, asked):
        async def run():
            try:
                return await asked
            finally:
                await self.rest.close()

        return asyncio.run(run())

    def queries(self, part):
        return [dict(r.url.params) for r in self.asked if part in r.url.path]


def _row(symbol, **fields):
    return {
        "symbol": symbol,
        "underlying_symbol": "SPX",
        "style": "european",
        "multiplier": "100",
        "size": "100",
        "open_interest": "237",
        **fields,
    }


def _chain(strikes=(4900, 5000, 5100), days=("261218", "270115"), root="SPXW"):
    return [_row(f"{root}{d}{r}0{k}000") for d in days for k in strikes for r in "CP"]


def _listing(*rows):
    return {"option_contracts": list(rows), "next_page_token": None}


def _snapshots(**quotes):
    return {"snapshots": {s: {"latestQuote": q} for s, q in quotes.items()}}


def _request(**limits):
    return ChainRequest("US:SPX", **limits)


def test_credentials_travel_in_headers_only():
    vendor = Vendor(latest={"quotes": {}})

    vendor.run(vendor.rest.option_quotes(["SPXW261218C05000000"]))

    (request,) = vendor.asked
    assert request.headers["APCA-API-KEY-ID"] == "K"
    assert request.headers["APCA-API-SECRET-KEY"] == "S"
    assert set(request.url.params) == {"symbols", "feed"}


def test_latest_quotes_are_asked_for_by_the_hundred():
    symbols = [f"SPXW261218C0{5000 + n}000" for n in range(250)]
    vendor = Vendor(latest=lambda r: {"quotes": {r.url.params["symbols"].split(",")[0]: _QUOTE}})

    found = vendor.run(vendor.rest.option_quotes(symbols))

    asked = [query["symbols"].split(",") for query in vendor.queries("latest")]
    assert [len(each) for each in asked] == [100, 100, 50]
    assert sorted(found) == [symbols[0], symbols[100], symbols[200]]


def test_snapshots_follow_the_pages_whatever_their_length():
    pages = {
        None: {"snapshots": {"A": {}}, "next_page_token": "x"},
        "x": {"snapshots": {}, "next_page_token": "y"},
        "y": {"snapshots": {"B": {}}, "next_page_token": None},
    }
    vendor = Vendor(SPX=lambda r: pages[r.url.params.get("page_token")])

    async def read():
        return [list(page) async for page in vendor.rest.snapshots("SPX", {"type": "call"})]

    assert vendor.run(read()) == [["A"], [], ["B"]]
    assert all(query["limit"] == "1000" for query in vendor.queries("SPX"))
    assert all(query["type"] == "call" for query in vendor.queries("SPX"))


def test_contracts_always_tell_the_last_day():
    vendor = Vendor(contracts=_listing())

    vendor.run(
        vendor.rest.contracts("SPX", first=date(2026, 11, 20), last=date(2031, 1, 1), filters={})
    )

    (query,) = vendor.queries("contracts")
    assert query["expiration_date_gte"] == "2026-11-20"
    assert query["expiration_date_lte"] == "2031-01-01"
    assert query["limit"] == "10000"


def test_row_that_cannot_be_read_takes_no_other_with_it():
    answer = {"quotes": {"A": {"t": 5}, "B": _QUOTE, "C": {**_QUOTE, "bp": "x"}}}
    vendor = Vendor(latest=answer)

    found = vendor.run(vendor.rest.option_quotes(["A", "B", "C"]))

    assert list(found) == ["B"]
    assert vendor.rest.unreadable == 2


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (httpx2.Response(401, html="<html>"), AuthFailed, "401"),
        (httpx2.Response(403, json={"message": "forbidden."}), AuthFailed, "key was refused"),
        (
            httpx2.Response(403, json={"message": "OPRA agreement is not signed"}),
            NotEntitled,
            "indicative",
        ),
        (httpx2.Response(400, json={"message": "invalid symbol"}), BadInput, "invalid symbol"),
        (httpx2.Response(422, json={"code": 42210000, "message": "no"}), BadInput, "no"),
    ],
)
def test_refusal_is_the_error_it_means(answer, error, words):
    vendor = Vendor(any=answer)

    with pytest.raises(error, match=words):
        vendor.run(vendor.rest.option_quotes(["A"]))
    assert len(vendor.asked) == 1


def test_429_waits_until_the_vendor_s_minute_is_over():
    answers = []
    vendor = Vendor(any=lambda r: answers.pop(0))
    reset = vendor.clock.now_ns() // 10**9 + 7
    limit = {
        "X-RateLimit-Limit": "200",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": f"{reset}",
    }
    answers += [httpx2.Response(429, headers=limit), httpx2.Response(200, json={"quotes": {}})]

    vendor.run(vendor.rest.option_quotes(["A"]))

    assert len(vendor.asked) == 2
    assert reset <= vendor.clock.now_ns() / 1e9 <= reset + 60


def test_used_up_minute_is_waited_for_before_it_is_refused():
    vendor = Vendor()
    reset = vendor.clock.now_ns() // 10**9 + 7
    headers = {
        "X-RateLimit-Limit": "200",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": f"{reset}",
    }
    vendor._answers["any"] = lambda r: httpx2.Response(200, json={"quotes": {}}, headers=headers)

    vendor.run(vendor.rest.option_quotes([f"{n}" for n in range(101)]))

    assert reset <= vendor.clock.now_ns() / 1e9 <= reset + 60


def test_key_unknown_on_the_paper_host_is_tried_on_the_live_one_and_stays_there():
    def answer(request):
        if "paper" in request.url.host:
            return httpx2.Response(401, json={"message": "unauthorized"})
        return _listing()

    vendor = Vendor(contracts=answer)
    today = date(2026, 11, 20)

    async def twice():
        for _ in range(2):
            await vendor.rest.contracts("SPX", first=today, last=today, filters={})

    vendor.run(twice())

    assert [request.url.host for request in vendor.asked] == [
        "paper-api.alpaca.markets",
        "api.alpaca.markets",
        "api.alpaca.markets",
    ]


def test_news_are_fetched_up_to_the_count_asked_for():
    def answer(request):
        count = int(request.url.params["limit"])
        article = {"id": 1, "headline": "h", "created_at": "2026-11-18T11:00:00Z"}
        return {"news": [article] * count, "next_page_token": "more"}

    vendor = Vendor(news=answer)

    found = vendor.run(vendor.rest.news(["SPY"], count=70))

    assert len(found) == 70
    assert [query["limit"] for query in vendor.queries("news")] == ["50", "20"]


def test_contracts_tell_terms_and_open_interest():
    vendor = Vendor(contracts=_listing(_row("SPX261218C05000000"), _row("SPX1261218C05000000")))

    normal, adjusted = sorted(vendor.run(vendor.chains.contracts(_request())), key=lambda c: c.root)

    assert (normal.settlement, normal.style) == (Settlement.AM, ExerciseStyle.EUROPEAN)
    assert (normal.underlying, normal.open_interest, normal.standard) == ("US:SPX", 237.0, True)
    assert not adjusted.standard


def test_contracts_nearest_expiries_count_per_root():
    rows = _chain(days=("261218", "270115", "270219")) + _chain(days=("270219",), root="SPX")
    vendor = Vendor(contracts=_listing(*rows))

    found = vendor.run(vendor.chains.contracts(_request(expiries=2)))

    assert {(c.root, c.expiry.month) for c in found} == {("SPXW", 12), ("SPXW", 1), ("SPX", 2)}


def test_contracts_of_an_index_are_limited_by_its_parity_price():
    calls = {"SPXW261218C05000000": {**_QUOTE, "bp": 60.0, "ap": 62.0}}
    puts = {"SPXW261218P05000000": {**_QUOTE, "bp": 50.0, "ap": 52.0}}
    vendor = Vendor(contracts=_listing(*_chain()), SPX=_snapshots(**calls, **puts))

    found = vendor.run(vendor.chains.contracts(_request(lowest=0.99, highest=1.01)))

    assert vendor.chains.prices == {"US:SPX": 5010.0}
    assert {c.strike for c in found} == {5000.0}


def test_contracts_without_any_price_to_limit_by_say_so():
    vendor = Vendor(contracts=_listing(*_chain()), SPX={"snapshots": {}})

    with pytest.raises(NoData, match="no price of US:SPX"):
        vendor.run(vendor.chains.contracts(_request(lowest=0.9)))


def test_contracts_of_an_unknown_underlying_are_bad_input():
    vendor = Vendor(contracts=_listing())

    with pytest.raises(BadInput, match="no options on US:SPX"):
        vendor.run(vendor.chains.contracts(_request()))


def test_snapshot_puts_quotes_on_the_listed_strikes():
    snapshots = {
        "SPXW261218C05000000": {
            "latestQuote": _QUOTE,
            "dailyBar": {"t": "2026-11-18T05:00:00Z", "v": 9},
        },
        "SPXW261218P05000000": {"latestQuote": {**_QUOTE, "ap": 0, "as": 0}},
        "SPXW261218P04900000": {"dailyBar": {"t": "2026-11-17T05:00:00Z", "v": 4}},
        "SPXW261218C09999000": {"latestQuote": _QUOTE},
    }
    vendor = Vendor(contracts=_listing(*_chain(days=("261218",))), SPX={"snapshots": snapshots})

    snapshot = vendor.run(vendor.chains.snapshot(_request()))

    (chain,) = snapshot.chains
    assert (snapshot.feed, snapshot.provenance.source) == ("opra", "alpaca")
    assert chain.key == ("SPXW", date(2026, 12, 18))
    assert chain.strikes.tolist() == [4900.0, 5000.0, 5100.0]
    np.testing.assert_array_equal(chain.calls.bid, [np.nan, 1.0, np.nan])
    np.testing.assert_array_equal(chain.puts.ask, [np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(chain.puts.bid_size, [np.nan, 2.0, np.nan])
    np.testing.assert_array_equal(chain.calls.volume, [np.nan, 9.0, np.nan])
    np.testing.assert_array_equal(chain.puts.volume, [0.0, np.nan, np.nan])
    np.testing.assert_array_equal(chain.puts.open_interest, [237.0] * 3)
    assert chain.calls.ts_ns[1] == rfc3339_ns(_QUOTE["t"])
    assert np.isnan(chain.spot)


def test_snapshot_asks_for_no_more_than_is_wanted():
    vendor = Vendor(contracts=_listing(*_chain()), SPX={"snapshots": {}})

    vendor.run(vendor.chains.snapshot(_request(expiries=1, roots=("SPXW",))))

    (query,) = vendor.queries("snapshots")
    assert query["expiration_date_gte"] == query["expiration_date_lte"] == "2026-12-18"
    assert query["root_symbol"] == "SPXW"
    assert (query["strike_price_gte"], query["strike_price_lte"]) == ("4900.000", "5100.000")


def test_snapshot_of_nothing_listed_is_no_data():
    vendor = Vendor(contracts=_listing(*_chain()))

    with pytest.raises(NoData, match="in the wanted part"):
        vendor.run(vendor.chains.snapshot(_request(roots=("XSP",))))


def test_listing_is_asked_for_once_a_while():
    vendor = Vendor(contracts=_listing(*_chain()))

    async def often():
        for seconds in (0.0, 60.0, 3600.0):
            vendor.clock.pass_time(seconds)
            await vendor.chains.contracts(_request())

    vendor.run(often())

    assert len(vendor.queries("contracts")) == 2


@pytest.mark.parametrize(
    "text", ["2026-11-18", "2026-11-18T10:00:00", "yesterday", "", "1900-01-01T00:00:00Z"]
)
def test_time_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r"\S"):
        rfc3339_ns(text)


@pytest.mark.parametrize("time_ns", [0, 1, 999_999_999, 1_795_000_000_123_456_789])
def test_time_there_and_back_is_the_same(time_ns):
    assert rfc3339_ns(rfc3339(time_ns)) == time_ns
