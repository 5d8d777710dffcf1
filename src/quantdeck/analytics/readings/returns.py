"""Readings of returns: growth, ratios, tails, drawdowns, and all that against a benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.metrics import METRICS, MetricGroup
from quantdeck.analytics.performance.tails import tail_loss
from quantdeck.analytics.readings.reading import MetricReading, reading, taken
from quantdeck.analytics.returns import log_returns
from quantdeck.analytics.risk import (
    FigureRules,
    cornish_fisher_tail,
    gaussian_tail,
    return_figures,
    rolling_beta,
    rolling_sharpe,
    rolling_sortino,
)
from quantdeck.analytics.stationarity import stationarity_tests

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.readings.rules import ReadingRules
    from quantdeck.analytics.types import FloatArray

AGAINST = tuple(m.name for m in METRICS.values() if m.group is MetricGroup.BENCHMARK)
"""Metrics that need a benchmark."""
_LEVELLED = frozenset(
    f"{method}{figure}"
    for method in ("", "gaussian_", "cornish_fisher_")
    for figure in ("value_at_risk", "expected_shortfall")
)
_TAILS: tuple[tuple[str, Callable[..., object]], ...] = (
    ("", tail_loss),
    ("gaussian_", gaussian_tail),
    ("cornish_fisher_", cornish_fisher_tail),
)
_PLACES: tuple[tuple[str, str], ...] = (("price", "log price"), ("return", "returns"))


def return_readings(series: PriceSeries, rules: ReadingRules) -> list[MetricReading]:
    """Return what the returns of an instrument read by themselves.

    Parameters
    ----------
    series : PriceSeries
        Closed bars.
    rules : ReadingRules
        Conventions.

    Returns
    -------
    list of MetricReading
        Newest returns, all figures of `return_figures`, tails at further levels, rolling ratios,
        tests of stationarity.

    Examples
    --------
    >>> from quantdeck.analytics.readings.rules import ReadingRules
    >>> from quantdeck.analytics.price_series import PriceSeries
    >>> none = np.empty(0)
    >>> series = PriceSeries("X:Y", "1d", 86_400 * 10**9, np.empty(0, np.int64), *[none] * 6)
    >>> return_readings(series, ReadingRules())[0].reason
    '0 bars; 2 are needed for a return'
    """
    returns = series.returns()
    return [
        *_newest(series, returns),
        *_figures(returns, rules, series.periods_per_year),
        *_further_tails(returns, rules),
        *_rolling(returns, rules, series.periods_per_year),
        *_stationarity(series, returns),
    ]


def benchmark_readings(
    returns: FloatArray, base: FloatArray, rules: ReadingRules, *, periods_per_year: float
) -> list[MetricReading]:
    """Return what the returns of an instrument read against those of another.

    Parameters
    ----------
    returns, base : array of shape (n,)
        Simple returns of the same periods, oldest first. [decimal]
    rules : ReadingRules
        Conventions.
    periods_per_year : float
        Such periods a year.

    Returns
    -------
    list of MetricReading
        The figures of `return_figures` that need a benchmark, and the rolling beta.

    Examples
    --------
    >>> from quantdeck.analytics.readings.rules import ReadingRules
    >>> base = np.array([0.01, -0.02, 0.03, 0.0])
    >>> found = benchmark_readings(2 * base, base, ReadingRules(), periods_per_year=252)
    >>> found[0].metric.name, round(found[0].value, 6)
    ('beta', 2.0)
    """
    figures = return_figures(
        returns, _figure_rules(rules, periods_per_year, rules.levels[0]), benchmark=base
    )
    window = min(rules.window, max(3, len(returns)))
    beta = rolling_beta(returns, base, window=window)
    return [
        *(reading(f.name, f.value, reason=f.reason) for f in figures if f.name in AGAINST),
        _last("rolling_beta", beta, rules, len(returns)),
    ]


def _figure_rules(rules: ReadingRules, periods_per_year: float, level: float) -> FigureRules:
    return FigureRules(
        periods_per_year=periods_per_year,
        annual_rate=rules.annual_rate,
        annual_target=rules.annual_target,
        level=level,
        lags=rules.lags,
    )


def _newest(series: PriceSeries, returns: FloatArray) -> list[MetricReading]:
    too_few = f"{len(series)} bars; 2 are needed for a return"
    reason = "the last close or the one before is absent" if len(returns) else too_few
    logs = log_returns(series.close[-2:])
    return [
        reading("simple_return", float(returns[-1]) if len(returns) else None, reason=reason),
        reading("log_return", float(logs[-1]) if len(returns) else None, reason=reason),
    ]


def _figures(
    returns: FloatArray, rules: ReadingRules, periods_per_year: float
) -> list[MetricReading]:
    level = rules.levels[0]
    figures = return_figures(returns, _figure_rules(rules, periods_per_year, level))
    return [
        reading(
            f.name,
            f.value,
            reason=f.reason,
            parameters=(("level", level),) if f.name in _LEVELLED else (),
        )
        for f in figures
    ]


def _further_tails(returns: FloatArray, rules: ReadingRules) -> list[MetricReading]:
    present = returns[~np.isnan(returns)]
    return [
        taken(
            f"{method}{figure}",
            lambda tail=tail, figure=figure, level=level: getattr(
                tail(present, level=level), figure
            ),
            part=(f"{100 * level:g}", f"{100 * level:g} %"),
            parameters=(("level", level),),
        )
        for level in rules.levels[1:]
        for method, tail in _TAILS
        for figure in ("value_at_risk", "expected_shortfall")
    ]


def _rolling(
    returns: FloatArray, rules: ReadingRules, periods_per_year: float
) -> list[MetricReading]:
    window = rules.window
    sharpe = rolling_sharpe(
        returns, window=window, periods_per_year=periods_per_year, annual_rate=rules.annual_rate
    )
    sortino = rolling_sortino(
        returns, window=window, periods_per_year=periods_per_year, annual_target=rules.annual_target
    )
    return [
        _last("rolling_sharpe", sharpe, rules, len(returns)),
        _last("rolling_sortino", sortino, rules, len(returns)),
    ]


def _last(name: str, values: FloatArray, rules: ReadingRules, n: int) -> MetricReading:
    window = rules.window
    few = f"{n} returns; {window} are needed for a window of {window}"
    reason = few if n < window else "a return of the window is absent, or nothing can be divided by"
    value = float(values[-1]) if len(values) and n >= window else None
    return reading(name, value, parameters=(("window", float(window)),), reason=reason)


def _stationarity(series: PriceSeries, returns: FloatArray) -> list[MetricReading]:
    closes = series.close[np.isfinite(series.close) & (series.close > 0.0)]
    values = {"price": np.log(closes), "return": returns[np.isfinite(returns)]}
    return [
        reading(test.name, test.pvalue, part=part, reason=test.reason)
        for part in _PLACES
        for test in stationarity_tests(part[1], values[part[0]])
    ]
