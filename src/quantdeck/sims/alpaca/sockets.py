"""The WebSocket side of the server: a session for every connection."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from quantdeck.sims.alpaca.channels import endpoint_of
from quantdeck.sims.alpaca.codec import Codec
from quantdeck.sims.alpaca.fault_table import AlpacaFault
from quantdeck.sims.alpaca.session import StreamSession
from quantdeck.sims.stream_socket import MAX_MESSAGE, StreamSocket

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from quantdeck.sims.alpaca.keys import Keys
    from quantdeck.sims.alpaca.stocks import Stocks
    from quantdeck.sims.alpaca.venue import Venue
    from quantdeck.sims.clock import VenueClock


class Sockets:
    """Takes stream connections.

    Parameters
    ----------
    venue : Venue
        The market.
    stocks : Stocks
        Its stocks.
    keys : Keys
        Who may enter.
    clock : VenueClock
        Times.
    counts : Counter
        Counters of the server.

    Attributes
    ----------
    open : set of StreamSocket
        Connections.
    """

    def __init__(
        self, venue: Venue, stocks: Stocks, *, keys: Keys, clock: VenueClock, counts: Counter[str]
    ) -> None:
        self.open: set[StreamSocket[StreamSession]] = set()
        self._venue, self._stocks, self._keys = venue, stocks, keys
        self._clock, self._counts = clock, counts

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        if self._venue.faults.has(AlpacaFault.REFUSE_CONNECT):
            self._counts[AlpacaFault.REFUSE_CONNECT] += 1
            return web.Response(status=429, text="too many connections")
        codec = Codec(
            packs="msgpack" in request.headers.get("Content-Type", ""), faults=self._venue.faults
        )
        path = request.path.strip("/")
        endpoint = endpoint_of(path, self._venue, self._stocks, codec.stamp)
        if endpoint is None:
            return web.Response(status=404, text="not found")
        session = StreamSession(
            endpoint,
            codec,
            self._venue,
            is_known=self._keys.are_known,
            is_taken=lambda session: self._is_taken(path, session),
            counts=self._counts,
            now_ms=self._clock.elapsed_ms(),
        )
        socket = web.WebSocketResponse(
            autoping=False, compress=False, max_msg_size=MAX_MESSAGE, timeout=1.0
        )
        await socket.prepare(request)
        connection = StreamSocket(path, socket, request, session)
        self.open.add(connection)
        self._counts["connections_opened"] += 1
        try:
            session.begin(**credentials(request.headers))
            await connection.say(self._clock.elapsed_ms())
            await self._listen(socket, connection)
        finally:
            self.open.discard(connection)
            self._counts["connections_ended"] += 1
        return socket

    async def _listen(
        self, socket: web.WebSocketResponse, connection: StreamSocket[StreamSession]
    ) -> None:
        async for message in socket:
            now_ms = self._clock.elapsed_ms()
            if message.type is WSMsgType.PING:
                if not self._venue.faults.has(AlpacaFault.NO_PONG):
                    await connection.pong(bytes(message.data))
                continue
            if message.type is WSMsgType.TEXT:
                connection.session.on_message(message.data.encode(), now_ms)
            elif message.type is WSMsgType.BINARY:
                connection.session.on_message(bytes(message.data), now_ms)
            await connection.say(now_ms)

    def _is_taken(self, path: str, session: StreamSession) -> bool:
        return any(
            other.path == path and other.session.is_authenticated
            for other in self.open
            if other.session is not session
        )


def credentials(headers: Mapping[str, str]) -> dict[str, str | None]:
    """Return key and secret of the headers of a request; None where there are none.

    Parameters
    ----------
    headers : mapping of str to str
        ``APCA-API-KEY-ID`` and ``APCA-API-SECRET-KEY``, or ``Authorization`` with Basic or Bearer.

    Examples
    --------
    >>> credentials({"Authorization": "Bearer T"})
    {'key': 'oauth', 'secret': 'T'}
    """
    key, secret = headers.get("APCA-API-KEY-ID"), headers.get("APCA-API-SECRET-KEY")
    if key is not None or secret is not None:
        return {"key": key or "", "secret": secret or ""}
    scheme, _, rest = headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer":
        return {"key": "oauth", "secret": rest}
    if scheme == "Basic":
        try:
            key, _, secret = base64.b64decode(rest, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return {"key": "", "secret": ""}
        return {"key": key, "secret": secret}
    return {"key": None, "secret": None}
