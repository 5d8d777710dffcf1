"""Bars that grow tick by tick and equal those made of all ticks at once.

`BarBook` keeps the newest bars of every symbol at one interval; `BarBooks` keeps the timeframes that
a screen offers side by side. Whatever the order in which ticks arrive, the bars held are the newest
of `quantdeck.analytics.resample.bars_from_ticks` over the same ticks, to the last bit. What lies before
the capture may be told by the venue, whose bars then stand where they are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.resample import Bars, join_bars
from quantdeck.live.bar_kernels import (
    CLOSE,
    CLOSE_TS,
    HIGH,
    LATE,
    LENGTH,
    LOW,
    NEVER,
    NEWEST,
    OPEN,
    REFUSED,
    REST,
    START,
    TOO_LATE,
    TRADES,
    VERSION,
    VOLUME,
    WIDTH,
    fold_ticks,
    older_slot,
)
from quantdeck.live.bar_merge import merged_cells
from quantdeck.live.slots import Slots
from quantdeck.live.venue_bars import is_past, venue_bars
from quantdeck.model.errors import BadInput
from quantdeck.model.events import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.live.bar_merge import Cells
    from quantdeck.model.events import Rows

SECOND_NS = 1_000_000_000

TIMEFRAMES: dict[str, int] = {
    "1s": SECOND_NS,
    "1m": 60 * SECOND_NS,
    "5m": 300 * SECOND_NS,
}
"""Bars on offer and their intervals. [ns]"""

DEFAULT_CAPACITY: dict[str, int] = {"1s": 7200, "1m": 2880, "5m": 2016}
"""Bars kept per symbol: two hours, two days, a week."""


@dataclass(frozen=True, slots=True)
class BarCounts:
    """What a book met besides ticks in order.

    Parameters
    ----------
    late : int
        Ticks that came after a later one of their symbol and amended the bar they belong to.
    too_late : int
        Ticks older than every bar held of a full ring; left out.
    refused : int
        Ticks without a finite price or with a size that is negative or not finite; left out.
    """

    late: int
    too_late: int
    refused: int


class BarBook:
    """The newest bars of every symbol at one interval.

    Owned by the hub and fed on its event loop, one call per batch.

    Parameters
    ----------
    interval_ns : int
        Length of a bar, > 0; bars start at its multiples. [ns]
    capacity : int
        Bars kept per symbol, > 0. Memory is 96 bytes a bar, reserved per symbol and touched as bars
        appear.

    Raises
    ------
    BadInput
        If the interval or the capacity is not positive.

    Examples
    --------
    >>> from quantdeck.model.events import TRADE_DTYPE
    >>> ticks = np.zeros(3, TRADE_DTYPE)
    >>> ticks["ts_event"], ticks["seq"] = [100, 1200, 400], [1, 3, 2]
    >>> ticks["price"], ticks["size"] = [10.0, 12.0, 11.0], [1.0, 2.0, 3.0]
    >>> book = BarBook(1000, capacity=8)
    >>> book.update(ticks)
    >>> bars = book.bars(0)
    >>> bars.start_ns.tolist(), bars.close.tolist(), bars.volume.tolist()
    ([0, 1000], [11.0, 12.0], [4.0, 2.0])
    >>> book.counts().late
    1
    """

    def __init__(self, interval_ns: int, capacity: int) -> None:
        if interval_ns <= 0 or capacity <= 0:
            raise BadInput(
                f"interval_ns and capacity must be positive, were {interval_ns} and {capacity}"
            )
        self.interval_ns = interval_ns
        self.capacity = capacity
        self._past: dict[int, Bars] = {}
        self._slots = Slots()
        self._heads = np.zeros((0, 6), np.int64)
        self._counts = np.zeros((0, capacity * WIDTH), np.int64)
        self._values = np.zeros((0, capacity * WIDTH))
        self._make_room(4)

    def symbols(self) -> list[int]:
        """Return the ids of the symbols that have bars."""
        return self._slots.ids()

    def update(self, ticks: Rows) -> None:
        """Fold ticks into the bars, in any order.

        Parameters
        ----------
        ticks : structured array of shape (n,)
            Rows of `TRADE_DTYPE`, no tick twice. A symbol's ticks are ordered by (ts_event, seq):
            the first opens a bar, the last closes it; of two equal ones the later to arrive closes.
        """
        ts, symbol = ticks["ts_event"], self._slots.take(ticks["symbol"])
        if len(self._slots) > len(self._heads):
            self._make_room(len(self._slots))
        fields = (ts, ticks["seq"], ticks["price"], ticks["size"], symbol, self.interval_ns)
        row, slot = 0, -1
        while True:
            row = fold_ticks(*fields, row, slot, self._heads, self._counts, self._values)
            if row >= len(ticks):
                return
            start = int(ts[row]) // self.interval_ns * self.interval_ns
            slot = older_slot(int(symbol[row]), start, self._heads, self._counts, self._values)
            if slot < 0:
                self._heads[symbol[row], TOO_LATE] += 1
                row += 1

    def insert(self, ticks: Rows) -> None:
        """Fold in many ticks of the past: as `update` does, but without a search for each.

        Parameters
        ----------
        ticks : structured array of shape (n,)
            Rows of `TRADE_DTYPE` of one symbol, ordered by (ts_event, seq), no tick twice.
        """
        place = int(self._slots.take(ticks["symbol"][:1])[0]) if len(ticks) else 0
        if not len(ticks) or place >= len(self._heads) or not self._heads[place, LENGTH]:
            self.update(ticks)
            return
        aside = BarBook(self.interval_ns, self.capacity)
        aside.update(ticks)
        counts, values = merged_cells(self._cells(place), aside._cells(0))
        kept = min(len(counts), self.capacity)
        self._counts[place, : kept * WIDTH] = counts[-kept:].ravel()
        self._values[place, : kept * WIDTH] = values[-kept:].ravel()
        head, added = self._heads[place], aside._heads[0]
        head[NEWEST], head[LENGTH] = kept - 1, kept
        head[VERSION] += added[VERSION] + 1
        head[LATE] += added[VERSION]
        head[REFUSED] += added[REFUSED]

    def bars(self, symbol_id: int, last_n: int | None = None) -> Bars:
        """Return the newest bars of a symbol, oldest first.

        Parameters
        ----------
        symbol_id : int
            Id of the instrument.
        last_n : int or None
            How many; all that are kept where None.

        Returns
        -------
        Bars
            Copies; the last bar may still change. Intervals without a tick have no bar. Empty where
            nothing is known of the symbol.
        """
        past = self._past.get(symbol_id)
        if past is None:
            return self._made(symbol_id, last_n)
        # What the venue told may lie among the bars made: of both, the newest are enough.
        wanted = self.capacity if last_n is None else last_n
        joined = join_bars(self._made(symbol_id, last_n), past[max(0, len(past) - wanted) :])
        return joined[max(0, len(joined) - wanted) :]

    def precede(self, symbol_id: int, bars: Bars) -> None:
        """Take in bars that the venue has told, to stand where they are known.

        Parameters
        ----------
        symbol_id : int
            Id of the instrument.
        bars : Bars
            Of this book's interval, oldest first, none of them still growing. Those told before stay
            where these say nothing; the newest that fit the capacity are kept.
        """
        if not len(bars):
            return
        place = int(self._slots.take(np.array([symbol_id], np.int32))[0])
        if place >= len(self._heads):
            self._make_room(place + 1)
        known = self._past.get(symbol_id)
        past = bars if known is None else join_bars(known, bars)
        self._past[symbol_id] = past[max(0, len(past) - self.capacity) :]
        self._heads[place, VERSION] += 1

    def _made(self, symbol_id: int, last_n: int | None) -> Bars:
        place = self._slots.of(symbol_id)
        if place < 0:
            place, last_n = 0, 0
        counts, values = (cells.T.copy() for cells in self._cells(place, last_n))
        total, rest = values[VOLUME], values[REST]
        volume = total + rest
        return Bars(
            start_ns=counts[START],
            open=values[OPEN],
            high=values[HIGH],
            low=values[LOW],
            close=values[CLOSE],
            volume=volume,
            trades=counts[TRADES],
            volume_lo=rest - (volume - total),
        )

    def _cells(self, place: int, last_n: int | None = None) -> Cells:
        head = self._heads[place]
        length = int(head[LENGTH]) if last_n is None else min(last_n, int(head[LENGTH]))
        slots = (head[NEWEST] - np.arange(length - 1, -1, -1)) % self.capacity
        counts, values = self._counts[place], self._values[place]
        return counts.reshape(-1, WIDTH)[slots], values.reshape(-1, WIDTH)[slots]

    def version(self, symbol_id: int) -> int:
        """Return a number that changes whenever a bar of the symbol changes; 0 before the first.

        Parameters
        ----------
        symbol_id : int
            Id of the instrument.
        """
        place = self._slots.of(symbol_id)
        return int(self._heads[place, VERSION]) if place >= 0 else 0

    def counts(self) -> BarCounts:
        """Return what the book met besides ticks in order, over all symbols."""
        late, too_late, refused = self._heads[:, [LATE, TOO_LATE, REFUSED]].sum(axis=0).tolist()
        return BarCounts(late=late, too_late=too_late, refused=refused)

    def _make_room(self, symbols: int) -> None:
        old = len(self._heads)
        new = max(symbols, 2 * old)
        heads = np.zeros((new, self._heads.shape[1]), np.int64)
        counts = np.zeros((new, self._counts.shape[1]), np.int64)
        values = np.zeros((new, self._values.shape[1]))
        heads[:old], counts[:old], values[:old] = self._heads, self._counts, self._values
        counts[old:, [START, CLOSE_TS]] = NEVER
        self._heads, self._counts, self._values = heads, counts, values


class BarBooks:
    """One `BarBook` per timeframe, all fed with the same ticks.

    A symbol's bars are made of one kind of trade: of the first that arrives, since adding single and
    aggregated executions would count every one of them twice.

    Parameters
    ----------
    timeframes : mapping of str to int, optional
        Names and intervals; `TIMEFRAMES` by default. [ns]
    capacity : mapping of str to int, optional
        Bars kept per symbol, by timeframe; `DEFAULT_CAPACITY` by default.

    Examples
    --------
    >>> books = BarBooks()
    >>> sorted(books.timeframes)
    ['1m', '1s', '5m']
    >>> len(books["1s"].bars(0))
    0
    """

    def __init__(
        self,
        timeframes: Mapping[str, int] | None = None,
        capacity: Mapping[str, int] | None = None,
    ) -> None:
        sizes = DEFAULT_CAPACITY if capacity is None else capacity
        self.timeframes = dict(TIMEFRAMES if timeframes is None else timeframes)
        self._books = {
            name: BarBook(interval_ns, sizes[name]) for name, interval_ns in self.timeframes.items()
        }
        self._first_kind: Kind | None = None
        self._kind_of: dict[int, Kind] | None = None

    def __getitem__(self, timeframe: str) -> BarBook:
        """Return the book of a timeframe.

        Raises
        ------
        BadInput
            If it is not one of those offered.
        """
        book = self._books.get(timeframe)
        if book is None:
            raise BadInput(f"no bars of {timeframe!r}; there are {', '.join(self._books)}")
        return book

    def update(self, kind: Kind, rows: Rows) -> Rows:
        """Fold a batch into all timeframes; rows that are not trades are none of its business.

        Parameters
        ----------
        kind : Kind
            Layout of the rows.
        rows : structured array of shape (n,)
            Events without duplicates, in any order.

        Returns
        -------
        structured array
            The rows that count: of every symbol one kind of trade.
        """
        if kind not in {Kind.TRADE, Kind.AGG_TRADE}:
            return rows[:0]
        ticks = self._of_one_kind(kind, rows)
        for book in self._books.values():
            book.update(ticks)
        return ticks

    def insert(self, kind: Kind, rows: Rows) -> Rows:
        """Fold many trades of the past into all timeframes; see `BarBook.insert`.

        Parameters
        ----------
        kind : Kind
            Of trade.
        rows : structured array of shape (n,)
            Of one symbol, ordered by (ts_event, seq).

        Returns
        -------
        structured array
            The rows that count, as of `update`.
        """
        ticks = self._of_one_kind(kind, rows)
        for book in self._books.values():
            book.insert(ticks)
        return ticks

    def precede(self, rows: Rows) -> None:
        """Take in the bars among the venue's that were fetched as history.

        Parameters
        ----------
        rows : structured array of shape (n,)
            Rows of `BAR_DTYPE`; those of a live stream and of other intervals are passed over.
        """
        past = rows[is_past(rows["flags"])]
        for book in self._books.values():
            of_book = past[past["interval_ns"] == book.interval_ns]
            for symbol_id in np.unique(of_book["symbol"]).tolist():
                book.precede(symbol_id, venue_bars(of_book[of_book["symbol"] == symbol_id]))

    def _of_one_kind(self, kind: Kind, rows: Rows) -> Rows:
        # Most decks take one kind of trade only: nothing is looked up until a second one shows.
        if self._kind_of is None:
            self._first_kind = self._first_kind or kind
            if kind is self._first_kind:
                return rows
            book = next(iter(self._books.values()))
            self._kind_of = dict.fromkeys(book.symbols(), self._first_kind)
        symbols = rows["symbol"]
        ids = np.unique(symbols).tolist()
        foreign = [s for s in ids if self._kind_of.setdefault(s, kind) is not kind]
        return rows[~np.isin(symbols, foreign)] if foreign else rows
