"""One WebSocket connection of a simulator, and the session that decides what is said on it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from aiohttp import WSMsgType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

MAX_MESSAGE = 1 << 24
"""Longest message taken from a client. [B]"""


class Frame(Protocol):
    """One message to a client."""

    @property
    def payload(self) -> bytes:
        """What is sent."""
        ...

    @property
    def is_binary(self) -> bool:
        """Whether it goes as a binary frame."""
        ...


class Session(Protocol):
    """What is said on a connection, without the socket."""

    goodbye: tuple[int, str] | None
    """Code and reason to close with, once everything else is said."""

    @property
    def opened_ms(self) -> int:
        """When it began, by the venue's elapsed time. [ms]."""
        ...

    def take(self, now_ms: int) -> Sequence[bytes | Frame]:
        """Return what is to be said now; plain bytes are text."""
        ...


S = TypeVar("S", bound=Session)


class StreamSocket(Generic[S]):
    """One connection and its session. Owned by what accepts connections.

    Parameters
    ----------
    path : str
        Endpoint.
    socket : WebSocketResponse
        Prepared.
    request : Request
        What opened it.
    session : Session
        What is said on it.
    """

    def __init__(
        self, path: str, socket: web.WebSocketResponse, request: web.Request, session: S
    ) -> None:
        self.path, self.session = path, session
        self._socket, self._request = socket, request
        self._saying = asyncio.Lock()

    async def say(self, now_ms: int) -> None:
        """Send what the session has to say, and close where it is over."""
        # One at a time, so that what is said stays in order.
        async with self._saying:
            with contextlib.suppress(ConnectionError):
                for message in self.session.take(now_ms):
                    if isinstance(message, bytes):
                        await self._socket.send_frame(message, WSMsgType.TEXT)
                    else:
                        kind = WSMsgType.BINARY if message.is_binary else WSMsgType.TEXT
                        await self._socket.send_frame(message.payload, kind)
                if self.session.goodbye is not None:
                    await self.close(*self.session.goodbye)

    async def pong(self, payload: bytes) -> None:
        """Answer a ping."""
        async with self._saying:
            with contextlib.suppress(ConnectionError):
                await self._socket.pong(payload)

    async def close(self, code: int, reason: str) -> None:
        """Close with a code and a reason."""
        if not self._socket.closed:
            with contextlib.suppress(ConnectionError):
                await self._socket.close(code=code, message=reason.encode())

    def abort(self) -> None:
        """End the connection without a close frame."""
        if self._request.transport is not None:
            self._request.transport.abort()
