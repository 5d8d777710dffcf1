"""Candles as Yahoo gives them: in today's shares, by their starts, up to the instant of the question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.options import sessions
from quantdeck.sims.options.sessions import DAY_NS
from quantdeck.sims.stocks.calendar import MINUTE_NS, all_sessions, sessions_before
from quantdeck.sims.yahoo.coins import MINUTES, CoinPrices
from quantdeck.sims.yahoo.hours import MarketState, current_periods

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from quantdeck.sims.noise import FloatArray, IntArray
    from quantdeck.sims.stocks.listing import Stock
    from quantdeck.sims.stocks.market import StockMarket
    from quantdeck.sims.yahoo.listing import Security


@dataclass(frozen=True, eq=False)
class Candles:
    """Candles; arrays have one row each, by time.

    Parameters
    ----------
    start_ns : array of int64
        Starts. [ns]
    opened, high, low, closed : array
        In today's shares. [USD]
    volume : array
        In today's shares; turnover of coins. [shares or USD]
    """

    start_ns: IntArray
    opened: FloatArray
    high: FloatArray
    low: FloatArray
    closed: FloatArray
    volume: FloatArray

    def __len__(self) -> int:
        return len(self.start_ns)

    def part(self, where: slice) -> Candles:
        """Return some of them."""
        return Candles(
            self.start_ns[where],
            self.opened[where],
            self.high[where],
            self.low[where],
            self.closed[where],
            self.volume[where],
        )

    def within(self, first_ns: int, end_ns: int) -> Candles:
        """Return those that start in ``[first, end)``."""
        start, end = np.searchsorted(self.start_ns, (first_ns, end_ns)).tolist()
        return self.part(slice(start, end))

    def joined(self, groups: IntArray) -> Candles:
        """Return candles of several each.

        Parameters
        ----------
        groups : array of int64 of shape (n,)
            Which of the new ones a candle belongs to, not falling.
        """
        if not len(self):
            return self
        first = np.flatnonzero(np.diff(groups, prepend=groups[0] - 1))
        last = np.append(first[1:], len(self)) - 1
        return Candles(
            self.start_ns[first],
            self.opened[first],
            np.maximum.reduceat(self.high, first),
            np.minimum.reduceat(self.low, first),
            self.closed[last],
            np.add.reduceat(self.volume, first),
        )


def _chained(parts: Iterable[Candles]) -> Candles:
    every = list(parts)
    if not every:
        return Candles(np.empty(0, np.int64), *(np.empty(0) for _ in range(5)))
    return Candles(
        np.concatenate([each.start_ns for each in every]),
        np.concatenate([each.opened for each in every]),
        np.concatenate([each.high for each in every]),
        np.concatenate([each.low for each in every]),
        np.concatenate([each.closed for each in every]),
        np.concatenate([each.volume for each in every]),
    )


class YahooPrices:
    """Candles and last prices of every symbol.

    Parameters
    ----------
    market : StockMarket
        Of the stocks and funds.
    """

    def __init__(self, market: StockMarket) -> None:
        self.market = market
        self.coins = CoinPrices(market)
        self._whole = lru_cache(maxsize=64)(self._make_whole)
        self._whole_coin_days = lru_cache(maxsize=8)(self._make_whole_coin_days)

    def days(self, security: Security, now_ns: int) -> Candles:
        """Return the candles of all days up to an instant; the last may be of a day still running."""
        if security.stock is None:
            return self._coin_days(security.symbol, now_ns)
        return self._sessions(security.stock, now_ns)

    def minutes(self, security: Security, first_ns: int, end_ns: int, now_ns: int) -> Candles:
        """Return the candles of the minutes that start in ``[first, end)``, up to an instant."""
        end_ns = min(end_ns, now_ns + 1)
        if end_ns <= first_ns:
            return _chained([])
        if security.stock is None:
            made = self._coin_minutes(security.symbol, first_ns, end_ns, now_ns)
        else:
            made = self._stock_minutes(security.stock, first_ns, end_ns, now_ns)
        return made.within(first_ns, end_ns)

    def last(self, security: Security, now_ns: int) -> tuple[float, int]:
        """Return the last price of regular hours, and when it was. [USD, ns]."""
        if security.stock is None:
            return self.coins.price(security.symbol, now_ns), now_ns
        running = self.market.so_far(security.stock, now_ns)
        if running is not None:
            return float(running.closed[0]), now_ns
        day = self.market.previous_session(now_ns)
        found = self.market.sessions(security.stock, day, day)[1]
        factor = self.market.factor(security.stock, day, as_of=sessions.local_date(now_ns))
        return round(float(found.closed[0]) / factor, 4), sessions.close_ns(day)

    def traded(self, security: Security, now_ns: int) -> tuple[float, MarketState]:
        """Return what it costs now, before and after hours too, and what the market does."""
        state = current_periods(security, now_ns).state(now_ns)
        if security.stock is None or state in (MarketState.REGULAR, MarketState.CLOSED):
            return self.last(security, now_ns)[0], state
        return self.market.price(security.stock, now_ns), state

    def _sessions(self, stock: Stock, now_ns: int) -> Candles:
        today = sessions.local_date(now_ns)
        whole = self._whole(stock, self.market.previous_session(now_ns), today)
        running = self.market.so_far(stock, now_ns)
        if running is None:
            return whole
        now = Candles(
            np.array([sessions.open_ns(today)]),
            running.opened,
            running.high,
            running.low,
            running.closed,
            running.volume.astype(np.float64),
        )
        return _chained((whole, now))

    def _make_whole(self, stock: Stock, last: date, today: date) -> Candles:
        days, rows = self.market.sessions(stock, all_sessions()[0], last)
        factor = self.market.factors(stock, days, as_of=today)
        return Candles(
            _opens()[: len(days)],
            rows.opened / factor,
            rows.high / factor,
            rows.low / factor,
            rows.closed / factor,
            rows.volume * factor,
        )

    def _stock_minutes(self, stock: Stock, first_ns: int, end_ns: int, now_ns: int) -> Candles:
        every = all_sessions()
        place = sessions_before(sessions.local_date(first_ns))
        parts: list[Candles] = []
        while place < len(every) and (opened := sessions.open_ns(every[place])) < end_ns:
            parts.append(self._session_minutes(stock, place, opened, now_ns))
            place += 1
        return _chained(parts)

    def _session_minutes(self, stock: Stock, place: int, open_ns: int, now_ns: int) -> Candles:
        day = all_sessions()[place]
        made = self.market.intraday.minutes(stock, place)
        factor = self.market.factor(stock, day, as_of=sessions.local_date(now_ns))
        starts = open_ns + MINUTE_NS * np.arange(len(made.opened))
        whole = Candles(
            starts,
            made.opened / factor,
            made.high / factor,
            made.low / factor,
            made.closed / factor,
            made.volume.astype(np.float64) * factor,
        )
        into = (now_ns - open_ns) // MINUTE_NS
        if into >= len(starts):
            return whole
        return _chained((whole.part(slice(0, into)), self._running(stock, place, into, now_ns)))

    def _running(self, stock: Stock, place: int, into: int, now_ns: int) -> Candles:
        seconds = self.market.intraday.seconds(stock, place, into)
        done = now_ns % MINUTE_NS // 1_000_000_000
        prices = seconds.prices[: done + 1]
        return Candles(
            np.array([now_ns // MINUTE_NS * MINUTE_NS]),
            prices[:1],
            np.array([prices.max()]),
            np.array([prices.min()]),
            prices[-1:],
            np.array([float(seconds.volume[:done].sum())]),
        )

    def _coin_days(self, symbol: str, now_ns: int) -> Candles:
        today = now_ns // DAY_NS
        whole = self._whole_coin_days(symbol, today)
        running = self._coin_minutes(symbol, today * DAY_NS, now_ns + 1, now_ns)
        return _chained((whole, running.joined(np.zeros(len(running), np.int64))))

    def _make_whole_coin_days(self, symbol: str, today: int) -> Candles:
        first = self.coins.first_day(symbol)
        rows = self.coins.summaries(symbol, first, today)
        return Candles(np.arange(first, today) * DAY_NS, *rows)

    def _coin_minutes(self, symbol: str, first_ns: int, end_ns: int, now_ns: int) -> Candles:
        first = max(first_ns // DAY_NS, self.coins.first_day(symbol))
        last = (end_ns - 1) // DAY_NS
        if last < first:
            return _chained([])
        made = self.coins.days(symbol, first, last + 1)
        opened, closed = made.borders[:, :-1].ravel(), made.borders[:, 1:].ravel()
        starts = (first * MINUTES + np.arange(len(opened))) * MINUTE_NS
        whole = Candles(
            starts,
            opened,
            np.maximum(opened, closed),
            np.minimum(opened, closed),
            closed,
            made.volume.ravel(),
        ).within(first_ns, min(end_ns, now_ns + 1))
        if not len(whole) or whole.start_ns[-1] + MINUTE_NS <= now_ns:
            return whole
        price = np.array([self.coins.price(symbol, now_ns)])
        last_one = whole.part(slice(-1, None))
        share = (now_ns % MINUTE_NS) / MINUTE_NS
        running = Candles(
            last_one.start_ns,
            last_one.opened,
            np.maximum(last_one.opened, price),
            np.minimum(last_one.opened, price),
            price,
            np.floor(last_one.volume * share),
        )
        return _chained((whole.part(slice(0, -1)), running))


@lru_cache(maxsize=1)
def _opens() -> IntArray:
    return np.array([sessions.open_ns(day) for day in all_sessions()])


def actions(
    market: StockMarket, stock: Stock, now_ns: int
) -> tuple[list[tuple[int, float]], list[tuple[date, int, int]]]:
    """Return dividends in today's shares by the open of their day [ns], and splits with old and new."""
    today = sessions.local_date(now_ns)
    dividends = [
        (
            sessions.open_ns(each.ex_day),
            each.amount / market.factor(stock, each.ex_day, as_of=today),
        )
        for each in market.daily.of(stock).dividends
        if each.ex_day <= today
    ]
    splits = [(each.day, each.old, each.new) for each in stock.splits if each.day <= today]
    return dividends, splits
