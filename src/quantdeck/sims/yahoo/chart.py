"""``/v8/finance/chart``: bars, splits, dividends and what is known of the symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.sims.options import sessions
from quantdeck.sims.options.sessions import DAY_NS
from quantdeck.sims.stocks.calendar import MINUTE_NS
from quantdeck.sims.yahoo.candles import Candles, actions
from quantdeck.sims.yahoo.fault_table import YahooFault
from quantdeck.sims.yahoo.hours import current_periods, offset_s, periods_of, zone_name
from quantdeck.sims.yahoo.listing import QuoteType
from quantdeck.sims.yahoo.questions import DAILY, INTRADAY, RANGES
from quantdeck.sims.yahoo.questions import asked as asked_of
from quantdeck.sims.yahoo.spoil import is_on, spoil

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.sims.faultboard import FaultBoard
    from quantdeck.sims.noise import FloatArray
    from quantdeck.sims.yahoo.candles import YahooPrices
    from quantdeck.sims.yahoo.listing import Security
    from quantdeck.sims.yahoo.questions import Asked

_NS = 1_000_000_000


class Charts:
    """Answers questions for charts.

    Parameters
    ----------
    prices : YahooPrices
        What they are made of.
    faults : FaultBoard
        What is switched on.
    """

    def __init__(self, prices: YahooPrices, faults: FaultBoard) -> None:
        self._prices, self._faults = prices, faults

    def chart(self, security: Security, query: Mapping[str, str], now_ns: int) -> dict[str, Any]:
        """Return the answer to a question.

        Raises
        ------
        Refusal
            If it cannot be answered.
        """
        asked = asked_of(query, security, now_ns)
        is_daily = asked.interval in DAILY
        rows = self._daily(security, asked, now_ns) if is_daily else None
        bars = self._intraday(security, asked, now_ns) if rows is None else rows[0]
        adjusted = None if rows is None else rows[1]
        stamps = (bars.start_ns // _NS).tolist()
        if len(bars) and is_daily:
            stamps[-1] = self._stamp_of_last(security, bars, now_ns)
        quote = {
            "open": _told(bars.opened),
            "high": _told(bars.high),
            "low": _told(bars.low),
            "close": _told(bars.closed),
            "volume": [int(each) for each in bars.volume.tolist()],
        }
        indicators: dict[str, list[dict[str, Any]]] = {"quote": [quote]}
        if adjusted is not None:
            indicators["adjclose"] = [{"adjclose": _told(adjusted)}]
        result: dict[str, Any] = {"meta": self._meta(security, asked, bars, now_ns)}
        if stamps:
            result["timestamp"] = stamps
            if events := self._events(security, asked, now_ns):
                result["events"] = events
        result["indicators"] = indicators if stamps else {"quote": [{}], "adjclose": [{}]}
        last_s = self._prices.last(security, now_ns)[1] // _NS
        spoil(result, self._faults, security.symbol, last_s)
        return {"chart": {"result": [result], "error": None}}

    def _daily(self, security: Security, asked: Asked, now_ns: int) -> tuple[Candles, FloatArray]:
        days = self._prices.days(security, now_ns)
        close = self._adjusted(security, days, now_ns)
        bars = days
        if asked.interval != "1d":
            groups = _groups(days, asked.interval)
            bars = days.joined(groups)
            close = close[np.flatnonzero(np.append(np.diff(groups) != 0, True))]
        start, end = np.searchsorted(bars.start_ns, (asked.first_ns, asked.end_ns)).tolist()
        if asked.span in ("1d", "5d"):
            start = max(0, end - int(asked.span[0]))
        return bars.part(slice(start, end)), close[start:end]

    def _intraday(self, security: Security, asked: Asked, now_ns: int) -> Candles:
        first_ns = asked.first_ns
        if asked.span in ("1d", "5d"):
            days = self._prices.days(security, now_ns).start_ns
            first_ns = int(days[-int(asked.span[0])])
        bars = self._prices.minutes(security, first_ns, asked.end_ns, now_ns)
        length = INTRADAY[asked.interval]
        if length == 1 or not len(bars):
            return bars
        if security.stock is None:
            return bars.joined(bars.start_ns // (length * MINUTE_NS))
        opens = np.array([self._open_of(ts) for ts in _first_of_days(bars)])
        place = np.searchsorted(opens, bars.start_ns, side="right") - 1
        into = (bars.start_ns - opens[place]) // (length * MINUTE_NS)
        return bars.joined(place * 1_000 + into)

    def _open_of(self, ts_ns: int) -> int:
        return sessions.open_ns(sessions.local_date(ts_ns))

    def _adjusted(self, security: Security, days: Candles, now_ns: int) -> FloatArray:
        # Closes with dividends put back in: each lowers all closes before it by its share of the last.
        close = days.closed.copy()
        if security.stock is None:
            return close
        factor = np.ones(len(days))
        for ex_ns, amount in actions(self._prices.market, security.stock, now_ns)[0]:
            place = int(np.searchsorted(days.start_ns, ex_ns))
            if 0 < place < len(days):
                factor[:place] *= 1.0 - amount / days.closed[place - 1]
        return close * factor

    def _stamp_of_last(self, security: Security, bars: Candles, now_ns: int) -> int:
        start = int(bars.start_ns[-1])
        periods = current_periods(security, now_ns)
        runs = periods.open_ns <= start and now_ns < periods.close_ns
        # Of a day that is not over, the time is that of its last trade.
        return now_ns // _NS if runs else start // _NS

    def _events(self, security: Security, asked: Asked, now_ns: int) -> dict[str, Any]:
        if security.stock is None:
            return {}
        dividends, splits = actions(self._prices.market, security.stock, now_ns)
        events: dict[str, dict[str, Any]] = {}
        if asked.events & {"div", "dividends"}:
            for ex_ns, amount in dividends:
                if asked.first_ns <= ex_ns < asked.end_ns:
                    told = {"amount": round(amount, 6), "date": ex_ns // _NS}
                    events.setdefault("dividends", {})[str(ex_ns // _NS)] = told
        if asked.events & {"split", "splits"}:
            for day, old, new in splits:
                at = sessions.open_ns(day)
                if asked.first_ns <= at < asked.end_ns:
                    told = {
                        "date": at // _NS,
                        "numerator": float(new),
                        "denominator": float(old),
                        "splitRatio": f"{new}:{old}",
                    }
                    events.setdefault("splits", {})[str(at // _NS)] = told
        return events

    def _meta(self, security: Security, asked: Asked, bars: Candles, now_ns: int) -> dict[str, Any]:
        price, at_ns = self._prices.last(security, now_ns)
        days = self._prices.days(security, now_ns)
        before = int(np.searchsorted(days.start_ns, int(bars.start_ns[0]))) - 1 if len(bars) else -1
        year = days.within(now_ns - 365 * DAY_NS, now_ns + 1)
        periods = current_periods(security, now_ns)
        offset, zone = offset_s(security, now_ns), zone_name(security, now_ns)

        def told(start_ns: int, end_ns: int) -> dict[str, Any]:
            span = {"timezone": zone, "start": start_ns // _NS, "end": end_ns // _NS}
            return {**span, "gmtoffset": offset}

        meta: dict[str, Any] = {
            "currency": "EUR"
            if is_on(self._faults, YahooFault.WRONG_CURRENCY, security.symbol)
            else "USD",
            "symbol": security.symbol,
            "exchangeName": security.exchange,
            "fullExchangeName": security.exchange_name,
            "instrumentType": security.kind.value,
            "firstTradeDate": int(days.start_ns[0]) // _NS,
            "regularMarketTime": at_ns // _NS,
            "hasPrePostMarketData": security.kind in (QuoteType.EQUITY, QuoteType.ETF),
            "gmtoffset": offset,
            "timezone": zone,
            "exchangeTimezoneName": security.zone,
            "regularMarketPrice": price,
            "fiftyTwoWeekHigh": round(float(year.high.max()), 2),
            "fiftyTwoWeekLow": round(float(year.low.min()), 2),
            "regularMarketDayHigh": round(float(days.high[-1]), 2),
            "regularMarketDayLow": round(float(days.low[-1]), 2),
            "regularMarketVolume": int(days.volume[-1]),
            "longName": security.name,
            "shortName": security.name,
            "chartPreviousClose": round(float(days.closed[max(0, before)]), 2),
            "priceHint": 2,
            "currentTradingPeriod": {
                "pre": told(periods.pre_ns, periods.open_ns),
                "regular": told(periods.open_ns, periods.close_ns),
                "post": told(periods.close_ns, periods.post_ns),
            },
            "dataGranularity": asked.interval,
            "range": asked.span,
            "validRanges": list(RANGES),
        }
        if asked.interval in INTRADAY:
            meta["previousClose"] = round(float(days.closed[max(0, before)]), 2)
            meta["scale"] = 3
            meta["tradingPeriods"] = [[told(*each)] for each in _regular(security, bars)]
        return meta


def _groups(days: Candles, interval: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    dates = (days.start_ns // DAY_NS).astype("datetime64[D]")
    if interval == "5d":
        return np.arange(len(days)) // 5
    if interval == "1wk":
        # Day 4 since 1970 was a Monday.
        return (dates.astype(np.int64) - 4) // 7
    months = dates.astype("datetime64[M]").astype(np.int64)
    return months if interval == "1mo" else months // 3


def _first_of_days(bars: Candles) -> list[int]:
    first = np.flatnonzero(np.diff(bars.start_ns // DAY_NS, prepend=-1))
    return [int(each) for each in bars.start_ns[first].tolist()]


def _regular(security: Security, bars: Candles) -> list[tuple[int, int]]:
    if not len(bars):
        return []
    if security.stock is None:
        return [
            (ts // DAY_NS * DAY_NS, ts // DAY_NS * DAY_NS + DAY_NS) for ts in _first_of_days(bars)
        ]
    periods = [periods_of(sessions.local_date(ts)) for ts in _first_of_days(bars)]
    return [(each.open_ns, each.close_ns) for each in periods]


def _told(values: FloatArray) -> list[float]:
    # Yahoo's prices went through single precision once: 189.95 is 189.9499969482422.
    return values.round(6).astype(np.float32).astype(np.float64).tolist()
