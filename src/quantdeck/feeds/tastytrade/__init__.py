"""Tastytrade: option chains by REST and quotes by DXLink; needs a grant of one's own account."""

from __future__ import annotations

from quantdeck.feeds.tastytrade.feed import TastytradeFeed
from quantdeck.feeds.tastytrade.grant import Credentials

__all__ = ["Credentials", "TastytradeFeed"]
