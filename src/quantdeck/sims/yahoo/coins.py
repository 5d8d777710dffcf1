"""Prices of coins at every minute of every day.

Closes of days are a random walk with heavy tails that shares the stock market's returns on its sessions;
the minutes of a day are a Brownian bridge between two closes, so that smaller candles add up to larger ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.noise import brownian_bridge, generator
from quantdeck.sims.options.sessions import days_of
from quantdeck.sims.stocks.calendar import all_sessions
from quantdeck.sims.stocks.daily import ANCHOR
from quantdeck.sims.yahoo.listing import SECURITIES

if TYPE_CHECKING:
    from quantdeck.sims.noise import FloatArray
    from quantdeck.sims.stocks.market import StockMarket
    from quantdeck.sims.yahoo.listing import Coin

MINUTES = 1_440
MINUTE_NS = 60_000_000_000
_CHUNK = 64
_LAST = date(2045, 12, 30)
_MARKET = "SPY"


@dataclass(frozen=True, eq=False)
class CoinDays:
    """Some days in a row; arrays have one row per day and one column per minute.

    Parameters
    ----------
    borders : array of shape (n, 1441)
        Prices at the borders of the minutes. [USD]
    volume : array of shape (n, 1440)
        Turnover. [USD]
    """

    borders: FloatArray
    volume: FloatArray


class CoinPrices:
    """Makes the days of coins.

    Parameters
    ----------
    market : StockMarket
        Whose returns they share.
    """

    def __init__(self, market: StockMarket) -> None:
        self._market = market
        self._closes = lru_cache(maxsize=8)(self._make_closes)
        self._chunk = lru_cache(maxsize=64)(self._make_chunk)

    def first_day(self, symbol: str) -> int:
        """Return the first day of a coin, in days since 1970."""
        return days_of(_coin(symbol).first)

    def days(self, symbol: str, first: int, end: int) -> CoinDays:
        """Return the days ``first`` to ``end - 1``, in days since 1970."""
        start = self.first_day(symbol)
        first, end = max(first, start), max(end, first, start)
        chunks = range((first - start) // _CHUNK, -(-(end - start) // _CHUNK))
        made = [self._chunk(symbol, chunk) for chunk in chunks]
        if not made:
            return CoinDays(np.empty((0, MINUTES + 1)), np.empty((0, MINUTES)))
        skip = first - start - chunks[0] * _CHUNK
        part = slice(skip, skip + end - first)
        return CoinDays(
            np.concatenate([each.borders for each in made])[part],
            np.concatenate([each.volume for each in made])[part],
        )

    def summaries(self, symbol: str, first: int, end: int) -> FloatArray:
        """Return open, high, low, close and turnover of days, shape (5, n)."""
        found = self.days(symbol, first, end)
        prices = found.borders
        if not len(prices):
            return np.empty((5, 0))
        ends = (prices[:, 0], prices.max(1), prices.min(1), prices[:, -1], found.volume.sum(1))
        return np.stack(ends)

    def price(self, symbol: str, ts_ns: int) -> float:
        """Return the price at an instant: on the line between the borders of its minute."""
        minute, into = divmod(ts_ns, MINUTE_NS)
        day, place = divmod(minute, MINUTES)
        borders = self.days(symbol, day, day + 1).borders[0]
        share = into / MINUTE_NS
        return _rounded((1.0 - share) * borders[place] + share * borders[place + 1])

    def _make_closes(self, symbol: str) -> FloatArray:
        # Log prices at the borders of the days, the first day's open included.
        coin = _coin(symbol)
        start, count = days_of(coin.first), days_of(_LAST) - days_of(coin.first) + 1
        rng = generator(self._market.seed, "coin", symbol, "days")
        heavy = np.clip(rng.standard_t(4, count), -9.0, 9.0) / math.sqrt(2.0)
        shared = self._shared(start, count)
        changes = coin.growth / 365.0 + coin.own_volatility / math.sqrt(365.0) * heavy
        # Days of calm and of unrest take turns.
        changes *= 0.6 + 0.8 * (np.sin(np.arange(count) * (2.0 * math.pi / 210.0)) > 0.0)
        level = np.concatenate(([0.0], np.cumsum(changes + coin.beta * shared)))
        anchored = level[days_of(ANCHOR) - start + 1]
        return level + math.log(coin.price) - anchored

    def _shared(self, start: int, count: int) -> FloatArray:
        # Returns of the stock market about their mean, on the days it is open.
        closed = self._market.daily.of(self._market.stocks[_MARKET]).closed
        returns = np.diff(np.log(closed))
        days = np.array([days_of(day) for day in all_sessions()[1:]]) - start
        inside = (days >= 0) & (days < count)
        shared = np.zeros(count)
        shared[days[inside]] = returns[inside] - returns.mean()
        return shared

    def _make_chunk(self, symbol: str, chunk: int) -> CoinDays:
        coin, closes = _coin(symbol), self._closes(symbol)
        first = chunk * _CHUNK
        ends = closes[first : first + _CHUNK + 1]
        rows = len(ends) - 1
        rng = generator(self._market.seed, "coin", symbol, "minutes", chunk)
        deviation = 0.8 * coin.own_volatility / math.sqrt(365.0 * MINUTES)
        shocks = rng.standard_normal((rows, MINUTES)) * deviation
        inner = brownian_bridge(ends[:-1], ends[1:], shocks)
        borders = np.exp(np.concatenate((inner, ends[1:, None]), axis=1))
        turnover = 0.012 * coin.coins * 1e6 * borders[:, :1]
        shares = 0.5 + rng.random((rows, MINUTES))
        return CoinDays(borders.round(4), (turnover * shares / MINUTES).round())


def _coin(symbol: str) -> Coin:
    coin = SECURITIES[symbol].coin
    if coin is None:
        raise KeyError(symbol)
    return coin


def _rounded(price: float) -> float:
    return round(float(price), 4)
