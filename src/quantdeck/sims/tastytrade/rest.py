"""The HTTP side of the server: who asks, for what, and how it is said.

Source: developer.tastytrade.com, "API Overview": every request names its client in User-Agent, a
version may be asked for in Accept-Version.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from quantdeck.sims.tastytrade import calendar, chains, market_data
from quantdeck.sims.tastytrade.accounts import RefusedGrant
from quantdeck.sims.tastytrade.answers import (
    BAD_GATEWAY_HTML,
    UNAUTHORIZED_HTML,
    Item,
    Page,
    Refusal,
    enveloped,
    invalid,
    listed,
    not_found,
    paged,
)
from quantdeck.sims.tastytrade.fault_table import TastyFault

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from quantdeck.sims.clock import VenueClock
    from quantdeck.sims.faultboard import FaultBoard
    from quantdeck.sims.options.market import OptionMarket
    from quantdeck.sims.tastytrade.accounts import Accounts
    from quantdeck.sims.tastytrade.board import Board

VERSIONS = frozenset({"20250813", "20251101"})
"""Of the interface; what is asked for may be one of them, or none."""
_PER_PAGE = 250
_encode = msgspec.json.Encoder().encode


class Rest:
    """Answers REST requests.

    Parameters
    ----------
    market : OptionMarket
        What is listed, and prices.
    board : Board
        The contracts of now.
    accounts : Accounts
        Who may ask.
    clock : VenueClock
        Now.
    faults : FaultBoard
        Faults switched on.
    counts : Counter
        Counters of the server.
    dxlink_url : callable
        Returns where the stream is.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        *,
        market: OptionMarket,
        board: Board,
        accounts: Accounts,
        clock: VenueClock,
        faults: FaultBoard,
        counts: Counter[str],
        dxlink_url: Callable[[], str],
    ) -> None:
        self._market, self._board, self._accounts = market, board, accounts
        self._clock, self._faults, self._counts = clock, faults, counts
        self._dxlink_url = dxlink_url

    def add_routes(self, application: web.Application) -> None:
        """Register every path."""
        router = application.router
        router.add_post("/oauth/token", self._grant)
        router.add_post("/sessions", self._log_in)
        router.add_post("/sessions/validate", self._guarded(self._validated, status=201))
        for path, answer in (
            ("/api-quote-tokens", self._quote_token),
            ("/option-chains/{symbol}", self._flat),
            ("/option-chains/{symbol}/nested", self._nested),
            ("/option-chains/{symbol}/compact", self._compact),
            ("/instruments/equities", self._equities),
            ("/instruments/equities/active", self._active),
            ("/instruments/equities/{symbol}", self._equity),
            ("/instruments/equity-options", self._options),
            ("/instruments/equity-options/{symbol}", self._option),
            ("/market-data/by-type", self._by_type),
            ("/market-data/{type}/{symbol}", self._one_market_data),
            ("/market-time/sessions/current", self._sessions),
            ("/market-time/equities/holidays", self._holidays),
        ):
            router.add_get(path, self._guarded(answer))

    async def _grant(self, request: web.Request) -> web.Response:
        async def answer() -> Item:
            self._counts["grants"] += 1
            return self._accounts.grant(await _body(request))

        return await self._said(request, answer, status=200)

    async def _log_in(self, request: web.Request) -> web.Response:
        async def answer() -> Item:
            self._counts["logins"] += 1
            return enveloped(self._accounts.log_in(await _body(request)), "/sessions")

        return await self._said(request, answer, status=201)

    def _guarded(
        self, answer: Callable[[web.Request], Item], *, status: int = 200
    ) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.Response:
            async def guarded() -> Item:
                self._accounts.check(request.headers.get("Authorization"))
                # In a thread: a long chain must not hold up the streams.
                return await asyncio.to_thread(answer, request)

            return await self._said(request, guarded, status=status)

        return handle

    async def _said(
        self, request: web.Request, answer: Callable[[], Any], *, status: int
    ) -> web.Response:
        self._counts["requests"] += 1
        slow = self._faults.get(TastyFault.SLOW_REST)
        if slow is not None:
            await self._clock.sleep((slow.value or 0.0) / 1_000)
        body: Item
        try:
            self._check_gateway(request)
            body = await answer()
        except Page as page:
            self._counts[f"html_{page.status}"] += 1
            return web.Response(status=page.status, text=page.text, content_type="text/html")
        except RefusedGrant as refused:
            body, status = refused.body, 400
        except Refusal as refusal:
            body, status = refusal.body, refusal.status
        if status >= 400:
            self._counts["refused_requests"] += 1
        return web.Response(body=_encode(body), status=status, content_type="application/json")

    def _check_gateway(self, request: web.Request) -> None:
        if not request.headers.get("User-Agent") or self._faults.has(TastyFault.UNAUTHORIZED_HTML):
            raise Page(401, UNAUTHORIZED_HTML)
        if self._faults.has(TastyFault.BAD_GATEWAY):
            raise Page(502, BAD_GATEWAY_HTML)
        if self._faults.has(TastyFault.TOO_MANY_REQUESTS):
            self._counts[TastyFault.TOO_MANY_REQUESTS] += 1
            raise Refusal(429, "too_many_requests", "Too many requests")
        version = request.headers.get("Accept-Version")
        if version is not None and version not in VERSIONS:
            raise Refusal(406, 406, "The requested version is not supported.")

    def _validated(self, request: web.Request) -> Item:
        return enveloped({"external-id": "U0000000001"}, request.path)

    def _quote_token(self, request: web.Request) -> Item:
        self._counts["quote_tokens"] += 1
        return enveloped(self._accounts.quote_token(self._dxlink_url()), request.path)

    def _flat(self, request: web.Request) -> Item:
        return listed(chains.flat(self._board.listed, _symbol(request)), request.path)

    def _nested(self, request: web.Request) -> Item:
        self._counts["chains"] += 1
        return listed(chains.nested(self._board.listed, _symbol(request)), request.path)

    def _compact(self, request: web.Request) -> Item:
        return listed(chains.compact(self._board.listed, _symbol(request)), request.path)

    def _equity(self, request: web.Request) -> Item:
        return enveloped(chains.equity(_symbol(request)), request.path)

    def _equities(self, request: web.Request) -> Item:
        wanted = request.query.getall("symbol[]", list(chains.DESCRIPTIONS))
        found = [chains.equity(name) for name in wanted if name in chains.DESCRIPTIONS]
        for key in ("is-index", "is-etf"):
            if key in request.query:
                flag = request.query[key].lower() == "true"
                found = [item for item in found if item[key] is flag]
        return _paged(found, request)

    def _active(self, request: web.Request) -> Item:
        return _paged([chains.equity(name) for name in chains.STOCKS], request)

    def _option(self, request: web.Request) -> Item:
        symbol = _symbol(request).replace(" ", "")
        return enveloped(chains.option(self._board.listed, symbol), request.path)

    def _options(self, request: web.Request) -> Item:
        wanted = [text.replace(" ", "") for text in request.query.getall("symbol[]", [])]
        found = self._board.listed
        return listed(
            [chains.option(found, symbol) for symbol in wanted if symbol in found.ids],
            request.path,
        )

    def _by_type(self, request: web.Request) -> Item:
        self._counts["market_data"] += 1
        unknown = [key for key in request.query if key not in market_data.TYPES]
        if unknown:
            raise invalid(f"{unknown[0]} is not a type of instrument")
        wanted = {key: request.query.getall(key) for key in set(request.query)}
        return listed(self._rows(wanted), request.path)

    def _one_market_data(self, request: web.Request) -> Item:
        kind = request.match_info["type"].lower().replace(" ", "-")
        rows = self._rows({kind: [_symbol(request)]})
        if not rows:
            raise not_found(f"market data of {_symbol(request)}")
        return enveloped(rows[0], request.path)

    def _rows(self, wanted: dict[str, list[str]]) -> list[Item]:
        return market_data.rows(
            self._market, wanted, self._clock.now_ms() * 1_000_000, self._faults
        )

    def _sessions(self, request: web.Request) -> Item:
        wanted = request.query.getall("instrument-collections[]", [])
        is_open = not self._faults.has(TastyFault.MARKET_CLOSED)
        now_ns = self._clock.now_ms() * 1_000_000
        return listed(calendar.current(wanted, now_ns, is_open=is_open), request.path)

    def _holidays(self, request: web.Request) -> Item:
        year = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC).year
        return enveloped(calendar.holidays(year), request.path)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        return msgspec.json.decode(await request.read(), type=dict[str, Any])
    except msgspec.MsgspecError:
        raise invalid("the body is not a JSON object") from None


def _symbol(request: web.Request) -> str:
    return request.match_info["symbol"]


def _paged(items: list[Item], request: web.Request) -> Item:
    try:
        per_page = int(request.query.get("per-page", _PER_PAGE))
        offset = int(request.query.get("page-offset", 0))
    except ValueError:
        raise invalid("per-page and page-offset are whole numbers") from None
    return paged(items, request.path, per_page=per_page, offset=offset)
