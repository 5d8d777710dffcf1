"""When a symbol trades: the periods of a day around its session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from quantdeck.sims.options import sessions
from quantdeck.sims.options.sessions import DAY_NS
from quantdeck.sims.stocks.calendar import all_sessions, sessions_before

if TYPE_CHECKING:
    from datetime import date

    from quantdeck.sims.yahoo.listing import Security

_NS = 1_000_000_000
_PRE_OPEN, _POST_CLOSE = time(4, 0), time(20, 0)
_AFTER_EARLY_CLOSE_NS = 4 * 3_600 * _NS


class MarketState(StrEnum):
    """What a market is doing, in Yahoo's words."""

    PRE = "PRE"
    REGULAR = "REGULAR"
    POST = "POST"
    CLOSED = "CLOSED"


STREAM_HOURS = {
    MarketState.PRE: 0,
    MarketState.REGULAR: 1,
    MarketState.POST: 2,
    MarketState.CLOSED: 3,
}
"""Numbers of the states in the streamer's messages."""


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of one session.

    Parameters
    ----------
    day : datetime.date
        Of the session.
    pre_ns, open_ns, close_ns, post_ns : int
        Begin before hours, open, close, and end after hours. [ns]
    """

    day: date
    pre_ns: int
    open_ns: int
    close_ns: int
    post_ns: int

    def state(self, ts_ns: int) -> MarketState:
        """Return what the market does at an instant."""
        if self.open_ns <= ts_ns < self.close_ns:
            return MarketState.REGULAR
        if self.pre_ns <= ts_ns < self.open_ns:
            return MarketState.PRE
        return MarketState.POST if self.close_ns <= ts_ns < self.post_ns else MarketState.CLOSED


def periods_of(day: date) -> Periods:
    """Return the periods of a session of the stock exchange."""
    close_ns = sessions.close_ns(day)
    post_ns = min(sessions.instant(day, _POST_CLOSE), close_ns + _AFTER_EARLY_CLOSE_NS)
    return Periods(day, sessions.instant(day, _PRE_OPEN), sessions.open_ns(day), close_ns, post_ns)


def current_periods(security: Security, ts_ns: int) -> Periods:
    """Return the periods of the day of an instant; of the session before where there is none then."""
    if security.coin is not None:
        start = ts_ns // DAY_NS * DAY_NS
        day = datetime.fromtimestamp(start // _NS, UTC).date()
        return Periods(day, start, start, start + DAY_NS, start + DAY_NS)
    every = all_sessions()
    place = sessions_before(sessions.local_date(ts_ns))
    is_today = place < len(every) and every[place] == sessions.local_date(ts_ns)
    return periods_of(every[place] if is_today else every[place - 1])


def offset_s(security: Security, ts_ns: int) -> int:
    """Return how far the exchange's clock is ahead of UTC at an instant. [s].

    Examples
    --------
    >>> from quantdeck.sims.yahoo.listing import SECURITIES
    >>> offset_s(SECURITIES["SPY"], 1_795_208_400 * 1_000_000_000)
    -18000
    """
    moment = datetime.fromtimestamp(ts_ns // _NS, ZoneInfo(security.zone))
    offset = moment.utcoffset()
    return 0 if offset is None else round(offset.total_seconds())


def zone_name(security: Security, ts_ns: int) -> str:
    """Return the letters of the exchange's time zone at an instant, such as ``EST``."""
    return datetime.fromtimestamp(ts_ns // _NS, ZoneInfo(security.zone)).tzname() or "UTC"
