"""Log prices as a function of seed and time, in three grids: days, minutes, steps of 100 ms.

Day borders are an autoregression so slow that nobody looking at a few days can tell it from a random
walk, and which keeps prices where a reader expects them. Within a day the minutes are a Brownian
bridge, within a minute the steps are another. A follower of a planted pair is a linear function of
its leader plus an Ornstein-Uhlenbeck spread.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.sims.dated import dated_listings, planted_premium
from quantdeck.sims.listings import LISTINGS, PAIRS, Listing, PlantedPair
from quantdeck.sims.noise import (
    FloatArray,
    IntArray,
    bridged,
    brownian_bridge,
    generator,
    stationary_bridge,
    stationary_path,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

MINUTE_MS = 60_000
DAY_MS = 86_400_000
STEP_MS = 100
"""The price is constant within a step."""

STEPS_PER_MINUTE = MINUTE_MS // STEP_MS
MINUTES_PER_DAY = DAY_MS // MINUTE_MS
MINUTES_PER_CHUNK = 5
CHUNK_MS = MINUTES_PER_CHUNK * MINUTE_MS
"""What is generated at once."""

FIRST_DAY = 16_436
"""2015-01-01, in days since 1970; the market is not defined before."""
LAST_DAY = 27_393
"""2045-01-01."""

_HOURS = 24
_DAILY_PERSISTENCE = 0.98
_JUMPS_PER_DAY = 24
_JUMP_PROBABILITY = 0.7
_JUMP_DEVIATION = 0.0020
_QUIET_SPELLS_PER_DAY = 10
_QUIET_VOLATILITY = 0.25
_QUIET_ACTIVITY = 0.08
_ACTIVITY_HALF_LIFE_MIN = 20.0
_ACTIVITY_DEVIATION = 0.5
_BASIS_HALF_LIFE_MIN = 60.0
_BASIS_DEVIATION = 0.0003
_BASIS_MEAN = 0.0002


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one symbol on the grid of minutes.

    Parameters
    ----------
    log_price : array of shape (1441,)
        At the borders of the minutes, midnight to midnight.
    step_deviation : array of shape (1440,)
        Standard deviation of a 100 ms step; of the leader for a follower of a pair.
    activity : array of shape (1440,)
        Relative intensity of orders, 1 on average.
    spread : array of shape (1441,)
        Of the planted pair; zeros for who follows nobody.
    basis : array of shape (1441,)
        Log of perpetual over spot.
    jump_step : array of shape (n,)
        Steps since midnight at which the price jumps.
    jump_size : array of shape (n,)
        In log price.
    quiet : array of shape (q, 2)
        First minute and end of the quiet spells.
    """

    log_price: FloatArray
    step_deviation: FloatArray
    activity: FloatArray
    spread: FloatArray
    basis: FloatArray
    jump_step: IntArray
    jump_size: FloatArray
    quiet: IntArray


@dataclass(frozen=True, slots=True)
class _Borders:
    log_price: FloatArray
    jump_step: IntArray
    jump_size: FloatArray


