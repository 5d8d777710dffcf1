"""Everything the risk of one instrument is told by, from its prices, at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from quantdeck.analytics.common_sessions import close_times, common_sessions
from quantdeck.analytics.performance.drawdown import drawdowns
from quantdeck.analytics.performance.growth import wealth_index
from quantdeck.analytics.risk.distribution import return_histogram
from quantdeck.analytics.risk.drawdowns import drawdown_table
from quantdeck.analytics.risk.figures import FigureRules, ReturnFigure, return_figures
from quantdeck.analytics.risk.months import monthly_returns
from quantdeck.analytics.risk.rolling import rolling_beta, rolling_sharpe, rolling_volatility
from quantdeck.analytics.risk.tail_table import back_test, tail_table
from quantdeck.analytics.stationarity import autocorrelation, stationarity_tests
from quantdeck.analytics.volatility import (
    bar_volatility,
    close_volatility,
    ewma_volatility,
    rolling_bar_volatility,
)
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.risk.distribution import ReturnHistogram
    from quantdeck.analytics.risk.drawdowns import DrawdownEpisode
    from quantdeck.analytics.risk.exceedances import TailMethod
    from quantdeck.analytics.risk.months import MonthlyReturns
    from quantdeck.analytics.risk.tail_table import BackTest, TailRow
    from quantdeck.analytics.stationarity import Autocorrelation, StationarityTest
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.analytics.volatility import Estimator

V = TypeVar("V")

NO_BENCHMARK = "no benchmark is chosen"
"""Why a study holds an instrument against nothing."""

_ESTIMATORS = ("parkinson", "garman_klass", "rogers_satchell", "yang_zhang")


@dataclass(frozen=True, slots=True)
class RiskRules:
    """Conventions of a study.

    Parameters
    ----------
    levels : tuple of float
        Confidences of the table of tail losses.
    level : float
        Confidence of the figures and of the back-test.
    method : {"historical", "gaussian"}
        How the back-test forecasts.
    window : int
        Returns a forecast knows, at least.
    rolling : int
        Returns in a window of the rolling figures.
    annual_rate, annual_target : float
        Riskless rate and least acceptable return, effective annual. [decimal]
    lags : int
        Of the autocorrelation.
    """

    levels: tuple[float, ...] = (0.95, 0.99)
    level: float = 0.95
    method: TailMethod = "historical"
    window: int = 250
    rolling: int = 63
    annual_rate: float = 0.0
    annual_target: float = 0.0
    lags: int = 20


@dataclass(frozen=True, slots=True, eq=False)
class Against:
    """An instrument and its benchmark at the closes that both have.

    Parameters
    ----------
    benchmark : PriceSeries
        What it is held against.
    ts_ns : array of shape (k + 1,)
        When the closes stand, UTC. [ns]
    returns, base : array of shape (k,)
        Of the instrument and of the benchmark, from one common close to the next. [decimal]
    wealth : array of shape (k + 1,)
        What 1 in the benchmark became.
    periods_per_year : float
        Of these returns.
    left_out : tuple of (int, int)
        Bars of each that the other lacks, within the span in common.
    beta : array of shape (k + 1,)
        Rolling; NaN while the window is not full.
    """

    benchmark: PriceSeries
    ts_ns: IntArray
    returns: FloatArray
    base: FloatArray
    wealth: FloatArray
    periods_per_year: float
    left_out: tuple[int, ...]
    beta: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class RiskStudy:
    """The risk of one instrument. Rows of n + 1 stand at closes, those of n at the second to last.

    Parameters
    ----------
    series : PriceSeries
        Its prices, those without a close left out.
    rules : RiskRules
        Conventions.
    left_out : int
        Bars without a close.
    ts_ns : array of shape (n + 1,)
        When the closes stand, UTC. [ns]
    returns : array of shape (n,)
        Simple returns. [decimal]
    wealth, underwater : array of shape (n + 1,)
        What 1 became, and how far it is below its highest so far, <= 0. [decimal]
    figures : tuple of ReturnFigure
        Of `return_figures`; those against a benchmark of the closes in common.
    against : Against or None
        None where no benchmark is asked for, or it has too little in common.
    against_reason : str
        Why not.
    tails : tuple of TailRow
        Tail losses.
    back_test : BackTest or None
        Of the value at risk.
    back_test_reason : str
        Why there is none.
    drawdowns : tuple of DrawdownEpisode
        All falls, deepest first, with times.
    sharpe, volatility, ewma, ranged : array of shape (n + 1,)
        Rolling Sharpe ratio and volatility, the volatility of RiskMetrics, and the rolling one of
        Yang and Zhang. NaN while a window is not full. [1, then 1/sqrt(year)]
    volatilities : tuple of ReturnFigure
        Of the whole sample by five estimators, and the newest of RiskMetrics.
    histogram : ReturnHistogram or None
        None where the returns do not move.
    months : MonthlyReturns
        By the day in UTC on which each close stands.
    memory : Autocorrelation or None
        None of too few returns.
    stationarity : tuple of StationarityTest
        ADF and KPSS of log prices and of returns.
    """

    series: PriceSeries
    rules: RiskRules
    left_out: int
    ts_ns: IntArray
    returns: FloatArray
    wealth: FloatArray
    underwater: FloatArray
    figures: tuple[ReturnFigure, ...]
    against: Against | None
    against_reason: str
    tails: tuple[TailRow, ...]
    back_test: BackTest | None
    back_test_reason: str
    drawdowns: tuple[DrawdownEpisode, ...]
    sharpe: FloatArray
    volatility: FloatArray
    ewma: FloatArray
    ranged: FloatArray
    volatilities: tuple[ReturnFigure, ...]
    histogram: ReturnHistogram | None
    months: MonthlyReturns
    memory: Autocorrelation | None
    stationarity: tuple[StationarityTest, ...]

    def figure(self, name: str) -> ReturnFigure:
        """Return a figure by the name that METRICS has.

        Raises
        ------
        BadInput
            If there is none of that name.
        """
        for each in (*self.figures, *self.volatilities):
            if each.name == name:
                return each
        raise BadInput(f"the study has no figure {name!r}", field="name")


def study_risk(
    series: PriceSeries, benchmark: PriceSeries | None = None, rules: RiskRules | None = None
) -> RiskStudy:
    """Return every figure, table and path that the risk of an instrument is told by.

    Parameters
    ----------
    series : PriceSeries
        Closed bars, at best adjusted for splits and dividends. Bars without a positive close are
        left out and counted; the next return then spans them.
    benchmark : PriceSeries, optional
        What it is held against, over the closes that both have: nothing is carried forward, and over
        days that one does not trade the other gathers its return.
    rules : RiskRules, optional
        Conventions.

    Returns
    -------
    RiskStudy
        What the prices cannot tell is None, with the reason.

    Raises
    ------
    BadInput
        If a rule makes no sense, or the intervals differ.
    NoData
        If there are fewer than three closes.

    Examples
    --------
    >>> day = 86_400_000_000_000
    >>> close = 100.0 * np.exp(np.cumsum(np.random.default_rng(7).normal(0.0005, 0.01, 300)))
    >>> from quantdeck.analytics.price_series import PriceSeries
    >>> prices = PriceSeries("US:SPY", "1d", day, day * np.arange(300), *[close] * 6, calendar="XNYS")
    >>> found = study_risk(prices)
    >>> len(found.returns), found.figure("sharpe_ratio").reason, found.back_test.window
    (299, '', 250)
    """
    chosen = rules or RiskRules()
    kept, left_out = _usable(series)
    returns = kept.close[1:] / kept.close[:-1] - 1.0
    ts_ns, wealth = close_times(kept), wealth_index(returns)
    against, why_not = _against(kept, benchmark, chosen)
    tested, untested = _attempt(
        lambda: back_test(returns, level=chosen.level, window=chosen.window, method=chosen.method)
    )
    annual = kept.periods_per_year
    return RiskStudy(
        series=kept,
        rules=chosen,
        left_out=left_out,
        ts_ns=ts_ns,
        returns=returns,
        wealth=wealth,
        underwater=drawdowns(wealth),
        figures=_figures(returns, annual, against, chosen),
        against=against,
        against_reason=why_not,
        tails=tail_table(returns, chosen.levels),
        back_test=tested,
        back_test_reason=untested,
        drawdowns=drawdown_table(wealth, ts_ns=ts_ns),
        sharpe=_rolled(
            rolling_sharpe(
                returns,
                window=chosen.rolling,
                periods_per_year=annual,
                annual_rate=chosen.annual_rate,
            )
        ),
        volatility=_rolled(
            rolling_volatility(returns, window=chosen.rolling, periods_per_year=annual)
        ),
        ewma=_rolled(_ewma(returns, annual)),
        ranged=rolling_bar_volatility(_bars(kept), window=chosen.rolling, periods_per_year=annual),
        volatilities=_volatilities(kept, returns),
        histogram=_attempt(lambda: return_histogram(returns))[0],
        months=monthly_returns(returns, ts_ns[1:].astype("datetime64[ns]")),
        memory=_attempt(
            lambda: autocorrelation(returns, max_lag=min(chosen.lags, len(returns) - 1))
        )[0],
        stationarity=(
            *stationarity_tests("log prices", np.log(kept.close)),
            *stationarity_tests("returns", returns),
        ),
    )


def _usable(series: PriceSeries) -> tuple[PriceSeries, int]:
    good = np.isfinite(series.close) & (series.close > 0.0)
    count = int(good.sum())
    if count < 3:
        raise NoData(f"{series.symbol}: {count} closes of {series.interval}; three are the fewest")
    if count == len(series):
        return series, 0
    names = ("start_ns", "open", "high", "low", "close", "volume", "raw_close")
    arrays: dict[str, Any] = {name: getattr(series, name)[good] for name in names}
    return replace(series, **arrays), len(series) - count


def _bars(series: PriceSeries) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    return series.open, series.high, series.low, series.close


def _rolled(values: FloatArray) -> FloatArray:
    # A return stands at its close; before the first close there is none.
    return np.concatenate(([np.nan], values))


def _ewma(returns: FloatArray, annual: float) -> FloatArray:
    found, _ = _attempt(lambda: ewma_volatility(returns, periods_per_year=annual))
    return np.full(len(returns), np.nan) if found is None else found


def _against(
    series: PriceSeries, benchmark: PriceSeries | None, rules: RiskRules
) -> tuple[Against | None, str]:
    if benchmark is None:
        return None, NO_BENCHMARK
    try:
        common = common_sessions([series, benchmark])
    except NoData as error:
        return None, str(error)
    both = common.returns()
    returns, base = np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])
    found = Against(
        benchmark=benchmark,
        ts_ns=common.ts_ns,
        returns=returns,
        base=base,
        wealth=wealth_index(base),
        periods_per_year=common.periods_per_year,
        left_out=common.left_out,
        beta=_rolled(rolling_beta(returns, base, window=max(3, rules.rolling))),
    )
    return found, ""


def _figures(
    returns: FloatArray, annual: float, against: Against | None, rules: RiskRules
) -> tuple[ReturnFigure, ...]:
    own = FigureRules(
        periods_per_year=annual,
        annual_rate=rules.annual_rate,
        annual_target=rules.annual_target,
        level=rules.level,
        lags=min(10, max(1, len(returns) - 1)),
    )
    alone = return_figures(returns, own)
    if against is None:
        return alone
    common = replace(own, periods_per_year=against.periods_per_year)
    paired = return_figures(against.returns, common, benchmark=against.base)
    return alone + paired[len(alone) :]


def _volatilities(series: PriceSeries, returns: FloatArray) -> tuple[ReturnFigure, ...]:
    annual = series.periods_per_year
    makers: list[tuple[str, Callable[[], float]]] = [
        ("close_volatility", lambda: close_volatility(series.close, periods_per_year=annual)),
        (
            "ewma_volatility",
            lambda: float(ewma_volatility(returns, periods_per_year=annual)[-1]),
        ),
    ]
    for name in _ESTIMATORS:
        estimator = cast("Estimator", name)
        makers.append(
            (
                f"{name}_volatility",
                lambda estimator=estimator: bar_volatility(
                    _bars(series), estimator=estimator, periods_per_year=annual
                ),
            )
        )
    return tuple(ReturnFigure(name, *_attempt(make)) for name, make in makers)


def _attempt(make: Callable[[], V]) -> tuple[V | None, str]:
    try:
        return make(), ""
    except NoData as error:
        return None, str(error)
