"""Puts portions and notes onto a stream of NATS: each once, and in order within its run or key."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, cast

import msgspec
from nats.js.api import DiscardPolicy, Header, StreamConfig
from nats.js.errors import APIError, NotFoundError

from quantdeck.model.errors import StoreError
from quantdeck.scale.nats.link import ANSWER_S, NatsLink

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from quantdeck.ports.bus import Note, Portion
    from quantdeck.scale.nats.link import NatsPlace

ROWS = "Quantdeck-Rows"
"""Header of a message: numbers of the first row, and of the one after the last."""
NOTE = "Quantdeck-Note"
"""Header of a message: a `NotePart` as JSON."""
_DUPLICATE_WINDOW_S = 120
# Half of what a server takes in one message unless it is told otherwise.
_PART_BYTES = 512 << 10


class NotePart(msgspec.Struct, frozen=True):
    """What is said beside a part of a note.

    Parameters
    ----------
    key : str
        As the note has it.
    stamp_ns : int
        As the note has it. [ns]
    digest : str
        Of the whole body.
    part, parts : int
        Which of how many; numbered from 0.
    """

    key: str
    stamp_ns: int
    digest: str
    part: int = 0
    parts: int = 1

    def covers(self, stamp_ns: int, digest: str) -> bool:
        """Return whether this is what is to be published, or something later."""
        return self.stamp_ns > stamp_ns or (self.stamp_ns == stamp_ns and self.digest == digest)

    @property
    def is_last(self) -> bool:
        """Whether the note is whole with this."""
        return self.part == self.parts - 1


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

    @property
    def reconnects(self) -> int:
        """Connections made anew after one broke."""
        return self._link.reconnects

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
        stored = await self._put(self._place.subject(portion.run), portion.body, headers)
        self._last[portion.run] = stored

    async def publish_note(self, note: Note) -> bool:
        """Return when the server has written the note; False where it had that, or a later one.

        Raises
        ------
        StoreError
            If it may not have: publish it again.
        """
        await self._get_ready()
        subject, digest = self._place.subject_of(note), sha256(note.body).hexdigest()
        last, said = await self._last_note(subject)
        if said is not None and said.is_last and said.covers(note.stamp_ns, digest):
            return False
        bodies = [
            note.body[first : first + _PART_BYTES]
            for first in range(0, max(1, len(note.body)), _PART_BYTES)
        ]
        for number, body in enumerate(bodies):
            part = NotePart(note.key, note.stamp_ns, digest, number, len(bodies))
            headers = {
                Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value: str(last),
                NOTE: msgspec.json.encode(part).decode(),
            }
            last = await self._put(subject, body, headers)
        return True

    async def end_of(self, run: str) -> int:
        """Return how many rows of a run the stream has been given.

        Raises
        ------
        StoreError
            If it does not answer.
        """
        await self._get_ready()
        self._last[run], headers = await self._last_of(self._place.subject(run))
        return int(headers.get(ROWS, "0:0").partition(":")[2])

    async def close(self) -> None:
        """End the connection. Idempotent."""
        await self._link.close()

    async def _put(self, subject: str, body: bytes, headers: dict[str, str]) -> int:
        try:
            stored = await self._link.ask(
                lambda stream: stream.publish(subject, body, timeout=ANSWER_S, headers=headers)
            )
        except APIError as error:
            raise self._refused(error) from error
        except StoreError:
            self._is_ready = False
            raise
        return stored.seq

    async def _last_of(self, subject: str) -> tuple[int, dict[str, str]]:
        name = self._place.stream
        try:
            last = await self._link.ask(lambda stream: stream.get_last_msg(name, subject))
        except NotFoundError:
            return 0, {}
        except APIError as error:
            raise self._refused(error) from error
        headers = cast("dict[str, str]", last.headers or {})  # pyright: ignore[reportUnknownMemberType]
        return last.seq or 0, headers

    async def _last_note(self, subject: str) -> tuple[int, NotePart | None]:
        last, headers = await self._last_of(subject)
        return last, msgspec.json.decode(headers[NOTE], type=NotePart) if NOTE in headers else None

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
        subjects = [place.rows, place.notes]
        try:
            found = (await stream.stream_info(place.stream)).config
            # One that is there is whoever's who made it: its limits are not changed.
            if not set(subjects) <= set(found.subjects or ()):
                wanted = list(dict.fromkeys([*(found.subjects or ()), *subjects]))
                await stream.update_stream(found.evolve(subjects=wanted))  # pyright: ignore[reportUnknownMemberType]
        except NotFoundError:
            window_s = min(_DUPLICATE_WINDOW_S, limits.keep_seconds)
            config = StreamConfig(
                name=place.stream,
                description="Market events of quantdeck",
                subjects=subjects,
                max_age=limits.keep_seconds,
                max_bytes=limits.max_bytes,
                num_replicas=limits.replicas,
                discard=DiscardPolicy.OLD,
                duplicate_window=window_s,
                allow_direct=True,
            )
            await stream.add_stream(config)  # pyright: ignore[reportUnknownMemberType]

    def _refused(self, error: APIError) -> StoreError:
        # It may have been made anew without the stream.
        self._is_ready = False
        return StoreError(
            f"the bus {self._place.url} refuses stream {self._place.stream}: {error.description}"
        )
