"""Random numbers that depend on nothing but a seed and a name, and processes built from them.

Every stretch of the simulated market draws from a generator named after it ("flow of BTCUSDT, chunk
5 610 432"), so that any moment can be produced without the ones before it.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def generator(seed: int, *name: str | int) -> np.random.Generator:
    """Return the generator that belongs to a name.

    Parameters
    ----------
    seed : int
        Seed of the market.
    *name : str or int
        Words that name the stretch; another name gives independent numbers.

    Returns
    -------
    Generator
        Always in the same state for the same arguments.

    Examples
    --------
    >>> float(generator(1, "a", 2).random()) == float(generator(1, "a", 2).random())
    True
    """
    text = "/".join(str(word) for word in (seed, *name))
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))


def autoregression(start: float, persistence: float, shocks: FloatArray) -> FloatArray:
    """Return ``x[t] = persistence * x[t - 1] + shocks[t]`` with ``x[-1] = start``.

    Parameters
    ----------
    start : float
        Value before the first.
    persistence : float
        Share of a value left after one step.
    shocks : array of shape (n,)
        What is added at each step.

    Returns
    -------
    array of shape (n,)

    Examples
    --------
    >>> autoregression(1.0, 0.5, np.zeros(3))
    array([0.5  , 0.25 , 0.125])
    """
    value = start
    values: list[float] = []
    for shock in shocks.tolist():
        value = persistence * value + shock
        values.append(value)
    return np.array(values)


def persistence_of(half_life: float) -> float:
    """Return the share of a deviation left after one step, for a half-life in steps.

    Examples
    --------
    >>> persistence_of(1.0)
    0.5
    """
    return math.exp(-math.log(2.0) / half_life)


def stationary_path(
    rng_before: np.random.Generator,
    rng: np.random.Generator,
    *,
    steps: int,
    half_life: float,
    deviation: float,
) -> FloatArray:
    """Return an Ornstein-Uhlenbeck process on the grid of one day.

    Parameters
    ----------
    rng_before, rng : Generator
        Sources of the day before and of the day; a day begins where the one before ended, as far as
        a day's forgetting can tell (2 ** -24 for a half-life of one hour).
    steps : int
        Steps in a day.
    half_life : float
        In steps.
    deviation : float
        Stationary standard deviation.

    Returns
    -------
    array of shape (steps + 1,)
        Values at the start of each step and at the end of the day.
    """
    persistence = persistence_of(half_life)
    scale = deviation * math.sqrt(1.0 - persistence * persistence)
    before = autoregression(0.0, persistence, rng_before.standard_normal(steps) * scale)
    start = float(before[-1])
    day = autoregression(start, persistence, rng.standard_normal(steps) * scale)
    return np.concatenate(([start], day))


def brownian_bridge(starts: FloatArray, ends: FloatArray, shocks: FloatArray) -> FloatArray:
    """Return paths that run from one given value to another.

    Parameters
    ----------
    starts, ends : array of shape (m,)
        Values at the borders of m intervals.
    shocks : array of shape (m, k)
        Independent increments of each interval, before they are tied to the ends.

    Returns
    -------
    array of shape (m, k)
        Value at the start of each of the k steps; the first of a row is the border's.
    """
    intervals, steps = shocks.shape
    free = np.zeros((intervals, steps + 1))
    np.cumsum(shocks, axis=1, out=free[:, 1:])
    share = np.linspace(0.0, 1.0, steps + 1)
    miss = ends - starts - free[:, -1]
    return (starts[:, None] + free + miss[:, None] * share)[:, :-1]


def stationary_bridge(
    ends: FloatArray, shocks: FloatArray, *, half_life: float, deviation: float
) -> FloatArray:
    """Return Ornstein-Uhlenbeck paths that run from one given value to the next.

    A free path started at the border is tied to the other border by adding
    ``miss * sinh(rate * t) / sinh(rate * T)``, which is exact for this process.

    Parameters
    ----------
    ends : array of shape (m + 1,)
        Values at the borders of m intervals.
    shocks : array of shape (m, k)
        Standard normal numbers.
    half_life : float
        In steps of the fine grid, of which an interval has k.
    deviation : float
        Stationary standard deviation.

    Returns
    -------
    array of shape (m, k)
        Value at the start of each step.
    """
    steps = shocks.shape[1]
    persistence = persistence_of(half_life)
    scale = deviation * math.sqrt(1.0 - persistence * persistence)
    free = np.empty((len(shocks), steps + 1))
    free[:, 0] = ends[:-1]
    for row, start in enumerate(ends[:-1].tolist()):
        free[row, 1:] = autoregression(start, persistence, shocks[row] * scale)
    rate = math.log(2.0) / half_life
    times = np.arange(steps + 1, dtype=np.int64)
    # Written with exponentials of negative numbers: sinh of a long interval overflows.
    weight = np.exp(rate * (times - steps)) * (
        np.expm1(-2.0 * rate * times) / math.expm1(-2.0 * rate * steps)
    )
    miss = ends[1:] - free[:, -1]
    return (free + miss[:, None] * weight)[:, :-1]


def bridged(borders: FloatArray, steps: FloatArray) -> FloatArray:
    """Return a path that goes through given values, with free steps between them.

    Parameters
    ----------
    borders : array of shape (n + 1,)
        Values to go through.
    steps : array of shape (n, m)
        What the path would do between two of them if it were free.

    Returns
    -------
    array of shape (n * m + 1,)
        The path.

    Examples
    --------
    >>> bridged(np.array([0.0, 2.0]), np.array([[1.0, -1.0]])).tolist()
    [0.0, 2.0, 2.0]
    """
    count = steps.shape[1]
    miss = np.diff(borders) - steps.sum(axis=1)
    inside = borders[:-1, None] + np.cumsum(steps + miss[:, None] / count, axis=1)
    # The last of each is the border itself, up to rounding.
    inside[:, -1] = borders[1:]
    return np.concatenate((borders[:1], inside.ravel()))
