"""Minutes and seconds of a session, made from its open, close and volume.

From the top down, so that every smaller candle adds up to the larger one: the session's minutes are a
Brownian bridge from open to close whose extremes are drawn from the law of a bridge's maximum, and the
seconds of a minute a bridge that touches them. Volume is shared out in whole shares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.noise import generator
from quantdeck.sims.stocks.calendar import DAY_MINUTES, all_sessions, minutes_of

if TYPE_CHECKING:
    from quantdeck.sims.noise import FloatArray, IntArray
    from quantdeck.sims.stocks.daily import Daily, DailyPrices
    from quantdeck.sims.stocks.listing import Stock

SECONDS = 60
_CHUNK = 64
"""Sessions made at a time."""


@dataclass(frozen=True, eq=False)
class Minutes:
    """The minutes of one session; arrays have one row per minute.

    Parameters
    ----------
    opened, high, low, closed : array
        As traded. [USD]
    volume : array of int64
        Shares.
    """

    opened: FloatArray
    high: FloatArray
    low: FloatArray
    closed: FloatArray
    volume: IntArray


@dataclass(frozen=True, eq=False)
class Seconds:
    """The seconds of one minute.

    Parameters
    ----------
    prices : array of shape (61,)
        At the borders of the seconds. [USD]
    volume : array of int64, shape (60,)
        Shares.
    """

    prices: FloatArray
    volume: IntArray


@dataclass(frozen=True, eq=False)
class Sessions:
    """Candles of whole sessions; arrays have one row per session.

    Parameters
    ----------
    opened, high, low, closed, mean : array
        As traded; `mean` is weighted by volume. [USD]
    volume : array of int64
        Shares.
    """

    opened: FloatArray
    high: FloatArray
    low: FloatArray
    closed: FloatArray
    mean: FloatArray
    volume: IntArray


class IntradayPrices:
    """Makes what is within sessions.

    Parameters
    ----------
    seed : int
        Two with one seed are the same.
    daily : DailyPrices
        Opens and closes.
    """

    def __init__(self, seed: int, daily: DailyPrices) -> None:
        self._seed, self._daily = seed, daily
        self._chunk = lru_cache(maxsize=64)(self._make_chunk)
        self._minutes = lru_cache(maxsize=2_048)(self._make_minutes)
        self._summary = lru_cache(maxsize=16_384)(self._make_summary)
        self._second = lru_cache(maxsize=8_192)(self._make_seconds)

    def minutes(self, stock: Stock, place: int) -> Minutes:
        """Return the minutes of a session, by its place among `all_sessions`."""
        return self._minutes(stock, place)

    def sessions(self, stock: Stock, first: int, end: int) -> Sessions:
        """Return the candles of the sessions ``first`` to ``end - 1``."""
        parts = [
            self._summary(stock, chunk)[
                :, max(0, first - chunk * _CHUNK) : max(0, end - chunk * _CHUNK)
            ]
            for chunk in range(first // _CHUNK, (max(end, first + 1) - 1) // _CHUNK + 1)
        ]
        rows = np.concatenate(parts, axis=1)
        return Sessions(rows[0], rows[1], rows[2], rows[3], rows[4], rows[5].astype(np.int64))

    def seconds(self, stock: Stock, place: int, minute: int) -> Seconds:
        """Return the seconds of a minute of a session."""
        return self._second(stock, place, minute)

    def _make_minutes(self, stock: Stock, place: int) -> Minutes:
        chunk, row = divmod(place, _CHUNK)
        made = self._chunk(stock, chunk)
        count = minutes_of(all_sessions()[place])
        # Copies, so that the rest of the stretch need not be kept.
        return Minutes(
            made.opened[row, :count].copy(),
            made.high[row, :count].copy(),
            made.low[row, :count].copy(),
            made.closed[row, :count].copy(),
            made.volume[row, :count].copy(),
        )

    def _make_chunk(self, stock: Stock, chunk: int) -> Minutes:
        daily = self._daily.of(stock)
        every = all_sessions()
        first = chunk * _CHUNK
        places = np.arange(first, min(first + _CHUNK, len(every)))
        rng = generator(self._seed, "stock", stock.symbol, "minutes", chunk)
        rows = len(places)
        shocks = rng.standard_normal((rows, DAY_MINUTES))
        draws = rng.random((2, rows, DAY_MINUTES))
        counts = np.array([minutes_of(every[place]) for place in places.tolist()])
        scale = (daily.deviation[places] / np.sqrt(counts))[:, None]
        borders = _bridges(daily, places, shocks * scale, counts)
        borders = borders.round(2)
        # Extremes of a Brownian bridge from a to b: (a + b +- sqrt((b - a)^2 - 2 s^2 ln u)) / 2.
        opened, closed = borders[:, :-1], borders[:, 1:]
        spread = 0.7 * scale * opened
        gap = (closed - opened) ** 2
        rise, fall = (np.sqrt(gap - 2.0 * spread**2 * np.log1p(-draw)) for draw in draws)
        high = np.maximum(((opened + closed + rise) / 2.0).round(2), np.maximum(opened, closed))
        low = np.minimum(((opened + closed - fall) / 2.0).round(2), np.minimum(opened, closed))
        low = np.maximum(low, 0.01)
        volume = _minute_volume(daily.volume[places], counts)
        return Minutes(opened, high, low, closed, volume)

    def _make_summary(self, stock: Stock, chunk: int) -> FloatArray:
        made = self._chunk(stock, chunk)
        daily = self._daily.of(stock)
        rows = len(made.opened)
        first = chunk * _CHUNK
        real = made.volume > 0
        closed = daily.closed[first : first + rows]
        middle = (made.high + made.low + made.opened + made.closed) / 4.0
        volume = made.volume.sum(1)
        return np.stack(
            (
                daily.opened[first : first + rows],
                np.where(real, made.high, 0.0).max(1),
                np.where(real, made.low, np.inf).min(1),
                closed,
                ((middle * made.volume).sum(1) / volume).round(4),
                volume.astype(np.float64),
            )
        )

    def _make_seconds(self, stock: Stock, place: int, minute: int) -> Seconds:
        whole = self.minutes(stock, place)
        day = all_sessions()[place]
        rng = generator(self._seed, "stock", stock.symbol, "seconds", day.toordinal(), minute)
        opened, closed = float(whole.opened[minute]), float(whole.closed[minute])
        high, low = float(whole.high[minute]), float(whole.low[minute])
        return Seconds(
            _touching(rng.standard_normal(SECONDS), opened, closed, high, low),
            shared_out(int(whole.volume[minute]), 0.2 + rng.random(SECONDS)),
        )


def shared_out(total: int, weights: FloatArray) -> IntArray:
    """Return whole numbers in proportion to weights that add up to a total.

    Examples
    --------
    >>> shared_out(10, np.array([1.0, 1.0, 2.0])).tolist()
    [2, 3, 5]
    """
    share = np.cumsum(weights) / weights.sum()
    borders = np.floor(share * total + 1e-9).astype(np.int64)
    borders[-1] = total
    return np.diff(borders, prepend=0)


def _bridges(daily: Daily, places: IntArray, shocks: FloatArray, counts: IntArray) -> FloatArray:
    # Rows are sessions; a session that closes early stands still after its close.
    rows = len(places)
    opened, closed = daily.opened[places], daily.closed[places]
    minute = np.arange(1, DAY_MINUTES + 1)[None, :]
    inside = minute <= counts[:, None]
    walk = np.cumsum(np.where(inside, shocks, 0.0), axis=1)
    share = np.minimum(minute / counts[:, None], 1.0)
    miss = np.log(closed / opened) - walk[:, -1]
    path = np.log(opened)[:, None] + walk + miss[:, None] * share
    borders = np.empty((rows, DAY_MINUTES + 1))
    borders[:, 0] = opened
    borders[:, 1:] = np.exp(path)
    borders[np.arange(rows), counts] = closed
    return borders


def _minute_volume(total: IntArray, counts: IntArray) -> IntArray:
    # More at the open and at the close, none after it.
    minute = np.arange(DAY_MINUTES)[None, :]
    away = 2.0 * minute / counts[:, None] - 1.0
    weights = np.where(minute < counts[:, None], 0.5 + away**2, 0.0)
    share = np.cumsum(weights, axis=1) / weights.sum(1)[:, None]
    borders = np.floor(share * total[:, None] + 1e-6).astype(np.int64)
    return np.diff(borders, prepend=0, axis=1)


def _touching(
    shocks: FloatArray, opened: float, closed: float, high: float, low: float
) -> FloatArray:
    # A bridge from open to close through the highest and the lowest price there was.
    step = max(high - low, 0.01) / math.sqrt(SECONDS)
    free = np.concatenate(([0.0], np.cumsum(shocks * step)))
    share = np.linspace(0.0, 1.0, SECONDS + 1)
    path = opened + free + (closed - opened - free[-1]) * share
    path = np.clip(path, low, high).round(2)
    inner = path[1:-1]
    top, bottom = int(inner.argmax()), int(inner.argmin())
    if top == bottom:
        bottom = (top + 1) % len(inner)
    if high > max(opened, closed):
        inner[top] = high
    if low < min(opened, closed):
        inner[bottom] = low
    path[0], path[-1] = opened, closed
    return path
