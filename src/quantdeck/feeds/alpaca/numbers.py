"""Numbers for events of a vendor that numbers nothing.

Quotes are numbered by the venue's time, so that of two sources of the same quote (stream and chain
snapshot) the newer is known by itself; another quote of the same nanosecond takes the next number, the
same quote again its own. Executions are counted by symbol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.feeds.alpaca.scan_kernels import STATE_COLUMNS

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray

_AT_FIRST = 256


class Numbers:
    """Newest number of every symbol. Owned by the feed, so that a new socket goes on counting.

    Attributes
    ----------
    state : array of shape (symbols, 6)
        By the symbol's id: newest number, last time that several quotes had, and bid, ask and sizes of
        the newest quote, bit by bit.

    Examples
    --------
    >>> numbers = Numbers()
    >>> numbers.make_room(0)
    >>> [numbers.next_quote(0, 100, (bid, 2.0, 1.0, 1.0)) for bid in (1.0, 1.5, 1.5)]
    [100, 101, 101]
    >>> numbers.next_quote(0, 90, (1.0, 2.0, 1.0, 1.0)), numbers.newest(0)
    (90, 101)
    >>> numbers.next_trade(0), numbers.next_trade(0)
    (1, 2)
    """

    def __init__(self) -> None:
        self.state: IntArray = np.zeros((_AT_FIRST, STATE_COLUMNS), np.int64)
        self._values: FloatArray = self.state.view(np.float64)
        self._trades: dict[int, int] = {}

    def make_room(self, symbol: int) -> None:
        """Let a symbol's id be a row of `state`."""
        if symbol >= len(self.state):
            more = np.zeros((max(symbol + 1, 2 * len(self.state)), STATE_COLUMNS), np.int64)
            more[: len(self.state)] = self.state
            self.state, self._values = more, more.view(np.float64)

    def newest(self, symbol: int) -> int:
        """Return the newest number of a quote; 0 where there was none."""
        return int(self.state[symbol, 0])

    def next_quote(self, symbol: int, ts_ns: int, values: tuple[float, float, float, float]) -> int:
        """Return the number of a quote.

        Parameters
        ----------
        symbol : int
            Its id.
        ts_ns : int
            The venue's time. [ns]
        values : tuple of float
            Bid, ask, bid size and ask size.
        """
        state, kept = self.state[symbol], self._values[symbol, 2:]
        newest = int(state[0])
        seq = ts_ns
        if ts_ns <= newest and ts_ns in {newest, int(state[1])}:
            seq = newest if np.array_equal(kept, values, equal_nan=True) else newest + 1
            state[1] = ts_ns
        if seq >= newest:
            state[0] = seq
            kept[:] = values
        return seq

    def next_trade(self, symbol: int) -> int:
        """Return the number of the next execution."""
        number = self._trades.get(symbol, 0) + 1
        self._trades[symbol] = number
        return number
