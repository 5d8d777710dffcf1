"""Puts portions onto a stream of NATS: each once, and in order within its run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from nats.js.api import DiscardPolicy, Header, StreamConfig
from nats.js.errors import APIError, NotFoundError

from quantdeck.model.errors import StoreError
from quantdeck.scale.nats.link import ANSWER_S, NatsLink

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from quantdeck.ports.bus import Portion
    from quantdeck.scale.nats.link import NatsPlace

ROWS = "Quantdeck-Rows"
"""Header of a message: numbers of the first row, and of the one after the last."""
_DUPLICATE_WINDOW_S = 120


class StreamLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What a stream keeps; the oldest goes first.

    Parameters
    ----------
    keep_seconds : float
        Age at which a portion is removed. [s]
    max_bytes : int
        Size beyond which the oldest are. [B]
    replicas : int
        Servers that hold each portion.
    """

    keep_seconds: float = 86_400
    max_bytes: int = 4 << 30
    replicas: int = 1


class NatsPublisher:
    """Fulfils `quantdeck.ports.bus.BusPublisher`. Owned by one task.

    A message is stored only where the last of its run is the one that this publisher knows of: so
    nothing is stored twice, whatever became of an answer and however long that took.

    Parameters
    ----------
    place : NatsPlace
        Which stream of which server.
    limits : StreamLimits
        Of the stream, where it is not there yet.
    """

    def __init__(self, place: NatsPlace, limits: StreamLimits | None = None) -> None:
        self._place = place
        self._limits = limits or StreamLimits()
        self._link = NatsLink(place)
        self._last: dict[str, int] = {}
        self._is_ready = False
        self._is_answering = False

    async def publish(self, portion: Portion) -> None:
        """Return when the server has written the portion.

        Raises
        ------
        StoreError
            If it may not have: ask `end_of`.
        """
        await self._get_ready()
        headers = {
            Header.MSG_ID.value: f"{portion.run}:{portion.first}",
            Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value: str(self._last.get(portion.run, 0)),
            ROWS: f"{portion.first}:{portion.end}",
        }
        subject = self._place.subject(portion.run)
        try:
            stored = await self._link.ask(
                lambda stream: stream.publish(
                    subject, portion.body, timeout=ANSWER_S, headers=headers
                )
            )
        except APIError as error:
            raise self._refused(error) from error
        except StoreError:
            self._is_ready = False
            raise
        self._last[portion.run] = stored.seq

    async def end_of(self, run: str) -> int:
        """Return how many rows of a run the stream has been given.

        Raises
        ------
        StoreError
            If it does not answer.
        """
        await self._get_ready()
        name, subject = self._place.stream, self._place.subject(run)
        try:
            last = await self._link.ask(lambda stream: stream.get_last_msg(name, subject))
        except NotFoundError:
            self._last[run] = 0
            return 0
        except APIError as error:
            raise self._refused(error) from error
        self._last[run] = last.seq or 0
        return int((last.headers or {}).get(ROWS, "0:0").partition(":")[2])

    async def close(self) -> None:
        """End the connection. Idempotent."""
        await self._link.close()

    async def _get_ready(self) -> None:
        if self._is_ready:
            return
        try:
            await self._link.ask(self._make)
        except APIError as error:
            raise self._refused(error) from error
        self._is_ready = True
        if not self._is_answering:
            await self._link.answer(self._place.alive)
            self._is_answering = True

    async def _make(self, stream: JetStreamContext) -> None:
        place, limits = self._place, self._limits
        try:
            # One that is there is whoever's who made it: its limits are not changed.
            await stream.stream_info(place.stream)
        except NotFoundError:
            window_s = min(_DUPLICATE_WINDOW_S, limits.keep_seconds)
            config = StreamConfig(
                name=place.stream,
                description="Market events of quantdeck",
                subjects=[place.subjects],
                max_age=limits.keep_seconds,
                max_bytes=limits.max_bytes,
                num_replicas=limits.replicas,
                discard=DiscardPolicy.OLD,
                duplicate_window=window_s,
                allow_direct=True,
            )
            await stream.add_stream(config)

    def _refused(self, error: APIError) -> StoreError:
        # It may have been made anew without the stream.
        self._is_ready = False
        return StoreError(
            f"the bus {self._place.url} refuses stream {self._place.stream}: {error.description}"
        )
