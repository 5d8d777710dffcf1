"""All estimators of a hedge ratio side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.pairs.estimators import ESTIMATORS, EstimatorSettings, hedge_path
from quantdeck.analytics.pairs.half_life import half_life
from quantdeck.analytics.pairs.hurst import hurst_exponent
from quantdeck.analytics.pairs.spread import rolling_zscore
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from quantdeck.analytics.pairs.estimators import EstimatorName, HedgePath
    from quantdeck.analytics.pairs.lines import HedgeLine
    from quantdeck.analytics.types import FloatArray


@dataclass(frozen=True, slots=True)
class EstimatorRow:
    """What one estimator says of a pair.

    Parameters
    ----------
    name : str
        Of the estimator.
    path : HedgePath or None
        Its hedge ratio at every row; None with the `reason`.
    line : HedgeLine or None
        Its newest line.
    spread_std : float or None
        Sample standard deviation of its spread; of ``kalman`` that is of one-step errors, of
        ``rolling`` of the newest row's distance from its window's line.
    half_life : float or None
        Of its spread. [rows]
    hurst : float or None
        Exponent of its spread.
    last_zscore : float or None
        Newest rolling z-score of its spread.
    reason : str or None
        Why there is no line, where there is none.
    """

    name: EstimatorName
    path: HedgePath | None
    line: HedgeLine | None
    spread_std: float | None
    half_life: float | None
    hurst: float | None
    last_zscore: float | None
    reason: str | None


def compare_estimators(
    y: ArrayLike,
    x: ArrayLike,
    *,
    window: int,
    log: bool = True,
    settings: EstimatorSettings | None = None,
) -> tuple[EstimatorRow, ...]:
    """Return what every estimator says of a pair, in the order of `ESTIMATORS`.

    Parameters
    ----------
    y, x : array of shape (rows,)
        Prices of the two instruments at common times, oldest first.
    window : int
        Rows of the rolling line and of the rolling z-score, >= 3.
    log : bool
        Fit log prices; prices must then be > 0.
    settings : EstimatorSettings or None
        Windows and noises; None takes the defaults, with `window` for ``rolling``.

    Returns
    -------
    tuple of EstimatorRow
        One per estimator; what cannot be told is None.

    Raises
    ------
    BadInput
        If the series differ in length, a price is <= 0 with `log`, or a setting is out of range.

    Notes
    -----
    Spreads of ``kalman`` and ``rolling`` are distances from a line that follows the prices: they come
    back faster than anything that can be held, and no unit-root test is told of them.

    Examples
    --------
    >>> random = np.random.default_rng(5)
    >>> x = 100.0 * np.exp(np.cumsum(random.normal(scale=0.01, size=400)))
    >>> y = x**1.5 * np.exp(random.normal(scale=0.001, size=400))
    >>> for row in compare_estimators(y, x, window=60)[:2]:
    ...     print(row.name, round(row.line.hedge_ratio, 3), round(row.spread_std * 1e4, 1), "bp")
    ols 1.502 10.0 bp
    huber 1.502 10.0 bp
    """
    told = settings or EstimatorSettings(window=window)
    rows: list[EstimatorRow] = []
    for name in ESTIMATORS:
        try:
            path = hedge_path(y, x, estimator=name, log=log, settings=told)
        except NoData as error:
            rows.append(EstimatorRow(name, None, None, None, None, None, None, str(error)))
            continue
        spread = path.spread[np.isfinite(path.spread)]
        rows.append(
            EstimatorRow(
                name=name,
                path=path,
                line=path.newest,
                spread_std=float(spread.std(ddof=1)) if len(spread) > 1 else None,
                half_life=_told(lambda values: half_life(values).rows, spread),
                hurst=_told(lambda values: hurst_exponent(values).exponent, spread),
                last_zscore=_newest(rolling_zscore(path.spread, window=window)),
                reason=None,
            )
        )
    return tuple(rows)


def _told(figure: Callable[[FloatArray], float | None], spread: FloatArray) -> float | None:
    try:
        return figure(spread)
    except NoData:
        return None


def _newest(zscore: FloatArray) -> float | None:
    return float(zscore[-1]) if len(zscore) and np.isfinite(zscore[-1]) else None
