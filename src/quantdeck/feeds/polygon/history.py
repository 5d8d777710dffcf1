"""Bars of years from Polygon; fulfils `quantdeck.ports.history.HistorySource`.

Prices are asked for as traded, and splits and dividends beside them, so that nothing has to be undone.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.analytics.sessions import us_sessions
from quantdeck.feeds.polygon.bars import Timeframe, bar_pages, midnight_ns, start_ns
from quantdeck.feeds.polygon.dialect import TimeframeNotIncluded
from quantdeck.feeds.polygon.endpoints import DELAY_S, SOURCE
from quantdeck.feeds.polygon.reference import dividends, splits
from quantdeck.feeds.polygon.symbols import checked_symbol, is_option
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.feed import Delay, Provenance
from quantdeck.model.history import HISTORY_DTYPE, ActionKind, CorporateAction, History

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.feeds.polygon.bars import BarRow
    from quantdeck.feeds.polygon.rest import PolygonRest
    from quantdeck.model.feed import RunId
    from quantdeck.model.history import HistoryRows
    from quantdeck.ports.history import HistoryRequest

_LOG = logging.getLogger(__name__)
_NS = 1_000_000_000
_REACHES = (20, 10, 5, 2)
"""Years that plans reach back, the most first."""
_DAY_NS = 86_400 * _NS
AFTER_CLOSE_NS = 4 * 3600 * _NS + 30 * 60 * _NS
"""A day's bar includes what trades after the session, and settles so long after its close. [ns]"""
_TIMEFRAMES = {
    "1m": (Timeframe(1, "minute"), 60 * _NS),
    "1h": (Timeframe(1, "hour"), 3600 * _NS),
    "1d": (Timeframe(1, "day"), _DAY_NS),
}


class PolygonHistory:
    """Reads histories. Owned by whoever owns the REST client.

    Parameters
    ----------
    rest : PolygonRest
        Reads.
    run_id : RunId
        Written on every history.
    simulated : bool
        What answers is a simulator.
    """

    def __init__(self, rest: PolygonRest, *, run_id: RunId, simulated: bool = False) -> None:
        self._rest = rest
        self._run_id = run_id
        self._simulated = simulated

    @property
    def source(self) -> str:
        """Short name of the service."""
        return SOURCE

    async def history(self, request: HistoryRequest) -> History:
        """Return bars as traded, that have ended, with the actions of the span.

        Where the plan does not reach back to the beginning of the span, the bars begin where it does.

        Raises
        ------
        BadInput
            If the symbol or the interval is unknown.
        NoData
            If the vendor has nothing of the span.
        NotEntitled
            If the plan includes no bars, or reaches back to none of the span.
        VenueError
            If it cannot be fetched now.
        """
        found = await self._within_reach(request)
        return replace(found, actions=await self._actions(found.symbol, found.rows))

    async def bars(self, request: HistoryRequest) -> History:
        """Return bars as `history` does, without actions.

        Raises
        ------
        BadInput
            If the symbol or the interval is unknown.
        NoData
            If the vendor has nothing of the span.
        NotEntitled
            If the plan includes no bars, or does not reach back so far.
        VenueError
            If it cannot be fetched now.
        """
        symbol = checked_symbol(request.symbol)
        if request.interval not in _TIMEFRAMES:
            raise BadInput(
                f"{SOURCE} has no bars of {request.interval!r} here; there are "
                f"{', '.join(_TIMEFRAMES)}"
            )
        timeframe, _ = _TIMEFRAMES[request.interval]
        now_ns = self._rest.clock.now_ns()
        span_ns = (max(0, request.start_ns), min(request.end_ns, now_ns))
        rows: list[BarRow] = []
        is_delayed, fetched_ns = False, now_ns
        if span_ns[0] < span_ns[1]:
            pages = bar_pages(self._rest, symbol, timeframe, span_ns=span_ns, adjusted=False)
            async for chunk in pages:
                rows += chunk.rows
                is_delayed |= chunk.is_delayed
                # An answer that was kept is as old as it is.
                fetched_ns = min(fetched_ns, chunk.fetched_ns)
        found = packed(rows, request.interval, now_ns, late_s=DELAY_S if is_delayed else 0.0)
        if not len(found):
            raise NoData(f"{SOURCE} has no bars of {symbol} in this span; ask for another")
        delay = Delay.DELAYED if is_delayed else Delay.REALTIME
        return History(
            symbol=symbol,
            interval=request.interval,
            rows=found,
            provenance=Provenance(
                SOURCE, Delay.SIMULATED if self._simulated else delay, self._run_id
            ),
            feed="delayed" if is_delayed else "",
            fetched_ns=fetched_ns,
            currency="USD",
            calendar="XNYS",
        )

    # No endpoint tells how far a plan reaches back: it is tried, and a refusal is remembered.
    async def _within_reach(self, request: HistoryRequest) -> History:
        known, now_ns = self._rest.entitlements, self._rest.clock.now_ns()
        market = "options" if is_option(checked_symbol(request.symbol)) else "stocks"
        asked, said = request, "as known from before"
        for years in _REACHES:
            reach_ns = now_ns - (years * 365 - 1) * _DAY_NS
            if asked.start_ns >= reach_ns:
                continue
            name = f"bars of {market} of more than {years} years ago"
            if known.refused(name) is None:
                try:
                    return await self.bars(asked)
                except TimeframeNotIncluded as error:
                    said = str(error)
                    known.note(name, allowed=False, said=said)
            if asked.end_ns <= reach_ns:
                raise TimeframeNotIncluded(
                    SOURCE, f"the plan does not reach back to {date_of(asked.end_ns)}: {said}"
                )
            asked = msgspec.structs.replace(asked, start_ns=reach_ns)
        found = await self.bars(asked)
        if asked.start_ns > request.start_ns:
            first = date_of(asked.start_ns)
            _LOG.warning("%s: the plan has bars of %s from %s on", SOURCE, request.symbol, first)
        return found

    async def _actions(self, symbol: str, rows: HistoryRows) -> tuple[CorporateAction, ...]:
        if is_option(symbol):
            return ()
        starts: Sequence[int] = rows["start_ns"].tolist()
        span = date_of(starts[0]), date_of(starts[-1])
        found = await split_actions(self._rest, symbol, span)
        found += await dividend_actions(self._rest, symbol, span)
        return tuple(sorted(found))


