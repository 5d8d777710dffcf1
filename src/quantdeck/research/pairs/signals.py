"""Line, spread, score and sizes of a pair, row by row; `quantdeck.research.pairs.rules` defines them.

Everything here is known at the close of its row. What a score then does is decided in
`quantdeck.research.pairs.backtest`; the signals of one line serve every entry, exit, stop and time
limit, and `rescored` gives those of another score window.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.pairs.hedge import regression_series
from quantdeck.analytics.pairs.spread import rolling_zscore
from quantdeck.research.pairs.lines import traded_line
from quantdeck.research.pairs.prices import usable_rows

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.pairs.prices import PairPrices, PairRows
    from quantdeck.research.pairs.rules import PairRules


@dataclass(frozen=True, slots=True)
class PairSignals:
    """What the rules know at the close of each row that can be traded.

    Parameters
    ----------
    rows : PairRows
        The rows, n of them.
    hedge_ratio, intercept : array of shape (n,)
        The line in force; NaN where there is none.
    spread : array of shape (n,)
        Distance of y from the line. [log price or currency of y]
    mean, std : array of shape (n,)
        Of the spread in the window, divisor window - 1; NaN where it is not full. [as the spread]
    zscore : array of shape (n,)
        The spread in deviations from its mean in the window; NaN where there is none.
    size_y, size_x : array of shape (n,)
        Quantities of one spread held long; 0 where the rules allow no trade. [units]
    """

    rows: PairRows
    hedge_ratio: FloatArray
    intercept: FloatArray
    spread: FloatArray
    mean: FloatArray
    std: FloatArray
    zscore: FloatArray
    size_y: FloatArray
    size_x: FloatArray

    def __len__(self) -> int:
        """Return the count of rows."""
        return len(self.rows)


def pair_signals(prices: PairPrices, rules: PairRules) -> PairSignals:
    """Return line, spread, score and sizes at every row that can be traded.

    Parameters
    ----------
    prices : PairPrices
        The pair.
    rules : PairRules
        What to compute.

    Returns
    -------
    PairSignals
        No row depends on a later one.

    Raises
    ------
    BadInput
        If the estimator is not known.

    Examples
    --------
    >>> from quantdeck.research.pairs.prices import PairPrices
    >>> from quantdeck.research.pairs.rules import PairRules
    >>> y, x = np.array([10.0, 12.0, 11.0, 14.0]), np.array([5.0, 5.0, 5.0, 6.0])
    >>> rules = PairRules(hedge_ratio=2.0, log=False, window=3, capital=100.0)
    >>> signals = pair_signals(PairPrices(np.arange(4), y, x), rules)
    >>> signals.zscore.round(4)
    array([   nan,    nan, 0.    , 0.5774])
    >>> signals.size_y.round(2), signals.size_x.round(2)
    (array([5.  , 4.55, 4.76, 3.85]), array([-10.  ,  -9.09,  -9.52,  -7.69]))
    """
    rows = usable_rows(prices)
    line = traded_line(rows, rules)
    size_y, size_x = _sizes(rows, line.hedge_ratio, rules)
    mean, std = _moments(line.spread, rules.window)
    return PairSignals(
        rows=rows,
        hedge_ratio=line.hedge_ratio,
        intercept=line.intercept,
        spread=line.spread,
        mean=mean,
        std=std,
        zscore=rolling_zscore(line.spread, window=rules.window),
        size_y=size_y,
        size_x=size_x,
    )


def rescored(signals: PairSignals, *, window: int) -> PairSignals:
    """Return signals of the same line, scored against another window.

    Parameters
    ----------
    signals : PairSignals
        Of one line.
    window : int
        Rows of mean and deviation, >= 2. [rows]

    Returns
    -------
    PairSignals
        As `pair_signals` with that window.

    Raises
    ------
    BadInput
        If the window is shorter than 2.

    Examples
    --------
    >>> from quantdeck.research.pairs.prices import PairPrices
    >>> from quantdeck.research.pairs.rules import PairRules
    >>> y, x = np.array([10.0, 12.0, 11.0, 14.0]), np.array([5.0, 5.0, 5.0, 6.0])
    >>> rules = PairRules(hedge_ratio=2.0, log=False, window=3)
    >>> rescored(pair_signals(PairPrices(np.arange(4), y, x), rules), window=2).zscore.round(4)
    array([    nan,  0.7071, -0.7071,  0.7071])
    """
    zscore = rolling_zscore(signals.spread, window=window)
    mean, std = _moments(signals.spread, window)
    return replace(signals, zscore=zscore, mean=mean, std=std)


@dataclass(frozen=True, slots=True)
class HeldScores:
    """What scores a spread while it is held, where the rules freeze its line.

    Parameters
    ----------
    y, x : array of shape (n,)
        What the line is of: logarithms of prices, or prices.
    hedge_ratio, centre, std : array of shape (n,)
        Line, level of a score of 0, and a deviation, as a trade decided at the row keeps them; NaN
        where there is none.
    """

    y: FloatArray
    x: FloatArray
    hedge_ratio: FloatArray
    centre: FloatArray
    std: FloatArray

    def at(self, row: int, decided: int) -> float:
        """Return (y[row] - hedge_ratio * x[row] - centre) / std, the last three of `decided`.

        Parameters
        ----------
        row : int
            Whose prices.
        decided : int
            Row that decided the trade.

        Returns
        -------
        float
            The score.
        """
        distance = self.y[row] - self.hedge_ratio[decided] * self.x[row] - self.centre[decided]
        return float(distance / self.std[decided])


def held_scores(signals: PairSignals, rules: PairRules) -> HeldScores:
    """Return what scores the spreads of these signals while they are held.

    Parameters
    ----------
    signals : PairSignals
        Of the rules.
    rules : PairRules
        Logarithms or prices.

    Returns
    -------
    HeldScores
        At the row that decides, its score is the rolling one; of ``kalman`` that of the filtered
        line, which has seen the row.
    """
    y, x = regression_series(signals.rows.y, signals.rows.x, log=rules.log)
    std = np.where(signals.std > 0.0, signals.std, np.nan)
    return HeldScores(y, x, signals.hedge_ratio, signals.intercept + signals.mean, std)


def _moments(spread: FloatArray, window: int) -> tuple[FloatArray, FloatArray]:
    # Running sums about the first spread there is: no row depends on a later one, to the last bit.
    mean, std = np.full(len(spread), np.nan), np.full(len(spread), np.nan)
    present = np.isfinite(spread)
    if len(spread) < window or not present.any():
        return mean, std
    first = float(spread[present.argmax()])
    offset = np.where(present, spread - first, 0.0)
    parts = (present.astype(np.float64), offset, offset * offset)
    runs = (np.cumsum(np.concatenate((np.zeros(1), part))) for part in parts)
    count, total, squares = (run[window:] - run[:-window] for run in runs)
    variance = np.maximum(squares - total * total / window, 0.0) / (window - 1)
    full = count == window
    mean[window - 1 :] = np.where(full, first + total / window, np.nan)
    std[window - 1 :] = np.where(full, np.sqrt(variance), np.nan)
    return mean, std


def _sizes(
    rows: PairRows, hedge_ratio: FloatArray, rules: PairRules
) -> tuple[FloatArray, FloatArray]:
    with np.errstate(over="ignore", invalid="ignore"):
        if rules.log:
            value = rules.capital / (1.0 + np.abs(hedge_ratio))
            size_y, size_x = value / rows.y, -hedge_ratio * value / rows.x
        else:
            size_y = rules.capital / (rows.y + np.abs(hedge_ratio) * rows.x)
            size_x = -hedge_ratio * size_y
    legs = ((size_y, rows.y, rules.limits_y), (size_x, rows.x, rules.limits_x))
    cut = [limits.rounded(size) for size, _, limits in legs]
    allowed = np.ones(len(rows), np.bool_)
    for size, (_, price, limits) in zip(cut, legs, strict=True):
        allowed &= np.isfinite(size) & (size != 0.0) & limits.allows(size, price)
    size_y, size_x = (np.where(allowed, size, 0.0) for size in cut)
    return size_y, size_x
