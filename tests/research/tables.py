"""Panels and tables of features for tests: random walks, with what real prices have of trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.research.features.build import build
from quantdeck.research.features.panel import Panel

if TYPE_CHECKING:
    from quantdeck.research.features.table import FeatureTable

DAY_NS = 86_400_000_000_000
FIRST_NS = 16_071 * DAY_NS
"""2014-01-01."""
CLOSE_NS = 21 * 3_600_000_000_000


def weekdays(count: int) -> np.ndarray:
    """Return midnights of as many weekdays, from 2014 on."""
    days = np.arange(FIRST_NS // DAY_NS, FIRST_NS // DAY_NS + count * 7 // 5 + 7)
    return days[(days + 3) % 7 < 5][:count] * DAY_NS


def synthetic_panel(
    symbols: int = 5,
    sessions: int = 300,
    seed: int = 7,
    *,
    is_clean: bool = False,
    signal: float = 0.0,
) -> Panel:
    """Return random walks with splits, dividends, late starts, halts and missing cells.

    A `signal` adds that share of a session's deviation to the return that follows a session which fell
    (and takes it off after one that rose), so that `return1` and `reversal` foretell the next return.
    """
    rng = np.random.default_rng(seed)
    n, t = symbols, sessions
    daily = np.exp(rng.normal(-4.1, 0.3, (n, 1)))
    shock = rng.standard_normal((n, t)) * daily + 0.3 * daily * rng.standard_normal(t)
    for at in range(1, t):
        shock[:, at] -= signal * daily[:, 0] * np.sign(shock[:, at - 1])
    close = 50.0 * np.exp(np.cumsum(shock, axis=1) + rng.normal(0, 0.5, (n, 1)))
    before = np.concatenate((close[:, :1], close[:, :-1]), axis=1)
    open_ = before * np.exp(0.3 * daily * rng.standard_normal((n, t)))
    high = np.maximum(open_, close) * np.exp(np.abs(rng.standard_normal((n, t))) * 0.4 * daily)
    low = np.minimum(open_, close) * np.exp(-np.abs(rng.standard_normal((n, t))) * 0.4 * daily)
    volume = np.exp(rng.normal(13.0, 0.4, (n, t)))
    scale = np.ones((n, t))
    total = close.copy()
    if not is_clean:
        scale[0, t // 2 :] = 4.0
        volume[0, t // 2 :] *= 4.0
        total[1 % n, t // 3 :] *= 1.01
        missing = rng.random((n, t)) < 0.01
        missing[-1, : t // 5] = True
        missing[n // 2, t // 4 : t // 4 + 6] = True
        missing[:, -1] = False
        for values in (open_, high, low, close, volume, total):
            values[missing] = np.nan
    midnights = weekdays(t)
    return Panel(
        symbols=tuple(f"US:S{at:03d}" for at in range(n)),
        sessions=midnights,
        known_ns=midnights + CLOSE_NS,
        open=open_,
        high=high,
        low=low,
        close=close,
        volume=volume,
        total=total,
        scale=scale,
        source="synthetic",
        is_simulated=True,
    )


def synthetic_table(
    symbols: int = 5,
    sessions: int = 300,
    seed: int = 7,
    *,
    names: tuple[str, ...] | None = ("momentum", "reversal", "return1", "gap", "sma20", "rsi14"),
    signal: float = 0.0,
) -> FeatureTable:
    """Return features of `synthetic_panel`; a few quick ones unless named, None takes all."""
    return build(synthetic_panel(symbols, sessions, seed, signal=signal), names)
