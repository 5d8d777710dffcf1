"""Putting a tape in order before writing to it: what a killed process has left behind.

Called by the writer that holds the tape's lock, and by nobody else: only it may remove files.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from quantdeck.tape.aside import let_go
from quantdeck.tape.layout import DAMAGED_SUFFIX, PARQUET_SUFFIX, TEMPORARY_SUFFIX
from quantdeck.tape.segment import SegmentScan, has_good_frame_after
from quantdeck.tape.write_sealed import described_by

if TYPE_CHECKING:
    from quantdeck.ports.catalog import Catalog, SealedFile
    from quantdeck.tape.layout import Layout


def recover(layout: Layout, manifest: Catalog, *, rebuild: bool) -> list[Path]:
    """Cut torn tails, finish interrupted seals, and remove files that are not part of the tape.

    Parameters
    ----------
    layout : Layout
        The tape; the caller holds its lock.
    manifest : Manifest
        Its manifest.
    rebuild : bool
        True where the manifest names no file: sealed files that are there are entered first.

    Returns
    -------
    list of Path
        Segments still to be sealed, oldest first.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    if rebuild:
        manifest.commit(add=_sealed_files(layout))
    _remove_orphans(layout, manifest)
    return _segments_to_seal(layout, manifest)


def _segments_to_seal(layout: Layout, manifest: Catalog) -> list[Path]:
    sealed = manifest.snapshot().sealed
    waiting: list[Path] = []
    for path in layout.segments():
        if path.stem in sealed:
            let_go(layout, path)
        elif _cut_torn_tail(path) == 0:
            path.unlink()
        else:
            waiting.append(path)
    manifest.forget(sealed=sealed - {path.stem for path in waiting})
    return waiting


def _cut_torn_tail(path: Path) -> int:
    scan = SegmentScan(path)
    scan.read_on()
    if scan.end < scan.size:
        if has_good_frame_after(path, scan.end):
            # Not a write cut short: keep everything for a person to look at.
            shutil.copyfile(path, path.with_suffix(DAMAGED_SUFFIX))
        os.truncate(path, scan.end)
    return scan.rows


def _remove_orphans(layout: Layout, manifest: Catalog) -> None:
    for path in layout.wal.glob(f"*{TEMPORARY_SUFFIX}"):
        path.unlink()
    if layout.outgoing.is_dir():
        for path in layout.outgoing.iterdir():
            path.unlink()
    named = {file.path for file in manifest.snapshot().files} | set(manifest.retired())
    for path in _files_in(layout):
        if path.relative_to(layout.root).as_posix() not in named:
            path.unlink()


def _files_in(layout: Layout) -> list[Path]:
    ours = (PARQUET_SUFFIX, TEMPORARY_SUFFIX)
    return [
        path
        for folder, _, names in os.walk(layout.parquet)
        for name in names
        if name.endswith(ours) and not (path := Path(folder, name)).is_symlink()
    ]


def _sealed_files(layout: Layout) -> list[SealedFile]:
    found = [d for path in _files_in(layout) if (d := described_by(path)) is not None]
    replaced = {path for _, paths in found for path in paths}
    return [
        file
        for file, _ in found
        if file.path not in replaced and (layout.root / file.path).is_file()
    ]
