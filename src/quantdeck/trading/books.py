"""What a market shows to a broker: the best bid and ask, their sizes and their age."""

from __future__ import annotations

import math

import msgspec

_NS = 1_000_000_000


class Top(msgspec.Struct, frozen=True):
    """Best bid and ask of one instrument.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    ts_ns : int
        When the market said so, UTC. [ns]
    bid, ask : float or None
        Prices; None where nobody bids or asks. [currency]
    bid_size, ask_size : float or None
        In units, or contracts of an option; None where the market does not say.
    """

    symbol: str
    ts_ns: int
    bid: float | None = None
    ask: float | None = None
    bid_size: float | None = None
    ask_size: float | None = None

    @property
    def mid(self) -> float | None:
        """Return the middle; None where a side is absent or the sides are crossed."""
        if self.bid is None or self.ask is None or self.bid > self.ask:
            return None
        return (self.bid + self.ask) / 2.0

    def why_not(self, *, is_bought: bool, now_ns: int, fresh_s: float) -> str:
        """Return why nothing can be traded against it; empty where something can.

        Parameters
        ----------
        is_bought : bool
            Whether the ask is to be taken; otherwise the bid.
        now_ns : int
            The time, UTC. [ns]
        fresh_s : float
            Age beyond which a quote is stale. [s]

        Returns
        -------
        str
            Such as ``the quote is 12 s old``.

        Examples
        --------
        >>> Top("US:AAPL", 0, 99.0, 101.0).why_not(is_bought=True, now_ns=12 * 10**9, fresh_s=5.0)
        'the quote of US:AAPL is 12 s old'
        """
        age_s = (now_ns - self.ts_ns) / _NS
        price = self.ask if is_bought else self.bid
        if age_s > fresh_s:
            return f"the quote of {self.symbol} is {age_s:.0f} s old"
        if price is None or not (math.isfinite(price) and price > 0.0):
            return f"nobody {'asks' if is_bought else 'bids'} for {self.symbol}"
        if self.bid is not None and self.ask is not None and self.bid > self.ask:
            return f"bid and ask of {self.symbol} are crossed"
        size = self.ask_size if is_bought else self.bid_size
        if size is not None and not size > 0.0:
            return f"no size of {self.symbol} is shown"
        return ""
