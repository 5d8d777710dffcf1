"""Days and hours of years, against a venue made of a function."""

from __future__ import annotations

import asyncio
import json
from random import Random

import httpx2
import pytest

from quantdeck.feeds.binance.past import BinancePast
from quantdeck.model.errors import BadInput, NoData, RateLimited
from quantdeck.model.feed import Delay, RunId
from quantdeck.net.clock import SystemClock
from quantdeck.ports.history import HistoryRequest

_DAY_MS = 86_400_000
_NS_PER_MS = 1_000_000
_BTC = "BINANCE-USDM:BTCUSDT"


class Venue:
    """Has a candle a day from day `first` on, and refuses with an answer it is given."""

    def __init__(self, *, first: int = 0, refusal: tuple[int, str] | None = None) -> None:
        self.first, self.refusal = first, refusal
        self.asked: list[dict[str, str]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        params = dict(request.url.params)
        self.asked.append(params)
        if self.refusal is not None:
            status, text = self.refusal
            headers = {"Retry-After": "700"} if status == 429 else {}
            return httpx2.Response(status, text=text, headers=headers)
        start = max(self.first, -(-int(params["startTime"]) // _DAY_MS))
        stop = min(int(params["endTime"]) // _DAY_MS + 1, start + int(params["limit"]))
        rows = [
            [
                *(day * _DAY_MS, "1.0", "3.0", "0.5", f"{day}.5", "10.25"),
                *((day + 1) * _DAY_MS - 1, "20", 7, "1", "2", "0"),
            ]
            for day in range(start, stop)
        ]
        return httpx2.Response(200, text=json.dumps(rows))


def _history(venue: Venue, request: HistoryRequest, **rest: object):
    async def work():
        source = BinancePast(
            "usdm",
            clock=SystemClock(),
            rng=Random(1),
            run_id=RunId("run-1"),
            transport=httpx2.MockTransport(venue),
            **rest,
        )
        try:
            return await source.history(request)
        finally:
            await source.close()

    return asyncio.run(work())


def _request(first: int, stop: int, symbol: str = _BTC, interval: str = "1d") -> HistoryRequest:
    day_ns = _DAY_MS * _NS_PER_MS
    return HistoryRequest(symbol, interval, first * day_ns, stop * day_ns)


def test_history_of_years_is_asked_for_page_by_page() -> None:
    venue = Venue(first=200)

    history = _history(venue, _request(0, 2500))

    assert len(history) == 2300
    assert history.rows["close"][[0, -1]].tolist() == [200.5, 2499.5]
    assert len(venue.asked) == 3
    assert {each["limit"] for each in venue.asked} == {"1000"}


def test_history_says_where_it_comes_from() -> None:
    history = _history(Venue(), _request(0, 3), simulated=True)

    assert history.provenance.source == "binance-usdm"
    assert history.provenance.delay is Delay.SIMULATED
    assert (history.currency, history.calendar, history.actions) == ("USDT", "24/7", ())


def test_history_leaves_out_the_candle_that_grows() -> None:
    today = SystemClock().now_ns() // (_DAY_MS * _NS_PER_MS)

    history = _history(Venue(), _request(today - 3, today + 1))

    assert len(history) == 3


def test_history_of_a_span_without_candles_is_no_data() -> None:
    with pytest.raises(NoData, match="no 1d bars of BINANCE-USDM:BTCUSDT"):
        _history(Venue(first=500), _request(0, 100))


@pytest.mark.parametrize(
    ("symbol", "interval"), [("US:SPY", "1d"), (_BTC, "2w")], ids=["venue", "interval"]
)
def test_history_of_another_venue_or_interval_is_refused(symbol: str, interval: str) -> None:
    venue = Venue()

    with pytest.raises(BadInput, match="binance-usdm has bars of"):
        _history(venue, _request(0, 3, symbol, interval))
    assert venue.asked == []


def test_history_of_an_unknown_symbol_is_bad_input() -> None:
    venue = Venue(refusal=(400, '{"code": -1121, "msg": "Invalid symbol."}'))

    with pytest.raises(BadInput, match="Invalid symbol"):
        _history(venue, _request(0, 3))


def test_history_of_a_venue_that_is_asked_too_much_says_when_to_ask_again() -> None:
    venue = Venue(refusal=(429, '{"code": -1003, "msg": "Too many requests"}'))

    with pytest.raises(RateLimited) as told:
        _history(venue, _request(0, 3))
    assert told.value.retry_after_s > 600
