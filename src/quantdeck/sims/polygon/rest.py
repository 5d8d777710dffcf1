"""The HTTP side of the server: who asks, how often, what for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from quantdeck.model.errors import BadInput
from quantdeck.sims.noise import generator
from quantdeck.sims.polygon.distort import distorted
from quantdeck.sims.polygon.fault_table import PolygonFault
from quantdeck.sims.polygon.limits import Limiter
from quantdeck.sims.polygon.query import Query, read_cursor
from quantdeck.sims.polygon.refusals import NOT_ENTITLED, TOO_MANY, Refusal
from quantdeck.sims.polygon.routes import Route, routes
from quantdeck.sims.polygon.venue import Ask

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Awaitable, Callable, Mapping

    from quantdeck.sims.clock import VenueClock
    from quantdeck.sims.polygon.plans import Plan
    from quantdeck.sims.polygon.venue import Venue

_encode = msgspec.json.Encoder().encode
_BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head></html>"
_FOREIGN = "https://elsewhere.example"
_BEARER = "Bearer "
_WORTH_PACKING = 2_048
_FREE = ("/v1/marketstatus", "/v3/reference")


class Rest:
    """Answers REST requests.

    Parameters
    ----------
    venue : Venue
        The market.
    clock : VenueClock
        Times.
    counts : Counter
        Counters of the server.
    """

    def __init__(self, venue: Venue, *, clock: VenueClock, counts: Counter[str]) -> None:
        self._venue, self._clock, self._counts = venue, clock, counts
        self._faults = venue.faults
        self._limits = Limiter()
        self._number = 0

    def add_routes(self, application: web.Application) -> None:
        """Register every path."""
        for route in routes(self._venue):
            application.router.add_get(route.path, self._answering(route))
        application.middlewares.append(_unknown_paths)

    def _answering(self, route: Route) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answered(request: web.Request) -> web.Response:
            return await self._answer(request, route)

        return answered

    async def _answer(self, request: web.Request, route: Route) -> web.Response:
        self._counts["requests"] += 1
        self._number += 1
        slow = self._faults.get(PolygonFault.SLOW_REST)
        if slow is not None:
            self._counts[PolygonFault.SLOW_REST] += 1
            await self._clock.sleep((slow.value or 0.0) / 1_000)
        if self._faults.has(PolygonFault.BAD_GATEWAY):
            self._counts[PolygonFault.BAD_GATEWAY] += 1
            return web.Response(status=502, text=_BAD_GATEWAY, content_type="text/html")
        request_id = f"{generator(0, 'request', self._number).integers(2**62):032x}"
        headers = {"X-Request-Id": request_id}
        try:
            ask = self._ask(request, route)
            # In a thread: years of candles must not hold up the streams.
            parts = tuple(request.match_info.values())
            status, body = 200, await asyncio.to_thread(self._body, ask, route, parts, request_id)
        except BadInput as error:
            # A clock beyond the years that are simulated.
            status, body = 400, _encode(Refusal(400, str(error)).body(request_id))
        except Refusal as refusal:
            self._counts["refused_requests"] += 1
            status, body = refusal.status, _encode(refusal.body(request_id))
            if status == 429:
                body = self._too_many(body, headers)
        return self._response(request, body, status, headers)

    def _too_many(self, body: bytes, headers: dict[str, str]) -> bytes:
        retry = self._faults.get(PolygonFault.RETRY_AFTER)
        if retry is not None:
            headers["Retry-After"] = f"{retry.value or 0.0:g}"
        return b"" if self._faults.has(PolygonFault.TOO_MANY_EMPTY) else body

    def _response(
        self, request: web.Request, body: bytes, status: int, headers: dict[str, str]
    ) -> web.Response:
        if status == 200 and self._faults.has(PolygonFault.GARBAGE_REST):
            self._counts[PolygonFault.GARBAGE_REST] += 1
            body = body[: len(body) // 2]
        response = web.Response(
            body=body, status=status, headers=headers, content_type="application/json"
        )
        if len(body) > _WORTH_PACKING and "gzip" in request.headers.get("Accept-Encoding", ""):
            response.enable_compression(web.ContentCoding.gzip)
        return response

    def _ask(self, request: web.Request, route: Route) -> Ask:
        plan = self._admitted(request)
        if route.right is not None and route.right not in plan.rights:
            raise Refusal(403, NOT_ENTITLED)
        base = f"http://{request.host}"
        query = Query(request.query)
        written = query.text("cursor")
        if written is None:
            return Ask(self._venue, query, plan, self._venue.now_ns(), base=base)
        if self._faults.has(PolygonFault.EXPIRED_CURSOR):
            self._counts[PolygonFault.EXPIRED_CURSOR] += 1
            raise Refusal(400, "The cursor has expired, start the request again")
        cursor = read_cursor(written)
        now_ns = cursor.at_ms * 1_000_000
        return Ask(self._venue, Query(cursor.parameters), plan, now_ns, cursor.position, base)

    def _admitted(self, request: web.Request) -> Plan:
        key = key_of(request.headers, request.query)
        if key is None:
            raise Refusal(401, "API Key was not provided")
        if not self._venue.is_known(key):
            raise Refusal(401, "Unknown API Key")
        plan = self._venue.plan_of(key)
        fault = self._faults.get(PolygonFault.TOO_MANY_REQUESTS)
        limit = plan.requests if fault is None else int(fault.value or 0)
        if not self._limits.spend(key, limit, self._clock.now_ms()):
            self._counts["requests_over_limit"] += 1
            raise Refusal(429, TOO_MANY)
        if self._faults.has(PolygonFault.SERVER_ERROR):
            self._counts[PolygonFault.SERVER_ERROR] += 1
            raise Refusal(500, "Internal server error")
        if self._faults.has(PolygonFault.NOT_ENTITLED) and not request.path.startswith(_FREE):
            self._counts[PolygonFault.NOT_ENTITLED] += 1
            raise Refusal(403, NOT_ENTITLED)
        return plan

    def _body(self, ask: Ask, route: Route, parts: tuple[str, ...], request_id: str) -> bytes:
        made = route.answer(ask, *parts)
        if not isinstance(made, dict):
            return _encode(made)
        is_late = route.is_market and not ask.plan.is_real_time
        body: dict[str, Any] = {"status": "DELAYED" if is_late else "OK", "request_id": request_id}
        body |= made
        cursor = ask.next_cursor()
        if cursor is not None:
            path = route.path.format_map(dict(zip(_names(route.path), parts, strict=True)))
            base = _FOREIGN if self._faults.has(PolygonFault.FOREIGN_NEXT_URL) else ask.base
            body["next_url"] = f"{base}{path}?cursor={cursor}"
        return _encode(distorted(body, self._faults, self._number))


@web.middleware
async def _unknown_paths(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPNotFound:
        body = _encode(Refusal(404, "page not found").body("0" * 32))
        return web.Response(body=body, status=404, content_type="application/json")


def key_of(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    """Return the key of a request, None where there is none.

    Examples
    --------
    >>> key_of({"Authorization": "Bearer K"}, {}), key_of({}, {"apiKey": "Q"}), key_of({}, {})
    ('K', 'Q', None)
    """
    said = headers.get("Authorization", "")
    if said.startswith(_BEARER):
        return said.removeprefix(_BEARER).strip() or None
    return query.get("apiKey") or None


def _names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]
