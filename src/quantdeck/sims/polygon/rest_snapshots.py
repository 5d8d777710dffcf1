"""Snapshots of stocks: all, one, and those that rose or fell most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quantdeck.sims.options import sessions
from quantdeck.sims.polygon.candles import Candle, CandleMaker
from quantdeck.sims.polygon.instruments import Instrument
from quantdeck.sims.polygon.plans import Right
from quantdeck.sims.polygon.refusals import Refusal
from quantdeck.sims.stocks.calendar import MINUTE_NS, all_sessions, is_session, sessions_before

if TYPE_CHECKING:
    from datetime import date

    from quantdeck.sims.polygon.rest_ticks import TickRest
    from quantdeck.sims.polygon.venue import Ask, Venue

_NOTHING = {"o": 0, "h": 0, "l": 0, "c": 0, "v": 0, "vw": 0}
_MOVERS = 20


class SnapshotRest:
    """Answers questions for snapshots of stocks.

    Parameters
    ----------
    venue : Venue
        The market.
    ticks : TickRest
        Last trades and quotes.
    """

    def __init__(self, venue: Venue, ticks: TickRest) -> None:
        self._venue, self._ticks = venue, ticks
        self._maker = CandleMaker(venue)

    def all(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/v2/snapshot/locale/us/markets/stocks/tickers``."""
        wanted = ask.query.text("tickers") or ask.query.text("tickers.any_of")
        stocks = self._venue.market.stocks
        names = [name for name in wanted.split(",") if name in stocks] if wanted else list(stocks)
        rows = [self._row(ask, name) for name in names]
        return {"count": len(rows), "tickers": rows}

    def one(self, ask: Ask, ticker: str) -> dict[str, Any]:
        """Answer ``/v2/snapshot/locale/us/markets/stocks/tickers/{ticker}``."""
        if ticker not in self._venue.market.stocks:
            raise Refusal(404, f"Ticker not found: {ticker}")
        return {"ticker": self._row(ask, ticker)}

    def movers(self, ask: Ask, direction: str) -> dict[str, Any]:
        """Answer ``/v2/snapshot/locale/us/markets/stocks/{gainers|losers}``."""
        if direction not in ("gainers", "losers"):
            raise Refusal(404, "page not found")
        rows = [self._row(ask, name) for name in self._venue.market.stocks]
        rows.sort(key=lambda row: row["todaysChangePerc"], reverse=direction == "gainers")
        return {"tickers": rows[:_MOVERS]}

    def _row(self, ask: Ask, ticker: str) -> dict[str, Any]:
        what = Instrument(ticker, self._venue.market.stocks[ticker])
        seen = ask.seen_ns
        day, before = days_around(seen)
        previous = self._day(what, before, seen, ask.today)
        today = None if day is None else self._day(what, day, seen, ask.today)
        row: dict[str, Any] = {
            "ticker": ticker,
            "day": dict(_NOTHING) if today is None else _bare(today),
            "prevDay": dict(_NOTHING) if previous is None else _bare(previous),
            "todaysChange": 0,
            "todaysChangePerc": 0,
            "updated": seen,
        }
        if today is not None and previous is not None:
            change = today.closed - previous.closed
            row["todaysChange"] = round(change, 4)
            row["todaysChangePerc"] = round(change / previous.closed * 100.0, 6)
            row["min"] = self._minute(what, seen, today)
        self._last(ask, row, ticker)
        return row

    def _day(self, what: Instrument, day: date, seen: int, today: date) -> Candle | None:
        rows = self._maker.days(what, day, day, until_ns=seen, as_of=today)
        return rows[0] if rows else None

    def _minute(self, what: Instrument, seen: int, today: Candle) -> dict[str, Any]:
        close = sessions.close_ns(sessions.local_date(seen))
        minute = min(seen, close) // MINUTE_NS - 1
        candle = self._maker.minute(what, minute)
        if candle is None:
            return {}
        written = candle.written(av=today.volume, dav=str(today.volume))
        return written | {"dv": str(candle.volume)}

    def _last(self, ask: Ask, row: dict[str, Any], ticker: str) -> None:
        rights = ask.plan.rights
        if Right.TRADES in rights:
            trade = self._ticks.last_trade(ask, ticker)["results"]
            row["lastTrade"] = {name: trade[name] for name in ("c", "i", "p", "s", "t", "x", "ds")}
        if Right.QUOTES in rights:
            quote = self._ticks.last_quote(ask, ticker)["results"]
            row["lastQuote"] = {name: quote[name] for name in ("P", "S", "p", "s", "t")}
        if Right.FAIR_VALUE in rights:
            stock = self._venue.market.stocks[ticker]
            row["fmv"] = self._venue.market.price(stock, ask.seen_ns)


def days_around(seen_ns: int) -> tuple[date | None, date]:
    """Return the session of a day, if it has opened, and the session before it."""
    day = sessions.local_date(seen_ns)
    before = all_sessions()[sessions_before(day) - 1]
    if is_session(day) and sessions.open_ns(day) <= seen_ns:
        return day, before
    return None, before


def _bare(row: Candle) -> dict[str, Any]:
    written = row.written()
    return {name: written[name] for name in ("o", "h", "l", "c", "v", "vw")}
