"""The index all prices follow: a function of seed and time on a grid of 100 ms, day and night.

Borders of UTC days are a slow autoregression about `INDEX_LEVEL`; within a day the minutes are a
Brownian bridge, within a minute the steps are another, as in `quantdeck.sims.paths`, without jumps.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.sims.noise import FloatArray, IntArray, brownian_bridge, generator

INDEX_LEVEL = 6_800.0
"""About which SPX wanders. [points]."""
ANNUAL_VOLATILITY = 0.14
"""Of its log returns, in every hour of the week, per root year."""

STEP_NS = 100_000_000
MINUTE_NS = 60_000_000_000
STEPS = 600
"""In a minute."""

_MINUTES = 1440
_CHUNK_MINUTES = 5
_CHUNK_STEPS = _CHUNK_MINUTES * STEPS
_FIRST_DAY, _LAST_DAY = 18_993, 29_220
_PERSISTENCE = 0.98


class IndexLevel:
    """Levels of SPX.

    Parameters
    ----------
    seed : int
        Two with one seed are the same.

    Examples
    --------
    >>> level = IndexLevel(seed=7)
    >>> bool(level.at(np.array([1_795_000_000_000_000_000]))[0] > 1_000)
    True
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._borders = self._make_borders()
        self._day = lru_cache(maxsize=64)(self._make_day)
        self._chunk = lru_cache(maxsize=512)(self._make_chunk)
        self._span = lru_cache(maxsize=32)(self._make_span)

    def at(self, ts_ns: IntArray) -> FloatArray:
        """Return the level at instants, of the shape they have.

        Raises
        ------
        BadInput
            Outside 2022 to 2049.
        """
        if not ts_ns.size:
            return np.empty(ts_ns.shape)
        steps = ts_ns // STEP_NS
        first, last = int(steps.min()) // _CHUNK_STEPS, int(steps.max()) // _CHUNK_STEPS
        if last - first < 64:
            return np.exp(self._span(first, last)[steps - first * _CHUNK_STEPS])
        chunks, where = np.unique(steps // _CHUNK_STEPS, return_inverse=True)
        rows = np.stack([self._chunk(int(chunk)) for chunk in chunks])
        return np.exp(rows[where.reshape(steps.shape), steps % _CHUNK_STEPS])

    def minutes(self, day: int) -> FloatArray:
        """Return the levels at the borders of the minutes of a UTC day, shape (1441,)."""
        return np.exp(self._day(day))

    def day_start(self, day: int) -> float:
        """Return the level at the start of a UTC day, in days since 1970."""
        return math.exp(self._border(day))

    def _make_borders(self) -> FloatArray:
        count = _LAST_DAY - _FIRST_DAY + 1
        deviation = ANNUAL_VOLATILITY / math.sqrt(365.0)
        shocks = generator(self._seed, "index", "days").standard_normal(count) * deviation
        value = 0.0
        values: list[float] = []
        for shock in shocks.tolist():
            value = _PERSISTENCE * value + shock
            values.append(value)
        return math.log(INDEX_LEVEL) + np.array(values)

    def _border(self, day: int) -> float:
        if not _FIRST_DAY <= day <= _LAST_DAY:
            raise BadInput(
                "the simulated option market is defined from 2022 to 2049, was asked for day "
                f"{day} since 1970; set the clock"
            )
        return float(self._borders[day - _FIRST_DAY])

    def _make_day(self, day: int) -> FloatArray:
        ends = np.array([self._border(day)]), np.array([self._border(day + 1)])
        rng = generator(self._seed, "index", "minutes", day)
        deviation = ANNUAL_VOLATILITY / math.sqrt(365.0 * _MINUTES)
        shocks = rng.standard_normal((1, _MINUTES)) * deviation
        return np.append(brownian_bridge(*ends, shocks)[0], ends[1])

    def _make_chunk(self, chunk: int) -> FloatArray:
        day, minute = divmod(chunk * _CHUNK_MINUTES, _MINUTES)
        borders = self._day(day)[minute : minute + _CHUNK_MINUTES + 1]
        rng = generator(self._seed, "index", "steps", chunk)
        deviation = ANNUAL_VOLATILITY / math.sqrt(365.0 * _MINUTES * STEPS)
        shocks = rng.standard_normal((_CHUNK_MINUTES, STEPS)) * deviation
        return brownian_bridge(borders[:-1], borders[1:], shocks).ravel()

    def _make_span(self, first: int, last: int) -> FloatArray:
        return np.concatenate([self._chunk(chunk) for chunk in range(first, last + 1)])
