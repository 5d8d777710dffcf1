"""Options on stocks: which are listed, and what they are worth under a planted curve and smile.

Contracts are American. Strikes of an expiry are laid around the price on certain days before it and are never
taken back, as at an exchange. Splits of the underlying do not touch contracts: strikes are laid anew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.options import Right
from quantdeck.sims.options import sessions
from quantdeck.sims.options.black import Exercise, Terms, european, exercise, greeks
from quantdeck.sims.options.truth import YEAR_NS, smile
from quantdeck.sims.stocks.calendar import all_sessions, sessions_before

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.sims.noise import FloatArray, IntArray
    from quantdeck.sims.options.black import Greeks
    from quantdeck.sims.stocks.listing import Stock
    from quantdeck.sims.stocks.market import StockMarket

RATE = 0.04
"""Planted interest rate, continuous. [1/year]"""

_WEEKS, _MONTHS = 5, 4
_LAID_DAYS = (720, 360, 180, 90, 45, 20)
_WEEKLY_LAID_DAYS = (45, 20)
_REACH = 0.24
_STEPS = ((25.0, 0.5), (60.0, 1.0), (150.0, 2.5), (400.0, 5.0), (1_000.0, 10.0), (math.inf, 25.0))
_SHORTEST_NS = 60_000_000_000


@dataclass(frozen=True, slots=True)
class Contract:
    """An option.

    Parameters
    ----------
    underlying : str
        Symbol.
    expiry : datetime.date
        Last session.
    right : Right
        Call or put.
    strike : float
        [USD]
    """

    underlying: str
    expiry: date
    right: Right
    strike: float

    @property
    def osi(self) -> str:
        """Name of the contract without padding.

        Examples
        --------
        >>> Contract("AAPL", date(2026, 12, 18), Right.CALL, 240.0).osi
        'AAPL261218C00240000'
        """
        letter = "C" if self.right is Right.CALL else "P"
        return f"{self.underlying}{self.expiry:%y%m%d}{letter}{round(self.strike * 1_000):08d}"


@dataclass(frozen=True, eq=False)
class Values:
    """What contracts are worth; arrays have one row per contract.

    Parameters
    ----------
    price, bid, ask : array
        [USD]
    volatility : array
        Planted. [1/sqrt(year)]
    greeks : Greeks
        Of the European part.
    """

    price: FloatArray
    bid: FloatArray
    ask: FloatArray
    volatility: FloatArray
    greeks: Greeks


class StockOptions:
    """The options of a market.

    Parameters
    ----------
    market : StockMarket
        Prices of the underlyings.
    """

    def __init__(self, market: StockMarket) -> None:
        self._market = market
        self._strikes = lru_cache(maxsize=4_096)(self._make_strikes)
        self._listed = lru_cache(maxsize=256)(self._make_listed)

    def listed(self, stock: Stock, day: date) -> tuple[Contract, ...]:
        """Return what is listed on a day, by expiry, right and strike."""
        return self._listed(stock, day)

    def _make_listed(self, stock: Stock, day: date) -> tuple[Contract, ...]:
        if not stock.has_options:
            return ()
        return tuple(
            contract
            for expiry, laid in _expiries(day).items()
            for contract in self.of_expiry(stock, expiry, laid, day)
        )

    def expired(self, stock: Stock, first: date, last: date) -> tuple[Contract, ...]:
        """Return the contracts whose last session is in some days, all before now."""
        if not stock.has_options:
            return ()
        days = [first + timedelta(n) for n in range((last - first).days + 1)]
        fridays = {_on_or_before(day): day for day in days if day.weekday() == 4}
        found: list[Contract] = []
        for expiry, friday in sorted(fridays.items()):
            if first <= expiry <= last:
                laid = _LAID_DAYS if _is_monthly(friday) else _WEEKLY_LAID_DAYS
                found += self.of_expiry(stock, expiry, laid, expiry)
        return tuple(found)

    def of_expiry(
        self, stock: Stock, expiry: date, laid: tuple[int, ...], day: date
    ) -> list[Contract]:
        """Return the contracts of one expiry that have been listed by a day."""
        days = tuple(each for n in laid if (each := expiry - timedelta(n)) <= day)
        strikes = self._strikes(stock, days or (day,))
        return [
            Contract(stock.symbol, expiry, right, strike)
            for right in (Right.CALL, Right.PUT)
            for strike in strikes
        ]

    def _make_strikes(self, stock: Stock, days: tuple[date, ...]) -> tuple[float, ...]:
        daily = self._market.daily.of(stock)
        found: set[float] = set()
        for day in days:
            place = max(0, sessions_before(max(day, all_sessions()[1])) - 1)
            price = float(daily.closed[place])
            # Contracts laid before a split would be in shares that are no more.
            price /= self._market.factor(stock, all_sessions()[place], as_of=days[-1])
            step = next(step for most, step in _STEPS if price < most)
            low, high = (
                math.ceil(price * (1 - _REACH) / step),
                math.floor(price * (1 + _REACH) / step),
            )
            found |= {round(n * step, 3) for n in range(max(1, low), high + 1)}
        return tuple(sorted(found))

    def values(self, stock: Stock, contracts: tuple[Contract, ...], ts_ns: int) -> Values:
        """Return what contracts are worth at an instant, at the underlying's price of then."""
        return self.values_at(stock, contracts, ts_ns, self._market.price(stock, ts_ns))

    def values_at(
        self, stock: Stock, contracts: tuple[Contract, ...], ts_ns: int, spot: float
    ) -> Values:
        """Return what contracts are worth at an instant and a price of the underlying."""
        strike = np.array([contract.strike for contract in contracts])
        is_call = np.array([contract.right is Right.CALL for contract in contracts])
        left = np.array([sessions.close_ns(contract.expiry) - ts_ns for contract in contracts])
        return option_values(stock, strike, is_call, left, np.full(len(strike), spot))

    def values_over(
        self, stock: Stock, contract: Contract, ts_ns: IntArray, spot: FloatArray
    ) -> Values:
        """Return what one contract is worth at instants and prices of the underlying."""
        count = len(ts_ns)
        strike = np.full(count, contract.strike)
        is_call = np.full(count, contract.right is Right.CALL)
        return option_values(
            stock, strike, is_call, sessions.close_ns(contract.expiry) - ts_ns, spot
        )


