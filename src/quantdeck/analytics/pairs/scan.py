"""All pairs of a universe, ranked by how surely they are cointegrated.

Each pair is tested as `pair_study` tests it, both ways, the lag chosen by AIC per pair and direction;
`tests/properties/test_analytics_scan.py` holds the figures to it. The pair's p-value is the larger of
the two: both directions must agree (an intersection-union test: R. L. Berger, "Multiparameter Hypothesis
Testing and Acceptance Sampling", Technometrics 24 (1982) 295-300). One direction alone finds a
symbol that stays about a level for a while "cointegrated" with every other, at a hedge ratio near 0.
q-values over all pairs tested then say how many of those above the line are to be expected for nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from itertools import combinations
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.analytics.false_discovery import Control, q_values
from quantdeck.analytics.pairs.scan_kernels import (
    CORRELATION,
    FITTED,
    HEDGE_RATIO,
    INTERCEPT,
    LAG,
    ON_LINE,
    PHI,
    STATISTIC,
    STATUS,
    ZSCORE,
    fit_pair,
    unit_root,
)
from quantdeck.analytics.pairs.screen import ScreenRules, SymbolFigures, screen
from quantdeck.analytics.pairs.study import MIN_TEST_ROWS
from quantdeck.analytics.price_grid import PriceGrid, price_grid
from quantdeck.analytics.stationarity.adf import adf, default_max_lag
from quantdeck.analytics.stationarity.mackinnon import mackinnon_pvalue
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.spread import Spread, one_by_one

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from quantdeck.analytics.pairs.screen import ScanSeries
    from quantdeck.analytics.types import FloatArray

_PAIRS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class ScanRules:
    """What is scanned and how.

    Parameters
    ----------
    lookback : int
        Newest common rows of a pair that are tested, >= 20.
    window : int
        Rows of the z-score, >= 3 and less than the lookback.
    min_share : float
        Least common rows of a pair, and bars of a symbol, as a share of the lookback.
    control : {"bh", "by"}
        How q-values are made; see `q_values`.
    screen : ScreenRules
        What a symbol must be like.

    Raises
    ------
    BadInput
        If lookback or window are too small, or `min_share` is not in (0, 1].
    """

    lookback: int = 500
    window: int = 60
    min_share: float = 0.5
    control: Control = "bh"
    screen: ScreenRules = field(default_factory=ScreenRules)

    def __post_init__(self) -> None:
        if self.lookback < MIN_TEST_ROWS:
            raise BadInput(
                f"the lookback must be at least {MIN_TEST_ROWS} rows, was {self.lookback}"
            )
        if not 3 <= self.window < self.lookback:
            raise BadInput(
                f"the window must have 3 rows or more and less than the lookback of {self.lookback}, "
                f"was {self.window}"
            )
        if not 0.0 < self.min_share <= 1.0:
            raise BadInput(f"min_share must be above 0 and at most 1, was {self.min_share}")

    @property
    def min_rows(self) -> int:
        """Fewest rows that are tested."""
        return max(MIN_TEST_ROWS, math.ceil(self.min_share * self.lookback))


@dataclass(frozen=True, slots=True)
class PairFinding:
    """One pair; y is the side whose line leaves the more stationary spread.

    Parameters
    ----------
    y, x : str
        Dependent and explaining instrument.
    rows : int
        Common rows.
    pvalue_y, pvalue_x : float
        Engle-Granger of y on x, and of x on y; NaN where not tested.
    pvalue : float
        Of the pair, max(pvalue_y, pvalue_x).
    q : float
        The p-value adjusted for the number of pairs.
    statistic : float
        Of y on x.
    lag : int
        Of y on x; -1 where not tested.
    hedge_ratio, intercept : float
        log y = intercept + hedge_ratio log x + spread.
    phi : float
        AR(1) coefficient of that spread.
    half_life : float
        ln 2 / -ln phi; NaN where phi >= 1 (no return) or phi <= 0 (faster than the rows tell). [rows]
    zscore : float
        Of the newest row's spread within the window; NaN where the window is not full.
    correlation : float
        Of log returns from row to row over all rows.
    reason : str
        Why the pair was not tested; empty where it was.
    """

    y: str
    x: str
    rows: int = 0
    pvalue_y: float = math.nan
    pvalue_x: float = math.nan
    pvalue: float = math.nan
    q: float = math.nan
    statistic: float = math.nan
    lag: int = -1
    hedge_ratio: float = math.nan
    intercept: float = math.nan
    phi: float = math.nan
    half_life: float = math.nan
    zscore: float = math.nan
    correlation: float = math.nan
    reason: str = ""


_FIGURES = attrgetter(*(each.name for each in fields(PairFinding)))


@dataclass(frozen=True, slots=True)
class PairScan:
    """Outcome of a scan.

    Parameters
    ----------
    rules : ScanRules
        What was asked.
    symbols : tuple of SymbolFigures
        Every symbol, with the reason where it was left out.
    grid : PriceGrid
        Log closes of the symbols that were not, in the same order.
    pairs : tuple of PairFinding
        Those tested, surest first; of equal p-values the one farther from its mean.
    untested : tuple of PairFinding
        All other pairs, with reasons.
    """

    rules: ScanRules
    symbols: tuple[SymbolFigures, ...]
    grid: PriceGrid
    pairs: tuple[PairFinding, ...]
    untested: tuple[PairFinding, ...]

    def kept(self) -> tuple[SymbolFigures, ...]:
        """Return the symbols that were not left out, in the order of the grid's rows."""
        return tuple(each for each in self.symbols if not each.reason)


