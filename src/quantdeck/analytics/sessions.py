"""Days and hours at which US stocks and options trade, and the days on which they are paid.

Sessions are those of the New York Stock Exchange, which the option exchanges share; index options trade
a quarter of an hour longer, and at night, neither of which is counted here. The calendar is computed by
exchange-calendars on first use and then kept.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.model.options import Settlement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.analytics.types import IntArray

FIRST_YEAR, LAST_YEAR = 1990, 2050
"""Years that the calendar spans; holidays beyond the present are those announced or customary."""

_YEAR_NS = 365 * 86_400 * 1_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Sessions:
    """The sessions of an exchange, ascending.

    Parameters
    ----------
    days : array of datetime64[D]
        Days with a session.
    open_ns, close_ns : array of int64
        When each begins and ends, UTC. [ns]
    """

    days: NDArray[np.datetime64]
    open_ns: IntArray
    close_ns: IntArray

    def on_or_before(self, day: date) -> date:
        """Return the day itself if it has a session, else the last one before it that has.

        Parameters
        ----------
        day : datetime.date
            Any day.

        Returns
        -------
        datetime.date
            A day with a session.

        Raises
        ------
        BadInput
            If the calendar does not reach so far.
        """
        return self._day(self._at_or_before(day))

    def shift(self, day: date, sessions: int) -> date:
        """Return the day so many sessions after `day`, counted from the last one not after it.

        Parameters
        ----------
        day : datetime.date
            Any day.
        sessions : int
            How many; negative is before.

        Returns
        -------
        datetime.date
            A day with a session.

        Raises
        ------
        BadInput
            If the calendar does not reach so far.
        """
        return self._day(self._at_or_before(day) + sessions)

    def is_session(self, day: date) -> bool:
        """Return whether the exchange opens on that day.

        Parameters
        ----------
        day : datetime.date
            Any day.

        Returns
        -------
        bool
            True where it does.
        """
        return self._day(self._at_or_before(day)) == day

    def trade_date(self, at_ns: int) -> date:
        """Return the session that opened last: a price seen at that time was made then.

        Parameters
        ----------
        at_ns : int
            A moment, UTC. [ns]

        Returns
        -------
        datetime.date
            Its trade date.
        """
        return self._day(int(np.searchsorted(self.open_ns, at_ns, side="right")) - 1)

    def last_trade_ns(self, expiry: date, settlement: Settlement) -> int:
        """Return when an option that expires on that day trades last.

        Parameters
        ----------
        expiry : datetime.date
            Day of the settlement price; the session before it where the exchange is closed.
        settlement : Settlement
            Opening prices: the close of the session before. Closing prices: the close of the day.

        Returns
        -------
        int
            UTC. [ns]
        """
        at = self._at_or_before(expiry) - (settlement is Settlement.AM)
        return int(self.close_ns[at])

    def settlement_ns(self, expiry: date, settlement: Settlement) -> int:
        """Return when the settlement price of that day is made: its open or its close.

        Parameters
        ----------
        expiry : datetime.date
            Day of the settlement price; the session before it where the exchange is closed.
        settlement : Settlement
            Opening or closing prices.

        Returns
        -------
        int
            UTC. [ns]
        """
        times = self.open_ns if settlement is Settlement.AM else self.close_ns
        return int(times[self._at_or_before(expiry)])

    def vol_time(self, at_ns: int, expiry: date, settlement: Settlement) -> float:
        """Return the time in which the underlying can still move: to the settlement price, ACT/365.

        Parameters
        ----------
        at_ns : int
            Now, UTC. [ns]
        expiry : datetime.date
            Day of the settlement price.
        settlement : Settlement
            Opening or closing prices.

        Returns
        -------
        float
            Years; negative after expiry.
        """
        return (self.settlement_ns(expiry, settlement) - at_ns) / _YEAR_NS

    def _at_or_before(self, day: date) -> int:
        return int(np.searchsorted(self.days, np.datetime64(day), side="right")) - 1

    def _day(self, at: int) -> date:
        if not 0 <= at < len(self.days):
            first, last = self.days[0], self.days[-1]
            raise BadInput(f"the exchange calendar spans {first} to {last}; ask within it")
        return self.days[at].astype(object)


@lru_cache(maxsize=1)
def us_sessions() -> Sessions:
    """Return the sessions of US stock and option exchanges, early closes included.

    Returns
    -------
    Sessions
        From `FIRST_YEAR` to `LAST_YEAR`.

    Examples
    --------
    >>> us_sessions().shift(date(2026, 12, 24), 1)
    datetime.date(2026, 12, 28)
    """
    import exchange_calendars  # half a second that most commands never need

    with warnings.catch_warnings():
        # its use of pandas is behind what pandas announces
        warnings.simplefilter("ignore")
        calendar = exchange_calendars.get_calendar(
            "XNYS", start=f"{FIRST_YEAR}-01-01", end=f"{LAST_YEAR}-12-31"
        )
        days = calendar.sessions.to_numpy().astype("datetime64[D]")
        opens = np.asarray(calendar.opens_nanos, dtype=np.int64)
        closes = np.asarray(calendar.closes_nanos, dtype=np.int64)
    for array in (days, opens, closes):
        array.setflags(write=False)
    return Sessions(days, opens, closes)


def third_friday(year: int, month: int) -> date:
    """Return the third Friday of a month, the expiry of standard monthly options.

    The exchange may be closed on it: `Sessions.on_or_before` gives the day that counts.

    Parameters
    ----------
    year, month : int
        The month.

    Returns
    -------
    datetime.date
        A day from the 15th to the 21st.

    Examples
    --------
    >>> third_friday(2026, 12)
    datetime.date(2026, 12, 18)
    """
    first = date(year, month, 1)
    return first + timedelta(days=(4 - first.weekday()) % 7 + 14)
