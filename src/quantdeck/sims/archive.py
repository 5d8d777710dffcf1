"""Candles of the years before the minutes that the market remembers, drawn hour by hour.

A price goes through the same values at midnight as everywhere else; between them it is drawn on a grid
of hours, a year at a time, so that years of candles cost milliseconds.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.candles import CANDLE_DTYPE, Candles
from quantdeck.sims.noise import generator
from quantdeck.sims.paths import DAY_MS, FIRST_DAY

if TYPE_CHECKING:
    from quantdeck.sims.listings import Listing
    from quantdeck.sims.paths import PricePaths

HOUR_MS = 3_600_000
_HOURS = 24
_BLOCK_DAYS = 365
_REACH = 0.5
_GUST = 0.5
_FILLS_PER_ORDER = 8 / 5
_SIZE_DEVIATION = 1.1


class Archive:
    """Candles of an hour of one market, for any day.

    Parameters
    ----------
    paths : PricePaths
        Prices at midnight.
    market : str
        ``usdm`` or ``spot``.
    rate : float
        Multiplies the count of orders.
    """

    def __init__(self, paths: PricePaths, *, market: str, rate: float) -> None:
        self._paths = paths
        self._market = market
        self._rate = rate
        self._block = lru_cache(maxsize=64)(self._make_block)

    def hours(self, listing: Listing, first_ms: int, end_ms: int) -> Candles:
        """Return the candles of an hour that begin in ``[first, end)``, at full hours.

        Parameters
        ----------
        listing : Listing
            Symbol; no dated future.
        first_ms, end_ms : int
            Span. [ms]
        """
        if end_ms <= first_ms:
            return np.empty(0, CANDLE_DTYPE)
        first = (first_ms // DAY_MS - FIRST_DAY) // _BLOCK_DAYS
        last = ((end_ms - 1) // DAY_MS - FIRST_DAY) // _BLOCK_DAYS
        every = np.concatenate([self._block(listing, block) for block in range(first, last + 1)])
        starts = every["start_ms"]
        return every[(starts >= first_ms) & (starts < end_ms)]

    def _make_block(self, listing: Listing, block: int) -> Candles:
        first_day = FIRST_DAY + block * _BLOCK_DAYS
        rng = generator(self._paths.seed, self._market, "archive", listing.symbol, block)
        count = _BLOCK_DAYS * _HOURS
        log_price = self._paths.hourly(listing.symbol, first_day, _BLOCK_DAYS)
        if self._market == "spot":
            log_price = log_price - self._paths.hourly_basis(listing.symbol, first_day, _BLOCK_DAYS)
        price = np.exp(log_price) * 10.0**listing.tick_digits
        deviation = listing.annual_volatility / math.sqrt(365.0 * _HOURS)
        reach = np.abs(rng.standard_normal((2, count))) * deviation * _REACH
        opens, closes = price[:-1], price[1:]
        candles = np.zeros(count, CANDLE_DTYPE)
        candles["start_ms"] = first_day * DAY_MS + HOUR_MS * np.arange(count)
        candles["open"], candles["close"] = np.rint(opens), np.rint(closes)
        candles["high"] = np.ceil(np.maximum(opens, closes) * np.exp(reach[0]))
        candles["low"] = np.floor(np.minimum(opens, closes) * np.exp(-reach[1]))
        gust = np.exp(_GUST * rng.standard_normal(count) - _GUST**2 / 2)
        orders = listing.orders_per_second * self._rate * HOUR_MS / 1_000 * gust
        mean_lots = listing.order_size * 10.0**listing.lot_digits * math.exp(_SIZE_DEVIATION**2 / 2)
        candles["lots"] = np.maximum(1, orders * mean_lots)
        candles["buy_lots"] = candles["lots"] * rng.integers(40, 61, count) // 100
        middle = (candles["open"] + candles["close"]) // 2
        candles["turnover"] = candles["lots"] * middle
        candles["buy_turnover"] = candles["buy_lots"] * middle
        candles["fills"] = np.maximum(1, orders * _FILLS_PER_ORDER)
        # Executions of that time are not kept: they have no numbers.
        candles["first_fill"] = candles["last_fill"] = -1
        candles.setflags(write=False)
        return candles
