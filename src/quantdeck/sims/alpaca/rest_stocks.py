"""REST of stock market data and news.

Paths and parameters: Alpaca market data documentation, "Stock Pricing Data" and "News".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quantdeck.sims.alpaca.news import news_between
from quantdeck.sims.alpaca.paging import Rows, Wanted, series_page
from quantdeck.sims.alpaca.query import page_token
from quantdeck.sims.alpaca.refusals import Refusal
from quantdeck.sims.alpaca.stamps import rfc3339
from quantdeck.sims.alpaca.stocks import (
    BEAT_NS,
    STOCK_EXCHANGES,
    STOCK_QUOTE_CONDITIONS,
    STOCK_SCALES,
    STOCK_TRADE_CONDITIONS,
    TEST_SYMBOL,
    TRADE_NS,
    Stocks,
)
from quantdeck.sims.alpaca.timeframes import MINUTE_NS, Timeframe
from quantdeck.sims.alpaca.venue import DELAY_NS
from quantdeck.sims.options import sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.sims.alpaca.bars import Bar
    from quantdeck.sims.alpaca.query import Query
    from quantdeck.sims.alpaca.venue import Venue

Values = dict[str, Any]
_FEEDS = ("sip", "iex", "delayed_sip", "otc", "boats", "overnight")
_HISTORY_NS = 10 * 86_400_000_000_000
_DAY_NS = 86_400_000_000_000
_BARS_NS = 400 * _DAY_NS
_EVER = 2**62


class StockRest:
    """Answers requests for stocks and news; every method takes the query.

    Parameters
    ----------
    venue : Venue
        The market.
    stocks : Stocks
        Prices.
    """

    def __init__(self, venue: Venue, stocks: Stocks) -> None:
        self._venue, self._stocks = venue, stocks

    def latest_quotes(self, query: Query) -> Values:
        """Return the quotes in force."""
        now = self._now_ns(query)
        quotes = {symbol: self._stocks.latest_quote(symbol, now) for symbol in _known(query)}
        return {"quotes": {symbol: _stamped(item) for symbol, item in quotes.items()}}

    def latest_trades(self, query: Query) -> Values:
        """Return the last trades."""
        now = self._now_ns(query)
        trades = {symbol: self._stocks.latest_trade(symbol, now) for symbol in _known(query)}
        return {"trades": {symbol: _stamped(item) for symbol, item in trades.items()}}

    def latest_bars(self, query: Query) -> Values:
        """Return the last whole minute."""
        start = self._now_ns(query) // MINUTE_NS * MINUTE_NS - MINUTE_NS
        bars = {symbol: self._stocks.minute_bar(symbol, start) for symbol in _known(query)}
        return {"bars": {symbol: bar.written(rfc3339) for symbol, bar in bars.items()}}

    def snapshots(self, query: Query) -> Values:
        """Return latest trade, quote and candles, by symbol."""
        now = self._now_ns(query)
        minute = now // MINUTE_NS * MINUTE_NS
        frame = Timeframe("1Day")
        today = frame.start_of(now)
        before = sessions.previous_session(sessions.local_date(now))
        yesterday = sessions.instant(before, sessions.MIDNIGHT)
        found: Values = {}
        for symbol in _known(query):
            day, previous = (self._bar(symbol, frame, start, now) for start in (today, yesterday))
            found[symbol] = {
                "latestTrade": _stamped(self._stocks.latest_trade(symbol, now)),
                "latestQuote": _stamped(self._stocks.latest_quote(symbol, now)),
                "minuteBar": self._stocks.minute_bar(symbol, minute, now).written(rfc3339),
                "dailyBar": day.written(rfc3339),
                "prevDailyBar": previous.written(rfc3339),
            }
        return found

    def bars(self, query: Query) -> Values:
        """Return candles, by symbol and then by time."""
        frame = Timeframe(query.text("timeframe") or "")
        now = self._now_ns(query)
        after, until = query.span(start_ns=frame.start_of(now), end_ns=now)
        first = max(after + 1, now - _BARS_NS)

        def bars_of(symbol: str, wanted: Wanted) -> Rows:
            since = first if wanted.descends else max(first, (wanted.seen_ns or 0) + 1)
            most = _EVER if wanted.descends else wanted.most
            starts = wanted.of([(s, {}) for s in frame.starts(since, until, most=most)])
            return [
                (start, self._bar(symbol, frame, start, now).written(rfc3339))
                for start, _ in starts
            ]

        return self._history(query, "bars", bars_of)

    def trades(self, query: Query) -> Values:
        """Return trades, by symbol and then by time."""
        span = self._recent(query)

        def trades_of(symbol: str, wanted: Wanted) -> Rows:
            part = wanted.window(*span, TRADE_NS)
            return wanted.of(_all_stamped(self._stocks.trades(symbol, *part)))

        return self._history(query, "trades", trades_of)

    def quotes(self, query: Query) -> Values:
        """Return quotes, by symbol and then by time."""
        span = self._recent(query)

        def quotes_of(symbol: str, wanted: Wanted) -> Rows:
            part = wanted.window(*span, BEAT_NS)
            return wanted.of(_all_stamped(self._stocks.quotes(symbol, *part)))

        return self._history(query, "quotes", quotes_of)

    def exchanges(self, _query: Query) -> Values:
        """Return the letters of the exchanges."""
        return dict(STOCK_EXCHANGES)

    def conditions(self, _query: Query, kind: str) -> Values:
        """Return the letters of trade or quote conditions."""
        tables = {"trade": STOCK_TRADE_CONDITIONS, "quote": STOCK_QUOTE_CONDITIONS}
        if kind not in tables:
            raise Refusal(400, f"invalid tick type: {kind}")
        return dict(tables[kind])

    def news(self, query: Query) -> Values:
        """Return news, the newest first."""
        now = self._venue.now_ns()
        limit = query.limit(default=10, most=50)
        start, end = query.instant("start"), query.instant("end", ends=True)
        first = now - _DAY_NS if start is None else max(start, now - _HISTORY_NS)
        last = now if end is None else min(end, now)
        items = news_between(self._venue.market, first - 1, last)
        wanted = set((query.text("symbols") or "").split(",")) - {""}
        if wanted:
            items = [item for item in items if wanted & set(item.symbols)]
        descends = query.choice("sort", ("asc", "desc")) != "asc"
        items.sort(key=lambda item: item.number, reverse=descends)
        cursor = query.cursor()
        if cursor:
            seen = int(cursor[-1])
            items = [i for i in items if (i.number < seen if descends else i.number > seen)]
        page = items[:limit]
        has_content = query.is_true("include_content")
        more = len(items) > limit
        return {
            "news": [
                item.written(rfc3339, has_content=has_content) | {"images": []} for item in page
            ],
            "next_page_token": page_token(page[-1].created_ns // 1_000_000, page[-1].number)
            if more
            else None,
        }

    def _bar(self, symbol: str, frame: Timeframe, start: int, now: int) -> Bar:
        ends = frame.next_of(start)
        return self._stocks.bars(symbol, [start], ends, now, fine=frame.is_fine)[0]

    def _recent(self, query: Query) -> tuple[int, int]:
        now = self._now_ns(query)
        today = sessions.instant(sessions.local_date(now), sessions.MIDNIGHT)
        after, until = query.span(start_ns=today, end_ns=now)
        return max(after, now - _HISTORY_NS), until

    def _history(self, query: Query, name: str, rows_of: Callable[[str, Wanted], Rows]) -> Values:
        limit = query.limit(default=1000, most=10_000)
        page, token = series_page(query, _known(query), rows_of, limit=limit)
        return {name: page, "next_page_token": token, "currency": "USD"}

    def _now_ns(self, query: Query) -> int:
        feed = query.choice("feed", _FEEDS)
        now = self._venue.market_ns()
        if feed == "delayed_sip":
            return now - DELAY_NS
        if feed == "sip" and not self._venue.plan.has_opra:
            end = query.instant("end", ends=True)
            if end is not None and end <= now - DELAY_NS:
                return now
            raise Refusal(403, "subscription does not permit querying recent SIP data")
        return now


def _known(query: Query) -> list[str]:
    symbols = query.symbols(most=None)
    return [symbol for symbol in symbols if symbol in STOCK_SCALES and symbol != TEST_SYMBOL]


def _all_stamped(items: list[tuple[int, Values]]) -> Rows:
    return [(item[0], _stamped(item)) for item in items]


def _stamped(item: tuple[int, Values]) -> Values:
    return {"t": rfc3339(item[0])} | item[1]
