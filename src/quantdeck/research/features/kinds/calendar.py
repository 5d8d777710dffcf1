"""The day itself: known long before, and the same for every symbol."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.sessions import third_friday, us_sessions
from quantdeck.research.features.feature import feature

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.features.panel import Panel

GROUP = "Calendar"


@feature(group=GROUP, inputs=(), lookback=1, unit="0 Monday to 6 Sunday", is_own=True)
def day_of_week(panel: Panel) -> FloatArray:
    """Day of the week of the session.

    0 on Mondays. Source: French, J. Financial Economics 8 (1980).
    """
    days = _days(panel).astype(np.int64)
    return _everywhere((days + 3) % 7, panel)


@feature(group=GROUP, inputs=(), lookback=1, unit="sessions", is_own=True)
def month_end(panel: Panel) -> FloatArray:
    """Sessions that are left in the month.

    0 on the last one, by the calendar of the exchange. Source: Ariel, J. Financial Economics 18 (1987).
    """
    days = _days(panel)
    after = (days.astype("datetime64[M]") + 1).astype("datetime64[D]")
    if panel.calendar == "24/7":
        left = (after - days).astype(np.int64) - 1
    else:
        known = us_sessions().days
        left = np.searchsorted(known, after) - np.searchsorted(known, days, side="right")
    return _everywhere(left, panel)


@feature(group=GROUP, inputs=(), lookback=1, unit="days", is_own=True)
def option_expiry(panel: Panel) -> FloatArray:
    """Calendar days to the third Friday, on which monthly options expire.

    0 on the day; after it the next month's counts.
    """
    return _everywhere([_to_expiry(day) for day in _days(panel)], panel)


def _to_expiry(session: np.datetime64) -> int:
    day = session.astype("datetime64[D]").item()
    this = third_friday(day.year, day.month)
    if day > this:
        after = day.replace(day=28) + timedelta(days=4)
        this = third_friday(after.year, after.month)
    return (this - day).days


def _days(panel: Panel) -> NDArray[np.datetime64]:
    return panel.sessions.astype("datetime64[ns]").astype("datetime64[D]")


def _everywhere(of_session: object, panel: Panel) -> FloatArray:
    return np.broadcast_to(np.asarray(of_session, np.float64), panel.close.shape)
