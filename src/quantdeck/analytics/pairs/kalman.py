"""Hedge ratio that wanders, followed by a Kalman filter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.pairs.hedge import MIN_ROWS, regression_series
from quantdeck.analytics.pairs.kalman_kernels import (
    COUNT,
    CROSS_SHARE,
    ERROR,
    ERROR_SHARE,
    LEVEL,
    LEVEL_SHARE,
    SLOPE,
    SLOPE_SHARE,
    WEIGHTED,
    follow_line,
)
from quantdeck.analytics.series import NOISE, TINY, is_flat
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import BoolArray, FloatArray

DELTA = 1e-5
"""State noise by default: a memory of about 1 / sqrt(delta) = 316 rows."""

START_ROWS = 30
"""Rows by default whose least-squares line the filter starts from."""


@dataclass(frozen=True, slots=True)
class KalmanHedge:
    """A line per row, from that row and those before it; NaN before the filter has started.

    Parameters
    ----------
    hedge_ratio, intercept : array of shape (rows,)
        The filtered line. It stays, and its variance grows, where a price is missing.
    hedge_variance, intercept_variance : array of shape (rows,)
        Variances of both, given the rows so far.
    spread : array of shape (rows,)
        One-step prediction error y - intercept' - hedge_ratio' * x, with the line of the row
        before; NaN in the start rows, where a price is missing.
    spread_std : array of shape (rows,)
        Standard deviation that the filter expected of that error before it saw it.
    start : int
        Rows that the first line was fitted to; it stands at row start - 1.
    n : int
        Rows used.
    log : bool
        True where the lines are of log prices.
    """

    hedge_ratio: FloatArray
    intercept: FloatArray
    hedge_variance: FloatArray
    intercept_variance: FloatArray
    spread: FloatArray
    spread_std: FloatArray
    start: int
    n: int
    log: bool


def kalman_hedge(
    y: ArrayLike,
    x: ArrayLike,
    *,
    log: bool = True,
    delta: float = DELTA,
    observation_variance: float | None = None,
    start_rows: int = START_ROWS,
) -> KalmanHedge:
    """Return the hedge line as a Kalman filter follows it from row to row.

    Parameters
    ----------
    y, x : array of shape (rows,)
        Prices of the two instruments, oldest first. Where either is not finite the filter predicts
        and learns nothing.
    log : bool
        Filter log prices; prices must then be > 0.
    delta : float
        State noise per row in units of the observation variance R, >= 0. The filter forgets within
        about 1 / sqrt(delta) rows; 0 is recursive least squares.
    observation_variance : float or None
        R, the variance of y about its line, > 0. None estimates it at every row from the errors so
        far; lines do not depend on it, their variances are proportional to it.
    start_rows : int
        Rows that the first line is fitted to, >= 3; more where x does not move in them.

    Returns
    -------
    KalmanHedge
        Lines, their variances, and the one-step prediction errors. No row depends on a later one.

    Raises
    ------
    BadInput
        If the series differ in length, a price is <= 0 with `log`, or a setting is out of range.
    NoData
        If there are not `start_rows` rows, or x does not move.

    Notes
    -----
    State (c, b) with y[t] = c[t] + b[t] (x[t] - x0) + e[t], Var e = R; c and b are independent
    random walks, Var(c[t] - c[t-1]) = delta R and Var(b[t] - b[t-1]) = delta R / var(x), var(x)
    over the rows before t and x0 the mean of the start rows: so the answer does not depend on the
    units of y and x. intercept = c - b x0. The start is the least-squares line of the start rows
    with its own covariance, as an exactly diffuse start gives for a line that stands still.
    Estimated, R[t] = (RSS of the start + sum of error^2 / share) / (n[t] - 2), share being the
    error's expected variance over R; for delta 0 this is the residual variance of least squares
    over the rows so far. J. Durbin and S. J. Koopman, "Time Series Analysis by State Space
    Methods", 2nd ed. (2012), sections 4.3, 5.2 and 7.3.5 [R concentrated out]. E. P. Chan,
    "Algorithmic Trading" (2013), chapter 3, has the form for pairs with a fixed R.

    Examples
    --------
    >>> random = np.random.default_rng(4)
    >>> x = 100.0 + np.cumsum(random.normal(size=600))
    >>> ratio = np.where(np.arange(600) < 300, 1.0, 1.5)
    >>> y = 20.0 + ratio * (x - 100.0) + random.normal(scale=0.1, size=600)
    >>> path = kalman_hedge(y, x, log=False, delta=1e-3)
    >>> path.hedge_ratio[[299, 599]].round(1)
    array([1. , 1.5])
    """
    _check(delta, observation_variance, start_rows)
    series_y, series_x = regression_series(y, x, log=log)
    present = np.isfinite(series_y) & np.isfinite(series_x)
    start = _start(series_x, present, start_rows)
    first = np.flatnonzero(present[:start])
    mean_y, mean_x = _mean(series_y[first]), _mean(series_x[first])
    dx = series_x[first] - mean_x
    unit = math.sqrt(float(dx @ dx) / len(dx))
    ratio = float(dx @ (series_y[first] - mean_y)) / float(dx @ dx)
    offset = np.where(present, series_x, np.nan) - mean_x
    out = np.empty((9, len(series_y)))
    follow_line((series_y - mean_y) - ratio * offset, offset / unit, start, delta, out)

    with np.errstate(divide="ignore", invalid="ignore"):
        scale = (
            np.where(out[COUNT] > 0.0, out[WEIGHTED] / out[COUNT], np.nan)
            if observation_variance is None
            else np.full(len(series_y), observation_variance)
        )
    before = np.append(np.nan, scale[:-1])
    hedge_ratio = ratio + out[SLOPE] / unit
    tilt = mean_x / unit
    level = out[LEVEL_SHARE] - 2.0 * tilt * out[CROSS_SHARE] + tilt * tilt * out[SLOPE_SHARE]
    return KalmanHedge(
        hedge_ratio=hedge_ratio,
        intercept=(mean_y + out[LEVEL]) - hedge_ratio * mean_x,
        hedge_variance=scale * out[SLOPE_SHARE] / (unit * unit),
        intercept_variance=scale * level,
        spread=out[ERROR],
        spread_std=np.sqrt(before * out[ERROR_SHARE]),
        start=start,
        n=int(present.sum()),
        log=log,
    )


def _check(delta: float, observation_variance: float | None, start_rows: int) -> None:
    if not 0.0 <= delta < math.inf:
        raise BadInput(f"delta must be a number >= 0, was {delta}")
    if observation_variance is not None and not 0.0 < observation_variance < math.inf:
        raise BadInput(
            f"observation_variance must be > 0, was {observation_variance}; None estimates it"
        )
    if start_rows < MIN_ROWS:
        raise BadInput(f"start_rows must be at least {MIN_ROWS}, was {start_rows}")


def _start(x: FloatArray, present: BoolArray, start_rows: int) -> int:
    rows = np.flatnonzero(present)
    if len(rows) < start_rows:
        raise NoData(
            f"not enough data: {len(rows)} rows, the filter starts from {start_rows} of them"
        )
    if is_flat(x[rows]):
        raise NoData(f"x does not move over {len(rows)} rows, so there is no hedge ratio")
    values = x[rows]
    moved = np.maximum.accumulate(values) - np.minimum.accumulate(values)
    moves = moved > np.maximum(NOISE * np.maximum.accumulate(np.abs(values)), TINY)
    return int(rows[max(start_rows - 1, int(np.argmax(moves)))]) + 1


def _mean(values: FloatArray) -> float:
    return float(values[0]) + float((values - values[0]).mean())
