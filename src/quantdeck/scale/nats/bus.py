"""Follows a stream of NATS: portions read by their sequence, each row once."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from nats.js.errors import APIError, BucketNotFoundError, KeyNotFoundError

from quantdeck.model.errors import BadInput, StoreError
from quantdeck.model.events import Batch
from quantdeck.model.frames import Block, blocks_of, joined
from quantdeck.scale.nats.link import NatsLink
from quantdeck.scale.nats.note_parts import NoteParts
from quantdeck.scale.nats.publisher import NOTE, ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nats.aio.msg import Msg
    from nats.js import JetStreamContext
    from nats.js.kv import KeyValue

    from quantdeck.ports.bus import Note, Start
    from quantdeck.scale.nats.link import NatsPlace

_LOG = logging.getLogger(__name__)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_AT_ONCE = 256
_AT_ONCE_BYTES = 4 << 20
_RUNS_KEPT = 64
# Clocks of hosts differ, and the server's stamp is that of arrival.
_CLOCKS_DIFFER = timedelta(seconds=10)


class _Position(msgspec.Struct):
    sequence: int
    """Of the stream, to be read next."""
    runs: dict[str, int]
    """Rows read of each run."""


class NatsBus:
    """Fulfils `quantdeck.ports.bus.Bus` for processes on any host that reaches the server.

    Parameters
    ----------
    place : NatsPlace
        Which stream of which server.
    """

    def __init__(self, place: NatsPlace) -> None:
        self._place = place

    def follow(self, start: Start) -> NatsFollower:
        """Return a follower.

        Raises
        ------
        BadInput
            If the position or the name cannot be one.
        """
        return NatsFollower(self._place, start)


class NatsFollower:
    """Fulfils `quantdeck.ports.bus.BusFollower`; made by `NatsBus.follow`. Owned by one task.

    Nothing of it is kept by the server but the position under a name, so that nothing is lost where a
    server is restarted or a connection is cut in the middle of an answer: what was not read is asked for
    again, by its sequence.

    Parameters
    ----------
    place : NatsPlace
        Which stream of which server.
    start : Start
        From where.
    """

    def __init__(self, place: NatsPlace, start: Start) -> None:
        if start.name and not _NAME.fullmatch(start.name):
            raise BadInput(f"{start.name!r} is no name of a follower; use letters, digits, - and _")
        self.missed = 0
        self._notes = NoteParts(start)
        self._link = NatsLink(place)
        self._place = place
        self._start = start
        self._position = _parsed(start.after) if start.after else None
        self._is_recalled = not start.name
        self._store: KeyValue | None = None

    @property
    def position(self) -> str:
        """Sequence to be read next, and how far each run was read; empty before the first portion."""
        if self._position is None:
            return ""
        # A note whose end is still to come is read from its beginning by whoever goes on here.
        first = min([self._position.sequence, *self._notes.begun()])
        return msgspec.json.encode(_Position(first, self._position.runs)).decode()

    async def read_on(self) -> list[tuple[Mapping[int, str], Batch]]:
        """Return what came since the last call, some megabytes at most.

        Raises
        ------
        StoreError
            If a newer version of quantdeck publishes, or the position under the name cannot be had.
        """
        if not self._is_recalled:
            if not self._link.is_up():
                return []
            await self._recall()
        place = self._place
        wanted: dict[str, Any] = {
            "batch": _AT_ONCE,
            "max_bytes": _AT_ONCE_BYTES,
            "next_by_subj": place.everything if self._start.topics else place.rows,
        }
        if self._position is None:
            since = datetime.fromtimestamp(self._start.since_ns / 1e9, UTC)
            since = max(since, datetime(2000, 1, 1, tzinfo=UTC)) - _CLOCKS_DIFFER
            wanted["start_time"] = since.isoformat()
        else:
            wanted["seq"] = self._position.sequence
        found: list[tuple[Mapping[int, str], Batch]] = []
        symbols: dict[int, str] = {}
        blocks: list[Block] = []
        run = ""
        for message in await self._link.batch(wanted):
            if NOTE in (message.headers or {}):
                self._note(message)
                continue
            name, named, some = self._taken(message)
            # Ids are those of a run: portions of one run are put together, as long as they follow.
            if name != run:
                found += _batches(symbols, blocks)
                run, symbols, blocks = name, {}, []
            symbols.update(named)
            blocks += some
        return found + _batches(symbols, blocks)

    def notes(self) -> list[Note]:
        """Return the notes that came with what was read, each once, and forget them."""
        return self._notes.take()

    async def trouble(self) -> str:
        """Return that the server does not answer, or nobody publishes, where that is so."""
        if self._link.is_up() and await self._link.is_answered(self._place.alive):
            return ""
        # It may have been lost while the answer was waited for.
        if not self._link.is_up():
            return self._link.down()
        return (
            f"no process publishes on the bus {self._place.url}; start quantdeck ingest with the same "
            "bus.url"
        )

    async def commit(self) -> None:
        """Remember the position on the server.

        Raises
        ------
        StoreError
            If it cannot be remembered: it may be returned once more.
        """
        if not self._start.name or self._position is None:
            return
        body = self.position.encode()
        try:
            store = await self._positions()
            await self._link.ask(lambda _: store.put(self._start.name, body))
        except APIError as error:
            raise StoreError(f"the position {self._start.name} is refused: {error}") from error

    async def close(self) -> None:
        """End the connection. Idempotent."""
        await self._link.close()

    async def _recall(self) -> None:
        try:
            store = await self._positions()
            entry = await self._link.ask(lambda _: store.get(self._start.name))
        except KeyNotFoundError:
            pass
        except APIError as error:
            raise StoreError(f"the position {self._start.name} cannot be had: {error}") from error
        else:
            self._position = _parsed((entry.value or b"").decode())
        self._is_recalled = True

    async def _positions(self) -> KeyValue:
        if self._store is None:
            bucket = f"{self._place.stream}_FOLLOWERS"

            async def opened(stream: JetStreamContext) -> KeyValue:
                try:
                    return await stream.key_value(bucket)
                except BucketNotFoundError:
                    return await stream.create_key_value(bucket=bucket, history=1)  # pyright: ignore[reportUnknownMemberType]

            self._store = await self._link.ask(opened)
        return self._store

    def _note(self, message: Msg) -> None:
        headers = message.headers or {}
        sequence = int(headers["Nats-Sequence"])
        self._notes.add(sequence, headers["Nats-Subject"], headers[NOTE], message.data)
        if self._position is None:
            self._position = _Position(sequence, {})
        self._position.sequence = sequence + 1

    def _taken(self, message: Msg) -> tuple[str, dict[int, str], list[Block]]:
        headers = message.headers or {}
        sequence, run = int(headers["Nats-Sequence"]), headers["Nats-Subject"].rpartition(".")[2]
        first, end = map(int, headers.get(ROWS, "0:0").split(":"))
        try:
            symbols, blocks = blocks_of(message.data, name=f"portion {sequence} of the bus")
        except BadInput as error:
            _LOG.warning("%s; its %d rows are left out", error, end - first)
            self.missed += end - first
            symbols, blocks = {}, list[Block]()
        known = self._advance(sequence, run, first, end)
        return run, symbols, [part for each in blocks if (part := self._wanted(each, known))]

    def _advance(self, sequence: int, run: str, first: int, end: int) -> int:
        position = self._position
        if position is None:
            position = self._position = _Position(sequence, {})
        # What of a run came before the follower began is not for it, what has been removed since was.
        unseen = 0 if sequence > position.sequence else first
        known = position.runs.pop(run, unseen)
        self.missed += max(0, first - known)
        position.sequence = sequence + 1
        position.runs[run] = max(known, end)
        while len(position.runs) > _RUNS_KEPT:
            del position.runs[next(iter(position.runs))]
        return known

    def _wanted(self, block: Block, known: int) -> Block | None:
        rows = block.rows[max(0, known - block.first_row) :]
        if self._start.since_ns:
            rows = rows[rows["ts_recv"] >= self._start.since_ns]
        return Block(block.kind, rows, block.provenance) if len(rows) else None


def _parsed(position: str) -> _Position:
    try:
        return msgspec.json.decode(position, type=_Position)
    except msgspec.DecodeError as error:
        raise BadInput(
            f"{position[:60]!r} is no position of this bus; leave it out to go by the time"
        ) from error


def _batches(
    symbols: Mapping[int, str], blocks: list[Block]
) -> list[tuple[Mapping[int, str], Batch]]:
    return [(symbols, Batch(each.kind, each.rows, each.provenance)) for each in joined(blocks)]
