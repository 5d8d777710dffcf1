"""Batches that come onto the tape together: a write-ahead segment of their own, named when it is whole.

Readers and recovery know segments by their names, so that a process that is killed leaves all of it or a
file that nobody looks at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.errors import StoreError
from quantdeck.tape import disk
from quantdeck.tape.layout import SEGMENT_SUFFIX, TEMPORARY_SUFFIX, segment_name
from quantdeck.tape.segment import SegmentFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quantdeck.model.events import Batch
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.tape.layout import Layout


def write_whole(
    layout: Layout, instruments: InstrumentTable, batches: Sequence[Batch], *, created_ns: int
) -> Path:
    """Write a segment of these batches; it appears whole or not at all.

    Parameters
    ----------
    layout : Layout
        The tape; the caller holds its lock.
    instruments : InstrumentTable
        What the symbol ids of the rows stand for.
    batches : sequence of Batch
        What to write.
    created_ns : int
        Now, UTC. [ns]

    Returns
    -------
    Path
        The segment, on the disk, still to be sealed.

    Raises
    ------
    StoreError
        If the disk refuses; nothing is left then.
    """
    try:
        return _write(layout, instruments, batches, created_ns)
    except OSError as error:
        what, remedy = disk.meaning(error)
        raise StoreError(
            f"nothing was written to the tape {layout.root}: {what}; {remedy}, and try again"
        ) from error


def _write(
    layout: Layout, instruments: InstrumentTable, batches: Sequence[Batch], created_ns: int
) -> Path:
    disk.make_folder(layout.wal, layout.root)
    final = layout.wal / f"{segment_name(created_ns)}{SEGMENT_SUFFIX}"
    temporary = final.with_suffix(TEMPORARY_SUFFIX)
    segment = SegmentFile(temporary, instruments, created_ns=created_ns)
    try:
        try:
            for batch in batches:
                segment.append([batch])
        finally:
            segment.close()
        disk.put_in_place({temporary: final})
    except BaseException:
        # Ctrl-C too: nothing would ever remove the file but the next start.
        temporary.unlink(missing_ok=True)
        raise
    return final
