"""The catalog of a tape whose sealed files lie in a store that machines share, and which catalog applies.

The log of the store is the truth about the files of every tape in it. The writer keeps what is its own in
its manifest too: its readers then ask no other machine which files there are, and what is sealed, and what
is not, is told as of one moment. A commit goes into the log first. Whoever is killed between the two, or
does not learn whether a commit stands, learns it from the log before the next one.
"""

from __future__ import annotations

import re
from secrets import token_hex
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.errors import StoreError
from quantdeck.ports.catalog import Snapshot
from quantdeck.tape import disk
from quantdeck.tape.layout import TEMPORARY_SUFFIX, is_local
from quantdeck.tape.manifest import Manifest, ManifestReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quantdeck.ports.catalog import Catalog, CatalogReader, CommitLog, SealedFile, SharedPlace
    from quantdeck.ports.clock import Clock
    from quantdeck.tape.layout import Layout

_LONGEST_NAME = 40


class _Named(msgspec.Struct, frozen=True):
    """What `Layout.named` holds."""

    url: str
    name: str


def attach(layout: Layout, shared: SharedPlace, *, machine: str) -> str:
    """Return the name of a tape in a store, which is made at the first time and then kept.

    Parameters
    ----------
    layout : Layout
        The tape; the caller holds its lock.
    shared : SharedPlace
        The store.
    machine : str
        Of which a new name reminds.

    Raises
    ------
    StoreError
        If the sealed files of the tape lie in another store.
    OSError
        If the disk refuses.
    """
    known = _named(layout)
    if known is not None:
        _check_same(layout, known, shared)
        return known.name
    name = _name_in(ManifestReader(layout.manifest).snapshot().files)
    words = re.sub(r"[^A-Za-z0-9-]+", "-", machine).strip("-")[:_LONGEST_NAME] or "tape"
    made = _Named(shared.store.url, name or f"{words}-{token_hex(4)}")
    temporary = layout.named.with_name(layout.named.name + TEMPORARY_SUFFIX)
    temporary.write_bytes(msgspec.json.encode(made))
    disk.put_in_place({temporary: layout.named})
    return made.name


def open_catalog(layout: Layout, clock: Clock) -> Catalog:
    """Return the catalog of a tape for its writer.

    Parameters
    ----------
    layout : Layout
        The tape; the caller holds its lock.
    clock : Clock
        Where the time comes from.

    Raises
    ------
    StoreError
        If the manifest cannot be opened.
    """
    manifest = Manifest(layout.manifest)
    if layout.shared is None:
        return manifest
    return SharedCatalog(manifest, layout.shared.log, layout.name, clock)


def catalog_reader(layout: Layout) -> CatalogReader:
    """Return the catalog of a tape for its readers.

    Parameters
    ----------
    layout : Layout
        The tape; it need not be there.
    """
    if layout.shared is None:
        return ManifestReader(layout.manifest)
    return SharedReader(layout, layout.shared)


