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
    """Receipt minus event over the events of the last seconds.

    Parameters
    ----------
    p50_ns, p99_ns : float
        Quantiles of lag, the smallest that so many events do not exceed: receipt minus event, counted
        from the smallest of them where that is negative, since nothing is received before it
        happens. [ns]
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
    """Receipt minus event of one source over the last seconds.

    Of every second an evenly spaced choice of events is kept, so that the memory is bounded and a busy
    second counts for as many events as it had.

    Parameters
    ----------
    seconds : int
        Longest window, > 0. [s]
    kept : int
        Events kept of every second, > 0.

    Examples
    --------
    >>> from quantdeck.model.events import TRADE_DTYPE
    >>> rows = np.zeros(3, TRADE_DTYPE)
    >>> rows["ts_event"], rows["ts_recv"] = 5_000, [4_000, 4_100, 4_900]
    >>> window = LagWindow()
    >>> window.add(rows, now_ns=0)
    >>> lag = window.lag(now_ns=3 * SECOND_NS, window_s=10)
    >>> lag.skew_ns, lag.p50_ns
    (-900.0, 100.0)
    >>> window.lag(now_ns=10 * SECOND_NS, window_s=10) is None
    True
    """

    def __init__(self, seconds: int = 60, kept: int = 256) -> None:
        self._values = np.zeros((seconds, kept), np.int64)
        self._seconds = np.full(seconds, -1, np.int64)
        self._counts = np.zeros(seconds, np.int64)
        self._strides = np.ones(seconds, np.int64)
        self._seen = np.zeros(seconds, np.int64)

    def add(self, rows: Rows, now_ns: int) -> None:
        """Take in a batch; events fetched afterwards belong elsewhere.

        Parameters
        ----------
        rows : structured array of shape (n,)
            Events as they arrived. Those without a stamp of the venue, which carry the time of their
            receipt twice, tell nothing and are passed over.
        now_ns : int
            Receipt of the last of them, UTC: in a replay the windows are those of the recording. [ns]
        """
        lags = rows["ts_recv"] - rows["ts_event"]
        lags = lags[lags != 0]
        second = now_ns // SECOND_NS
        slot = second % len(self._seconds)
        if self._seconds[slot] != second:
            self._seconds[slot] = second
            self._counts[slot] = self._seen[slot] = 0
            self._strides[slot] = 1
        stride, count = int(self._strides[slot]), int(self._counts[slot])
        chosen = lags[-int(self._seen[slot]) % stride :: stride]
        self._seen[slot] += len(lags)
        if count + len(chosen) > self._values.shape[1]:
            chosen = np.concatenate((self._values[slot, :count], chosen))
            count = 0
            while len(chosen) > self._values.shape[1]:
                chosen = chosen[::2]
                stride *= 2
        self._values[slot, count : count + len(chosen)] = chosen
        self._counts[slot], self._strides[slot] = count + len(chosen), stride

    def lag(self, now_ns: int, window_s: int) -> Lag | None:
        """Return the quantiles over the last seconds, or None where nothing came within them.

        Parameters
        ----------
        now_ns : int
            The time, UTC; in a replay that of the recording. [ns]
        window_s : int
            How far back, the second in progress included; at most as far as is kept. [s]
        """
        inside = np.flatnonzero(self._seconds > now_ns // SECOND_NS - window_s)
        counts = self._counts[inside]
        events = int(self._seen[inside].sum())
        if not events:
            return None
        values = self._values[inside][np.arange(self._values.shape[1]) < counts[:, None]]
        # What was left out between two events kept is taken to be like the first.
        weights = np.repeat(self._strides[inside], counts)
        p50, p99 = np.quantile(values, (0.5, 0.99), weights=weights, method="inverted_cdf").tolist()
        floor = min(0, int(values.min()))
        return Lag(float(p50 - floor), float(p99 - floor), float(p50), events)


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
