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
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.false_discovery import Control, q_values
from quantdeck.analytics.pairs.findings import PairFindings
from quantdeck.analytics.pairs.scan_blocks import Family, blocks_of, gathered, results_of
from quantdeck.analytics.pairs.screen import ScreenRules, SymbolFigures, screen
from quantdeck.analytics.pairs.study import MIN_TEST_ROWS
from quantdeck.analytics.price_grid import PriceGrid, price_grid
from quantdeck.model.errors import BadInput
from quantdeck.model.spread import Spread, one_by_one

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from quantdeck.analytics.pairs.scan_blocks import Gathered
    from quantdeck.analytics.pairs.screen import ScanSeries
    from quantdeck.analytics.types import BoolArray


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
    pairs : PairFindings
        Those tested, surest first; of equal p-values the one farther from its mean.
    untested : PairFindings
        All other pairs, with reasons.

    Both point into `symbols`.
    """

    rules: ScanRules
    symbols: tuple[SymbolFigures, ...]
    grid: PriceGrid
    pairs: PairFindings
    untested: PairFindings

    def kept(self) -> tuple[SymbolFigures, ...]:
        """Return the symbols that were not left out, in the order of the grid's rows."""
        return tuple(each for each in self.symbols if not each.reason)

    def failed(self) -> PairFindings:
        """Return the pairs that could not be tested though no symbol of theirs was left out."""
        every = self.untested
        gone = np.array([bool(each.reason) for each in self.symbols], np.bool_)
        at = np.flatnonzero(~(gone[every.y] | gone[every.x]))
        return PairFindings.untested(
            every.symbols,
            every.reasons,
            y=every.y[at],
            x=every.x[at],
            rows=every.rows[at],
            reason=every.reason[at],
        )


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
    blocks = blocks_of(len(at))
    found = spread(results_of, blocks, Family(rules, grid.log_close), on_progress=on_progress)
    pairs = gathered(found, blocks)
    for name in ("one", "other"):
        pairs.columns[name] = np.array(at, np.int32)[pairs.columns[name]]
    untested = _untested(pairs, figures)
    return PairScan(rules, tuple(figures), grid, _ranked(pairs, figures, rules.control), untested)


def _newest(series: Sequence[ScanSeries]) -> int:
    return max((int(each.bars.start_ns[-1]) for each in series if len(each.bars)), default=0)


def _closed(one: ScanSeries, end_ns: int, most: int) -> ScanSeries:
    end = int(np.searchsorted(one.bars.start_ns, end_ns))
    return replace(one, bars=one.bars[max(0, end - most) : end])


def _ranked(found: Gathered, figures: Sequence[SymbolFigures], control: Control) -> PairFindings:
    columns = found.columns
    places = np.flatnonzero(columns["reason"] == 0)
    pvalues = columns["pvalue"][places]
    q = q_values(pvalues, control=control)
    nearness = -np.abs(columns["zscore"][places])
    nearness[~np.isfinite(nearness)] = 0.0
    order = np.lexsort((nearness, pvalues))
    del nearness, pvalues
    q, places = q[order], places[order]
    del order
    # One column after another, so that no two copies of all of them are there at a time
    ranked = {name: columns.pop(name)[places] for name in tuple(columns)}
    turned, one, other = (ranked.pop(name) for name in ("turned", "one", "other"))
    return PairFindings(
        _names(figures),
        ("",),
        y=np.where(turned, other, one),
        x=np.where(turned, one, other),
        q=q,
        **ranked,
    )


# In the order of their symbols: those that could not be tested, and those of symbols left out.
def _untested(found: Gathered, figures: Sequence[SymbolFigures]) -> PairFindings:
    reasons = [*found.reasons]
    why = np.zeros(len(figures), np.int32)
    for place, each in enumerate(figures):
        if each.reason:
            why[place] = len(reasons)
            reasons.append(f"{each.symbol}: {each.reason}")
    failed = np.flatnonzero(found.columns["reason"])
    one, other, rows, reason = (
        found.columns[name][failed] for name in ("one", "other", "rows", "reason")
    )
    first, second = _with_any(why > 0)
    one, other = np.concatenate((one, first)), np.concatenate((other, second))
    rows = np.concatenate((rows, np.zeros_like(first)))
    reason = np.concatenate((reason, np.where(why[first] > 0, why[first], why[second])))
    order = np.lexsort((other, one))
    return PairFindings.untested(
        _names(figures),
        tuple(reasons),
        y=one[order],
        x=other[order],
        rows=rows[order],
        reason=reason[order],
    )


# Places of both sides of every pair with one that is marked, in their order.
def _with_any(marked: BoolArray) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    places = np.arange(len(marked), dtype=np.int32)
    later = [
        places[at + 1 :] if marked[at] else places[at + 1 :][marked[at + 1 :]] for at in places
    ]
    return np.repeat(places, [len(each) for each in later]), np.concatenate((places[:0], *later))


def _names(figures: Sequence[SymbolFigures]) -> tuple[str, ...]:
    return tuple(each.symbol for each in figures)
