"""Prices of a pair as a backtest reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.series import as_series
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.resample import Bars
    from quantdeck.analytics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class PairPrices:
    """Two instruments on one time axis, oldest first.

    Parameters
    ----------
    ts_ns : array of shape (rows,)
        Times, UTC, strictly increasing: starts of bars. [ns]
    y, x : array of shape (rows,)
        Closes; NaN where there is none. [currency]
    y_open, x_open : array of shape (rows,) or None
        Opens, at which orders of the row before are filled; both or neither. [currency]
    y_funding, x_funding : array of shape (rows,) or None
        Rate of funding that falls due in each row, as a decimal fraction of the notional; longs pay
        shorts where it is positive. None for instruments without.

    Raises
    ------
    BadInput
        If lengths differ, times do not increase, one leg alone has opens, or a rate is not finite.
    """

    ts_ns: IntArray
    y: FloatArray
    x: FloatArray
    y_open: FloatArray | None = None
    x_open: FloatArray | None = None
    y_funding: FloatArray | None = None
    x_funding: FloatArray | None = None

    def __post_init__(self) -> None:
        if (self.y_open is None) != (self.x_open is None):
            raise BadInput("opens are needed of both legs or of neither")
        for name in ("y", "x", "y_open", "x_open", "y_funding", "x_funding"):
            values = getattr(self, name)
            if values is not None and as_series(values, name).shape != np.shape(self.ts_ns):
                raise BadInput(f"{name} has {len(values)} rows, the times have {len(self.ts_ns)}")
        if not (np.diff(self.ts_ns) > 0).all():
            raise BadInput("times of rows must increase strictly; sort them and drop repeated ones")
        for name in ("y_funding", "x_funding"):
            rates = getattr(self, name)
            if rates is not None and not np.isfinite(rates).all():
                raise BadInput(f"{name} must be finite in every row; 0 where none falls due")

    def __len__(self) -> int:
        """Return the count of rows."""
        return len(self.ts_ns)

    def __getitem__(self, rows: slice) -> PairPrices:
        """Return the rows of a slice, as views.

        Parameters
        ----------
        rows : slice
            Which rows.

        Returns
        -------
        PairPrices
            Views of the same memory.
        """

        def of(values: FloatArray | None) -> FloatArray | None:
            return None if values is None else values[rows]

        return PairPrices(
            self.ts_ns[rows],
            self.y[rows],
            self.x[rows],
            of(self.y_open),
            of(self.x_open),
            of(self.y_funding),
            of(self.x_funding),
        )


def prices_of_bars(y: Bars, x: Bars) -> PairPrices:
    """Return closes and opens of two bar series at the starts that both have.

    Parameters
    ----------
    y, x : Bars
        Bars of one interval, strictly increasing in time.

    Returns
    -------
    PairPrices
        One row per start found in both; nothing is carried forward.

    Examples
    --------
    >>> from quantdeck.analytics.resample import bars_from_ticks
    >>> y = bars_from_ticks([0, 1, 2], [1, 2, 3], [10.0, 11.0, 12.0], [1.0] * 3, interval_ns=1)
    >>> x = bars_from_ticks([0, 2], [1, 2], [5.0, 6.0], [1.0] * 2, interval_ns=1)
    >>> prices_of_bars(y, x).x.tolist()
    [5.0, 6.0]
    """
    common, rows_y, rows_x = np.intersect1d(
        y.start_ns, x.start_ns, assume_unique=True, return_indices=True
    )
    return PairPrices(common, y.close[rows_y], x.close[rows_x], y.open[rows_y], x.open[rows_x])


@dataclass(frozen=True, slots=True)
class PairRows:
    """The rows of a pair that can be traded, dense; see `quantdeck.research.pairs.rules`.

    Parameters
    ----------
    index : array of shape (n,)
        Row of the prices that each is.
    ts_ns : array of shape (n,)
        Times, UTC. [ns]
    y, x : array of shape (n,)
        Closes. [currency]
    y_fill, x_fill : array of shape (n,)
        Prices at which orders of the row before are filled, before costs: opens, else closes.
    y_funding, x_funding : array of shape (n,)
        Rates that fall due since the row before; 0 where none does.
    """

    index: IntArray
    ts_ns: IntArray
    y: FloatArray
    x: FloatArray
    y_fill: FloatArray
    x_fill: FloatArray
    y_funding: FloatArray
    x_funding: FloatArray

    def __len__(self) -> int:
        """Return the count of rows."""
        return len(self.index)


def usable_rows(prices: PairPrices) -> PairRows:
    """Return the rows in which all prices are finite and > 0.

    Parameters
    ----------
    prices : PairPrices
        All rows.

    Returns
    -------
    PairRows
        Without the others; funding that fell due in them is added to the next row that is there.

    Examples
    --------
    >>> rates = np.array([0.0, 0.1, 0.2])
    >>> times = np.arange(3)
    >>> rows = usable_rows(
    ...     PairPrices(times, np.array([1.0, np.nan, 3.0]), np.ones(3), y_funding=rates)
    ... )
    >>> rows.index.tolist(), rows.y_funding.round(1).tolist()
    ([0, 2], [0.0, 0.3])
    """
    given = [v for v in (prices.y, prices.x, prices.y_open, prices.x_open) if v is not None]
    usable = np.all([np.isfinite(values) & (values > 0.0) for values in given], axis=0)
    index = np.flatnonzero(usable)
    y, x = _dense(prices.y, index), _dense(prices.x, index)
    return PairRows(
        index=index,
        ts_ns=np.ascontiguousarray(prices.ts_ns[index], np.int64),
        y=y,
        x=x,
        y_fill=y if prices.y_open is None else _dense(prices.y_open, index),
        x_fill=x if prices.x_open is None else _dense(prices.x_open, index),
        y_funding=_due(prices.y_funding, index),
        x_funding=_due(prices.x_funding, index),
    )


def _dense(values: FloatArray, index: IntArray) -> FloatArray:
    return np.ascontiguousarray(values[index], np.float64)


def _due(rates: FloatArray | None, index: IntArray) -> FloatArray:
    if rates is None or not len(index):
        return np.zeros(len(index))
    # Up to and with each row that is there; nothing is held before the first.
    firsts = np.concatenate((np.zeros(1, np.int64), index[:-1] + 1))
    return np.add.reduceat(np.asarray(rates, np.float64)[: index[-1] + 1], firsts)
