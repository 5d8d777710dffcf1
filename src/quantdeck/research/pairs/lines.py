"""The line that a pair is traded by, fitted anew as rows come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.pairs.estimators import (
    ESTIMATORS,
    EstimatorSettings,
    checked_estimator,
)
from quantdeck.analytics.pairs.hedge import regression_series
from quantdeck.analytics.pairs.spread import rolling_hedge
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from quantdeck.analytics.pairs.estimators import EstimatorName
    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.pairs.prices import PairRows
    from quantdeck.research.pairs.rules import PairRules


@dataclass(frozen=True, slots=True)
class TradedLine:
    """The line in force at each row, and the spread from it; NaN where there is none.

    Parameters
    ----------
    hedge_ratio, intercept : array of shape (n,)
        The line.
    spread : array of shape (n,)
        Distance of y from it. [log price or currency of y]
    """

    hedge_ratio: FloatArray
    intercept: FloatArray
    spread: FloatArray


def traded_line(rows: PairRows, rules: PairRules) -> TradedLine:
    """Return the line in force at each row, of rows up to it alone.

    Parameters
    ----------
    rows : PairRows
        The pair.
    rules : PairRules
        Estimator, window, and rows between fits.

    Returns
    -------
    TradedLine
        As `quantdeck.research.pairs.rules` defines it. A window in which one of the prices does not
        move has no line.

    Raises
    ------
    BadInput
        If the estimator is not known.

    Examples
    --------
    >>> from quantdeck.research.pairs.prices import PairPrices, usable_rows
    >>> from quantdeck.research.pairs.rules import PairRules
    >>> x = np.array([1.0, 2.0, 3.0, 5.0, 4.0])
    >>> rows = usable_rows(PairPrices(np.arange(5), 2.0 * x + 1.0, x))
    >>> traded_line(rows, PairRules(hedge_window=3, refit=2, log=False)).hedge_ratio.round(6)
    array([nan, nan,  2.,  2.,  2.])
    """
    name = checked_estimator(rules.estimator)
    y, x = regression_series(rows.y, rows.x, log=rules.log)
    if rules.hedge_ratio is not None:
        ratio, intercept = np.full(len(y), rules.hedge_ratio), np.zeros(len(y))
    elif name == "kalman":
        return _kalman(y, x, rules)
    else:
        ratio, intercept = _fitted(y, x, rules, name)
    return TradedLine(ratio, intercept, y - intercept - ratio * x)


def _kalman(y: FloatArray, x: FloatArray, rules: PairRules) -> TradedLine:
    settings = EstimatorSettings(start_rows=rules.hedge_window)
    try:
        found = ESTIMATORS["kalman"](y, x, settings)
    except NoData:
        nothing = np.full(len(y), np.nan)
        return TradedLine(nothing, nothing, nothing)
    return TradedLine(found.hedge_ratio, found.intercept, found.spread)


def _fitted(
    y: FloatArray, x: FloatArray, rules: PairRules, name: EstimatorName
) -> tuple[FloatArray, FloatArray]:
    window = rules.hedge_window
    ratio, intercept = np.full(len(y), np.nan), np.full(len(y), np.nan)
    if len(y) < window:
        return ratio, intercept
    refit = 1 if name == "rolling" else rules.refit
    fits = np.arange(window - 1, len(y), refit)
    if name in ("ols", "rolling"):
        found = rolling_hedge(y, x, window=window)
        lines = np.stack((found.hedge_ratio[fits], found.intercept[fits]))
    else:
        lines = np.array(
            [_line(y[r - window + 1 : r + 1], x[r - window + 1 : r + 1], name) for r in fits]
        ).T
    at = (np.arange(window - 1, len(y)) - (window - 1)) // refit
    ratio[window - 1 :], intercept[window - 1 :] = lines[:, at]
    return ratio, intercept


def _line(y: FloatArray, x: FloatArray, name: EstimatorName) -> tuple[float, float]:
    try:
        line = ESTIMATORS[name](y, x, EstimatorSettings()).newest
    except NoData:
        return np.nan, np.nan
    return line.hedge_ratio, line.intercept
