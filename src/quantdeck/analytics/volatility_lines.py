"""Rolling volatilities of one instrument by six estimators, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.volatility import (
    ewma_volatility,
    rolling_bar_volatility,
    rolling_close_volatility,
)
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.types import FloatArray
    from quantdeck.analytics.volatility import Estimator

RANGE_ESTIMATORS: tuple[Estimator, ...] = (
    "parkinson",
    "garman_klass",
    "rogers_satchell",
    "yang_zhang",
)
"""Those that read open, high, low and close."""


@dataclass(frozen=True, slots=True)
class VolatilityLines:
    """Volatility at every bar, by estimator.

    Parameters
    ----------
    values : mapping of str to array of shape (n,)
        ``close`` (realised), ``ewma`` and those of `RANGE_ESTIMATORS`; NaN where there is no figure.
        [1/sqrt(year)]
    unanswered : tuple of (str, str)
        Estimators that the bars do not suffice for, and why.
    """

    values: Mapping[str, FloatArray]
    unanswered: tuple[tuple[str, str], ...]


def volatility_lines(series: PriceSeries, *, window: int = 20) -> VolatilityLines:
    """Return the rolling volatilities of a series, annualised by its calendar.

    Parameters
    ----------
    series : PriceSeries
        Oldest first.
    window : int
        Returns or bars of each figure, >= 2.

    Returns
    -------
    VolatilityLines
        As long as the series.

    Raises
    ------
    BadInput
        If the window makes no sense.

    Notes
    -----
    Each is that of its function in `quantdeck.analytics.volatility`. The exponential one (decay .94)
    has no window.

    Examples
    --------
    >>> from quantdeck.analytics.price_series import PriceSeries
    >>> close = 100.0 * np.exp(np.cumsum(np.tile([0.01, -0.01], 30)))
    >>> starts = np.arange(60) * 86_400_000_000_000
    >>> days = PriceSeries("A", "1d", 86_400_000_000_000, starts, *[close] * 4, close, close)
    >>> volatility_lines(days, window=20).values["close"][-1].round(3)
    np.float64(0.196)
    """
    if window < 2:
        raise BadInput(f"a volatility takes a window of at least 2, was {window}", field="window")
    per_year = series.periods_per_year
    makers: dict[str, Callable[[], FloatArray]] = {
        "close": lambda: rolling_close_volatility(
            series.close, window=window, periods_per_year=per_year
        ),
        "ewma": lambda: _ewma(series),
    }
    makers |= {name: _of_ranges(series, name, window) for name in RANGE_ESTIMATORS}
    values: dict[str, FloatArray] = {}
    unanswered: list[tuple[str, str]] = []
    for name, make in makers.items():
        try:
            found = make()
        except NoData as reason:
            unanswered.append((name, str(reason)))
            continue
        if np.isfinite(found).any():
            values[name] = found
        else:
            unanswered.append((name, f"takes {window + 1} bars; there are {len(series)}"))
    return VolatilityLines(values, tuple(unanswered))


def _ewma(series: PriceSeries) -> FloatArray:
    logs = np.log(np.where(series.close > 0.0, series.close, np.nan))
    found = ewma_volatility(np.diff(logs), periods_per_year=series.periods_per_year)
    # The first bar ends no return.
    return np.concatenate(([np.nan], found))


def _of_ranges(series: PriceSeries, estimator: Estimator, window: int) -> Callable[[], FloatArray]:
    bars = (series.open, series.high, series.low, series.close)
    per_year = series.periods_per_year
    return lambda: rolling_bar_volatility(
        bars, window=window, estimator=estimator, periods_per_year=per_year
    )
