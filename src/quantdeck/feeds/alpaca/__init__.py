"""Alpaca: options and their underlyings, by stream and by REST; needs a key."""

from __future__ import annotations

from quantdeck.feeds.alpaca.feed import AlpacaFeed

__all__ = ["AlpacaFeed"]
