"""The past by REST, against a venue made of a function."""

from __future__ import annotations

import asyncio
import json
from random import Random

import httpx2
import pytest

from quantdeck.feeds.binance import SPOT, USDM, BinanceFeed
from quantdeck.model.errors import BadInput, NoData, VenueError
from quantdeck.model.events import Flag, Kind
from quantdeck.model.feed import Gap
from quantdeck.model.instruments import InstrumentKind, InstrumentTable
from quantdeck.net.clock import SystemClock

_BTC = "BINANCE-USDM:BTCUSDT"
_MS = 1_000_000


def _listing(symbol, base, quote, *, margin=None, contract="PERPETUAL", status="TRADING"):
    return {
        "symbol": symbol,
        "baseAsset": base,
        "quoteAsset": quote,
        "marginAsset": quote if margin is None else margin,
        "contractType": contract,
        "status": status,
        "filters": [
            {"filterType": "PRICE_FILTER", "tickSize": "0.10", "minPrice": "1"},
            {"filterType": "LOT_SIZE", "stepSize": "0.001"},
            {"filterType": "PERCENT_PRICE", "multiplierUp": "1.05"},
        ],
    }


_INFO = {
    "timezone": "UTC",
    "rateLimits": [
        {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 500},
        {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 300},
    ],
    "symbols": [
        _listing("BTCUSDT", "BTC", "USDT"),
        _listing("ETHUSDT_270326", "ETH", "USDT", contract="CURRENT_QUARTER"),
        _listing("BTCUSD_PERP", "BTC", "USD", margin="BTC"),
        _listing("OLDUSDT", "OLD", "USDT", status="SETTLING"),
    ],
}


