"""Settings of the vendors' services; their keys are no settings, see `quantdeck.app.credentials`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

SOURCES = ("alpaca", "tastytrade")
"""Vendors of option chains, by the names of their sections."""

Positive = Annotated[int, Meta(ge=1)]


class BinanceUsdm(msgspec.Struct, frozen=True, kw_only=True):
    """Binance USD-M futures; no key is needed."""

    enabled: Annotated[bool, Meta(description="capture from this feed")] = True
    symbols: Annotated[tuple[str, ...], Meta(description="what to capture at start")] = (
        "BTCUSDT",
        "ETHUSDT",
    )
    streams: Annotated[
        tuple[Literal["aggTrade", "trade", "bookTicker", "markPrice", "kline"], ...],
        Meta(description="event streams of every symbol"),
    ] = ("aggTrade", "bookTicker", "markPrice")
    rest_url: Annotated[str, Meta(description="REST address")] = "https://fapi.binance.com"
    ws_url: Annotated[str, Meta(description="stream address without a route")] = (
        "wss://fstream.binance.com"
    )


class BinanceSpot(msgspec.Struct, frozen=True, kw_only=True):
    """Binance spot; no key is needed."""

    enabled: Annotated[bool, Meta(description="capture from this feed")] = False
    symbols: Annotated[tuple[str, ...], Meta(description="what to capture at start")] = (
        "BTCUSDT",
        "ETHUSDT",
    )
    streams: Annotated[
        tuple[Literal["aggTrade", "trade", "bookTicker", "kline"], ...],
        Meta(description="event streams of every symbol"),
    ] = ("aggTrade", "bookTicker")
    rest_url: Annotated[str, Meta(description="REST address")] = "https://api.binance.com"
    ws_url: Annotated[str, Meta(description="stream address")] = "wss://stream.binance.com:9443"


class Alpaca(msgspec.Struct, frozen=True, kw_only=True):
    """Alpaca options and stocks; needs `ALPACA_API_KEY` and `ALPACA_API_SECRET`."""

    enabled: Annotated[bool, Meta(description="take option chains and quotes from this vendor")] = (
        False
    )
    data_feed: Annotated[
        Literal["opra", "indicative"],
        Meta(description="quality of option quotes; indicative ones cannot be traded on"),
    ] = "indicative"
    symbols: Annotated[
        tuple[str, ...],
        Meta(
            description="stocks to capture at start, such as SPY, whether enabled or not; none if empty"
        ),
    ] = ()
    stock_feed: Annotated[
        Literal["sip", "iex", "delayed_sip"] | None,
        Meta(
            description="quality of stock data: all venues, one venue, or all venues 15 minutes late; "
            "if None sip beside opra, else iex"
        ),
    ] = None
    data_url: Annotated[str, Meta(description="REST address of market data")] = (
        "https://data.alpaca.markets"
    )
    trading_url: Annotated[
        str | None,
        Meta(
            description="REST address of contracts; None tries the hosts of paper and live accounts"
        ),
    ] = None
    stream_url: Annotated[
        str,
        Meta(description="stream address: the host, or the whole address of any of its streams"),
    ] = "wss://stream.data.alpaca.markets"
    max_quotes: Annotated[
        Positive | None, Meta(description="quotes streamed at once; the plan's usual limit if None")
    ] = None
    requests_per_minute: Annotated[
        Positive | None, Meta(description="REST requests a minute; the plan's usual limit if None")
    ] = None


class Tastytrade(msgspec.Struct, frozen=True, kw_only=True):
    """Tastytrade options; needs `TT_CLIENT_SECRET` and `TT_REFRESH_TOKEN`."""

    enabled: Annotated[bool, Meta(description="take option chains and quotes from this vendor")] = (
        False
    )
    api_url: Annotated[
        str, Meta(description="REST address; it names the stream's address itself")
    ] = "https://api.tastyworks.com"
    max_subscriptions: Annotated[
        int, Meta(ge=1, le=25_000, description="symbols and event types streamed at once")
    ] = 25_000
    requests_per_minute: Annotated[
        int, Meta(ge=1, le=600, description="REST requests a minute")
    ] = 60
    aggregation_s: Annotated[
        float, Meta(ge=0.1, le=60, description="the stream tells each symbol at most so often [s]")
    ] = 0.5


class Polygon(msgspec.Struct, frozen=True, kw_only=True):
    """Polygon.io, now Massive; needs `MASSIVE_API_KEY` or `POLYGON_API_KEY`."""

    symbols: Annotated[
        tuple[str, ...],
        Meta(description="stocks to capture at start, such as AAPL; none if empty"),
    ] = ()
    plan: Annotated[
        Literal["basic", "starter", "developer", "advanced"],
        Meta(description="the plan, for how often may be asked: basic, which is free, 5 a minute"),
    ] = "basic"
    requests_per_minute: Annotated[
        Positive | None, Meta(description="REST requests a minute; the plan's if None")
    ] = None
    cache_ttl_s: Annotated[
        float,
        Meta(ge=0, description="so long an answer is used again; 0 keeps none [s]"),
    ] = 3600
    realtime: Annotated[
        bool,
        Meta(description="try real-time streams first, else those fifteen minutes late"),
    ] = False
    channels: Annotated[
        tuple[Literal["trades", "quotes", "seconds", "minutes"], ...],
        Meta(description="what is streamed of every symbol, as far as the plan has it"),
    ] = ("trades", "quotes")
    poll_s: Annotated[
        float,
        Meta(
            ge=1, le=3600, description="quotes are asked for so often where none are streamed [s]"
        ),
    ] = 15
    rest_url: Annotated[str, Meta(description="REST address")] = "https://api.massive.com"
    realtime_url: Annotated[str, Meta(description="host of real-time streams")] = (
        "wss://socket.massive.com"
    )
    delayed_url: Annotated[str, Meta(description="host of streams fifteen minutes late")] = (
        "wss://delayed.massive.com"
    )


class NewsApi(msgspec.Struct, frozen=True, kw_only=True):
    """Headlines of NewsAPI beside the vendor's news; needs `NEWS_API_KEY`."""

    url: Annotated[str, Meta(description="REST address")] = "https://newsapi.org/v2"
    requests_per_day: Annotated[
        Positive, Meta(description="requests a day; the free plan has 100")
    ] = 100
    cache_ttl_s: Annotated[
        float,
        Meta(ge=0, description="so long an answer is used again; 0 keeps none [s]"),
    ] = 900


