from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from quantdeck.analytics.closes import close_figures
from quantdeck.model.errors import NoData
from tests.hub.price_books import price_series


def test_changes_of_an_exchange_count_sessions() -> None:
    close = np.arange(1.0, 301.0)

    found = close_figures(price_series("US:SPY", close, calendar="XNYS"))

    assert found.day == pytest.approx(300 / 299 - 1)
    assert found.week == pytest.approx(300 / 295 - 1)
    assert found.month == pytest.approx(300 / 279 - 1)
    assert found.year == pytest.approx(300 / 48 - 1)


def test_changes_of_a_market_that_never_closes_count_days() -> None:
    found = close_figures(price_series("BINANCE:BTCUSDT", np.arange(1.0, 401.0)))

    assert found.month == pytest.approx(400 / 370 - 1)
    assert found.year == pytest.approx(400 / 35 - 1)


def test_volume_is_held_against_the_twenty_before() -> None:
    series = price_series("US:SPY", np.full(30, 10.0), calendar="XNYS")
    volume = series.volume.copy()
    volume[-1] = 3000.0

    found = close_figures(replace(series, volume=volume))

    assert found.volume_ratio == pytest.approx(3.0)


def test_figures_of_too_few_bars_are_absent() -> None:
    found = close_figures(price_series("US:NEW", np.array([5.0]), calendar="XNYS"))

    assert math.isnan(found.day)
    assert math.isnan(found.volume_ratio)
    assert found.close == 5.0


def test_series_without_a_bar_has_no_figures() -> None:
    series = price_series("US:NEW", np.array([5.0]))

    with pytest.raises(NoData, match="no bars"):
        close_figures(series.between(None, 0))
