"""Candles of the mark and index price, which have no volume.

Binance USD-M futures documentation, "Mark Price Kline/Candlestick Data" and "Index Price
Kline/Candlestick Data".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.sims.candles import INTERVALS_MS, interval_end, interval_start
from quantdeck.sims.paths import CHUNK_MS, DAY_MS, MINUTE_MS, STEP_MS, PricePaths

if TYPE_CHECKING:
    from quantdeck.sims.listings import Listing
    from quantdeck.sims.noise import FloatArray, IntArray

_FINE_MS = 15 * MINUTE_MS
"""Candles up to this length are made of seconds, longer ones of minutes."""


def price_klines(
    paths: PricePaths,
    listing: Listing,
    interval: str,
    span: tuple[int, int],
    *,
    is_index: bool,
) -> list[list[Any]]:
    """Return candles of the mark or index price as rows of twelve, oldest first.

    Parameters
    ----------
    paths : PricePaths
        Prices.
    listing : Listing
        Symbol.
    interval : str
        Length of the candles.
    span : tuple of int
        First and last time, both included. [ms]
    is_index : bool
        The index instead of the mark.
    """
    fine = INTERVALS_MS[interval] <= _FINE_MS
    times, prices = (_seconds if fine else _minutes)(paths, listing, span, is_index=is_index)
    if not len(times):
        return []
    starts = interval_start(times, interval)
    first = np.flatnonzero(np.concatenate(([True], starts[1:] != starts[:-1])))
    last = np.append(first[1:], len(times)) - 1
    columns = zip(
        starts[first].tolist(),
        prices[first].tolist(),
        np.maximum.reduceat(prices, first).tolist(),
        np.minimum.reduceat(prices, first).tolist(),
        prices[last].tolist(),
        (last - first + 1).tolist(),
        strict=True,
    )
    return [
        [
            start,
            *(f"{price:.8f}" for price in (open_, high, low, close)),
            "0",
            interval_end(start, interval),
            "0",
            samples,
            "0",
            "0",
            "0",
        ]
        for start, open_, high, low, close, samples in columns
    ]


def _seconds(
    paths: PricePaths, listing: Listing, span: tuple[int, int], *, is_index: bool
) -> tuple[IntArray, FloatArray]:
    chunks = range(span[0] // CHUNK_MS, span[1] // CHUNK_MS + 1)
    each = 1_000 // STEP_MS
    parts: list[FloatArray] = []
    for chunk in chunks:
        log_price = paths.steps(listing.symbol, chunk).ravel()[::each]
        if is_index:
            log_price = log_price - paths.basis_steps(listing.symbol, chunk).ravel()[::each]
        parts.append(log_price)
    times = np.arange(chunks.start * CHUNK_MS, chunks.stop * CHUNK_MS, 1_000)
    return _within(times, np.concatenate(parts), span)


def _minutes(
    paths: PricePaths, listing: Listing, span: tuple[int, int], *, is_index: bool
) -> tuple[IntArray, FloatArray]:
    days = range(span[0] // DAY_MS, span[1] // DAY_MS + 1)
    parts: list[FloatArray] = []
    for day in days:
        made = paths.day(listing.symbol, day)
        log_price = made.log_price - made.basis if is_index else made.log_price
        parts.append(log_price[:-1])
    times = np.arange(days.start * DAY_MS, days.stop * DAY_MS, MINUTE_MS)
    return _within(times, np.concatenate(parts), span)


def _within(
    times: IntArray, log_prices: FloatArray, span: tuple[int, int]
) -> tuple[IntArray, FloatArray]:
    kept = (times >= span[0]) & (times <= span[1])
    return times[kept], np.exp(log_prices[kept])
