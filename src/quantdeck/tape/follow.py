"""Follows a tape that another process writes: what is appended, within a moment of it.

Segments are read through files that stay open, so that the end of one that is sealed and removed
meanwhile is read all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.errors import StoreError
from quantdeck.model.events import Batch
from quantdeck.tape import disk
from quantdeck.tape.layout import SEGMENT_SUFFIX, Layout
from quantdeck.tape.manifest import ManifestReader
from quantdeck.tape.open import is_written
from quantdeck.tape.segment import SegmentScan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO


# Names of segments begin with a time: what is sealed of merged files has a word in its place.
_AFTER_NAMES = ":"


class Place(msgspec.Struct, frozen=True, array_like=True):
    """How far a segment was read.

    Parameters
    ----------
    offset : int
        To there. [B]
    rows : int
        Rows until there.
    """

    offset: int
    rows: int


@dataclass(slots=True)
class _Opened:
    file: BinaryIO
    scan: SegmentScan
    since_ns: int | None
    rows: int = 0


class Follower:
    """Owned by one thread at a time; `quantdeck.tape.bus` makes a bus of it.

    Parameters
    ----------
    root : Path or str
        Folder of the tape; it need not be there yet.
    since_ns : int
        Of the segments that are there at first, only what was received from then on, UTC. [ns]
    after : mapping of str to Place, optional
        What `places` gave to another follower: of these segments only what comes after, of others all.

    Attributes
    ----------
    missed : int
        Rows after that place that were sealed before they were read, as far as the manifest tells.

    Examples
    --------
    >>> Follower("/nonexistent", since_ns=0).read_on()
    []
    """

    def __init__(
        self, root: Path | str, *, since_ns: int, after: Mapping[str, Place] | None = None
    ) -> None:
        self.missed = 0
        self._layout = Layout(Path(root))
        self._since_ns: int | None = since_ns if after is None else None
        self._after = dict(after or {})
        self._opened: dict[str, _Opened] = {}
        self._is_counted = not self._after

    def read_on(self) -> list[tuple[Mapping[int, str], Batch]]:
        """Return what came since the last call, oldest segment first.

        Returns
        -------
        list of tuple of mapping and Batch
            Symbols of the ids, which only grow, and rows in order of arrival.

        Raises
        ------
        StoreError
            If the tape cannot be read, or a newer version of quantdeck writes it.
        """
        try:
            there = self._open_new()
            found = [part for name in sorted(self._opened) for part in self._read(name)]
        except OSError as error:
            what, remedy = disk.meaning(error)
            raise StoreError(
                f"the tape {self._layout.root} cannot be followed: {what}; {remedy}"
            ) from error
        for name in self._opened.keys() - there:
            # Nobody appends to what has been sealed, and it was read to its end just now.
            self._opened.pop(name).file.close()
        return found

    def places(self) -> dict[str, Place]:
        """Return how far every segment that may still grow has been read."""
        return {name: Place(each.scan.end, each.rows) for name, each in self._opened.items()}

    def is_written(self) -> bool:
        """Return whether another process writes the tape now."""
        return is_written(self._layout.root)

    def close(self) -> None:
        """Close every file. Idempotent."""
        for each in self._opened.values():
            each.file.close()
        self._opened.clear()

    def _open_new(self) -> set[str]:
        there: set[str] = set()
        paths = self._layout.segments()
        if not self._is_counted:
            self._is_counted = True
            self._count_missed({path.stem for path in paths})
        for path in paths:
            there.add(path.name)
            if path.name in self._opened:
                continue
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue
            opened = self._opened[path.name] = _Opened(file, SegmentScan(path), self._since_ns)
            if place := self._after.pop(path.name, None):
                opened.scan.read_from(file, place.offset)
                opened.scan.blocks, opened.rows = [], place.rows
        if there:
            self._since_ns = None
        return there

    def _read(self, name: str) -> list[tuple[Mapping[int, str], Batch]]:
        each = self._opened[name]
        each.scan.read_from(each.file)
        blocks, each.scan.blocks = each.scan.blocks, []
        found: list[tuple[Mapping[int, str], Batch]] = []
        for block in blocks:
            rows = block.rows
            each.rows += len(rows)
            if each.since_ns is not None:
                rows = rows[rows["ts_recv"] >= each.since_ns]
            if len(rows):
                found.append((each.scan.symbols, Batch(block.kind, rows, block.provenance)))
        each.since_ns = None
        return found

    # Files that were merged since do not say any more which segments they are of.
    def _count_missed(self, there: set[str]) -> None:
        known = {name.removesuffix(SEGMENT_SUFFIX): each.rows for name, each in self._after.items()}
        gone, newest = known.keys() - there, max(known)
        sealed = sum(
            file.rows
            for file in ManifestReader(self._layout.manifest).snapshot().files
            if file.segment in gone
            or (newest < file.segment < _AFTER_NAMES and file.segment not in there)
        )
        self.missed = max(0, sealed - sum(known[name] for name in gone))
