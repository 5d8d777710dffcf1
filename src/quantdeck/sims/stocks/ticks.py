"""Trades and quotes of stocks, second by second, within sessions and between them.

Within a session the trades of a second begin and end at the borders of the candle of that second and share
its volume. Between sessions a few shares change hands around the last close, as after hours; those prices
are in no candle of a session.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.noise import generator
from quantdeck.sims.options import sessions
from quantdeck.sims.options.draws import uniform
from quantdeck.sims.stocks.calendar import (
    MINUTE_NS,
    all_sessions,
    minutes_of,
    open_minute,
    sessions_before,
)
from quantdeck.sims.stocks.minutes import SECONDS, Seconds, shared_out

if TYPE_CHECKING:
    from quantdeck.sims.noise import FloatArray, IntArray
    from quantdeck.sims.stocks.daily import DailyPrices
    from quantdeck.sims.stocks.listing import Stock
    from quantdeck.sims.stocks.minutes import IntradayPrices

SECOND_NS = 1_000_000_000
EVENTS_A_SECOND = 2
"""Trades, and quotes, of a stock at a rate of one."""
AFTER_HOURS = 0.0004
"""About how far prices stray from the last close between sessions."""

_SALT_WIDE, _SALT_BID, _SALT_ASK, _SALT_SIZE, _SALT_NOISE = 61, 62, 63, 64, 65


@dataclass(frozen=True, eq=False)
class Ticks:
    """Trades or quotes; arrays have one row per event, by time.

    Parameters
    ----------
    ts_ns : array of int64
        When. [ns]
    price, other : array
        Price of a trade, or bid and ask. [USD]
    size, other_size : array of int64
        Shares, or those bid for and offered.
    is_regular : bool
        Whether they are of a session.
    """

    ts_ns: IntArray
    price: FloatArray
    size: IntArray
    other: FloatArray
    other_size: IntArray
    is_regular: bool


class StockTicks:
    """Makes trades and quotes.

    Parameters
    ----------
    seed : int
        Two with one seed are the same.
    daily : DailyPrices
        Closes.
    intraday : IntradayPrices
        Seconds.
    rate : float
        Multiplies the trades and the quotes, of which there is at least one a second.

    Attributes
    ----------
    events : int
        Trades, and quotes, of a stock each second.
    """

    def __init__(
        self, seed: int, daily: DailyPrices, intraday: IntradayPrices, *, rate: float = 1.0
    ) -> None:
        self.events = max(1, round(EVENTS_A_SECOND * rate))
        self._seed, self._daily, self._intraday = seed, daily, intraday
        self._seconds = lru_cache(maxsize=8_192)(self._make_seconds)
        self._trades = lru_cache(maxsize=2_048)(self._make_trades)
        self._quotes = lru_cache(maxsize=2_048)(self._make_quotes)
        self._key = lru_cache(maxsize=1_024)(self._make_key)

    def seconds(self, stock: Stock, minute: int) -> tuple[Seconds, bool]:
        """Return the seconds of a minute since 1970, and whether it is of a session."""
        return self._seconds(stock, minute)

    def trades(self, stock: Stock, minute: int) -> Ticks:
        """Return the trades of a minute since 1970."""
        return self._trades(stock, minute)

    def quotes(self, stock: Stock, minute: int) -> Ticks:
        """Return the quotes of a minute since 1970."""
        return self._quotes(stock, minute)

    def price(self, stock: Stock, ts_ns: int) -> float:
        """Return what a stock costs at an instant, in USD."""
        minute, rest = divmod(ts_ns, MINUTE_NS)
        return float(self.seconds(stock, minute)[0].prices[rest // SECOND_NS])

    def _make_key(self, symbol: str) -> np.uint64:
        return generator(self._seed, "ticks", symbol).integers(1, 2**62, dtype=np.uint64)

    def _keys(self, stock: Stock, count: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        return np.full(count, self._key(stock.symbol))

    def _make_seconds(self, stock: Stock, minute: int) -> tuple[Seconds, bool]:
        place, into = session_minute(minute)
        if into is not None:
            return self._intraday.seconds(stock, place, into), True
        base = self._last_close(stock, place, minute)
        numbers = minute * SECONDS + np.arange(SECONDS + 1)
        draws = uniform(self._keys(stock, SECONDS + 1), _SALT_NOISE, numbers) - 0.5
        swing = np.sin(numbers * (2.0 * math.pi / 3_600.0)) + 0.3 * draws
        prices = np.maximum((base * (1.0 + AFTER_HOURS * swing)).round(2), 0.01)
        sizes = uniform(self._keys(stock, SECONDS), _SALT_SIZE, numbers[:-1])
        return Seconds(prices, 2 + (40.0 * sizes).astype(np.int64)), False

    def _last_close(self, stock: Stock, place: int, minute: int) -> float:
        daily, every = self._daily.of(stock), all_sessions()
        before = max(0, place - 1)
        closed = float(daily.closed[before])
        # A split is in force from the midnight before its session.
        if place < len(every) and sessions.local_date(minute * MINUTE_NS) >= every[place]:
            return closed / float(daily.factor[before]) * float(daily.factor[place])
        return closed

    def _make_trades(self, stock: Stock, minute: int) -> Ticks:
        seconds, is_regular = self.seconds(stock, minute)
        rng = generator(self._seed, "stock", stock.symbol, "trades", minute)
        count = SECONDS * self.events
        prices = np.repeat(seconds.prices[:-1], self.events)
        if self.events > 1:
            prices[self.events - 1 :: self.events] = seconds.prices[1:]
        weights = 0.1 + rng.random((SECONDS, self.events))
        sizes = np.concatenate(
            [
                shared_out(volume, weight)
                for volume, weight in zip(seconds.volume.tolist(), weights, strict=True)
            ]
        )
        within = np.sort(rng.random((SECONDS, self.events)), axis=1)
        starts = (minute * SECONDS + np.arange(SECONDS)) * SECOND_NS
        stamps = (starts[:, None] + (within * (SECOND_NS - 1)).astype(np.int64)).ravel()
        nothing = np.zeros(count)
        return Ticks(stamps, prices, sizes, nothing, nothing.astype(np.int64), is_regular)

    def _make_quotes(self, stock: Stock, minute: int) -> Ticks:
        seconds, is_regular = self.seconds(stock, minute)
        count = SECONDS * self.events
        numbers = minute * count + np.arange(count)
        keys = self._keys(stock, count)
        share = np.tile(np.arange(self.events) / self.events, SECONDS)
        moves = np.repeat(np.diff(seconds.prices), self.events)
        middle = np.repeat(seconds.prices[:-1], self.events) + share * moves
        cents = np.floor(middle * 100.0 + 1e-6)
        wide = (uniform(keys, _SALT_WIDE, numbers) < 0.3) + np.maximum(cents // 40_000, 0.0)
        bid = np.maximum(cents - wide, 1.0)
        ask = cents + 1.0 + wide
        bids = 100 * (1 + (9 * uniform(keys, _SALT_BID, numbers)).astype(np.int64))
        asks = 100 * (1 + (9 * uniform(keys, _SALT_ASK, numbers)).astype(np.int64))
        stamps = numbers * (SECOND_NS // self.events)
        return Ticks(stamps, (bid / 100).round(2), bids, (ask / 100).round(2), asks, is_regular)


@lru_cache(maxsize=65_536)
def session_minute(minute: int) -> tuple[int, int | None]:
    """Return where a minute since 1970 falls.

    Returns
    -------
    place : int
        Of the session it is in; else of the next session, which begins with its day.
    into : int or None
        Minute of the session; None between sessions.

    Examples
    --------
    >>> session_minute(open_minute(all_sessions()[1]) + 2)
    (1, 2)
    >>> session_minute(open_minute(all_sessions()[1]) - 1)
    (1, None)
    """
    day = sessions.local_date(minute * MINUTE_NS)
    place = sessions_before(day)
    every = all_sessions()
    if place < len(every) and every[place] == day:
        into = minute - open_minute(day)
        if 0 <= into < minutes_of(day):
            return place, into
        if into >= 0:
            return place + 1, None
    return place, None
