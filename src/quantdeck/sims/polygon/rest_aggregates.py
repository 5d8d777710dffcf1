"""``/v2/aggs``, ``/v1/open-close``: candles of stocks and options."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from quantdeck.sims.options import sessions
from quantdeck.sims.polygon.candles import DAY_SPANS, SHORT_SPANS, Candle, CandleMaker
from quantdeck.sims.polygon.instruments import Instrument, asked_for, instrument_of
from quantdeck.sims.polygon.plans import Right
from quantdeck.sims.polygon.query import parsed_day
from quantdeck.sims.polygon.refusals import NOT_ENTITLED, Refusal
from quantdeck.sims.polygon.windows import cut, day_windows, short_windows
from quantdeck.sims.stocks.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    all_sessions,
    is_session,
    sessions_before,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quantdeck.sims.polygon.venue import Ask, Venue

_DEFAULT, _MOST = 5_000, 50_000
_FIRST_DAY = date(FIRST_YEAR, 1, 1)


class AggregateRest:
    """Answers questions for candles.

    Parameters
    ----------
    venue : Venue
        The market.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._maker = CandleMaker(venue)

    def range(
        self, ask: Ask, ticker: str, multiple: str, span: str, start: str, end: str
    ) -> dict[str, Any]:
        """Answer ``/v2/aggs/ticker/{ticker}/range/...``."""
        count = _multiple(multiple, span)
        begin, last = _span(start, end)
        if span == "second" and Right.SECONDS not in ask.plan.rights:
            raise Refusal(403, NOT_ENTITLED)
        ask.check_age(sessions.local_date(begin))
        is_adjusted = ask.query.flag("adjusted", default=True)
        descends = ask.query.choice("sort", ("asc", "desc"), "asc") == "desc"
        limit = ask.limit(default=_DEFAULT, most=_MOST)
        what = instrument_of(self._venue, ticker)
        rows: list[Candle] = []
        if what is not None:
            made = _Range(self._maker, ask, what, span=span, multiple=count)
            windows = made.windows(begin, last, descends=descends, is_adjusted=is_adjusted)
            rows, after = cut(windows, limit)
            ask.next_position = "" if after is None else str(after.start_ns)
        body: dict[str, Any] = {
            "ticker": ticker,
            "queryCount": sum(row.base for row in rows),
            "resultsCount": len(rows),
            "adjusted": is_adjusted,
        }
        if rows:
            body["results"] = [row.written() for row in rows]
        return body | {"count": len(rows)}

    def previous(self, ask: Ask, ticker: str) -> dict[str, Any]:
        """Answer ``/v2/aggs/ticker/{ticker}/prev``."""
        is_adjusted = ask.query.flag("adjusted", default=True)
        what = instrument_of(self._venue, ticker)
        body: dict[str, Any] = {"ticker": ticker, "adjusted": is_adjusted}
        row = None if what is None else self._day(ask, what, previous_day(ask), is_adjusted)
        rows = [] if row is None else [row.written(T=ticker)]
        return body | {
            "queryCount": len(rows),
            "resultsCount": len(rows),
            "results": rows,
            "count": len(rows),
        }

    def grouped(self, ask: Ask, day: str) -> dict[str, Any]:
        """Answer ``/v2/aggs/grouped/locale/us/market/stocks/{date}``."""
        wanted = parsed_day("date", day)
        ask.check_age(wanted)
        is_adjusted = ask.query.flag("adjusted", default=True)
        rows = [
            row.written(T=stock.symbol)
            for stock in self._venue.market.stocks.values()
            if (row := self._day(ask, Instrument(stock.symbol, stock), wanted, is_adjusted))
        ]
        return {
            "queryCount": len(rows),
            "resultsCount": len(rows),
            "adjusted": is_adjusted,
            "results": rows,
            "count": len(rows),
        }

    def open_close(self, ask: Ask, ticker: str, day: str) -> dict[str, Any]:
        """Answer ``/v1/open-close/{ticker}/{date}``."""
        wanted = parsed_day("date", day)
        ask.check_age(wanted)
        what = asked_for(self._venue, ticker)
        row = self._day(ask, what, wanted, ask.query.flag("adjusted", default=True))
        if row is None:
            raise Refusal(404, "Data not found.")
        body: dict[str, Any] = {
            "from": day,
            "symbol": ticker,
            "open": row.opened,
            "high": row.high,
            "low": row.low,
            "close": row.closed,
            "volume": row.volume,
        }
        if what.contract is None:
            # Both sides of the session: a little off its open and its close.
            body["preMarket"] = round(row.opened * 0.9995, 2)
            body["afterHours"] = round(row.closed * 1.0003, 2)
        return body

    def _day(
        self,
        ask: Ask,
        what: Instrument,
        day: date,
        is_adjusted: bool,  # noqa: FBT001
    ) -> Candle | None:
        if not FIRST_YEAR <= day.year <= LAST_YEAR or not is_session(day):
            return None
        as_of = ask.today if is_adjusted else None
        rows = self._maker.days(what, day, day, until_ns=ask.seen_ns, as_of=as_of)
        return rows[0] if rows else None


