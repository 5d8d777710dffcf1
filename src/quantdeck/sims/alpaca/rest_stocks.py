"""REST of stock market data and news.

Paths and parameters: Alpaca market data documentation, "Stock Pricing Data" and "News".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quantdeck.sims.alpaca.news import news_between
from quantdeck.sims.alpaca.query import page_token
from quantdeck.sims.alpaca.refusals import Refusal
from quantdeck.sims.alpaca.stamps import rfc3339
from quantdeck.sims.alpaca.stocks import (
    STOCK_EXCHANGES,
    STOCK_QUOTE_CONDITIONS,
    STOCK_SCALES,
    STOCK_TRADE_CONDITIONS,
    TEST_SYMBOL,
    Stocks,
)
from quantdeck.sims.alpaca.timeframes import MINUTE_NS, Timeframe
from quantdeck.sims.alpaca.venue import DELAY_NS
from quantdeck.sims.options import sessions

if TYPE_CHECKING:
    from quantdeck.sims.alpaca.query import Query
    from quantdeck.sims.alpaca.venue import Venue

Values = dict[str, Any]
_FEEDS = ("sip", "iex", "delayed_sip", "otc", "boats", "overnight")
_HISTORY_NS = 10 * 86_400_000_000_000
_DAY_NS = 86_400_000_000_000
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
            day, previous = (
                self._stocks.bars(symbol, [start], frame.next_of(start), now, fine=False)[0]
                for start in (today, yesterday)
            )
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
        limit = query.limit(default=1000, most=10_000)
        now = self._now_ns(query)
        start, end = query.instant("start"), query.instant("end", ends=True)
        if start is not None and end is not None and end < start:
            raise Refusal(400, "end should not be before start")
        first = frame.start_of(now) if start is None else max(start, now - 40 * _HISTORY_NS)
        latest = now if end is None else min(end, now)
        descends = query.choice("sort", ("asc", "desc")) == "desc"
        cursor = query.cursor()
        page: dict[str, list[Values]] = {}
        left = limit
        for symbol in sorted(_known(query)):
            if cursor and symbol < cursor[0]:
                continue
            starts = frame.starts(first, latest, most=400 * limit)
            if descends:
                starts.reverse()
            if cursor and symbol == cursor[0]:
                seen = int(cursor[-1])
                starts = [s for s in starts if (s < seen if descends else s > seen)]
            taken = starts[:left]
            for begin in taken:
                bars = self._stocks.bars(
                    symbol, [begin], frame.next_of(begin), now, fine=frame.is_fine
                )
                page.setdefault(symbol, []).append(bars[0].written(rfc3339))
            if len(starts) > left:
                # Nothing of this symbol yet: the next page begins before its first candle.
                last = taken[-1] if taken else _EVER if descends else -1
                token = page_token(symbol, last)
                return {"bars": page, "next_page_token": token, "currency": "USD"}
            left -= len(taken)
        return {"bars": page, "next_page_token": None, "currency": "USD"}

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

    def _now_ns(self, query: Query) -> int:
        feed = query.choice("feed", _FEEDS)
        now = self._venue.market_ns()
        if feed == "delayed_sip":
            return now - DELAY_NS
        if feed == "sip" and not self._venue.plan.has_opra:
            raise Refusal(403, "subscription does not permit querying recent SIP data")
        return now


def _known(query: Query) -> list[str]:
    symbols = query.symbols(most=None)
    return [symbol for symbol in symbols if symbol in STOCK_SCALES and symbol != TEST_SYMBOL]


def _stamped(item: tuple[int, Values]) -> Values:
    return {"t": rfc3339(item[0])} | item[1]