def scan_pairs(
    series: Sequence[ScanSeries],
    rules: ScanRules,
    *,
    interval_ns: int,
    end_ns: int | None = None,
    spread: Spread = one_by_one,
    on_progress: Callable[[float], None] | None = None,
) -> PairScan:
    """Test all pairs of a universe for cointegration and rank them.

    Parameters
    ----------
    series : sequence of ScanSeries
        Bars of one interval and what is known of the liquidity, one per symbol.
    rules : ScanRules
        Lookback, window, control and screen.
    interval_ns : int
        Length of the bars' interval. [ns]
    end_ns : int or None
        Bars that start then or later are left out; None takes the newest start of any symbol, since
        that interval still grows. [ns]
    spread : Spread
        Who tests the pairs; the findings are the same.
    on_progress : callable, optional
        Told the share of pairs that is tested, in [0, 1]; what it raises ends the scan.

    Returns
    -------
    PairScan
        Every pair, tested or with a reason.

    Notes
    -----
    Screening looks at liquidity, never at a test's outcome, so that the pairs left form a family of
    their own. Each pair has the newest `lookback` intervals in which both sides have a bar, out of
    twice as many bars a side.

    Examples
    --------
    >>> from quantdeck.analytics.pairs.screen import ScanSeries
    >>> from quantdeck.analytics.resample import bars_from_ticks
    >>> random, n = np.random.default_rng(5), 400
    >>> x, other = np.exp(np.cumsum(random.normal(scale=0.01, size=(2, n)), axis=1))
    >>> prices = {"Y": x**1.5 * np.exp(random.normal(scale=0.001, size=n)), "X": x, "Z": other}
    >>> series = [
    ...     ScanSeries(name, bars_from_ticks(range(n), range(n), p, np.ones(n), interval_ns=1))
    ...     for name, p in prices.items()
    ... ]
    >>> scan = scan_pairs(series, ScanRules(lookback=300), interval_ns=1)
    >>> best = scan.pairs[0]
    >>> sorted((best.y, best.x)), best.q < 0.01, [pair.q > 0.05 for pair in scan.pairs[1:]]
    (['X', 'Y'], True, [True, True])
    """
    end = _newest(series) if end_ns is None else end_ns
    closed = [_closed(each, end, 2 * rules.lookback) for each in series]
    figures = screen(
        closed,
        rules.screen,
        rows=rules.lookback,
        min_rows=rules.min_rows,
        interval_ns=interval_ns,
    )
    at = [i for i, each in enumerate(figures) if not each.reason]
    grid = price_grid([closed[i].bars for i in at])
    family = _Family(rules, tuple(figures[i].symbol for i in at), grid.log_close)
    found = _in_turn(spread(_tested, _blocks(len(at)), family, on_progress=on_progress))
    tested: list[PairFinding] = []
    untested: list[PairFinding] = []
    for one, other in combinations(figures, 2):
        reason = one.reason or other.reason
        if reason:
            which = one if one.reason else other
            pair = PairFinding(one.symbol, other.symbol, reason=f"{which.symbol}: {reason}")
        else:
            pair = next(found)
        (untested if pair.reason else tested).append(pair)
    qs = q_values([pair.pvalue for pair in tested], control=rules.control).tolist()
    ranked = [replace(pair, q=q) for pair, q in zip(tested, qs, strict=True)]
    ranked.sort(key=lambda pair: (pair.pvalue, -abs(_or_zero(pair.zscore))))
    return PairScan(rules, tuple(figures), grid, tuple(ranked), tuple(untested))


