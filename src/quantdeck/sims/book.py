"""The order book of one symbol at any 100 ms step, as a function of the step alone.

The size resting at a price is drawn anew every so often, each price at its own pace; the best bid
and ask and the sizes there are those of the order flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.paths import STEP_MS
from quantdeck.sims.quotes import UPDATES_PER_MS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.sims.flow import OrderFlow
    from quantdeck.sims.listings import Listing
    from quantdeck.sims.noise import IntArray

LEVELS = 1_000
"""Price levels kept on each side, empty ones included."""

_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


@dataclass(frozen=True, slots=True)
class Book:
    """Resting orders at one moment.

    Parameters
    ----------
    time_ms : int
        A multiple of 100. [ms]
    update : int
        Number of the last update the book contains.
    bids, asks : array of shape (n, 2)
        Price [ticks] and size [lots], best first, without empty levels.
    """

    time_ms: int
    update: int
    bids: IntArray
    asks: IntArray


def update_at(time_ms: int) -> int:
    """Return the number of the last update of a book in a millisecond.

    Examples
    --------
    >>> update_at(100) - update_at(99)
    64
    """
    return time_ms * UPDATES_PER_MS + UPDATES_PER_MS - 1


class BookModel:
    """Books of one market.

    Parameters
    ----------
    flow : OrderFlow
        Best prices.
    seed : int
        Seed of the market.
    """

    def __init__(self, flow: OrderFlow, *, seed: int) -> None:
        self._flow = flow
        self._seed = np.uint64(seed & 0xFFFFFFFF)

    def book(self, listing: Listing, time_ms: int) -> Book:
        """Return the book of the 100 ms step that holds a time."""
        time_ms = time_ms // STEP_MS * STEP_MS
        flow = self._flow.chunk(listing, time_ms // self._flow.chunk_ms)
        step = (time_ms - flow.start_ms) // STEP_MS
        away = np.arange(LEVELS)
        bids = self._side(listing, flow.bid[step] - away, time_ms // STEP_MS)
        asks = self._side(listing, flow.ask[step] + away, time_ms // STEP_MS)
        quotes = self._flow.quotes(listing, time_ms // self._flow.chunk_ms)
        bids[0, 1], asks[0, 1] = quotes.top_bid_lots[step], quotes.top_ask_lots[step]
        return Book(time_ms, update_at(time_ms), bids[bids[:, 1] > 0], asks[asks[:, 1] > 0])

    def _side(self, listing: Listing, price: IntArray, step: int) -> IntArray:
        still = _hash(price.astype(np.uint64) + (self._seed << np.uint64(32)))
        # A price keeps its size for 0.8 s to 102 s.
        pace = np.left_shift(np.int64(8), (still % np.uint64(8)).astype(np.int64))
        era = (step + (still >> np.uint64(40)).astype(np.int64)) // pace
        drawn = _hash(still + era.astype(np.uint64))
        share = (drawn >> np.uint64(11)).astype(np.float64) / 2.0**53
        mean = listing.order_size * 10.0**listing.lot_digits * 8.0
        lots = (-np.log1p(-share) * mean).astype(np.int64)
        lots[drawn % np.uint64(7) == 0] = 0
        return np.stack((price, lots), axis=1)


def changes(old: IntArray, new: IntArray) -> IntArray:
    """Return the levels that differ, with size 0 where one is gone.

    Parameters
    ----------
    old, new : array of shape (n, 2)
        Price and size of one side before and after.

    Returns
    -------
    array of shape (m, 2)
        By price.

    Examples
    --------
    >>> changes(np.array([[1, 5], [2, 6]]), np.array([[2, 7]]))
    array([[1, 0],
           [2, 7]])
    """
    prices: IntArray = np.union1d(old[:, 0], new[:, 0])
    before, after = _sizes(prices, old), _sizes(prices, new)
    differ = before != after
    return np.stack((prices[differ], after[differ]), axis=1)


def _sizes(prices: IntArray, side: IntArray) -> IntArray:
    sizes = np.zeros(len(prices), dtype=np.int64)
    sizes[np.searchsorted(prices, side[:, 0])] = side[:, 1]
    return sizes


def _hash(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    # SplitMix64 (Steele, Lea and Flood 2014).
    mixed = words + _MIX[0]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX[1]
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX[2]
    return mixed ^ (mixed >> np.uint64(31))
