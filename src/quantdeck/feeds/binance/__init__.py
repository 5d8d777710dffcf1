"""Binance USD-M futures and spot: public market data, no key needed."""

from __future__ import annotations

from quantdeck.feeds.binance.decode import Decoder
from quantdeck.feeds.binance.feed import BinanceFeed
from quantdeck.feeds.binance.markets import MARKETS, SPOT, USDM, Market

__all__ = ["MARKETS", "SPOT", "USDM", "BinanceFeed", "Decoder", "Market"]
