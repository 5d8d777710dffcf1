"""Messages of Polygon's streams, in the vendor's own letters.

A frame is an array that may mix kinds and symbols, each tagged by `ev`. Only what is used is read; fields
the vendor adds are ignored, nearly all it has may be missing. Times are in ms. Bounds on the numbers keep
every decoded message inside the packed rows.

Source: Massive, WebSocket documentation of stocks and options.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field

Price = Annotated[float, Meta(ge=0, le=1e18)]
"""A price; 0 where there is none."""

Size = Annotated[float, Meta(ge=0, le=1e18)]
"""Shares or contracts; of quotes of stocks, round lots."""

Millis = Annotated[int, Meta(ge=0, le=9_223_372_036_854)]
"""A time that a row can hold. [ms]"""

Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""A number that a row can hold."""


class Status(Struct, frozen=True, tag_field="ev", tag="status"):
    """What the server says of the connection or of a subscription."""

    status: str = ""
    message: str = ""


class TradeEvent(Struct, frozen=True, gc=False, tag_field="ev", tag="T"):
    """A single execution; `q` rises by symbol, with holes; `z` is 1 to 3 for tapes A to C."""

    sym: str
    p: Price
    t: Millis
    s: Size = 0.0
    q: Number | None = None
    c: list[int] | None = None
    ds: Size | None = None


class QuoteEvent(Struct, frozen=True, gc=False, tag_field="ev", tag="Q"):
    """Best bid and ask; an empty side is 0 or missing."""

    sym: str
    t: Millis
    bp: Price | None = None
    bs: Size | None = None
    ap: Price | None = None
    as_: Size | None = field(default=None, name="as")
    q: Number | None = None


class SecondBar(Struct, frozen=True, gc=False, tag_field="ev", tag="A"):
    """Bar from `s` until before `e`; `z` is the average size of its executions."""

    sym: str
    o: Price
    h: Price
    l: Price  # noqa: E741 - the vendor's letter
    c: Price
    s: Millis
    e: Millis
    v: Size = 0.0
    z: Size | None = None
    dv: Size | None = None


class MinuteBar(Struct, frozen=True, gc=False, tag_field="ev", tag="AM"):
    """The same of a minute."""

    sym: str
    o: Price
    h: Price
    l: Price  # noqa: E741 - the vendor's letter
    c: Price
    s: Millis
    e: Millis
    v: Size = 0.0
    z: Size | None = None
    dv: Size | None = None


Event = Status | TradeEvent | QuoteEvent | SecondBar | MinuteBar


class Tagged(Struct, frozen=True):
    """Any message, to see what it is."""

    ev: str | UnsetType = UNSET


TAGS = frozenset({"status", "T", "Q", "A", "AM"})
"""Kinds that are read; others are counted as ignored."""


class Command(Struct, frozen=True):
    """What a client says: ``auth``, ``subscribe`` or ``unsubscribe``."""

    action: str
    params: str
