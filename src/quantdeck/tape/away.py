"""Sealed files on their way into a store that machines share, and what was left there by a kill."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.events import Kind
from quantdeck.tape.layout import PARQUET_SUFFIX, is_local

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from quantdeck.ports.catalog import Catalog, SealedFile, SharedPlace
    from quantdeck.tape.layout import Layout

ORPHANS_NS = 86_400_000_000_000
"""So long after it was put, a file that no commit names was left by a process that was killed. [ns]"""
_AT_ONCE = 8
_TOGETHER = 64


def send(
    layout: Layout, shared: SharedPlace, files: Sequence[tuple[Path, SealedFile]]
) -> list[SealedFile]:
    """Copy finished files into the store, under names that follow from what is in them.

    Parameters
    ----------
    layout : Layout
        The tape.
    shared : SharedPlace
        The store.
    files : sequence of pairs of Path and SealedFile
        Files of this machine, and what they hold.

    Returns
    -------
    list of SealedFile
        With the paths in the store, for the catalog.

    Raises
    ------
    OSError, StoreError
        If the disk or the store refuses; what was copied so far is put again, or removed as an orphan.
    """
    named = [
        (path, msgspec.structs.replace(file, path=_name(layout, path, file)))
        for path, file in files
    ]

    def put(each: tuple[Path, SealedFile]) -> None:
        shared.store.put(each[0], each[1].path)

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="tape-sender") as pool:
        # Listed, so that the first refusal is raised here.
        list(pool.map(put, named))
    return [file for _, file in named]


def move_in(
    layout: Layout,
    shared: SharedPlace,
    catalog: Catalog,
    *,
    now_ns: int,
    is_unwanted: Callable[[], bool] = lambda: False,
) -> int:
    """Move sealed files that lie on this machine into the store.

    Parameters
    ----------
    layout : Layout
        The tape.
    shared : SharedPlace
        The store.
    catalog : Catalog
        The caller holds the tape's lock.
    now_ns : int
        Now, UTC. [ns]
    is_unwanted : callable
        Asked now and then; once it says so, the rest stays for another time.

    Returns
    -------
    int
        Files moved; they stay on this machine for a while, for readers of older snapshots.

    Raises
    ------
    OSError, StoreError
        If the disk or the store refuses.
    """
    catalog.catch_up()
    files = [file for file in catalog.snapshot().files if is_local(file.path)]
    moved = 0
    for first in range(0, len(files), _TOGETHER):
        if is_unwanted():
            break
        some = files[first : first + _TOGETHER]
        added = send(layout, shared, [(layout.root / file.path, file) for file in some])
        catalog.commit(add=added, retire=[file.path for file in some], now_ns=now_ns)
        moved += len(some)
    return moved


def remove_orphans(layout: Layout, shared: SharedPlace, catalog: Catalog, *, before_ns: int) -> int:
    """Remove files of this tape from the store that no commit names.

    Parameters
    ----------
    layout : Layout
        The tape.
    shared : SharedPlace
        The store.
    catalog : Catalog
        The caller holds the tape's lock.
    before_ns : int
        Files put later stay. [ns]

    Returns
    -------
    int
        Files removed.

    Raises
    ------
    StoreError
        If the store refuses.
    """
    # Of a kind that was never committed here nothing is known to be an orphan.
    kinds = [kind.value for kind in Kind if shared.log.knows(layout.name, kind.value)]
    folders = [f"{kind}/tape={layout.name}" for kind in kinds]
    old = shared.store.older(folders, before_ns=before_ns)
    # The log alone says what counts: a manifest put back from a copy may not know all of it.
    files = shared.log.files().get(layout.name, [])
    named = {file.path for file in files} | set(catalog.retired())
    orphans = [path for path in old if path not in named]
    shared.store.remove(orphans)
    return len(orphans)


def _name(layout: Layout, path: Path, file: SealedFile) -> str:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()[:32]
    return f"{file.kind}/tape={layout.name}/date={file.date}/{digest}{PARQUET_SUFFIX}"
