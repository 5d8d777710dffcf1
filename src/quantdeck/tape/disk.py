"""The few calls that touch the disk, and what their failures mean to a person.

Kept in one place so that tests can make a disk full or read-only without one.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_MOST_BUFFERS = 512
_MEANINGS = {
    errno.ENOSPC: ("the disk is full", "free room"),
    errno.EDQUOT: ("the disk quota is used up", "free room or raise the quota"),
    errno.EFBIG: ("the file size limit is reached", "raise the limit or the quota"),
    errno.EROFS: ("the file system is read-only", "make it writable"),
    errno.EACCES: ("the folder may not be written by this user", "change its permissions"),
    errno.EPERM: ("the folder may not be written by this user", "change its permissions"),
    errno.EIO: ("the disk reports an input/output error", "check the disk"),
    errno.EEXIST: ("a file is where the folder should be", "choose another folder"),
    errno.ENOTDIR: ("a file is where a folder should be", "choose another folder"),
    errno.EISDIR: ("a folder has that name", "choose another name"),
    errno.ENOENT: ("the folder is gone", "put it back"),
    errno.EMFILE: ("too many files are open", "raise the limit of open files"),
}


def write_all(descriptor: int, buffers: Sequence[bytes | memoryview]) -> int:
    """Write all buffers one after the other.

    Parameters
    ----------
    descriptor : int
        Open file.
    buffers : sequence of contiguous buffers of bytes
        What to write.

    Returns
    -------
    int
        Bytes written.

    Raises
    ------
    OSError
        If the disk refuses; a part may have been written.
    """
    total = 0
    for first in range(0, len(buffers), _MOST_BUFFERS):
        some = buffers[first : first + _MOST_BUFFERS]
        expected = sum(map(len, some))
        written = os.writev(descriptor, some)
        if written < expected:
            rest = memoryview(b"".join(some))[written:]
            while len(rest):
                rest = rest[os.write(descriptor, rest) :]
        total += expected
    return total


def flush(descriptor: int) -> None:
    """Return when all that was written to an open file is on the disk."""
    os.fdatasync(descriptor)


def flush_folder(folder: Path) -> None:
    """Return when the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_in_place(files: Mapping[Path, Path]) -> None:
    """Give finished files their names, durably; each appears whole or not at all.

    Parameters
    ----------
    files : mapping of Path to Path
        From the temporary name to the final one.

    Raises
    ------
    OSError
        If the disk refuses; some files may have their names.
    """
    # Step by step for all files: the file system then commits its journal once, not for each.
    for temporary in files:
        descriptor = os.open(temporary, os.O_RDONLY)
        try:
            flush(descriptor)
        finally:
            os.close(descriptor)
    for temporary, final in files.items():
        temporary.replace(final)
    for folder in dict.fromkeys(final.parent for final in files.values()):
        flush_folder(folder)


def make_folder(folder: Path, root: Path) -> None:
    """Create a folder and its parents below `root`, with their names on the disk."""
    missing: list[Path] = []
    while folder != root and not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
    for new in missing:
        flush_folder(new.parent)


def meaning(error: OSError) -> tuple[str, str]:
    """Return what an error of the disk means and what to do about it.

    Parameters
    ----------
    error : OSError
        What a call raised.

    Returns
    -------
    tuple of str
        What happened, and what to do.

    Examples
    --------
    >>> meaning(OSError(28, "No space left on device"))
    ('the disk is full', 'free room')
    """
    known = _MEANINGS.get(error.errno or 0)
    return known or (error.strerror or str(error), "see the message of the system")
