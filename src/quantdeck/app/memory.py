"""Tells the C library to give memory back that a deck has done with.

glibc keeps a heap per thread, eight for every core, and what a thread has freed stays in its own. A deck
works in some twenty threads, each of which needs much for a moment; so most of what it holds would be
memory that nothing uses.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Numbers of mallopt(3) and what is set, unless the environment already says it.
_MIB = 1 << 20
_CHOICES = (
    ("MALLOC_ARENA_MAX", -8, 2),
    ("MALLOC_MMAP_THRESHOLD_", -3, _MIB),
    ("MALLOC_TRIM_THRESHOLD_", -1, 4 * _MIB),
)


def give_memory_back(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Have freed memory returned to the system; call it before the first thread starts.

    Heaps are limited to two, arrays of a mebibyte and more are mapped one by one, so that they go when
    they are freed, and the end of a heap is cut off once four mebibytes of it are free. Nothing is done
    where the C library is not glibc, and nothing that the environment chooses otherwise.

    Parameters
    ----------
    environ : mapping of str to str
        Where ``MALLOC_ARENA_MAX``, ``MALLOC_MMAP_THRESHOLD_`` and ``MALLOC_TRIM_THRESHOLD_`` may stand.

    Returns
    -------
    tuple of str
        Names of what was set.

    Examples
    --------
    >>> give_memory_back({"GLIBC_TUNABLES": "glibc.malloc.arena_max=8"})
    ()
    """
    if sys.platform != "linux" or "GLIBC_TUNABLES" in environ:
        return ()
    library = ctypes.CDLL(None)
    # Other C libraries have no such function, or one that does nothing.
    if not hasattr(library, "gnu_get_libc_version"):
        return ()
    return tuple(
        name
        for name, number, value in _CHOICES
        if name not in environ and library.mallopt(number, value) == 1
    )