class Yahoo(msgspec.Struct, frozen=True, kw_only=True):
    """Yahoo Finance: stocks, funds, indices and coins; no key, but the extra ``quantdeck[yahoo]``."""

    enabled: Annotated[
        bool,
        Meta(
            description="take prices of years from this vendor, and option chains where no other is enabled"
        ),
    ] = False
    requests_per_minute: Annotated[
        int,
        Meta(
            ge=1,
            le=600,
            description="questions a minute; Yahoo tells no limit and bans who asks a lot",
        ),
    ] = 30
    cache_mb: Annotated[
        int,
        Meta(ge=0, le=10_000, description="answers kept on disk for minutes; 0 keeps none [MB]"),
    ] = 64
    rest_url: Annotated[
        str | None,
        Meta(
            description="address of a simulator, asked without yfinance; if None Yahoo itself is, through it"
        ),
    ] = None
    stream_url: Annotated[str, Meta(description="address of the streamer")] = (
        "wss://streamer.finance.yahoo.com/?version=2"
    )


class Feeds(msgspec.Struct, frozen=True, kw_only=True):
    """The vendors' services."""

    binance_usdm: BinanceUsdm = msgspec.field(default_factory=BinanceUsdm)
    binance_spot: BinanceSpot = msgspec.field(default_factory=BinanceSpot)
    alpaca: Alpaca = msgspec.field(default_factory=Alpaca)
    tastytrade: Tastytrade = msgspec.field(default_factory=Tastytrade)
    yahoo: Yahoo = msgspec.field(default_factory=Yahoo)
    polygon: Polygon = msgspec.field(default_factory=Polygon)
    newsapi: NewsApi = msgspec.field(default_factory=NewsApi)