def option_values(
    stock: Stock,
    strike: FloatArray,
    is_call: NDArray[np.bool_],
    left_ns: IntArray,
    spot: FloatArray,
) -> Values:
    """Return what options are worth, with bid and ask on the tick around it.

    Parameters
    ----------
    stock : Stock
        Underlying.
    strike, spot : array
        [USD]
    is_call : array of bool
        Right.
    left_ns : array of int64
        Time to the expiry. [ns]
    """
    years = np.maximum(left_ns, _SHORTEST_NS) / YEAR_NS
    growth = RATE - stock.dividend_yield
    terms = _terms(stock, spot * np.exp(growth * years), strike, years, is_call)
    price = _american(terms, spot, years, stock)
    half = np.maximum(0.005 + 0.01 * price + 0.0002 * spot * np.sqrt(years), 0.01)
    tick = np.where(price < 3.0, 0.01, 0.05)
    bid = np.maximum(np.floor((price - half) / tick + 1e-7) * tick, 0.0).round(2)
    ask = (np.ceil((price + half) / tick - 1e-7) * tick).round(2)
    volatility = terms.deviation / np.sqrt(years)
    return Values(price.round(4), bid, ask, volatility, greeks(terms, spot=spot, years=years))


def annual_volatility(stock: Stock) -> float:
    """Return the planted volatility of options at the money. [1/sqrt(year)].

    Examples
    --------
    >>> from quantdeck.sims.stocks.listing import STOCKS
    >>> round(annual_volatility(STOCKS[0]), 3)
    0.265
    """
    return 1.1 * math.hypot(0.148 * stock.beta, stock.own_volatility)


def _terms(
    stock: Stock,
    forward: FloatArray,
    strike: FloatArray,
    years: FloatArray,
    is_call: NDArray[np.bool_],
) -> Terms:
    variance = annual_volatility(stock) ** 2 * years
    total = smile(np.log(strike / forward), variance)
    return Terms(forward, strike, np.exp(-RATE * years), np.sqrt(total), is_call)


def _american(terms: Terms, spot: FloatArray, years: FloatArray, stock: Stock) -> FloatArray:
    count = len(spot)
    made: Exercise = exercise(
        terms,
        rate=np.full(count, RATE),
        dividend=np.full(count, stock.dividend_yield),
        years=years,
    )
    inner = np.maximum(terms.sign * (spot - terms.strike), 0.0)
    exercised = (made.worth > 0.0) & (terms.sign * (spot - made.critical) >= 0.0)
    held = np.maximum(european(terms) + made.premium(spot), inner)
    return np.where(exercised, inner, held)


@lru_cache(maxsize=512)
def _expiries(day: date) -> dict[date, tuple[int, ...]]:
    # Expiry and the days before it on which strikes are laid; by day.
    friday = day + timedelta((4 - day.weekday()) % 7)
    found: dict[date, tuple[int, ...]] = {}
    for week in range(_WEEKS):
        found[_on_or_before(friday + timedelta(7 * week))] = _WEEKLY_LAID_DAYS
    for ahead in range(_MONTHS):
        years, month = divmod(day.month - 1 + ahead, 12)
        found[_on_or_before(sessions.nth_weekday(day.year + years, month + 1, 4, 3))] = _LAID_DAYS
    for year in (day.year + 1, day.year + 2):
        found[_on_or_before(sessions.nth_weekday(year, 1, 4, 3))] = _LAID_DAYS
    return {expiry: found[expiry] for expiry in sorted(found) if expiry >= day}


def _is_monthly(friday: date) -> bool:
    return friday == sessions.nth_weekday(friday.year, friday.month, 4, 3)


def _on_or_before(day: date) -> date:
    every, place = all_sessions(), sessions_before(day)
    return day if place < len(every) and every[place] == day else every[place - 1]
