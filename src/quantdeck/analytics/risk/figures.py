"""Every figure of a series of returns at once, and of many series as a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from quantdeck.analytics.performance.checks import as_returns, check_periods
from quantdeck.analytics.performance.growth import annual_volatility, cagr, total_return
from quantdeck.analytics.performance.ratios import calmar_ratio, sharpe_ratio, sortino_ratio
from quantdeck.analytics.performance.tails import tail_loss
from quantdeck.analytics.risk.benchmark import (
    active_risk,
    benchmark_fit,
    capture_ratio,
    downside_beta,
    m_squared,
    treynor_ratio,
)
from quantdeck.analytics.risk.distribution import (
    downside_deviation,
    gains_and_losses,
    omega_ratio,
    return_shape,
    stability,
    tail_ratio,
)
from quantdeck.analytics.risk.drawdowns import drawdown_figures
from quantdeck.analytics.risk.parametric import cornish_fisher_tail, gaussian_tail
from quantdeck.analytics.series import as_series
from quantdeck.analytics.stationarity import autocorrelation, ljung_box
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

Values: TypeAlias = "tuple[float | None, ...]"
Group: TypeAlias = "Callable[[FloatArray, FloatArray, FigureRules], Values]"


@dataclass(frozen=True, slots=True)
class FigureRules:
    """Conventions of all figures.

    Parameters
    ----------
    periods_per_year : float
        252 for sessions, 365 for days of a market that never closes, 8760 for its hours.
    annual_rate : float
        Riskless rate, effective annual. [decimal]
    annual_target : float
        Least acceptable return of Sortino, downside deviation and omega, effective annual.
    level : float
        Confidence of the tail losses.
    lags : int
        Of the Ljung-Box test.
    """

    periods_per_year: float
    annual_rate: float = 0.0
    annual_target: float = 0.0
    level: float = 0.95
    lags: int = 10


@dataclass(frozen=True, slots=True)
class ReturnFigure:
    """One figure of a series of returns.

    Parameters
    ----------
    name : str
        Key of `quantdeck.analytics.metrics.METRICS`, which has title, formula and unit.
    value : float or None
        None where the returns cannot tell.
    reason : str
        Why there is no value; empty where there is one.
    """

    name: str
    value: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Figures of many series.

    Parameters
    ----------
    names : tuple of str
        Columns; keys of `quantdeck.analytics.metrics.METRICS`.
    values : array of shape (m, k)
        A row for each series; NaN where its returns cannot tell.
    n : tuple of int
        Returns of each series.
    """

    names: tuple[str, ...]
    values: FloatArray
    n: tuple[int, ...]


def _growth(r: FloatArray, _: FloatArray, rules: FigureRules) -> Values:
    annual = rules.periods_per_year
    return (
        total_return(r),
        cagr(r, periods_per_year=annual),
        annual_volatility(r, periods_per_year=annual),
        downside_deviation(r, periods_per_year=annual, annual_target=rules.annual_target),
    )


def _sharpe(r: FloatArray, _: FloatArray, rules: FigureRules) -> Values:
    found = sharpe_ratio(r, periods_per_year=rules.periods_per_year, annual_rate=rules.annual_rate)
    certain = NormalDist().cdf(found.value / found.standard_error) if found.standard_error else None
    return found.value, found.standard_error, certain


def _sortino(r: FloatArray, _: FloatArray, rules: FigureRules) -> Values:
    options = {"periods_per_year": rules.periods_per_year, "annual_target": rules.annual_target}
    return sortino_ratio(r, **options), omega_ratio(r, **options)


def _calmar(r: FloatArray, _: FloatArray, rules: FigureRules) -> Values:
    return (calmar_ratio(r, periods_per_year=rules.periods_per_year),)


def _historical(r: FloatArray, _: FloatArray, rules: FigureRules) -> Values:
    found = tail_loss(r, level=rules.level)
    return found.value_at_risk, found.expected_shortfall


def _gaussian(r: FloatArray, _: FloatArray, rules: FigureRules) -> Values:
    found = gaussian_tail(r, level=rules.level)
    return found.value_at_risk, found.expected_shortfall


def _cornish_fisher(r: FloatArray, _: FloatArray, rules: FigureRules) -> Values:
    found = cornish_fisher_tail(r, level=rules.level)
    return found.value_at_risk, found.expected_shortfall


