"""The newest ticks of every symbol, in order of (time, seq)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.live.slots import Slots
from quantdeck.live.tick_kernels import (
    FLOATS,
    INTS,
    LATE,
    LENGTH,
    NEWEST,
    PRICE,
    SEQ,
    SIDE,
    SIZE,
    TOO_LATE,
    TS,
    VERSION,
    keep_ticks,
)
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.model.events import Rows

DEFAULT_CAPACITY = 20_000
"""Ticks kept per symbol; 40 bytes each, reserved at once and touched as they arrive."""


@dataclass(frozen=True, slots=True)
class TickColumns:
    """Ticks of one symbol, oldest first, as arrays of equal length.

    Parameters
    ----------
    ts_ns : array of int64
        Event times, UTC, ascending. [ns]
    seq : array of int64
        The venue's numbers, ascending among equal times.
    price, size : array of float64
        [currency], [units of the instrument]
    side : array of int64
        +1 where the taker bought, -1 where the taker sold, 0 unknown.
    """

    ts_ns: IntArray
    seq: IntArray
    price: FloatArray
    size: FloatArray
    side: IntArray

    def __len__(self) -> int:
        """Return the count of ticks."""
        return len(self.ts_ns)


class TickBook:
    """The newest ticks of every symbol.

    Owned by the hub and fed on its event loop, one call per batch. A late tick is put where it
    belongs; one older than all of a full book is left out.

    Parameters
    ----------
    capacity : int
        Ticks kept per symbol, > 0.

    Raises
    ------
    BadInput
        If the capacity is not positive.

    Examples
    --------
    >>> from quantdeck.model.events import TRADE_DTYPE
    >>> rows = np.zeros(3, TRADE_DTYPE)
    >>> rows["ts_event"], rows["seq"], rows["price"] = [10, 30, 20], [1, 3, 2], [5.0, 7.0, 6.0]
    >>> book = TickBook(capacity=2)
    >>> book.update(rows)
    >>> book.ticks(0).price.tolist(), book.late
    ([6.0, 7.0], 1)
    """

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        if capacity <= 0:
            raise BadInput(f"capacity must be positive, was {capacity}")
        self.capacity = capacity
        self._slots = Slots()
        self._heads = np.zeros((0, 5), np.int64)
        self._counts = np.zeros((0, capacity * INTS), np.int64)
        self._values = np.zeros((0, capacity * FLOATS))
        self._make_room(4)

    def update(self, ticks: Rows) -> None:
        """Take in ticks, in any order.

        Parameters
        ----------
        ticks : structured array of shape (n,)
            Rows of `TRADE_DTYPE`, no tick twice; of equal (ts_event, seq) the later to arrive is
            last.
        """
        symbol = self._slots.take(ticks["symbol"])
        if len(self._slots) > len(self._heads):
            self._make_room(len(self._slots))
        fields = (
            ticks["ts_event"],
            ticks["seq"],
            ticks["price"],
            ticks["size"],
            ticks["side"].astype(np.int64),
            symbol,
        )
        keep_ticks(*fields, self._heads, self._counts, self._values)

    def insert(self, ticks: Rows) -> None:
        """Take in many ticks of the past: as `update` does, but without a search for each.

        Parameters
        ----------
        ticks : structured array of shape (n,)
            Rows of `TRADE_DTYPE` of one symbol, ordered by (ts_event, seq), no tick twice.
        """
        newest = ticks[-self.capacity :]
        if not len(newest):
            return
        place = int(self._slots.take(newest["symbol"][:1])[0])
        if place >= len(self._heads):
            self._make_room(place + 1)
        counts, values = self._cells(place)
        more = np.stack(
            [newest["ts_event"], newest["seq"], newest["side"].astype(np.int64)], axis=1
        )
        amounts = np.stack([newest["price"], newest["size"]], axis=1)
        counts, values = np.concatenate([counts, more]), np.concatenate([values, amounts])
        order = np.lexsort((counts[:, SEQ], counts[:, TS]))[-self.capacity :]
        self._counts[place, : len(order) * INTS] = counts[order].ravel()
        self._values[place, : len(order) * FLOATS] = values[order].ravel()
        head = self._heads[place]
        head[NEWEST], head[LENGTH] = len(order) - 1, len(order)
        head[VERSION] += len(newest)

    def ticks(self, symbol_id: int, last_n: int | None = None) -> TickColumns:
        """Return the newest ticks of a symbol, oldest first.

        Parameters
        ----------
        symbol_id : int
            Id of the instrument.
        last_n : int or None
            How many; all that are kept where None.

        Returns
        -------
        TickColumns
            Copies; empty where nothing is known of the symbol.
        """
        place = self._slots.of(symbol_id)
        if place < 0:
            place, last_n = 0, 0
        counts, values = (cells.T.copy() for cells in self._cells(place, last_n))
        return TickColumns(counts[TS], counts[SEQ], values[PRICE], values[SIZE], counts[SIDE])

    def version(self, symbol_id: int) -> int:
        """Return a number that changes whenever the symbol's ticks do; 0 before the first.

        Parameters
        ----------
        symbol_id : int
            Id of the instrument.
        """
        place = self._slots.of(symbol_id)
        return int(self._heads[place, VERSION]) if place >= 0 else 0

    @property
    def late(self) -> int:
        """Count of ticks that came after a later one of their symbol."""
        return int(self._heads[:, LATE].sum())

    @property
    def too_late(self) -> int:
        """Count of ticks left out since all of a full book were newer."""
        return int(self._heads[:, TOO_LATE].sum())

    def symbols(self) -> list[int]:
        """Return the ids of the symbols that have ticks."""
        return self._slots.ids()

    def _cells(self, place: int, last_n: int | None = None) -> tuple[IntArray, FloatArray]:
        head = self._heads[place]
        length = int(head[LENGTH]) if last_n is None else min(last_n, int(head[LENGTH]))
        slots = (head[NEWEST] - np.arange(length - 1, -1, -1)) % self.capacity
        counts, values = self._counts[place], self._values[place]
        return counts.reshape(-1, INTS)[slots], values.reshape(-1, FLOATS)[slots]

    def _make_room(self, symbols: int) -> None:
        old = len(self._heads)
        new = max(symbols, 2 * old)
        heads = np.zeros((new, self._heads.shape[1]), np.int64)
        counts = np.zeros((new, self._counts.shape[1]), np.int64)
        values = np.zeros((new, self._values.shape[1]))
        heads[:old], counts[:old], values[:old] = self._heads, self._counts, self._values
        self._heads, self._counts, self._values = heads, counts, values
