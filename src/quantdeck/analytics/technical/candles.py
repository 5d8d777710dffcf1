"""Candles that indicators read: a table of them, and one row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from quantdeck.analytics.series import as_series
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.resample import Bars
    from quantdeck.analytics.types import BoolArray, FloatArray, IntArray


class Candle(NamedTuple):
    """One candle.

    Parameters
    ----------
    high, low, close : float
        Prices; NaN where absent. [currency]
    volume : float
        Size traded; NaN where it is not known. [units of the instrument]
    opens_session : bool
        Whether it is the first of a session; VWAP starts again there.
    """

    high: float
    low: float
    close: float
    volume: float = math.nan
    opens_session: bool = False


@dataclass(frozen=True, slots=True)
class Candles:
    """Candles of one instrument, oldest first, as arrays of equal length.

    Parameters
    ----------
    high, low, close : array of float64
        Prices; NaN in a row that is absent. [currency]
    volume : array of float64 or None
        Size traded; None where it is not known. [units of the instrument]
    start_ns : array of int64 or None
        Start of every interval, UTC, strictly increasing; None where times do not matter. [ns]
    interval_ns : int
        Length of an interval: a candle is known `interval_ns` after its start. [ns]
    opens_session : array of bool or None
        Rows that are the first of a session; None: one session.

    Raises
    ------
    BadInput
        If lengths differ or times do not increase.
    """

    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray | None = None
    start_ns: IntArray | None = None
    interval_ns: int = 0
    opens_session: BoolArray | None = None

    def __post_init__(self) -> None:
        for name in ("high", "low", "volume", "start_ns", "opens_session"):
            column = getattr(self, name)
            if column is not None and len(column) != len(self.close):
                raise BadInput(
                    f"columns of candles must be equally long; {name} has {len(column)} rows, "
                    f"close {len(self.close)}"
                )
        if self.start_ns is not None and bool((np.diff(self.start_ns) <= 0).any()):
            raise BadInput("candles must be in order of time, each with a start of its own")

    def __len__(self) -> int:
        """Return the count of candles."""
        return len(self.close)

    @classmethod
    def of_closes(cls, close: ArrayLike) -> Candles:
        """Return candles that know a price only.

        Parameters
        ----------
        close : array of shape (n,)
            Prices, oldest first; NaN where absent. [currency]

        Returns
        -------
        Candles
            High and low are the close.
        """
        prices = as_series(close, "close")
        return cls(prices, prices, prices)

    @classmethod
    def of_bars(
        cls, bars: Bars, interval_ns: int, *, opens_session: BoolArray | None = None
    ) -> Candles:
        """Return the columns of bars.

        Parameters
        ----------
        bars : Bars
            Oldest first.
        interval_ns : int
            Length of a bar. [ns]
        opens_session : array of bool, optional
            Rows that are the first of a session.

        Returns
        -------
        Candles
            Views of the same memory.
        """
        return cls(
            bars.high, bars.low, bars.close, bars.volume, bars.start_ns, interval_ns, opens_session
        )

    def upto(self, rows: int) -> Candles:
        """Return the first rows, as views.

        Parameters
        ----------
        rows : int
            Count of rows.

        Returns
        -------
        Candles
            What was known when the last of them had closed.
        """
        return Candles(
            self.high[:rows],
            self.low[:rows],
            self.close[:rows],
            None if self.volume is None else self.volume[:rows],
            None if self.start_ns is None else self.start_ns[:rows],
            self.interval_ns,
            None if self.opens_session is None else self.opens_session[:rows],
        )

    def row(self, index: int) -> Candle:
        """Return one candle.

        Parameters
        ----------
        index : int
            Its row.

        Returns
        -------
        Candle
            Numbers of that row.
        """
        return Candle(
            float(self.high[index]),
            float(self.low[index]),
            float(self.close[index]),
            math.nan if self.volume is None else float(self.volume[index]),
            False if self.opens_session is None else bool(self.opens_session[index]),
        )

    def known_ns(self, row: int) -> int | None:
        """Return when a candle is known: at its end.

        Parameters
        ----------
        row : int
            Its row.

        Returns
        -------
        int or None
            None where the candles have no times. [ns]
        """
        return None if self.start_ns is None else int(self.start_ns[row]) + self.interval_ns
