"""Prices of every session since 2007: one market factor, and what each stock adds to it.

Closes are worked out in shares as they are after the last split planted, and told as they were traded: a
price of the past is higher by the splits that came after it. A dividend lowers the open of its first day
without it. The rest of a day is in `quantdeck.sims.stocks.minutes`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.noise import generator
from quantdeck.sims.stocks.calendar import all_sessions, sessions_before

if TYPE_CHECKING:
    from quantdeck.sims.noise import FloatArray, IntArray
    from quantdeck.sims.stocks.listing import Stock

ANCHOR = date(2026, 11, 20)
"""Session whose close is a stock's `Stock.price`."""
SESSIONS_A_YEAR = 252
CALM, STRESS = 0.11, 0.33
"""Volatility of the market in its two regimes. [1/sqrt(year)]"""

_TO_STRESS, _TO_CALM = 1.0 / 380.0, 1.0 / 55.0
_DRIFT = {False: 0.15, True: -0.35}
_CASH = 0.04
_OVERNIGHT = 0.35
_GAP = 0.25


@dataclass(frozen=True, slots=True)
class Dividend:
    """A cash dividend.

    Parameters
    ----------
    declared, ex_day, record_day, pay_day : datetime.date
        When it was announced, the first session without it, who is entered then gets it, and when.
    amount : float
        For a share of its time. [USD]
    """

    declared: date
    ex_day: date
    record_day: date
    pay_day: date
    amount: float


@dataclass(frozen=True, eq=False)
class Daily:
    """Opens and closes of a stock; arrays have one row per session since 2007.

    Parameters
    ----------
    opened, closed : array
        As traded. [USD]
    deviation : array
        Standard deviation of the log price within the session.
    factor : array
        Shares after the last split planted that one share of the session became.
    volume : array of int64
        Shares as traded.
    dividends : tuple of Dividend
        By day.
    """

    opened: FloatArray
    closed: FloatArray
    deviation: FloatArray
    factor: FloatArray
    volume: IntArray
    dividends: tuple[Dividend, ...]


class DailyPrices:
    """Makes the sessions of stocks.

    Parameters
    ----------
    seed : int
        Two with one seed are the same.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._stress, self._market = self._make_market()
        self._daily = lru_cache(maxsize=2_048)(self._make)

    @property
    def stress(self) -> FloatArray:
        """1 on sessions of the stressed regime, 0 on others."""
        return self._stress

    def of(self, stock: Stock) -> Daily:
        """Return the sessions of a stock."""
        return self._daily(stock)

    def _make_market(self) -> tuple[FloatArray, FloatArray]:
        rng = generator(self._seed, "stocks", "market")
        count = len(all_sessions())
        draws = rng.random(count)
        stress = np.zeros(count)
        is_stressed = False
        for place, draw in enumerate(draws.tolist()):
            if draw < (_TO_CALM if is_stressed else _TO_STRESS):
                is_stressed = not is_stressed
            stress[place] = float(is_stressed)
        volatility = np.where(stress > 0.0, STRESS, CALM) / math.sqrt(SESSIONS_A_YEAR)
        drift = np.where(stress > 0.0, _DRIFT[True], _DRIFT[False]) / SESSIONS_A_YEAR
        return stress, drift - 0.5 * volatility**2 + volatility * _heavy(rng, count)

    def _make(self, stock: Stock) -> Daily:
        rng = generator(self._seed, "stock", stock.symbol, "days")
        every = all_sessions()
        count = len(every)
        # What a stock has of its own grows in bad times, too.
        own = stock.own_volatility * (1.0 + 0.5 * self._stress) / math.sqrt(SESSIONS_A_YEAR)
        returns = stock.beta * self._market + own * _heavy(rng, count) - 0.5 * own**2
        returns += (1.0 - stock.beta) * _CASH / SESSIONS_A_YEAR
        gap = _OVERNIGHT * returns + _GAP * own * rng.standard_normal(count)
        ex_days = _ex_days(stock)
        drop = np.zeros(count)
        drop[[place for place, _ in ex_days]] = math.log1p(
            -stock.dividend_yield / max(1, len(stock.months))
        )
        level = np.cumsum(returns + drop)
        level += math.log(stock.price) - level[sessions_before(ANCHOR)]
        before = np.concatenate(([level[0]], level[:-1]))
        factor = _factor(stock)
        closed = np.maximum((np.exp(level) * factor).round(2), 0.01)
        opened = np.maximum((np.exp(before + gap + drop) * factor).round(2), 0.01)
        volatility = np.where(self._stress > 0.0, STRESS, CALM)
        annual = np.hypot(stock.beta * volatility, own * math.sqrt(SESSIONS_A_YEAR))
        turnover = 0.006 * stock.shares * 1e6 * np.exp(0.35 * rng.standard_normal(count))
        volume = turnover * (1.0 + 0.8 * self._stress) / factor
        return Daily(
            opened,
            closed,
            0.8 * annual / math.sqrt(SESSIONS_A_YEAR),
            factor,
            np.maximum(volume, 50_000.0).astype(np.int64),
            _dividends(stock, ex_days, closed),
        )


def _heavy(rng: np.random.Generator, count: int) -> FloatArray:
    # Student's t with six degrees of freedom, of variance one.
    return np.clip(rng.standard_t(6, count), -9.0, 9.0) / math.sqrt(1.5)


def _factor(stock: Stock) -> FloatArray:
    every = all_sessions()
    factor = np.ones(len(every))
    for split in stock.splits:
        factor[: sessions_before(split.day)] *= split.ratio
    return factor


def _ex_days(stock: Stock) -> list[tuple[int, date]]:
    every = all_sessions()
    offset = int(generator(0, "ex-day", stock.symbol).integers(5, 16))
    found: list[tuple[int, date]] = []
    for year in range(every[0].year, every[-1].year + 1):
        for month in stock.months:
            place = sessions_before(date(year, month, offset))
            if 0 < place < len(every):
                found.append((place, every[place]))
    return found


def _dividends(
    stock: Stock, ex_days: list[tuple[int, date]], closed: FloatArray
) -> tuple[Dividend, ...]:
    every = all_sessions()
    found: list[Dividend] = []
    for place, day in ex_days:
        # What the price falls by, from the last close in shares of the day itself.
        factor = next((s.ratio for s in stock.splits if s.day == day), 1.0)
        amount = float(closed[place - 1]) / factor * stock.dividend_yield / len(stock.months)
        # The record day is the ex-day since settlement takes one session.
        record = day if day >= date(2024, 5, 28) else every[min(place + 1, len(every) - 1)]
        found.append(
            Dividend(
                declared=day - timedelta(28),
                ex_day=day,
                record_day=record,
                pay_day=record + timedelta(21),
                amount=max(0.0001, round(amount, 4)),
            )
        )
    return tuple(found)
