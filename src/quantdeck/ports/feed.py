"""What the hub asks of a feed, and what a feed is handed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from quantdeck.model.events import Kind
    from quantdeck.model.feed import Delay, FeedStatus, Gap
    from quantdeck.model.instruments import Instrument


class EventSink(Protocol):
    """Where a decoder puts what it read: one call per event, arguments in the order of the row.

    Symbols are ids of the process's `InstrumentTable`. All arguments are positional, since this is
    called for every message of every feed.
    """

    def trade(
        self,
        ts_event: int,
        ts_recv: int,
        seq: int,
        price: float,
        size: float,
        symbol: int,
        side: int,
        flags: int,
        /,
    ) -> None:
        """Take a single execution."""
        ...

    def agg_trade(
        self,
        ts_event: int,
        ts_recv: int,
        seq: int,
        price: float,
        size: float,
        symbol: int,
        side: int,
        flags: int,
        /,
    ) -> None:
        """Take an aggregated execution."""
        ...

    def quote(
        self,
        ts_event: int,
        ts_recv: int,
        seq: int,
        bid: float,
        ask: float,
        bid_size: float,
        ask_size: float,
        symbol: int,
        flags: int,
        /,
    ) -> None:
        """Take a best bid and ask; NaN for an absent side."""
        ...

    def mark(
        self,
        ts_event: int,
        ts_recv: int,
        seq: int,
        mark_price: float,
        index_price: float,
        funding_rate: float,
        next_funding_ns: int,
        symbol: int,
        flags: int,
        /,
    ) -> None:
        """Take a mark price."""
        ...

    def bar(
        self,
        ts_event: int,
        ts_recv: int,
        seq: int,
        open_: float,
        high: float,
        low: float,
        close: float,
        volume: float,
        trades: int,
        interval_ns: int,
        symbol: int,
        flags: int,
        /,
    ) -> None:
        """Take a bar made by the venue."""
        ...


@runtime_checkable
class BulkSink(EventSink, Protocol):
    """A sink that also takes many events at once, from a decoder that makes rows by itself."""

    def extend(self, kind: Kind, packed: memoryview, /) -> None:
        """Take the bytes of rows of one kind, in order of arrival; they are copied."""
        ...


class Feed(Protocol):
    """One vendor's service, all its connections supervised.

    A feed writes events to the sink it was built with and calls `on_data` (also handed in when it
    is built) once per socket read that brought any, so that the hub drains in batches.
    """

    @property
    def source(self) -> str:
        """Short name of the service, such as ``binance-usdm``."""
        ...

    async def run(self) -> None:
        """Connect and keep connected until cancelled; never raises for what a vendor does."""
        ...

    async def set_symbols(self, symbols: Sequence[str]) -> None:
        """Capture these canonical symbols and no others; those kept lose nothing.

        Raises
        ------
        BadInput
            If the vendor does not know a symbol; nothing has changed then.
        """
        ...

    def symbols(self) -> list[str]:
        """Return the canonical symbols being captured."""
        ...

    def statuses(self) -> list[FeedStatus]:
        """Return the state of every connection."""
        ...

    async def instruments(self) -> list[Instrument]:
        """Return what the vendor trades."""
        ...

    async def repair(self, gap: Gap) -> int:
        """Fetch what a gap misses, put it into the sink flagged as repaired, and return the count.

        Raises
        ------
        NoData
            If the vendor no longer offers it.
        VenueError
            If it cannot be fetched now; ask again later.
        """
        ...


@runtime_checkable
class LearntDelay(Protocol):
    """A feed that learns only from the vendor how late its data are."""

    @property
    def delay(self) -> Delay:
        """What its data are now."""
        ...


OnData = Callable[[], None]
"""Called by a feed after it has put events into the sink."""

OnGap = Callable[["Gap"], None]
"""Called by a feed that finds, after a break, that what it missed is lost."""
