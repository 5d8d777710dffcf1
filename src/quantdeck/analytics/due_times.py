"""When something is due: by the sessions of the exchange, by the clock of a zone, or every so often.

The exchange's own times carry half days and the change of summer time, so ``close + 20 min`` is twenty
minutes after the close of that very day. A time by the clock of a zone that the zone skips, as in the
night in spring, is due when the clocks have moved on; one that it has twice is due the first time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.sessions import Sessions

_NS = 1_000_000_000
_MINUTE_NS = 60 * _NS
_UNITS_NS = {"s": _NS, "min": _MINUTE_NS, "h": 60 * _MINUTE_NS, "d": 1_440 * _MINUTE_NS}
_SESSION = re.compile(r"(open|close)(?:\s*([+-])\s*(\d+)\s*(s|min|h))?")
_CLOCK = re.compile(r"(?:daily|at)\s+(\d{1,2}):(\d{2})(?:\s+([A-Za-z_]+(?:/[A-Za-z_]+)*))?")
_EVERY = re.compile(r"every\s+(\d+)\s*(s|min|h|d)")
_MOST = 100_000
_WAYS = "'close + 20 min', 'open - 10 min', 'daily 03:30 UTC' or 'every 15 min'"


@dataclass(frozen=True, slots=True)
class When:
    """A rule of due times.

    Parameters
    ----------
    text : str
        As a person wrote it.
    event : str
        ``open`` or ``close`` of a session; empty where it is not by sessions.
    offset_ns : int
        From that event. [ns]
    at : datetime.time or None
        Time of day by the clock of `zone`.
    zone : str
        Name of a time zone.
    every_ns : int
        Distance of due times counted from the epoch; 0 where they are not regular. [ns]
    """

    text: str
    event: str = ""
    offset_ns: int = 0
    at: time | None = None
    zone: str = "UTC"
    every_ns: int = 0


def parse_when(text: str) -> When:
    """Return the rule that a text says.

    Parameters
    ----------
    text : str
        ``close + 20 min``, ``open - 10 min``, ``daily 03:30 UTC`` or ``every 15 min``.

    Returns
    -------
    When

    Raises
    ------
    BadInput
        If it says none; the message shows the ways.

    Examples
    --------
    >>> parse_when("close + 20 min").offset_ns
    1200000000000
    """
    plain = " ".join(text.split())
    if found := _SESSION.fullmatch(plain):
        event, sign, count, unit = found.groups()
        offset = 0 if count is None else int(count) * _UNITS_NS[unit]
        return When(text, event=event, offset_ns=-offset if sign == "-" else offset)
    if (found := _EVERY.fullmatch(plain)) and int(found[1]):
        return When(text, every_ns=int(found[1]) * _UNITS_NS[found[2]])
    if found := _CLOCK.fullmatch(plain):
        hour, minute, zone = int(found[1]), int(found[2]), found[3] or "UTC"
        if hour < 24 and minute < 60 and _is_zone(zone):
            return When(text, at=time(hour, minute), zone=zone)
    raise BadInput(f"{text!r} says no due time; write {_WAYS}", field="when")


def due_between(when: When, start_ns: int, end_ns: int, sessions: Sessions) -> list[int]:
    """Return the due times in ``(start_ns, end_ns]``, oldest first.

    Parameters
    ----------
    when : When
        The rule.
    start_ns, end_ns : int
        UTC. [ns]
    sessions : Sessions
        Of the exchange.

    Returns
    -------
    list of int
        UTC. [ns]

    Raises
    ------
    BadInput
        If there are more than 100,000.

    Examples
    --------
    >>> due_between(parse_when("every 10 s"), 0, 25 * 10**9, None)
    [10000000000, 20000000000]
    """
    if end_ns <= start_ns:
        return []
    if when.event:
        times = sessions.open_ns if when.event == "open" else sessions.close_ns
        first, stop = np.searchsorted(times, np.array([start_ns, end_ns]) - when.offset_ns, "right")
        return [int(each) + when.offset_ns for each in times[first:stop]]
    if when.every_ns:
        first, last = start_ns // when.every_ns + 1, end_ns // when.every_ns
        if last - first >= _MOST:
            raise BadInput(f"{when.text!r} is due {last - first + 1:,} times in that span")
        return [number * when.every_ns for number in range(first, last + 1)]
    return _by_the_clock(when, start_ns, end_ns)


def next_due(when: When, after_ns: int, sessions: Sessions) -> int | None:
    """Return the first due time behind a moment; None where the calendar of sessions ends before.

    Parameters
    ----------
    when : When
        The rule.
    after_ns : int
        UTC. [ns]
    sessions : Sessions
        Of the exchange.

    Returns
    -------
    int or None
        UTC. [ns]
    """
    if when.every_ns:
        return (after_ns // when.every_ns + 1) * when.every_ns
    # Longer than any row of days without a session, and than a day by the clock.
    span_ns = 15 * _UNITS_NS["d"]
    return next(iter(due_between(when, after_ns, after_ns + span_ns, sessions)), None)


def newest_due(when: When, until_ns: int, sessions: Sessions) -> int | None:
    """Return the last due time up to a moment; None where the calendar of sessions begins after it.

    Parameters
    ----------
    when : When
        The rule.
    until_ns : int
        UTC. [ns]
    sessions : Sessions
        Of the exchange.

    Returns
    -------
    int or None
        UTC. [ns]

    Examples
    --------
    >>> newest_due(parse_when("every 10 s"), 29 * 10**9, None)
    20000000000
    """
    if when.every_ns:
        return until_ns // when.every_ns * when.every_ns
    span_ns = 15 * _UNITS_NS["d"] if when.event else 3 * _UNITS_NS["d"]
    return next(reversed(due_between(when, until_ns - span_ns, until_ns, sessions)), None)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _by_the_clock(when: When, start_ns: int, end_ns: int) -> list[int]:
    zone = ZoneInfo(when.zone)
    day = _day(start_ns, zone) - timedelta(days=1)
    last = _day(end_ns, zone) + timedelta(days=1)
    found: list[int] = []
    while day <= last:
        at_ns = _instant(datetime.combine(day, when.at or time(), zone))
        if start_ns < at_ns <= end_ns:
            found.append(at_ns)
        day += timedelta(days=1)
    return found


def _day(at_ns: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at_ns / _NS, UTC).astimezone(zone).date()


def _instant(local: datetime) -> int:
    # fold=0 takes the first of two; a time that is skipped is told with the offset from before the gap,
    # and so lies as far behind it as was skipped.
    return int(local.astimezone(UTC).timestamp()) * _NS