async def split_actions(
    rest: PolygonRest, symbol: str, days: tuple[date, date]
) -> list[CorporateAction]:
    """Return the splits from one day to another, both included, oldest first.

    Raises
    ------
    NotEntitled, VenueError
        If they cannot be had.
    """
    return [
        CorporateAction(midnight_ns(each.execution_date), ActionKind.SPLIT, each.ratio)
        for each in await splits(rest, symbol, first=days[0], last=days[1])
    ]


async def dividend_actions(
    rest: PolygonRest, symbol: str, days: tuple[date, date]
) -> list[CorporateAction]:
    """Return the cash dividends from one day to another, both included, oldest first.

    Raises
    ------
    NotEntitled, VenueError
        If they cannot be had.
    """
    return [
        CorporateAction(midnight_ns(each.ex_dividend_date), ActionKind.DIVIDEND, each.cash_amount)
        for each in await dividends(rest, symbol, first=days[0], last=days[1])
        if each.cash_amount > 0
    ]


def packed(rows: Sequence[BarRow], interval: str, now_ns: int, *, late_s: float) -> HistoryRows:
    """Return bars that have ended as rows of a history, each start once, the last told.

    Parameters
    ----------
    rows : sequence of BarRow
        In any order.
    interval : str
        ``1m``, ``1h`` or ``1d``.
    now_ns : int
        The present, UTC. [ns]
    late_s : float
        How late the plan's data are. [s]

    Returns
    -------
    structured array of dtype `HISTORY_DTYPE`
        Without bars that lack a price.
    """
    timeframe, length_ns = _TIMEFRAMES[interval]
    known_ns = now_ns - int(late_s * _NS)
    made = np.zeros(len(rows), HISTORY_DTYPE)
    if timeframe.is_of_days:
        made["start_ns"] = [start_ns(row, timeframe) for row in rows]
    else:
        made["start_ns"] = np.array([row.t for row in rows], np.int64) * 1_000_000
    # What is absent becomes NaN. Column by column is twice as fast as row by row.
    made["open"] = np.array([row.o for row in rows], np.float64)
    made["high"] = np.array([row.h for row in rows], np.float64)
    made["low"] = np.array([row.l for row in rows], np.float64)
    made["close"] = np.array([row.c for row in rows], np.float64)
    made["volume"] = np.array([row.volume for row in rows], np.float64)
    prices = made["open"] + made["high"] + made["low"] + made["close"]
    whole = np.asarray(np.isfinite(prices))
    if timeframe.is_of_days:
        ended = [_has_ended(at, known_ns) for at in made["start_ns"].tolist()]
        whole &= np.array(ended, np.bool_)
    else:
        whole &= made["start_ns"] + length_ns <= known_ns
    # From behind, so that of several the last told is the one found.
    kept = made[whole][::-1]
    _, places = np.unique(kept["start_ns"], return_index=True)
    return kept[places]


def _has_ended(at_ns: int, known_ns: int) -> bool:
    if at_ns + 2 * _DAY_NS <= known_ns:
        return True
    sessions = us_sessions()
    place = int(np.searchsorted(sessions.days, np.datetime64(date_of(at_ns), "D")))
    return int(sessions.close_ns[place]) + AFTER_CLOSE_NS <= known_ns


def date_of(time_ns: int) -> date:
    """Return the date of a time, UTC.

    Examples
    --------
    >>> date_of(1_795_132_800_000_000_000)
    datetime.date(2026, 11, 20)
    """
    return datetime.fromtimestamp(time_ns // _NS, UTC).date()
