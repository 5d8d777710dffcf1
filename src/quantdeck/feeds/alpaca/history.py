"""The past of Alpaca's stocks by REST: executions and bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.feeds.alpaca.endpoints import STOCK_GRADES
from quantdeck.feeds.alpaca.prints import print_flags
from quantdeck.feeds.alpaca.requests import (
    BarPage,
    StockTradePage,
    StockTradeRow,
    rfc3339,
    rfc3339_ns,
)
from quantdeck.model.errors import BadMessage
from quantdeck.model.events import BAR_DTYPE, Flag, Rows
from quantdeck.model.feed import Delay
from quantdeck.model.instruments import root_of

if TYPE_CHECKING:
    from quantdeck.feeds.alpaca.endpoints import Grade
    from quantdeck.feeds.alpaca.requests import BarRow
    from quantdeck.feeds.alpaca.rest import AlpacaRest
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink

DELAY_S = 900.0
"""Delayed data are so late, and a plan without real-time data of all venues asks for none newer. [s]"""

_NS = 1_000_000_000
_MARGIN_S = 30.0
_PER_PAGE = 10_000
_TIMEFRAMES = {"1m": "1Min", "5m": "5Min"}
# From the close before a long week-end to the opening after it.
_CLOSED_NS = 5 * 86_400 * _NS
_SOURCE = "alpaca"
_FETCHED = int(Flag.REPAIRED)


def behind_s(grade: Grade) -> float:
    """Return how far behind the market a grade's data are. [s]."""
    return DELAY_S + _MARGIN_S if grade.delay is Delay.DELAYED else 0.0


class AlpacaHistory:
    """The past of stocks. Owned by their feed; fulfils `quantdeck.feeds.past_bars.BarHistory`.

    Parameters
    ----------
    rest : AlpacaRest
        Reads.
    grade : Grade
        Quality of the data. Of delayed ones the past is that of all venues, up to the delay.
    instruments : InstrumentTable
        Ids of canonical symbols.
    clock : Clock
        Stamps the receipt.
    """

    def __init__(
        self, rest: AlpacaRest, grade: Grade, *, instruments: InstrumentTable, clock: Clock
    ) -> None:
        self._rest = rest
        self._table = instruments
        self._clock = clock
        self._behind_ns = int(behind_s(grade) * _NS)
        self._feed = (STOCK_GRADES["sip"] if self._behind_ns else grade).name

    async def bars(self, symbol: str, interval: str, *, start_ns: int, end_ns: int) -> Rows:
        """Return the newest bars before `end_ns`, oldest first, as many as the span has intervals.

        Most of the time a market is closed, so these may begin long before `start_ns`.

        Parameters
        ----------
        symbol : str
            Canonical symbol.
        interval : str
            ``1m`` or ``5m``.
        start_ns, end_ns : int
            Range, UTC. [ns]

        Returns
        -------
        structured array of dtype `BAR_DTYPE`
            `seq` is the end of the interval [ms]. Sessions are not adjusted for splits: a minute's
            price is the one that was paid.

        Raises
        ------
        BadInput, VenueError
            If they cannot be had.
        """
        length_ns = {"1m": 60 * _NS, "5m": 300 * _NS}[interval]
        count = (end_ns - start_ns) // length_ns
        params = {
            "symbols": root_of(symbol),
            "timeframe": _TIMEFRAMES[interval],
            "start": rfc3339(max(0, start_ns - _CLOSED_NS)),
            # The vendor includes the end.
            "end": rfc3339(self._newest_ns(end_ns - 1)),
            "feed": self._feed,
            "adjustment": "raw",
            "sort": "desc",
        }
        found: list[BarRow] = []
        token: str | None = ""
        while token is not None and len(found) < count:
            more = {**params, "limit": min(_PER_PAGE, count - len(found))}
            paged = {**more, "page_token": token} if token else more
            page = await self._rest.ask("/v2/stocks/bars", paged, shape=BarPage)
            found += (page.bars or {}).get(root_of(symbol), [])
            token = page.next_page_token or None
        recv_ns, number = self._clock.now_ns(), self._table.id_of(symbol)
        flags = int(Flag.CLOSED)
        rows: list[tuple[object, ...]] = []
        for bar in reversed(found):
            at_ns = time_ns(bar.t)
            end_ms = (at_ns + length_ns) // 1_000_000
            prices = (bar.o, bar.h, bar.l, bar.c, bar.v, bar.n)
            rows.append((at_ns, recv_ns, end_ms, *prices, length_ns, number, flags, b""))
        return np.array(rows, dtype=BAR_DTYPE)

    async def trades(
        self, symbol: str, *, since_ns: int, most: int, at_least: int, sink: EventSink
    ) -> int:
        """Put the newest executions into a sink, oldest first, flagged as repaired.

        Parameters
        ----------
        symbol : str
            Canonical symbol.
        since_ns : int
            Earliest event, UTC. [ns]
        most : int
            How many at most; the newest.
        at_least : int
            So many are taken even if they are older: the market may be closed.
        sink : EventSink
            Where they go; nothing is put before all have come.

        Returns
        -------
        int
            How many there were.

        Raises
        ------
        BadInput, VenueError
            If they cannot be had.
        """
        now_ns = self._clock.now_ns()
        params = {
            "symbols": root_of(symbol),
            "start": rfc3339(since_ns - (_CLOSED_NS if at_least else 0)),
            "end": rfc3339(self._newest_ns(now_ns)),
            "feed": self._feed,
            "sort": "desc",
        }
        found: list[tuple[int, StockTradeRow]] = []
        token: str | None = ""
        while token is not None and len(found) < most:
            limit = min(_PER_PAGE, most - len(found), max(1000, at_least))
            more = {**params, "limit": limit}
            paged = {**more, "page_token": token} if token else more
            page = await self._rest.ask("/v2/stocks/trades", paged, shape=StockTradePage)
            rows = (page.trades or {}).get(root_of(symbol), [])
            found += [(time_ns(row.t), row) for row in rows]
            token = page.next_page_token or None
            if found and len(found) >= at_least and found[-1][0] < since_ns:
                break
        newer = sum(ts >= since_ns for ts, _ in found)
        chosen = found[: max(newer, min(at_least, len(found)))]
        number, recv_ns = self._table.id_of(symbol), self._clock.now_ns()
        for ts, row in reversed(chosen):
            if row.p and row.s:
                flags = _FETCHED | print_flags(row.c, row.z)
                sink.trade(ts, recv_ns, row.i, row.p, row.s, number, 0, flags)
        return len(chosen)

    def _newest_ns(self, wanted_ns: int) -> int:
        return min(wanted_ns, self._clock.now_ns() - self._behind_ns)


def time_ns(text: str) -> int:
    """Return the time that the vendor wrote, in ns UTC.

    Raises
    ------
    BadMessage
        If it is none.
    """
    try:
        return rfc3339_ns(text)
    except ValueError as error:
        raise BadMessage(_SOURCE, str(error), text.encode()) from None
