"""Compaction: the many small files of a closed day become one.

The same protocol as sealing: the merged file is written aside, flushed and renamed, then one
transaction of the manifest puts it in the place of the small ones, which stay on disk for a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from quantdeck.model.events import Kind
from quantdeck.tape.layout import NS_PER_DAY, date_of
from quantdeck.tape.merge import merged
from quantdeck.tape.scan import in_order, row_groups
from quantdeck.tape.write_sealed import FileLabel, write_sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from quantdeck.ports.catalog import Catalog, SealedFile
    from quantdeck.tape.layout import Layout

_COMPACTED = "compact"
_AFTER_MIDNIGHT_NS = 3_600_000_000_000


def compact(
    layout: Layout,
    manifest: Catalog,
    *,
    now_ns: int,
    is_unwanted: Callable[[], bool] = lambda: False,
) -> int:
    """Merge the files of each stream's closed days.

    A day is closed an hour after its midnight, UTC; events that come later make a further file,
    which is merged the next time.

    Parameters
    ----------
    layout : Layout
        The tape.
    manifest : Manifest
        The caller holds the tape's lock.
    now_ns : int
        Now, UTC. [ns]
    is_unwanted : callable
        Asked now and then; once it says so, merging is given up.

    Returns
    -------
    int
        Files merged away.

    Raises
    ------
    OSError, sqlite3.Error
        If the disk refuses or merging is given up; what was merged so far stands.
    """
    manifest.catch_up()
    today = date_of((now_ns - _AFTER_MIDNIGHT_NS) // NS_PER_DAY)
    partitions: dict[tuple[str, ...], list[SealedFile]] = {}
    for file in manifest.snapshot().files:
        if file.date < today:
            place = (file.kind, file.source, file.delay, file.symbol, file.date)
            partitions.setdefault(place, []).append(file)
    count = 0
    for files in partitions.values():
        if len(files) > 1:
            _merge(layout, manifest, files, now_ns=now_ns, is_unwanted=is_unwanted)
            count += len(files)
    return count


def _merge(
    layout: Layout,
    manifest: Catalog,
    files: list[SealedFile],
    *,
    now_ns: int,
    is_unwanted: Callable[[], bool],
) -> None:
    first = files[0]
    kind = Kind(first.kind)
    label = FileLabel(
        kind=kind,
        source=first.source,
        delay=first.delay,
        symbol=first.symbol,
        date=first.date,
        # A name not used before: readers may still have the one it replaces.
        segment=f"{_COMPACTED}-{now_ns:019d}",
    )
    paths = [file.path for file in files]
    tables = _until(is_unwanted, ordered_tables(layout, kind, paths))
    added = write_sealed(layout, [(label, tables)], replaces=paths)
    manifest.commit(add=added, retire=paths, now_ns=now_ns)


def _until(is_unwanted: Callable[[], bool], tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    for table in tables:
        if is_unwanted():
            raise InterruptedError("merging was given up: the tape is being closed")
        yield table


def ordered_tables(layout: Layout, kind: Kind, paths: Sequence[str]) -> Iterator[pa.Table]:
    """Merge sealed files of one stream, in the order of their keys, with bounded memory.

    Parameters
    ----------
    layout : Layout
        The tape.
    kind : Kind
        What they hold.
    paths : sequence of str
        The files, as the catalog has them.

    Yields
    ------
    pa.Table
        Consecutive events.
    """
    for window in merged([run for path in paths for run in row_groups(layout, path)]):
        some = [p.body.slice(p.start, p.stop - p.start) for p in window.pieces]
        yield in_order(kind, pa.concat_tables(some))
