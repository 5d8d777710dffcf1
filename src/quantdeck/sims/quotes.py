"""The best bid and ask of some minutes, and when they change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.paths import STEP_MS

if TYPE_CHECKING:
    from quantdeck.sims.listings import Listing
    from quantdeck.sims.noise import FloatArray, IntArray
    from quantdeck.sims.orders import Flow

UPDATES_PER_MS = 64
"""Room for numbers of book updates in a millisecond."""


@dataclass(frozen=True, slots=True)
class Quotes:
    """Sizes at the best prices of a stretch, and every change that is published.

    Parameters
    ----------
    top_bid_lots, top_ask_lots : array of shape (s,)
        Sizes at the start of each 100 ms step. [lots]
    time_ms, step, update : array of shape (q,)
        Stamp of each change, the step it lies in, and the number of the book's update.
    bid_lots, ask_lots : array of shape (q,)
        Sizes after it; prices are those of the step. [lots]
    """

    top_bid_lots: IntArray
    top_ask_lots: IntArray
    time_ms: IntArray
    step: IntArray
    update: IntArray
    bid_lots: IntArray
    ask_lots: IntArray


def make_quotes(
    rng: np.random.Generator, listing: Listing, flow: Flow, *, lively: FloatArray, rate: float
) -> Quotes:
    """Return the quotes of a stretch of orders.

    Parameters
    ----------
    rng : Generator
        Source of sizes and times.
    listing : Listing
        Symbol.
    flow : Flow
        Best prices.
    lively : array of shape (s,)
        Relative activity at each step.
    rate : float
        Multiplies the changes of size alone; every change of price is published once.
    """
    count = len(flow.bid)
    bid_lots, ask_lots = (_resting_lots(rng, listing, count) for _ in range(2))
    moved = np.ones(count, dtype=np.bool_)
    moved[1:] = (np.diff(flow.bid) != 0) | (np.diff(flow.ask) != 0)
    moved |= rng.random(count) < np.minimum(lively, 1.0)
    # Sizes at the top of a step that brings no quote stay as they were.
    last = np.maximum.accumulate(np.where(moved, np.arange(count), 0))
    bid_lots, ask_lots = bid_lots[last], ask_lots[last]
    at = np.repeat(np.arange(count), rng.poisson(np.minimum(lively, 4.0) * rate))
    offset = at * STEP_MS + rng.integers(1, STEP_MS, len(at))
    times = np.concatenate((np.flatnonzero(moved) * STEP_MS, offset))
    order = np.argsort(times, kind="stable")
    times = times[order]
    new_ms = np.flatnonzero(np.concatenate(([True], np.diff(times) != 0)))
    rank = np.arange(len(times)) - np.repeat(new_ms, np.diff(np.append(new_ms, len(times))))
    stamp = flow.start_ms + times
    return Quotes(
        top_bid_lots=bid_lots,
        top_ask_lots=ask_lots,
        time_ms=stamp,
        step=times // STEP_MS,
        # The last number of a millisecond is kept for the book as a whole.
        update=stamp * UPDATES_PER_MS + np.minimum(rank, UPDATES_PER_MS - 2),
        bid_lots=np.concatenate((bid_lots[moved], _resting_lots(rng, listing, len(at))))[order],
        ask_lots=np.concatenate((ask_lots[moved], _resting_lots(rng, listing, len(at))))[order],
    )


def _resting_lots(rng: np.random.Generator, listing: Listing, count: int) -> IntArray:
    mean = listing.order_size * 10.0**listing.lot_digits * 6.0
    return 1 + rng.exponential(mean, count).astype(np.int64)
