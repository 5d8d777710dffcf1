"""Candles of stocks and options, from seconds to years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.sims.options import sessions
from quantdeck.sims.stocks.calendar import (
    MINUTE_NS,
    all_sessions,
    minutes_of,
    open_minute,
    sessions_before,
)
from quantdeck.sims.stocks.minutes import SECONDS
from quantdeck.sims.stocks.ticks import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from quantdeck.sims.polygon.instruments import Instrument
    from quantdeck.sims.polygon.venue import Venue

DAY_SPANS = ("day", "week", "month", "quarter", "year")
SHORT_SPANS = {"second": SECOND_NS, "minute": MINUTE_NS, "hour": 60 * MINUTE_NS}
"""Lengths of the shorter candles. [ns]"""


@dataclass(slots=True)
class Candle:
    """One candle.

    Parameters
    ----------
    start_ns : int
        Its begin. [ns]
    opened, high, low, closed : float
        [USD]
    volume : float
        Shares or contracts.
    turnover : float
        Sum of price times size.
    count : int
        Trades.
    base : int
        Of how many minutes, seconds or days it is made.
    """

    start_ns: int
    opened: float
    high: float
    low: float
    closed: float
    volume: float
    turnover: float
    count: int
    base: int = 1

    @property
    def mean(self) -> float:
        """Price weighted by volume."""
        return round(self.turnover / self.volume, 4) if self.volume else self.closed

    def written(self, **more: Any) -> dict[str, Any]:
        """Return the candle as it is written."""
        return more | {
            "v": self.volume,
            "vw": self.mean,
            "o": self.opened,
            "c": self.closed,
            "h": self.high,
            "l": self.low,
            "t": self.start_ns // 1_000_000,
            "n": self.count,
        }


def joined(start_ns: int, parts: list[Candle]) -> Candle:
    """Return the candle of several in a row.

    Examples
    --------
    >>> joined(0, [Candle(0, 1, 2, 1, 2, 10, 15, 1), Candle(5, 2, 3, 2, 3, 10, 25, 1)]).mean
    2.0
    """
    return Candle(
        start_ns,
        parts[0].opened,
        max(part.high for part in parts),
        min(part.low for part in parts),
        parts[-1].closed,
        sum(part.volume for part in parts),
        sum(part.turnover for part in parts),
        sum(part.count for part in parts),
        sum(part.base for part in parts),
    )


class CandleMaker:
    """Makes the candles of a market.

    Parameters
    ----------
    venue : Venue
        The market.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    def days(
        self,
        what: Instrument,
        first: date,
        last: date,
        *,
        until_ns: int,
        as_of: date | None,
    ) -> list[Candle]:
        """Return the candles of sessions, in shares of a day where one is given.

        Parameters
        ----------
        what : Instrument
            Stock or option.
        first, last : datetime.date
            Days, both included.
        until_ns : int
            Until when the market is told. [ns]
        as_of : datetime.date or None
            Splits until this day are applied to what was before them.
        """
        last = min(last, sessions.local_date(until_ns))
        if last < first:
            return []
        if what.contract is not None:
            return self._option_days(what, first, last, until_ns)
        market, stock = self._venue.market, what.stock
        days, whole = market.sessions(stock, first, last)
        factors = np.ones(len(days))
        if as_of is not None:
            factors = market.factors(stock, days, as_of=as_of)
        columns = (
            (whole.opened / factors).round(4).tolist(),
            (whole.high / factors).round(4).tolist(),
            (whole.low / factors).round(4).tolist(),
            (whole.closed / factors).round(4).tolist(),
            (whole.volume * factors).round(0).tolist(),
            (whole.mean / factors).round(4).tolist(),
        )
        events = market.ticks.events * SECONDS
        found: list[Candle] = []
        for day, opened, high, low, closed, volume, mean in zip(days, *columns, strict=True):
            start = sessions.instant(day, sessions.MIDNIGHT)
            if sessions.close_ns(day) > until_ns:
                found += self._unfinished(what, start, until_ns)
                break
            turnover, count = mean * volume, minutes_of(day) * events
            found.append(Candle(start, opened, high, low, closed, volume, turnover, count))
        return found

    def _unfinished(self, what: Instrument, start_ns: int, until_ns: int) -> Iterator[Candle]:
        rows = self._venue.market.so_far(what.stock, until_ns)
        if rows is not None:
            prices = (rows.opened, rows.high, rows.low, rows.closed)
            volume, mean = float(rows.volume[0]), float(rows.mean[0])
            passed = (until_ns - sessions.open_ns(sessions.local_date(until_ns))) // SECOND_NS
            count = max(1, int(passed) * self._venue.market.ticks.events)
            yield Candle(
                start_ns,
                *(float(p[0]) for p in prices),
                volume=volume,
                turnover=volume * mean,
                count=count,
            )

    def _option_days(
        self, what: Instrument, first: date, last: date, until_ns: int
    ) -> list[Candle]:
        contract = what.contract
        found: list[Candle] = []
        if contract is None:
            return found
        begun = max(first, contract.expiry - timedelta(720))
        every = all_sessions()
        for day in every[sessions_before(begun) : sessions_before(last + timedelta(1))]:
            rows = self._venue.option_ticks.session(contract, day, until_ns)
            if rows is not None:
                volume, mean = float(rows.volume[0]), float(rows.mean[0])
                prices = (rows.opened, rows.high, rows.low, rows.closed)
                start = sessions.instant(day, sessions.MIDNIGHT)
                count = max(1, int(volume) // 4)
                found.append(
                    Candle(
                        start,
                        *(float(p[0]) for p in prices),
                        volume=volume,
                        turnover=volume * mean,
                        count=count,
                    )
                )
        return found

    def minutes(self, what: Instrument, day: date, until_ns: int) -> list[Candle]:
        """Return the minutes of a session as traded, up to an instant."""
        first = open_minute(day)
        end = min(first + minutes_of(day), until_ns // MINUTE_NS)
        found = [*self._whole_minutes(what, first, end)]
        if first <= end < first + minutes_of(day):
            found += _of_seconds(end, self.seconds(what, end, until_ns))
        return found

    def minute(self, what: Instrument, minute: int) -> Candle | None:
        """Return the candle of any minute since 1970; None where there was no trade."""
        rows = self.seconds(what, minute, (minute + 1) * MINUTE_NS)
        return next(iter(_of_seconds(minute, rows)), None)

    def _whole_minutes(self, what: Instrument, first: int, end: int) -> Iterable[Candle]:
        if what.contract is not None:
            return (
                candle
                for minute in range(first, end)
                if (candle := self.minute(what, minute)) is not None
            )
        market = self._venue.market
        place = sessions_before(sessions.local_date(first * MINUTE_NS))
        rows = market.intraday.minutes(what.stock, place)
        columns = (rows.opened, rows.high, rows.low, rows.closed, rows.volume)
        count = SECONDS * market.ticks.events
        return [
            Candle(
                (first + into) * MINUTE_NS,
                opened,
                high,
                low,
                closed,
                float(volume),
                (high + low) / 2.0 * volume,
                count,
            )
            for into, (opened, high, low, closed, volume) in enumerate(
                zip(*(column[: max(0, end - first)].tolist() for column in columns), strict=True)
            )
        ]

    def seconds(self, what: Instrument, minute: int, until_ns: int) -> list[Candle]:
        """Return the candles of the whole seconds of a minute since 1970, up to an instant."""
        if what.contract is not None:
            return self._option_seconds(what, minute, until_ns)
        market = self._venue.market
        made, _ = market.ticks.seconds(what.stock, minute)
        done = int(min(SECONDS, (until_ns - minute * MINUTE_NS) // SECOND_NS))
        prices, volumes = made.prices.tolist(), made.volume.tolist()
        found: list[Candle] = []
        for second in range(max(0, done)):
            opened, closed, volume = prices[second], prices[second + 1], volumes[second]
            start = minute * MINUTE_NS + second * SECOND_NS
            high, low = max(opened, closed), min(opened, closed)
            turnover = (opened + closed) / 2.0 * volume
            found.append(
                Candle(
                    start,
                    opened,
                    high,
                    low,
                    closed,
                    float(volume),
                    turnover,
                    market.ticks.events,
                )
            )
        return found

    def _option_seconds(self, what: Instrument, minute: int, until_ns: int) -> list[Candle]:
        made = what.trades(self._venue, minute)
        found: dict[int, Candle] = {}
        columns = (made.ts_ns.tolist(), made.price.tolist(), made.size.tolist())
        for ts_ns, price, size in zip(*columns, strict=True):
            start = ts_ns // SECOND_NS * SECOND_NS
            if start + SECOND_NS > until_ns:
                break
            part = Candle(start, price, price, price, price, float(size), price * size, 1)
            found[start] = joined(start, [found[start], part]) if start in found else part
        for candle in found.values():
            candle.base = 1
        return list(found.values())


def _of_seconds(minute: int, seconds: list[Candle]) -> Iterator[Candle]:
    if seconds:
        candle = joined(minute * MINUTE_NS, seconds)
        candle.base = 1
        # As within sessions, where a minute's mean is told by its extremes.
        candle.turnover = (candle.high + candle.low) / 2.0 * candle.volume
        yield candle
