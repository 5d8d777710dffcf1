"""Messages of the Alpaca data streams, in the vendor's own letters.

A frame is an array of maps in MessagePack, each tagged by `T`. Only what is used is read; fields the
vendor adds are ignored. The same letters mean the same on the option and on the stock stream. Bounds on
the numbers keep every decoded message inside the packed rows.

Source: Alpaca, "WebSocket Stream", "Real-time Option Data" and "Real-time Stock Data"; MessagePack
specification, "Timestamp extension type".
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, ValidationError, field
from msgspec.msgpack import Ext

Price = Annotated[float, Meta(ge=0, le=1e18)]
"""A price; 0 where there is none."""

Size = Annotated[float, Meta(ge=0, le=1e18)]
"""Contracts, or shares."""

Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""The exchange's number of an execution, which a row can hold."""

LATEST_NS = 2**63 - 1
"""Latest moment a row can hold, UTC. [ns]"""

SECONDS_MASK = (1 << 34) - 1
"""Lower bits of the 8-byte form of a time: seconds; above them are nanoseconds."""

TIMESTAMP = -1
"""Code of the extension type of times."""


class QuoteItem(Struct, frozen=True, gc=False, tag_field="T", tag="q"):
    """Best bid and ask; what the vendor leaves out is None, an empty side is 0."""

    S: str
    t: Ext
    bp: Price | None = None
    bs: Size | None = None
    ap: Price | None = None
    as_: Size | None = field(default=None, name="as")


class TradeItem(Struct, frozen=True, gc=False, tag_field="T", tag="t"):
    """A single execution; those of stocks have a number, conditions and a tape."""

    S: str
    t: Ext
    p: Price
    s: Size
    i: Number | None = None
    c: list[str] | str | None = None
    z: str = ""


class Success(Struct, frozen=True, tag_field="T", tag="success"):
    """``connected`` or ``authenticated``."""

    msg: str = ""


class Problem(Struct, frozen=True, tag_field="T", tag="error"):
    """What went wrong."""

    code: int
    msg: str = ""


class Subscribed(Struct, frozen=True, tag_field="T", tag="subscription"):
    """All that is subscribed now, not what the last request changed."""

    trades: list[str] | None = None
    quotes: list[str] | None = None


Control = Success | Problem | Subscribed
Item = QuoteItem | TradeItem | Success | Problem | Subscribed


class Tagged(Struct, frozen=True):
    """Any item, to see what it is."""

    T: str | UnsetType = UNSET


class Authenticate(Struct, frozen=True):
    """First request on a socket."""

    key: str
    secret: str
    action: str = "auth"


class Request(Struct, frozen=True, omit_defaults=True):
    """Adds to, or takes from, what is subscribed."""

    action: str
    quotes: tuple[str, ...] = ()
    trades: tuple[str, ...] = ()


TAGS = frozenset({"q", "t", "success", "error", "subscription"})
"""Items that are read; others are counted as ignored."""


def timestamp_ns(data: bytes) -> int:
    """Return the time that a MessagePack timestamp of 4, 8 or 12 bytes stands for, in ns UTC.

    Raises
    ------
    msgspec.ValidationError
        If it is none, or later than a row can hold.

    Examples
    --------
    >>> timestamp_ns((1_795_000_000).to_bytes(4, "big"))
    1795000000000000000
    >>> timestamp_ns((123_456_789 << 34 | 1_795_000_000).to_bytes(8, "big"))
    1795000000123456789
    """
    number = int.from_bytes(data, "big")
    if len(data) == 8:
        seconds, nanoseconds = number & SECONDS_MASK, number >> 34
    elif len(data) == 4:
        seconds, nanoseconds = number, 0
    elif len(data) == 12:
        seconds, nanoseconds = number & (1 << 64) - 1, number >> 64
    else:
        raise ValidationError(f"a timestamp of {len(data)} bytes")
    time_ns = seconds * 1_000_000_000 + nanoseconds
    if nanoseconds >= 1_000_000_000 or time_ns > LATEST_NS:
        raise ValidationError(f"{time_ns} ns is not a time that can be stored")
    return time_ns
