"""REST of option market data.

Paths, parameters and limits: Alpaca market data documentation, "Option chain", "Option snapshots",
"Latest quotes", "Latest trades", "Historical bars", "Historical trades".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.model.options import parse_osi
from quantdeck.sims.alpaca.bars import bars_of_trades, session_bar
from quantdeck.sims.alpaca.option_values import (
    EXCHANGES,
    QUOTE_CONDITIONS,
    TRADE_CONDITIONS,
    OptionValues,
)
from quantdeck.sims.alpaca.paging import Rows, Wanted, series_page
from quantdeck.sims.alpaca.query import page_token
from quantdeck.sims.alpaca.refusals import Refusal
from quantdeck.sims.alpaca.stamps import rfc3339
from quantdeck.sims.alpaca.timeframes import Timeframe
from quantdeck.sims.alpaca.venue import DELAY_NS
from quantdeck.sims.options import sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.sims.alpaca.query import Query
    from quantdeck.sims.alpaca.venue import Venue
    from quantdeck.sims.noise import IntArray
    from quantdeck.sims.options.listed import Listed

Values = dict[str, Any]
FEEDS = ("opra", "indicative")
HISTORY_SESSIONS = 10
"""Option history is kept for so many sessions."""


class OptionRest:
    """Answers requests for option data; every method takes the query and parts of the path.

    Parameters
    ----------
    venue : Venue
        The market.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._values = OptionValues(venue, rfc3339)

    def chain(self, query: Query, underlying: str) -> Values:
        """Return the snapshots of an underlying's contracts."""
        found = self._venue.listed
        rows = filtered(query, found, found.rows_of_underlying(underlying))
        return self._snapshots(query, found, rows)

    def snapshots(self, query: Query) -> Values:
        """Return the snapshots of symbols."""
        found = self._venue.listed
        return self._snapshots(query, found, self._rows(query, found))

    def latest_quotes(self, query: Query) -> Values:
        """Return the quotes in force."""
        indicative = self._is_indicative(query)
        found = self._venue.listed
        rows = self._rows(query, found)
        quotes = self._values.quotes(found, rows, indicative=indicative)
        return {"quotes": dict(zip(_symbols(found, rows), quotes, strict=True))}

    def latest_trades(self, query: Query) -> Values:
        """Return the last trades."""
        indicative = self._is_indicative(query)
        found = self._venue.listed
        trades = self._values.latest_trades(found, self._rows(query, found), indicative=indicative)
        return {"trades": {found.symbols[row]: trade for row, trade in trades.items()}}

    def bars(self, query: Query) -> Values:
        """Return candles, by symbol and then by time."""
        frame = Timeframe(query.text("timeframe") or "")

        def bars_of(found: Listed, row: IntArray, span: tuple[int, int]) -> Rows:
            if not frame.is_fine:
                whole = session_bar(self._venue.market, found, row, span[1])
                return [(bar.start_ns, bar.written(rfc3339)) for bar in whole.values()]
            made = self._venue.market.trades(found, row, *span)
            bars = bars_of_trades(made, frame.start_of)
            return [(start, bar.written(rfc3339)) for (_, start), bar in bars.items()]

        return self._history(query, "bars", bars_of)

    def trades(self, query: Query) -> Values:
        """Return trades, by symbol and then by time."""

        def trades_of(found: Listed, row: IntArray, span: tuple[int, int]) -> Rows:
            made = self._venue.market.trades(found, row, *span)
            stamps: list[int] = made.ts_ns.tolist()
            return list(zip(stamps, self._values.trades(made), strict=True))

        return self._history(query, "trades", trades_of)

    def exchanges(self, _query: Query) -> Values:
        """Return the letters of the exchanges."""
        return dict(EXCHANGES)

    def conditions(self, _query: Query, kind: str) -> Values:
        """Return the letters of trade or quote conditions."""
        tables = {"trade": TRADE_CONDITIONS, "quote": QUOTE_CONDITIONS}
        if kind not in tables:
            raise Refusal(400, f"invalid tick type: {kind}")
        return dict(tables[kind])

    def _is_indicative(self, query: Query) -> bool:
        has_opra = self._venue.plan.has_opra
        feed = query.choice("feed", FEEDS) or ("opra" if has_opra else "indicative")
        if feed == "opra" and not has_opra:
            raise Refusal(403, "OPRA agreement is not signed")
        return feed == "indicative"

    def _rows(self, query: Query, found: Listed) -> IntArray:
        known = [found.ids[symbol] for symbol in query.symbols() if symbol in found.ids]
        return self._venue.present(found, np.array(known, dtype=np.int64))

    def _snapshots(self, query: Query, found: Listed, rows: IntArray) -> Values:
        limit = query.limit(default=100, most=1000)
        indicative = self._is_indicative(query)
        rows = self._venue.by_symbol(found, self._venue.present(found, rows))
        rows = self._updated_since(query, found, rows)
        after = (query.cursor() or [""])[0]
        rows, last = self._venue.page(found, rows, after, limit)
        values = self._values.snapshots(found, rows, indicative=indicative)
        return {
            "snapshots": dict(zip(_symbols(found, rows), values, strict=True)),
            "next_page_token": None if last is None else page_token(last, 1),
        }

    def _updated_since(self, query: Query, found: Listed, rows: IntArray) -> IntArray:
        since = query.instant("updated_since")
        if since is None or not len(rows):
            return rows
        now = self._venue.market_ns()
        quoted = self._venue.market.quotes(found, rows, now).ts_ns >= since
        traded = self._venue.market.last_trades(found, rows, now)
        return rows[quoted | ((traded.ts_ns >= since) & (traded.size > 0))]

    def _span(self, query: Query) -> tuple[int, int]:
        now = self._venue.market_ns() - (0 if self._venue.plan.has_opra else DELAY_NS)
        today = sessions.instant(sessions.local_date(now), sessions.MIDNIGHT)
        return query.span(start_ns=today, end_ns=now)

    def _history(
        self,
        query: Query,
        name: str,
        rows_of: Callable[[Listed, IntArray, tuple[int, int]], Rows],
    ) -> Values:
        limit, span = query.limit(default=1000, most=10_000), self._span(query)

        def wanted_of(symbol: str, wanted: Wanted) -> Rows:
            return wanted.of(self._of_sessions(symbol, span, rows_of))

        page, token = series_page(query, query.symbols(), wanted_of, limit=limit)
        return {name: page, "next_page_token": token}

    def _of_sessions(
        self,
        symbol: str,
        span: tuple[int, int],
        rows_of: Callable[[Listed, IntArray, tuple[int, int]], Rows],
    ) -> Rows:
        after, until = span
        session = sessions.session_of(until)
        rows: Rows = []
        for _ in range(HISTORY_SESSIONS):
            found = self._venue.market.contracts_at(session)
            if found.end_ns <= after:
                break
            row = found.ids.get(symbol)
            part = max(after, found.start_ns), min(until, found.end_ns)
            if row is not None and part[1] > part[0]:
                rows += rows_of(found, np.array([row]), part)
            session = sessions.previous_session(session)
        return rows


