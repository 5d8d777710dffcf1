"""Bars of years from Yahoo; fulfils `quantdeck.ports.history.HistorySource`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.feeds.yahoo.access import SOURCE
from quantdeck.feeds.yahoo.chart import DAY_NS, actions_of, rows_of, splits_of
from quantdeck.feeds.yahoo.exchanges import calendar_of
from quantdeck.feeds.yahoo.symbols import checked_symbol, yahoo_symbol
from quantdeck.model.errors import BadInput, NoData, VenueError
from quantdeck.model.history import INTERVALS_NS, History
from quantdeck.model.instruments import venue_of
from quantdeck.model.options import UNDERLYING_VENUE

if TYPE_CHECKING:
    from quantdeck.feeds.yahoo.rest import YahooRest
    from quantdeck.feeds.yahoo.wire import ChartResult
    from quantdeck.model.feed import Provenance
    from quantdeck.model.history import HistoryRows
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.history import HistoryRequest

_NS = 1_000_000_000
_REACH_DAYS = {"1m": 29, "1h": 729}
"""How far back Yahoo has bars within a day. [days]"""

_PAGE_DAYS = {"1m": 7}
_FRESH_S = {"1m": 30.0, "1h": 300.0, "1d": 900.0}
_DOLLAR = "USD"


class YahooHistory:
    """Bars as traded, with the splits and dividends of their span.

    Parameters
    ----------
    rest : YahooRest
        What is asked.
    provenance : Provenance
        Written on every history.
    clock : Clock
        Tells what has ended.
    """

    def __init__(self, rest: YahooRest, *, provenance: Provenance, clock: Clock) -> None:
        self._rest, self._provenance, self._clock = rest, provenance, clock

    @property
    def source(self) -> str:
        """Short name of the service."""
        return SOURCE

    async def history(self, request: HistoryRequest) -> History:
        """Return bars as traded, that have ended, with the actions of the span.

        Yahoo has minutes of the last 29 days and hours of the last 729; what is asked for before that is
        left out. It is asked up to now whatever the end is, since its prices are in today's shares.

        Raises
        ------
        BadInput
            If Yahoo does not know the symbol, or there is no such interval.
        NoData
            If it has nothing of the span.
        VenueError
            If it cannot be asked now; `RateLimited` says when it can.
        """
        symbol = checked_symbol(request.symbol)
        if request.interval not in INTERVALS_NS:
            known = ", ".join(INTERVALS_NS)
            raise BadInput(f"{SOURCE} has no bars of {request.interval!r} here; there are {known}")
        now_ns = self._clock.now_ns()
        start_ns = self._first_ns(symbol, request, now_ns)
        charts = await self._charts(symbol, request.interval, start_ns, now_ns)
        self._check_currency(symbol, charts[0])
        splits = splits_of(charts)
        rows = _joined([rows_of(each, request.interval, splits, now_ns=now_ns) for each in charts])
        rows = rows[(rows["start_ns"] >= request.start_ns) & (rows["start_ns"] < request.end_ns)]
        if not len(rows):
            raise NoData(f"{SOURCE} has no bars of {symbol} ({request.interval}) in this span")
        first_day = int(rows["start_ns"][0]) // DAY_NS * DAY_NS
        last_ns = int(rows["start_ns"][-1])
        return History(
            symbol=symbol,
            interval=request.interval,
            rows=rows,
            provenance=self._provenance,
            fetched_ns=now_ns,
            currency=charts[0].meta.currency or "",
            calendar=calendar_of(charts[0].meta),
            actions=tuple(
                each for each in actions_of(charts, splits) if first_day <= each.ex_ns <= last_ns
            ),
        )

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        await self._rest.close()

    def _first_ns(self, symbol: str, request: HistoryRequest, now_ns: int) -> int:
        reach = _REACH_DAYS.get(request.interval)
        if reach is None:
            return request.start_ns
        first_ns = now_ns - reach * DAY_NS
        if request.end_ns <= first_ns:
            raise NoData(
                f"{SOURCE} has bars of {request.interval} of the last {reach} days only, those of "
                f"{symbol} were asked for before that; take 1d"
            )
        return max(request.start_ns, first_ns)

    async def _charts(
        self, symbol: str, interval: str, start_ns: int, now_ns: int
    ) -> list[ChartResult]:
        # Whole days, so that the same question is the same a little later.
        end_s = (now_ns // DAY_NS + 1) * DAY_NS // _NS
        # Dates begin before UTC's do in the east.
        first_s = (start_ns // DAY_NS - 1) * DAY_NS // _NS
        if interval in _REACH_DAYS:
            first_s = max(
                first_s, (now_ns - _REACH_DAYS[interval] * DAY_NS) // _NS // 3_600 * 3_600
            )
        page_s = _PAGE_DAYS.get(interval, 100_000) * DAY_NS // _NS
        asked = f"bars of {symbol}"
        charts: list[ChartResult] = []
        at_s = first_s
        while at_s < end_s:
            query = {
                "period1": at_s,
                "period2": min(at_s + page_s, end_s),
                "interval": interval,
                "includePrePost": "false",
                "events": "div,splits,capitalGains",
            }
            charts.append(
                await self._rest.chart(
                    yahoo_symbol(symbol), query, asked=asked, fresh_s=_FRESH_S[interval]
                )
            )
            at_s += page_s
        return charts

    def _check_currency(self, symbol: str, chart: ChartResult) -> None:
        told = chart.meta.currency
        is_dollars = venue_of(symbol) == UNDERLYING_VENUE or symbol.endswith(f"-{_DOLLAR}")
        if is_dollars and told not in (None, _DOLLAR):
            raise VenueError(
                SOURCE,
                f"bars of {symbol} came in {told} instead of {_DOLLAR}; they are not taken, ask again later",
            )


def _joined(parts: list[HistoryRows]) -> HistoryRows:
    rows = np.concatenate(parts)
    # Pages may share a bar at their border.
    return rows[np.unique(rows["start_ns"], return_index=True)[1]]
