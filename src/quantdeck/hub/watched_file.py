"""A file that somebody edits: what it says, and what it says whenever it was saved."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.ports.clock import Clock

EVERY_S = 1.0
MOST_BYTES = 1_000_000
_MISSING = (0, 0, -1)


class WatchedFile:
    """Looked at every second by the task that awaits `saved`.

    Parameters
    ----------
    path : Path
        Which; it may be missing for a while.
    clock : Clock
        Where the time comes from.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._seen: tuple[int, int, int] | None = None

    async def saved(self) -> bytes | None:
        """Return what the file says, at once for the first time and later whenever that may be new.

        Returns
        -------
        bytes or None
            None where there is no such file.

        Raises
        ------
        OSError
            If it is there and cannot be read, or is larger than a text that somebody writes.
        """
        while True:
            mark = await asyncio.to_thread(self._mark)
            if mark != self._seen:
                self._seen = mark
                return None if mark == _MISSING else await asyncio.to_thread(self._read)
            await self._clock.sleep(EVERY_S)

    def _mark(self) -> tuple[int, int, int]:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return _MISSING
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self) -> bytes:
        with self.path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise OSError(f"it is larger than {MOST_BYTES} bytes")
        return text