def _drawdowns(r: FloatArray, _: FloatArray, rules: FigureRules) -> Values:
    found = drawdown_figures(
        r, periods_per_year=rules.periods_per_year, annual_rate=rules.annual_rate
    )
    return (
        found.max_drawdown,
        found.average_drawdown,
        found.ulcer_index,
        found.pain_index,
        found.time_under_water,
        float(found.longest_under_water),
        found.martin_ratio,
        found.pain_ratio,
        found.sterling_ratio,
        found.burke_ratio,
        found.recovery_factor,
    )


def _shape(r: FloatArray, _: FloatArray, __: FigureRules) -> Values:
    found = return_shape(r)
    return found.skew, found.excess_kurtosis, found.pvalue


def _gains(r: FloatArray, _: FloatArray, __: FigureRules) -> Values:
    found = gains_and_losses(r)
    return (
        found.hit_rate,
        found.average_gain,
        found.average_loss,
        found.payoff_ratio,
        found.gain_to_pain,
        found.profit_factor,
        found.best,
        found.worst,
        float(found.longest_losing_run),
    )


def _tail_ratio(r: FloatArray, _: FloatArray, __: FigureRules) -> Values:
    return (tail_ratio(r),)


def _stability(r: FloatArray, _: FloatArray, __: FigureRules) -> Values:
    return (stability(r),)


def _memory(r: FloatArray, _: FloatArray, rules: FigureRules) -> Values:
    return float(autocorrelation(r, max_lag=1).values[0]), ljung_box(r, lags=rules.lags).pvalue


def _fit(r: FloatArray, b: FloatArray, rules: FigureRules) -> Values:
    found = benchmark_fit(
        r, b, periods_per_year=rules.periods_per_year, annual_rate=rules.annual_rate
    )
    return found.beta, found.alpha, found.r_squared, found.residual_volatility


def _active(r: FloatArray, b: FloatArray, rules: FigureRules) -> Values:
    found = active_risk(r, b, periods_per_year=rules.periods_per_year)
    return (
        found.active_return,
        found.tracking_error,
        found.information_ratio,
        found.batting_average,
    )


def _up_capture(r: FloatArray, b: FloatArray, rules: FigureRules) -> Values:
    return (capture_ratio(r, b, periods_per_year=rules.periods_per_year, rising=True),)


def _down_capture(r: FloatArray, b: FloatArray, rules: FigureRules) -> Values:
    return (capture_ratio(r, b, periods_per_year=rules.periods_per_year, rising=False),)


def _downside_beta(r: FloatArray, b: FloatArray, _: FigureRules) -> Values:
    return (downside_beta(r, b),)


def _treynor(r: FloatArray, b: FloatArray, rules: FigureRules) -> Values:
    options = {"periods_per_year": rules.periods_per_year, "annual_rate": rules.annual_rate}
    return treynor_ratio(r, b, **options), m_squared(r, b, **options)


_ALONE: tuple[tuple[str, Group], ...] = (
    ("total_return cagr annual_volatility downside_deviation", _growth),
    ("sharpe_ratio sharpe_error probabilistic_sharpe", _sharpe),
    ("sortino_ratio omega_ratio", _sortino),
    ("calmar_ratio", _calmar),
    ("value_at_risk expected_shortfall", _historical),
    ("gaussian_value_at_risk gaussian_expected_shortfall", _gaussian),
    ("cornish_fisher_value_at_risk cornish_fisher_expected_shortfall", _cornish_fisher),
    (
        "max_drawdown average_drawdown ulcer_index pain_index time_under_water longest_under_water "
        "martin_ratio pain_ratio sterling_ratio burke_ratio recovery_factor",
        _drawdowns,
    ),
    ("skewness excess_kurtosis jarque_bera", _shape),
    (
        "hit_rate average_gain average_loss payoff_ratio gain_to_pain profit_factor best_period "
        "worst_period longest_losing_run",
        _gains,
    ),
    ("tail_ratio", _tail_ratio),
    ("stability", _stability),
    ("autocorrelation ljung_box", _memory),
)
_AGAINST: tuple[tuple[str, Group], ...] = (
    ("beta alpha r_squared residual_volatility", _fit),
    ("active_return tracking_error information_ratio batting_average", _active),
    ("up_capture", _up_capture),
    ("down_capture", _down_capture),
    ("downside_beta", _downside_beta),
    ("treynor_ratio m_squared", _treynor),
)
_OF_GROWTH = frozenset(
    ["cagr", "calmar_ratio", "martin_ratio", "pain_ratio", "sterling_ratio", "burke_ratio"]
)
_SHORTEST_YEARS = 0.1
_NOTHING = "there is nothing to divide by"
_BEYOND = "so few periods, made annual, leave the range of floats"


