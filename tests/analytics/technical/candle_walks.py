"""Random candles for tests."""

from __future__ import annotations

import numpy as np

from quantdeck.analytics.technical import Candles

HOUR_NS = 3_600_000_000_000


def walk(rows: int, seed: int = 7, *, scale: float = 0.01) -> Candles:
    """Return hourly candles of a price that wanders around 100."""
    rng = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(rng.normal(size=rows)) * scale)
    high = close * (1.0 + np.abs(rng.normal(size=rows)) * scale)
    low = close * (1.0 - np.abs(rng.normal(size=rows)) * scale)
    volume = np.floor(rng.exponential(50.0, size=rows))
    return Candles(high, low, close, volume, np.arange(rows) * HOUR_NS, HOUR_NS)
