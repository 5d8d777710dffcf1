"""The HTTP side of the server: finds the endpoint, charges its weight, encodes the answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from quantdeck.sims.binance.endpoints import Call, Endpoint, Exchange
from quantdeck.sims.binance.limits import Limiter, banned
from quantdeck.sims.binance.query import Query
from quantdeck.sims.binance.refusals import Refusal
from quantdeck.sims.binance.rest_spot import SPOT_ENDPOINTS
from quantdeck.sims.binance.rest_usdm import USDM_ENDPOINTS
from quantdeck.sims.dated import listed_at
from quantdeck.sims.fault_table import FaultName

if TYPE_CHECKING:
    from collections import Counter

    from quantdeck.sims.clock import VenueClock
    from quantdeck.sims.faultboard import FaultBoard

_encode = msgspec.json.Encoder().encode


class Rest:
    """Answers REST requests of both markets.

    Parameters
    ----------
    server : Exchange
        What to answer from.
    clock : VenueClock
        The venue's time.
    faults : FaultBoard
        Faults switched on.
    counts : Counter
        Counters of the server.
    """

    def __init__(
        self, server: Exchange, *, clock: VenueClock, faults: FaultBoard, counts: Counter[str]
    ) -> None:
        self._server, self._clock, self._faults, self._counts = server, clock, faults, counts
        self._usdm_limits = Limiter(server.usdm_weight)
        self._spot_limits = Limiter(server.spot_weight)

    def add_routes(self, application: web.Application) -> None:
        """Register every path of both markets."""
        application.router.add_get("/fapi/{rest:.*}", self._usdm)
        application.router.add_get("/api/{rest:.*}", self._spot)

    async def _usdm(self, request: web.Request) -> web.Response:
        return await self._answer(request, USDM_ENDPOINTS, self._usdm_limits, is_spot=False)

    async def _spot(self, request: web.Request) -> web.Response:
        return await self._answer(request, SPOT_ENDPOINTS, self._spot_limits, is_spot=True)

    async def _answer(
        self,
        request: web.Request,
        endpoints: dict[str, Endpoint],
        limits: Limiter,
        *,
        is_spot: bool,
    ) -> web.Response:
        self._counts["requests"] += 1
        slow = self._faults.get(FaultName.SLOW_REST)
        if slow is not None:
            self._counts[FaultName.SLOW_REST] += 1
            await self._clock.sleep((slow.value or 0.0) / 1_000)
        if self._faults.has(FaultName.SERVER_ERROR):
            self._counts[FaultName.SERVER_ERROR] += 1
            return web.Response(status=500, text="<html>Internal Server Error</html>")
        address = request.remote or "unknown"
        now_ms = self._clock.now_ms()
        headers: dict[str, str] = {}
        try:
            self._faulty(address, now_ms)
            endpoint = _found(endpoints, request.path)
            dated = [] if is_spot else [each.symbol for each in listed_at(now_ms)]
            query = Query(request.query, dated)
            self._charge(endpoint, query, (limits, address), now_ms)
            # In a thread: a long history must not hold up the streams.
            call = Call(self._server, query, now_ms)
            body = await asyncio.to_thread(_answered, endpoint, call)
            status = 200
        except Refusal as refusal:
            self._counts["refused_requests"] += 1
            status = refusal.status
            body = _encode({"code": refusal.code, "msg": refusal.message})
            if refusal.retry_after_s is not None:
                headers["Retry-After"] = str(refusal.retry_after_s)
        used = str(limits.used(address, now_ms))
        headers["X-MBX-USED-WEIGHT-1M"] = used
        if is_spot:
            headers["X-MBX-USED-WEIGHT"] = used
        return web.Response(
            body=body, status=status, headers=headers, content_type="application/json"
        )

    def _charge(
        self, endpoint: Endpoint, query: Query, who: tuple[Limiter, str], now_ms: int
    ) -> None:
        limits, address = who
        limits.spend(address, endpoint.weight_of(query), now_ms)
        if endpoint.shares_funding_pool:
            limits.spend_funding(address, now_ms)

    def _faulty(self, address: str, now_ms: int) -> None:
        ban = self._faults.get(FaultName.BANNED)
        if ban is not None:
            self._counts[FaultName.BANNED] += 1
            raise banned(address, now_ms + int((ban.value or 0) * 1_000), now_ms)
        many = self._faults.get(FaultName.TOO_MANY_REQUESTS)
        if many is not None:
            self._counts[FaultName.TOO_MANY_REQUESTS] += 1
            raise Refusal(
                429,
                -1003,
                f"Too many requests; current limit of IP({address}) is "
                f"{self._server.usdm_weight} requests per minute.",
                retry_after_s=int(many.value or 0),
            )


def _answered(endpoint: Endpoint, call: Call) -> bytes:
    return _encode(endpoint.answer(call))


def _found(endpoints: dict[str, Endpoint], path: str) -> Endpoint:
    endpoint = endpoints.get(path)
    if endpoint is None:
        raise Refusal(404, -5000, f"Path {path}, Method GET is invalid")
    return endpoint
