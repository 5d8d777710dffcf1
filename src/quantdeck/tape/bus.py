"""The bus of one machine: followers read the tape's segments in its folder, and nothing runs between."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.errors import BadInput, StoreError
from quantdeck.tape import disk
from quantdeck.tape.follow import Follower, Place
from quantdeck.tape.layout import TEMPORARY_SUFFIX
from quantdeck.tape.notes import TapeNotes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.model.events import Batch
    from quantdeck.ports.bus import Note, Start

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NOBODY = "no process writes the tape; start quantdeck ingest on this data folder"


class TapeBus:
    """Fulfils `quantdeck.ports.bus.Bus` for the processes of one data folder.

    It keeps what is not sealed yet: what is older is asked of the tape itself. Its notes are what is on
    record in the folder.

    Parameters
    ----------
    root : Path or str
        Folder of the tape; it need not be there yet.
    """

    def __init__(self, root: Path | str) -> None:
        self._root = Path(root)

    def follow(self, start: Start) -> TapeBusFollower:
        """Return a follower.

        Raises
        ------
        BadInput
            If the position or the name cannot be one.
        StoreError
            If what was remembered under the name cannot be read.
        """
        return TapeBusFollower(self._root, start)


class TapeBusFollower:
    """Fulfils `quantdeck.ports.bus.BusFollower`; made by `TapeBus.follow`.

    Parameters
    ----------
    root : Path
        Folder of the tape.
    start : Start
        From where.
    """

    def __init__(self, root: Path, start: Start) -> None:
        if start.name and not _NAME.fullmatch(start.name):
            raise BadInput(f"{start.name!r} is no name of a follower; use letters, digits, - and _")
        self._memory = root / "followers" / f"{start.name}.json" if start.name else None
        after = start.after or None
        if self._memory is not None:
            after = _remembered(self._memory) or after
        self._follower = Follower(
            root, since_ns=start.since_ns, after=None if after is None else _places(after)
        )
        self._topics = TapeNotes(root, since_ns=start.since_ns, topics=start.topics)
        self._notes: list[Note] = []

    @property
    def missed(self) -> int:
        """Rows that were sealed before this follower came to them, as the manifest counts them."""
        return self._follower.missed

    @property
    def position(self) -> str:
        """How far every segment was read."""
        return msgspec.json.encode(self._follower.places()).decode()

    async def read_on(self) -> list[tuple[Mapping[int, str], Batch]]:
        """Return what came since the last call; see `Follower.read_on`."""
        return await asyncio.to_thread(self._read_on)

    def notes(self) -> list[Note]:
        """Return what is new on record, of the topics that were asked for."""
        found, self._notes = self._notes, []
        return found

    async def trouble(self) -> str:
        """Return that nobody writes the tape, where that is so."""
        return "" if await asyncio.to_thread(self._follower.is_written) else _NOBODY

    async def commit(self) -> None:
        """Remember the position in the data folder.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        if self._memory is not None:
            await asyncio.to_thread(_remember, self._memory, self.position)

    async def close(self) -> None:
        """Close every file. Idempotent."""
        await asyncio.to_thread(self._follower.close)

    def _read_on(self) -> list[tuple[Mapping[int, str], Batch]]:
        self._notes += self._topics.new()
        return self._follower.read_on()


def _places(position: str) -> dict[str, Place]:
    try:
        return msgspec.json.decode(position, type=dict[str, Place])
    except msgspec.DecodeError as error:
        raise BadInput(
            f"{position[:60]!r} is no position of this bus; leave it out to go by the time"
        ) from error


def _remembered(memory: Path) -> str:
    try:
        return memory.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise _refused(memory, "read", error) from error


def _remember(memory: Path, position: str) -> None:
    temporary = memory.with_suffix(TEMPORARY_SUFFIX)
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(position, encoding="utf-8")
        disk.put_in_place({temporary: memory})
    except OSError as error:
        raise _refused(memory, "written", error) from error


def _refused(memory: Path, what: str, error: OSError) -> StoreError:
    meaning, remedy = disk.meaning(error)
    return StoreError(f"the position {memory} cannot be {what}: {meaning}; {remedy}")
