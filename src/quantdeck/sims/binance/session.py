"""One stream connection: its clock, its limits and what is written to it.

Binance USD-M futures documentation, "Connect" (lifetime, ping and pong, message limit); Binance spot
documentation, "WebSocket Streams", general information.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import WSMessage, WSMsgType, web

from quantdeck.sims.binance.control import ControlState, answer
from quantdeck.sims.fault_table import FaultName

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.sims.binance.names import Route
    from quantdeck.sims.clock import VenueClock
    from quantdeck.sims.faultboard import FaultBoard

_MAX_BACKLOG = 64 * 1024 * 1024
_CLOSE_TIMEOUT_S = 2.0
_NORMAL_CLOSE = (1000).to_bytes(2, "big")


@dataclass(frozen=True, slots=True)
class Liveness:
    """What a venue demands of a connection, and for how long it keeps one.

    Parameters
    ----------
    lifetime_s : float
        Closed after this. [s]
    ping_every_s, pong_within_s : float
        Pace of the server's pings, and how long it waits for a pong. [s]
    messages_per_second : int
        More from the client close the connection.
    counts_pings : bool
        Whether pings and pongs of the client count as messages.
    counts_unasked_pong : bool
        Whether a pong that answers nothing keeps the connection alive.
    notice_s : float
        How long before the end of its life a serverShutdown notice is sent. [s]
    """

    lifetime_s: float = 86_400.0
    ping_every_s: float = 180.0
    pong_within_s: float = 600.0
    messages_per_second: int = 10
    counts_pings: bool = False
    counts_unasked_pong: bool = True
    notice_s: float = 10.0


FUTURES_LIVENESS = Liveness()
SPOT_LIVENESS = Liveness(
    ping_every_s=20.0,
    pong_within_s=60.0,
    messages_per_second=5,
    counts_pings=True,
    counts_unasked_pong=False,
)


def frame(payload: bytes, *, opcode: int = 1) -> bytes:
    r"""Return an unmasked WebSocket frame (RFC 6455, section 5.2).

    Examples
    --------
    >>> frame(b"hi")
    b'\x81\x02hi'
    """
    size = len(payload)
    first = 0x80 | opcode
    if size < 126:
        return bytes((first, size)) + payload
    if size < 65_536:
        return bytes((first, 126, size >> 8, size & 0xFF)) + payload
    return bytes((first, 127)) + size.to_bytes(8, "big") + payload


class StreamSession:
    """A client of the streams, from handshake to close.

    The pump hands it frames and calls `tick`; the request handler runs `serve`.

    Parameters
    ----------
    socket : WebSocketResponse
        Prepared, without autoping.
    request : Request
        What opened it.
    route : Route or None
        Served streams; None for all of them (spot).
    unit : int
        1 for stamps in milliseconds, 1000 for microseconds.
    state : ControlState
        Streams named in the address, and whether payloads are wrapped.
    faults : FaultBoard
        Faults switched on.
    clock : VenueClock
        Times.
    liveness : Liveness
        Rules.
    counts : Counter
        Counters of the server.
    on_change : callable
        Called when the subscriptions have changed.
    """

    def __init__(  # noqa: PLR0913
        self,
        socket: web.WebSocketResponse,
        request: web.Request,
        *,
        route: Route | None,
        unit: int,
        state: ControlState,
        faults: FaultBoard,
        clock: VenueClock,
        liveness: Liveness,
        counts: Counter[str],
        on_change: Callable[[StreamSession], None],
    ) -> None:
        self.route, self.unit, self.state = route, unit, state
        self.opened_ms = clock.elapsed_ms()
        self._socket, self._request = socket, request
        self._faults, self._clock, self._liveness = faults, clock, liveness
        self._counts, self._on_change = counts, on_change
        self._inbound: deque[int] = deque()
        self._ping_ms = self.opened_ms
        self._unanswered_ms: int | None = None
        self._ping_payload = b""
        self._is_closing = False
        self._last_resort: asyncio.TimerHandle | None = None
        self._noticed = False

    @property
    def is_open(self) -> bool:
        """Whether anything can still be written."""
        transport = self._request.transport
        return not self._is_closing and transport is not None and not transport.is_closing()

    def write(self, frames: bytes) -> None:
        """Send whole frames."""
        transport = self._request.transport
        if not self.is_open or not isinstance(transport, asyncio.WriteTransport):
            return
        transport.write(frames)
        self._counts["bytes_sent"] += len(frames)
        if transport.get_write_buffer_size() > _MAX_BACKLOG:
            self._counts["slow_clients"] += 1
            self.abort()

    def abort(self) -> None:
        """End the connection without a close frame."""
        if self._request.transport is not None:
            self._request.transport.abort()

    def close(self, code: int, reason: str) -> None:
        """Start the closing handshake."""
        if not self.is_open:
            return
        self._counts[f"closed_{code}"] += 1
        self.write(frame(code.to_bytes(2, "big") + reason.encode(), opcode=8))
        self._is_closing = True
        # The client's close frame ends `serve`; one that sends none is not waited for.
        loop = asyncio.get_running_loop()
        self._last_resort = loop.call_later(_CLOSE_TIMEOUT_S, self.abort)

    def announce_shutdown(self) -> None:
        """Tell the client that the connection will end soon."""
        stamp = self._clock.now_ms() * self.unit
        notice = b'{"e":"serverShutdown","E":%d}' % stamp
        if self.state.is_combined:
            notice = b'{"stream":"!serverShutdown","data":%s}' % notice
        self.write(frame(notice))
        self._noticed = True

    async def serve(self) -> None:
        """Read what the client says until it closes or is lost, then end the connection."""
        async for message in self._socket:
            self._on_message(message)
        self.write(frame(_NORMAL_CLOSE, opcode=8))
        self._is_closing = True
        if self._last_resort is not None:
            self._last_resort.cancel()
        if self._request.transport is not None:
            self._request.transport.close()

    def tick(self) -> None:
        """Do what the clock asks for: pings, the wait for pongs, the end of life, timed faults."""
        if not self.is_open:
            return
        now_ms = self._clock.elapsed_ms()
        age_s = (now_ms - self.opened_ms) / 1_000
        self._ping(now_ms)
        self._end_of_life(age_s)
        self._timed_faults(age_s)

    def _ping(self, now_ms: int) -> None:
        rules = self._liveness
        if self._unanswered_ms is not None and (
            now_ms - self._unanswered_ms >= rules.pong_within_s * 1_000
        ):
            self.close(1008, "Pong timeout")
            return
        due = now_ms - self._ping_ms >= rules.ping_every_s * 1_000
        if due and not self._faults.has(FaultName.NO_PING):
            self._ping_ms = now_ms
            self._ping_payload = str(self._clock.now_ms()).encode()
            if self._unanswered_ms is None:
                self._unanswered_ms = now_ms
            self.write(frame(self._ping_payload, opcode=9))

    def _end_of_life(self, age_s: float) -> None:
        roll = self._faults.get(FaultName.ROLL)
        life_s = self._liveness.lifetime_s if roll is None else roll.value or 0.0
        notice_s = min(self._liveness.notice_s, life_s / 2)
        if age_s >= life_s:
            self.close(1001, "going away")
        elif age_s >= life_s - notice_s and not self._noticed:
            self.announce_shutdown()

    def _timed_faults(self, age_s: float) -> None:
        drop = self._faults.get(FaultName.DROP)
        if drop is not None and drop.value is not None and age_s >= drop.value:
            self._counts[FaultName.DROP] += 1
            self.abort()
        close = self._faults.get(FaultName.CLOSE)
        if close is not None and close.after_s is not None and age_s >= close.after_s:
            self._counts[FaultName.CLOSE] += 1
            self.close(int(close.value or 1001), "")
        notice = self._faults.get(FaultName.SHUTDOWN)
        if notice is None or notice.value is None or self._noticed:
            return
        if age_s >= notice.value:
            self._counts[FaultName.SHUTDOWN] += 1
            self.announce_shutdown()

    def _on_message(self, message: WSMessage) -> None:
        if self._is_closing:
            return
        is_control = message.type in (WSMsgType.PING, WSMsgType.PONG)
        if (not is_control or self._liveness.counts_pings) and self._too_many():
            self._counts["message_limit"] += 1
            self.close(1008, "Too many requests")
            return
        if message.type is WSMsgType.PING:
            if self._faults.has(FaultName.NO_PONG):
                self._counts[FaultName.NO_PONG] += 1
            else:
                self.write(frame(bytes(message.data), opcode=10))
        elif message.type is WSMsgType.PONG:
            self._on_pong(bytes(message.data))
        elif message.type is WSMsgType.TEXT:
            self._on_text(message.data.encode())
        elif message.type is WSMsgType.BINARY:
            self._on_text(bytes(message.data))

    def _on_pong(self, payload: bytes) -> None:
        if payload == self._ping_payload or self._liveness.counts_unasked_pong:
            self._unanswered_ms = None

    def _on_text(self, text: bytes) -> None:
        self._counts["control_messages"] += 1
        reject = self._faults.get(FaultName.REJECT_SUBSCRIBE)
        before = set(self.state.names)
        reply = answer(
            text,
            self.state,
            refuses=lambda name: reject is not None and reject.touches(name),
            as_object=self._faults.has(FaultName.ERROR_OBJECT),
        )
        if self._faults.has(FaultName.NO_ACK):
            self._counts[FaultName.NO_ACK] += 1
        else:
            self.write(frame(reply))
        if before != set(self.state.names):
            self._on_change(self)

    def _too_many(self) -> bool:
        now_ms = self._clock.elapsed_ms()
        self._inbound.append(now_ms)
        while self._inbound[0] <= now_ms - 1_000:
            self._inbound.popleft()
        return len(self._inbound) > self._liveness.messages_per_second
