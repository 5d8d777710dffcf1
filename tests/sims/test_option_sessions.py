"""The simulator's calendar against the one everybody uses."""

from __future__ import annotations

import warnings
from datetime import date, timedelta

import pytest
from exchange_calendars import get_calendar

from quantdeck.model.errors import BadInput
from quantdeck.sims.options import sessions

_FIRST, _LAST = date(2022, 1, 3), date(2027, 6, 30)
_MOURNING = {date(2025, 1, 9)}


@pytest.fixture(scope="module")
def calendar():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return get_calendar("XNYS", start=_FIRST.isoformat(), end=_LAST.isoformat())


def test_sessions_are_those_of_the_exchange(calendar) -> None:
    days = [_FIRST + timedelta(n) for n in range((_LAST - _FIRST).days + 1)]

    mine = {day for day in days if sessions.is_session(day)}

    assert mine - {stamp.date() for stamp in calendar.sessions} == _MOURNING
    assert {stamp.date() for stamp in calendar.sessions} <= mine


def test_closes_are_those_of_the_exchange(calendar) -> None:
    mine = [sessions.close_ns(stamp.date()) for stamp in calendar.sessions]

    assert mine == [calendar.session_close(stamp).value for stamp in calendar.sessions]


def test_session_of_a_day_that_is_none_is_the_next() -> None:
    thanksgiving = sessions.instant(date(2026, 11, 26), sessions.OPEN)

    assert sessions.session_of(thanksgiving) == date(2026, 11, 27)


def test_calendar_asked_for_a_year_beyond_it_says_so() -> None:
    with pytest.raises(BadInput, match="2022 to 2045"):
        sessions.is_session(date(2046, 1, 2))
