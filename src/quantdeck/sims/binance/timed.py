"""Streams that speak on a beat: candles, mark prices, books, rolling statistics.

Field sets and update speeds: Binance USD-M futures documentation, "Kline/Candlestick Streams",
"Continuous Contract Kline/Candlestick Streams", "Mark Price Stream", "Diff. Book Depth Streams",
"Partial Book Depth Streams", "Individual Symbol Ticker Streams"; Binance spot documentation,
"WebSocket Streams".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from quantdeck.sims.binance.channels import BookTickers, Event
from quantdeck.sims.binance.texts import Texts
from quantdeck.sims.book import Book, BookModel, changes, update_at
from quantdeck.sims.candles import interval_end, interval_start
from quantdeck.sims.paths import STEP_MS, PricePaths
from quantdeck.sims.premium import Mark, mark_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.sims.history import History
    from quantdeck.sims.listings import Listing
    from quantdeck.sims.noise import IntArray

_encode = msgspec.json.Encoder().encode

Payload = dict[str, Any]


class Beats:
    """A channel that calls a function at every multiple of its period.

    Parameters
    ----------
    period_ms : int
        Between calls. [ms]
    make : callable
        Takes the time [ms] and returns what to send.
    """

    def __init__(self, period_ms: int, make: Callable[[int], list[bytes]]) -> None:
        self._period_ms = period_ms
        self._make = make

    def poll(self, after_ms: int, until_ms: int) -> list[Event]:
        """Return what the beats in ``(after_ms, until_ms]`` brought."""
        first = after_ms // self._period_ms + 1
        beats = range(first, until_ms // self._period_ms + 1)
        return [
            (beat * self._period_ms, payload)
            for beat in beats
            for payload in self._make(beat * self._period_ms)
        ]


class Klines:
    """Makes the events of a candle stream, for `Beats`.

    Parameters
    ----------
    history : History
        Candles.
    listing : Listing
        Symbol.
    interval : str
        Length of the candles.
    spot, continuous : bool
        Which field set.
    unit : int
        1 for milliseconds, 1000 for microseconds.
    """

    def __init__(
        self,
        history: History,
        listing: Listing,
        interval: str,
        *,
        spot: bool,
        continuous: bool,
        unit: int,
    ) -> None:
        self._history, self._listing, self._interval = history, listing, interval
        self._spot, self._continuous, self._unit = spot, continuous, unit
        self._texts = Texts.of(listing, spot=spot)
        self._said = (0, 0)

    def __call__(self, beat_ms: int) -> list[bytes]:
        """Return the candle that closed at this beat, or the growing one if it has grown."""
        # The last millisecond before the beat belongs to the candle that has just ended.
        start = int(interval_start(np.array([beat_ms - 1]), self._interval)[0])
        span = (start, start)
        candles = self._history.candles(self._listing, self._interval, span, beat_ms - 1)
        if not len(candles):
            return []
        candle = {name: int(candles[name][0]) for name in candles.dtype.names or ()}
        closed = interval_end(start, self._interval) < beat_ms
        now_said = (start, candle["fills"])
        if not closed and (now_said == self._said or not candle["fills"]):
            return []
        self._said = now_said
        return [_encode(self._event(candle, beat_ms, closed=closed))]

    def _event(self, candle: dict[str, int], beat_ms: int, *, closed: bool) -> Payload:
        texts, unit = self._texts, self._unit
        end = interval_end(candle["start_ms"], self._interval)
        kline: Payload = {"t": candle["start_ms"] * unit, "T": (end + 1) * unit - 1}
        if not self._continuous:
            kline["s"] = self._listing.symbol
        kline |= {
            "i": self._interval,
            "f": candle["first_fill"],
            "L": candle["last_fill"],
            "o": texts.price(candle["open"]),
            "c": texts.price(candle["close"]),
            "h": texts.price(candle["high"]),
            "l": texts.price(candle["low"]),
            "v": texts.size(candle["lots"]),
            "n": candle["fills"],
            "x": closed,
            "q": texts.turnover(candle["turnover"]),
            "V": texts.size(candle["buy_lots"]),
            "Q": texts.turnover(candle["buy_turnover"]),
            "B": "0",
        }
        name = self._listing.symbol
        if self._continuous:
            head: Payload = {"e": "continuous_kline", "E": beat_ms, "ps": name, "ct": "PERPETUAL"}
            return head | {"k": kline}
        return {"e": "kline", "E": beat_ms * unit, "s": name, "k": kline}


def mark_event(paths: PricePaths, listing: Listing, time_ms: int) -> Payload:
    """Return a ``markPriceUpdate``."""
    mark: Mark = mark_at(paths, listing, time_ms)
    return {
        "e": "markPriceUpdate",
        "E": time_ms,
        "s": listing.symbol,
        "p": f"{mark.mark:.8f}",
        "ap": f"{mark.average:.8f}",
        "i": f"{mark.index:.8f}",
        "P": f"{mark.index:.8f}",
        "r": funding_text(mark),
        "T": mark.next_funding_ms,
        "st": 1,
    }


def funding_text(mark: Mark) -> str:
    """Return the funding rate as the venue writes it, empty for dated futures."""
    return "" if mark.funding_rate is None else f"{mark.funding_rate:.8f}"


class DepthChanges:
    """Makes the events of a diff depth stream, for `Beats`.

    Futures: ``pu`` is the ``u`` of the event before. Spot: ``U`` follows the ``u`` before.
    """

    def __init__(
        self, books: BookModel, listing: Listing, period_ms: int, *, spot: bool, unit: int
    ) -> None:
        self._books, self._listing, self._period_ms = books, listing, period_ms
        self._spot, self._unit = spot, unit
        self._texts = Texts.of(listing, spot=spot)
        self._last: Book | None = None

    def __call__(self, beat_ms: int) -> list[bytes]:
        """Return every level that changed since the beat before."""
        before_ms = beat_ms - self._period_ms
        old = self._last
        if old is None or old.time_ms != before_ms // STEP_MS * STEP_MS:
            old = self._books.book(self._listing, before_ms)
        bids: list[IntArray] = []
        asks: list[IntArray] = []
        for time_ms in range(old.time_ms + STEP_MS, beat_ms + 1, STEP_MS):
            new = self._books.book(self._listing, time_ms)
            bids.append(changes(old.bids, new.bids))
            asks.append(changes(old.asks, new.asks))
            old = new
        self._last = old
        if not any(len(side) for side in (*bids, *asks)):
            return []
        name = self._listing.symbol
        event: Payload = {"e": "depthUpdate", "E": beat_ms * self._unit}
        if not self._spot:
            event |= {"T": beat_ms}
        event["s"] = name
        if not self._spot:
            event["ps"] = name
        event |= {"U": update_at(before_ms) + 1, "u": update_at(beat_ms)}
        if not self._spot:
            event["pu"] = update_at(before_ms)
        event |= {"b": self._levels(bids, best=-1), "a": self._levels(asks, best=1)}
        if not self._spot:
            event["st"] = 1
        return [_encode(event)]

    def _levels(self, parts: list[IntArray], *, best: int) -> list[tuple[str, str]]:
        latest = {price: lots for part in parts for price, lots in part.tolist()}
        ordered = sorted(latest.items(), key=lambda level: level[0] * best)
        return [(self._texts.price(price), self._texts.size(lots)) for price, lots in ordered]


def level_texts(texts: Texts, side: IntArray, limit: int) -> list[tuple[str, str]]:
    """Return the best levels of a side as the venue writes them."""
    return [(texts.price(price), texts.size(lots)) for price, lots in side[:limit].tolist()]


class PartialDepth:
    """Makes the events of a partial depth stream, for `Beats`."""

    def __init__(
        self, books: BookModel, listing: Listing, period_ms: int, levels: int, *, spot: bool
    ) -> None:
        self._books, self._listing = books, listing
        self._period_ms, self._levels, self._spot = period_ms, levels, spot
        self._texts = Texts.of(listing, spot=spot)

    def __call__(self, beat_ms: int) -> list[bytes]:
        """Return the best levels of both sides."""
        book = self._books.book(self._listing, beat_ms)
        bids = level_texts(self._texts, book.bids, self._levels)
        asks = level_texts(self._texts, book.asks, self._levels)
        if self._spot:
            return [_encode({"lastUpdateId": book.update, "bids": bids, "asks": asks})]
        name, before = self._listing.symbol, update_at(beat_ms - self._period_ms)
        event = {"e": "depthUpdate", "E": beat_ms, "T": beat_ms, "s": name, "ps": name}
        event |= {"U": before + 1, "u": update_at(beat_ms), "pu": before}
        return [_encode(event | {"b": bids, "a": asks, "st": 1})]


def book_tickers(history: History, listings: tuple[Listing, ...], time_ms: int) -> list[bytes]:
    """Return the newest best bid and ask of every symbol, for ``!bookTicker``."""
    tickers = (BookTickers(history, listing, spot=False) for listing in listings)
    found = [ticker.latest(time_ms) for ticker in tickers]
    return [event[1] for event in found if event is not None]
