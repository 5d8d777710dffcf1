"""A connection to NATS that is kept up, and the few requests that are made through it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import nats.errors
from nats.aio.client import Client
from nats.js.errors import APIError

from quantdeck.model.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from quantdeck.ports.bus import Note

T = TypeVar("T")
_LOG = logging.getLogger(__name__)
ANSWER_S = 3.0
"""Longest wait for an answer. [s]"""


@dataclass(frozen=True, slots=True)
class NatsPlace:
    """Which stream of which server, and who asks.

    Parameters
    ----------
    url : str
        Such as ``nats://bus.example:4222``; several are separated by commas, ``tls://`` encrypts.
    stream : str
        Name of the stream; in small letters also the first part of its subjects.
    secrets : mapping of str to str
        ``user``, ``password``, ``token`` and ``user_credentials`` (a file) as far as they are given.
    """

    url: str
    stream: str = "QUANTDECK"
    secrets: Mapping[str, str] | None = None

    @property
    def rows(self) -> str:
        """Subjects of all portions."""
        return f"{self.stream.lower()}.rows.>"

    @property
    def notes(self) -> str:
        """Subjects of all notes."""
        return f"{self.stream.lower()}.notes.>"

    @property
    def everything(self) -> str:
        """Subjects of both."""
        return f"{self.stream.lower()}.*.>"

    def subject(self, run: str) -> str:
        """Subject of the portions of a run."""
        return f"{self.stream.lower()}.rows.{run}"

    def subject_of(self, note: Note) -> str:
        """Subject of the notes of a key."""
        # A key has characters that a subject may not have.
        name = sha256(note.key.encode()).hexdigest()[:24]
        return f"{self.stream.lower()}.notes.{note.topic.value}.{name}"

    @property
    def alive(self) -> str:
        """Subject on which whoever publishes answers."""
        return f"{self.stream.lower()}.alive"


class NatsLink:
    """A connection, made when it is first asked for and from then on kept up by the client.

    Owned by one follower or publisher, and by the event loop that it is used on.

    Parameters
    ----------
    place : NatsPlace
        What to connect to.

    Attributes
    ----------
    reconnects : int
        Connections made anew after one broke.
    """

    def __init__(self, place: NatsPlace) -> None:
        self.place = place
        self.reconnects = 0
        self._client: Client | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._last_error = ""

    def is_up(self) -> bool:
        """Return whether the server is connected; begins to connect where nobody has."""
        if self._client is None:
            self._client = Client()
            self._connecting = asyncio.create_task(self._connect(self._client))
        return self._client.is_connected

    def down(self) -> str:
        """Return that the server does not answer, and why, for a person."""
        why = f" ({self._last_error})" if self._last_error else ""
        return f"the bus {self.place.url} does not answer{why}; it is asked again and again"

    async def ask(self, what: Callable[[JetStreamContext], Awaitable[T]]) -> T:
        """Return what a request through JetStream gives.

        Raises
        ------
        StoreError
            If it does not answer, or there is no JetStream.
        nats.js.errors.APIError
            If it refuses.
        """
        client = await self._connected()
        if client is None:
            raise StoreError(self.down())
        try:
            answer = await what(client.jetstream(timeout=ANSWER_S))  # pyright: ignore[reportUnknownMemberType]
        except APIError:
            raise
        except (nats.errors.Error, OSError, TimeoutError) as error:
            self._last_error = str(error)
            raise StoreError(self.down()) from error
        _heed_cancellation()
        return answer

    async def batch(self, request: Mapping[str, Any]) -> list[Msg]:
        """Return messages of the stream in order, asked for by subject and sequence or time.

        An answer that is cut short gives what has come.
        """
        client, found = await self._connected(), list["Msg"]()
        if client is None:
            return found
        inbox = client.new_inbox()
        try:
            answers = await client.subscribe(inbox)  # pyright: ignore[reportUnknownMemberType]
            try:
                subject = f"$JS.API.DIRECT.GET.{self.place.stream}"
                await client.publish(subject, msgspec.json.encode(request), reply=inbox)
                while True:
                    message = await answers.next_msg(timeout=ANSWER_S)
                    _heed_cancellation()
                    if message.headers is None or "Status" in message.headers:
                        return found
                    found.append(message)
            finally:
                await answers.unsubscribe()
        except (nats.errors.Error, OSError, TimeoutError) as error:
            self._last_error = str(error)
            return found

    async def is_answered(self, subject: str) -> bool:
        """Return whether somebody answers on a subject."""
        client = await self._connected()
        if client is None:
            return False
        try:
            await client.request(subject, timeout=ANSWER_S)
        except (nats.errors.Error, OSError, TimeoutError):
            return False
        _heed_cancellation()
        return True

    async def answer(self, subject: str) -> None:
        """Answer whoever asks on a subject, from now on and over every new connection."""
        if (client := await self._connected()) is not None:
            await client.subscribe(subject, cb=_answer)  # pyright: ignore[reportUnknownMemberType]

    def server_version(self) -> tuple[int, int]:
        """Return the version of the server; (0, 0) while it is not connected."""
        if self._client is None or not self._client.is_connected:
            return 0, 0
        version = self._client.connected_server_version
        return version.major, version.minor

    async def close(self) -> None:
        """End the connection. Idempotent."""
        client, connecting = self._client, self._connecting
        self._client = self._connecting = None
        if connecting is not None:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
        if client is not None:
            with suppress(nats.errors.Error, OSError, TimeoutError, asyncio.TimeoutError):
                await client.close()

    async def _connected(self) -> Client | None:
        _heed_cancellation()
        # The first connection takes a moment, which is no reason to say that there is none.
        if not self.is_up() and self._connecting is not None:
            await asyncio.wait({self._connecting}, timeout=ANSWER_S)
        return self._client if self.is_up() else None

    async def _connect(self, client: Client) -> None:
        await client.connect(
            servers=[each.strip() for each in self.place.url.split(",")],
            name="quantdeck",
            error_cb=self._note,
            disconnected_cb=self._lost,
            reconnected_cb=self._back,
            connect_timeout=3,
            reconnect_time_wait=1,
            max_reconnect_attempts=-1,
            # A cut network is noticed within half a minute.
            ping_interval=10,
            max_outstanding_pings=2,
            **(self.place.secrets or {}),  # pyright: ignore[reportArgumentType]
        )

    async def _note(self, error: Exception) -> None:
        self._last_error = str(error) or type(error).__name__

    async def _lost(self) -> None:
        if self._client is not None:
            _LOG.warning("the bus %s is not connected", self.place.url)

    async def _back(self) -> None:
        self._last_error = ""
        self.reconnects += 1
        _LOG.warning("the bus %s is connected again", self.place.url)


# Before Python 3.12 `asyncio.wait_for`, through which the client waits, forgets a cancellation that comes
# with the answer: the task would go on for ever.
def _heed_cancellation() -> None:
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _answer(message: Msg) -> None:
    with suppress(nats.errors.Error):
        await message.respond(b"")
