"""A small, bounded collection of messages that could not be decoded, for whoever looks into them."""

from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.model.errors import BadMessage

_LOG = logging.getLogger(__name__)
_LONGEST_RAW = 16 * 1024


class Quarantined(msgspec.Struct, frozen=True):
    """One undecodable message.

    Parameters
    ----------
    recv_ns : int
        Receipt, UTC. [ns]
    venue : str
        Who sent it.
    reason : str
        Why it cannot be decoded.
    raw : str
        The message in base64, cut after 16 KB.
    """

    recv_ns: int
    venue: str
    reason: str
    raw: str


class Quarantine:
    """Keeps samples of bad messages as JSON lines. Owned by the hub.

    The first messages are all kept, later ones sampled; the file is begun anew when it is full and
    one older file is kept. A disk that cannot be written to is no reason to stop.

    Parameters
    ----------
    path : Path
        The file; the folder is made if it is not there.
    max_bytes : int
        Size at which it is begun anew. [B]
    keep_first : int
        Messages kept before sampling starts.
    one_in : int
        Afterwards one of so many is kept.

    Attributes
    ----------
    seen, kept : int
        Messages given and written.
    """

    def __init__(
        self, path: Path, *, max_bytes: int = 4 << 20, keep_first: int = 100, one_in: int = 100
    ) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._keep_first = keep_first
        self._one_in = one_in
        self.seen = 0
        self.kept = 0

    def add(self, error: BadMessage, recv_ns: int) -> None:
        """Note a message that could not be decoded; it may be written."""
        self.seen += 1
        if self.seen > self._keep_first and self.seen % self._one_in:
            return
        raw = base64.b64encode(error.raw[:_LONGEST_RAW]).decode("ascii")
        line = msgspec.json.encode(Quarantined(recv_ns, error.venue, error.reason, raw)) + b"\n"
        try:
            self._append(line)
            self.kept += 1
        except OSError as problem:
            _LOG.warning("quarantine %s: cannot be written: %s", self._path.name, problem)

    def entries(self) -> list[Quarantined]:
        """Return what is kept, oldest first."""
        paths = [path for path in (self._older(), self._path) if path.exists()]
        lines = [line for path in paths for line in path.read_bytes().splitlines()]
        return [msgspec.json.decode(line, type=Quarantined) for line in lines]

    def _append(self, line: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists() and self._path.stat().st_size + len(line) > self._max_bytes:
            self._path.replace(self._older())
        with self._path.open("ab") as file:
            file.write(line)

    def _older(self) -> Path:
        return self._path.with_name(f"{self._path.name}.1")
