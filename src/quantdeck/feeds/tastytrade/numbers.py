"""Numbers for events of a vendor that numbers nothing."""

from __future__ import annotations


class Numbers:
    """Newest numbers of one connection's events. Owned by the connection, outlives sockets.

    Attributes
    ----------
    last_quote : int
        Newest number of a quote.

    Examples
    --------
    >>> numbers = Numbers()
    >>> numbers.last_quote, numbers.next_trade(3), numbers.next_trade(3)
    (0, 1, 2)
    """

    def __init__(self) -> None:
        self.last_quote = 0
        self._trades: dict[int, int] = {}
        self._newest: dict[int, object] = {}

    def next_trade(self, symbol: int) -> int:
        """Return the number of the next execution of a symbol's id."""
        number = self._trades.get(symbol, 0) + 1
        self._trades[symbol] = number
        return number

    def is_new_trade(self, symbol: int, mark: object) -> bool:
        """Return whether an execution is another than the last; it comes again with every socket."""
        if self._newest.get(symbol) == mark:
            return False
        self._newest[symbol] = mark
        return True
