"""Sessions of the US stock exchanges since 2007, with the names of their holidays.

NYSE Rule 7.2 and the calendars published with it, and the days on which the exchange stayed closed for
mourning or weather.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, timedelta
from functools import lru_cache

from quantdeck.model.errors import BadInput
from quantdeck.sims.options import sessions
from quantdeck.sims.options.sessions import easter, nth_weekday, observed

FIRST_YEAR, LAST_YEAR = 2007, 2045
SPECIAL = {
    date(2007, 1, 2): "National Day of Mourning",
    date(2012, 10, 29): "Hurricane Sandy",
    date(2012, 10, 30): "Hurricane Sandy",
    date(2018, 12, 5): "National Day of Mourning",
    date(2025, 1, 9): "National Day of Mourning",
}
"""Days without a session that no rule names."""

_JUNETEENTH_SINCE = 2022
MINUTE_NS = 60_000_000_000
DAY_MINUTES, HALF_DAY_MINUTES = 390, 210
"""Minutes of a session and of one that closes early."""


@lru_cache(maxsize=64)
def holidays(year: int) -> dict[date, str]:
    """Return the weekdays without a session, by date, with their names.

    Examples
    --------
    >>> holidays(2026)[date(2026, 7, 3)]
    'Independence Day'
    """
    new_year = date(year, 1, 1)
    last_of_may = date(year, 5, 31)
    days = {
        nth_weekday(year, 1, 0, 3): "Martin Luther King, Jr. Day",
        nth_weekday(year, 2, 0, 3): "Washington's Birthday",
        easter(year) - timedelta(2): "Good Friday",
        last_of_may - timedelta(last_of_may.weekday()): "Memorial Day",
        observed(date(year, 7, 4)): "Independence Day",
        nth_weekday(year, 9, 0, 1): "Labor Day",
        nth_weekday(year, 11, 3, 4): "Thanksgiving",
        observed(date(year, 12, 25)): "Christmas",
    }
    if new_year.weekday() != 5:
        days[observed(new_year)] = "New Years Day"
    if year >= _JUNETEENTH_SINCE:
        days[observed(date(year, 6, 19))] = "Juneteenth"
    days |= {day: name for day, name in SPECIAL.items() if day.year == year}
    return dict(sorted(days.items()))


def is_session(day: date) -> bool:
    """Whether stocks trade on a day.

    Raises
    ------
    BadInput
        Outside the years that are simulated.

    Examples
    --------
    >>> is_session(date(2026, 11, 26)), is_session(date(2026, 11, 27))
    (False, True)
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadInput(
            f"the simulated stock market is defined from {FIRST_YEAR} to {LAST_YEAR}, was asked "
            f"for {day}; set the clock"
        )
    return day.weekday() < 5 and day not in holidays(day.year)


@lru_cache(maxsize=1)
def all_sessions() -> tuple[date, ...]:
    """Return every session of the years simulated."""
    first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    return tuple(day for day in days if is_session(day))


def sessions_before(day: date) -> int:
    """Return how many sessions there are before a day; the place of the day if it is one.

    Examples
    --------
    >>> sessions_before(date(2007, 1, 4))
    1
    """
    return bisect_left(all_sessions(), day)


def is_early(day: date) -> bool:
    """Whether a session closes at 13:00."""
    return sessions.close_of(day) == sessions.EARLY_CLOSE


def minutes_of(day: date) -> int:
    """Return how many minutes a session lasts.

    Examples
    --------
    >>> minutes_of(date(2026, 11, 27)), minutes_of(date(2026, 11, 30))
    (210, 390)
    """
    return HALF_DAY_MINUTES if is_early(day) else DAY_MINUTES


def open_minute(day: date) -> int:
    """Return the minute since 1970 at which a session opens."""
    return sessions.open_ns(day) // MINUTE_NS


def last_close_ns(ts_ns: int) -> int:
    """Return the instant of the latest close at or before an instant. [ns]."""
    day = sessions.local_date(ts_ns)
    place = sessions_before(day)
    every = all_sessions()
    if place < len(every) and every[place] == day and sessions.close_ns(day) <= ts_ns:
        return sessions.close_ns(day)
    return sessions.close_ns(every[place - 1])
