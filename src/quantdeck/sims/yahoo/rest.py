"""The HTTP side of the server: cookies, consent, crumbs, and what they open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec
from aiohttp import web

from quantdeck.sims.yahoo.chains import Chains
from quantdeck.sims.yahoo.chart import Charts
from quantdeck.sims.yahoo.crumbs import COOKIE, Crumbs
from quantdeck.sims.yahoo.fault_table import YahooFault
from quantdeck.sims.yahoo.listing import SECURITIES
from quantdeck.sims.yahoo.quotes import Quotes
from quantdeck.sims.yahoo.refusals import DOWN, TOO_MANY, Refusal, bad_crumb, not_found
from quantdeck.sims.yahoo.spoil import is_on

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Awaitable, Callable, Mapping

    from quantdeck.sims.clock import VenueClock
    from quantdeck.sims.faultboard import FaultBoard
    from quantdeck.sims.yahoo.candles import YahooPrices
    from quantdeck.sims.yahoo.listing import Security

    Answer = Callable[[str, Mapping[str, str]], dict[str, Any]]

_encode = msgspec.json.Encoder().encode
_YEAR_S = 31_557_600
_HOST = "X-Orig-Host"
_CONSENTED = "consented"
_CONSENT_PAGE = (
    '<html><body><form method="post" action="/v2/collectConsent?sessionId={session}">'
    '<input type="hidden" name="csrfToken" value="sim-{session}"/>'
    '<input type="hidden" name="sessionId" value="{session}"/>'
    '<button name="agree" value="agree">Accept all</button></form></body></html>'
)


class Rest:
    """Answers HTTP requests.

    Parameters
    ----------
    prices : YahooPrices
        The market.
    clock : VenueClock
        Times.
    faults : FaultBoard
        What is switched on.
    counts : Counter
        Counters of the server.
    """

    def __init__(
        self, prices: YahooPrices, clock: VenueClock, faults: FaultBoard, counts: Counter[str]
    ) -> None:
        self._clock, self._faults, self._counts = clock, faults, counts
        self._crumbs = Crumbs(prices.market.seed, faults)
        self._charts = Charts(prices, faults)
        self._quotes = Quotes(prices)
        self._chains = Chains(prices, self._quotes, faults)

    def add_routes(
        self,
        application: web.Application,
        streamer: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> None:
        """Register every path; the streamer and the page that hands out cookies share the root."""

        async def root(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await streamer(request)
            return await self._guarded(request, self._cookie)

        router = application.router
        router.add_get("/", root)
        router.add_get("/v1/test/getcrumb", self._guard(self._crumb))
        router.add_get("/consent", self._guard(self._consent))
        router.add_post("/v2/collectConsent", self._guard(self._collect))
        router.add_get("/copyConsent", self._guard(self._cookie))
        answers: dict[str, tuple[Answer, bool]] = {
            "/v8/finance/chart/{symbol}": (self._chart, False),
            "/v7/finance/options/{symbol}": (self._options, True),
            "/v7/finance/quote": (self._quote, True),
            "/v10/finance/quoteSummary/{symbol}": (self._summary, True),
            "/v1/finance/search": (self._search, False),
            "/ws/fundamentals-timeseries/v1/finance/timeseries/{symbol}": (self._series, False),
        }
        for path, (answer, needs_crumb) in answers.items():
            router.add_get(path, self._answering(answer, needs_crumb=needs_crumb))

    @property
    def _now_ns(self) -> int:
        return self._clock.now_ms() * 1_000_000

    def _guard(
        self, answer: Callable[[web.Request], web.Response]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def guarded(request: web.Request) -> web.Response:
            return await self._guarded(request, answer)

        return guarded

    async def _guarded(
        self, request: web.Request, answer: Callable[[web.Request], web.Response]
    ) -> web.Response:
        refused = await self._refused_to_all()
        return refused if refused is not None else answer(request)

    async def _refused_to_all(self) -> web.Response | None:
        # Faults that spare nobody.
        self._counts["requests"] += 1
        if (slow := self._faults.get(YahooFault.SLOW_REST)) is not None:
            self._counts[YahooFault.SLOW_REST] += 1
            await self._clock.sleep((slow.value or 0.0) / 1_000)
        if (many := self._faults.get(YahooFault.TOO_MANY_REQUESTS)) is not None:
            self._counts[YahooFault.TOO_MANY_REQUESTS] += 1
            headers = {"Retry-After": f"{many.value:.0f}"} if many.value else {}
            return web.Response(status=429, text=TOO_MANY, headers=headers)
        if self._faults.has(YahooFault.SERVER_ERROR):
            self._counts[YahooFault.SERVER_ERROR] += 1
            return web.Response(status=500, text="Internal Server Error")
        if self._faults.has(YahooFault.DOWN):
            self._counts[YahooFault.DOWN] += 1
            return web.Response(text=DOWN, content_type="text/html")
        return None

    def _cookie(self, request: web.Request) -> web.Response:
        self._counts["cookies"] += 1
        response = web.Response(status=404, text="", content_type="text/html")
        _set_cookie(response, request, COOKIE, self._crumbs.cookie())
        return response

    def _crumb(self, request: web.Request) -> web.Response:
        self._counts["crumbs"] += 1
        if self._faults.has(YahooFault.CRUMB_LIMITED):
            return web.Response(status=429, text=TOO_MANY)
        cookie = request.cookies.get(COOKIE)
        if cookie is None:
            # Without a cookie the vendor answers with nothing.
            return web.Response(status=401, text="")
        return web.Response(text=self._crumbs.crumb(cookie, self._now_ns))

    def _consent(self, _request: web.Request) -> web.Response:
        self._counts["consent_pages"] += 1
        page = _CONSENT_PAGE.format(session=f"s{self._counts['consent_pages']}")
        return web.Response(text=page, content_type="text/html")

    def _collect(self, request: web.Request) -> web.Response:
        self._counts["consents"] += 1
        response = web.Response(text="<html></html>", content_type="text/html")
        _set_cookie(response, request, COOKIE, self._crumbs.cookie())
        _set_cookie(response, request, _CONSENTED, "1")
        return response

    def _answering(
        self, answer: Answer, *, needs_crumb: bool
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answered(request: web.Request) -> web.Response:
            refused = await self._refused_to_all()
            if refused is not None:
                return refused
            if self._faults.has(YahooFault.CONSENT) and _CONSENTED not in request.cookies:
                return self._consent(request)
            try:
                self._admit(request, needs_crumb=needs_crumb)
                symbol = unquote(request.match_info.get("symbol", "")).upper()
                # In a thread: making years of candles must not hold up the streams.
                body = await asyncio.to_thread(_answered, answer, symbol, dict(request.query))
            except Refusal as refusal:
                self._counts["refused_requests"] += 1
                return web.Response(
                    body=refusal.body(), status=refusal.status, content_type="application/json"
                )
            return web.Response(body=body, content_type="application/json")

        return answered

    def _admit(self, request: web.Request, *, needs_crumb: bool) -> None:
        if not needs_crumb and not self._faults.has(YahooFault.INVALID_CRUMB):
            return
        cookie, crumb = request.cookies.get(COOKIE, ""), request.query.get("crumb", "")
        if not self._crumbs.are_good(cookie, crumb, self._now_ns):
            self._counts["bad_crumbs"] += 1
            raise bad_crumb()

    def _found(self, symbol: str, root: str) -> Security:
        security = SECURITIES.get(symbol)
        if security is None or is_on(self._faults, YahooFault.DELISTED, symbol):
            words = () if root == "chart" else (f"Quote not found for symbol: {symbol}",)
            raise not_found(root, *words)
        return security

    def _is_empty(self, symbol: str) -> bool:
        return is_on(self._faults, YahooFault.EMPTY, symbol)

    def _chart(self, symbol: str, query: Mapping[str, str]) -> dict[str, Any]:
        security = self._found(symbol, "chart")
        if self._is_empty(symbol):
            return {"chart": {"result": [], "error": None}}
        return self._charts.chart(security, query, self._now_ns)

    def _options(self, symbol: str, query: Mapping[str, str]) -> dict[str, Any]:
        security = SECURITIES.get(symbol)
        if security is None or self._is_empty(symbol):
            return {"optionChain": {"result": [], "error": None}}
        return self._chains.chain(security, query.get("date"), self._now_ns)

    def _quote(self, symbol: str, query: Mapping[str, str]) -> dict[str, Any]:
        del symbol
        names = [name.strip().upper() for name in query.get("symbols", "").split(",")]
        quotes = [
            self._quotes.quote(SECURITIES[name], self._now_ns)
            for name in names
            if name in SECURITIES and not self._is_empty(name)
        ]
        for told in quotes:
            if is_on(self._faults, YahooFault.MISSING_FIELDS, told["symbol"]):
                for name in ("bid", "ask", "regularMarketTime", "regularMarketPrice"):
                    told.pop(name, None)
        return {"quoteResponse": {"result": quotes, "error": None}}

    def _summary(self, symbol: str, query: Mapping[str, str]) -> dict[str, Any]:
        security = self._found(symbol, "quoteSummary")
        modules = query.get("modules", "").split(",")
        found = self._quotes.summary(security, modules, self._now_ns)
        if not found:
            raise not_found(
                "quoteSummary", "No fundamentals data found for any of the summaryTypes"
            )
        return {"quoteSummary": {"result": [found], "error": None}}

    def _search(self, symbol: str, query: Mapping[str, str]) -> dict[str, Any]:
        del symbol
        count = query.get("quotesCount", "7")
        return self._quotes.search(query.get("q", ""), int(count) if count.isdigit() else 7)

    def _series(self, symbol: str, query: Mapping[str, str]) -> dict[str, Any]:
        kinds = query.get("type", "").split(",")
        rows = [{"meta": {"symbol": [symbol], "type": [kind]}} for kind in kinds if kind]
        return {"timeseries": {"result": rows, "error": None}}


def _set_cookie(response: web.Response, request: web.Request, name: str, value: str) -> None:
    host = request.headers.get(_HOST, request.host).partition(":")[0]
    # A cookie for another domain than it was asked at would be thrown away.
    domain = "; Domain=.yahoo.com; Secure" if host.endswith("yahoo.com") else ""
    response.headers.add(
        "Set-Cookie", f"{name}={value}; Max-Age={_YEAR_S}; Path=/{domain}; HttpOnly"
    )


def _answered(answer: Answer, symbol: str, query: Mapping[str, str]) -> bytes:
    return _encode(answer(symbol, query))
