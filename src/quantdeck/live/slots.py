"""Places in arrays for the few symbols, of all those with an id, that something is kept of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NONE = -1


class Slots:
    """Gives every symbol the next free place when it is first met.

    Ids are given out to every symbol of the process, a whole option chain among them, so an array with a
    place for each id would be mostly empty.

    Examples
    --------
    >>> slots = Slots()
    >>> slots.take(np.array([7000, 3, 7000], np.int32)).tolist(), slots.of(3), slots.of(4)
    ([1, 0, 1], 0, -1)
    """

    def __init__(self) -> None:
        self._of_id = np.full(64, _NONE, np.int32)
        self._count = 0

    def __len__(self) -> int:
        """Return how many places are taken."""
        return self._count

    def take(self, ids: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the place of each id, giving one to those that are new."""
        if not len(ids):
            return np.empty(0, np.int32)
        highest = int(ids.max())
        if highest >= len(self._of_id):
            more = max(highest + 1, 2 * len(self._of_id)) - len(self._of_id)
            self._of_id = np.concatenate([self._of_id, np.full(more, _NONE, np.int32)])
        places = self._of_id[ids]
        if places.min() == _NONE:
            fresh = np.unique(ids[places == _NONE])
            self._of_id[fresh] = np.arange(self._count, self._count + len(fresh), dtype=np.int32)
            self._count += len(fresh)
            places = self._of_id[ids]
        return places

    def ids(self) -> list[int]:
        """Return the ids that have a place."""
        return np.flatnonzero(self._of_id != _NONE).tolist()

    def of(self, symbol_id: int) -> int:
        """Return the place of an id, -1 where it has none."""
        return int(self._of_id[symbol_id]) if 0 <= symbol_id < len(self._of_id) else _NONE
