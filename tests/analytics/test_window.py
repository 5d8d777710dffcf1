from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.analytics.resample import Bars
from quantdeck.analytics.window import YEAR_S, window_figures

SECOND = 1_000_000_000


def _bars(closes: list[float], starts: list[int] | None = None) -> Bars:
    close = np.array(closes)
    count = len(closes)
    start = np.array(range(count) if starts is None else starts, np.int64) * SECOND
    return Bars(
        start,
        close,
        close + 1.0,
        close - 1.0,
        close,
        np.arange(1.0, count + 1.0),
        np.full(count, 2),
    )


def test_window_figures_are_of_the_bars_from_its_start_on() -> None:
    found = window_figures(_bars([100.0, 110.0, 105.0, 120.0]), 2 * SECOND, seconds=2)

    assert found.change == pytest.approx(120.0 / 110.0 - 1.0)
    assert (found.volume, found.trades, found.high, found.low) == (7.0, 4.0, 121.0, 104.0)


def test_volatility_is_the_root_of_summed_squared_returns_over_a_year() -> None:
    found = window_figures(_bars([100.0, 110.0, 105.0]), SECOND, seconds=2)

    squares = math.log(1.1) ** 2 + math.log(105.0 / 110.0) ** 2
    assert found.volatility == pytest.approx(math.sqrt(squares * YEAR_S / 2))


def test_window_that_is_not_covered_is_unknown() -> None:
    found = window_figures(_bars([100.0, 110.0]), 0, seconds=2)

    assert all(math.isnan(value) for value in (found.change, found.volume, found.high))


def test_window_without_an_execution_has_moved_nothing() -> None:
    found = window_figures(_bars([100.0, 110.0]), 5 * SECOND, seconds=2)

    assert (found.change, found.volume, found.trades, found.volatility) == (0.0, 0.0, 0.0, 0.0)
    assert math.isnan(found.high)


def test_window_with_a_price_that_has_no_logarithm_has_no_returns() -> None:
    found = window_figures(_bars([100.0, 0.0, 110.0]), SECOND, seconds=2)

    assert math.isnan(found.change)
    assert math.isnan(found.volatility)
    assert found.volume == 5.0
