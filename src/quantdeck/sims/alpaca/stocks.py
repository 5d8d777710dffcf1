"""Quotes, trades and bars of the stocks: three that follow the index, and FAKEPACA of the test stream.

Field letters: Alpaca market data documentation, "Real-time Stock Data". Candles up to an hour hold every
step of the price, longer ones its value at each minute.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.sims.alpaca.bars import Bar
from quantdeck.sims.noise import generator
from quantdeck.sims.options.draws import uniform
from quantdeck.sims.options.level import MINUTE_NS, STEP_NS, STEPS
from quantdeck.sims.options.market import SCALES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.sims.noise import FloatArray, IntArray
    from quantdeck.sims.options.market import OptionMarket

Values = dict[str, Any]
STOCK_SCALES = {"SPY": SCALES["SPY"], "AAPL": 0.04, "MSFT": 0.07, "FAKEPACA": 0.02}
"""Prices as shares of SPX."""
STOCK_NAMES = {"SPY": "SPDR S&P 500", "AAPL": "Apple Inc.", "MSFT": "Microsoft Corporation"}
TEST_SYMBOL = "FAKEPACA"
STOCK_EXCHANGES = {"P": "NYSE Arca", "Q": "NASDAQ", "V": "IEX", "Z": "Cboe BZ"}
STOCK_TRADE_CONDITIONS = {"@": "Regular Sale", "F": "Intermarket Sweep", "I": "Odd Lot Trade"}
STOCK_QUOTE_CONDITIONS = {"R": "Regular Two Sided Open"}

BEAT_NS = 250_000_000
TRADE_NS = 400_000_000
"""Between two quotes, and in which a stock trades once. [ns]"""
_LETTERS = "PQVZ"
_SALT_WIDE, _SALT_BID_SIZE, _SALT_ASK_SIZE, _SALT_WHEN, _SALT_SIDE, _SALT_SIZE = range(51, 57)
_DAY_NS = 86_400_000_000_000


class Stocks:
    """The stocks of a market.

    Parameters
    ----------
    market : OptionMarket
        Whose index they follow.
    """

    def __init__(self, market: OptionMarket) -> None:
        self._market = market
        self._key = {
            symbol: generator(market.seed, "stock", symbol).integers(1, 2**62, dtype=np.uint64)
            for symbol in STOCK_SCALES
        }
        self._minute = lru_cache(maxsize=100_000)(self._make_minute)

    def quotes(self, symbol: str, after_ns: int, until_ns: int) -> list[tuple[int, Values]]:
        """Return the quotes made in ``(after, until]`` with their instants; `t` is left out."""
        beats = np.arange(after_ns // BEAT_NS + 1, until_ns // BEAT_NS + 1)
        return self._quotes(symbol, beats)

    def latest_quote(self, symbol: str, ts_ns: int) -> tuple[int, Values]:
        """Return the quote in force."""
        return self._quotes(symbol, np.array([ts_ns // BEAT_NS]))[0]

    def trades(self, symbol: str, after_ns: int, until_ns: int) -> list[tuple[int, Values]]:
        """Return the trades in ``(after, until]`` with their instants; `t` is left out."""
        numbers = np.arange(after_ns // TRADE_NS - 1, until_ns // TRADE_NS + 1)
        made = self._trades(symbol, numbers)
        return [item for item in made if after_ns < item[0] <= until_ns]

    def latest_trade(self, symbol: str, ts_ns: int) -> tuple[int, Values]:
        """Return the last trade."""
        return self.trades(symbol, ts_ns - 3 * TRADE_NS, ts_ns)[-1]

    def minute_bar(self, symbol: str, start_ns: int, until_ns: int | None = None) -> Bar:
        """Return the candle of a minute, up to an instant where one is given."""
        if until_ns is None or until_ns >= start_ns + MINUTE_NS - 1:
            opened, high, low, closed = self._minute(start_ns)
        else:
            opened, high, low, closed = self._prices(start_ns, until_ns)
        scale = STOCK_SCALES[symbol]
        volume = 100 + start_ns // MINUTE_NS * 7_919 % 900
        prices = [round(price * scale, 2) for price in (opened, high, low, closed)]
        mean = sum(prices) / 4.0 * volume
        return Bar(start_ns, *prices, volume=volume, count=STEPS // 4, turnover=mean)

    def bars(
        self, symbol: str, starts: Sequence[int], end_ns: int, until_ns: int, *, fine: bool
    ) -> list[Bar]:
        """Return the candles that begin at instants, each until the next one, the last until `end`.

        Parameters
        ----------
        symbol : str
            Stock.
        starts : sequence of int
            Begins. [ns]
        end_ns, until_ns : int
            End of the last candle, and now. [ns]
        fine : bool
            Every step of the price, not only that of each minute.
        """
        ends = [*starts[1:], end_ns]
        bars: list[Bar] = []
        for start, end in zip(starts, ends, strict=True):
            if start > until_ns:
                break
            last = min(end - 1, until_ns)
            parts = (
                [
                    self.minute_bar(symbol, minute, until_ns)
                    for minute in range(start, last + 1, MINUTE_NS)
                ]
                if fine
                else self._coarse(symbol, start, last)
            )
            bars.append(_joined(start, parts))
        return bars

    def _coarse(self, symbol: str, start_ns: int, last_ns: int) -> list[Bar]:
        scale = STOCK_SCALES[symbol]
        parts: list[Bar] = []
        for day in range(start_ns // _DAY_NS, last_ns // _DAY_NS + 1):
            first = max(0, (start_ns - day * _DAY_NS) // MINUTE_NS)
            end = min(1440, (last_ns - day * _DAY_NS) // MINUTE_NS + 1)
            levels = self._market.level.minutes(day)[first : end + 1] * scale
            prices = (levels[0], levels.max(), levels.min(), levels[-1])
            volume = 500 * (end - first)
            parts.append(
                Bar(
                    start_ns,
                    *(round(float(price), 2) for price in prices),
                    volume=volume,
                    count=150 * (end - first),
                    turnover=float(levels.mean()) * volume,
                )
            )
        return parts

    def _make_minute(self, start_ns: int) -> tuple[float, float, float, float]:
        return self._prices(start_ns, start_ns + MINUTE_NS - 1)

    def _prices(self, start_ns: int, until_ns: int) -> tuple[float, float, float, float]:
        levels = self._market.level.at(np.arange(start_ns, until_ns + 1, STEP_NS))
        return float(levels[0]), float(levels.max()), float(levels.min()), float(levels[-1])

    def _keys(self, symbol: str, count: int) -> Any:
        return np.full(count, self._key[symbol])

    def _quotes(self, symbol: str, beats: IntArray) -> list[tuple[int, Values]]:
        if not len(beats):
            return []
        keys = self._keys(symbol, len(beats))
        bid, ask = self._sides(symbol, beats)
        bid_size = 100 * (1 + (9 * uniform(keys, _SALT_BID_SIZE, beats)).astype(np.int64))
        ask_size = 100 * (1 + (9 * uniform(keys, _SALT_ASK_SIZE, beats)).astype(np.int64))
        columns = (
            beats.tolist(),
            bid.tolist(),
            bid_size.tolist(),
            ask.tolist(),
            ask_size.tolist(),
        )
        return [
            (
                beat * BEAT_NS,
                {
                    "bx": _LETTERS[beat % 4],
                    "bp": bid_price,
                    "bs": bids,
                    "ax": _LETTERS[beat % 3],
                    "ap": ask_price,
                    "as": asks,
                    "c": ["R"],
                    "z": "B",
                },
            )
            for beat, bid_price, bids, ask_price, asks in zip(*columns, strict=True)
        ]

    def _sides(self, symbol: str, beats: IntArray) -> tuple[FloatArray, FloatArray]:
        keys = self._keys(symbol, len(beats))
        price = self._market.level.at(beats * BEAT_NS) * STOCK_SCALES[symbol]
        bid = np.floor(price * 100.0)
        ask = bid + 1 + (uniform(keys, _SALT_WIDE, beats) < 0.2)
        return (bid / 100.0).round(2), (ask / 100.0).round(2)

    def _trades(self, symbol: str, numbers: IntArray) -> list[tuple[int, Values]]:
        keys = self._keys(symbol, len(numbers))
        within = (uniform(keys, _SALT_WHEN, numbers) * TRADE_NS).astype(np.int64)
        stamps = numbers * TRADE_NS + within
        bid, ask = self._sides(symbol, stamps // BEAT_NS)
        price = np.where(uniform(keys, _SALT_SIDE, numbers) < 0.5, ask, bid)
        size = 1 + (300 * uniform(keys, _SALT_SIZE, numbers) ** 2).astype(np.int64)
        columns = (numbers.tolist(), stamps.tolist(), price.tolist(), size.tolist())
        return [
            (
                ts_ns,
                {
                    "i": number,
                    "x": _LETTERS[number % 4],
                    "p": each,
                    "s": shares,
                    "c": ["@"] if shares >= 100 else ["@", "I"],
                    "z": "B",
                },
            )
            for number, ts_ns, each, shares in zip(*columns, strict=True)
        ]


def _joined(start_ns: int, parts: list[Bar]) -> Bar:
    return Bar(
        start_ns,
        parts[0].opened,
        max(part.high for part in parts),
        min(part.low for part in parts),
        parts[-1].closed,
        volume=sum(part.volume for part in parts),
        count=sum(part.count for part in parts),
        turnover=sum(part.turnover for part in parts),
    )
