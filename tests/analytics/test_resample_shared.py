"""Many ticks are shared by two threads; the bars must be those of one."""

from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics import resample
from quantdeck.analytics.resample import Bars, bars_from_ticks
from quantdeck.model.errors import BadInput

_FIELDS = ("start_ns", "open", "high", "low", "close", "volume", "trades", "volume_lo")


def _ticks(n: int, seed: int) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(seed)
    ts = np.sort(random.integers(0, 40 * n, n)) // 16
    return ts, np.arange(n), 100.0 + random.normal(size=n), random.exponential(size=n)


def _both(
    monkeypatch: pytest.MonkeyPatch, ticks: tuple[np.ndarray, ...], interval: int
) -> list[Bars]:
    found = []
    for rows in (1 << 60, 2):
        monkeypatch.setattr(resample, "_SHARED_ROWS", rows)
        found.append(bars_from_ticks(*ticks, interval_ns=interval))
    return found


@pytest.mark.parametrize("interval", [1, 7, 100, 10_000, 1 << 40])
@pytest.mark.parametrize("n", [2, 3, 50, 4000])
def test_bars_shared_by_two_threads_are_those_of_one(
    monkeypatch: pytest.MonkeyPatch, n: int, interval: int
) -> None:
    alone, shared = _both(monkeypatch, _ticks(n, seed=n), interval)

    for field in _FIELDS:
        np.testing.assert_array_equal(getattr(alone, field), getattr(shared, field))


def test_bars_shared_of_unordered_ticks_are_those_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = _ticks(3000, seed=1)
    order = np.random.default_rng(2).permutation(3000)

    alone, shared = _both(monkeypatch, tuple(column[order] for column in ticks), 100)

    for field in _FIELDS:
        np.testing.assert_array_equal(getattr(alone, field), getattr(shared, field))


@pytest.mark.parametrize("place", [10, 2990])
def test_bars_shared_with_an_unusable_price_name_it(
    monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    ticks = _ticks(3000, seed=3)
    ticks[2][place] = np.nan
    monkeypatch.setattr(resample, "_SHARED_ROWS", 2)

    with pytest.raises(BadInput, match=f"seq {place} "):
        bars_from_ticks(*ticks, interval_ns=100)
