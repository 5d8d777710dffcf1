"""The simulated market: everything there is to know about it, from one seed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.sims.book import BookModel
from quantdeck.sims.flow import BRANCHING
from quantdeck.sims.history import History
from quantdeck.sims.listings import LISTINGS, PAIRS, Listing, PlantedPair
from quantdeck.sims.paths import CHUNK_MS, DAY_MS, MINUTE_MS, STEP_MS, PricePaths, listing_of

if TYPE_CHECKING:
    from quantdeck.sims.noise import FloatArray


@dataclass(frozen=True, slots=True)
class PlantedJump:
    """A sudden move of a price.

    Parameters
    ----------
    symbol : str
        Whose price.
    time_ms : int
        Start of the 100 ms step it happens at. [ms]
    size : float
        In log price.
    """

    symbol: str
    time_ms: int
    size: float


class Truth:
    """What was planted in the market, for whoever wants to see whether it comes back.

    Parameters
    ----------
    paths : PricePaths
        The prices.

    Attributes
    ----------
    pairs : tuple of PlantedPair
        Cointegrated pairs; any other two symbols share nothing unless a pair links them.
    branching : float
        Share of taker orders set off by an earlier one.
    """

    def __init__(self, paths: PricePaths) -> None:
        self._paths = paths
        self.pairs: tuple[PlantedPair, ...] = PAIRS
        self.branching = BRANCHING

    def pair(self, y: str, x: str) -> PlantedPair:
        """Return what was planted between two symbols.

        Raises
        ------
        BadInput
            If nothing was.
        """
        for pair in self.pairs:
            if (pair.y, pair.x) == (y, x):
                return pair
        known = ", ".join(f"{pair.y} on {pair.x}" for pair in self.pairs)
        raise BadInput(f"no pair {y} on {x} is planted; there are {known}")

    def intercept(self, pair: PlantedPair) -> float:
        """Return the planted intercept of the log prices of a pair."""
        return self._paths.intercept(pair)

    def independent(self) -> tuple[str, ...]:
        """Return the symbols that belong to no pair."""
        taken = {symbol for pair in self.pairs for symbol in (pair.y, pair.x)}
        return tuple(item.symbol for item in LISTINGS if item.symbol not in taken)

    def annual_volatility(self, symbol: str) -> float:
        """Return the planted volatility of log returns, jumps and spreads aside, per root year."""
        for pair in self.pairs:
            if pair.y == symbol:
                return pair.hedge_ratio * self.annual_volatility(pair.x)
        return _listing(symbol).annual_volatility

    def spread(self, pair: PlantedPair, start_ms: int, end_ms: int) -> FloatArray:
        """Return the planted spread of a pair once a second over ``[start_ms, end_ms)``."""
        y = self.log_prices(pair.y, start_ms, end_ms)
        x = self.log_prices(pair.x, start_ms, end_ms)
        return y - self.intercept(pair) - pair.hedge_ratio * x

    def log_prices(
        self, symbol: str, start_ms: int, end_ms: int, *, every_ms: int = 1_000
    ) -> FloatArray:
        """Return log mid prices before rounding to ticks, every `every_ms` over ``[start, end)``."""
        first, last = start_ms // CHUNK_MS, (end_ms - 1) // CHUNK_MS
        steps = np.concatenate(
            [self._paths.steps(symbol, chunk).ravel() for chunk in range(first, last + 1)]
        )
        times = np.arange(start_ms, end_ms, every_ms) - first * CHUNK_MS
        return steps[times // STEP_MS]

    def jumps(self, symbol: str, start_ms: int, end_ms: int) -> list[PlantedJump]:
        """Return the jumps of a symbol in ``[start_ms, end_ms)``, by time."""
        _listing(symbol)
        found: list[PlantedJump] = []
        for day in range(start_ms // DAY_MS, (end_ms - 1) // DAY_MS + 1):
            made = self._paths.day(symbol, day)
            for step, size in zip(made.jump_step.tolist(), made.jump_size.tolist(), strict=True):
                found.append(PlantedJump(symbol, day * DAY_MS + step * STEP_MS, size))
        return [jump for jump in found if start_ms <= jump.time_ms < end_ms]

    def quiet_spells(self, symbol: str, day: int) -> list[tuple[int, int]]:
        """Return first and end of the spells of a day with hardly an order, in milliseconds."""
        _listing(symbol)
        spells = self._paths.day(symbol, day).quiet * MINUTE_MS + day * DAY_MS
        return [(int(first), int(end)) for first, end in spells]


class Market:
    """Prices, orders and books of the simulated perpetuals and their spot twins.

    Parameters
    ----------
    seed : int
        Two markets with one seed are the same.
    began_ms : int
        When the simulation begins; single orders are known from 48 hours before. [ms]
    rate : float
        Multiplies the count of orders and quotes, > 0.

    Raises
    ------
    BadInput
        If `rate` is not positive.
    """

    def __init__(self, *, seed: int, began_ms: int, rate: float = 1.0) -> None:
        if not (math.isfinite(rate) and rate > 0):
            raise BadInput(f"rate multiplies the messages and must be above 0, was {rate}")
        self.seed = seed
        self.rate = rate
        self.paths = PricePaths(seed)
        self.truth = Truth(self.paths)
        self.listings = LISTINGS
        self.usdm = History(self.paths, market="usdm", rate=rate, began_ms=began_ms)
        self.spot = History(self.paths, market="spot", rate=rate, began_ms=began_ms)
        self.usdm_book = BookModel(self.usdm.flow, seed=seed)
        self.spot_book = BookModel(self.spot.flow, seed=seed + 1)


def _listing(symbol: str) -> Listing:
    listing = listing_of(symbol)
    if listing is None:
        known = ", ".join(item.symbol for item in LISTINGS)
        raise BadInput(f"{symbol!r} is not listed; there are {known}")
    return listing
