"""Sessions of the US exchanges."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from quantdeck.analytics.sessions import third_friday, us_sessions
from quantdeck.model.errors import BadInput
from quantdeck.model.options import Settlement


def _ns(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1_000_000_000


@pytest.mark.parametrize(
    ("day", "sessions", "expected"),
    [
        (date(2026, 11, 25), 1, date(2026, 11, 27)),
        (date(2026, 11, 26), 0, date(2026, 11, 25)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 6, 18), 1, date(2026, 6, 22)),
        (date(2026, 6, 22), -1, date(2026, 6, 18)),
    ],
)
def test_shift_counts_sessions_and_passes_over_holidays(day, sessions, expected) -> None:
    assert us_sessions().shift(day, sessions) == expected


def test_calendar_knows_holidays_and_reaches_five_years_ahead() -> None:
    sessions = us_sessions()

    assert not sessions.is_session(date(2026, 12, 25))
    assert sessions.is_session(date(2031, 12, 19))
    assert sessions.on_or_before(date(2026, 12, 25)) == date(2026, 12, 24)


def test_days_beyond_the_calendar_are_refused() -> None:
    with pytest.raises(BadInput, match="spans 1990-01-02"):
        us_sessions().shift(date(1980, 1, 2), 0)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ((2024, 1, 5, 14, 29), date(2024, 1, 4)),
        ((2024, 1, 5, 14, 30), date(2024, 1, 5)),
        ((2024, 1, 7, 15, 52), date(2024, 1, 5)),
    ],
)
def test_trade_date_is_the_session_that_opened_last(moment, day) -> None:
    assert us_sessions().trade_date(_ns(*moment)) == day


def test_morning_contracts_trade_last_at_the_close_before() -> None:
    sessions, expiry = us_sessions(), date(2026, 12, 18)

    assert sessions.last_trade_ns(expiry, Settlement.AM) == _ns(2026, 12, 17, 21)
    assert sessions.settlement_ns(expiry, Settlement.AM) == _ns(2026, 12, 18, 14, 30)
    assert sessions.last_trade_ns(expiry, Settlement.PM) == _ns(2026, 12, 18, 21)
    assert sessions.settlement_ns(expiry, Settlement.PM) == _ns(2026, 12, 18, 21)


def test_early_close_is_the_settlement_of_its_day() -> None:
    assert us_sessions().settlement_ns(date(2026, 11, 27), Settlement.PM) == _ns(2026, 11, 27, 18)


def test_volatility_clock_counts_minutes_to_the_settlement() -> None:
    half_a_day = us_sessions().vol_time(_ns(2026, 12, 18, 9), date(2026, 12, 18), Settlement.PM)

    assert half_a_day * 365 * 24 == pytest.approx(12.0)


def test_expiry_on_a_closed_day_settles_on_the_session_before() -> None:
    saturday = date(2011, 2, 19)

    assert us_sessions().settlement_ns(saturday, Settlement.AM) == _ns(2011, 2, 18, 14, 30)


@pytest.mark.parametrize(("month", "day"), [(1, 16), (5, 15), (10, 16), (11, 20), (12, 18)])
def test_third_friday_of_a_month(month, day) -> None:
    assert third_friday(2026, month) == date(2026, month, day)
