"""History of one market: orders by number or time, candles of any length, the book at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.archive import HOUR_MS, Archive
from quantdeck.sims.candles import (
    CANDLE_DTYPE,
    INTERVALS_MS,
    Candles,
    candles_of,
    fill_empty,
    fold,
    interval_end,
    interval_start,
)
from quantdeck.sims.flow import OrderFlow, first_fill
from quantdeck.sims.noise import FloatArray, IntArray, generator
from quantdeck.sims.paths import (
    CHUNK_MS,
    DAY_MS,
    MINUTE_MS,
    MINUTES_PER_DAY,
    PricePaths,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quantdeck.sims.listings import Listing
    from quantdeck.sims.orders import Flow

HISTORY_MS = 48 * 3_600_000
"""How far back single orders can be asked for, in milliseconds."""

LISTED_DAYS = 90
"""How long before the start of the simulation candles of less than an hour begin, in days."""

ARCHIVED_DAYS = 1_826
"""How long before it everything was listed and candles of an hour and more begin, in days."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Some consecutive orders of a flow, ``first:end``."""

    flow: Flow
    first: int
    end: int

    def __len__(self) -> int:
        return self.end - self.first


class History:
    """What happened in one market since it was listed.

    Orders are known one by one for 48 hours before the simulation began and ever since; candles of
    that time are those orders added up. Older candles are drawn from the grid of minutes, and those of
    the years before from a grid of hours.

    Parameters
    ----------
    paths : PricePaths
        Prices.
    market : str
        ``usdm`` or ``spot``.
    rate : float
        Multiplies the count of orders.
    began_ms : int
        When the simulation began. [ms]
    """

    def __init__(self, paths: PricePaths, *, market: str, rate: float, began_ms: int) -> None:
        self._paths = paths
        self._market = market
        self.flow = OrderFlow(paths, market=market, rate=rate)
        today_ms = began_ms // DAY_MS * DAY_MS
        self.listed_ms = today_ms - LISTED_DAYS * DAY_MS
        self.archived_ms = today_ms - ARCHIVED_DAYS * DAY_MS
        self._archive = Archive(paths, market=market, rate=rate)
        self._exact_ms = (began_ms - HISTORY_MS) // CHUNK_MS * CHUNK_MS
        self._minutes: dict[tuple[str, int], Candles] = {}

    def chunk(self, listing: Listing, time_ms: int) -> Flow:
        """Return the stretch of orders around a time."""
        return self.flow.chunk(listing, time_ms // self.flow.chunk_ms)

    def prepare(self, listing: Listing, time_ms: int) -> None:
        """Generate the stretch after the one around a time, so that nobody has to wait for it."""
        self.flow.quotes(listing, time_ms // self.flow.chunk_ms + 1)

    def warm(self, listing: Listing, span: tuple[int, int], now_ms: int, *, most: int) -> bool:
        """Add up some stretches of orders into candles ahead of time.

        Parameters
        ----------
        listing : Listing
            Symbol.
        span : tuple of int
            First and last time. [ms]
        now_ms : int
            The present. [ms]
        most : int
            Stretches added up at most.

        Returns
        -------
        bool
            Whether all of them have been, so that candles of the span cost little.
        """
        first = max(span[0], self._exact_ms) // self.flow.chunk_ms
        for number in range(first, span[1] // self.flow.chunk_ms):
            if (listing.symbol, number) not in self._minutes:
                if most == 0:
                    return False
                self._added_minutes(listing, number, now_ms)
                most -= 1
        return True

    def first_ms(self, listing: Listing, interval: str) -> int:
        """Return from when on there are candles of an interval. [ms]."""
        # A dated future is listed for a quarter.
        is_old = INTERVALS_MS[interval] >= HOUR_MS and not listing.pair
        return self.archived_ms if is_old else self.listed_ms

    def orders(
        self, listing: Listing, first_ms: int, last_ms: int, *, limit: int
    ) -> Iterator[Slice]:
        """Yield orders stamped in ``[first_ms, last_ms]``, the oldest `limit` of them."""
        time_ms = max(first_ms, self._exact_ms)
        while limit > 0 and time_ms <= last_ms:
            flow = self.chunk(listing, time_ms)
            first, end = np.searchsorted(flow.order_ms, [time_ms, last_ms + 1]).tolist()
            part = Slice(flow, first, min(end, first + limit))
            limit -= len(part)
            if len(part):
                yield part
            time_ms = flow.start_ms + self.flow.chunk_ms

    def orders_before(self, listing: Listing, last_ms: int, *, limit: int) -> list[Slice]:
        """Return the newest `limit` orders stamped at `last_ms` or before, oldest first."""
        parts: list[Slice] = []
        time_ms = last_ms
        while limit > 0 and time_ms >= self._exact_ms:
            flow = self.chunk(listing, time_ms)
            end = int(np.searchsorted(flow.order_ms, last_ms, side="right"))
            part = Slice(flow, max(0, end - limit), end)
            limit -= len(part)
            if len(part):
                parts.append(part)
            time_ms = flow.start_ms - 1
        return parts[::-1]

    def time_of_order(self, listing: Listing, order: int, now_ms: int) -> int | None:
        """Return the stamp of an order; that of the oldest kept for an older one, None for one to come."""
        day = now_ms // DAY_MS
        oldest_day = self._exact_ms // DAY_MS
        while day > oldest_day and order < int(self.flow.minute_orders(listing, day)[0]):
            day -= 1
        opens = self.flow.minute_orders(listing, day)
        if order >= int(opens[-1]):
            return None
        minute = max(int(np.searchsorted(opens, order, side="right")) - 1, 0)
        time_ms = max(day * DAY_MS + minute * MINUTE_MS, self._exact_ms)
        flow = self.chunk(listing, time_ms)
        at = order - flow.first_order
        stamp = int(flow.order_ms[at]) if 0 <= at < len(flow.order_ms) else time_ms
        return stamp if stamp <= now_ms else None

    def time_of_fill(self, listing: Listing, fill: int, now_ms: int) -> int | None:
        """Return the stamp of a single execution, as `time_of_order` does."""
        # 8 fills make 5 orders; fills of a minute are dealt out at random among its orders, so
        # the caller looks from the start of the chunk on.
        order = fill * 5 // 8
        while first_fill(order) > fill:
            order -= 1
        stamp = self.time_of_order(listing, order, now_ms)
        return None if stamp is None else stamp // self.flow.chunk_ms * self.flow.chunk_ms

    def candles(
        self, listing: Listing, interval: str, span: tuple[int, int], now_ms: int
    ) -> Candles:
        """Return the candles that begin in ``[span[0], span[1]]``, none of the future.

        The last one may still be growing. Empty intervals repeat the close before.
        """
        wanted_ms = max(span[0], self.first_ms(listing, interval))
        first_ms = _start_of(wanted_ms, interval)
        if first_ms < wanted_ms:
            first_ms = interval_end(first_ms, interval) + 1
        last_ms = min(span[1], now_ms)
        if first_ms > last_ms:
            return np.empty(0, CANDLE_DTYPE)
        end_ms = min(interval_end(_start_of(last_ms, interval), interval), now_ms)
        if interval == "1s":
            return self._seconds(listing, first_ms, last_ms, now_ms)
        if first_ms >= self.listed_ms:
            return fold(self._minute_candles(listing, first_ms, end_ms, now_ms), interval)
        old = self._archive.hours(listing, first_ms, min(end_ms + 1, self.listed_ms))
        if end_ms < self.listed_ms:
            return fold(old, interval)
        new = fold(self._minute_candles(listing, self.listed_ms, end_ms, now_ms), "1h")
        return fold(np.concatenate((old, new)), interval)

    def last_price(self, listing: Listing, time_ms: int) -> int:
        """Return the price of the last order stamped before `time_ms`, in ticks."""
        before = self.orders_before(listing, time_ms - 1, limit=1)
        if before:
            return int(before[-1].flow.price[before[-1].end - 1])
        return self._minute_close(listing, time_ms // MINUTE_MS - 1)

    def _minute_close(self, listing: Listing, minute: int) -> int:
        day, within = divmod(minute, MINUTES_PER_DAY)
        return int(_ticks(self._log_price(listing, day)[within + 1 : within + 2], listing)[0])

    def _log_price(self, listing: Listing, day: int) -> FloatArray:
        made = self._paths.day(listing.symbol, day)
        return made.log_price - made.basis if self._market == "spot" else made.log_price

    def _seconds(self, listing: Listing, first_ms: int, last_ms: int, now_ms: int) -> Candles:
        first_ms = max(first_ms, self._exact_ms)
        starts = np.arange(first_ms, last_ms + 1, 1_000)
        if not len(starts):
            return np.empty(0, CANDLE_DTYPE)
        length = self.flow.chunk_ms
        parts = [
            candles_of(self.flow.chunk(listing, number), 1_000, until_ms=now_ms)
            for number in range(first_ms // length, last_ms // length + 1)
        ]
        every = np.concatenate(parts)
        kept = every[(every["start_ms"] >= first_ms) & (every["start_ms"] <= last_ms)]
        return fill_empty(kept, starts, self.last_price(listing, first_ms))

    def _minute_candles(self, listing: Listing, first_ms: int, end_ms: int, now_ms: int) -> Candles:
        days = range(first_ms // DAY_MS, min(end_ms, self._exact_ms - 1) // DAY_MS + 1)
        parts = [self._drawn_minutes(listing, day) for day in days]
        exact = max(first_ms, self._exact_ms) // self.flow.chunk_ms
        drawn = np.concatenate(parts) if parts else np.empty(0, CANDLE_DTYPE)
        drawn = drawn[drawn["start_ms"] < self._exact_ms]
        added = [
            self._added_minutes(listing, number, now_ms)
            for number in range(exact, end_ms // self.flow.chunk_ms + 1)
        ]
        every = np.concatenate((drawn, *added))
        return every[(every["start_ms"] >= first_ms) & (every["start_ms"] <= end_ms)]

    def _added_minutes(self, listing: Listing, number: int, now_ms: int) -> Candles:
        known = self._minutes.get((listing.symbol, number))
        if known is not None:
            return known
        start_ms = number * self.flow.chunk_ms
        flow = self.flow.chunk(listing, number)
        candles = candles_of(flow, MINUTE_MS, until_ms=now_ms)
        end_ms = min(start_ms + self.flow.chunk_ms, now_ms + 1)
        starts = np.arange(start_ms, end_ms, MINUTE_MS)
        if len(candles) < len(starts):
            candles = fill_empty(candles, starts, self.last_price(listing, start_ms))
        if now_ms >= start_ms + self.flow.chunk_ms:
            self._minutes[listing.symbol, number] = candles
        return candles

    def _drawn_minutes(self, listing: Listing, day: int) -> Candles:
        known = self._minutes.get((listing.symbol, -day))
        if known is not None:
            return known
        price = _ticks(self._log_price(listing, day), listing)
        deviation = self._paths.day(listing.symbol, day).step_deviation * np.sqrt(600.0)
        rng = generator(self._paths.seed, self._market, "minutes", listing.symbol, day)
        reach = np.abs(rng.standard_normal((2, MINUTES_PER_DAY))) * deviation * price[:-1] * 0.5
        opens = self.flow.minute_orders(listing, day)
        fills = np.array([first_fill(order) for order in opens.tolist()])
        mean_lots = listing.order_size * 10.0**listing.lot_digits * np.exp(1.1**2 / 2)
        candles = np.empty(MINUTES_PER_DAY, CANDLE_DTYPE)
        candles["start_ms"] = day * DAY_MS + np.arange(MINUTES_PER_DAY) * MINUTE_MS
        candles["open"], candles["close"] = price[:-1], price[1:]
        candles["high"] = np.maximum(price[:-1], price[1:]) + reach[0].astype(np.int64)
        candles["low"] = np.minimum(price[:-1], price[1:]) - reach[1].astype(np.int64)
        candles["lots"] = (np.diff(opens) * mean_lots).astype(np.int64)
        candles["buy_lots"] = candles["lots"] * rng.integers(40, 61, MINUTES_PER_DAY) // 100
        middle = (candles["open"] + candles["close"]) // 2
        candles["turnover"] = candles["lots"] * middle
        candles["buy_turnover"] = candles["buy_lots"] * middle
        candles["fills"] = np.diff(fills)
        empty = candles["fills"] == 0
        candles["first_fill"] = np.where(empty, -1, fills[:-1])
        candles["last_fill"] = np.where(empty, -1, fills[1:] - 1)
        self._minutes[listing.symbol, -day] = candles
        return candles


def _ticks(log_price: FloatArray, listing: Listing) -> IntArray:
    return np.rint(np.exp(log_price) * 10.0**listing.tick_digits).astype(np.int64)


def _start_of(time_ms: int, interval: str) -> int:
    return int(interval_start(np.array([time_ms]), interval)[0])
