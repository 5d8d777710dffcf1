"""Orders and quotes of one symbol, some minutes at a time, all prices in ticks and sizes in lots.

How many orders a minute has follows from a count per day that is planted for all days at once, so
that the number of an order is known without counting those before it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.noise import FloatArray, IntArray, generator
from quantdeck.sims.orders import Flow
from quantdeck.sims.paths import (
    CHUNK_MS,
    FIRST_DAY,
    LAST_DAY,
    MINUTE_MS,
    MINUTES_PER_CHUNK,
    MINUTES_PER_DAY,
    STEP_MS,
    STEPS_PER_MINUTE,
    PricePaths,
)
from quantdeck.sims.quotes import Quotes, make_quotes

if TYPE_CHECKING:
    from quantdeck.sims.listings import Listing

BRANCHING = 0.45
"""Share of orders set off by an earlier one (a Hawkes process in its cluster form)."""
ECHO_MS = 400.0
"""Mean delay of an order after the one that set it off. [ms]"""

_EXTRA_FILLS = (3, 5)
"""Of every 5 orders, 3 fill against one resting order more than the first."""
_SIZE_DEVIATION = 1.1
_RPI_SHARE = 0.08
_BUSY_RATE = 10.0
"""Above this rate a minute is generated at once instead of five."""


def first_fill(order: int) -> int:
    """Return the number of the first fill of an order that opens a minute.

    Examples
    --------
    >>> first_fill(10)
    16
    """
    return order + order * _EXTRA_FILLS[0] // _EXTRA_FILLS[1]


class OrderFlow:
    """What is traded and quoted in one market (the perpetuals, or their spot twins).

    Parameters
    ----------
    paths : PricePaths
        Prices.
    market : str
        ``usdm`` or ``spot``; the two share prices up to the basis and no orders.
    rate : float
        Multiplies orders and quotes; prices do not depend on it.
    """

    def __init__(self, paths: PricePaths, *, market: str, rate: float) -> None:
        self._paths = paths
        self._market = market
        self._rate = rate
        self._numbers = lru_cache(maxsize=None)(self._make_numbers)
        self.minute_orders = lru_cache(maxsize=256)(self._make_minute_orders)
        busy = rate > _BUSY_RATE
        self._minutes = 1 if busy else MINUTES_PER_CHUNK
        self.chunk_ms = self._minutes * MINUTE_MS
        self._chunks = lru_cache(maxsize=32 if busy else 64)(self._make_chunk)
        self._quotes = lru_cache(maxsize=32 if busy else 64)(self._make_quotes)

    def chunk(self, listing: Listing, number: int) -> Flow:
        """Return the stretch that begins at ``number * chunk_ms``."""
        return self._chunks(listing, number)

    def quotes(self, listing: Listing, number: int) -> Quotes:
        """Return the quotes of the stretch that `chunk` returns the orders of."""
        return self._quotes(listing, number)

    def _make_quotes(self, listing: Listing, number: int) -> Quotes:
        flow = self.chunk(listing, number)
        day, minute = divmod(number * self._minutes, MINUTES_PER_DAY)
        activity = self._paths.day(listing.symbol, day).activity[minute : minute + self._minutes]
        rng = generator(self._paths.seed, self._market, "quotes", listing.symbol, number)
        lively = np.repeat(activity, STEPS_PER_MINUTE)
        return make_quotes(rng, listing, flow, lively=lively, rate=self._rate)

    def _make_numbers(self, listing: Listing) -> IntArray:
        rng = generator(self._paths.seed, self._market, "orders", listing.symbol)
        days = LAST_DAY - FIRST_DAY
        share = 0.6 if self._market == "spot" else 1.0
        mean = listing.orders_per_second * 86_400 * self._rate * share
        counts = (mean * np.exp(rng.standard_normal(days) * 0.15)).astype(np.int64)
        return np.concatenate(([1], 1 + np.cumsum(counts)))

    def _make_minute_orders(self, listing: Listing, day: int) -> IntArray:
        # Number of the first order of each minute of a day and of the day after: shape (1441,).
        activity = self._paths.day(listing.symbol, day).activity
        first, end = self._numbers(listing)[day - FIRST_DAY : day - FIRST_DAY + 2].tolist()
        share = np.concatenate(([0.0], np.cumsum(activity)))
        share /= share[-1]
        numbers = first + np.floor(share * (end - first)).astype(np.int64)
        numbers[-1] = end
        return numbers

    def _make_chunk(self, listing: Listing, number: int) -> Flow:
        seed = self._paths.seed
        minutes = self._minutes
        day, minute = divmod(number * minutes, MINUTES_PER_DAY)
        opens = self.minute_orders(listing, day)[minute : minute + minutes + 1]
        rng = generator(seed, self._market, "flow", listing.symbol, number)
        centre = np.exp(self._log_price(listing, number)) * 10.0**listing.tick_digits
        width = np.minimum(rng.geometric(0.75, len(centre)), 6)
        bid = np.floor(centre - width / 2 + 0.5).astype(np.int64)
        ask = bid + width
        start_ms = number * self.chunk_ms
        order_offset = _order_times(rng, np.diff(opens))
        step = order_offset // STEP_MS
        is_sell = rng.random(len(step)) < _sell_probability(centre, step)
        lots = _order_lots(rng, listing, len(step))
        fills = _fills(rng, opens)
        lots = np.maximum(lots, fills)
        hidden = (rng.random(len(step)) < _RPI_SHARE) & (fills > 1)
        natural = np.where(hidden, lots - lots // fills, lots)
        return Flow(
            start_ms,
            start_ms + order_offset,
            np.where(is_sell, bid[step], ask[step]),
            lots,
            natural,
            is_sell,
            int(opens[0]),
            first_fill(int(opens[0])),
            fills,
            bid,
            ask,
        )

    def _log_price(self, listing: Listing, number: int) -> FloatArray:
        chunk, ahead_ms = divmod(number * self.chunk_ms, CHUNK_MS)
        rows = slice(ahead_ms // MINUTE_MS, ahead_ms // MINUTE_MS + self._minutes)
        log_price = self._paths.steps(listing.symbol, chunk)[rows]
        if self._market == "spot":
            log_price = log_price - self._paths.basis_steps(listing.symbol, chunk)[rows]
        return log_price.ravel()


def _order_times(rng: np.random.Generator, counts: IntArray) -> IntArray:
    total = int(counts.sum())
    begin = np.repeat(np.arange(len(counts)), counts)
    first = np.repeat(np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
    free = rng.random(total) * MINUTE_MS
    parent = first + (rng.random(total) * np.repeat(counts, counts)).astype(np.int64)
    echo = free[parent] + rng.exponential(ECHO_MS, total)
    follows = (rng.random(total) < BRANCHING) & (echo < MINUTE_MS)
    times = begin * MINUTE_MS + np.where(follows, echo, free).astype(np.int64)
    return np.sort(times)


def _sell_probability(centre: FloatArray, step: IntArray) -> FloatArray:
    # Takers tend to be on the side the price is about to move to.
    ahead = np.minimum(step + 5, len(centre) - 1)
    return 0.5 - 0.15 * np.sign(centre[ahead] - centre[step])


def _order_lots(rng: np.random.Generator, listing: Listing, count: int) -> IntArray:
    median = math.log(listing.order_size * 10.0**listing.lot_digits)
    drawn = np.exp(median + rng.standard_normal(count) * _SIZE_DEVIATION)
    return np.maximum(drawn, 1.0).astype(np.int64)


def _fills(rng: np.random.Generator, opens: IntArray) -> IntArray:
    fills = np.ones(int(opens[-1] - opens[0]), dtype=np.int64)
    numbers = [first_fill(int(order)) - int(order) for order in opens]
    for minute, (low, high) in enumerate(zip(opens[:-1].tolist(), opens[1:].tolist(), strict=True)):
        extra = numbers[minute + 1] - numbers[minute]
        if extra:
            chosen = rng.integers(0, high - low, size=extra, dtype=np.int64) + low - opens[0]
            np.add.at(fills, chosen, 1)
    return fills
