"""Fetches the sessions of a span that are missing among the bars that are kept, and those alone."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.analytics.sessions import Sessions, us_sessions
from quantdeck.jobs.collect_bars import united
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.history import INTERVALS_NS, History
from quantdeck.ports.history import HistoryRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.analytics.types import IntArray
    from quantdeck.model.history import CorporateAction, HistoryRows
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.history import HistorySource, HistoryStore

ROUND_THE_CLOCK = "24/7"
"""Calendar of markets that never close."""

_DAY_NS = INTERVALS_NS["1d"]
# Data of most plans are a quarter of an hour late.
_LATE_NS = 1200 * 1_000_000_000


class BackfillRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which sessions are to be there.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    first, last : datetime.date
        Days, both included.
    interval : str
        One of `quantdeck.model.history.INTERVALS_NS`.
    calendar : str
        ``XNYS``, or ``24/7`` where every day is a session.

    Raises
    ------
    BadInput
        If the days are in the wrong order, or there is no such interval.
    """

    symbol: str
    first: date
    last: date
    interval: str = "1d"
    calendar: str = "XNYS"

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BadInput(f"{self.last} is before {self.first}; name the earlier day first")
        if self.interval not in INTERVALS_NS:
            known = ", ".join(INTERVALS_NS)
            raise BadInput(f"--interval {self.interval!r} is not kept; there are {known}")


class BackfillReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was missing and what came.

    Parameters
    ----------
    symbol, interval, source : str
        Of the bars.
    first, last : datetime.date
        As asked.
    expected : int
        Sessions of the span that have ended.
    missing : tuple of datetime.date
        Of these, the sessions without a bar.
    filled : tuple of datetime.date
        Of the missing ones, those that came.
    absent : tuple of datetime.date
        Of the missing ones, those of which the vendor has nothing.
    unended : int
        Sessions of the span that have not ended.
    bars : int
        Bars that came.
    """

    symbol: str
    interval: str
    source: str
    first: date
    last: date
    expected: int
    missing: tuple[date, ...] = ()
    filled: tuple[date, ...] = ()
    absent: tuple[date, ...] = ()
    unended: int = 0
    bars: int = 0


def sessions_between(calendar: str, first: date, last: date, now_ns: int) -> tuple[list[date], int]:
    """Return the sessions from one day to another that have ended, and how many have not.

    Parameters
    ----------
    calendar : str
        ``24/7``, or that of the US stock exchanges.
    first, last : datetime.date
        Both included.
    now_ns : int
        The time, UTC. [ns]

    Raises
    ------
    BadInput
        If the calendar does not reach so far.

    Examples
    --------
    >>> sessions_between("24/7", date(2026, 1, 1), date(2026, 1, 3), 1_767_312_000 * 10**9)
    ([datetime.date(2026, 1, 1)], 2)
    """
    if calendar == ROUND_THE_CLOCK:
        days = [first + timedelta(n) for n in range((last - first).days + 1)]
        ends = [_midnight_ns(each) + _DAY_NS for each in days]
    else:
        known = us_sessions()
        _check(known, first, last)
        low, high = np.searchsorted(known.days, [np.datetime64(first), np.datetime64(last + _ONE)])
        days = [each.astype(object) for each in known.days[low:high]]
        ends = [each + _LATE_NS for each in known.close_ns[low:high].tolist()]
    ended = [day for day, end in zip(days, ends, strict=True) if end <= now_ns]
    return ended, len(days) - len(ended)


async def backfill(
    store: HistoryStore,
    source: HistorySource,
    request: BackfillRequest,
    *,
    clock: Clock,
    tell: Callable[[str], None] = lambda _: None,
) -> BackfillReport:
    """Fetch the sessions that are missing, keep them, and leave the others as they are.

    Parameters
    ----------
    store : HistoryStore
        Keeps; called in threads.
    source : HistorySource
        Who is asked; nobody if nothing is missing.
    request : BackfillRequest
        Which sessions.
    clock : Clock
        Where the time comes from.
    tell : callable
        Takes what is being done, in words.

    Raises
    ------
    BadInput
        If the vendor does not know the symbol, or the calendar does not reach so far.
    StoreError
        If the disk refuses.
    VenueError
        If the vendor cannot be asked now.
    """
    ended, unended = sessions_between(request.calendar, request.first, request.last, clock.now_ns())
    known = await asyncio.to_thread(_read, store, source.source, request)
    there: set[date] = set() if known is None else _days_of(known.rows)
    missing = [day for day in ended if day not in there]
    report = BackfillReport(
        symbol=request.symbol,
        interval=request.interval,
        source=source.source,
        first=request.first,
        last=request.last,
        expected=len(ended),
        missing=tuple(missing),
        unended=unended,
    )
    if not missing:
        return report
    tell(f"asking {source.source} for {request.symbol}, {missing[0]} to {missing[-1]}")
    span = _span(known, missing, request.interval)
    try:
        found = await source.history(HistoryRequest(request.symbol, request.interval, *span))
    except NoData:
        return msgspec.structs.replace(report, absent=tuple(missing))
    wanted = np.isin(_day_starts(found.rows), [_midnight_ns(day) for day in missing])
    new = found.rows[wanted]
    came = _days_of(new)
    if len(new):
        await asyncio.to_thread(store.keep, _whole(known, found, new))
    return msgspec.structs.replace(
        report,
        filled=tuple(day for day in missing if day in came),
        absent=tuple(day for day in missing if day not in came),
        bars=len(new),
    )


_ONE = timedelta(1)


def _read(store: HistoryStore, source: str, request: BackfillRequest) -> History | None:
    try:
        return store.read(request.symbol, request.interval, source=source)
    except NoData:
        return None


# Of days up to the next ones that are kept: splits and dividends come with the span.
def _span(known: History | None, missing: Sequence[date], interval: str) -> tuple[int, int]:
    first, last = _midnight_ns(missing[0]), _midnight_ns(missing[-1])
    if known is not None and interval == "1d":
        starts: list[int] = known.rows["start_ns"].tolist()
        first = max((each for each in starts if each < first), default=first)
        last = min((each for each in starts if each > last), default=last)
    return first, last + _DAY_NS


# All that is kept is told again, so that what lies between the new bars stays.
def _whole(known: History | None, found: History, new: HistoryRows) -> History:
    rows = new if known is None else united(known.rows, new)
    first, end = int(found.rows["start_ns"][0]), int(found.rows["start_ns"][-1]) + _DAY_NS
    before: tuple[CorporateAction, ...] = () if known is None else known.actions
    others = [each for each in before if not first <= each.ex_ns < end]
    return History(
        symbol=found.symbol,
        interval=found.interval,
        rows=rows,
        provenance=found.provenance,
        feed=found.feed,
        fetched_ns=found.fetched_ns,
        currency=found.currency,
        calendar=found.calendar,
        actions=tuple(sorted({*others, *found.actions})),
    )


def _day_starts(rows: HistoryRows) -> IntArray:
    starts: IntArray = rows["start_ns"]
    return starts // _DAY_NS * _DAY_NS


def _days_of(rows: HistoryRows) -> set[date]:
    starts = np.unique(_day_starts(rows)).astype("datetime64[ns]")
    return set(starts.astype("datetime64[D]").astype(object).tolist())


def _midnight_ns(day: date) -> int:
    return (day - date(1970, 1, 1)).days * _DAY_NS


def _check(known: Sessions, first: date, last: date) -> None:
    for day in (first, last):
        known.on_or_before(day)
    if np.datetime64(last) > known.days[-1]:
        raise BadInput(f"the exchange calendar ends on {known.days[-1]}; ask within it")
