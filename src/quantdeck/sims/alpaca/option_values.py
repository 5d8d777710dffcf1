"""Quotes, trades, bars and greeks of options as Alpaca writes them.

Field letters: Alpaca market data documentation, "Option data". A side that is not quoted has price 0 and
size 0. The indicative feed is not the market: its quotes are altered, its trades come 15 minutes late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.sims.alpaca.bars import bars_of_trades, session_bar
from quantdeck.sims.alpaca.fault_table import AlpacaFault
from quantdeck.sims.alpaca.venue import DELAY_NS, Venue
from quantdeck.sims.options import sessions
from quantdeck.sims.options.draws import uniform

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.sims.noise import FloatArray, IntArray
    from quantdeck.sims.options.listed import Listed
    from quantdeck.sims.options.quoting import Quotes, Trades

Values = dict[str, Any]
EXCHANGES = {
    "A": "AMEX - NYSE American",
    "B": "BOX - Boston Options Exchange",
    "C": "CBOE - Cboe Options Exchange",
    "M": "MIAX - Miami International Stock Exchange",
    "N": "NYSE - New York Stock Exchange",
    "O": "OPRA - Options Price Reporting Authority",
    "P": "ARCA - NYSE Arca",
    "X": "PHLX - Philadelphia Stock Exchange",
}
TRADE_CONDITIONS = {
    "I": "AUTO - Transaction was executed electronically",
    "a": "SLAN - Single Leg Auction Non ISO",
    "f": "MLET - Multi Leg auto-electronic trade",
}
QUOTE_CONDITIONS = {"A": "Eligible for Automatic Execution", "F": "Non-Firm Quote"}
_LETTERS = "CNXBMPA"
_CONDITIONS = "IIIaf"
_SALT_ONE_SIDED, _SALT_ALTERED, _MINUTE_NS = 42, 43, 60_000_000_000


class OptionValues:
    """Writes values of contracts.

    Parameters
    ----------
    venue : Venue
        The market.
    stamp : callable
        Turns an instant [ns] into what is written.
    """

    def __init__(self, venue: Venue, stamp: Callable[[int], object]) -> None:
        self._venue, self._market, self._stamp = venue, venue.market, stamp

    def quotes(self, found: Listed, rows: IntArray, *, indicative: bool) -> list[Values]:
        """Return the latest quotes."""
        made = self._market.quotes(found, rows, self._venue.market_ns())
        return self.written(found, rows, made, indicative=indicative)

    def written(
        self, found: Listed, rows: IntArray, made: Quotes, *, indicative: bool
    ) -> list[Values]:
        """Return quotes as they are written."""
        return [
            {
                "t": stamp,
                "bx": _LETTERS[row % 7],
                "bp": bid,
                "bs": bids,
                "ax": _LETTERS[row % 5],
                "ap": ask,
                "as": asks,
                "c": "A",
            }
            for row, stamp, bid, bids, ask, asks in self._columns(
                found, rows, made, indicative=indicative
            )
        ]

    def messages(
        self, found: Listed, rows: IntArray, made: Quotes, *, indicative: bool
    ) -> list[Values]:
        """Return quotes as they are written on a stream: what they are and of what comes first."""
        symbols = found.symbols
        return [
            {
                "T": "q",
                "S": symbols[row],
                "t": stamp,
                "bx": _LETTERS[row % 7],
                "bp": bid,
                "bs": bids,
                "ax": _LETTERS[row % 5],
                "ap": ask,
                "as": asks,
                "c": "A",
            }
            for row, stamp, bid, bids, ask, asks in self._columns(
                found, rows, made, indicative=indicative
            )
        ]

    def _columns(
        self, found: Listed, rows: IntArray, made: Quotes, *, indicative: bool
    ) -> zip[tuple[int, object, float, int, float, int]]:
        keys = self._market.schedule(found).keys[rows]
        bid, ask, ask_size = made.bid, made.ask, made.ask_size
        if indicative:
            bid = np.maximum(bid - _altered(bid) * (uniform(keys, _SALT_ALTERED) < 0.5), 0.0)
            ask = ask + _altered(ask) * (uniform(keys, _SALT_ALTERED + 1) < 0.5) * (ask > 0)
        fault = self._venue.faults.get(AlpacaFault.ONE_SIDED)
        if fault is not None:
            bare = uniform(keys, _SALT_ONE_SIDED) < (fault.value or 0.0)
            ask, ask_size = np.where(bare, 0.0, ask), np.where(bare, 0, ask_size)
        times: list[int] = made.ts_ns.tolist()
        # All contracts of an expiry are quoted at one instant: it is written once.
        stamps = {ts_ns: self._stamp(ts_ns) for ts_ns in set(times)}
        return zip(
            rows.tolist(),
            [stamps[ts_ns] for ts_ns in times],
            bid.round(2).tolist(),
            made.bid_size.tolist(),
            ask.round(2).tolist(),
            ask_size.tolist(),
            strict=True,
        )

    def trades(self, made: Trades) -> list[Values]:
        """Return trades as they are written."""
        columns = (
            made.ts_ns.tolist(),
            made.price.round(2).tolist(),
            made.size.tolist(),
            made.number.tolist(),
        )
        return [
            {
                "t": self._stamp(ts_ns),
                "x": _LETTERS[number % 6],
                "p": price,
                "s": size,
                "c": _CONDITIONS[number % 5],
            }
            for ts_ns, price, size, number in zip(*columns, strict=True)
        ]

    def trade_ns(self, *, indicative: bool) -> int:
        """Return the instant up to which trades are known on a feed. [ns]."""
        return self._venue.market_ns() - (DELAY_NS if indicative else 0)

    def latest_trades(
        self, found: Listed, rows: IntArray, *, indicative: bool
    ) -> dict[int, Values]:
        """Return the last trade of every row that has one in this session."""
        made = self._market.last_trades(found, rows, self.trade_ns(indicative=indicative))
        made = made.of(np.flatnonzero(made.size > 0))
        return dict(zip(made.rows.tolist(), self.trades(made), strict=True))

    def snapshots(self, found: Listed, rows: IntArray, *, indicative: bool) -> list[Values]:
        """Return snapshots: latest quote and trade, bars, volatility and greeks."""
        quotes = self.quotes(found, rows, indicative=indicative)
        trades = self.latest_trades(found, rows, indicative=indicative)
        minutes = self._minute_bars(found, rows, indicative=indicative)
        days = self._day_bars(found, rows, indicative=indicative)
        before = self._previous_bars(found, rows)
        greeks = self._greeks(found, rows, quotes)
        found_values: list[Values] = []
        for place, row in enumerate(rows.tolist()):
            snapshot: Values = {"latestQuote": quotes[place]} | greeks[place]
            if row in trades:
                snapshot["latestTrade"] = trades[row]
            for name, bars in (
                ("minuteBar", minutes),
                ("dailyBar", days),
                ("prevDailyBar", before),
            ):
                if row in bars:
                    snapshot[name] = bars[row]
            found_values.append(snapshot)
        return found_values

    def _greeks(self, found: Listed, rows: IntArray, quotes: list[Values]) -> list[Values]:
        volatility, greeks = self._market.sensitivities(found, rows, self._venue.market_ns())
        columns = [
            greeks.delta,
            greeks.gamma,
            greeks.theta,
            greeks.vega / 100.0,
            greeks.rho / 100.0,
            volatility,
        ]
        lists = [column.round(8).tolist() for column in columns]
        days = [item.day == found.session for item in found.expiries]
        today: list[bool] = np.array(days)[found.expiry[rows]].tolist()
        values: list[Values] = []
        for place, quote in enumerate(quotes):
            if not (quote["bp"] and quote["ap"]):
                values.append({})
                continue
            # On the day of expiry the vendor says 0 for each and leaves the volatility out.
            numbers = [0.0] * 6 if today[place] else [column[place] for column in lists]
            names = ("delta", "gamma", "theta", "vega", "rho")
            value: Values = {"greeks": dict(zip(names, numbers[:5], strict=True))}
            if not today[place]:
                value["impliedVolatility"] = numbers[5]
            values.append(value)
        return values

    def _minute_bars(self, found: Listed, rows: IntArray, *, indicative: bool) -> dict[int, Values]:
        until = self.trade_ns(indicative=indicative)
        # Of the minute that is growing, or else of the one before it.
        start = until // _MINUTE_NS * _MINUTE_NS - _MINUTE_NS
        made = self._market.trades(found, rows, start - 1, until)
        bars = bars_of_trades(made, lambda ts_ns: ts_ns // _MINUTE_NS * _MINUTE_NS)
        return {row: bar.written(self._stamp) for (row, _), bar in sorted(bars.items())}

    def _day_bars(self, found: Listed, rows: IntArray, *, indicative: bool) -> dict[int, Values]:
        bars = session_bar(self._market, found, rows, self.trade_ns(indicative=indicative))
        return {row: bar.written(self._stamp) for row, bar in bars.items()}

    def _previous_bars(self, found: Listed, rows: IntArray) -> dict[int, Values]:
        before = self._market.contracts_at(sessions.previous_session(found.session))
        wanted: list[int] = rows.tolist()
        names = [found.symbols[row] for row in wanted]
        pairs = {
            before.ids[name]: row
            for name, row in zip(names, wanted, strict=True)
            if name in before.ids
        }
        old = np.array(list(pairs), dtype=np.int64)
        bars = session_bar(self._market, before, old, before.end_ns)
        return {pairs[row]: bar.written(self._stamp) for row, bar in bars.items()}


def _altered(price: FloatArray) -> FloatArray:
    return np.where(price < 3.0, 0.05, 0.10)
