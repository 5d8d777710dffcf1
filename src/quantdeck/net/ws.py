"""A websocket that stamps what it receives.

Frames are handed on as they are read from the socket, each with its time of receipt, without a queue
or a task between: one call per message, and one call after the last message of a socket read so that
whoever consumes them can work in batches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import msgspec
import picows

from quantdeck.model.errors import AuthFailed, BadMessage, Disconnected, RateLimited, VenueError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.ports.clock import Clock

OnPacket = Callable[[bytes, int], None]
"""Takes a message and its time of receipt [ns]."""

_TEXT = picows.WSMsgType.TEXT
_BINARY = picows.WSMsgType.BINARY
_LARGEST_MESSAGE = 16 * 1024 * 1024
# One read takes all that the kernel holds, so that a burst becomes one batch.
_READ_BUFFER = 256 * 1024
_CLOSED_WITHOUT_A_WORD = 1006
_BAN_S = 120.0
_SLOW_DOWN_S = 60.0


class Closed(msgspec.Struct, frozen=True):
    """How a websocket ended.

    Parameters
    ----------
    code : int
        Close code of the peer; 1006 where it closed without a word.
    reason : str
        The peer's words.
    """

    code: int
    reason: str


class WebSocket(picows.WSListener):
    """A client connection. Made by `open_socket`, owned by its connection.

    Parameters
    ----------
    clock : Clock
        Stamps the receipt.
    on_packet : callable
        Takes every message. A `BadMessage` it raises goes to `on_bad`.
    on_flush : callable
        Called after the last message of every socket read.
    on_bad : callable
        Takes what `on_packet` could not decode, and its time of receipt [ns].

    Attributes
    ----------
    messages : int
        Messages received.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        on_packet: OnPacket,
        on_flush: Callable[[], None],
        on_bad: Callable[[BadMessage, int], None],
    ) -> None:
        super().__init__()
        self.messages = 0
        self._controls = 0
        self._now_ns = clock.now_ns
        self._on_packet = on_packet
        self._after_look = on_packet
        self._shown_to: OnPacket | None = None
        self._on_flush = on_flush
        self._on_bad = on_bad
        self._fragments = bytearray()
        self._transport: picows.WSTransport | None = None
        self._closed: asyncio.Future[Closed] = asyncio.get_running_loop().create_future()
        self._last_word = Closed(_CLOSED_WITHOUT_A_WORD, "")

    @property
    def frames(self) -> int:
        """Frames received, control frames included."""
        return self.messages + self._controls

    @property
    def closed(self) -> asyncio.Future[Closed]:
        """Done when the connection has ended; raises what a callback raised, if that ended it."""
        return self._closed

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        """Keep the transport, and wait for its end."""
        self._transport = transport
        self._end = asyncio.create_task(transport.wait_disconnected())
        self._end.add_done_callback(self._on_end)

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        """Hand a frame on."""
        recv_ns = self._now_ns()
        kind = frame.msg_type
        if (kind is _TEXT or kind is _BINARY) and frame.fin:
            self.messages += 1
            try:
                self._on_packet(frame.get_payload_as_bytes(), recv_ns)
            except BadMessage as error:
                self._on_bad(error, recv_ns)
        else:
            self._on_rare_frame(transport, frame, recv_ns)
        if frame.last_in_buffer:
            self._on_flush()

    def pause_writing(self) -> None:
        """Nothing to do: what is sent is small."""

    def resume_writing(self) -> None:
        """Nothing to do."""

    def send(self, payload: bytes, *, binary: bool = False) -> None:
        """Send a message; nothing happens where the connection has ended."""
        if self._transport is not None:
            self._transport.send(_BINARY if binary else _TEXT, payload)

    def ping(self) -> None:
        """Ask for a sign of life."""
        if self._transport is not None:
            self._transport.send_ping(b"")

    def show_next(self, look: OnPacket) -> None:
        """Show the next message to somebody before it is handed on; free for all others."""
        if self._shown_to is None:
            self._shown_to, self._after_look = look, self._on_packet
            self._on_packet = self._show

    def _show(self, payload: bytes, recv_ns: int) -> None:
        look, self._on_packet, self._shown_to = self._shown_to, self._after_look, None
        if look is not None:
            look(payload, recv_ns)
        self._on_packet(payload, recv_ns)

    async def close(self, *, wait_s: float = 0.5) -> None:
        """Say goodbye and end the connection, whether or not the peer answers in time.

        Parameters
        ----------
        wait_s : float
            How long to wait for what is not sent yet. [s]
        """
        if self._transport is None:
            return
        self.leave()
        try:
            async with asyncio.timeout(wait_s):
                await asyncio.shield(self._closed)
        except TimeoutError:
            self.abort()

    def leave(self) -> None:
        """Say goodbye and read no more, without waiting."""
        if self._transport is not None:
            self._transport.send_close(picows.WSCloseCode.OK)
            self._transport.disconnect()

    def abort(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    def _on_end(self, end: asyncio.Task[None]) -> None:
        self._transport = None
        error = None if end.cancelled() else end.exception()
        if self._closed.done():
            return
        if error is None:
            self._closed.set_result(self._last_word)
        elif isinstance(error, picows.WSError):
            self._closed.set_result(Closed(1002, f"the peer broke the protocol: {error}"))
        else:
            self._closed.set_exception(error)

    def _on_rare_frame(
        self, transport: picows.WSTransport, frame: picows.WSFrame, recv_ns: int
    ) -> None:
        self._controls += 1
        payload = frame.get_payload_as_bytes()
        match frame.msg_type:
            case picows.WSMsgType.PING:
                transport.send_pong(payload)
            case picows.WSMsgType.CLOSE:
                code = int.from_bytes(payload[:2], "big") if payload else 1005
                self._last_word = Closed(code, payload[2:].decode("utf-8", "replace"))
                transport.send_close(picows.WSCloseCode.OK)
                transport.disconnect()
            case picows.WSMsgType.PONG:
                pass
            case _:
                self._on_fragment(payload, recv_ns, last=frame.fin)

    def _on_fragment(self, payload: bytes, recv_ns: int, *, last: bool) -> None:
        self._fragments += payload
        too_large = len(self._fragments) > _LARGEST_MESSAGE
        if not last and not too_large:
            return
        whole, self._fragments = bytes(self._fragments), bytearray()
        if too_large:
            self._on_bad(
                BadMessage("websocket", "fragments of more than 16 MB", whole[:4096]), recv_ns
            )
            return
        self.messages += 1
        try:
            self._on_packet(whole, recv_ns)
        except BadMessage as error:
            self._on_bad(error, recv_ns)


async def open_socket(
    url: str,
    make: Callable[[], WebSocket],
    *,
    venue: str,
    timeout_s: float,
    headers: Mapping[str, str] | None = None,
) -> WebSocket:
    """Connect.

    Parameters
    ----------
    url : str
        ``ws://`` or ``wss://`` address.
    make : callable
        Makes the socket's handler once the handshake has been done.
    venue : str
        Named in errors.
    timeout_s : float
        Longest time for all of it. [s]
    headers : mapping of str to str or None
        Sent with the handshake beside its own.

    Raises
    ------
    RateLimited
        If the server refused with 403, 418 or 429.
    AuthFailed
        If it refused with 401.
    Disconnected
        If it cannot be reached, or refused otherwise.
    """
    try:
        async with asyncio.timeout(timeout_s):
            _, listener = await picows.ws_connect(  # pyright: ignore[reportUnknownMemberType]
                make,
                url,
                websocket_handshake_timeout=timeout_s,
                enable_auto_pong=False,
                max_frame_size=_LARGEST_MESSAGE,
                read_buffer_init_size=_READ_BUFFER,
                extra_headers=headers,
            )
    except picows.WSHandshakeError as error:
        raise _refusal(error, venue, url) from error
    except TimeoutError:
        raise Disconnected(venue, f"no handshake from {url} within {timeout_s:.0f} s") from None
    except (OSError, picows.WSError) as error:
        raise Disconnected(venue, f"cannot connect to {url}: {error}") from error
    # None where the server closed before it answered the handshake.
    if listener is None:  # pyright: ignore[reportUnnecessaryComparison]
        raise Disconnected(venue, f"{url} closed the connection before the handshake")
    return cast("WebSocket", listener)


def _refusal(error: picows.WSHandshakeError, venue: str, url: str) -> VenueError:
    if error.response is None:
        return Disconnected(venue, f"{url} did not answer as a websocket: {error}")
    status = int(error.response.status)
    said = f"{url} refused the connection with HTTP {status}"
    if status == 401:
        return AuthFailed(venue, said)
    if status not in {403, 418, 429}:
        return Disconnected(venue, said)
    least_s = _BAN_S if status == 418 else _SLOW_DOWN_S
    given = error.response.headers.get("Retry-After", "")
    wait_s = float(given) if given.isdigit() else least_s
    return RateLimited(venue, said, retry_after_s=max(wait_s, 1.0), banned=status == 418)
