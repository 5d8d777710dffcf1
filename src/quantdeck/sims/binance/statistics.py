"""Rolling 24 hour statistics, for the ticker streams and their REST twins.

Binance USD-M futures documentation, "24hr Ticker Price Change Statistics" and "Individual Symbol
Ticker Streams".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.sims.paths import DAY_MS, MINUTE_MS

if TYPE_CHECKING:
    from quantdeck.sims.binance.texts import Texts
    from quantdeck.sims.book import Book
    from quantdeck.sims.history import History
    from quantdeck.sims.listings import Listing

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The last 24 hours of a symbol, to the minute; prices in ticks, sizes in lots."""

    open_ms: int
    close_ms: int
    first_fill: int
    last_fill: int
    open: int
    high: int
    low: int
    close: int
    last_lots: int
    lots: int
    turnover: int

    @property
    def fills(self) -> int:
        """Count of executions."""
        return self.last_fill - self.first_fill + 1


def statistics_of(history: History, listing: Listing, time_ms: int) -> Statistics:
    """Return the statistics of the 24 hours before a time."""
    open_ms = (time_ms - DAY_MS) // MINUTE_MS * MINUTE_MS
    candles = history.candles(listing, "1m", (open_ms, time_ms), time_ms)
    traded = candles[candles["fills"] > 0]
    newest = history.orders_before(listing, time_ms, limit=1)[-1]
    return Statistics(
        open_ms=open_ms,
        close_ms=time_ms,
        first_fill=int(traded["first_fill"][0]),
        last_fill=int(traded["last_fill"][-1]),
        open=int(candles["open"][0]),
        high=int(candles["high"].max()),
        low=int(candles["low"].min()),
        close=int(candles["close"][-1]),
        last_lots=int(newest.flow.lots[newest.first]),
        lots=int(candles["lots"].sum()),
        turnover=int(np.sum(candles["turnover"])),
    )


def _changed(now: Statistics, texts: Texts) -> tuple[str, str, str]:
    # Change, change in percent, and the mean price weighted by volume.
    change = texts.price(now.close - now.open)
    percent = f"{(now.close / now.open - 1.0) * 100.0:.3f}"
    mean = now.turnover / now.lots * texts.listing.tick if now.lots else 0.0
    return change, percent, f"{mean:.{texts.price_digits}f}"


def ticker_event(now: Statistics, texts: Texts, *, book: Book | None) -> Payload:
    """Return a ``24hrTicker`` event; spot's has the best bid and ask, given by `book`."""
    change, percent, mean = _changed(now, texts)
    name = texts.listing.symbol
    event: Payload = {
        "e": "24hrTicker",
        "E": now.close_ms,
        "s": name,
        "p": change,
        "P": percent,
        "w": mean,
        "c": texts.price(now.close),
        "Q": texts.size(now.last_lots),
        "o": texts.price(now.open),
        "h": texts.price(now.high),
        "l": texts.price(now.low),
        "v": texts.size(now.lots),
        "q": texts.turnover(now.turnover),
        "O": now.open_ms,
        "C": now.close_ms,
        "F": now.first_fill,
        "L": now.last_fill,
        "n": now.fills,
    }
    if book is not None:
        best = book.bids[0].tolist(), book.asks[0].tolist()
        return event | {
            "x": texts.price(now.open),
            "b": texts.price(best[0][0]),
            "B": texts.size(best[0][1]),
            "a": texts.price(best[1][0]),
            "A": texts.size(best[1][1]),
        }
    return event | {"ps": name, "st": 1}


def mini_ticker_event(now: Statistics, texts: Texts, *, spot: bool) -> Payload:
    """Return a ``24hrMiniTicker`` event."""
    event: Payload = {
        "e": "24hrMiniTicker",
        "E": now.close_ms,
        "s": texts.listing.symbol,
        "c": texts.price(now.close),
        "o": texts.price(now.open),
        "h": texts.price(now.high),
        "l": texts.price(now.low),
        "v": texts.size(now.lots),
        "q": texts.turnover(now.turnover),
    }
    return event if spot else event | {"ps": texts.listing.symbol, "st": 1}


def ticker_answer(now: Statistics, texts: Texts) -> Payload:
    """Return the part of ``ticker/24hr`` that futures and spot share."""
    change, percent, mean = _changed(now, texts)
    return {
        "symbol": texts.listing.symbol,
        "priceChange": change,
        "priceChangePercent": percent,
        "weightedAvgPrice": mean,
        "lastPrice": texts.price(now.close),
        "lastQty": texts.size(now.last_lots),
        "openPrice": texts.price(now.open),
        "highPrice": texts.price(now.high),
        "lowPrice": texts.price(now.low),
        "volume": texts.size(now.lots),
        "quoteVolume": texts.turnover(now.turnover),
        "openTime": now.open_ms,
        "closeTime": now.close_ms,
        "firstId": now.first_fill,
        "lastId": now.last_fill,
        "count": now.fills,
    }
