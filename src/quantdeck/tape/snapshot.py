"""The tape at one moment: sealed files, and what is in segments that are not sealed yet."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.model.errors import StoreError
from quantdeck.model.events import Kind
from quantdeck.tape.catalogs import catalog_reader
from quantdeck.tape.seal import Stream, joined, streams, without_known
from quantdeck.tape.segment import SegmentScan

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    import pyarrow as pa

    from quantdeck.ports.catalog import SealedFile
    from quantdeck.tape.layout import Layout

_ATTEMPTS = 50
_MOST_PARTS = 32


StreamName = tuple[Kind, str, str]
"""Kind, source and symbol."""


class _Tail:
    """What has been read of one segment that is not sealed, by stream.

    Every read adds a part to the streams that went on; parts are joined when they become many.
    """

    def __init__(self, path: Path) -> None:
        self._scan = SegmentScan(path)
        self._parts: dict[StreamName, list[Stream]] = {}

    def read_on(self) -> None:
        self._scan.read_on()
        blocks, self._scan.blocks = self._scan.blocks, []
        for new in streams(blocks, self._scan.symbols):
            parts = self._parts.setdefault((new.kind, new.source, new.symbol), [])
            parts.append(new)
            if len(parts) > _MOST_PARTS:
                parts[:] = [joined(parts)]

    def parts(self) -> dict[StreamName, tuple[Stream, ...]]:
        return {name: tuple(parts) for name, parts in self._parts.items()}


@dataclass(frozen=True, slots=True)
class TapeSnapshot:
    """The tape at one moment.

    Parameters
    ----------
    layout : Layout
        The tape.
    files : list of SealedFile
        Sealed files, ordered by kind, source, symbol and time.
    segments : list of dict
        Rows not in sealed files yet, by stream, oldest segment first.
    """

    layout: Layout
    files: list[SealedFile]
    segments: list[dict[StreamName, tuple[Stream, ...]]]

    def files_of(self, kind: Kind, symbols: Collection[str] | None) -> list[SealedFile]:
        """Return the sealed files of a kind, of these symbols or of all."""
        return [
            f
            for f in self.files
            if f.kind == kind.value and (symbols is None or f.symbol in symbols)
        ]

    def unsealed(self, kind: Kind, symbols: Collection[str] | None) -> list[Stream]:
        """Return what is not sealed yet, in the order of keys and without what is sealed already.

        Parameters
        ----------
        kind : Kind
            Which events.
        symbols : collection of str or None
            Of which symbols; all where None.

        Returns
        -------
        list of Stream
            One for each source and symbol.

        Raises
        ------
        FileNotFoundError
            If a sealed file has been removed; take a new snapshot.
        """
        parts: dict[tuple[str, str], list[Stream]] = {}
        for segment in self.segments:
            for (of_kind, source, symbol), some in segment.items():
                if of_kind is kind and (symbols is None or symbol in symbols):
                    parts.setdefault((source, symbol), []).extend(some)
        found: list[Stream] = []
        for (source, symbol), some in parts.items():
            files = [f for f in self.files_of(kind, {symbol}) if f.source == source]
            stream = without_known(self.layout, joined(some).clean(), files)
            if len(stream.rows):
                found.append(stream)
        return found


class Patience:
    """Decides whether to go on with a new snapshot after a file of the old one was not readable.

    Parameters
    ----------
    layout : Layout
        The tape.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._failures = 0

    def progress(self) -> None:
        """Note that reading goes on."""
        self._failures = 0

    def bear(self, error: OSError | pa.ArrowException) -> None:
        """Return where a new snapshot may help.

        Parameters
        ----------
        error : OSError or pa.ArrowException
            What reading a file has raised.

        Raises
        ------
        StoreError
            If it does not help: the file is damaged, or missing for good.
        """
        self._failures += 1
        if not isinstance(error, FileNotFoundError):
            raise StoreError(
                f"a sealed file of the tape {self._layout.root} cannot be read: {error}; restore "
                "it, or remove it"
            ) from error
        if self._failures > _ATTEMPTS:
            raise StoreError(
                f"files that the manifest of {self._layout.root} names are missing ({error}); "
                "restore them, or move manifest.sqlite away to have it rebuilt from what is there"
            ) from error


class Snapshots:
    """Takes snapshots of a tape that another process may be writing, without a lock on it.

    Keeps what it has decoded of each segment, so that the next snapshot only reads what is new.

    Parameters
    ----------
    layout : Layout
        The tape.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._manifest = catalog_reader(layout)
        self._tails: dict[Path, _Tail] = {}
        self._lock = threading.Lock()

    def patience(self) -> Patience:
        """Return how often to begin again when files vanish while they are read."""
        return Patience(self._layout)

    def take(self) -> TapeSnapshot:
        """Return the tape as it is now; never less than an earlier snapshot had.

        Raises
        ------
        StoreError
            If the tape cannot be read.
        """
        with self._lock:
            for _ in range(_ATTEMPTS):
                # First the segments, then the manifest: what is sealed between is then in both,
                # and the manifest says so. The other way round it would be in neither.
                paths = self._layout.segments()
                manifest = self._manifest.snapshot()
                try:
                    segments = self._read([p for p in paths if p.stem not in manifest.sealed])
                except FileNotFoundError:
                    continue  # Sealed and removed since the manifest was read.
                except PermissionError as error:
                    raise StoreError(
                        f"cannot read {error.filename}; check the permissions of the tape's folder"
                    ) from error
                return TapeSnapshot(self._layout, manifest.files, segments)
        raise StoreError(
            f"the tape {self._layout.root} changes faster than it can be read; try again"
        )

    def _read(self, paths: Sequence[Path]) -> list[dict[StreamName, tuple[Stream, ...]]]:
        tails = {path: self._tails.get(path) or _Tail(path) for path in paths}
        for tail in tails.values():
            tail.read_on()
        self._tails = tails
        return [tail.parts() for tail in tails.values()]
