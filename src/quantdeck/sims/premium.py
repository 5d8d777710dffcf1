"""Mark and index prices and the funding of the simulated perpetuals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.paths import CHUNK_MS, DAY_MS, MINUTE_MS, STEP_MS, PricePaths

if TYPE_CHECKING:
    from quantdeck.sims.listings import Listing

FUNDING_MS = 8 * 3_600_000
"""Funding is exchanged at 00:00, 08:00 and 16:00 UTC."""

INTEREST_RATE = 0.0001
"""Per funding interval."""

_CLAMP = 0.0005
_AVERAGED_STEPS = 300


@dataclass(frozen=True, slots=True)
class Mark:
    """Prices that funding and margin are reckoned with, at one moment.

    Parameters
    ----------
    mark, average, index : float
        Mark price, its mean over the last 30 s, and the index. [USDT]
    funding_rate : float or None
        As it would be were the interval over now; decimal per interval. None of dated futures.
    next_funding_ms : int
        End of the interval; 0 of dated futures. [ms]
    """

    mark: float
    average: float
    index: float
    funding_rate: float | None
    next_funding_ms: int


def mark_at(paths: PricePaths, listing: Listing, time_ms: int) -> Mark:
    """Return the mark, index and funding of a perpetual at a time.

    Notes
    -----
    The index is the spot price before rounding; the mark is the perpetual's. The funding rate is
    ``P + clamp(I - P, -0.0005, 0.0005)`` with P the mean premium of the mark over the index since
    the interval began and I the interest rate. Source: Binance USD-M futures documentation,
    introduction to funding rates.
    """
    chunk = time_ms // CHUNK_MS
    step = (time_ms - chunk * CHUNK_MS) // STEP_MS
    log_price = paths.steps(listing.symbol, chunk).ravel()
    basis = float(paths.basis_steps(listing.symbol, chunk).ravel()[step])
    recent = log_price[max(0, step + 1 - _AVERAGED_STEPS) : step + 1]
    log_mark = float(log_price[step])
    begin_ms = time_ms // FUNDING_MS * FUNDING_MS
    return Mark(
        mark=math.exp(log_mark),
        average=float(np.exp(recent).mean()),
        index=math.exp(log_mark - basis),
        funding_rate=None
        if listing.delivery_ms
        else _rate(paths, listing.symbol, begin_ms, time_ms),
        next_funding_ms=0 if listing.delivery_ms else begin_ms + FUNDING_MS,
    )


def funding_rate(paths: PricePaths, listing: Listing, settled_ms: int) -> float:
    """Return the rate exchanged at a funding time, decimal per interval of 8 hours."""
    return _rate(paths, listing.symbol, settled_ms - FUNDING_MS, settled_ms - 1)


def _rate(paths: PricePaths, symbol: str, begin_ms: int, end_ms: int) -> float:
    # An interval never crosses midnight, so one day's grid holds it.
    day = begin_ms // DAY_MS
    first = (begin_ms - day * DAY_MS) // MINUTE_MS
    end = (end_ms - day * DAY_MS) // MINUTE_MS + 1
    premium = float(np.expm1(paths.day(symbol, day).basis[first:end]).mean())
    return premium + min(max(INTEREST_RATE - premium, -_CLAMP), _CLAMP)
