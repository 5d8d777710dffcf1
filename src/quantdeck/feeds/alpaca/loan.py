"""Stocks that one feed streams for another, since the vendor allows one connection to an endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.events import DTYPES, Kind
from quantdeck.ports.feed import BulkSink

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.model.events import Rows
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.feed import EventSink, OnData


class StockLoan:
    """What the box desk wants of the stock stream. Known to both feeds.

    Attributes
    ----------
    symbols : tuple of str
        Canonical symbols that are wanted, changed by `want`.
    """

    def __init__(self) -> None:
        self.symbols: tuple[str, ...] = ()
        self.sink: EventSink | None = None
        self.on_data: OnData = _nothing
        self._on_change: Callable[[], None] = _nothing

    def lend(self, on_change: Callable[[], None]) -> None:
        """Be told whenever other symbols are wanted; called by the feed that has the stream."""
        self._on_change = on_change

    def borrow(self, sink: EventSink, on_data: OnData) -> None:
        """Take the events of what is wanted; called by the feed that has none."""
        self.sink, self.on_data = sink, on_data

    def want(self, symbols: Sequence[str]) -> None:
        """Have these canonical symbols streamed and no others."""
        self.symbols = tuple(symbols)
        self._on_change()


class SharedSink:
    """Gives every event to whom it is for: the capture, the borrower, or both.

    Fulfils `quantdeck.ports.feed.BulkSink`. Owned by the feed that has the stream.

    Parameters
    ----------
    sink : EventSink
        The capture's.
    loan : StockLoan
        What is borrowed.
    instruments : InstrumentTable
        Ids of canonical symbols.
    """

    def __init__(self, sink: EventSink, loan: StockLoan, instruments: InstrumentTable) -> None:
        self._sink = sink
        self._loan = loan
        self._instruments = instruments
        self._captured: frozenset[int] = frozenset()
        self._lent: frozenset[int] = frozenset()

    def share(self, captured: Sequence[str]) -> None:
        """Note who gets what from now on."""
        id_of = self._instruments.id_of
        self._captured = frozenset(map(id_of, captured))
        self._lent = frozenset(map(id_of, self._loan.symbols))

    def trade(self, *row: float) -> None:
        """Take a single execution."""
        self._one(Kind.TRADE, row, int(row[5]))

    def agg_trade(self, *row: float) -> None:
        """Take an aggregated execution."""
        self._one(Kind.AGG_TRADE, row, int(row[5]))

    def quote(self, *row: float) -> None:
        """Take a best bid and ask."""
        self._one(Kind.QUOTE, row, int(row[7]))

    def mark(self, *row: float) -> None:
        """Take a mark price."""
        self._one(Kind.MARK, row, int(row[7]))

    def bar(self, *row: float) -> None:
        """Take a bar made by the venue."""
        self._one(Kind.BAR, row, int(row[10]))

    def extend(self, kind: Kind, packed: memoryview, /) -> None:
        """Take the bytes of rows of one kind."""
        rows: Rows = np.frombuffer(packed, DTYPES[kind])
        symbols = rows["symbol"]
        for sink, ids in self._takers():
            part = rows[np.isin(symbols, list(ids))]
            if not len(part):
                continue
            if isinstance(sink, BulkSink):
                sink.extend(kind, memoryview(part.tobytes()))
                continue
            put = getattr(sink, kind.value)
            for values in part.tolist():
                put(*values[:-1])

    def _takers(self) -> list[tuple[EventSink, frozenset[int]]]:
        takers = [(self._sink, self._captured)]
        if self._loan.sink is not None:
            takers.append((self._loan.sink, self._lent))
        return takers

    def _one(self, kind: Kind, row: tuple[float, ...], symbol: int) -> None:
        for sink, ids in self._takers():
            if symbol in ids:
                getattr(sink, kind.value)(*row)


def _nothing() -> None:
    pass
