"""The WebSocket side of the server: addresses, handshakes, sessions.

Binance USD-M futures documentation, "Important WebSocket Change Notice": an address without a route
still works and serves the public route only; a stream of another route is acknowledged and silent.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING

from aiohttp import web

from quantdeck.sims.binance.control import ControlState
from quantdeck.sims.binance.names import MAX_STREAMS, Route
from quantdeck.sims.binance.session import Liveness, StreamSession
from quantdeck.sims.fault_table import FaultName

if TYPE_CHECKING:
    from quantdeck.sims.binance.pump import Pump
    from quantdeck.sims.clock import VenueClock
    from quantdeck.sims.faultboard import FaultBoard

_MAX_MESSAGE = 1 << 20
SPOT_CONNECTS = 300
"""Connection attempts allowed in five minutes (spot)."""
_CONNECT_WINDOW_MS = 300_000


class Sockets:
    """Takes stream connections of one market.

    Parameters
    ----------
    pump : Pump
        Where events come from.
    spot : bool
        Spot has no routes and knows microseconds.
    liveness : Liveness
        Rules of a connection.
    clock : VenueClock
        Times.
    faults : FaultBoard
        Faults switched on.
    counts : Counter
        Counters of the server.
    """

    def __init__(
        self,
        pump: Pump,
        *,
        spot: bool,
        liveness: Liveness,
        clock: VenueClock,
        faults: FaultBoard,
        counts: Counter[str],
    ) -> None:
        self._pump, self._spot, self._liveness = pump, spot, liveness
        self._clock, self._faults, self._counts = clock, faults, counts
        self._connects: deque[int] = deque()

    def add_routes(self, application: web.Application) -> None:
        """Register every address of the streams."""
        prefixes = [""] if self._spot else ["", "/{route:public|market|private}"]
        for prefix in prefixes:
            application.router.add_get(f"{prefix}/stream", self._serve)
            application.router.add_get(f"{prefix}/ws", self._serve)
            application.router.add_get(f"{prefix}/ws/{{names:.*}}", self._serve)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        refused = self._refused()
        if refused is not None:
            return refused
        is_combined = request.path.endswith("/stream")
        text = request.query.get("streams", "") if is_combined else request.match_info.get("names")
        names = [name for name in (text or "").split("/") if name]
        if len(names) > MAX_STREAMS:
            return web.Response(status=400, text=f"more than {MAX_STREAMS} streams")
        socket = web.WebSocketResponse(
            autoping=False, autoclose=False, compress=False, max_msg_size=_MAX_MESSAGE
        )
        await socket.prepare(request)
        session = self._session(socket, request, ControlState(dict.fromkeys(names), is_combined))
        self._counts["connections_opened"] += 1
        self._pump.sessions.add(session)
        self._pump.refresh(session, self._clock.now_ms())
        try:
            await session.serve()
        finally:
            self._pump.remove(session)
            self._counts["connections_ended"] += 1
        return socket

    def _session(
        self, socket: web.WebSocketResponse, request: web.Request, state: ControlState
    ) -> StreamSession:
        wants_micro = request.query.get("timeUnit", "").upper() == "MICROSECOND"
        return StreamSession(
            socket,
            request,
            route=None if self._spot else Route(request.match_info.get("route") or "public"),
            unit=1_000 if self._spot and wants_micro else 1,
            state=state,
            faults=self._faults,
            clock=self._clock,
            liveness=self._liveness,
            counts=self._counts,
            on_change=lambda session: self._pump.refresh(session, self._clock.now_ms()),
        )

    def _refused(self) -> web.Response | None:
        if self._faults.has(FaultName.REFUSE_CONNECT):
            self._counts[FaultName.REFUSE_CONNECT] += 1
            return web.Response(status=503, text="Service Unavailable")
        if not self._spot:
            return None
        now_ms = self._clock.elapsed_ms()
        self._connects.append(now_ms)
        while self._connects[0] <= now_ms - _CONNECT_WINDOW_MS:
            self._connects.popleft()
        if len(self._connects) > SPOT_CONNECTS:
            return web.Response(status=429, text="Too many connection attempts")
        return None
