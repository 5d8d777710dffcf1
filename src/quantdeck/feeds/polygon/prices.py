"""What Polygon answers about prices: bars, executions, quotes and snapshots, in the vendor's letters.

Nearly everything may be left out by the vendor, and fields it adds are ignored. Since 2026 sizes may be
fractions: the decimal text beside an integer counts where it is there.

Source: Massive, REST documentation of stocks and options.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Raw, Struct, field

from quantdeck.feeds.polygon.rest import Envelope

Price = Annotated[float, Meta(ge=0, le=1e18)]
"""A price; 0 where there is none."""

Size = Annotated[float, Meta(ge=0, le=1e18)]
"""Shares or contracts."""

Stamp = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""A time; its unit stands where it is used."""

Millis = Annotated[int, Meta(ge=0, le=9_223_372_036_854)]
"""A time that a row can hold. [ms]"""


class BarRow(Struct, frozen=True, gc=False):
    """An interval; `t` is its start [ms], `vw` its average price, `n` its executions."""

    t: Millis
    o: Price | None = None
    h: Price | None = None
    l: Price | None = None  # noqa: E741 - the vendor's letter
    c: Price | None = None
    v: Size | None = None
    vw: Price | None = None
    n: Stamp | None = None
    dv: Size | None = None

    @property
    def volume(self) -> float | None:
        """Shares, with fractions where they are told."""
        return self.dv if self.dv is not None else self.v


class BarPage(Envelope, frozen=True, kw_only=True):
    """Answer of ``aggs``."""

    ticker: str = ""
    adjusted: bool | None = None
    results: Raw = Raw()


class DayAnswer(Envelope, frozen=True, kw_only=True):
    """Answer of ``open-close``: a day, with the prices before and after its session."""

    symbol: str = ""
    from_: str = field(default="", name="from")
    open: Price | None = None
    high: Price | None = None
    low: Price | None = None
    close: Price | None = None
    volume: Size | None = None
    after_hours: Price | None = field(default=None, name="afterHours")
    pre_market: Price | None = field(default=None, name="preMarket")


class TradeRow(Struct, frozen=True, gc=False):
    """An execution; times in ns, `tape` 1 to 3 for A to C."""

    price: Price
    size: Size = 0.0
    sip_timestamp: Stamp = 0
    participant_timestamp: Stamp | None = None
    sequence_number: Stamp = 0
    conditions: list[int] | None = None
    exchange: int = 0
    tape: int = 0
    id: str = ""
    decimal_size: Size | None = None

    @property
    def shares(self) -> float:
        """Its size, with fractions where they are told."""
        return self.size if self.decimal_size is None else self.decimal_size


class QuoteRow(Struct, frozen=True, gc=False):
    """Best bid and ask; an empty side is 0. Times in ns."""

    sip_timestamp: Stamp = 0
    sequence_number: Stamp = 0
    bid_price: Price | None = None
    bid_size: Size | None = None
    ask_price: Price | None = None
    ask_size: Size | None = None
    conditions: list[int] | None = None


class TickPage(Envelope, frozen=True, kw_only=True):
    """Answer of ``trades`` and of ``quotes``."""

    results: Raw = Raw()


class SnapshotDay(Struct, frozen=True, gc=False):
    """The bar of a day; of one that has not begun everything is 0."""

    o: Price | None = None
    h: Price | None = None
    l: Price | None = None  # noqa: E741 - the vendor's letter
    c: Price | None = None
    v: Size | None = None
    vw: Price | None = None


class SnapshotTrade(Struct, frozen=True, gc=False):
    """The last execution; `t` in ns."""

    p: Price | None = None
    s: Size | None = None
    t: Stamp | None = None


class SnapshotQuote(Struct, frozen=True, gc=False):
    """The last quote: the vendor's capital letters are the ask; `t` in ns."""

    bid: Price | None = field(default=None, name="p")
    bid_size: Size | None = field(default=None, name="s")
    ask: Price | None = field(default=None, name="P")
    ask_size: Size | None = field(default=None, name="S")
    t: Stamp | None = None


class StockSnapshot(Struct, frozen=True):
    """One stock as it is now; `updated` in ns."""

    ticker: str
    day: SnapshotDay | None = None
    prev_day: SnapshotDay | None = field(default=None, name="prevDay")
    minute: BarRow | None = field(default=None, name="min")
    last_trade: SnapshotTrade | None = field(default=None, name="lastTrade")
    last_quote: SnapshotQuote | None = field(default=None, name="lastQuote")
    updated: Stamp = 0


class StockSnapshots(Envelope, frozen=True, kw_only=True):
    """Answer of ``snapshot/locale/us/markets/stocks/tickers``, of one or of many."""

    tickers: Raw = Raw()
    ticker: Raw | None = None


class OptionDetails(Struct, frozen=True):
    """Which contract it is."""

    ticker: str
    exercise_style: str = ""
    shares_per_contract: float = 100.0


class OptionQuote(Struct, frozen=True, gc=False):
    """Best bid and ask; `last_updated` in ns."""

    bid: Price | None = None
    bid_size: Size | None = None
    ask: Price | None = None
    ask_size: Size | None = None
    last_updated: Stamp | None = None


class OptionDay(Struct, frozen=True, gc=False):
    """The bar of the last day it traded; `last_updated` in ns."""

    volume: Size | None = None
    close: Price | None = None
    last_updated: Stamp | None = None


class OptionUnderlying(Struct, frozen=True, gc=False):
    """What it settles on; `timeframe` is ``DELAYED`` or ``REAL-TIME``."""

    ticker: str = ""
    price: Price | None = None
    value: Price | None = None
    timeframe: str = ""


class OptionSnapshot(Struct, frozen=True):
    """One contract of a chain; plans without quotes have no `last_quote`."""

    details: OptionDetails
    last_quote: OptionQuote | None = None
    day: OptionDay | None = None
    underlying_asset: OptionUnderlying | None = None
    open_interest: Size | None = None
    implied_volatility: float | None = None


class ChainPage(Envelope, frozen=True, kw_only=True):
    """Answer of ``snapshot/options``."""

    results: Raw = Raw()