class PricePaths:
    """Prices of every listing; the only source of them in a simulated market.

    Parameters
    ----------
    seed : int
        Two markets with one seed are the same.

    Examples
    --------
    >>> paths = PricePaths(seed=1)
    >>> paths.steps("BTCUSDT", 5_900_000).shape
    (5, 600)
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._listings = {listing.symbol: listing for listing in LISTINGS}
        self._pairs = {pair.y: pair for pair in PAIRS}
        self._borders = lru_cache(maxsize=None)(self._make_borders)
        self.day = lru_cache(maxsize=256)(self._make_day)
        self.steps = lru_cache(maxsize=256)(self._make_steps)

    def intercept(self, pair: PlantedPair) -> float:
        """Return the planted intercept of a pair of log prices."""
        y, x = self._listings[pair.y], self._listings[pair.x]
        return math.log(y.price) - pair.hedge_ratio * math.log(x.price)

    def basis_steps(self, symbol: str, chunk: int) -> FloatArray:
        """Return log of perpetual over spot at each step of a chunk, shape (5, 600)."""
        day, minute = divmod(chunk * MINUTES_PER_CHUNK, MINUTES_PER_DAY)
        ends = self.day(symbol, day).basis[minute : minute + MINUTES_PER_CHUNK + 1]
        share = np.arange(STEPS_PER_MINUTE) / STEPS_PER_MINUTE
        return ends[:-1, None] + np.diff(ends)[:, None] * share

    def hourly(self, symbol: str, first_day: int, days: int) -> FloatArray:
        """Return log prices at full hours of many days at once, shape (24 * days + 1,).

        They meet those of `day` at midnight, up to the spread of a planted pair.
        """
        count = _HOURS * days
        rng = generator(self.seed, "hours", symbol, first_day)
        pair = self._pairs.get(symbol)
        if pair is not None:
            spread = pair.spread_deviation * rng.standard_normal(count + 1)
            leader = self.hourly(pair.x, first_day, days)
            return self.intercept(pair) + pair.hedge_ratio * leader + spread
        row = first_day - FIRST_DAY
        borders = self._borders(symbol).log_price[row : row + days + 1]
        deviation = self._listings[symbol].annual_volatility / math.sqrt(365.0 * _HOURS)
        return bridged(borders, deviation * rng.standard_normal((len(borders) - 1, _HOURS)))

    def hourly_basis(self, symbol: str, first_day: int, days: int) -> FloatArray:
        """Return log of perpetual over spot at full hours of many days, shape (24 * days + 1,)."""
        rng = generator(self.seed, "hourly basis", symbol, first_day)
        return _BASIS_MEAN + _BASIS_DEVIATION * rng.standard_normal(_HOURS * days + 1)

    def _make_borders(self, symbol: str) -> _Borders:
        listing = self._listings[symbol]
        days = LAST_DAY - FIRST_DAY
        deviation = listing.annual_volatility / math.sqrt(365.0)
        shocks = generator(self.seed, "days", symbol).standard_normal(days + 1) * deviation
        rng = generator(self.seed, "jumps", symbol)
        happens = rng.random((days, _JUMPS_PER_DAY)) < _JUMP_PROBABILITY
        size = rng.standard_normal((days, _JUMPS_PER_DAY)) * _JUMP_DEVIATION * happens
        steps = rng.integers(0, DAY_MS // STEP_MS, (days, _JUMPS_PER_DAY))
        shocks[1:] += size.sum(axis=1)
        value = math.log(listing.price)
        level = value
        prices: list[float] = []
        for shock in shocks.tolist():
            value = level + _DAILY_PERSISTENCE * (value - level) + shock
            prices.append(value)
        return _Borders(np.array(prices), steps, size)

    def _make_day(self, symbol: str, day: int) -> Day:
        if not FIRST_DAY <= day < LAST_DAY:
            raise BadInput(
                f"the simulated market is defined from 2015 to 2044, was asked for day {day} "
                "since 1970; set the clock"
            )
        if (dated := _DATED.get(symbol)) is not None:
            return self._dated_day(dated, day)
        pair = self._pairs.get(symbol)
        own = generator(self.seed, "day", symbol, day)
        quiet = self._quiet_spells(symbol, day)
        is_quiet = np.zeros(MINUTES_PER_DAY, dtype=np.bool_)
        for first, end in quiet.tolist():
            is_quiet[first:end] = True
        activity = self._activity(symbol, day, is_quiet)
        basis = _BASIS_MEAN + stationary_path(
            generator(self.seed, "basis", symbol, day - 1),
            generator(self.seed, "basis", symbol, day),
            steps=MINUTES_PER_DAY,
            half_life=_BASIS_HALF_LIFE_MIN,
            deviation=_BASIS_DEVIATION,
        )
        if pair is None:
            return self._leader(symbol, day, own, (activity, basis, quiet, is_quiet))
        return self._follower(pair, day, (activity, basis, quiet))

    def _leader(
        self,
        symbol: str,
        day: int,
        rng: np.random.Generator,
        made: tuple[FloatArray, FloatArray, IntArray, NDArray[np.bool_]],
    ) -> Day:
        activity, basis, quiet, is_quiet = made
        listing = self._listings[symbol]
        borders = self._borders(symbol)
        row = day - FIRST_DAY
        relative = np.where(is_quiet, _QUIET_VOLATILITY, np.sqrt(activity.clip(0.2, 4.0)))
        relative /= math.sqrt(float(np.mean(relative**2)))
        deviation = relative * listing.annual_volatility / math.sqrt(365.0 * MINUTES_PER_DAY)
        order = np.argsort(borders.jump_step[row], kind="stable")
        jump_step, jump_size = borders.jump_step[row][order], borders.jump_size[row][order]
        real = jump_size != 0.0
        jump_step, jump_size = jump_step[real], jump_size[real]
        jumped = np.zeros(MINUTES_PER_DAY + 1)
        np.add.at(jumped, jump_step // STEPS_PER_MINUTE + 1, jump_size)
        free = np.concatenate(([0.0], np.cumsum(rng.standard_normal(MINUTES_PER_DAY) * deviation)))
        start, end = borders.log_price[row], borders.log_price[row + 1]
        spent = np.concatenate(([0.0], np.cumsum(deviation**2)))
        miss = end - start - jump_size.sum() - free[-1]
        log_price = start + free + miss * spent / spent[-1] + np.cumsum(jumped)
        return Day(
            log_price=log_price,
            step_deviation=deviation / math.sqrt(STEPS_PER_MINUTE),
            activity=activity,
            spread=np.zeros(MINUTES_PER_DAY + 1),
            basis=basis,
            jump_step=jump_step,
            jump_size=jump_size,
            quiet=quiet,
        )

    def _follower(
        self, pair: PlantedPair, day: int, made: tuple[FloatArray, FloatArray, IntArray]
    ) -> Day:
        activity, basis, quiet = made
        leader = self.day(pair.x, day)
        spread = stationary_path(
            generator(self.seed, "spread", pair.y, day - 1),
            generator(self.seed, "spread", pair.y, day),
            steps=MINUTES_PER_DAY,
            half_life=pair.half_life_s / 60.0,
            deviation=pair.spread_deviation,
        )
        return Day(
            log_price=self.intercept(pair) + pair.hedge_ratio * leader.log_price + spread,
            step_deviation=leader.step_deviation,
            activity=activity,
            spread=spread,
            basis=basis,
            jump_step=leader.jump_step,
            jump_size=leader.jump_size * pair.hedge_ratio,
            quiet=quiet,
        )

    def _dated_day(self, listing: Listing, day: int) -> Day:
        # Spot with the planted premium on top: what the perpetual adds of its own is taken away.
        perpetual = self.day(listing.pair, day)
        borders = day * DAY_MS + MINUTE_MS * np.arange(MINUTES_PER_DAY + 1)
        premium = np.array([planted_premium(listing, ms) for ms in borders.tolist()])
        is_quiet = np.zeros(MINUTES_PER_DAY, dtype=np.bool_)
        return replace(
            perpetual,
            log_price=perpetual.log_price - perpetual.basis + premium,
            activity=self._activity(listing.symbol, day, is_quiet),
            basis=premium,
        )

    def _quiet_spells(self, symbol: str, day: int) -> IntArray:
        rng = generator(self.seed, "quiet", symbol, day)
        first = np.sort(rng.integers(0, MINUTES_PER_DAY, _QUIET_SPELLS_PER_DAY))
        end = np.minimum(first + rng.integers(2, 7, _QUIET_SPELLS_PER_DAY), MINUTES_PER_DAY)
        return np.stack((first, end), axis=1).astype(np.int64)

    def _activity(self, symbol: str, day: int, is_quiet: NDArray[np.bool_]) -> FloatArray:
        slow = stationary_path(
            generator(self.seed, "activity", symbol, day - 1),
            generator(self.seed, "activity", symbol, day),
            steps=MINUTES_PER_DAY,
            half_life=_ACTIVITY_HALF_LIFE_MIN,
            deviation=_ACTIVITY_DEVIATION,
        )[:-1]
        rng = generator(self.seed, "gusts", symbol, day)
        activity = np.exp(slow) * rng.gamma(6.0, 1.0 / 6.0, MINUTES_PER_DAY)
        activity[is_quiet] = _QUIET_ACTIVITY
        return activity / activity.mean()

    def _make_steps(self, symbol: str, chunk: int) -> FloatArray:
        if (dated := _DATED.get(symbol)) is not None:
            spot = self.steps(dated.pair, chunk) - self.basis_steps(dated.pair, chunk)
            return spot + self.basis_steps(symbol, chunk)
        day, minute = divmod(chunk * MINUTES_PER_CHUNK, MINUTES_PER_DAY)
        made = self.day(symbol, day)
        span = slice(minute, minute + MINUTES_PER_CHUNK + 1)
        rng = generator(self.seed, "steps", symbol, chunk)
        shocks = rng.standard_normal((MINUTES_PER_CHUNK, STEPS_PER_MINUTE))
        pair = self._pairs.get(symbol)
        if pair is not None:
            spread = stationary_bridge(
                made.spread[span],
                shocks,
                half_life=pair.half_life_s * 1000.0 / STEP_MS,
                deviation=pair.spread_deviation,
            )
            return self.intercept(pair) + pair.hedge_ratio * self.steps(pair.x, chunk) + spread
        inside = span.start, span.stop - 1
        shocks *= made.step_deviation[inside[0] : inside[1], None]
        return self._with_jumps(made, minute, shocks)

    def _with_jumps(self, made: Day, minute: int, shocks: FloatArray) -> FloatArray:
        # The bridge joins the borders without the jumps of its own minute; those are put back
        # at their step.
        first = minute * STEPS_PER_MINUTE
        low, high = np.searchsorted(
            made.jump_step, [first, first + MINUTES_PER_CHUNK * STEPS_PER_MINUTE]
        )
        row, column = np.divmod(made.jump_step[low:high] - first, STEPS_PER_MINUTE)
        jumps = np.zeros((MINUTES_PER_CHUNK, STEPS_PER_MINUTE))
        np.add.at(jumps, (row, column), made.jump_size[low:high])
        jumped = np.cumsum(jumps, axis=1)
        starts = made.log_price[minute : minute + MINUTES_PER_CHUNK]
        ends = made.log_price[minute + 1 : minute + MINUTES_PER_CHUNK + 1] - jumped[:, -1]
        return brownian_bridge(starts, ends, shocks) + jumped


def listing_of(symbol: str) -> Listing | None:
    """Return the listing of a symbol in the venue's spelling, None for an unknown one."""
    return _BY_SYMBOL.get(symbol) or _DATED.get(symbol)


_BY_SYMBOL = {listing.symbol: listing for listing in LISTINGS}
_DATED = {listing.symbol: listing for listing in dated_listings()}
