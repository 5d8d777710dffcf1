"""Messages of DXLink as they travel, JSON in text frames.

Source: dxFeed, "dxLink WebSocket Protocol" and its AsyncAPI specification, 1.0.2. Only what is read is
named; servers add fields.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct, field

VERSION = "0.1-quantdeck/0.1"
"""Protocol version, and who speaks it."""

QUOTE, TRADE, SUMMARY = "Quote", "Trade", "Summary"
GREEKS, CANDLE = "Greeks", "Candle"

ASKED_FIELDS: dict[str, tuple[str, ...]] = {
    QUOTE: ("eventSymbol", "bidPrice", "askPrice", "bidSize", "askSize"),
    TRADE: ("eventSymbol", "price", "size", "time", "dayVolume"),
    SUMMARY: ("eventSymbol", "openInterest"),
}
"""Fields of events that are read, by type, in the order in which they are asked for."""

WATCHED_FIELDS: dict[str, tuple[str, ...]] = {
    QUOTE: ASKED_FIELDS[QUOTE],
    TRADE: ASKED_FIELDS[TRADE],
    GREEKS: (
        "eventSymbol",
        "eventFlags",
        "time",
        "price",
        "volatility",
        "delta",
        "gamma",
        "theta",
        "rho",
        "vega",
    ),
    SUMMARY: (
        "eventSymbol",
        "dayOpenPrice",
        "dayHighPrice",
        "dayLowPrice",
        "prevDayClosePrice",
        "openInterest",
    ),
    CANDLE: (
        "eventSymbol",
        "eventFlags",
        "time",
        "open",
        "high",
        "low",
        "close",
        "volume",
        "count",
    ),
}
"""Fields of events that are shown one by one."""


class Setup(Struct, frozen=True, tag_field="type", tag="SETUP", rename="camel"):
    """Times both sides want to be kept alive in."""

    keepalive_timeout: float = 60.0


class AuthState(Struct, frozen=True, tag_field="type", tag="AUTH_STATE"):
    """Whether the session may open channels."""

    state: str


class ChannelOpened(Struct, frozen=True, tag_field="type", tag="CHANNEL_OPENED"):
    """A channel that was asked for."""

    channel: int


class ChannelClosed(Struct, frozen=True, tag_field="type", tag="CHANNEL_CLOSED"):
    """A channel that is no more."""

    channel: int


class FeedConfig(Struct, frozen=True, tag_field="type", tag="FEED_CONFIG", rename="camel"):
    """What the rows that follow look like; types that are not named stay as they are."""

    channel: int
    event_fields: dict[str, list[str]] | None = None


class FeedData(Struct, frozen=True, gc=False, tag_field="type", tag="FEED_DATA"):
    """Events: types and flat values in turn, or a list of objects."""

    channel: int
    data: list[Any]


class Compact(Struct, frozen=True, gc=False, tag_field="type", tag="FEED_DATA"):
    """Events in the usual format, read faster."""

    data: list[str | list[str | float | None]]


class Keepalive(Struct, frozen=True, tag_field="type", tag="KEEPALIVE"):
    """A sign of life."""


class Error(Struct, frozen=True, tag_field="type", tag="ERROR"):
    """Something that the server does not agree with; the session may go on."""

    channel: int = 0
    error: str = ""
    message: str = ""


Control = Setup | AuthState | ChannelOpened | ChannelClosed | FeedConfig | Keepalive | Error
Message = Control | FeedData


class Loose(Struct, frozen=True):
    """Any message, known or not."""

    type: str


class Item(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """One subscription; candles begin with those since `from_time` [ms]."""

    type: str
    symbol: str
    from_time: int | None = None


class SetupRequest(Struct, frozen=True, tag_field="type", tag="SETUP", rename="camel"):
    """The first message of a client."""

    channel: int = 0
    version: str = VERSION
    keepalive_timeout: int = 60
    accept_keepalive_timeout: int = 60


class AuthRequest(Struct, frozen=True, tag_field="type", tag="AUTH"):
    """The quote token; it is a secret."""

    token: str
    channel: int = 0

    def __repr__(self) -> str:
        return "AuthRequest(***)"


class ChannelRequest(Struct, frozen=True, tag_field="type", tag="CHANNEL_REQUEST"):
    """Asks for a channel of the feed service."""

    channel: int
    service: str = "FEED"
    parameters: dict[str, str] = field(default_factory=lambda: {"contract": "AUTO"})


class FeedSetupRequest(Struct, frozen=True, tag_field="type", tag="FEED_SETUP", rename="camel"):
    """How often, and what, the rows should tell."""

    channel: int
    accept_aggregation_period: float
    accept_data_format: str = "COMPACT"
    accept_event_fields: dict[str, tuple[str, ...]] = field(default_factory=lambda: ASKED_FIELDS)


class SubscriptionRequest(
    Struct, frozen=True, tag_field="type", tag="FEED_SUBSCRIPTION", omit_defaults=True
):
    """Changes of what is subscribed."""

    channel: int
    add: list[Item] = []
    remove: list[Item] = []


class KeepaliveRequest(Struct, frozen=True, tag_field="type", tag="KEEPALIVE"):
    """A sign of life of ours."""

    channel: int = 0


encode = msgspec.json.Encoder().encode
