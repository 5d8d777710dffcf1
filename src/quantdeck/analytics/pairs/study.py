"""Everything a pairs page shows, from one call."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from quantdeck.analytics.correlation import rolling_correlation
from quantdeck.analytics.pairs.cointegration import cointegration_of
from quantdeck.analytics.pairs.estimators import EstimatorSettings, checked_estimator, hedge_path
from quantdeck.analytics.pairs.half_life import half_life
from quantdeck.analytics.pairs.hedge import ols_hedge
from quantdeck.analytics.pairs.hurst import hurst_exponent
from quantdeck.analytics.pairs.reversion import reversion_check
from quantdeck.analytics.pairs.spread import fitted_spread, rolling_zscore
from quantdeck.analytics.returns import log_returns, simple_returns
from quantdeck.analytics.series import as_pair, check_window
from quantdeck.analytics.stationarity.adf import adf, longest_lag
from quantdeck.analytics.summary import summarize
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from quantdeck.analytics.pairs.cointegration import EngleGranger
    from quantdeck.analytics.pairs.estimators import EstimatorName, HedgePath
    from quantdeck.analytics.pairs.half_life import HalfLife
    from quantdeck.analytics.pairs.hedge import HedgeFit
    from quantdeck.analytics.pairs.hurst import Hurst
    from quantdeck.analytics.pairs.reversion import ReversionCheck
    from quantdeck.analytics.stationarity.adf import AdfResult
    from quantdeck.analytics.summary import Summary
    from quantdeck.analytics.types import BoolArray, FloatArray

S = TypeVar("S")
T = TypeVar("T")

MIN_TEST_ROWS = 20
"""Fewest rows on which a unit-root test says anything."""

_HORIZONS = (1.0, 2.0, 3.0)
_SHARES_OF_WINDOW = (0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class PairStudy:
    """A pair over one lookback; what cannot be answered is None, with the reason in `reasons`.

    Parameters
    ----------
    rows : int
        Rows given.
    used : int
        Rows on which both prices are usable: finite, and > 0 for log prices.
    window : int
        Rows in a rolling window.
    log : bool
        True where the study is of log prices.
    estimator : str
        Name of the estimator that the spread is of, see `ESTIMATORS`.
    hedge : HedgeFit or None
        The least-squares line over the whole lookback, whichever the estimator.
    path : HedgePath or None
        The estimator's hedge ratio at every row; NaN on rows that are not usable.
    spread : array of shape (rows,) or None
        Distance from the estimator's line; NaN on rows that are not usable or have no line yet.
    zscore : array of shape (rows,) or None
        The spread scored against its own mean and deviation in the window that ends at the row
        (`rolling_zscore`); windows count usable rows.
    correlation : array of shape (rows,) or None
        Of returns, over `window` returns that end at the row.
    last_zscore, last_correlation : float or None
        At the newest usable row.
    adf : AdfResult or None
        Unit-root test of the spread from the least-squares line. Its p-value is too small, since the
        line was fitted: `engle_granger` judges the pair, and does so by that line too, since critical
        values are known for no other.
    engle_granger : EngleGranger or None
        Cointegration test of y on x.
    engle_granger_reverse : EngleGranger or None
        Cointegration test of x on y.
    half_life : HalfLife or None
        Of the spread, in rows; its own `reason` is in `reasons` too where `rows` is None.
    hurst : Hurst or None
        Of the spread.
    reversion : ReversionCheck or None
        What happened after the z-score was beyond 2 by the least-squares line of the rows so far: within 1, 2 and 3 half-lives of
        the least-squares spread where those fit into a window, otherwise within a quarter, a half
        and the whole of one. Whichever the estimator.
    summary : Summary or None
        Statistics of the spread.
    reasons : dict of str to str
        Field name to why it, or part of it, is not there.
    """

    rows: int
    used: int
    window: int
    log: bool
    estimator: EstimatorName
    hedge: HedgeFit | None
    path: HedgePath | None
    spread: FloatArray | None
    zscore: FloatArray | None
    correlation: FloatArray | None
    last_zscore: float | None
    last_correlation: float | None
    adf: AdfResult | None
    engle_granger: EngleGranger | None
    engle_granger_reverse: EngleGranger | None
    half_life: HalfLife | None
    hurst: Hurst | None
    reversion: ReversionCheck | None
    summary: Summary | None
    reasons: dict[str, str] = field(default_factory=dict[str, str])


def pair_study(
    y: ArrayLike,
    x: ArrayLike,
    *,
    window: int,
    log: bool = True,
    max_lag: int | None = None,
    estimator: str = "ols",
) -> PairStudy:
    """Return everything a pairs page shows of two aligned price series.

    Parameters
    ----------
    y, x : array of shape (rows,)
        Prices at common times, oldest first; see `align_bars` and `align_ticks`. Rows where either
        is not usable are left out and stay NaN in the answer.
    window : int
        Rows in a rolling window, >= 3.
    log : bool
        Study log prices, with log returns; otherwise levels, with simple returns.
    max_lag : int or None
        Longest lag of the unit-root tests, cut to what the rows allow; None takes
        `default_max_lag`.
    estimator : str
        Whose spread, one of `ESTIMATORS`; ``rolling`` takes the same window.

    Returns
    -------
    PairStudy
        The answers, and reasons for those that are missing.

    Raises
    ------
    BadInput
        If the series differ in length, the window is shorter than 3 or there is no such estimator.

    Examples
    --------
    >>> random = np.random.default_rng(5)
    >>> x = 100.0 * np.exp(np.cumsum(random.normal(scale=0.01, size=400)))
    >>> y = x**1.5 * np.exp(random.normal(scale=0.001, size=400))
    >>> study = pair_study(y, x, window=60)
    >>> round(study.hedge.hedge_ratio, 2), study.engle_granger.pvalue < 0.01
    (1.5, True)
    >>> pair_study(y[:5], x[:5], window=60).reasons["adf"]
    'not enough data: 5 rows, at least 20 needed'
    """
    check_window(window, smallest=3)
    name = checked_estimator(estimator)
    series_y, series_x = as_pair(y, x)
    usable = np.isfinite(series_y) & np.isfinite(series_x)
    if log:
        usable &= (series_y > 0.0) & (series_x > 0.0)
    prices = _Prices(series_y[usable], series_x[usable], log=log)
    lag = None if max_lag is None else min(max_lag, longest_lag(len(prices.y), "c"))

    ask = _Asker(len(usable) - len(prices.y))
    hedge = ask("hedge", prices, lambda p: ols_hedge(p.y, p.x, log=log))
    line = ask("line", hedge, lambda fit: _line(fit, prices), needs="hedge")
    path = ask("path", line, lambda _: _path(prices, name, window), needs="line")
    spread = ask("spread", path, lambda found: found.spread, needs="path")
    zscore = ask("zscore", spread, lambda at: _zscore(at, window), needs="spread")
    correlation = ask("correlation", prices, lambda p: _correlation(p, window))
    reversion = ask("reversion", line, lambda at: _reversion(at, prices, window), needs="line")
    halving = ask("half_life", spread, lambda at: half_life(_enough(at)), needs="spread")
    if halving is not None and halving.reason is not None:
        ask.reasons["half_life"] = halving.reason
    return PairStudy(
        rows=len(usable),
        used=len(prices.y),
        window=window,
        log=log,
        estimator=name,
        hedge=hedge,
        path=None if path is None else _path_on_rows(path, usable),
        spread=None if spread is None else _on_rows(spread, usable),
        zscore=None if zscore is None else _on_rows(zscore, usable),
        correlation=None if correlation is None else _on_rows(correlation, usable),
        last_zscore=ask(
            "last_zscore", zscore, lambda z: _last(z, "the spread does", window), needs="zscore"
        ),
        last_correlation=ask(
            "last_correlation",
            correlation,
            lambda r: _last(r, "one of the prices does", window),
            needs="correlation",
        ),
        adf=ask("adf", line, lambda at: adf(_enough(at.spread), max_lag=lag), needs="line"),
        engle_granger=ask("engle_granger", line, lambda at: _cointegration(at, lag), needs="line"),
        engle_granger_reverse=ask(
            "engle_granger_reverse",
            line,
            lambda _: _cointegration(_line(*prices.reversed()), lag),
            needs="line",
        ),
        half_life=halving,
        hurst=ask("hurst", spread, lambda at: hurst_exponent(_present(at)), needs="spread"),
        reversion=None if reversion is None else _events_on_rows(reversion, usable),
        summary=ask("summary", spread, summarize, needs="spread"),
        reasons={field: why for field, why in ask.reasons.items() if field != "line"},
    )


class _Asker:
    # Turns NoData into None and a reason; what rests on a missing answer is missing for its reason.

    def __init__(self, left_out: int) -> None:
        self.reasons: dict[str, str] = {}
        self._note = f" ({left_out} rows without usable prices left out)" if left_out else ""

    def __call__(
        self, name: str, given: S | None, question: Callable[[S], T], *, needs: str = ""
    ) -> T | None:
        if given is None:
            self.reasons[name] = self.reasons[needs]
            return None
        try:
            return question(given)
        except NoData as error:
            self.reasons[name] = f"{error}{self._note}"
            return None


@dataclass(frozen=True, slots=True)
class _Prices:
    y: FloatArray
    x: FloatArray
    log: bool

    def reversed(self) -> tuple[HedgeFit, _Prices]:
        return ols_hedge(self.x, self.y, log=self.log), _Prices(self.x, self.y, self.log)


@dataclass(frozen=True, slots=True)
class _Line:
    fit: HedgeFit
    spread: FloatArray


def _line(fit: HedgeFit, prices: _Prices) -> _Line:
    return _Line(fit, fitted_spread(fit, prices.y, prices.x))


def _cointegration(line: _Line, max_lag: int | None) -> EngleGranger:
    return cointegration_of(line.fit, _enough(line.spread), max_lag=max_lag)


def _path(prices: _Prices, estimator: EstimatorName, window: int) -> HedgePath:
    settings = EstimatorSettings(window=window)
    return hedge_path(prices.y, prices.x, estimator=estimator, log=prices.log, settings=settings)


def _reversion(line: _Line, prices: _Prices, window: int) -> ReversionCheck:
    found = half_life(_enough(line.spread)).rows
    wanted = [] if found is None else [math.ceil(found * lives) for lives in _HORIZONS]
    if not wanted or wanted[-1] > window:
        wanted = [math.ceil(window * share) for share in _SHARES_OF_WINDOW]
    horizons = sorted(set(wanted))
    return reversion_check(prices.y, prices.x, window=window, horizons=horizons, log=prices.log)


def _present(spread: FloatArray) -> FloatArray:
    # Estimators that change from row to row have no line in their first rows
    return spread[np.isfinite(spread)]


def _enough(spread: FloatArray) -> FloatArray:
    rows = len(_present(spread))
    if rows < MIN_TEST_ROWS:
        raise NoData(f"not enough data: {rows} rows, at least {MIN_TEST_ROWS} needed")
    return spread


def _zscore(spread: FloatArray, window: int) -> FloatArray:
    rows = len(_present(spread))
    if rows < window:
        raise NoData(f"not enough data: {rows} rows, the window has {window}")
    return rolling_zscore(spread, window=window)


def _correlation(prices: _Prices, window: int) -> FloatArray:
    if len(prices.y) <= window:
        raise NoData(f"not enough data: {len(prices.y)} rows, {window} returns need {window + 1}")
    returns = log_returns if prices.log else simple_returns
    return rolling_correlation(returns(prices.y), returns(prices.x), window=window)


def _last(values: FloatArray, what_does: str, window: int) -> float:
    newest = float(values[-1])
    if not np.isfinite(newest):
        raise NoData(f"{what_does} not move over the last {window} rows")
    return newest


def _on_rows(values: FloatArray, usable: BoolArray) -> FloatArray:
    if usable.all():
        return values
    out = np.full(len(usable), np.nan)
    out[usable] = values
    return out


def _events_on_rows(check: ReversionCheck, usable: BoolArray) -> ReversionCheck:
    return replace(check, events=np.flatnonzero(usable)[check.events])


def _path_on_rows(path: HedgePath, usable: BoolArray) -> HedgePath:
    if usable.all():
        return path
    return replace(
        path,
        hedge_ratio=_on_rows(path.hedge_ratio, usable),
        intercept=_on_rows(path.intercept, usable),
        low=_on_rows(path.low, usable),
        high=_on_rows(path.high, usable),
        spread=_on_rows(path.spread, usable),
    )
