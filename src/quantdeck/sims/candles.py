"""Candles added up from orders, in whole ticks and lots so that every sum is exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from quantdeck.sims.paths import DAY_MS, MINUTE_MS

if TYPE_CHECKING:
    from quantdeck.sims.noise import IntArray
    from quantdeck.sims.orders import Flow

CANDLE_DTYPE = np.dtype(
    [
        ("start_ms", "<i8"),
        ("open", "<i8"),
        ("high", "<i8"),
        ("low", "<i8"),
        ("close", "<i8"),
        ("lots", "<i8"),
        ("turnover", "<i8"),
        ("buy_lots", "<i8"),
        ("buy_turnover", "<i8"),
        ("fills", "<i8"),
        ("first_fill", "<i8"),
        ("last_fill", "<i8"),
    ]
)
"""Prices in ticks, sizes in lots, turnover in ticks times lots; -1 for the fills of an empty one."""

Candles = NDArray[Any]

INTERVALS_MS: dict[str, int] = {
    "1s": 1_000,
    "1m": MINUTE_MS,
    "3m": 3 * MINUTE_MS,
    "5m": 5 * MINUTE_MS,
    "15m": 15 * MINUTE_MS,
    "30m": 30 * MINUTE_MS,
    "1h": 60 * MINUTE_MS,
    "2h": 120 * MINUTE_MS,
    "4h": 240 * MINUTE_MS,
    "6h": 360 * MINUTE_MS,
    "8h": 480 * MINUTE_MS,
    "12h": 720 * MINUTE_MS,
    "1d": DAY_MS,
    "3d": 3 * DAY_MS,
    "1w": 7 * DAY_MS,
    "1M": 30 * DAY_MS,
}
"""Names of intervals; the length of a month is nominal, see `interval_start`."""

_FIRST_MONDAY_MS = 4 * DAY_MS


def interval_start(times_ms: IntArray, interval: str) -> IntArray:
    """Return the start of the interval each time lies in; weeks begin on Monday, UTC.

    Examples
    --------
    >>> interval_start(np.array([90_000]), "1m")
    array([60000])
    """
    if interval == "1M":
        months = times_ms.astype("datetime64[ms]").astype("datetime64[M]")
        return months.astype("datetime64[ms]").astype(np.int64)
    length = INTERVALS_MS[interval]
    shift = _FIRST_MONDAY_MS if interval == "1w" else 0
    return (times_ms - shift) // length * length + shift


def interval_end(start_ms: int, interval: str) -> int:
    """Return the last millisecond of the interval that begins at `start_ms`.

    Examples
    --------
    >>> interval_end(60_000, "1m")
    119999
    """
    if interval == "1M":
        month = np.datetime64(start_ms, "ms").astype("datetime64[M]") + 1
        return int(month.astype("datetime64[ms]").astype(np.int64)) - 1
    return start_ms + INTERVALS_MS[interval] - 1


def candles_of(flow: Flow, length_ms: int, *, until_ms: int | None = None) -> Candles:
    """Return the candles of a stretch of orders; empty intervals have none.

    Parameters
    ----------
    flow : Flow
        Orders.
    length_ms : int
        Divides the five minutes of a flow. [ms]
    until_ms : int, optional
        Leave out what happened after this time. [ms]
    """
    count = len(flow.order_ms)
    if until_ms is not None:
        count = int(np.searchsorted(flow.order_ms, until_ms, side="right"))
    if not count:
        return np.empty(0, CANDLE_DTYPE)
    start = flow.order_ms[:count] // length_ms * length_ms
    first = np.flatnonzero(np.concatenate(([True], start[1:] != start[:-1])))
    last = np.append(first[1:], count) - 1
    price, lots = flow.price[:count], flow.lots[:count]
    turnover = price * lots
    buys = ~flow.is_sell[:count]
    offsets = flow.fill_offsets
    candles = np.empty(len(first), CANDLE_DTYPE)
    candles["start_ms"] = start[first]
    candles["open"], candles["close"] = price[first], price[last]
    candles["high"] = np.maximum.reduceat(price, first)
    candles["low"] = np.minimum.reduceat(price, first)
    candles["lots"] = np.add.reduceat(lots, first)
    candles["turnover"] = np.add.reduceat(turnover, first)
    candles["buy_lots"] = np.add.reduceat(lots * buys, first)
    candles["buy_turnover"] = np.add.reduceat(turnover * buys, first)
    candles["first_fill"] = offsets[first]
    candles["last_fill"] = offsets[last + 1] - 1
    candles["fills"] = candles["last_fill"] - candles["first_fill"] + 1
    return candles


def fill_empty(candles: Candles, starts: IntArray, before: int) -> Candles:
    """Return one candle for each start; an interval without orders repeats the last close.

    Parameters
    ----------
    candles : structured array
        By start, each at one of `starts`.
    starts : array of shape (n,)
        Starts wanted.
    before : int
        Close before the first. [ticks]
    """
    filled = np.zeros(len(starts), CANDLE_DTYPE)
    filled["start_ms"] = starts
    filled["first_fill"] = filled["last_fill"] = -1
    at = np.searchsorted(starts, candles["start_ms"])
    filled[at] = candles
    known = np.zeros(len(starts), dtype=np.int64)
    known[at] = np.arange(1, len(candles) + 1)
    latest = np.maximum.accumulate(known)
    closes = np.concatenate(([before], candles["close"]))
    empty = known == 0
    for field in ("open", "high", "low", "close"):
        filled[field][empty] = closes[latest[empty]]
    return filled


def fold(candles: Candles, interval: str) -> Candles:
    """Return longer candles made of consecutive shorter ones.

    Parameters
    ----------
    candles : structured array
        By start, without holes.
    interval : str
        A name of `INTERVALS_MS`, a multiple of what the candles are.
    """
    if not len(candles):
        return candles
    start = interval_start(candles["start_ms"], interval)
    first = np.flatnonzero(np.concatenate(([True], start[1:] != start[:-1])))
    folded = candles[first].copy()
    folded["start_ms"] = start[first]
    folded["close"] = candles["close"][np.append(first[1:], len(candles)) - 1]
    folded["high"] = np.maximum.reduceat(candles["high"], first)
    folded["low"] = np.minimum.reduceat(candles["low"], first)
    for field in ("lots", "turnover", "buy_lots", "buy_turnover", "fills"):
        folded[field] = np.add.reduceat(candles[field], first)
    folded["last_fill"] = np.maximum.reduceat(candles["last_fill"], first)
    opened = np.where(candles["fills"] > 0, candles["first_fill"], np.iinfo(np.int64).max)
    lowest = np.minimum.reduceat(opened, first)
    folded["first_fill"] = np.where(folded["fills"] > 0, lowest, -1)
    return folded
