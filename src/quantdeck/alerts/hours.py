"""When a rule has ended, and when it is quiet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from quantdeck.alerts.syntax import Expiry, Quiet

_DAY_LENGTH = len("2026-12-31")


def expiry_ns(expiry: Expiry) -> int:
    """Return from when on a rule has ended.

    Parameters
    ----------
    expiry : Expiry
        A day ends at its midnight on the clocks of the zone; of a time that there is twice, the first
        counts.

    Returns
    -------
    int
        UTC. [ns]

    Examples
    --------
    >>> from quantdeck.alerts.syntax import Expiry
    >>> expiry_ns(Expiry("1970-01-01")), expiry_ns(Expiry("1970-01-01T02:00", "Europe/Berlin"))
    (86400000000000, 3600000000000)
    """
    moment = datetime.fromisoformat(expiry.text)
    if len(expiry.text) == _DAY_LENGTH:
        moment += timedelta(days=1)
    return int(moment.replace(tzinfo=ZoneInfo(expiry.zone)).timestamp()) * 1_000_000_000


class QuietHours:
    """Whether a time of day is quiet, on the clocks of a zone.

    Parameters
    ----------
    quiet : Quiet
        The hours. They are read off the clock: on the night on which an hour is left out or comes twice
        they are shorter or longer by it.

    Examples
    --------
    >>> from quantdeck.alerts.syntax import Quiet
    >>> night = QuietHours(Quiet("22:00", "07:00"))
    >>> hour = 3600 * 1_000_000_000
    >>> [night.at(at * hour) for at in (21, 22, 30, 31)]
    [False, True, True, False]
    """

    def __init__(self, quiet: Quiet) -> None:
        self._zone = ZoneInfo(quiet.zone)
        self._start, self._end = _minutes(quiet.start), _minutes(quiet.end)

    def at(self, now_ns: int) -> bool:
        """Return whether it is quiet at a time, UTC. [ns]."""
        local = datetime.fromtimestamp(now_ns // 1_000_000_000, UTC).astimezone(self._zone)
        minute = local.hour * 60 + local.minute
        if self._start < self._end:
            return self._start <= minute < self._end
        return minute >= self._start or minute < self._end


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
