from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from quantdeck.analytics.common_sessions import close_times, common_sessions
from quantdeck.model.errors import BadInput, NoData
from tests.hub.price_books import price_series, walk

STOCK = price_series("US:SPY", walk(40), calendar="XNYS")
COIN = price_series("BINANCE:BTCUSDT", walk(60, seed=2))


def test_stock_beside_a_coin_keeps_the_sessions_of_the_stock() -> None:
    found = common_sessions([STOCK, COIN])

    assert np.array_equal(found.start_ns, STOCK.start_ns)
    assert found.left_out == (0, 16)
    assert found.outside == (0, 4)
    assert found.periods_per_year == 252.0


def test_weekend_of_a_coin_is_in_its_return_from_friday_to_monday() -> None:
    found = common_sessions([STOCK, COIN])

    at = int(np.argmax(np.diff(found.start_ns)))
    first, last = np.searchsorted(COIN.start_ns, found.start_ns[at : at + 2])
    assert last - first == 3
    assert found.returns()[at, 1] == pytest.approx(COIN.close[last] / COIN.close[first] - 1.0)


def test_bar_without_a_close_is_left_out_of_all() -> None:
    close = walk(40)
    close[7] = np.nan
    close[9] = 0.0

    found = common_sessions([price_series("US:A", close), price_series("US:B", walk(40))])

    assert len(found.closes) == 38
    assert found.left_out == (2, 2)
    assert np.isfinite(found.returns()).all()


def test_histories_that_do_not_meet_say_how_many_bars_they_share() -> None:
    later = price_series("US:B", walk(40), first=date(2026, 1, 5))

    with pytest.raises(NoData, match="0 bars of 1d in common"):
        common_sessions([price_series("US:A", walk(40)), later])


def test_bars_of_two_lengths_are_refused() -> None:
    with pytest.raises(BadInput, match="1d, 1h"):
        common_sessions([COIN, price_series("US:B", walk(40), interval="1h")])


def test_closes_stand_on_the_day_of_a_session_and_at_the_end_of_an_hour() -> None:
    hours = price_series("US:B", walk(5), interval="1h")

    assert np.array_equal(close_times(STOCK), STOCK.start_ns)
    assert np.array_equal(close_times(hours), hours.start_ns + 3_600_000_000_000)
