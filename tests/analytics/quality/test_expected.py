"""Bars held against a calendar."""

from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.quality import expected_bars
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.errors import BadInput

DAY_NS = 86_400_000_000_000
HOUR_NS = 3_600_000_000_000


def _ns(*times: str) -> np.ndarray:
    return np.array(times, "datetime64[ns]").astype(np.int64)


def test_expected_bars_a_holiday_is_not_missing() -> None:
    # 26 November 2026 is Thanksgiving, the 27th a half day, 28 and 29 a weekend.
    days = _ns("2026-11-25", "2026-11-27", "2026-11-30")

    found = expected_bars(days, DAY_NS, us_sessions())

    assert found.expected == 3
    assert not len(found.missing_ns)
    assert not len(found.unexpected_ns)


def test_expected_bars_a_session_left_out_is_missing() -> None:
    days = _ns("2026-11-23", "2026-11-25")

    found = expected_bars(days, DAY_NS, us_sessions())

    assert found.missing_ns.tolist() == _ns("2026-11-24").tolist()


def test_expected_bars_a_bar_on_a_holiday_is_unexpected() -> None:
    days = _ns("2026-11-25", "2026-11-26", "2026-11-27")

    found = expected_bars(days, DAY_NS, us_sessions())

    assert found.unexpected_ns.tolist() == _ns("2026-11-26").tolist()


@pytest.mark.parametrize("minute", ["00", "30"])
def test_expected_bars_hours_may_begin_at_the_hour_or_at_the_open(minute: str) -> None:
    # New York opens at 14:30 UTC in winter: seven bars either way, four on the half day.
    hours = [f"2026-11-25T{hour:02}:{minute}" for hour in range(14, 21)]
    half = [f"2026-11-27T{hour:02}:{minute}" for hour in range(14, 18)]

    found = expected_bars(_ns(*hours, *half), HOUR_NS, us_sessions())

    assert found.expected == 11
    assert not len(found.missing_ns)
    assert not len(found.unexpected_ns)


def test_expected_bars_an_hour_left_out_names_its_session() -> None:
    hours = _ns(*(f"2026-11-25T{hour:02}:30" for hour in (14, 15, 17, 18, 19, 20)))

    found = expected_bars(hours, HOUR_NS, us_sessions())

    assert found.missing_ns.tolist() == _ns("2026-11-25T14:30").tolist()


def test_expected_bars_before_the_open_are_unexpected() -> None:
    hours = _ns("2026-11-24T14:30", "2026-11-25T09:00", "2026-11-25T14:30")

    found = expected_bars(hours, HOUR_NS, us_sessions())

    assert found.unexpected_ns.tolist() == _ns("2026-11-25T09:00").tolist()


def test_expected_bars_around_the_clock_every_interval_counts() -> None:
    hours = _ns("2026-11-28T22:00", "2026-11-28T23:00", "2026-11-29T02:00", "2026-11-29T02:20")

    found = expected_bars(hours, HOUR_NS, None)

    assert found.expected == 5
    assert found.missing_ns.tolist() == _ns("2026-11-29T00:00", "2026-11-29T01:00").tolist()
    assert found.unexpected_ns.tolist() == _ns("2026-11-29T02:20").tolist()


def test_expected_bars_until_later_than_the_last_bar_counts_what_should_be_there() -> None:
    found = expected_bars(
        _ns("2026-11-23"), DAY_NS, us_sessions(), until_ns=int(_ns("2026-11-25")[0])
    )

    assert found.missing_ns.tolist() == _ns("2026-11-24", "2026-11-25").tolist()


def test_expected_bars_of_nothing_finds_nothing() -> None:
    found = expected_bars(np.empty(0, np.int64), DAY_NS, us_sessions())

    assert (found.expected, len(found.missing_ns), len(found.unexpected_ns)) == (0, 0, 0)


def test_expected_bars_of_weeks_are_refused() -> None:
    with pytest.raises(BadInput, match="longer than a day"):
        expected_bars(_ns("2026-11-23"), 7 * DAY_NS, None)
