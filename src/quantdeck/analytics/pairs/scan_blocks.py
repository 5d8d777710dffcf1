"""Blocks of a scan's pairs: tested one after another, and put together as columns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

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
from quantdeck.analytics.stationarity.adf import adf, default_max_lag
from quantdeck.analytics.stationarity.mackinnon import mackinnon_pvalue
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from quantdeck.analytics.pairs.scan import ScanRules
    from quantdeck.analytics.types import FloatArray

_PAIRS_AT_ONCE = 256

_FIGURES = (
    *("pvalue_y", "pvalue", "statistic", "hedge_ratio", "intercept", "phi", "half_life"),
    *("zscore", "correlation"),
)
# What travels of a pair. "turned" where the later symbol is y; "reason" points into the block's reasons.
_PAIR = np.dtype(
    [(name, np.float64) for name in _FIGURES]
    + [("rows", np.int32), ("lag", np.int16), ("reason", np.int16), ("turned", np.bool_)]
)
_UNKNOWN = (math.nan,) * len(_FIGURES)


class Family(NamedTuple):
    """What the tests of all pairs have in common.

    Parameters
    ----------
    rules : ScanRules
        How pairs are tested.
    log_close : array of shape (symbols, n)
        NaN where there is no bar.
    """

    rules: ScanRules
    log_close: FloatArray


class Tested(NamedTuple):
    """What came of a block.

    Parameters
    ----------
    pairs : array of shape (n,)
        One record a pair.
    reasons : tuple of str
        Why some could not be tested; the first is empty.
    """

    pairs: NDArray[np.void]
    reasons: tuple[str, ...]


class Gathered(NamedTuple):
    """All pairs, in the order of their symbols.

    Parameters
    ----------
    columns : dict of str to array of shape (n,)
        Fields of the records, and ``one`` and ``other``, the symbols' places.
    reasons : tuple of str
        What the column ``reason`` points into; the first is empty.
    """

    columns: dict[str, NDArray[Any]]
    reasons: tuple[str, ...]


def blocks_of(symbols: int) -> list[tuple[int, int, int]]:
    """Return all pairs of so many symbols as blocks.

    Parameters
    ----------
    symbols : int
        How many.

    Returns
    -------
    list of tuple of int
        ``(one, first, end)``: one symbol with some of those after it.

    Examples
    --------
    >>> blocks_of(3)
    [(0, 1, 3), (1, 2, 3)]
    """
    return [
        (one, first, min(first + _PAIRS_AT_ONCE, symbols))
        for one in range(symbols - 1)
        for first in range(one + 1, symbols, _PAIRS_AT_ONCE)
    ]


def results_of(family: Family, block: tuple[int, int, int]) -> Tested:
    """Return what the tests of a block say.

    Parameters
    ----------
    family : Family
        What all pairs have in common.
    block : tuple of int
        One of `blocks_of`.

    Returns
    -------
    Tested
        Its pairs, those that could not be tested with a reason.
    """
    one, first, end = block
    tester, closes = _Tester(family.rules), family.log_close
    pairs = np.zeros(end - first, _PAIR)
    reasons = {"": 0}
    for at, other in enumerate(range(first, end)):
        pairs[at] = tester.test(closes[one], closes[other], reasons)
    return Tested(pairs, tuple(reasons))


def gathered(found: list[Tested], blocks: Sequence[tuple[int, int, int]]) -> Gathered:
    """Return what came of all blocks as columns.

    Parameters
    ----------
    found : list of Tested
        What came of each block; emptied on the way.
    blocks : sequence of tuple of int
        The blocks.

    Returns
    -------
    Gathered
        All pairs, tested or not.
    """
    at = sum(end - first for _, first, end in blocks)
    dtypes = {name: _PAIR[name] for name in _PAIR.names or ()}
    dtypes |= dict.fromkeys(("one", "other", "reason"), np.dtype(np.int32))
    columns = {name: np.empty(at, dtype) for name, dtype in dtypes.items()}
    known = {"": 0}
    # From the end of the list, so that blocks that were read make room for what follows.
    for one, first, end in reversed(blocks):
        block = found.pop()
        place = slice(at - len(block.pairs), at)
        at = place.start
        for name in _PAIR.names or ():
            columns[name][place] = block.pairs[name]
        columns["one"][place] = one
        columns["other"][place] = np.arange(first, end)
        if len(block.reasons) > 1:
            codes = np.array([known.setdefault(text, len(known)) for text in block.reasons])
            columns["reason"][place] = codes[block.pairs["reason"]]
    return Gathered(columns, tuple(known))


class _Tester:
    # Tests one pair after another in memory that is reserved once.

    def __init__(self, rules: ScanRules) -> None:
        self._rules = rules
        self._series = np.empty((4, rules.lookback))
        self._lines = np.empty((2, STATUS + 1))
        self._out = np.empty(3)
        self._work: dict[int, FloatArray] = {}

    # A record; a reason that is new joins the others.
    def test(self, a: FloatArray, b: FloatArray, reasons: dict[str, int]) -> tuple[float, ...]:
        rules, lines = self._rules, self._lines

        def untested(reason: str) -> tuple[float, ...]:
            return (*_UNKNOWN, n, -1, reasons.setdefault(reason, len(reasons)), False)

        n = fit_pair(a, b, rules.window, self._series, lines)
        if n < rules.min_rows:
            return untested(
                f"{n} common rows of {rules.lookback}, at least {rules.min_rows} needed"
            )
        if (lines[:, STATUS] != FITTED).any():
            on_line = (lines[:, STATUS] == ON_LINE).any()
            what = "both lie on one line" if on_line else "one of them does not move"
            return untested(f"{what} over {n} rows")
        try:
            sides = [self._engle_granger(self._series[2 + side, -n:]) for side in range(2)]
        except NoData as error:
            return untested(str(error))
        best = int(sides[1][0] < sides[0][0])
        statistic, lag, pvalue = sides[best]
        line = lines[best].tolist()
        return (
            *(pvalue, sides[1 - best][2], statistic),
            *(line[HEDGE_RATIO], line[INTERCEPT], line[PHI], _half_life(line[PHI])),
            *(line[ZSCORE], line[CORRELATION]),
            *(n, lag, 0, bool(best)),
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