class Venue:
    """Has trades with numbers `first` to `last`, one every 10 ms, and refuses what it is told to."""

    def __init__(self, *, first=1, last=5000, refuse=None) -> None:
        self.first, self.last = first, last
        self.refuse = refuse or {}
        self.asked: list[tuple[str, dict]] = []

    def __call__(self, request):
        name, params = request.url.path.rsplit("/", 1)[1], dict(request.url.params)
        self.asked.append((name, params))
        if name in self.refuse:
            return self.refuse[name]
        return httpx2.Response(200, text=json.dumps(getattr(self, f"_{name}")(params)))

    def _exchangeInfo(self, _params):  # noqa: N802
        return _INFO

    def _numbers(self, params):
        limit = int(params["limit"])
        start = int(params.get("fromId", max(self.first, self.last - limit + 1)))
        start = max(start, self.first)
        return range(start, min(start + limit, self.last + 1))

    def _aggTrades(self, params):  # noqa: N802
        return [
            {"a": n, "p": "1.5", "q": "2", "f": n, "l": n, "T": n * 10, "m": n % 2 == 0}
            for n in self._numbers(params)
        ]

    def _trades(self, params):
        return [
            {"id": n, "price": "1.5", "qty": "2", "time": n * 10, "isBuyerMaker": n % 2 == 0}
            for n in self._numbers(params)
        ]

    _historicalTrades = _trades  # noqa: N815

    def _klines(self, params):
        start, end, limit = (int(params[name]) for name in ("startTime", "endTime", "limit"))
        first = -(-start // 60_000) * 60_000
        return [
            [t, "1", "3", "0.5", "2", "10", t + 59_999, "20", 9, "5", "10", "0"]
            for t in range(first, end + 1, 60_000)
        ][:limit]

    def _fundingRate(self, params):  # noqa: N802
        row = {"symbol": params["symbol"], "fundingRate": "-0.0001", "markPrice": ""}
        return [{**row, "fundingTime": int(params["startTime"])}]


def _feed(venue, sink, market="usdm"):
    return BinanceFeed(
        market,
        sink=sink,
        instruments=InstrumentTable(),
        on_data=lambda: None,
        clock=SystemClock(),
        rng=Random(1),
        rest_url="http://venue.test",
        ws_url="ws://127.0.0.1:1",
        transport=httpx2.MockTransport(venue),
    )


def _gap(first, last, kind=Kind.AGG_TRADE):
    return Gap("binance-usdm", _BTC, kind.value, first, last, 0)


def test_instruments_are_those_that_trade_and_are_margined_in_their_quote(recorder):
    found = asyncio.run(_feed(Venue(), recorder).instruments())

    assert [each.symbol for each in found] == [_BTC, "BINANCE-USDM:ETHUSDT_270326"]
    assert [each.kind for each in found] == [InstrumentKind.PERPETUAL, InstrumentKind.FUTURE]
    assert (found[0].tick_size, found[0].lot_size) == (0.1, 0.001)


def test_instruments_asked_twice_are_fetched_once(recorder):
    venue = Venue()
    feed = _feed(venue, recorder)

    async def twice():
        return await feed.instruments(), await feed.instruments()

    asyncio.run(twice())

    assert [name for name, _ in venue.asked] == ["exchangeInfo"]


def test_set_symbols_unknown_names_what_is_near_and_changes_nothing(recorder):
    feed = _feed(Venue(), recorder)

    with pytest.raises(BadInput, match=r"BTCUSDC; did you mean BINANCE-USDM:BTCUSDT"):
        asyncio.run(feed.set_symbols(["BTCUSDT", "BTCUSDC"]))

    assert feed.symbols() == []


def test_set_symbols_of_another_venue_is_bad_input(recorder):
    with pytest.raises(BadInput, match="written BINANCE-USDM:ROOT"):
        asyncio.run(_feed(Venue(), recorder).set_symbols(["BINANCE:BTCUSDT"]))


@pytest.mark.parametrize("status", [403, 418, 429])
def test_set_symbols_when_the_list_is_refused_goes_unverified(recorder, status):
    venue = Venue(refuse={"exchangeInfo": httpx2.Response(status)})
    feed = _feed(venue, recorder)

    asyncio.run(feed.set_symbols(["btcusdt"]))

    assert feed.symbols() == [_BTC]


def test_feed_of_an_unknown_market_or_stream_is_bad_input(recorder):
    with pytest.raises(BadInput, match="usdm, spot"):
        _feed(Venue(), recorder, market="coin")
    with pytest.raises(BadInput, match="no stream 'depth'"):
        BinanceFeed(
            "spot",
            sink=recorder,
            instruments=InstrumentTable(),
            on_data=lambda: None,
            clock=SystemClock(),
            rng=Random(1),
            streams=["depth"],
        )


@pytest.mark.parametrize(("first", "last", "pages"), [(10, 10, 1), (10, 1009, 1), (10, 2509, 3)])
def test_repair_puts_exactly_what_is_missing(recorder, first, last, pages):
    venue = Venue()

    count = asyncio.run(_feed(venue, recorder).repair(_gap(first, last)))

    rows = recorder.of("agg_trade")
    assert count == last - first + 1
    assert [row[2] for row in rows] == list(range(first, last + 1))
    assert {row[7] for row in rows} == {int(Flag.REPAIRED)}
    assert rows[0][:1] + rows[0][3:5] == (first * 10 * _MS, 1.5, 2.0)
    assert len(venue.asked) == pages


def test_repair_of_what_is_only_partly_offered_gives_that_part(recorder):
    count = asyncio.run(_feed(Venue(first=1, last=50), recorder).repair(_gap(40, 90)))

    assert count == 11


def test_repair_of_what_is_no_longer_offered_is_no_data(recorder):
    with pytest.raises(NoData, match="no longer offers agg_trade 1 to 5"):
        asyncio.run(_feed(Venue(first=1000), recorder).repair(_gap(1, 5)))

    assert recorder.events == []


def test_repair_of_quotes_is_no_data(recorder):
    with pytest.raises(NoData, match="no past quote events"):
        asyncio.run(_feed(Venue(), recorder).repair(_gap(1, 5, Kind.QUOTE)))


def test_repair_of_recent_trades_takes_the_light_endpoint(recorder):
    venue = Venue()

    asyncio.run(_feed(venue, recorder).repair(_gap(4500, 4600, Kind.TRADE)))

    assert [name for name, _ in venue.asked] == ["trades"]
    assert [row[2] for row in recorder.of("trade")] == list(range(4500, 4601))


def test_repair_of_older_trades_pages_through_the_history(recorder):
    venue = Venue()

    asyncio.run(_feed(venue, recorder).repair(_gap(100, 1300, Kind.TRADE)))

    assert [name for name, _ in venue.asked] == ["trades"] + ["historicalTrades"] * 3
    assert [row[2] for row in recorder.of("trade")] == list(range(100, 1301))


def test_repair_of_older_trades_without_a_key_is_no_data(recorder):
    venue = Venue(refuse={"historicalTrades": httpx2.Response(401)})

    with pytest.raises(NoData, match="API key"):
        asyncio.run(_feed(venue, recorder).repair(_gap(100, 200, Kind.TRADE)))


def test_repair_that_cannot_be_done_now_is_a_venue_error(recorder):
    venue = Venue(refuse={"aggTrades": httpx2.Response(418, headers={"Retry-After": "60"})})

    with pytest.raises(VenueError):
        asyncio.run(_feed(venue, recorder).repair(_gap(1, 5)))


def test_recent_trades_pages_back_and_gives_them_oldest_first(recorder):
    venue = Venue()
    feed = _feed(venue, recorder)

    count = asyncio.run(
        feed.history.recent_trades(
            _BTC, Kind.AGG_TRADE, since_ns=25_000 * _MS, sink=recorder, max_pages=5
        )
    )

    assert count == 2501
    assert [row[2] for row in recorder.of("agg_trade")] == list(range(2500, 5001))
    assert len(venue.asked) == 3


def test_recent_trades_stops_at_the_pages_allowed(recorder):
    feed = _feed(Venue(), recorder)

    count = asyncio.run(
        feed.history.recent_trades(_BTC, Kind.AGG_TRADE, since_ns=0, sink=recorder, max_pages=2)
    )

    assert (count, recorder.of("agg_trade")[0][2]) == (2000, 3001)


def test_bars_over_several_pages_are_without_hole(recorder):
    venue = Venue()
    start_ns = 1_700_000_040_000 * _MS

    bars = asyncio.run(
        _feed(venue, recorder).history.bars(
            _BTC, "1m", start_ns=start_ns, end_ns=start_ns + 2500 * 60_000 * _MS
        )
    )

    assert bars["ts_event"].tolist() == [start_ns + n * 60_000 * _MS for n in range(2500)]
    assert (bars["high"][0], bars["volume"][0], bars["trades"][0]) == (3.0, 10.0, 9)
    assert set(bars["flags"].tolist()) == {int(Flag.CLOSED)}
    assert set(bars["interval_ns"].tolist()) == {60_000 * _MS}
    assert len(venue.asked) == 3


def test_bars_of_an_empty_range_are_none(recorder):
    bars = asyncio.run(_feed(Venue(), recorder).history.bars(_BTC, "1m", start_ns=5, end_ns=5))

    assert len(bars) == 0


def test_funding_of_a_perpetual_is_read(recorder):
    history = _feed(Venue(), recorder).history

    (row,) = asyncio.run(history.funding(_BTC, start_ns=8 * _MS, end_ns=9 * _MS))

    assert (row.funding_rate, row.funding_time) == (-0.0001, 8)


def test_funding_of_spot_is_bad_input(recorder):
    history = _feed(Venue(), recorder, market="spot").history

    with pytest.raises(BadInput, match="no funding"):
        asyncio.run(history.funding("BINANCE:BTCUSDT", start_ns=0, end_ns=1))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ('{"code":-1121,"msg":"Invalid symbol."}', BadInput),
        ('{"code":-4000,"msg":"No."}', VenueError),
        ("<html>", VenueError),
    ],
)
def test_refused_request_says_the_venues_reason(recorder, body, error):
    venue = Venue(refuse={"klines": httpx2.Response(400, text=body)})

    with pytest.raises(error, match=r"HTTP 400"):
        asyncio.run(_feed(venue, recorder).history.bars(_BTC, "1m", start_ns=0, end_ns=1))


def test_markets_know_the_weight_of_every_endpoint_they_are_asked_for():
    needed = {"exchangeInfo", "aggTrades", "trades", "historicalTrades"}

    assert needed <= USDM.weights.keys() & SPOT.weights.keys()
