"""What becomes of a segment once its rows are in sealed files: removed, or put aside for the bus.

A tape that is published has a folder for that. A segment that is over is moved there by whoever seals it,
also by an import while nothing is published, and removed once the bus has it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.tape.layout import Layout

_LOG = logging.getLogger(__name__)
MOST_BYTES = 4 << 30
"""Size of what may wait to be published; beyond it the oldest is given up. [B]"""


def let_go(layout: Layout, segment: Path, *, most_bytes: int = MOST_BYTES) -> None:
    """Take a sealed segment out of the write-ahead log.

    Parameters
    ----------
    layout : Layout
        The tape; the caller holds its lock.
    segment : Path
        In its log; one that is gone is no error.
    most_bytes : int
        Size of all that may wait to be published. [B]

    Raises
    ------
    OSError
        If the disk refuses.
    """
    if not layout.outbox.is_dir():
        segment.unlink(missing_ok=True)
        return
    try:
        segment.replace(layout.outbox / segment.name)
    except FileNotFoundError:
        return
    waiting = [(path, _size_of(path)) for path in layout.unpublished()]
    surplus = sum(size for _, size in waiting) - most_bytes
    for path, size in waiting[:-1]:
        if surplus <= 0:
            return
        path.unlink(missing_ok=True)
        surplus -= size
        _LOG.warning(
            "%s is given up unpublished: too much is waiting for the bus; it is on the tape",
            path.name,
        )


def publish_from_now_on(layout: Layout) -> None:
    """Have sealed segments put aside, where there is a tape.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    if layout.root.is_dir():
        layout.outbox.mkdir(exist_ok=True)


def publish_no_more(layout: Layout) -> None:
    """Remove what waits: nobody publishes this tape any longer.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    for path in layout.unpublished():
        path.unlink(missing_ok=True)
    if layout.outbox.is_dir() and not any(layout.outbox.iterdir()):
        layout.outbox.rmdir()


# Whoever publishes may have removed it in this moment.
def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
