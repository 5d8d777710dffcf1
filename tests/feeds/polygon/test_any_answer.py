"""Whatever the vendors answer is a result or an error of ours, never another."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from random import Random

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.feeds.newsapi.client import NewsApi
from quantdeck.feeds.newsapi.news import headlines
from quantdeck.feeds.polygon.bars import midnight_ns, open_close, previous_close
from quantdeck.feeds.polygon.chains import PolygonChains
from quantdeck.feeds.polygon.history import PolygonHistory
from quantdeck.feeds.polygon.news import news
from quantdeck.feeds.polygon.reference import (
    company,
    contracts,
    dividends,
    market_state,
    moving_average,
    splits,
    statements,
)
from quantdeck.feeds.polygon.snapshots import stock_snapshots
from quantdeck.feeds.polygon.ticks import newest_quotes, newest_trades
from quantdeck.model.errors import QuantdeckError
from quantdeck.model.feed import RunId
from quantdeck.ports.chains import ChainRequest
from quantdeck.ports.history import HistoryRequest
from tests.feeds.polygon.vendor import Vendor
from tests.net.conftest import LeapingClock

_SPAN = (midnight_ns(date(2026, 11, 2)), midnight_ns(date(2026, 11, 10)))
_RUN = RunId("run")
_ASKED = {
    "days": lambda r: PolygonHistory(r, run_id=_RUN).history(HistoryRequest("US:A", "1d", *_SPAN)),
    "minutes": lambda r: PolygonHistory(r, run_id=_RUN).history(
        HistoryRequest("US:A", "1m", *_SPAN)
    ),
    "previous": lambda r: previous_close(r, "US:A"),
    "day": lambda r: open_close(r, "US:A", date(2026, 11, 2)),
    "chain": lambda r: PolygonChains(r, run_id=_RUN).snapshot(ChainRequest("US:SPY", lowest=0.5)),
    "contracts": lambda r: contracts(r, "US:SPY", first=date(2026, 11, 2), expiries=2),
    "news": lambda r: news(r, ["US:A"], count=5),
    "splits": lambda r: splits(r, "US:A"),
    "dividends": lambda r: dividends(r, "US:A"),
    "company": lambda r: company(r, "US:A"),
    "statements": lambda r: statements(r, "US:A"),
    "average": lambda r: moving_average(r, "US:A"),
    "market": market_state,
    "snapshots": lambda r: stock_snapshots(r, ["A"]),
    "trades": lambda r: newest_trades(r, "US:A"),
    "quotes": lambda r: newest_quotes(r, "US:A"),
}
_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(["2026-11-02", "2026-11-02T14:00:00Z", "A", "O:SPY261218C00500000", "OK"])
)
_names = st.sampled_from(
    [
        "t",
        "o",
        "h",
        "l",
        "c",
        "v",
        "vw",
        "n",
        "dv",
        "ticker",
        "results",
        "status",
        "next_url",
        "execution_date",
        "split_from",
        "split_to",
        "ex_dividend_date",
        "cash_amount",
        "details",
        "last_quote",
        "day",
        "underlying_asset",
        "bid",
        "ask",
        "price",
        "id",
        "title",
        "published_utc",
        "insights",
        "tickers",
        "publisher",
        "values",
        "timestamp",
        "value",
        "financials",
        "lastQuote",
        "p",
        "P",
        "s",
        "S",
        "articles",
        "source",
        "url",
        "publishedAt",
        "name",
        "description",
        "market",
        "code",
        "message",
    ]
)
_json = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=6),
    max_leaves=25,
)
_ROW = {
    "t": 1_793_678_400_000,
    "o": 1.0,
    "h": 2.0,
    "l": 0.5,
    "c": 1.5,
    "v": 9,
    "ticker": "O:SPY261218C00500000",
    "execution_date": "2026-11-03",
    "split_from": 1,
    "split_to": 2,
    "cash_amount": 0.1,
    "price": 1.0,
    "ex_dividend_date": "2026-11-04",
    "id": "x",
    "title": "T",
    "published_utc": "2026-11-02T14:00:00Z",
    "details": {"ticker": "O:SPY261218C00500000"},
    "day": {"volume": 1, "last_updated": 1},
}
_rows = st.dictionaries(_names, _json, max_size=4).map(lambda change: {**_ROW, **change})
_bodies = st.dictionaries(_names, _json, max_size=5) | st.fixed_dictionaries(
    {"status": st.just("OK"), "results": st.lists(_rows, max_size=3)}
)
_answers = st.tuples(
    st.sampled_from([200, 200, 200, 200, 400, 403, 404]),
    st.binary(max_size=30) | _bodies.map(lambda body: json.dumps(body).encode()),
)


@pytest.mark.parametrize("asked", _ASKED)
@given(_answers)
@settings(max_examples=20)
def test_any_answer_of_polygon_is_a_result_or_an_error_of_ours(asked, answer):
    status, body = answer
    vendor = Vendor({"/": lambda _: httpx2.Response(status, content=body)})

    try:
        vendor.run(_ASKED[asked](vendor.rest))
    except QuantdeckError as error:
        said = str(error)
    else:
        said = ""

    assert "SECRET" not in said


@given(_answers)
@settings(max_examples=30)
def test_any_answer_of_newsapi_is_a_result_or_an_error_of_ours(answer):
    status, body = answer

    async def run():
        client = NewsApi(
            key="SECRET",
            clock=LeapingClock(),
            rng=Random(1),
            base_url="https://host",
            transport=httpx2.MockTransport(lambda _: httpx2.Response(status, content=body)),
        )
        try:
            return await headlines(client, {"US:A": "Agilent"}, count=5)
        finally:
            await client.close()

    try:
        found = asyncio.run(run())
    except QuantdeckError:
        found = []

    assert all(each.title for each in found)
