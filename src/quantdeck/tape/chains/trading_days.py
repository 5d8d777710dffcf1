"""What files of chains leave out and the exchange's calendar tells: which moment quotes are of."""

from __future__ import annotations

import warnings
from bisect import bisect_right
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

from quantdeck.model.errors import BadInput

_DELAY_NS = 15 * 60 * 1_000_000_000
_EPOCH = date(1970, 1, 1)


class _Sessions(NamedTuple):
    days: list[date]
    opens_ns: list[int]
    closes_ns: list[int]


def quoted_at_ns(download_ns: int) -> int:
    """Return the moment of quotes that are shown, a quarter of an hour late, at some other moment.

    Parameters
    ----------
    download_ns : int
        When a page of delayed quotes was saved, UTC. [ns]

    Returns
    -------
    int
        A quarter of an hour earlier where the market was open then, the last close before
        otherwise, UTC. [ns]

    Raises
    ------
    BadInput
        If the calendar does not reach that day.
    """
    moment_ns = download_ns - _DELAY_NS
    known = _sessions()
    _require(known, _EPOCH + timedelta(seconds=moment_ns // 1_000_000_000))
    number = bisect_right(known.opens_ns, moment_ns) - 1
    return min(moment_ns, known.closes_ns[number])


@cache
def session_on_or_before(day: date) -> date:
    """Return a day, or the last day before it on which the exchange was open.

    Raises
    ------
    BadInput
        If the calendar does not reach that day.
    """
    known = _sessions()
    _require(known, day)
    return known.days[bisect_right(known.days, day) - 1]


@cache
def _sessions() -> _Sessions:
    # Pandas comes with it: loaded only by those who read such files.
    import exchange_calendars  # pyright: ignore[reportMissingTypeStubs]

    with warnings.catch_warnings():
        # It uses what newer versions of pandas will change; that is no concern of a reader of files.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        schedule: Any = exchange_calendars.get_calendar("XNYS").schedule
        days = [moment.date() for moment in schedule.index]
        return _Sessions(
            days,
            [moment.value for moment in schedule["open"]],
            [moment.value for moment in schedule["close"]],
        )


def _require(known: _Sessions, day: date) -> None:
    # The calendar may begin with a holiday.
    first, last = known.days[1], known.days[-1]
    if not first <= day <= last:
        raise BadInput(f"the exchange's calendar reaches from {first} to {last}, not to {day}")