def filtered(query: Query, found: Listed, rows: IntArray) -> IntArray:
    """Return the rows that the filters of a query leave.

    Parameters
    ----------
    query : Query
        ``type``, ``root_symbol``, strikes and expiries.
    found : Listed
        Contracts.
    rows : array of int64
        Of these.

    Raises
    ------
    Refusal
        If a filter is malformed.
    """
    right = query.choice("type", ("call", "put"))
    if right is not None:
        rows = rows[found.is_call[rows] == (right == "call")]
    lowest, highest = query.number("strike_price_gte"), query.number("strike_price_lte")
    if lowest is not None:
        rows = rows[found.strike[rows] >= lowest]
    if highest is not None:
        rows = rows[found.strike[rows] <= highest]
    root = query.text("root_symbol")
    exact, first, last = (
        query.day(name)
        for name in ("expiration_date", "expiration_date_gte", "expiration_date_lte")
    )
    places = [
        place
        for place, item in enumerate(found.expiries)
        if (exact is None or item.day == exact)
        and (first is None or item.day >= first)
        and (last is None or item.day <= last)
        and (root is None or parse_osi(found.symbols[_any_row(found, place)])[0] == root)
    ]
    return rows[np.isin(found.expiry[rows], places)]


def _any_row(found: Listed, place: int) -> int:
    return int(np.searchsorted(found.expiry, place))


def _symbols(found: Listed, rows: IntArray) -> list[str]:
    wanted: list[int] = rows.tolist()
    return [found.symbols[row] for row in wanted]