def _newest(series: Sequence[ScanSeries]) -> int:
    return max((int(each.bars.start_ns[-1]) for each in series if len(each.bars)), default=0)


def _closed(one: ScanSeries, end_ns: int, most: int) -> ScanSeries:
    end = int(np.searchsorted(one.bars.start_ns, end_ns))
    return replace(one, bars=one.bars[max(0, end - most) : end])


# What the tests of all pairs have in common.
@dataclass(frozen=True, slots=True, eq=False)
class _Family:
    rules: ScanRules
    symbols: tuple[str, ...]
    log_close: FloatArray


# One symbol with some of those after it: ``(one, first, end)``.
def _blocks(symbols: int) -> list[tuple[int, int, int]]:
    return [
        (one, first, min(first + _PAIRS_AT_ONCE, symbols))
        for one in range(symbols - 1)
        for first in range(one + 1, symbols, _PAIRS_AT_ONCE)
    ]


# Plain tuples travel, and are kept while they wait, at a fraction of what objects take.
def _tested(family: _Family, block: tuple[int, int, int]) -> list[tuple[Any, ...]]:
    one, first, end = block
    tester, names, closes = _Tester(family.rules), family.symbols, family.log_close
    return [
        _FIGURES(tester.test(names[one], names[other], closes[one], closes[other]))
        for other in range(first, end)
    ]


def _in_turn(blocks: Sequence[list[tuple[Any, ...]]]) -> Iterator[PairFinding]:
    for block in blocks:
        for each in block:
            yield PairFinding(*each)


class _Tester:
    # Tests one pair after another in memory that is reserved once.

    def __init__(self, rules: ScanRules) -> None:
        self._rules = rules
        self._series = np.empty((4, rules.lookback))
        self._lines = np.empty((2, STATUS + 1))
        self._out = np.empty(3)
        self._work: dict[int, FloatArray] = {}

    def test(self, one: str, other: str, a: FloatArray, b: FloatArray) -> PairFinding:
        rules, lines = self._rules, self._lines
        n = fit_pair(a, b, rules.window, self._series, lines)
        if n < rules.min_rows:
            reason = f"{n} common rows of {rules.lookback}, at least {rules.min_rows} needed"
            return PairFinding(one, other, rows=n, reason=reason)
        if (lines[:, STATUS] != FITTED).any():
            on_line = (lines[:, STATUS] == ON_LINE).any()
            what = "both lie on one line" if on_line else "one of them does not move"
            return PairFinding(one, other, rows=n, reason=f"{what} over {n} rows")
        try:
            sides = [self._engle_granger(self._series[2 + side, -n:]) for side in range(2)]
        except NoData as error:
            return PairFinding(one, other, rows=n, reason=str(error))
        best = int(sides[1][0] < sides[0][0])
        names = (one, other)
        statistic, lag, pvalue = sides[best]
        line = lines[best].tolist()
        return PairFinding(
            y=names[best],
            x=names[1 - best],
            rows=n,
            pvalue_y=pvalue,
            pvalue_x=sides[1 - best][2],
            pvalue=sides[1 - best][2],
            statistic=statistic,
            lag=lag,
            hedge_ratio=line[HEDGE_RATIO],
            intercept=line[INTERCEPT],
            phi=line[PHI],
            half_life=_half_life(line[PHI]),
            zscore=line[ZSCORE],
            correlation=line[CORRELATION],
        )

    def _engle_granger(self, spread: FloatArray) -> tuple[float, int, float]:
        longest = default_max_lag(len(spread), "n")
        work = self._work.get(longest)
        if work is None:
            work = self._work[longest] = np.empty((2 * (longest + 2) + 1, longest + 2))
        if unit_root(spread, longest, work, self._out):
            statistic, lag = float(self._out[STATISTIC]), int(self._out[LAG])
        else:
            careful = adf(spread, max_lag=longest, regression="n")
            statistic, lag = careful.statistic, careful.lag
        return statistic, lag, mackinnon_pvalue(statistic, "c", series=2)


def _half_life(phi: float) -> float:
    return math.log(2.0) / -math.log(phi) if 0.0 < phi < 1.0 else math.nan


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0
