"""The simulated stock market: everything that is known of it, for whichever vendor tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.options import sessions
from quantdeck.sims.options.listed import Size
from quantdeck.sims.stocks.calendar import MINUTE_NS, all_sessions, sessions_before
from quantdeck.sims.stocks.daily import DailyPrices
from quantdeck.sims.stocks.listing import listed_stocks
from quantdeck.sims.stocks.minutes import IntradayPrices, Sessions
from quantdeck.sims.stocks.ticks import SECOND_NS, StockTicks, session_minute

if TYPE_CHECKING:
    from datetime import date

    from quantdeck.sims.noise import FloatArray
    from quantdeck.sims.stocks.listing import Stock


class StockMarket:
    """Prices of stocks at any instant from 2007 to 2045.

    Parameters
    ----------
    seed : int
        Two with one seed are the same.
    size : Size
        How many generated companies are listed beside the others.
    rate : float
        Multiplies the trades and quotes.

    Attributes
    ----------
    stocks : dict of str to Stock
        What is listed, by symbol.
    daily : DailyPrices
        Opens, closes, dividends.
    intraday : IntradayPrices
        Minutes and seconds of sessions.
    ticks : StockTicks
        Trades and quotes.

    Examples
    --------
    >>> from datetime import date
    >>> market = StockMarket(seed=7, size=Size.SMALL)
    >>> float(market.sessions(market.stocks["AAPL"], date(2026, 11, 20), date(2026, 11, 20))[1].closed[0])
    238.0
    """

    def __init__(self, *, seed: int = 7, size: Size = Size.MEDIUM, rate: float = 1.0) -> None:
        self.seed = seed
        self.stocks = listed_stocks(size)
        self.daily = DailyPrices(seed)
        self.intraday = IntradayPrices(seed, self.daily)
        self.ticks = StockTicks(seed, self.daily, self.intraday, rate=rate)

    def sessions(self, stock: Stock, first: date, last: date) -> tuple[tuple[date, ...], Sessions]:
        """Return the whole sessions of some days, as traded, with their dates."""
        start, end = sessions_before(first), sessions_before(last)
        every = all_sessions()
        if end < len(every) and every[end] == last:
            end += 1
        return every[start:end], self.intraday.sessions(stock, start, max(start, end))

    def factor(self, stock: Stock, day: date, *, as_of: date) -> float:
        """Return the shares that one share of a day had become by another, later day."""
        return float(
            np.prod([split.ratio for split in stock.splits if day < split.day <= as_of] or [1.0])
        )

    def factors(self, stock: Stock, days: tuple[date, ...], *, as_of: date) -> FloatArray:
        """Return `factor` of several days."""
        return np.array([self.factor(stock, day, as_of=as_of) for day in days])

    def price(self, stock: Stock, ts_ns: int) -> float:
        """Return what a stock costs at an instant, in USD."""
        return self.ticks.price(stock, ts_ns)

    def so_far(self, stock: Stock, ts_ns: int) -> Sessions | None:
        """Return the candle of the session in which an instant is, up to it; None between sessions."""
        minute = ts_ns // MINUTE_NS
        place, into = session_minute(minute)
        if into is None:
            return None
        whole = self.intraday.minutes(stock, place)
        seconds = self.intraday.seconds(stock, place, into)
        done = ts_ns % MINUTE_NS // SECOND_NS
        prices = seconds.prices[: done + 1]
        volume = np.append(whole.volume[:into], seconds.volume[:done].sum())
        high = np.append(whole.high[:into], prices.max())
        low = np.append(whole.low[:into], prices.min())
        total = int(volume.sum())
        mean = float(((high + low) / 2.0 * volume).sum() / total) if total else float(prices[0])
        return Sessions(
            whole.opened[:1],
            np.array([high.max()]),
            np.array([low.min()]),
            prices[-1:],
            np.array([round(mean, 4)]),
            np.array([total]),
        )

    def previous_session(self, ts_ns: int) -> date:
        """Return the last session that has closed."""
        day = sessions.local_date(ts_ns)
        every, place = all_sessions(), sessions_before(day)
        if place < len(every) and every[place] == day and sessions.close_ns(day) <= ts_ns:
            return day
        return every[place - 1]
