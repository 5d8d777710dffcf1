from __future__ import annotations

import numpy as np
import pytest

from quantdeck.live.funding import FundingIntervals
from quantdeck.model.events import MARK_DTYPE

HOUR = 3_600_000_000_000
SECOND = 1_000_000_000


def told(*marks: tuple[int, int], symbol: int = 3) -> FundingIntervals:
    intervals = FundingIntervals()
    for at, following in marks:
        rows = np.zeros(1, MARK_DTYPE)
        rows["ts_event"], rows["next_funding_ns"], rows["symbol"] = at, following, symbol
        intervals.update(rows)
    return intervals


@pytest.mark.parametrize("hours", [1, 4, 8])
def test_interval_is_the_spacing_of_an_exchange_that_was_seen(hours: int) -> None:
    exchange = 8 * HOUR

    intervals = told((exchange - SECOND, exchange), (exchange, exchange + hours * HOUR))

    assert intervals.seconds(3) == hours * 3600.0


def test_interval_before_an_exchange_is_not_known() -> None:
    assert told((HOUR, 8 * HOUR), (2 * HOUR, 8 * HOUR)).seconds(3) is None


def test_interval_across_a_silence_is_not_taken_for_one() -> None:
    assert told((HOUR, 8 * HOUR), (20 * HOUR, 24 * HOUR)).seconds(3) is None


def test_interval_of_late_marks_stays() -> None:
    exchange = 8 * HOUR
    later = exchange + 4 * HOUR

    intervals = told((exchange - 1, exchange), (exchange, later), (exchange - 2, exchange))

    assert intervals.seconds(3) == 4 * 3600.0


def test_interval_of_a_future_without_funding_is_not_known() -> None:
    assert told((HOUR, 0), (HOUR + 1, 0)).seconds(3) is None


def test_intervals_of_symbols_in_one_batch_are_their_own() -> None:
    intervals = FundingIntervals()
    for at, following in ((8 * HOUR - 1, (8, 8)), (8 * HOUR, (16, 12))):
        rows = np.zeros(2, MARK_DTYPE)
        rows["ts_event"], rows["symbol"] = at, (0, 1)
        rows["next_funding_ns"] = np.array(following) * HOUR
        intervals.update(rows)

    assert (intervals.seconds(0), intervals.seconds(1)) == (8 * 3600.0, 4 * 3600.0)
