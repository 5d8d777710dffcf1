"""Every way to a hedge ratio under one roof: name, function, and one form of answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from quantdeck.analytics.correlation import rolling_correlation
from quantdeck.analytics.pairs.bands import rolling_moments
from quantdeck.analytics.pairs.hedge import ols_hedge, regression_series
from quantdeck.analytics.pairs.kalman import DELTA, START_ROWS, kalman_hedge
from quantdeck.analytics.pairs.lines import DEVIATIONS, HedgeLine
from quantdeck.analytics.pairs.orthogonal import tls_hedge
from quantdeck.analytics.pairs.robust import huber_hedge, theil_sen_hedge
from quantdeck.analytics.pairs.spread import rolling_hedge
from quantdeck.analytics.series import NOISE, check_window
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

EstimatorName = Literal["ols", "huber", "theil-sen", "tls", "kalman", "rolling"]
"""Names of the estimators."""


@dataclass(frozen=True, slots=True)
class EstimatorSettings:
    """What estimators can be told; each takes what is its own.

    Parameters
    ----------
    window : int
        Of ``rolling``: rows in a window, >= 3.
    delta : float
        Of ``kalman``: state noise per row in units of the observation variance.
    observation_variance : float or None
        Of ``kalman``: variance of y about its line; None estimates it.
    start_rows : int
        Of ``kalman``: rows that its first line is fitted to.
    """

    window: int = 60
    delta: float = DELTA
    observation_variance: float | None = None
    start_rows: int = START_ROWS


@dataclass(frozen=True, slots=True)
class HedgePath:
    """A hedge ratio at every row, whichever way it was estimated.

    Parameters
    ----------
    name : str
        Of the estimator.
    hedge_ratio, intercept : array of shape (rows,)
        Of an estimator of `LINES` the one line of all rows, repeated. Of ``kalman`` and ``rolling``
        the line as it was known at the row; NaN where there was none.
    low, high : array of shape (rows,)
        95 % interval of the hedge ratio, of ``kalman`` from the variance of its state. Residuals are
        taken for independent, so intervals are too narrow where they are not. NaN where there is
        none.
    spread : array of shape (rows,)
        y - intercept - hedge_ratio * x; of ``kalman`` with the line of the row before, which is its
        one-step prediction error. NaN where there is no line or no price. [log price of y, or its
        currency]
    n : int
        Rows used.
    log : bool
        True where the lines are of log prices.
    """

    name: EstimatorName
    hedge_ratio: FloatArray
    intercept: FloatArray
    low: FloatArray
    high: FloatArray
    spread: FloatArray
    n: int
    log: bool

    def __len__(self) -> int:
        """Return the count of rows."""
        return len(self.hedge_ratio)

    @property
    def newest(self) -> HedgeLine:
        """The line at the newest row."""
        return HedgeLine(
            hedge_ratio=float(self.hedge_ratio[-1]),
            intercept=float(self.intercept[-1]),
            low=float(self.low[-1]),
            high=float(self.high[-1]),
            n=self.n,
            log=self.log,
        )


def hedge_path(
    y: ArrayLike,
    x: ArrayLike,
    *,
    estimator: str = "ols",
    log: bool = True,
    settings: EstimatorSettings | None = None,
) -> HedgePath:
    """Return the hedge ratio of y on x at every row.

    Parameters
    ----------
    y, x : array of shape (rows,)
        Prices of the two instruments, oldest first. Rows where either is not finite are left out.
    estimator : str
        One of `ESTIMATORS`.
    log : bool
        Fit log prices; prices must then be > 0.
    settings : EstimatorSettings or None
        Windows and noises; None takes the defaults.

    Returns
    -------
    HedgePath
        Lines, intervals and spread. Lines of the estimators in `LINES` are fitted to all rows, so
        every row knows the future; those of ``kalman`` and ``rolling`` know their own past alone.

    Raises
    ------
    BadInput
        If there is no such estimator, the series differ in length, a price is <= 0 with `log`, or a
        setting is out of range.
    NoData
        If there are too few rows, or y or x does not move.

    Examples
    --------
    >>> random = np.random.default_rng(5)
    >>> x = 100.0 * np.exp(np.cumsum(random.normal(scale=0.01, size=400)))
    >>> y = x**1.5 * np.exp(random.normal(scale=0.001, size=400))
    >>> {name: round(hedge_path(y, x, estimator=name).newest.hedge_ratio, 1) for name in ESTIMATORS}
    {'ols': 1.5, 'huber': 1.5, 'theil-sen': 1.5, 'tls': 1.5, 'kalman': 1.5, 'rolling': 1.5}
    """
    function = ESTIMATORS[checked_estimator(estimator)]
    series_y, series_x = regression_series(y, x, log=log)
    path = function(series_y, series_x, settings or EstimatorSettings())
    return path if not log else replace(path, log=True)


def checked_estimator(name: str) -> EstimatorName:
    """Return the name of an estimator, if there is such a one.

    Parameters
    ----------
    name : str
        A name.

    Returns
    -------
    str
        The same.

    Raises
    ------
    BadInput
        If there is no such estimator.

    Examples
    --------
    >>> checked_estimator("tls")
    'tls'
    """
    for known in ESTIMATORS:
        if known == name:
            return known
    names = ", ".join(ESTIMATORS)
    raise BadInput(f"there is no estimator {name!r}; choose one of {names}")


def _ols(y: FloatArray, x: FloatArray, _: EstimatorSettings) -> HedgePath:
    fit = ols_hedge(y, x, log=False)
    reach = DEVIATIONS * fit.stderr
    ratio = fit.hedge_ratio
    line = HedgeLine(ratio, fit.intercept, ratio - reach, ratio + reach, fit.n, log=False)
    return _repeated("ols", line, y, x)


def _huber(y: FloatArray, x: FloatArray, _: EstimatorSettings) -> HedgePath:
    return _repeated("huber", huber_hedge(y, x, log=False), y, x)


def _theil_sen(y: FloatArray, x: FloatArray, _: EstimatorSettings) -> HedgePath:
    return _repeated("theil-sen", theil_sen_hedge(y, x, log=False), y, x)


def _tls(y: FloatArray, x: FloatArray, _: EstimatorSettings) -> HedgePath:
    return _repeated("tls", tls_hedge(y, x, log=False), y, x)


def _kalman(y: FloatArray, x: FloatArray, settings: EstimatorSettings) -> HedgePath:
    found = kalman_hedge(
        y,
        x,
        log=False,
        delta=settings.delta,
        observation_variance=settings.observation_variance,
        start_rows=settings.start_rows,
    )
    ratio, reach = found.hedge_ratio, DEVIATIONS * np.sqrt(found.hedge_variance)
    return HedgePath(
        name="kalman",
        hedge_ratio=ratio,
        intercept=found.intercept,
        low=ratio - reach,
        high=ratio + reach,
        spread=found.spread,
        n=found.n,
        log=False,
    )


def _rolling(y: FloatArray, x: FloatArray, settings: EstimatorSettings) -> HedgePath:
    window = settings.window
    check_window(window, smallest=3)
    found = rolling_hedge(y, x, window=window)
    ratio = found.hedge_ratio
    if not np.isfinite(ratio).any():
        raise NoData(
            f"no window of {window} rows in which both prices are present and x moves; "
            f"there are {len(y)} rows"
        )
    reach = DEVIATIONS * _rolling_stderr(y, x, window)
    return HedgePath(
        name="rolling",
        hedge_ratio=ratio,
        intercept=found.intercept,
        low=ratio - reach,
        high=ratio + reach,
        spread=found.spread,
        n=int((np.isfinite(y) & np.isfinite(x)).sum()),
        log=False,
    )


def _rolling_stderr(y: FloatArray, x: FloatArray, window: int) -> FloatArray:
    # Root of RSS / (window - 2) / Sxx, by the correlation since RSS = (1 - r^2) Syy
    unexplained = 1.0 - rolling_correlation(y, x, window=window) ** 2
    std_y, std_x = (rolling_moments(series, window=window).std for series in (y, x))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = std_y / std_x * np.sqrt(np.maximum(unexplained, 0.0) / (window - 2))
    return np.where(std_x > NOISE * np.abs(x), found, np.nan)


def _repeated(name: EstimatorName, line: HedgeLine, y: FloatArray, x: FloatArray) -> HedgePath:
    rows = len(y)
    return HedgePath(
        name=name,
        hedge_ratio=np.full(rows, line.hedge_ratio),
        intercept=np.full(rows, line.intercept),
        low=np.full(rows, line.low),
        high=np.full(rows, line.high),
        spread=y - line.intercept - line.hedge_ratio * x,
        n=line.n,
        log=False,
    )


ESTIMATORS: dict[
    EstimatorName, Callable[[FloatArray, FloatArray, EstimatorSettings], HedgePath]
] = {
    "ols": _ols,
    "huber": _huber,
    "theil-sen": _theil_sen,
    "tls": _tls,
    "kalman": _kalman,
    "rolling": _rolling,
}
"""Estimator by name, in the order in which they are offered: functions of the series of y and x, which
are logarithms where those are asked for, and of the settings."""

LINES: tuple[EstimatorName, ...] = ("ols", "huber", "theil-sen", "tls")
"""Those that fit one line to all rows; the others change from row to row and use no later one."""
