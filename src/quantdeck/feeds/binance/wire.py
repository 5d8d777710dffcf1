"""Messages of the Binance streams, in the venue's own letters.

Only what is used is read; fields the venue adds are ignored. Prices and quantities arrive as text and
are read into float64 by the decoder. Bounds on the numbers keep every decoded message inside the
packed rows: NaN, infinities, negative prices and integers beyond 64 bits are refused as bad messages.

Source: Binance USD-M Futures, "Websocket Market Streams"; Binance Spot, "WebSocket Streams".
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

Milliseconds = Annotated[int, Meta(ge=0, le=9_223_372_036_854)]
"""Time since 1970, small enough to be told in int64 nanoseconds. [ms]"""

Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""An id the venue counts up."""

Price = Annotated[float, Meta(ge=0, le=1e18)]
"""A price; 0 where there is none."""

Quantity = Annotated[float, Meta(ge=0, le=1e18)]
"""A quantity."""

USD_MARGINED = 1
"""`st` of symbols margined in a stablecoin; 2 is margined in coin."""

MARKET_TRADE = "MARKET"
"""`X` of an execution in the market; others are insurance fund, ADL and empty prints."""


class AggTrade(Struct, frozen=True, gc=False, tag_field="e", tag="aggTrade"):
    """Executions of one taker order at one price (futures: within 100 ms)."""

    s: str
    a: Number
    p: Price
    q: Quantity
    T: Milliseconds
    m: bool
    """True where the buyer was the maker, thus the taker sold."""
    st: int = USD_MARGINED


class Trade(Struct, frozen=True, gc=False, tag_field="e", tag="trade"):
    """A single execution."""

    s: str
    t: Number
    p: Price
    q: Quantity
    T: Milliseconds
    m: bool
    X: str = MARKET_TRADE
    st: int = USD_MARGINED


class BookTicker(Struct, frozen=True, gc=False, tag_field="e", tag="bookTicker"):
    """Best bid and ask."""

    s: str
    u: Number
    b: Price
    B: Quantity
    a: Price
    A: Quantity
    T: Milliseconds
    st: int = USD_MARGINED


class MarkPrice(Struct, frozen=True, gc=False, tag_field="e", tag="markPriceUpdate"):
    """Mark price, index price and funding of a perpetual."""

    s: str
    E: Milliseconds
    p: Price
    i: Price
    T: Milliseconds
    """Next funding; 0 for dated futures."""
    r: str = ""
    """Funding rate, a signed decimal; empty for dated futures."""
    st: int = USD_MARGINED


class Candle(Struct, frozen=True, gc=False):
    """The `k` of a kline event."""

    t: Milliseconds
    T: Milliseconds
    o: Price
    h: Price
    l: Price  # noqa: E741 - the venue's letter
    c: Price
    v: Quantity
    n: Number
    x: bool
    """True once, when the interval has ended."""


class Kline(Struct, frozen=True, gc=False, tag_field="e", tag="kline"):
    """A bar made by the venue."""

    s: str
    E: Milliseconds
    k: Candle
    st: int = USD_MARGINED


class DepthUpdate(Struct, frozen=True, gc=False, tag_field="e", tag="depthUpdate"):
    """Changes of the order book; recognised so that skipping it is cheap."""


Event = AggTrade | Trade | BookTicker | MarkPrice | Kline | DepthUpdate
"""What a futures stream may carry, told apart by `e`."""

EVENT_TYPES: dict[str, type[Struct]] = {
    "aggTrade": AggTrade,
    "trade": Trade,
    "bookTicker": BookTicker,
    "markPriceUpdate": MarkPrice,
    "kline": Kline,
    "depthUpdate": DepthUpdate,
}
"""Event types by the venue's name of them."""


class SpotBookTicker(Struct, frozen=True, gc=False):
    """Best bid and ask of spot, which carries neither type nor time."""

    s: str
    u: Number
    b: Price
    B: Quantity
    a: Price
    A: Quantity


class Combined(Struct, frozen=True, gc=False):
    """A futures event in the envelope of a combined stream; the name of the stream is not needed."""

    data: Event


class SpotCombined(Struct, frozen=True, gc=False):
    """A spot event in its envelope; only the name of the stream tells what `data` is."""

    stream: str
    data: Raw


class ErrorBody(Struct, frozen=True):
    """Why the venue refused a request."""

    code: int = 0
    msg: str = ""


class Reply(Struct, frozen=True):
    """What the server says beside events: an answer to a request, or a notice.

    `e` is ``serverShutdown`` where the server is about to close the connection.
    """

    id: int | str | None = None
    result: Any = UNSET
    code: int | None = None
    msg: str = ""
    error: ErrorBody | None = None
    e: str = ""

    @property
    def refusal(self) -> str:
        """The venue's reason for refusing; empty where it did not."""
        if self.error is not None:
            return f"{self.error.msg} (code {self.error.code})"
        return f"{self.msg} (code {self.code})" if self.code is not None else ""


class Loose(Struct, frozen=True):
    """Just enough of any frame to tell what it is."""

    stream: str = ""
    data: Raw | UnsetType = UNSET
    e: str = ""
    id: Any = UNSET
    result: Any = UNSET
    code: Any = UNSET
    error: Any = UNSET
    lastUpdateId: Any = UNSET  # noqa: N815 - the venue's name


class Tagged(Struct, frozen=True):
    """The type of an event and nothing else."""

    e: str = ""


class EventTime(Struct, frozen=True):
    """The venue's time of an event; 0 where it carries none."""

    E: Milliseconds = 0


class Stamped(Struct, frozen=True):
    """The venue's time of an event in its envelope and nothing else."""

    data: EventTime


class Request(Struct, frozen=True):
    """What a client may send on a stream connection."""

    method: str
    params: list[str]
    id: int