class SharedCatalog:
    """Fulfils `quantdeck.ports.catalog.Catalog` by a log that machines share.

    Parameters
    ----------
    manifest : Manifest
        The writer's copy of its own part.
    log : CommitLog
        The log.
    name : str
        Of the tape in the log; nobody else commits under it.
    clock : Clock
        Where the time comes from.
    """

    def __init__(self, manifest: Manifest, log: CommitLog, name: str, clock: Clock) -> None:
        self._manifest = manifest
        self._log = log
        self._name = name
        self._clock = clock
        self._is_current = False
        self.retired = manifest.retired
        self.forget = manifest.forget
        self.snapshot = manifest.snapshot
        self.close = manifest.close

    def catch_up(self) -> None:
        """Bring the manifest to what the log says of this tape, unless it is there already.

        Raises
        ------
        StoreError
            If the store does not answer.
        """
        if self._is_current:
            return
        there = {file.path: file for file in self._log.files().get(self._name, [])}
        files = self._manifest.snapshot().files
        known = {file.path for file in files if not is_local(file.path)}
        new = [file for path, file in there.items() if path not in known]
        self._check(known, there)
        # Copied into the store and entered there, while the manifest still had them on this machine.
        marks = {_mark(file) for file in new}
        moved = [f.path for f in files if is_local(f.path) and _mark(f) in marks]
        gone = [*(known - there.keys()), *moved]
        if new or gone:
            self._manifest.commit(add=new, retire=gone, now_ns=self._clock.now_ns())
        self._is_current = True

    def commit(
        self,
        *,
        add: Sequence[SealedFile] = (),
        retire: Iterable[str] = (),
        sealed: Iterable[str] = (),
        now_ns: int = 0,
    ) -> None:
        """Commit to the log, then to the manifest; see `quantdeck.ports.catalog.Catalog`."""
        leaving = set(retire)
        away = [file for file in add if not is_local(file.path)]
        removed = [
            file
            for file in self._manifest.snapshot().files
            if file.path in leaving and not is_local(file.path)
        ]
        self._is_current &= not (away or removed)
        if away or removed:
            self._log.commit(self._name, add=away, remove=removed)
        self._manifest.commit(add=add, retire=leaving, sealed=sealed, now_ns=now_ns)
        if away or removed:
            self._is_current = True

    def _check(self, known: set[str], there: Mapping[str, SealedFile]) -> None:
        # A store that was emptied or is another one would have all of the tape forgotten, and removed.
        lost = {_kind(path) for path in known} - {_kind(path) for path in there}
        strange = sorted(kind for kind in lost if not self._log.knows(self._name, kind))
        if strange:
            raise StoreError(
                f"the store has no log of {', '.join(strange)} of the tape {self._name}, which has files "
                "there; see whether tape.store.url and tape.store.endpoint name the right store"
            )


class SharedReader:
    """Fulfils `quantdeck.ports.catalog.CatalogReader` where machines share a store.

    A folder without a tape reads all tapes of the store. One whose tape is in the store reads its own from
    its manifest, and the others. One whose tape is not in the store, such as a mirror, reads that alone.

    Parameters
    ----------
    layout : Layout
        The tape.
    shared : SharedPlace
        The store.
    """

    def __init__(self, layout: Layout, shared: SharedPlace) -> None:
        self._layout = layout
        self._shared = shared
        self._manifest = ManifestReader(layout.manifest)

    def snapshot(self) -> Snapshot:
        """Return files and sealed segments as of one moment.

        Raises
        ------
        StoreError
            If the manifest cannot be read, or the store does not answer.
        """
        own = _named(self._layout)
        if own is None and self._layout.manifest.exists():
            return self._manifest.snapshot()
        if own is not None:
            _check_same(self._layout, own, self._shared)
        mine = self._manifest.snapshot()
        tapes = self._shared.log.files()
        others = [
            f for name, files in tapes.items() if own is None or name != own.name for f in files
        ]
        order = sorted(
            [*mine.files, *others], key=lambda f: (f.kind, f.source, f.symbol, f.ts_min, f.path)
        )
        return Snapshot(order, mine.sealed)


def _named(layout: Layout) -> _Named | None:
    try:
        return msgspec.json.decode(layout.named.read_bytes(), type=_Named)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise StoreError(
            f"cannot read {layout.named}, which holds the tape's name in the store: {error}; restore it"
        ) from error


def _name_in(files: Sequence[SealedFile]) -> str:
    # Of a folder whose file of the name was lost.
    away = next((file.path for file in files if not is_local(file.path)), "")
    return away.partition("/tape=")[2].partition("/")[0]


def _kind(path: str) -> str:
    return path.partition("/")[0]


def _check_same(layout: Layout, known: _Named, shared: SharedPlace) -> None:
    if known.url != shared.store.url:
        raise StoreError(
            f"sealed files of the tape {layout.root} lie in {known.url}, and tape.store.url is "
            f"{shared.store.url}; set it back, or choose another data_dir"
        )


def _mark(file: SealedFile) -> tuple[object, ...]:
    span = (file.rows, file.ts_min, file.ts_max, file.recv_min, file.recv_max, file.bytes)
    return (file.kind, file.source, file.delay, file.symbol, file.date, *span)
