"""``/v3/trades``, ``/v3/quotes`` and the last of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quantdeck.sims.polygon.instruments import Instrument, asked_for
from quantdeck.sims.polygon.shapes import (
    exchange_of,
    quote_conditions,
    sequence_of,
    tape_of,
    trade_conditions,
)
from quantdeck.sims.stocks.calendar import FIRST_YEAR, MINUTE_NS, last_close_ns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quantdeck.sims.polygon.venue import Ask, Venue
    from quantdeck.sims.stocks.ticks import Ticks

Rows = list[tuple[int, dict[str, Any]]]
"""Instants [ns] and what is written."""

_DEFAULT, _MOST = 1_000, 50_000
_LONGEST_MINUTES = 20_000
"""Minutes that are searched for the rows of one page."""
_FIRST_NS = (FIRST_YEAR - 1970) * 365 * 86_400_000_000_000
_LATER_NS = 350_000
_SHORTEST_NS = 10 * MINUTE_NS


class TickRest:
    """Answers questions for trades and quotes.

    Parameters
    ----------
    venue : Venue
        The market.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    def trades(self, ask: Ask, ticker: str) -> dict[str, Any]:
        """Answer ``/v3/trades/{ticker}``."""
        return self._series(ask, asked_for(self._venue, ticker), self._trades)

    def quotes(self, ask: Ask, ticker: str) -> dict[str, Any]:
        """Answer ``/v3/quotes/{ticker}``."""
        return self._series(ask, asked_for(self._venue, ticker), self._quotes)

    def last_trade(self, ask: Ask, ticker: str) -> dict[str, Any]:
        """Answer ``/v2/last/trade/{ticker}``."""
        what = asked_for(self._venue, ticker)
        found = latest(self._trades, what, ask.seen_ns)
        if found is None:
            return {"results": {}}
        row = found[1]
        return {
            "results": {
                "T": ticker,
                "c": row["conditions"],
                "f": row["participant_timestamp"],
                "i": row["id"],
                "p": row["price"],
                "q": row["sequence_number"],
                "r": 201,
                "s": row["size"],
                "ds": row["decimal_size"],
                "t": row["sip_timestamp"],
                "x": row["exchange"],
                "y": row["participant_timestamp"],
                "z": row["tape"],
            }
        }

    def last_quote(self, ask: Ask, ticker: str) -> dict[str, Any]:
        """Answer ``/v2/last/nbbo/{ticker}``."""
        what = asked_for(self._venue, ticker)
        found = latest(self._quotes, what, ask.seen_ns)
        if found is None:
            return {"results": {}}
        row = found[1]
        return {
            "results": {
                "T": ticker,
                "P": row["ask_price"],
                "S": row["ask_size"],
                "X": row["ask_exchange"],
                "p": row["bid_price"],
                "s": row["bid_size"],
                "x": row["bid_exchange"],
                "c": row["conditions"],
                "i": row["indicators"],
                "q": row["sequence_number"],
                "t": row["sip_timestamp"],
                "y": row["participant_timestamp"],
                "z": row["tape"],
            }
        }

    def _series(
        self, ask: Ask, what: Instrument, minute_of: Callable[[Instrument, int], Rows]
    ) -> dict[str, Any]:
        limit = ask.limit(default=_DEFAULT, most=_MOST)
        first, last = ask.query.instants("timestamp")
        first, last = max(first, _FIRST_NS), min(last, ask.seen_ns)
        descends = ask.query.choice("order", ("asc", "desc"), "desc") == "desc"
        if ask.position and descends:
            last = min(last, int(ask.position) - 1)
        elif ask.position:
            first = max(first, int(ask.position) + 1)
        rows: Rows = []
        for row in self._walk(what, first, last, minute_of, descends=descends):
            if len(rows) == limit:
                ask.next_position = str(rows[-1][0])
                break
            rows.append(row)
        return {"results": [row for _, row in rows]}

    def _walk(
        self,
        what: Instrument,
        first: int,
        last: int,
        minute_of: Callable[[Instrument, int], Rows],
        *,
        descends: bool,
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        if last < first:
            return
        minutes = range(first // MINUTE_NS, last // MINUTE_NS + 1)
        walked = reversed(minutes) if descends else minutes
        for count, minute in enumerate(walked):
            if count > _LONGEST_MINUTES:
                return
            if not self._venue.is_streaming(minute * MINUTE_NS):
                continue
            rows = minute_of(what, minute)
            for row in reversed(rows) if descends else rows:
                if first <= row[0] <= last:
                    yield row

    def _trades(self, what: Instrument, minute: int) -> Rows:
        made = what.trades(self._venue, minute)
        columns = (made.ts_ns.tolist(), made.price.tolist(), made.size.tolist())
        return [
            (
                ts_ns,
                {
                    "conditions": trade_conditions(size, is_regular=made.is_regular),
                    "exchange": exchange_of(ts_ns),
                    "id": str(sequence_of(minute, place)),
                    "participant_timestamp": ts_ns - _LATER_NS,
                    "price": price,
                    "sequence_number": sequence_of(minute, place),
                    "sip_timestamp": ts_ns,
                    "size": size,
                    "decimal_size": str(size),
                    "tape": tape_of(what),
                },
            )
            for place, (ts_ns, price, size) in enumerate(zip(*columns, strict=True))
        ]

    def _quotes(self, what: Instrument, minute: int) -> Rows:
        made = what.quotes(self._venue, minute)
        return [
            (ts_ns, self._quote(what, minute, place, ts_ns, values))
            for place, (ts_ns, *values) in enumerate(_columns(made))
        ]

    def _quote(
        self, what: Instrument, minute: int, place: int, ts_ns: int, values: list[Any]
    ) -> dict[str, Any]:
        bid, bid_size, ask, ask_size = values
        return {
            "ask_exchange": exchange_of(ts_ns + 1),
            "ask_price": ask,
            "ask_size": ask_size,
            "bid_exchange": exchange_of(ts_ns),
            "bid_price": bid,
            "bid_size": bid_size,
            "conditions": quote_conditions(),
            "indicators": [604],
            "participant_timestamp": ts_ns - _LATER_NS,
            "sequence_number": sequence_of(minute, place),
            "sip_timestamp": ts_ns,
            "tape": tape_of(what),
        }


def _columns(made: Ticks) -> Iterator[tuple[Any, ...]]:
    columns = (made.ts_ns, made.price, made.size, made.other, made.other_size)
    return zip(*(column.tolist() for column in columns), strict=True)


def latest(
    minute_of: Callable[[Instrument, int], Rows], what: Instrument, until_ns: int
) -> tuple[int, dict[str, Any]] | None:
    """Return the last row of a series at an instant, None where there is none of late."""
    for end in (until_ns, last_close_ns(until_ns) - 1):
        for minute in range(end // MINUTE_NS, (end - _SHORTEST_NS) // MINUTE_NS, -1):
            rows = [row for row in minute_of(what, minute) if row[0] <= until_ns]
            if rows:
                return rows[-1]
    return None
