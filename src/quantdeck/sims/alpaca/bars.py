"""Candles of options from their trades.

Candles of minutes and hours hold every trade. Those of a session count every trade and contract, but take
their prices from nine trades spread over the session, the first and the last among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.sims.options import sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.sims.noise import IntArray
    from quantdeck.sims.options.listed import Listed
    from quantdeck.sims.options.market import OptionMarket
    from quantdeck.sims.options.quoting import Trades

_SAMPLES = 9


@dataclass(slots=True)
class Bar:
    """One candle.

    Parameters
    ----------
    start_ns : int
        Its begin. [ns]
    opened, high, low, closed : float
        Prices. [points]
    volume : int
        Contracts or shares.
    count : int
        Trades.
    turnover : float
        Sum of price times size.
    """

    start_ns: int
    opened: float
    high: float
    low: float
    closed: float
    volume: int
    count: int
    turnover: float

    def add(self, price: float, size: int) -> None:
        """Take in one trade."""
        self.high, self.low = max(self.high, price), min(self.low, price)
        self.closed = price
        self.volume += size
        self.count += 1
        self.turnover += price * size

    def written(self, stamp: Callable[[int], object]) -> dict[str, Any]:
        """Return the candle as it is written."""
        return {
            "t": stamp(self.start_ns),
            "o": round(self.opened, 4),
            "h": round(self.high, 4),
            "l": round(self.low, 4),
            "c": round(self.closed, 4),
            "v": self.volume,
            "n": self.count,
            "vw": round(self.turnover / self.volume, 6) if self.volume else 0.0,
        }


def bars_of_trades(made: Trades, start_of: Callable[[int], int]) -> dict[tuple[int, int], Bar]:
    """Return the candles of trades by row and begin.

    Parameters
    ----------
    made : Trades
        By time.
    start_of : callable
        Gives the begin of the candle an instant belongs to.
    """
    bars: dict[tuple[int, int], Bar] = {}
    columns = (made.rows.tolist(), made.ts_ns.tolist(), made.price.tolist(), made.size.tolist())
    for row, ts_ns, price, size in zip(*columns, strict=True):
        key = row, start_of(ts_ns)
        bar = bars.get(key)
        if bar is None:
            bar = bars[key] = Bar(key[1], price, price, price, price, 0, 0, 0.0)
        bar.add(price, size)
    return bars


def session_bar(
    market: OptionMarket, found: Listed, rows: IntArray, until_ns: int
) -> dict[int, Bar]:
    """Return the candle of a session, as far as it has come, of every row that has traded."""
    until_ns = min(until_ns, found.end_ns)
    schedule = market.schedule(found).of(rows)
    first, end = schedule.trades_before(found.start_ns), schedule.trades_before(until_ns)
    traded = np.flatnonzero(end > first)
    if not len(traded):
        return {}
    rows, first, end = rows[traded], first[traded], end[traded]
    share = np.linspace(0.0, 1.0, _SAMPLES)
    numbers = first[:, None] + np.rint((end - 1 - first)[:, None] * share).astype(np.int64)
    made = market.numbered_trades(found, np.repeat(rows, _SAMPLES), numbers.ravel())
    prices = made.price.reshape(len(rows), _SAMPLES)
    count, size = end - first, made.size.reshape(len(rows), _SAMPLES)[:, 0]
    columns = (rows, prices[:, 0], prices.max(1), prices.min(1), prices[:, -1], count, size)
    mean = prices.mean(1).tolist()
    # At a week-end the session's own day has not begun.
    today_ns = sessions.instant(sessions.local_date(until_ns), sessions.MIDNIGHT)
    begun_ns = min(found.midnight_ns, today_ns)
    bars: dict[int, Bar] = {}
    for place, values in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        row, opened, high, low, closed, trades, each = values
        volume = trades * each
        turnover = mean[place] * volume
        bars[row] = Bar(begun_ns, opened, high, low, closed, volume, trades, turnover)
    return bars
