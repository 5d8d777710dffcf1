"""Days and hours on which US options trade, by the exchange's rules for its holidays.

NYSE Rule 7.2 and the calendars published with it: nine moving or fixed holidays and Good Friday, a
fixed one moves to the Friday before or the Monday after when it falls on a week-end (New Year's Day
never to the Friday before); 13:00 closes on the day after Thanksgiving, on Christmas Eve and on the day
before Independence Day. Days of mourning and of weather are not simulated.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from quantdeck.model.errors import BadInput

ZONE = ZoneInfo("America/New_York")
MIDNIGHT = time(0, 0)
OPEN = time(9, 30)
CLOSE = time(16, 0)
EARLY_CLOSE = time(13, 0)
DAY_NS = 86_400_000_000_000
FIRST_YEAR, LAST_YEAR = 2022, 2045
"""Juneteenth is a holiday of the exchange since 2022."""

_EPOCH = date(1970, 1, 1)


def instant(day: date, at: time) -> int:
    """Return a New York wall time as nanoseconds since 1970, UTC.

    Examples
    --------
    >>> instant(date(2026, 11, 20), CLOSE) == 1_795_208_400 * 1_000_000_000
    True
    """
    moment = datetime.combine(day, at, ZONE).astimezone(UTC)
    return round(moment.timestamp()) * 1_000_000_000


def local_date(ts_ns: int) -> date:
    """Return the date in New York at an instant."""
    return datetime.fromtimestamp(ts_ns // 1_000_000_000, ZONE).date()


def is_session(day: date) -> bool:
    """Whether options trade on a day.

    Raises
    ------
    BadInput
        Outside the years that are simulated.

    Examples
    --------
    >>> is_session(date(2026, 11, 26)), is_session(date(2026, 11, 27))
    (False, True)
    """
    return day.weekday() < 5 and day not in _holidays(day.year)


def close_of(day: date) -> time:
    """Return the wall time of a session's close.

    Examples
    --------
    >>> close_of(date(2026, 11, 27))
    datetime.time(13, 0)
    """
    thanksgiving = nth_weekday(day.year, 11, 3, 4)
    fourth = date(day.year, 7, 4)
    # Where the Fourth is a Saturday or a Monday the day before is a holiday or no session.
    is_eve = day == fourth - timedelta(1) and fourth.weekday() not in (0, 5)
    is_early = is_eve or day in (thanksgiving + timedelta(1), date(day.year, 12, 24))
    return EARLY_CLOSE if is_early else CLOSE


def open_ns(day: date) -> int:
    """Return the instant a session opens, in ns."""
    return instant(day, OPEN)


def close_ns(day: date) -> int:
    """Return the instant a session closes, in ns."""
    return instant(day, close_of(day))


@lru_cache(maxsize=4096)
def next_session(day: date) -> date:
    """Return the first session after a day.

    Examples
    --------
    >>> next_session(date(2026, 11, 25))
    datetime.date(2026, 11, 27)
    """
    found = day + timedelta(1)
    while not is_session(found):
        found += timedelta(1)
    return found


@lru_cache(maxsize=4096)
def previous_session(day: date) -> date:
    """Return the last session before a day."""
    found = day - timedelta(1)
    while not is_session(found):
        found -= timedelta(1)
    return found


def session_of(ts_ns: int) -> date:
    """Return the session whose contracts are listed at an instant: the first not yet closed.

    Examples
    --------
    >>> session_of(instant(date(2026, 11, 21), OPEN))
    datetime.date(2026, 11, 23)
    """
    day = local_date(ts_ns)
    return day if is_session(day) and ts_ns < close_ns(day) else next_session(day)


def on_or_before(day: date) -> date:
    """Return a day, or the session before it where it is none."""
    return day if is_session(day) else previous_session(day)


def days_of(day: date) -> int:
    """Return days since 1970."""
    return (day - _EPOCH).days


def nth_weekday(year: int, month: int, weekday: int, n: int) -> date:
    """Return the n-th of a weekday (Monday is 0) in a month.

    Examples
    --------
    >>> nth_weekday(2026, 12, 4, 3)
    datetime.date(2026, 12, 18)
    """
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % 7 + 7 * (n - 1))


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadInput(
            f"the simulated option market is defined from {FIRST_YEAR} to {LAST_YEAR}, "
            f"was asked for {year}; set the clock"
        )
    new_year = date(year, 1, 1)
    fixed = [date(year, 6, 19), date(year, 7, 4), date(year, 12, 25)]
    if new_year.weekday() != 5:
        fixed.append(new_year)
    last_of_may = date(year, 5, 31)
    moving = [
        nth_weekday(year, 1, 0, 3),
        nth_weekday(year, 2, 0, 3),
        easter(year) - timedelta(2),
        last_of_may - timedelta(last_of_may.weekday()),
        nth_weekday(year, 9, 0, 1),
        nth_weekday(year, 11, 3, 4),
    ]
    return frozenset([observed(day) for day in fixed] + moving)


def observed(day: date) -> date:
    """Return the day a fixed holiday is kept on: the Friday before a Saturday, the Monday after a Sunday.

    Examples
    --------
    >>> observed(date(2026, 7, 4))
    datetime.date(2026, 7, 3)
    """
    return day + timedelta({5: -1, 6: 1}.get(day.weekday(), 0))


def easter(year: int) -> date:
    """Return Easter Sunday of a year.

    Examples
    --------
    >>> easter(2026)
    datetime.date(2026, 4, 5)
    """
    # Anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8).
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    el = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * el) // 451
    month, day = divmod(h + el - 7 * m + 114, 31)
    return date(year, month, day + 1)