def return_figures(
    returns: ArrayLike, rules: FigureRules, *, benchmark: ArrayLike | None = None
) -> tuple[ReturnFigure, ...]:
    """Return every figure of a series of returns, each by the function that METRICS names.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, oldest first; NaN where there is none, left out. [decimal]
    rules : FigureRules
        Conventions.
    benchmark : array of shape (n,), optional
        Returns of the same periods to set them against; NaN where there is none.

    Returns
    -------
    tuple of ReturnFigure
        Always the same names in the same order, those against a benchmark where there is one.
        Growth a year and what is made of it are None for spans shorter than a tenth of a year.

    Raises
    ------
    BadInput
        If a return is infinite or below -1, the lengths differ, or a rule makes no sense.

    Examples
    --------
    >>> found = return_figures([0.01, -0.02, 0.03, 0.01], FigureRules(periods_per_year=252))
    >>> found[0].name, round(found[0].value, 6)
    ('total_return', 0.029689)
    >>> [f.reason for f in found if f.name == "value_at_risk"]
    ['4 returns leave fewer than 5 in the tail at 0.95; 100 are needed']
    """
    check_periods(rules.periods_per_year)
    series = as_series(returns, "returns")
    alone = as_returns(series[~np.isnan(series)], least=0)
    found = [figure for group in _ALONE for figure in _figures(group, alone, alone, rules)]
    if benchmark is not None:
        base = as_series(benchmark, "benchmark")
        if len(base) != len(series):
            raise BadInput(
                f"{len(series)} returns and {len(base)} of the benchmark; align them first"
            )
        found += [figure for group in _AGAINST for figure in _figures(group, series, base, rules)]
    if len(alone) < _SHORTEST_YEARS * rules.periods_per_year:
        found = [_without_growth(figure, len(alone)) for figure in found]
    return tuple(found)


def figure_table(
    returns: Sequence[Sequence[float]] | FloatArray,
    rules: FigureRules,
    *,
    benchmark: ArrayLike | None = None,
) -> FigureTable:
    """Return the figures of many series of returns.

    Parameters
    ----------
    returns : array of shape (n, m)
        A column for each series, oldest row first; NaN where a series has no return. [decimal]
    rules : FigureRules
        Conventions.
    benchmark : array of shape (n,), optional
        As `return_figures`.

    Returns
    -------
    FigureTable
        A row for each series.

    Raises
    ------
    BadInput
        As `return_figures`, or if the returns are not two-dimensional.

    Examples
    --------
    >>> table = figure_table([[0.01, 0.0], [0.02, -0.01]], FigureRules(periods_per_year=252))
    >>> table.names[0], table.values[:, 0].round(4)
    ('total_return', array([ 0.0302, -0.01  ]))
    """
    matrix = np.asarray(returns, np.float64)
    if matrix.ndim != 2:
        raise BadInput(f"returns need a column for each series, shape was {matrix.shape}")
    # columns are read one by one
    columns = np.ascontiguousarray(matrix.T)
    rows = [return_figures(column, rules, benchmark=benchmark) for column in columns]
    names = tuple(figure.name for figure in rows[0]) if rows else ()
    values = [[math.nan if f.value is None else f.value for f in row] for row in rows]
    return FigureTable(
        names=names,
        values=np.array(values, np.float64).reshape(len(rows), len(names)),
        n=tuple(int(n) for n in (~np.isnan(columns)).sum(axis=1)),
    )


def _figures(
    group: tuple[str, Group], series: FloatArray, base: FloatArray, rules: FigureRules
) -> list[ReturnFigure]:
    names, compute = group
    try:
        values = compute(series, base, rules)
    except NoData as error:
        return [ReturnFigure(name, None, str(error)) for name in names.split()]
    return [_figure(name, value) for name, value in zip(names.split(), values, strict=True)]


def _without_growth(figure: ReturnFigure, n: int) -> ReturnFigure:
    if figure.name not in _OF_GROWTH:
        return figure
    reason = f"{n} returns span less than a tenth of a year, too little to make growth annual"
    return ReturnFigure(figure.name, None, reason)


def _figure(name: str, value: float | None) -> ReturnFigure:
    if value is None:
        return ReturnFigure(name, None, _NOTHING)
    if not math.isfinite(value):
        return ReturnFigure(name, None, _BEYOND)
    return ReturnFigure(name, value, "")
