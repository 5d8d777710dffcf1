"""Which bars a calendar leads one to expect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.sessions import Sessions
    from quantdeck.analytics.types import IntArray

_DAY_NS = 86_400_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedBars:
    """What is missing of a span, and what is there beyond it.

    Parameters
    ----------
    expected : int
        Bars that the calendar has from the first to the last one.
    missing_ns : array of int64
        Starts of those that are not there; within a session that has some, the session's open as
        often as bars are missing. [ns]
    unexpected_ns : array of int64
        Starts of those that the calendar does not have. [ns]
    """

    expected: int
    missing_ns: IntArray
    unexpected_ns: IntArray


def expected_bars(
    start_ns: IntArray, interval_ns: int, sessions: Sessions | None, *, until_ns: int | None = None
) -> ExpectedBars:
    """Compare bars with what a calendar has.

    Days are compared by their dates. Within sessions bars are counted, session by session, since some
    vendors begin them at the full hour and others at the open; half days have as many as fit.

    Parameters
    ----------
    start_ns : array of int64 of shape (n,)
        Starts of the bars, UTC, ascending. [ns]
    interval_ns : int
        Length of a bar, a day at most. [ns]
    sessions : Sessions or None
        Of the exchange; None for a market that never closes.
    until_ns : int or None
        End of the span, UTC; the last bar where None. [ns]

    Returns
    -------
    ExpectedBars
        Nothing of anything where there are no bars.

    Raises
    ------
    BadInput
        If bars are longer than a day.

    Examples
    --------
    >>> from quantdeck.analytics.sessions import us_sessions
    >>> days = np.array(["2026-11-24", "2026-11-27", "2026-11-28"], "datetime64[ns]").astype("int64")
    >>> found = expected_bars(days, 86_400_000_000_000, us_sessions())
    >>> found.expected, found.missing_ns.astype("datetime64[ns]").astype("datetime64[D]").astype(str)
    (3, array(['2026-11-25'], dtype='<U28'))
    >>> len(found.unexpected_ns)
    1
    """
    if interval_ns > _DAY_NS:
        raise BadInput("bars longer than a day have no sessions to be compared with")
    if not len(start_ns):
        return ExpectedBars(0, _none(), _none())
    last_ns = max(int(start_ns[-1]), until_ns or 0)
    if sessions is None:
        return _around_the_clock(start_ns, interval_ns, last_ns)
    if interval_ns == _DAY_NS:
        return _days(start_ns, sessions, last_ns)
    return _within_sessions(start_ns, interval_ns, sessions, last_ns)


def _around_the_clock(start_ns: IntArray, interval_ns: int, last_ns: int) -> ExpectedBars:
    due = np.arange(start_ns[0], last_ns + 1, interval_ns, dtype=np.int64)
    return ExpectedBars(len(due), np.setdiff1d(due, start_ns), np.setdiff1d(start_ns, due))


def _days(start_ns: IntArray, sessions: Sessions, last_ns: int) -> ExpectedBars:
    dates = start_ns // _DAY_NS
    days = sessions.days.astype(np.int64)
    due = days[(days >= dates[0]) & (days <= last_ns // _DAY_NS)]
    missing = np.setdiff1d(due, dates) * _DAY_NS
    unexpected = start_ns[~np.isin(dates, due)]
    return ExpectedBars(len(due), missing, unexpected)


def _within_sessions(
    start_ns: IntArray, interval_ns: int, sessions: Sessions, last_ns: int
) -> ExpectedBars:
    first = int(np.searchsorted(sessions.close_ns, int(start_ns[0]), side="right"))
    begun = int(np.searchsorted(sessions.open_ns, last_ns, side="right"))
    opens, closes = sessions.open_ns[first:begun], sessions.close_ns[first:begun]
    if not len(opens):
        return ExpectedBars(0, _none(), start_ns)
    # A bar that begins at the full hour before the open still holds the session's first trades.
    earliest: IntArray = opens - opens % interval_ns
    session: IntArray = np.searchsorted(earliest, start_ns, side="right") - 1
    is_inside = (session >= 0) & (start_ns < closes[np.maximum(session, 0)])
    # The last session may still go on: what it lacks is not missing yet.
    over = closes <= last_ns + interval_ns
    counts = np.bincount(session[is_inside], minlength=len(opens))[over]
    full: IntArray = -((opens - closes) // interval_ns)[over]
    lacking = np.maximum(full - counts, 0)
    return ExpectedBars(int(full.sum()), np.repeat(opens[over], lacking), start_ns[~is_inside])


def _none() -> IntArray:
    return np.empty(0, np.int64)
