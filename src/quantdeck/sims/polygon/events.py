"""What the streams send of a ticker between two instants, by channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.sims.polygon.candles import CandleMaker
from quantdeck.sims.polygon.shapes import exchange_of, sequence_of, tape_of, trade_conditions
from quantdeck.sims.stocks.calendar import MINUTE_NS
from quantdeck.sims.stocks.ticks import SECOND_NS, session_minute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quantdeck.sims.polygon.candles import Candle
    from quantdeck.sims.polygon.instruments import Instrument
    from quantdeck.sims.polygon.venue import Venue
    from quantdeck.sims.stocks.ticks import Ticks

Item = dict[str, Any]
Timed = tuple[int, Item]
"""When an event is sent [ns], and what is."""

_BAND = 0.05
_A_SECOND_MS, _A_MINUTE_MS = 1_000, 60_000


class StreamEvents:
    """Makes the events of the streams.

    Parameters
    ----------
    venue : Venue
        The market.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._maker = CandleMaker(venue)
        self._of = {
            "T": self._trades,
            "Q": self._quotes,
            "A": self._seconds,
            "AM": self._minutes,
            "FMV": self._fair_values,
            "LULD": self._bands,
        }

    def between(self, channel: str, what: Instrument, after: int, until: int) -> Iterator[Timed]:
        """Yield the events of ``(after, until]`` with the instants at which they are sent.

        Parameters
        ----------
        channel : str
            One of T, Q, A, AM, FMV, LULD.
        what : Instrument
            Of what.
        after, until : int
            [ns]
        """
        # A candle is sent when it is over: that of a minute's last second, and of the minute, in the next.
        first = after // MINUTE_NS
        if after < first * MINUTE_NS + SECOND_NS:
            first -= 1
        for minute in range(first, until // MINUTE_NS + 1):
            if self._venue.is_streaming(minute * MINUTE_NS):
                yield from self._of[channel](what, minute, after, until)

    def _trades(self, what: Instrument, minute: int, after: int, until: int) -> Iterator[Timed]:
        made = what.trades(self._venue, minute)
        tape = tape_of(what)
        for place in _places(made, after, until):
            ts_ns, size = int(made.ts_ns[place]), int(made.size[place])
            yield (
                ts_ns,
                {
                    "ev": "T",
                    "sym": what.ticker,
                    "x": exchange_of(ts_ns),
                    "i": str(sequence_of(minute, place)),
                    "z": tape,
                    "p": float(made.price[place]),
                    "s": size,
                    "ds": str(size),
                    "c": trade_conditions(size, is_regular=made.is_regular),
                    "t": ts_ns // 1_000_000,
                    "q": sequence_of(minute, place),
                },
            )

    def _quotes(self, what: Instrument, minute: int, after: int, until: int) -> Iterator[Timed]:
        made = what.quotes(self._venue, minute)
        tape = tape_of(what)
        for place in _places(made, after, until):
            ts_ns = int(made.ts_ns[place])
            yield (
                ts_ns,
                {
                    "ev": "Q",
                    "sym": what.ticker,
                    "bx": exchange_of(ts_ns),
                    "bp": float(made.price[place]),
                    "bs": int(made.size[place]),
                    "ax": exchange_of(ts_ns + 1),
                    "ap": float(made.other[place]),
                    "as": int(made.other_size[place]),
                    "c": 1,
                    "i": [604],
                    "t": ts_ns // 1_000_000,
                    "q": sequence_of(minute, place),
                    "z": tape,
                },
            )

    def _seconds(self, what: Instrument, minute: int, after: int, until: int) -> Iterator[Timed]:
        candles = self._over(what, minute, after, until)
        if not candles:
            return
        opened, volume, turnover = self._so_far(what, minute)
        earlier = self._maker.seconds(what, minute, candles[0].start_ns)
        volume += int(sum(candle.volume for candle in earlier))
        turnover += sum(candle.turnover for candle in earlier)
        for candle in candles:
            volume, turnover = volume + int(candle.volume), turnover + candle.turnover
            yield (
                candle.start_ns + SECOND_NS,
                _candle("A", what, candle, opened=opened, volume=volume, turnover=turnover)
                | {"e": candle.start_ns // 1_000_000 + _A_SECOND_MS},
            )

    def _minutes(self, what: Instrument, minute: int, after: int, until: int) -> Iterator[Timed]:
        if not after < (minute + 1) * MINUTE_NS <= until:
            return
        candle = self._maker.minute(what, minute)
        if candle is None:
            return
        opened, volume, turnover = self._so_far(what, minute)
        volume, turnover = volume + int(candle.volume), turnover + candle.turnover
        yield (
            (minute + 1) * MINUTE_NS,
            _candle("AM", what, candle, opened=opened, volume=volume, turnover=turnover)
            | {"e": candle.start_ns // 1_000_000 + _A_MINUTE_MS},
        )

    def _over(self, what: Instrument, minute: int, after: int, until: int) -> list[Candle]:
        # The seconds of a minute that have ended in (after, until].
        if until - after < SECOND_NS and after // SECOND_NS == until // SECOND_NS:
            return []
        end = min(until, (minute + 1) * MINUTE_NS)
        made = self._maker.seconds(what, minute, end)
        return [candle for candle in made if candle.start_ns + SECOND_NS > after]

    def _fair_values(
        self, what: Instrument, minute: int, after: int, until: int
    ) -> Iterator[Timed]:
        for candle in self._over(what, minute, after, until):
            ts_ns = candle.start_ns + SECOND_NS
            yield ts_ns, {"ev": "FMV", "fmv": candle.closed, "sym": what.ticker, "t": ts_ns}

    def _bands(self, what: Instrument, minute: int, after: int, until: int) -> Iterator[Timed]:
        ts_ns = minute * MINUTE_NS + SECOND_NS
        if what.contract is not None or not after < ts_ns <= until:
            return
        price = self._venue.market.price(what.stock, minute * MINUTE_NS)
        yield (
            ts_ns,
            {
                "ev": "LULD",
                "T": what.ticker,
                "h": round(price * (1.0 + _BAND), 2),
                "l": round(price * (1.0 - _BAND), 2),
                "i": [16],
                "z": tape_of(what),
                "t": ts_ns // 1_000_000,
                "q": sequence_of(minute, 0),
            },
        )

    def _open_of(self, what: Instrument, minute: int) -> float:
        if what.contract is None:
            return self._venue.market.price(what.stock, minute * MINUTE_NS)
        made = what.quotes(self._venue, minute)
        return round(float(made.price[0] + made.other[0]) / 2.0, 4)

    def _so_far(self, what: Instrument, minute: int) -> tuple[float, int, float]:
        # Open of the session, volume and turnover in it before a minute.
        place, into = session_minute(minute)
        if what.contract is not None or into is None:
            return self._open_of(what, minute), 0, 0.0
        whole = self._venue.market.intraday.minutes(what.stock, place)
        volume = whole.volume[:into]
        middle = (whole.high[:into] + whole.low[:into]) / 2.0
        return float(whole.opened[0]), int(volume.sum()), float((middle * volume).sum())


def _places(made: Ticks, after: int, until: int) -> range:
    first, end = (int(np.searchsorted(made.ts_ns, at, side="right")) for at in (after, until))
    return range(first, end)


def _candle(
    event: str, what: Instrument, candle: Candle, *, opened: float, volume: int, turnover: float
) -> Item:
    return {
        "ev": event,
        "sym": what.ticker,
        "v": int(candle.volume),
        "av": volume,
        "dv": str(int(candle.volume)),
        "dav": str(volume),
        "op": opened,
        "vw": candle.mean,
        "o": candle.opened,
        "c": candle.closed,
        "h": candle.high,
        "l": candle.low,
        "a": round(turnover / volume, 4) if volume else opened,
        "z": max(1, int(candle.volume) // max(1, candle.count)),
        "s": candle.start_ns // 1_000_000,
    }
