"""How many items of a map travel together."""

from __future__ import annotations

import math

_LEAST_S = 0.1
"""Work of a chunk at least: sending one takes some milliseconds. [s]"""
_USUAL_S = 1.0
"""Work of a chunk while much is left: each costs a cluster about 20 ms of processor time. [s]"""


class Sizes:
    """How many items go into the next chunk.

    Parameters
    ----------
    workers : int
        How many chunks are worked on at once.
    chunk : int or None
        Always so many; None measures.

    Examples
    --------
    >>> sizes = Sizes(workers=2, chunk=None)
    >>> sizes.next(1000)
    1
    >>> sizes.ended(1, 5.0, "first")  # it had to import the libraries
    >>> sizes.ended(1, 0.001, "first")
    >>> sizes.next(10_000), sizes.next(400), sizes.next(50)
    (1000, 100, 50)
    """

    def __init__(self, *, workers: int, chunk: int | None) -> None:
        self._workers = max(1, workers)
        self._chunk = chunk
        self._known: set[str] = set()
        self._items = 0
        self._seconds = 0.0
        self._cold = 0.0

    @property
    def is_measured(self) -> bool:
        """Whether the next size is more than a guess."""
        return self._chunk is not None or self._items > 0 or self._cold > 0.0

    def next(self, left: int) -> int:
        """Return the size of the next chunk, of so many items that are left."""
        if self._chunk is not None:
            return min(left, self._chunk)
        each = self._seconds / self._items if self._items else self._cold
        if each <= 0.0:
            return 1
        fair = left / (2 * self._workers)
        return min(
            left, max(math.ceil(_LEAST_S / each), min(math.ceil(_USUAL_S / each), int(fair)))
        )

    def ended(self, items: int, seconds: float, worker: str) -> None:
        """Take how long a chunk took."""
        if worker in self._known:
            self._items += items
            self._seconds += max(seconds, 1e-9)
            return
        # The first that a worker does takes longer: it imports, and compiles.
        self._known.add(worker)
        each = max(seconds, 1e-9) / items
        self._cold = each if self._cold == 0.0 else min(self._cold, each)
