"""The HTTP side of the server: who asks, how often, what for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from quantdeck.sims.alpaca.fault_table import AlpacaFault
from quantdeck.sims.alpaca.limits import Limiter
from quantdeck.sims.alpaca.query import Query
from quantdeck.sims.alpaca.refusals import Refusal
from quantdeck.sims.alpaca.rest_options import OptionRest
from quantdeck.sims.alpaca.rest_stocks import StockRest
from quantdeck.sims.alpaca.rest_trading import TradingRest
from quantdeck.sims.alpaca.sockets import credentials

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Awaitable, Callable

    from quantdeck.sims.alpaca.keys import Keys
    from quantdeck.sims.alpaca.sockets import Sockets
    from quantdeck.sims.alpaca.stocks import Stocks
    from quantdeck.sims.alpaca.venue import Venue
    from quantdeck.sims.clock import VenueClock

_encode = msgspec.json.Encoder().encode
_UNAUTHORIZED = "<html><head><title>401 Authorization Required</title></head></html>"
_BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head></html>"
_OPTIONS = "/v1beta1/options"
_STREAMS = (
    "/v1beta1/opra",
    "/v1beta1/indicative",
    "/v2/sip",
    "/v2/iex",
    "/v2/delayed_sip",
    "/v2/test",
)
_NEWS = "/v1beta1/news"


class Rest:
    """Answers REST requests of market data and of the trading API.

    Parameters
    ----------
    venue : Venue
        The market.
    stocks : Stocks
        Its stocks.
    keys : Keys
        Who may ask.
    clock : VenueClock
        Times.
    counts : Counter
        Counters of the server.
    """

    def __init__(
        self, venue: Venue, stocks: Stocks, *, keys: Keys, clock: VenueClock, counts: Counter[str]
    ) -> None:
        self._venue, self._keys, self._clock, self._counts = venue, keys, clock, counts
        self._faults = venue.faults
        self._limits = Limiter()
        options, shares, trading = OptionRest(venue), StockRest(venue, stocks), TradingRest(venue)
        self._news = self._answering(shares.news)
        self._data: dict[str, Callable[..., object]] = {
            f"{_OPTIONS}/snapshots/{{name}}": options.chain,
            f"{_OPTIONS}/snapshots": options.snapshots,
            f"{_OPTIONS}/quotes/latest": options.latest_quotes,
            f"{_OPTIONS}/trades/latest": options.latest_trades,
            f"{_OPTIONS}/bars": options.bars,
            f"{_OPTIONS}/trades": options.trades,
            f"{_OPTIONS}/meta/exchanges": options.exchanges,
            f"{_OPTIONS}/meta/conditions/{{name}}": options.conditions,
            "/v2/stocks/quotes/latest": shares.latest_quotes,
            "/v2/stocks/trades/latest": shares.latest_trades,
            "/v2/stocks/bars/latest": shares.latest_bars,
            "/v2/stocks/snapshots": shares.snapshots,
            "/v2/stocks/bars": shares.bars,
            "/v2/stocks/quotes": shares.quotes,
            "/v2/stocks/trades": shares.trades,
            "/v2/stocks/meta/exchanges": shares.exchanges,
            "/v2/stocks/meta/conditions/{name}": shares.conditions,
        }
        self._trading: dict[str, Callable[..., object]] = {
            "/v2/options/contracts": trading.contracts,
            "/v2/options/contracts/{name}": trading.contract,
            "/v2/assets": trading.assets,
            "/v2/clock": trading.clock,
            "/v2/calendar": trading.calendar,
            "/v3/clock": trading.clocks,
            "/v3/calendar/{name}": trading.market_calendar,
        }

    def add_routes(self, application: web.Application, sockets: Sockets) -> None:
        """Register every path of REST and of the streams."""
        router = application.router
        for path, answer in self._data.items():
            router.add_get(path, self._answering(answer))
        for path, answer in self._trading.items():
            router.add_get(path, self._answering(answer, is_trading=True))
        for path in _STREAMS:
            router.add_get(path, sockets.serve)

        async def news(request: web.Request) -> web.StreamResponse:
            # The stream of news and the request for them share an address.
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await sockets.serve(request)
            return await self._news(request)

        router.add_get(_NEWS, news)

    def _answering(
        self, answer: Callable[..., object], *, is_trading: bool = False
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answered(request: web.Request) -> web.Response:
            return await self._answer(request, answer, is_trading=is_trading)

        return answered

    async def _answer(
        self, request: web.Request, answer: Callable[..., object], *, is_trading: bool
    ) -> web.Response:
        self._counts["requests"] += 1
        slow = self._faults.get(AlpacaFault.SLOW_REST)
        if slow is not None:
            self._counts[AlpacaFault.SLOW_REST] += 1
            await self._clock.sleep((slow.value or 0.0) / 1_000)
        for name, status, text in (
            (AlpacaFault.UNAUTHORIZED_HTML, 401, _UNAUTHORIZED),
            (AlpacaFault.BAD_GATEWAY, 502, _BAD_GATEWAY),
        ):
            if self._faults.has(name):
                self._counts[name] += 1
                return web.Response(status=status, text=text, content_type="text/html")
        headers: dict[str, str] = {}
        try:
            self._admit(request, headers, is_trading=is_trading)
            names = request.match_info.values()
            # In a thread: a large chain must not hold up the streams.
            body = await asyncio.to_thread(_answered, answer, Query(request.query), *names)
            status = 200
        except Refusal as refusal:
            self._counts["refused_requests"] += 1
            status = refusal.status
            body = _encode(refusal.body(is_trading=is_trading))
        return web.Response(
            body=body, status=status, headers=headers, content_type="application/json"
        )

    def _admit(self, request: web.Request, headers: dict[str, str], *, is_trading: bool) -> None:
        who = credentials(request.headers)
        if self._faults.has(AlpacaFault.AUTH_FAILED) or not self._keys.are_known(**who):
            raise Refusal(401, "request is not authorized" if is_trading else "unauthorized.")
        fault = self._faults.get(AlpacaFault.TOO_MANY_REQUESTS)
        limit = self._venue.plan.requests if fault is None else int(fault.value or 0)
        is_within, told = self._limits.spend(str(who["key"]), limit, self._clock.now_ms())
        headers |= told
        if not is_within:
            self._counts["requests_over_limit"] += 1
            raise Refusal(429, "too many requests.")
        if self._faults.has(AlpacaFault.SERVER_ERROR):
            self._counts[AlpacaFault.SERVER_ERROR] += 1
            raise Refusal(500, "internal server error.")
        if self._faults.has(AlpacaFault.NOT_SIGNED) and request.path.startswith(_OPTIONS):
            self._counts[AlpacaFault.NOT_SIGNED] += 1
            raise Refusal(403, "OPRA agreement is not signed")


def _answered(answer: Callable[..., object], query: Query, *names: str) -> bytes:
    return _encode(answer(query, *names))
