"""The HTTP server inside a loop that others share: no signals of its own, quick to stop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from quantdeck.model.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from typing import Any

    from starlette.types import ASGIApp

MAX_MESSAGE_BYTES = 16 * 1024
"""Largest message of a client of the stream. [B]"""
_SEND_BUFFER_BYTES = 256 * 1024
_GRACE_S = 0.5
_NEXT_PORTS = 20


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket on a port, or on the next free one.

    Parameters
    ----------
    host : str
        An address of this machine, such as ``127.0.0.1``.
    port : int
        The port wanted; 0 takes any.

    Returns
    -------
    socket.socket
        Its port is ``getsockname()[1]``; where that is not the one wanted, say so.

    Raises
    ------
    ConfigError
        If the address is not one of this machine, or twenty ports in a row are taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    candidates = [0] if port == 0 else range(port, min(port + _NEXT_PORTS, 65_536))
    last: Exception | None = None
    for candidate in candidates:
        # The loop turns Nagle's delay off only where the protocol is named: without it every
        # answer in two writes waits 40 ms for an acknowledgement.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Inherited by every connection: how much can be on its way to a client that does not read,
        # and so how old what it sees may be.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        try:
            listener.bind((host, candidate))
            listener.listen(128)
        except (OSError, OverflowError) as error:
            listener.close()
            last = error
            continue
        listener.settimeout(0.0)
        return listener
    raise ConfigError(
        f"no port of {host} from {port} to {port + _NEXT_PORTS - 1} can be listened on ({last}); "
        "set host and port in config.yaml or by --host and --port"
    )


class Server:
    """One server on one socket. Owned by whoever starts the deck.

    Parameters
    ----------
    app : ASGI application
        What is served.
    listener : socket.socket
        As `bind` gives it; closed when the server stops.
    proxies : sequence of str
        Addresses and networks that are believed about where a request comes from; nobody else is, or
        whoever guesses passwords could name another address for every try.
    """

    def __init__(
        self, app: ASGIApp, listener: socket.socket, *, proxies: Sequence[str] = ()
    ) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws=_StreamProtocol,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=list(proxies),
            ws_max_size=MAX_MESSAGE_BYTES,
            # Compressing for every client costs thirteen times what sending does, and on this
            # machine bytes are free.
            ws_per_message_deflate=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=30,
            h11_max_incomplete_event_size=32 * 1024,
        )
        self._server = _QuietServer(config)
        self._listener = listener

    @property
    def port(self) -> int:
        """Port it listens on."""
        return self._listener.getsockname()[1]

    async def run(self) -> None:
        """Serve until `stop` is called or the task is cancelled; then close every connection."""
        try:
            await self._server.serve(sockets=[self._listener])
        except asyncio.CancelledError:
            # Cancelled between two looks at `should_exit`: the farewell is still owed.
            if self._server.started and self._listener.fileno() != -1:
                await self._server.shutdown(sockets=[self._listener])
            raise
        finally:
            self._listener.close()

    def stop(self) -> None:
        """Ask the server to end; streams are told to come back (1012). Idempotent."""
        self._server.should_exit = True


class _QuietServer(uvicorn.Server):
    # Signals belong to whoever runs the loop.
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class _StreamProtocol(WebSocketsSansIOProtocol):
    # A client that does not read would hold up even its own goodbye: uvicorn waits for room before
    # it writes, and a connection with bytes left to send is never gone. So a close is written at
    # once, and the connection cut when the client has not answered it.
    async def send(self, message: Any) -> None:
        is_close = message["type"] == "websocket.close"
        if is_close:
            self.writable.set()
            self.close_timeout = _GRACE_S
        await super().send(message)
        if is_close:
            self.loop.call_later(2 * _GRACE_S, self.transport.abort)

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(_GRACE_S, self.transport.abort)
