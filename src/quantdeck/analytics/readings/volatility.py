"""Readings of volatility: realised, from ranges, weighted, and the regime it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.readings.reading import MetricReading, reading, taken
from quantdeck.analytics.volatility import (
    RegimeRules,
    bar_volatility,
    close_volatility,
    ewma_volatility,
    rolling_bar_volatility,
    rolling_close_volatility,
    volatility_regimes,
)
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.readings.rules import ReadingRules
    from quantdeck.analytics.types import FloatArray
    from quantdeck.analytics.volatility import Estimator

_REGIME_WINDOW = 20
_ESTIMATORS: tuple[tuple[str, Estimator], ...] = (
    ("parkinson_volatility", "parkinson"),
    ("garman_klass_volatility", "garman_klass"),
    ("rogers_satchell_volatility", "rogers_satchell"),
    ("yang_zhang_volatility", "yang_zhang"),
)


def volatility_readings(series: PriceSeries, rules: ReadingRules) -> list[MetricReading]:
    """Return what the volatility of an instrument reads.

    Parameters
    ----------
    series : PriceSeries
        Closed bars.
    rules : ReadingRules
        Conventions.

    Returns
    -------
    list of MetricReading
        Over all bars, over the window, weighted, and the regime in words.

    Examples
    --------
    >>> import numpy as np
    >>> from quantdeck.analytics.readings.rules import ReadingRules
    >>> from quantdeck.analytics.price_series import PriceSeries
    >>> close = np.array([100.0, 101.0, 100.0, 102.0])
    >>> series = PriceSeries(
    ...     "X:Y", "1d", 86_400 * 10**9, np.arange(4), *[close] * 6, calendar="XNYS"
    ... )
    >>> found = volatility_readings(series, ReadingRules())
    >>> found[0].metric.name, round(found[0].value, 4)
    ('close_volatility', 0.2406)
    """
    annual, window = series.periods_per_year, rules.window
    bars = (series.open, series.high, series.low, series.close)
    rolled = (("window", float(window)),)
    few = f"{len(series)} bars; {window + 1} are needed for a window of {window}"
    absent = few if len(series) <= window else "a bar of the window is absent"
    estimates = [
        taken(
            name,
            lambda estimator=estimator: bar_volatility(
                bars, estimator=estimator, periods_per_year=annual
            ),
        )
        for name, estimator in _ESTIMATORS
    ]
    return [
        taken("close_volatility", lambda: close_volatility(series.close, periods_per_year=annual)),
        *estimates,
        reading(
            "rolling_volatility",
            _newest(rolling_close_volatility(series.close, window=window, periods_per_year=annual)),
            parameters=rolled,
            reason=absent,
        ),
        reading(
            "rolling_bar_volatility",
            _newest(rolling_bar_volatility(bars, window=window, periods_per_year=annual)),
            part=("yang_zhang", "Yang-Zhang"),
            parameters=rolled,
            reason=absent,
        ),
        taken(
            "ewma_volatility",
            lambda: _newest(
                ewma_volatility(series.returns(), periods_per_year=annual, decay=rules.decay)
            ),
            parameters=(("decay", rules.decay),),
        ),
        _regime(series),
    ]


def _newest(values: FloatArray) -> float | None:
    return float(values[-1]) if len(values) else None


def _regime(series: PriceSeries) -> MetricReading:
    rules = RegimeRules()
    parameters = (("window", float(_REGIME_WINDOW)), ("lookback", float(rules.lookback)))
    volatility = rolling_close_volatility(
        series.close, window=_REGIME_WINDOW, periods_per_year=series.periods_per_year
    )
    try:
        current = volatility_regimes(volatility, rules=rules).current
    except NoData as error:
        return reading("volatility_regime", None, parameters=parameters, reason=str(error))
    return reading(
        "volatility_regime",
        None if current is None else float(current),
        parameters=parameters,
        text="" if current is None else current.name.lower(),
        reason="no regime is confirmed yet",
    )
