"""Prices of one instrument as analytics read them: closed bars, adjusted, with their conventions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.feed import Delay
from quantdeck.model.history import Adjustment

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray

_YEAR_DAYS = {"24/7": 365}
_SESSION_DAYS = 252
_DAY_NS = 86_400_000_000_000
_SESSION_NS = 23_400_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class PriceSeries:
    """Bars that have ended, oldest first, as arrays of equal length.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    interval : str
        Such as ``1d``.
    interval_ns : int
        Length of a bar. [ns]
    start_ns : array of int64 of shape (n,)
        Start of every bar, UTC, strictly increasing. [ns]
    open, high, low, close : array of shape (n,)
        In the adjustment's terms; NaN where absent. [currency]
    volume : array of shape (n,)
        In the adjustment's shares; NaN where not known. [units]
    raw_close : array of shape (n,)
        As traded. [currency]
    adjustment : Adjustment
        Of the prices.
    currency : str
        Empty where not known.
    calendar : str
        ``24/7`` or the name of the exchange's calendar.
    source : str
        Short name of the service.
    feed : str
        The vendor's name of the quality; may be empty.
    delay : Delay
        What the data are.
    fetched_ns : int or None
        When they were fetched; None where they are captured live. [ns]
    """

    symbol: str
    interval: str
    interval_ns: int
    start_ns: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    raw_close: FloatArray
    adjustment: Adjustment = Adjustment.RAW
    currency: str = ""
    calendar: str = "24/7"
    source: str = ""
    feed: str = ""
    delay: Delay = Delay.REALTIME
    fetched_ns: int | None = None

    def __len__(self) -> int:
        """Return the count of bars."""
        return len(self.close)

    @property
    def end_ns(self) -> int | None:
        """When the newest bar ended, UTC; None where there is none. [ns]."""
        return int(self.start_ns[-1]) + self.interval_ns if len(self.start_ns) else None

    @property
    def periods_per_year(self) -> float:
        """Bars a year: 252 sessions of 6.5 hours for an exchange, 365 days of 24 for the rest.

        Examples
        --------
        >>> nothing, none = np.empty(0), np.empty(0, np.int64)
        >>> hours = PriceSeries("US:SPY", "1h", 3_600_000_000_000, none, *[nothing] * 6, calendar="XNYS")
        >>> hours.periods_per_year
        1764.0
        """
        days = _YEAR_DAYS.get(self.calendar, _SESSION_DAYS)
        if self.interval_ns >= _DAY_NS:
            return days * _DAY_NS / self.interval_ns
        open_ns = _DAY_NS if self.calendar in _YEAR_DAYS else _SESSION_NS
        # The last hour of a session is half an hour, and a bar all the same.
        return float(days * -(-open_ns // self.interval_ns))

    def last(self, bars: int) -> PriceSeries:
        """Return the newest bars, as views.

        Parameters
        ----------
        bars : int
            How many at most; at least 1.

        Returns
        -------
        PriceSeries
            The end of the series.
        """
        return self._rows(slice(-bars, None))

    def between(self, start_ns: int | None, end_ns: int | None) -> PriceSeries:
        """Return the bars that start within a span, as views.

        Parameters
        ----------
        start_ns : int or None
            The first of them starts then or later; None sets no limit. [ns]
        end_ns : int or None
            All start before; None sets no limit. [ns]

        Returns
        -------
        PriceSeries
            May be empty.
        """
        first = 0 if start_ns is None else int(np.searchsorted(self.start_ns, start_ns))
        stop = len(self) if end_ns is None else int(np.searchsorted(self.start_ns, end_ns))
        return self._rows(slice(first, max(first, stop)))

    def returns(self) -> FloatArray:
        """Return simple returns of the closes.

        Returns
        -------
        array of shape (n - 1,)
            NaN where a close or the one before is absent or not positive. [1]
        """
        positive = np.where(self.close > 0.0, self.close, np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            return positive[1:] / positive[:-1] - 1.0

    def _rows(self, rows: slice) -> PriceSeries:
        names = ("start_ns", "open", "high", "low", "close", "volume", "raw_close")
        arrays = {name: getattr(self, name)[rows] for name in names}
        rest = {
            name: getattr(self, name) for name in self.__dataclass_fields__ if name not in arrays
        }
        return PriceSeries(**arrays, **rest)
