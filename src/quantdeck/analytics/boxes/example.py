"""A small chain without noise, for examples in documentation."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.chains import ExpiryChain, SideQuotes
from quantdeck.model.options import ExerciseStyle, Settlement

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray

_AT_NS = 1_781_280_000_000_000_000


def example_chain(strikes: int = 15) -> tuple[ExpiryChain, int]:
    """Return a chain of half a year at 4 %, and the moment it was seen.

    Parameters
    ----------
    strikes : int
        How many, a hundred points apart.

    Returns
    -------
    tuple of ExpiryChain and int
        SPX, noon of 2026-06-12 in New York. [ns]

    Examples
    --------
    >>> chain, at_ns = example_chain()
    >>> chain.root, chain.expiry, chain.strikes[0]
    ('SPX', datetime.date(2026, 12, 18), np.float64(5300.0))
    """
    strike: FloatArray = 5300.0 + 100.0 * np.arange(strikes, dtype=np.float64)
    forward, discount = 6080.0, float(np.exp(-0.04 * 189 / 365))
    time_value = 240.0 * np.exp(-(((strike - forward) / 600.0) ** 2))
    call = discount * np.maximum(forward - strike, 0.0) + time_value + 1.0
    put = discount * np.maximum(strike - forward, 0.0) + time_value + 1.0
    chain = ExpiryChain(
        root="SPX",
        underlying="US:SPX",
        expiry=date(2026, 12, 18),
        settlement=Settlement.AM,
        style=ExerciseStyle.EUROPEAN,
        multiplier=100.0,
        strikes=strike,
        calls=_around(call),
        puts=_around(put),
        spot=6000.0,
    )
    return chain, _AT_NS


def _around(value: FloatArray) -> SideQuotes:
    many = np.full(len(value), 25.0)
    times = np.full(len(value), _AT_NS - 500_000_000)
    return SideQuotes(value - 0.3, value + 0.3, many, many, times, 40 * many, 400 * many)
