"""Random numbers without a state: a key and two counters always give the same one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.sims.noise import FloatArray, IntArray

    Keys = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def mixed(words: Keys) -> Keys:
    """Return words so mixed that every bit depends on every bit (splitmix64's finaliser).

    Examples
    --------
    >>> bool(mixed(np.array([1], dtype=np.uint64))[0] == mixed(np.array([1], dtype=np.uint64))[0])
    True
    """
    words = (words ^ (words >> np.uint64(30))) * _FIRST
    words = (words ^ (words >> np.uint64(27))) * _SECOND
    return words ^ (words >> np.uint64(31))


def uniform(keys: Keys, salt: int, counter: IntArray | int = 0) -> FloatArray:
    """Return numbers in [0, 1), one per key.

    Parameters
    ----------
    keys : array of uint64
        One per row.
    salt : int
        What the number is for.
    counter : array of int64 or int
        Another counter gives independent numbers.

    Examples
    --------
    >>> keys = np.arange(20_000, dtype=np.uint64)
    >>> bool(abs(uniform(keys, 1).mean() - 0.5) < 0.01)
    True
    """
    counted = np.asarray(counter, dtype=np.int64).astype(np.uint64)
    offset = np.uint64(salt * 0xD1342543DE82EF95 % 2**64)
    words = mixed(mixed(keys + offset) + counted * _GOLDEN)
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53
