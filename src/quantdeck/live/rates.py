"""Message rate, lag and clock skew over sliding windows, and their history; the time is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.model.events import Rows

SECOND_NS = 1_000_000_000


class MessageRate:
    """Events a second over the last whole seconds.

    Parameters
    ----------
    window_s : int
        Seconds averaged, > 0. [s]

    Examples
    --------
    >>> rate = MessageRate(window_s=2)
    >>> for second, events in enumerate([10, 30, 50]):
    ...     rate.add(events, second * SECOND_NS)
    >>> rate.per_second(3 * SECOND_NS), rate.total
    (40.0, 90)
    """

    def __init__(self, window_s: int = 5) -> None:
        self._window_s = window_s
        self._slots = window_s + 1
        self._seconds = np.full(self._slots, -1, np.int64)
        self._events = np.zeros(self._slots, np.int64)
        self._first: int | None = None
        self.total = 0
        """Events since the beginning."""

    def add(self, events: int, now_ns: int) -> None:
        """Count events.

        Parameters
        ----------
        events : int
            How many.
        now_ns : int
            When, on a clock that does not step back. [ns]
        """
        second = now_ns // SECOND_NS
        if self._first is None:
            self._first = second
        slot = second % self._slots
        if self._seconds[slot] != second:
            self._seconds[slot] = second
            self._events[slot] = 0
        self._events[slot] += events
        self.total += events

    def per_second(self, now_ns: int) -> float:
        """Return the rate over the last whole seconds, fewer where there have not been as many.

        Parameters
        ----------
        now_ns : int
            The time, from the same clock; the second in progress does not count. [ns]

        Returns
        -------
        float
            0 before the first event. [1/s]
        """
        second = now_ns // SECOND_NS
        if self._first is None:
            return 0.0
        seconds = min(self._window_s, second - self._first)
        if seconds <= 0:
            return float(self._events[self._first % self._slots])
        inside = (self._seconds >= second - seconds) & (self._seconds < second)
        return float(self._events[inside].sum() / seconds)


@dataclass(frozen=True, slots=True)
class Lag:
    """Receipt minus event over the newest events.

    Parameters
    ----------
    p50_ns, p99_ns : float
        Quantiles of lag: receipt minus event, counted from the smallest of them where that is
        negative, since nothing is received before it happens. [ns]
    skew_ns : float
        Median of receipt minus event as it is: our clock minus the venue's plus the way here. [ns]
    events : int
        How many events the figures are of.
    """

    p50_ns: float
    p99_ns: float
    skew_ns: float
    events: int


class LagWindow:
    """Receipt minus event of the newest events of one source.

    Parameters
    ----------
    events : int
        How many are kept.

    Examples
    --------
    >>> from quantdeck.model.events import TRADE_DTYPE
    >>> rows = np.zeros(3, TRADE_DTYPE)
    >>> rows["ts_event"], rows["ts_recv"] = 5_000, [4_000, 4_100, 4_900]
    >>> window = LagWindow()
    >>> window.add(rows)
    >>> lag = window.lag()
    >>> lag.skew_ns, lag.p50_ns
    (-900.0, 100.0)
    """

    def __init__(self, events: int = 8192) -> None:
        self._values = np.zeros(events, np.int64)
        self._written = 0

    def add(self, rows: Rows) -> None:
        """Take in a batch; events fetched afterwards belong elsewhere.

        Parameters
        ----------
        rows : structured array of shape (n,)
            Events as they arrived. Those without a stamp of the venue, which carry the time of their
            receipt twice, tell nothing and are passed over.
        """
        size = len(self._values)
        lags = (rows["ts_recv"] - rows["ts_event"])[-size:]
        lags = lags[lags != 0]
        first = self._written % size
        head = min(len(lags), size - first)
        self._values[first : first + head] = lags[:head]
        self._values[: len(lags) - head] = lags[head:]
        self._written += len(lags)

    def lag(self) -> Lag | None:
        """Return the quantiles, or None before the first event."""
        count = min(self._written, len(self._values))
        if not count:
            return None
        # Whole numbers below 2**53 ns (104 days) apart, so float64 loses nothing
        p50, p99 = np.quantile(self._values[:count], (0.5, 0.99)).tolist()
        floor = min(0, int(self._values[:count].min()))
        return Lag(p50 - floor, p99 - floor, p50, count)


@dataclass(frozen=True, slots=True)
class History:
    """Figures at one point a second, oldest first.

    Parameters
    ----------
    second : array of int64
        Seconds since 1970 UTC, strictly increasing. [s]
    per_second, p50_ns, p99_ns : array of float64
        NaN where a figure was absent. [1/s], [ns], [ns]
    """

    second: IntArray
    per_second: FloatArray
    p50_ns: FloatArray
    p99_ns: FloatArray


class RateHistory:
    """The last minutes of rate and lag, one point a second, for charts.

    Parameters
    ----------
    seconds : int
        Points kept.

    Examples
    --------
    >>> history = RateHistory(seconds=2)
    >>> for second in range(3):
    ...     history.note(second * SECOND_NS, per_second=float(second), lag=None)
    >>> history.history().second.tolist(), history.history().per_second.tolist()
    ([1, 2], [1.0, 2.0])
    """

    def __init__(self, seconds: int = 900) -> None:
        self._table = np.full((seconds, 4), np.nan)
        self._length = 0
        self._newest = -1

    def note(self, now_ns: int, *, per_second: float, lag: Lag | None) -> None:
        """Put down the figures of a second; of several in one second the last stays.

        Parameters
        ----------
        now_ns : int
            The time, UTC. [ns]
        per_second : float
            Message rate. [1/s]
        lag : Lag or None
            As `LagWindow.lag` gives it.
        """
        second = now_ns // SECOND_NS
        newest = self._table[self._newest, 0] if self._length else -np.inf
        if second < newest:
            return
        if second > newest:
            self._newest = (self._newest + 1) % len(self._table)
            self._length = min(self._length + 1, len(self._table))
        p50, p99 = (np.nan, np.nan) if lag is None else (lag.p50_ns, lag.p99_ns)
        self._table[self._newest] = second, per_second, p50, p99

    def history(self) -> History:
        """Return the points, oldest first, as copies."""
        rows = (self._newest - np.arange(self._length - 1, -1, -1)) % len(self._table)
        second, per_second, p50, p99 = self._table[rows].T.copy()
        return History(second.astype(np.int64), per_second, p50, p99)
