"""Numbers for events of a vendor that numbers nothing.

Quotes are numbered by the venue's time, so that of two sources of the same quote (stream and chain
snapshot) the newer is known by itself; another quote of the same nanosecond takes the next number, the
same quote again its own. Executions are counted by symbol.
"""

from __future__ import annotations


class Numbers:
    """Newest number of every symbol. Owned by the feed, so that a new socket goes on counting.

    Attributes
    ----------
    quotes : list of int
        Newest number of a quote by the symbol's id; 0 where there was none.
    items : list of object
        Newest quote by the symbol's id, as the stream brought it.

    Examples
    --------
    >>> numbers = Numbers()
    >>> numbers.make_room(0)
    >>> numbers.quotes[0], numbers.items[0] = 100, "a"
    >>> numbers.behind(0, 100, "b"), numbers.behind(0, 100, "b"), numbers.behind(0, 90, "c")
    (101, 101, 90)
    >>> numbers.next_trade(0), numbers.next_trade(0)
    (1, 2)
    """

    def __init__(self) -> None:
        self.quotes: list[int] = []
        self.items: list[object] = []
        self._trades: dict[int, int] = {}
        self._ties: dict[int, int] = {}

    def make_room(self, symbol: int) -> None:
        """Let a symbol's id be an index of `quotes`."""
        missing = symbol + 1 - len(self.quotes)
        self.quotes.extend([0] * missing)
        self.items.extend([None] * missing)

    def behind(self, symbol: int, ts_ns: int, item: object) -> int:
        """Return the number of a quote that is not newer than all before.

        Parameters
        ----------
        symbol : int
            Its id.
        ts_ns : int
            The venue's time, not later than the newest number. [ns]
        item : object
            The quote as the stream brought it.
        """
        newest = self.quotes[symbol]
        if item == self.items[symbol]:
            return newest
        if ts_ns == newest or self._ties.get(symbol) == ts_ns:
            self._ties[symbol] = ts_ns
            self.quotes[symbol], self.items[symbol] = newest + 1, item
            return newest + 1
        return ts_ns

    def next_trade(self, symbol: int) -> int:
        """Return the number of the next execution."""
        number = self._trades.get(symbol, 0) + 1
        self._trades[symbol] = number
        return number
