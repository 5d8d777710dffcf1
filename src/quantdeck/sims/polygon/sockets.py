"""The WebSocket side of the server: a session for every connection, and how many a key may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from quantdeck.sims.polygon.events import StreamEvents
from quantdeck.sims.polygon.fault_table import PolygonFault
from quantdeck.sims.polygon.session import MARKETS, Cluster, StreamSession
from quantdeck.sims.stream_socket import MAX_MESSAGE, StreamSocket

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Awaitable, Callable

    from quantdeck.sims.clock import VenueClock
    from quantdeck.sims.polygon.venue import Venue


class Sockets:
    """Takes stream connections.

    Parameters
    ----------
    venue : Venue
        The market.
    clock : VenueClock
        Times.
    counts : Counter
        Counters of the server.

    Attributes
    ----------
    open : dict of StreamSocket
        Connections, the oldest first.
    """

    def __init__(self, venue: Venue, *, clock: VenueClock, counts: Counter[str]) -> None:
        self.open: dict[StreamSocket[StreamSession], None] = {}
        self._venue, self._clock, self._counts = venue, clock, counts
        self._events = StreamEvents(venue)

    def add_routes(self, application: web.Application, *, is_delayed: bool) -> None:
        """Register the streams of a cluster."""
        for market in MARKETS:
            cluster = Cluster(market, is_delayed)
            application.router.add_get(f"/{market}", self._serving(cluster))

    def _serving(self, cluster: Cluster) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serving(request: web.Request) -> web.StreamResponse:
            return await self._serve(request, cluster)

        return serving

    async def _serve(self, request: web.Request, cluster: Cluster) -> web.StreamResponse:
        if self._venue.faults.has(PolygonFault.REFUSE_CONNECT):
            self._counts[PolygonFault.REFUSE_CONNECT] += 1
            return web.Response(status=503, text="service unavailable")
        session = StreamSession(
            cluster,
            self._venue,
            self._events,
            on_auth=self._see_to_limit,
            counts=self._counts,
            now_ms=self._clock.elapsed_ms(),
        )
        socket = web.WebSocketResponse(
            autoping=False, compress=False, max_msg_size=MAX_MESSAGE, timeout=1.0
        )
        await socket.prepare(request)
        connection = StreamSocket(request.path, socket, request, session)
        self.open[connection] = None
        self._counts["connections_opened"] += 1
        try:
            session.begin()
            await connection.say(self._clock.elapsed_ms())
            await self._listen(socket, connection)
        finally:
            self.open.pop(connection, None)
            self._counts["connections_ended"] += 1
        return socket

    async def _listen(
        self, socket: web.WebSocketResponse, connection: StreamSocket[StreamSession]
    ) -> None:
        async for message in socket:
            now_ms = self._clock.elapsed_ms()
            if message.type is WSMsgType.PING:
                if not self._venue.faults.has(PolygonFault.NO_PONG):
                    await connection.pong(bytes(message.data))
                continue
            if message.type is WSMsgType.TEXT:
                connection.session.on_message(message.data.encode(), now_ms)
            elif message.type is WSMsgType.BINARY:
                connection.session.on_message(bytes(message.data), now_ms)
            await connection.say(now_ms)

    def _see_to_limit(self, session: StreamSession) -> None:
        # Both have been seen at the vendor: the oldest connection ended, and the newest.
        held = [
            each.session
            for each in self.open
            if each.session.key == session.key
            and each.session.cluster == session.cluster
            and each.session.goodbye is None
        ]
        over = len(held) - self._venue.plan_of(session.key).connections
        if over <= 0:
            return
        is_newest = self._venue.faults.has(PolygonFault.REFUSE_NEWCOMER)
        for each in held[-over:] if is_newest else held[:over]:
            each.end_for_too_many()
