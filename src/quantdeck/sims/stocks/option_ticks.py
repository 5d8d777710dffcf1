"""Trades, quotes and candles of options on stocks.

A contract trades up to three times a minute, the less often the further it is from the money; candles of
minutes hold those trades. Candles of sessions take their extremes from those of the underlying.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.noise import generator
from quantdeck.sims.options import sessions
from quantdeck.sims.options.draws import uniform
from quantdeck.sims.stocks.calendar import MINUTE_NS, sessions_before
from quantdeck.sims.stocks.minutes import SECONDS, Sessions
from quantdeck.sims.stocks.ticks import SECOND_NS, Ticks, session_minute

if TYPE_CHECKING:
    from datetime import date

    from quantdeck.sims.noise import FloatArray
    from quantdeck.sims.stocks.contracts import Contract, StockOptions
    from quantdeck.sims.stocks.market import StockMarket

MOST_TRADES = 3
"""Of a contract in a minute."""
QUOTE_SECONDS = 5
"""Between two quotes of a contract. [s]"""

_SALT_WHETHER, _SALT_WHEN, _SALT_SIDE, _SALT_SIZE, _SALT_BID, _SALT_ASK = range(81, 87)
_SALT_INTEREST, _SALT_VOLUME = 87, 88
_NONE = np.zeros(0, dtype=np.int64)
_NOTHING = Ticks(_NONE, np.zeros(0), _NONE, np.zeros(0), _NONE, is_regular=True)


class OptionTicks:
    """Makes trades and quotes of options.

    Parameters
    ----------
    market : StockMarket
        Prices of the underlyings.
    options : StockOptions
        What contracts are worth.
    """

    def __init__(self, market: StockMarket, options: StockOptions) -> None:
        self._market, self._options = market, options
        self._key = lru_cache(maxsize=8_192)(self._make_key)
        self._trades = lru_cache(maxsize=4_096)(self._make_trades)
        self._quotes = lru_cache(maxsize=4_096)(self._make_quotes)

    def trades(self, contract: Contract, minute: int) -> Ticks:
        """Return the trades of a minute since 1970."""
        return self._trades(contract, minute)

    def quotes(self, contract: Contract, minute: int) -> Ticks:
        """Return the quotes of a minute since 1970."""
        return self._quotes(contract, minute)

    def open_interest(self, contract: Contract, day: date) -> int:
        """Return how many contracts are open on a day."""
        draw = float(uniform(self._keys(contract, 1), _SALT_INTEREST, day.toordinal() // 7)[0])
        return int(20 + 6_000 * draw**3)

    def volume(self, contract: Contract, day: date) -> int:
        """Return how many contracts change hands in a session."""
        draw = float(uniform(self._keys(contract, 1), _SALT_VOLUME, day.toordinal())[0])
        return int(5 + 2_000 * draw**3)

    def session(self, contract: Contract, day: date, until_ns: int) -> Sessions | None:
        """Return the candle of a session up to an instant; None where there is none.

        Parameters
        ----------
        contract : Contract
            Which.
        day : datetime.date
            A session.
        until_ns : int
            [ns]
        """
        return None if day > contract.expiry else self.session_of((contract,), day, until_ns)

    def session_of(
        self, contracts: tuple[Contract, ...], day: date, until_ns: int
    ) -> Sessions | None:
        """Return the candles of a session of contracts on one stock, one row each.

        Parameters
        ----------
        contracts : tuple of Contract
            Which; at least one.
        day : datetime.date
            A session.
        until_ns : int
            [ns]
        """
        stock = self._market.stocks[contracts[0].underlying]
        if until_ns < sessions.open_ns(day):
            return None
        last_ns = min(until_ns, sessions.close_ns(day) - 1)
        place = sessions_before(day)
        spots = (
            self._market.so_far(stock, last_ns)
            if until_ns < sessions.close_ns(day)
            else self._market.intraday.sessions(stock, place, place + 1)
        )
        if spots is None:
            return None
        stamps = (sessions.open_ns(day), last_ns, last_ns, last_ns)
        moments = zip(stamps, (spots.opened, spots.high, spots.low, spots.closed), strict=True)
        rows = np.stack(
            [
                self._options.values_at(stock, contracts, ts_ns, float(spot[0])).price
                for ts_ns, spot in moments
            ]
        )
        price = np.maximum(rows, 0.01).round(2)
        done = (last_ns - sessions.open_ns(day)) / (sessions.close_ns(day) - sessions.open_ns(day))
        volume = np.array([self.volume(contract, day) for contract in contracts])
        return Sessions(
            price[0],
            price.max(0),
            price.min(0),
            price[3],
            price.mean(0).round(4),
            np.maximum(volume * done, 1).astype(np.int64),
        )

    def _make_key(self, osi: str) -> np.uint64:
        return generator(self._market.seed, "option", osi).integers(1, 2**62, dtype=np.uint64)

    def _keys(self, contract: Contract, count: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        return np.full(count, self._key(contract.osi))

    def _spots(self, contract: Contract, minute: int) -> FloatArray:
        stock = self._market.stocks[contract.underlying]
        return self._market.ticks.seconds(stock, minute)[0].prices

    def _make_trades(self, contract: Contract, minute: int) -> Ticks:
        _, into = session_minute(minute)
        spots = self._spots(contract, minute)
        stock = self._market.stocks[contract.underlying]
        numbers = minute * MOST_TRADES + np.arange(MOST_TRADES)
        keys = self._keys(contract, MOST_TRADES)
        away = abs(contract.strike / float(spots[0]) - 1.0)
        happens = uniform(keys, _SALT_WHETHER, numbers) < 0.6 / (1.0 + (away / 0.03) ** 2)
        second = np.sort((uniform(keys, _SALT_WHEN, numbers) * SECONDS).astype(np.int64))
        second = second[happens]
        if not len(second):
            return _NOTHING
        stamps = minute * MINUTE_NS + second * SECOND_NS + 250_000_000 + np.arange(len(second))
        values = self._options.values_over(stock, contract, stamps, spots[second])
        buys = (uniform(keys, _SALT_SIDE, numbers)[happens] < 0.5) | (values.bid == 0.0)
        sizes = 1 + (20 * uniform(keys, _SALT_SIZE, numbers)[happens] ** 3).astype(np.int64)
        nothing = np.zeros(len(second))
        prices = np.where(buys, values.ask, values.bid)
        return Ticks(stamps, prices, sizes, nothing, nothing.astype(np.int64), into is not None)

    def _make_quotes(self, contract: Contract, minute: int) -> Ticks:
        _, into = session_minute(minute)
        spots = self._spots(contract, minute)
        stock = self._market.stocks[contract.underlying]
        count = SECONDS // QUOTE_SECONDS
        second = np.arange(count) * QUOTE_SECONDS
        numbers = minute * count + np.arange(count)
        keys = self._keys(contract, count)
        stamps = minute * MINUTE_NS + second * SECOND_NS
        values = self._options.values_over(stock, contract, stamps, spots[second])
        bids = 1 + (80 * uniform(keys, _SALT_BID, numbers)).astype(np.int64)
        asks = 1 + (80 * uniform(keys, _SALT_ASK, numbers)).astype(np.int64)
        bids = np.where(values.bid > 0.0, bids, 0)
        return Ticks(stamps, values.bid, bids, values.ask, asks, into is not None)
