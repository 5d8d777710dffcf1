"""The two Binance markets and how their addresses differ."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Market:
    """One Binance market.

    Parameters
    ----------
    name : str
        ``usdm`` or ``spot``.
    source : str
        Name of the service in provenance, such as ``binance-usdm``.
    venue : str
        Venue part of canonical symbols, such as ``BINANCE-USDM``.
    rest_url, ws_url : str
        The vendor's own addresses; configuration may name others.
    rest_prefix : str
        Path before every REST endpoint.
    routes : tuple of str
        Route segments of the stream address, each needing a socket of its own; empty text where
        the market has none.
    default_streams : tuple of str
        Stream suffixes captured unless configured otherwise.
    weight_per_minute : int
        Request weight taken as the limit until the vendor has told its own.
    weights : dict of str to int
        Weight of the endpoints that are used, where it does not depend on the parameters.
    """

    name: str
    source: str
    venue: str
    rest_url: str
    ws_url: str
    rest_prefix: str
    routes: tuple[str, ...]
    default_streams: tuple[str, ...]
    weight_per_minute: int
    weights: dict[str, int]


USDM = Market(
    name="usdm",
    source="binance-usdm",
    venue="BINANCE-USDM",
    rest_url="https://fapi.binance.com",
    ws_url="wss://fstream.binance.com",
    rest_prefix="/fapi/v1",
    routes=("market", "public"),
    default_streams=("aggTrade", "bookTicker", "markPrice@1s"),
    weight_per_minute=2400,
    weights={
        "exchangeInfo": 1,
        "aggTrades": 20,
        "trades": 5,
        "historicalTrades": 200,
        "fundingRate": 1,
    },
)
"""Perpetual and dated futures margined in stablecoins (and, since 2026, in coin)."""

SPOT = Market(
    name="spot",
    source="binance-spot",
    venue="BINANCE",
    rest_url="https://api.binance.com",
    ws_url="wss://stream.binance.com:9443",
    rest_prefix="/api/v3",
    routes=("",),
    default_streams=("aggTrade", "bookTicker"),
    weight_per_minute=6000,
    weights={
        "exchangeInfo": 20,
        "aggTrades": 4,
        "trades": 25,
        "historicalTrades": 25,
    },
)
"""Spot."""

MARKETS: dict[str, Market] = {market.name: market for market in (USDM, SPOT)}
"""Markets by name."""
