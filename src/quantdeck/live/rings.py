"""Packed rings: where a decoder's events land, and from where they are taken in batches.

A ring is a block of memory of fixed size with one writer. A write packs one row and costs about as
much as the call itself; readers get NumPy rows. What a reader was too slow for is overwritten and
counted.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.model.events import DTYPES, PACK_FORMATS, Kind, Rows

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_CAPACITY = 1 << 16
"""Rows of a ring: a second at 65,000 events a second, 3 to 6 MB once it has been filled. It is drained
after every read of a socket, which brings a few thousand at most."""


def _writers(  # noqa: C901, PLR0915 - closures over one offset
    kind: Kind, memory: memoryview
) -> tuple[Callable[..., None], Callable[[memoryview], None], Callable[[], int]]:
    # One closure per number of fields: a call with named positions costs half of one through
    # *args, and a running offset less than a masked index.
    pack_into = Struct(PACK_FORMATS[kind]).pack_into
    size = DTYPES[kind].itemsize
    end = memory.nbytes
    offset = 0
    laps = 0

    def write_8(  # noqa: PLR0913, PLR0917 - the fields of a row
        a: Any, b: Any, c: Any, d: Any, e: Any, f: Any, g: Any, h: Any, /
    ) -> None:
        nonlocal offset, laps
        pack_into(memory, offset, a, b, c, d, e, f, g, h)
        offset += size
        if offset == end:
            offset = 0
            laps += 1

    def write_9(  # noqa: PLR0913, PLR0917 - the fields of a row
        a: Any, b: Any, c: Any, d: Any, e: Any, f: Any, g: Any, h: Any, i: Any, /
    ) -> None:
        nonlocal offset, laps
        pack_into(memory, offset, a, b, c, d, e, f, g, h, i)
        offset += size
        if offset == end:
            offset = 0
            laps += 1

    def write_any(*fields: Any) -> None:
        nonlocal offset, laps
        pack_into(memory, offset, *fields)
        offset += size
        if offset == end:
            offset = 0
            laps += 1

    def extend(packed: memoryview) -> None:
        nonlocal offset, laps
        room = end - offset
        if len(packed) < room:
            memory[offset : offset + len(packed)] = packed
            offset += len(packed)
            return
        # Of more than the ring holds the newest stay, where they would be row by row.
        missed = max(0, len(packed) - end)
        laps, offset = laps + (offset + missed) // end, (offset + missed) % end
        fit = min(len(packed) - missed, end - offset)
        memory[offset : offset + fit] = packed[missed : missed + fit]
        memory[: len(packed) - missed - fit] = packed[missed + fit :]
        behind = offset + len(packed) - missed
        laps, offset = laps + behind // end, behind % end

    def written() -> int:
        return laps * (end // size) + offset // size

    by_kind = {
        Kind.TRADE: write_8,
        Kind.AGG_TRADE: write_8,
        Kind.QUOTE: write_9,
        Kind.MARK: write_9,
    }
    return by_kind.get(kind, write_any), extend, written


class Ring:
    """The newest rows of one kind, in order of arrival.

    Memory is reserved at once and touched only as rows arrive.

    Parameters
    ----------
    kind : Kind
        Layout of the rows.
    capacity : int
        Rows kept, a power of two.

    Attributes
    ----------
    write : callable
        Takes one event, positional arguments in the order of the row. A bound closure, so that a
        decoder may keep it.
    extend : callable
        Takes many events as the bytes of their rows; they are copied.
    written : callable
        Returns the count of rows ever written, which is also the cursor of the next one.

    Raises
    ------
    BadInput
        If the capacity is not a power of two.

    Examples
    --------
    >>> ring = Ring(Kind.TRADE, capacity=4)
    >>> for seq in range(6):
    ...     ring.write(0, 0, seq, 10.0, 1.0, 0, 1, 0)
    >>> ring.view()["seq"].tolist()
    [2, 3, 4, 5]
    >>> rows, cursor, overrun = ring.since(1)
    >>> rows["seq"].tolist(), cursor, overrun
    ([2, 3, 4, 5], 6, 1)
    """

    def __init__(self, kind: Kind, capacity: int = DEFAULT_CAPACITY) -> None:
        if capacity < 1 or capacity & (capacity - 1):
            raise BadInput(f"a ring's capacity must be a power of two, was {capacity}")
        self.kind = kind
        self.capacity = capacity
        self._dtype = DTYPES[kind]
        # Rows are moved as bytes: NumPy copies structured rows field by field, fifteen times slower.
        self._lines = np.zeros((capacity, self._dtype.itemsize), np.uint8)
        self.write, self.extend, self.written = _writers(kind, self._lines.reshape(-1).data)

    def view(self, last_n: int | None = None) -> Rows:
        """Return the newest rows, oldest first.

        Parameters
        ----------
        last_n : int or None
            How many; all that are kept where None.

        Returns
        -------
        structured array of shape (<= last_n,)
            Copies: they stay what they are while the ring goes on.

        Examples
        --------
        >>> Ring(Kind.QUOTE, capacity=2).view().shape
        (0,)
        """
        written = self.written()
        kept = min(written, self.capacity)
        return self._rows(written - (kept if last_n is None else min(last_n, kept)), written)

    def since(self, cursor: int) -> tuple[Rows, int, int]:
        """Return the rows written since a reader's cursor.

        Parameters
        ----------
        cursor : int
            What the reader was given last time; 0 at first.

        Returns
        -------
        rows : structured array
            Copies, oldest first.
        cursor : int
            For the next call.
        overrun : int
            Rows that were overwritten before this call and are lost to this reader.
        """
        written = self.written()
        oldest = max(cursor, written - self.capacity)
        return self._rows(oldest, written), written, oldest - cursor

    def _rows(self, start: int, stop: int) -> Rows:
        first = start & (self.capacity - 1)
        count = stop - start
        lines = self._lines[first : first + count]
        if len(lines) < count:
            lines = np.concatenate((lines, self._lines[: count - len(lines)]))
        else:
            lines = lines.copy()
        return cast("Rows", lines.reshape(-1).view(self._dtype))


class RingSet:
    """One ring per kind of event; the sink that feeds write to.

    Owned by the hub: decoders write on its event loop, and `drain` takes everything out once per
    socket read. Fulfils `quantdeck.ports.feed.BulkSink`.

    Parameters
    ----------
    capacity : int
        Rows of each ring, a power of two.

    Examples
    --------
    >>> rings = RingSet(capacity=8)
    >>> rings.trade(0, 0, 1, 10.0, 1.0, 0, 1, 0)
    >>> rings.quote(0, 0, 7, 9.5, 10.5, 1.0, 1.0, 0, 0)
    >>> [(kind.value, len(rows)) for kind, rows in rings.drain()]
    [('trade', 1), ('quote', 1)]
    >>> rings.drain()
    []
    """

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        self._rings = {kind: Ring(kind, capacity) for kind in Kind}
        self._cursors = dict.fromkeys(Kind, 0)
        self._overruns = dict.fromkeys(Kind, 0)
        # Attributes, not methods: a decoder's call then reaches the packing closure directly.
        self.trade: Callable[[int, int, int, float, float, int, int, int], None]
        self.agg_trade: Callable[[int, int, int, float, float, int, int, int], None]
        self.quote: Callable[[int, int, int, float, float, float, float, int, int], None]
        self.mark: Callable[[int, int, int, float, float, float, int, int, int], None]
        self.bar: Callable[
            [int, int, int, float, float, float, float, float, int, int, int, int], None
        ]
        self.trade = self._rings[Kind.TRADE].write
        self.agg_trade = self._rings[Kind.AGG_TRADE].write
        self.quote = self._rings[Kind.QUOTE].write
        self.mark = self._rings[Kind.MARK].write
        self.bar = self._rings[Kind.BAR].write

    def extend(self, kind: Kind, packed: memoryview, /) -> None:
        """Take many events of one kind as the bytes of their rows; they are copied."""
        self._rings[kind].extend(packed)

    def ring(self, kind: Kind) -> Ring:
        """Return the ring of a kind, for readers that keep a cursor of their own."""
        return self._rings[kind]

    def drain(self) -> list[tuple[Kind, Rows]]:
        """Return everything written since the last call, one entry per kind that has any.

        Returns
        -------
        list of (Kind, structured array)
            Rows in order of arrival, owned by the caller.
        """
        drained: list[tuple[Kind, Rows]] = []
        for kind, ring in self._rings.items():
            cursor = self._cursors[kind]
            if ring.written() != cursor:
                rows, self._cursors[kind], overrun = ring.since(cursor)
                self._overruns[kind] += overrun
                drained.append((kind, rows))
        return drained

    @property
    def overrun(self) -> int:
        """Count of rows of all kinds that were overwritten before they were drained."""
        return sum(self._overruns.values())
