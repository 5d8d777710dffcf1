"""Sessions and holidays. The simulated market trades at any hour and says so; its dates are real ones.

Source: developer.tastytrade.com, "Market Time": ``/market-time/sessions/current`` and
``/market-time/equities/holidays``.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from quantdeck.sims.options.sessions import (
    EARLY_CLOSE,
    close_ns,
    close_of,
    is_session,
    local_date,
    next_session,
    open_ns,
    previous_session,
    session_of,
)
from quantdeck.sims.tastytrade.answers import Item, invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

COLLECTIONS = ("Equity", "Cash Settled Equity Option", "CFE", "CME", "Smalls")
_NS = 1_000_000_000
_EARLY_NS = 90 * 60 * _NS


def current(collections: Sequence[str], now_ns: int, *, is_open: bool) -> list[Item]:
    """Return the present session of each collection, open or closed as told.

    Raises
    ------
    Refusal
        If a collection is not known.
    """
    unknown = [name for name in collections if name not in COLLECTIONS]
    if unknown or not collections:
        raise invalid(f"instrument-collections must be among {', '.join(COLLECTIONS)}")
    state = "Open" if is_open else "Closed"
    return [_current(name, now_ns, state) for name in collections]


def holidays(year: int) -> Item:
    """Return holidays and half days of a year and the next."""
    days = [date(year, 1, 1) + timedelta(n) for n in range(730)]
    weekdays = [day for day in days if day.weekday() < 5]
    half = [day for day in weekdays if is_session(day) and close_of(day) == EARLY_CLOSE]
    return {
        "market-half-days": [day.isoformat() for day in half],
        "market-holidays": [day.isoformat() for day in weekdays if not is_session(day)],
    }


def _current(name: str, now_ns: int, state: str) -> Item:
    day = session_of(now_ns)
    item: Item = {
        "instrument-collection": name,
        "state": state,
        "next-session": _session(name, next_session(day)),
        "previous-session": _session(name, previous_session(day)),
    }
    if day == local_date(now_ns):
        times = _session(name, day)
        item |= {key: times[key] for key in ("start-at", "open-at", "close-at", "close-at-ext")}
    return item


def _session(name: str, day: date) -> Item:
    return {
        "instrument-collection": name,
        "session-date": day.isoformat(),
        "start-at": _stamp(open_ns(day) - _EARLY_NS),
        "open-at": _stamp(open_ns(day)),
        "close-at": _stamp(close_ns(day)),
        "close-at-ext": _stamp(close_ns(day) + 4 * 3600 * _NS),
    }


def _stamp(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns // _NS, UTC):%Y-%m-%dT%H:%M:%S}.000+00:00"
