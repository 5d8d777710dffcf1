"""How a fair value becomes a bid, an ask and a trade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.options.draws import uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.sims.noise import FloatArray, IntArray
    from quantdeck.sims.options.pricing import Priced

_MOOD_BEATS = 16
"""A maker keeps the same view of a contract for so many beats."""
_ONE_SIDED = 0.02
"""Share of the contracts far in the money that nobody offers."""
_SALT_MID, _SALT_WIDTH, _SALT_BID_SIZE, _SALT_ASK_SIZE, _SALT_SIDE, _SALT_ONE = (
    31,
    32,
    33,
    34,
    35,
    36,
)
_LOW_CENTS = 300
_EXACT = 1e-7


@dataclass(frozen=True, slots=True)
class Quotes:
    """Bids and offers; arrays have one row per contract or event.

    Parameters
    ----------
    bid, ask : array
        On the tick; 0 where there is none. [points]
    bid_size, ask_size : array of int64
        0 where there is none. [contracts]
    ts_ns : array of int64
        When they were made. [ns]
    """

    bid: FloatArray
    ask: FloatArray
    bid_size: IntArray
    ask_size: IntArray
    ts_ns: IntArray


@dataclass(frozen=True, slots=True)
class Trades:
    """Trades; arrays have one row per trade.

    Parameters
    ----------
    rows : array of int64
        Contracts.
    ts_ns : array of int64
        When. [ns]
    price : array
        At the bid or the ask of that moment. [points]
    size : array of int64
        [contracts]
    number : array of int64
        Counts the trades of a contract.
    """

    rows: IntArray
    ts_ns: IntArray
    price: FloatArray
    size: IntArray
    number: IntArray

    def of(self, places: IntArray) -> Trades:
        """Return some of the trades."""
        return Trades(
            self.rows[places],
            self.ts_ns[places],
            self.price[places],
            self.size[places],
            self.number[places],
        )


def half_width(priced: Priced) -> FloatArray:
    """Return half of the usual distance from bid to ask, in points.

    Notes
    -----
    h = 0.03 + 0.0025 v + delta^2 S (0.00006 + 0.0004 sqrt(T)) in points of SPX, with v the value of
    the side out of the money: about 1 wide at the money in a month, 4 in a year.
    """
    inside = priced.exposure**2 * (priced.spot / priced.scale)
    width = 0.03 + 0.0025 * priced.out_of_money / priced.scale
    width += inside * (0.00006 + 0.0004 * np.sqrt(priced.years))
    return width * priced.scale


def quoted(priced: Priced, keys: NDArray[np.uint64], beats: IntArray, ts_ns: IntArray) -> Quotes:
    """Return the quotes that makers show at fair values; bid <= value <= ask, always on the tick.

    Parameters
    ----------
    priced : Priced
        Fair values.
    keys : array of uint64
        Names of the contracts in the draws.
    beats : array of int64
        Counters of the quotes.
    ts_ns : array of int64
        When they are made. [ns]
    """
    mood = beats // _MOOD_BEATS
    half = half_width(priced) * (0.8 + 0.6 * uniform(keys, _SALT_WIDTH, mood))
    middle = priced.value + half * (0.9 * uniform(keys, _SALT_MID, mood) - 0.45)
    bid = _on_tick((middle - half) * 100.0, priced, up=False)
    ask = _on_tick((middle + half) * 100.0, priced, up=True)
    depth = 4.0 + 60.0 * np.exp(-2.0 * np.abs(priced.terms.d1)) / (1.0 + 2.0 * priced.years)
    bid_size = 1 + (depth * _skewed(uniform(keys, _SALT_BID_SIZE, beats))).astype(np.int64)
    ask_size = 1 + (depth * _skewed(uniform(keys, _SALT_ASK_SIZE, beats))).astype(np.int64)
    is_bare = (priced.exposure > 0.98) & (uniform(keys, _SALT_ONE) < _ONE_SIDED)
    has_bid = bid > 0
    return Quotes(
        bid=np.where(has_bid, bid, 0) / 100.0,
        ask=np.where(is_bare, 0, ask) / 100.0,
        bid_size=np.where(has_bid, bid_size, 0),
        ask_size=np.where(is_bare, 0, ask_size),
        ts_ns=ts_ns,
    )


def trade_price(quotes: Quotes, keys: NDArray[np.uint64], numbers: IntArray) -> FloatArray:
    """Return the prices of trades: one side of the quotes of their moment, in points."""
    buys = (uniform(keys, _SALT_SIDE, numbers) < 0.5) | (quotes.bid == 0.0)
    return np.where(buys & (quotes.ask > 0.0), quotes.ask, quotes.bid)


def _skewed(share: FloatArray) -> FloatArray:
    return -np.log1p(-share)


def _on_tick(cents: FloatArray, priced: Priced, *, up: bool) -> IntArray:
    tick = np.where(cents < _LOW_CENTS, priced.low_tick, priced.high_tick)
    count = np.ceil(cents / tick - _EXACT) if up else np.floor(cents / tick + _EXACT)
    return np.maximum(count, 1.0 if up else 0.0).astype(np.int64) * tick
