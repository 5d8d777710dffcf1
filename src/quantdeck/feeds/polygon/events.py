"""Events as objects, for programs that read a stream one event at a time."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.events import Flag

if TYPE_CHECKING:
    from quantdeck.model.instruments import InstrumentTable

MOST_WAITING = 100_000
"""Events that wait for a reader who is slow; the oldest go first."""

_EXCLUDED = int(Flag.EXCLUDED)


class StreamedTrade(msgspec.Struct, frozen=True, gc=False, tag="trade"):
    """A single execution.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    time_ns, recv_ns : int
        The vendor's stamp and the receipt, UTC. [ns]
    price, size : float
        As told.
    number : int
        The vendor's number of it: rises by symbol, with holes.
    is_market_price : bool
        False for prints that are none, such as average prices and official closes.
    """

    symbol: str
    time_ns: int
    recv_ns: int
    price: float
    size: float
    number: int
    is_market_price: bool = True


class StreamedQuote(msgspec.Struct, frozen=True, gc=False, tag="quote"):
    """Best bid and ask.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    time_ns, recv_ns : int
        The vendor's stamp and the receipt, UTC. [ns]
    bid, ask, bid_size, ask_size : float or None
        None where a side is absent. Sizes of stocks are in round lots, as told.
    """

    symbol: str
    time_ns: int
    recv_ns: int
    bid: float | None
    ask: float | None
    bid_size: float | None
    ask_size: float | None


class StreamedBar(msgspec.Struct, frozen=True, gc=False, tag="bar"):
    """A bar of a second or a minute.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    time_ns, recv_ns : int
        Its start and the receipt, UTC. [ns]
    open, high, low, close, volume : float
        As told.
    seconds : int
        Its length. [s]
    """

    symbol: str
    time_ns: int
    recv_ns: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    seconds: int


MarketEvent = StreamedTrade | StreamedQuote | StreamedBar


class EventQueue:
    """A sink that keeps events as objects until they are taken; fulfils `EventSink`.

    Parameters
    ----------
    instruments : InstrumentTable
        Names the symbols.
    most : int
        Events kept; beyond, the oldest are dropped and counted.

    Attributes
    ----------
    dropped : int
        Events that nobody took in time.
    """

    def __init__(self, instruments: InstrumentTable, most: int = MOST_WAITING) -> None:
        self.dropped = 0
        self._table = instruments
        self._waiting: deque[MarketEvent] = deque(maxlen=most)

    def take(self) -> MarketEvent | None:
        """Return the oldest event, or None where none waits."""
        return self._waiting.popleft() if self._waiting else None

    def trade(  # noqa: PLR0913, PLR0917 - the fields of a row
        self,
        ts_event: int,
        ts_recv: int,
        seq: int,
        price: float,
        size: float,
        symbol: int,
        side: int,  # noqa: ARG002 - the vendor does not tell it
        flags: int,
        /,
    ) -> None:
        """Take a single execution."""
        is_market = not flags & _EXCLUDED
        name = self._table.symbol(symbol)
        self._put(StreamedTrade(name, ts_event, ts_recv, price, size, seq, is_market))

    agg_trade = trade

    def quote(  # noqa: PLR0913, PLR0917 - the fields of a row
        self,
        ts_event: int,
        ts_recv: int,
        seq: int,  # noqa: ARG002 - nothing is compared here
        bid: float,
        ask: float,
        bid_size: float,
        ask_size: float,
        symbol: int,
        flags: int,  # noqa: ARG002 - none are told
        /,
    ) -> None:
        """Take a best bid and ask."""
        sides = [None if math.isnan(each) else each for each in (bid, ask, bid_size, ask_size)]
        self._put(StreamedQuote(self._table.symbol(symbol), ts_event, ts_recv, *sides))

    def mark(self, *_fields: float) -> None:
        """Nothing: stocks and options have no mark price."""

    def bar(  # noqa: PLR0913, PLR0917 - the fields of a row
        self,
        ts_event: int,
        ts_recv: int,
        seq: int,  # noqa: ARG002 - the end of the bar
        open_: float,
        high: float,
        low: float,
        close: float,
        volume: float,
        trades: int,  # noqa: ARG002 - the vendor does not tell it
        interval_ns: int,
        symbol: int,
        flags: int,  # noqa: ARG002 - all have ended
        /,
    ) -> None:
        """Take a bar."""
        prices = (open_, high, low, close, volume)
        seconds = interval_ns // 1_000_000_000
        self._put(StreamedBar(self._table.symbol(symbol), ts_event, ts_recv, *prices, seconds))

    def _put(self, event: MarketEvent) -> None:
        if len(self._waiting) == self._waiting.maxlen:
            self.dropped += 1
        self._waiting.append(event)