class _Range:
    # The candles of one request.
    def __init__(
        self, maker: CandleMaker, ask: Ask, what: Instrument, *, span: str, multiple: int
    ) -> None:
        self._maker, self._ask, self._what = maker, ask, what
        self._span, self._multiple = span, multiple

    def windows(
        self, begin: int, last: int, *, descends: bool, is_adjusted: bool
    ) -> Iterator[Candle]:
        as_of = self._ask.today if is_adjusted else None
        first_day = max(sessions.local_date(begin), _FIRST_DAY)
        last_day = min(sessions.local_date(last), sessions.local_date(self._ask.seen_ns))
        every = (
            self._days(first_day, last_day, as_of, descends=descends)
            if self._span in DAY_SPANS
            else self._short(first_day, last_day, begin, last, as_of, descends=descends)
        )
        if not self._ask.position:
            return every
        at = int(self._ask.position)
        return (row for row in every if (row.start_ns <= at if descends else row.start_ns >= at))

    def _days(
        self, first: date, last: date, as_of: date | None, *, descends: bool
    ) -> Iterator[Candle]:
        until = self._ask.seen_ns
        rows = self._maker.days(self._what, first, last, until_ns=until, as_of=as_of)
        made = day_windows(rows, self._span, self._multiple)
        return iter(reversed(made) if descends else made)

    def _short(
        self,
        first: date,
        last: date,
        begin: int,
        end: int,
        as_of: date | None,
        *,
        descends: bool,
    ) -> Iterator[Candle]:
        if self._ask.position:
            at = sessions.local_date(int(self._ask.position))
            first, last = (first, min(last, at)) if descends else (max(first, at), last)
        days = all_sessions()[sessions_before(first) : sessions_before(last + timedelta(1))]
        for day in reversed(days) if descends else days:
            made = self._session(day, as_of)
            if made:
                windows = short_windows(made, self._span, self._multiple, day)
                kept = [row for row in windows if begin <= row.start_ns <= end]
                yield from reversed(kept) if descends else kept

    def _session(self, day: date, as_of: date | None) -> list[Candle]:
        until = self._ask.seen_ns
        if until < sessions.open_ns(day):
            return []
        minutes = self._maker.minutes(self._what, day, until)
        if self._span == "second":
            minutes = list(
                chain.from_iterable(
                    self._maker.seconds(self._what, row.start_ns // SHORT_SPANS["minute"], until)
                    for row in minutes
                )
            )
        if as_of is not None and self._what.contract is None:
            factor = self._ask.venue.market.factor(self._what.stock, day, as_of=as_of)
            if factor != 1.0:
                return [_adjusted(row, factor) for row in minutes]
        return minutes


def previous_day(ask: Ask) -> date:
    """Return the session before the current one, or the last at a week-end."""
    return ask.venue.market.previous_session(min(ask.seen_ns, ask.now_ns))


def _adjusted(row: Candle, factor: float) -> Candle:
    prices = (round(p / factor, 4) for p in (row.opened, row.high, row.low, row.closed))
    volume = round(row.volume * factor)
    return Candle(
        row.start_ns,
        *prices,
        volume=float(volume),
        turnover=row.turnover,
        count=row.count,
        base=row.base,
    )


def _multiple(multiple: str, span: str) -> int:
    if span not in DAY_SPANS and span not in SHORT_SPANS:
        raise Refusal(400, f"Could not parse the time span: {span!r}")
    if not multiple.isdecimal() or not 1 <= int(multiple) <= 50_000:
        raise Refusal(400, "The multiplier must be a positive whole number")
    return int(multiple)


def _span(start: str, end: str) -> tuple[int, int]:
    begin, last = _instant("from", start, ends=False), _instant("to", end, ends=True)
    if last < begin:
        raise Refusal(400, "The parameter 'to' cannot be a time that occurs before 'from'")
    return begin, last


def _instant(name: str, value: str, *, ends: bool) -> int:
    if value.lstrip("-").isdecimal():
        return int(value) * 1_000_000
    day = parsed_day(name, value)
    if ends:
        return sessions.instant(day + timedelta(1), sessions.MIDNIGHT) - 1
    return sessions.instant(day, sessions.MIDNIGHT)
