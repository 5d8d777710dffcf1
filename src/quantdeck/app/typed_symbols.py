"""Symbols as people type them."""

from __future__ import annotations

from quantdeck.feeds.binance.markets import MARKETS
from quantdeck.feeds.yahoo.symbols import checked_symbol
from quantdeck.model.instruments import canonical
from quantdeck.model.options import UNDERLYING_VENUE

_YAHOO_SIGNS = "^="
_COINS = ("USDT", "USDC", "FDUSD", "BUSD")


def typed_symbol(text: str) -> str:
    """Return the canonical symbol for what a person typed: a coin of the futures market, else a stock.

    Indices, currencies and futures are written as Yahoo does.

    Raises
    ------
    BadInput
        If it is none.

    Examples
    --------
    >>> typed_symbol("spy"), typed_symbol("btcusdt"), typed_symbol("BINANCE:BTCUSDT")
    ('US:SPY', 'BINANCE-USDM:BTCUSDT', 'BINANCE:BTCUSDT')
    >>> typed_symbol("^GSPC"), typed_symbol("EURUSD=X")
    ('YAHOO:GSPC.INDEX', 'YAHOO:EURUSD.FX')
    """
    if any(sign in text for sign in _YAHOO_SIGNS):
        return checked_symbol(text)
    is_coin = text.strip().upper().endswith(_COINS)
    return canonical(text, default_venue=MARKETS["usdm"].venue if is_coin else UNDERLYING_VENUE)
