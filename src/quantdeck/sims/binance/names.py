"""The names of streams, and on which route each is served.

Binance USD-M futures documentation, "Important WebSocket Change Notice" (routes) and the page of
each stream (names, update speeds); Binance spot documentation, "WebSocket Streams".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from quantdeck.sims.candles import INTERVALS_MS
from quantdeck.sims.paths import listing_of

if TYPE_CHECKING:
    from quantdeck.sims.listings import Listing

MAX_STREAMS = 1_024
"""On one connection."""


class Route(StrEnum):
    """First segment of the path of a futures stream."""

    PUBLIC = "public"
    MARKET = "market"
    PRIVATE = "private"


class StreamKind(StrEnum):
    """What a stream carries."""

    AGG_TRADE = "aggTrade"
    TRADE = "trade"
    BOOK_TICKER = "bookTicker"
    KLINE = "kline"
    CONTINUOUS_KLINE = "continuousKline"
    MARK_PRICE = "markPrice"
    DEPTH = "depth"
    PARTIAL_DEPTH = "partialDepth"
    TICKER = "ticker"
    MINI_TICKER = "miniTicker"
    FORCE_ORDER = "forceOrder"


@dataclass(frozen=True, slots=True)
class Stream:
    """What a name asks for.

    Parameters
    ----------
    name : str
        As the client wrote it.
    kind : StreamKind
        What it carries.
    route : Route
        Where futures serve it.
    listing : Listing or None
        None for every symbol.
    period_ms : int
        Between messages; 0 as things happen. [ms]
    interval : str
        Of candles.
    levels : int
        Of partial books.
    """

    name: str
    kind: StreamKind
    route: Route
    listing: Listing | None
    period_ms: int = 0
    interval: str = ""
    levels: int = 0


_FUTURES_INTERVALS = frozenset(INTERVALS_MS) - {"1s"}
_SYMBOL = r"(?P<symbol>[a-z0-9_]+)"
_DEPTH = re.compile(rf"{_SYMBOL}@depth(?P<levels>5|10|20)?(@(?P<speed>100|250|500|1000)ms)?")
_KLINE = re.compile(rf"{_SYMBOL}@kline_(?P<interval>\w+)")
_CONTINUOUS = re.compile(r"(?P<symbol>[a-z0-9]+)_perpetual@continuousKline_(?P<interval>\w+)")
_MARK = re.compile(rf"({_SYMBOL}@markPrice|!markPrice@arr)(?P<fast>@1s)?")
_PLAIN = re.compile(rf"{_SYMBOL}@(?P<kind>aggTrade|trade|bookTicker|ticker|miniTicker|forceOrder)")
_ALL = re.compile(r"!(?P<kind>bookTicker|ticker@arr|miniTicker@arr|forceOrder@arr)")

_PUBLIC = {
    StreamKind.TRADE,
    StreamKind.BOOK_TICKER,
    StreamKind.DEPTH,
    StreamKind.PARTIAL_DEPTH,
}
_FUTURES_PERIOD_MS = {StreamKind.TICKER: 2_000, StreamKind.MINI_TICKER: 2_000}
_SPOT_PERIOD_MS = {StreamKind.TICKER: 1_000, StreamKind.MINI_TICKER: 1_000}
_ALL_PERIOD_MS = {
    "bookTicker": 5_000,
    "ticker@arr": 1_000,
    "miniTicker@arr": 1_000,
    "forceOrder@arr": 0,
}
_FUTURES_ONLY = {StreamKind.MARK_PRICE, StreamKind.CONTINUOUS_KLINE, StreamKind.FORCE_ORDER}


def parse_stream(name: str, *, spot: bool) -> Stream | None:
    """Return what a stream name asks for, None for what the venue does not serve.

    The venue acknowledges unknown names too, and sends nothing for them.

    Parameters
    ----------
    name : str
        Such as ``btcusdt@aggTrade``; symbols in lower case.
    spot : bool
        Whether spot is asked.

    Examples
    --------
    >>> parse_stream("btcusdt@aggTrade", spot=False).route
    <Route.MARKET: 'market'>
    >>> parse_stream("BTCUSDT@aggTrade", spot=False) is None
    True
    """
    for parse in (_plain, _depth, _kline, _continuous, _mark, _all):
        stream = parse(name, spot)
        if stream is not None:
            return None if spot and _is_of_futures(stream) else stream
    return None


def _is_of_futures(stream: Stream) -> bool:
    is_dated = stream.listing is not None and stream.listing.delivery_ms > 0
    return is_dated or stream.kind in _FUTURES_ONLY


def _route(kind: StreamKind) -> Route:
    return Route.PUBLIC if kind in _PUBLIC else Route.MARKET


def _listing(text: str) -> Listing | None:
    return listing_of(text.upper())


def _plain(name: str, spot: bool) -> Stream | None:  # noqa: FBT001
    match = _PLAIN.fullmatch(name)
    listing = match and _listing(match["symbol"])
    if not match or not listing:
        return None
    kind = StreamKind(match["kind"])
    period_ms = (_SPOT_PERIOD_MS if spot else _FUTURES_PERIOD_MS).get(kind, 0)
    return Stream(name, kind, _route(kind), listing, period_ms)


def _depth(name: str, spot: bool) -> Stream | None:  # noqa: FBT001
    match = _DEPTH.fullmatch(name)
    listing = match and _listing(match["symbol"])
    if not match or not listing:
        return None
    period_ms = int(match["speed"] or (1000 if spot else 250))
    if period_ms not in ((100, 1000) if spot else (100, 250, 500)):
        return None
    levels = int(match["levels"] or 0)
    kind = StreamKind.PARTIAL_DEPTH if levels else StreamKind.DEPTH
    return Stream(name, kind, _route(kind), listing, period_ms, levels=levels)


def _kline(name: str, spot: bool) -> Stream | None:  # noqa: FBT001
    match = _KLINE.fullmatch(name)
    listing = match and _listing(match["symbol"])
    if not match or not listing:
        return None
    interval = match["interval"]
    if interval not in (INTERVALS_MS if spot else _FUTURES_INTERVALS):
        return None
    period_ms = (1_000 if interval == "1s" else 2_000) if spot else 250
    return Stream(name, StreamKind.KLINE, Route.MARKET, listing, period_ms, interval)


def _continuous(name: str, spot: bool) -> Stream | None:  # noqa: ARG001, FBT001
    match = _CONTINUOUS.fullmatch(name)
    listing = match and _listing(match["symbol"])
    if not match or not listing or match["interval"] not in INTERVALS_MS:
        return None
    kind = StreamKind.CONTINUOUS_KLINE
    return Stream(name, kind, Route.MARKET, listing, 250, match["interval"])


def _mark(name: str, spot: bool) -> Stream | None:  # noqa: ARG001, FBT001
    match = _MARK.fullmatch(name)
    if not match:
        return None
    listing = _listing(match["symbol"]) if match["symbol"] else None
    if match["symbol"] and not listing:
        return None
    period_ms = 1_000 if match["fast"] else 3_000
    return Stream(name, StreamKind.MARK_PRICE, Route.MARKET, listing, period_ms)


def _all(name: str, spot: bool) -> Stream | None:  # noqa: FBT001
    match = _ALL.fullmatch(name)
    if not match or (spot and match["kind"] == "bookTicker"):
        return None
    kind = StreamKind(match["kind"].removesuffix("@arr"))
    return Stream(name, kind, _route(kind), None, _ALL_PERIOD_MS[match["kind"]])
