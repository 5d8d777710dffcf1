"""What a table of features holds, in figures small enough to keep when the table is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.research.judge.ranking import ranks_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.research.features.table import FeatureTable

BINS = 40
"""Of a distribution."""

RECENT = 63
"""Newest sessions that a distribution is compared with: a quarter."""

_MOST_ROWS = 100_000
_MOST_RANKED = 10_000
_TAIL = 0.005
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Spread:
    """How the values of a feature lie.

    Parameters
    ----------
    n : int
        Values.
    mean, deviation : float
        NaN of fewer than two.
    low, median, high : float
        Quantiles of 5, 50 and 95 %; NaN where there is no value.
    """

    n: int
    mean: float
    deviation: float
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """Shares of the values of a feature in bins of equal width.

    Parameters
    ----------
    edges : array of shape (B + 1,)
        From the 0.5 % to the 99.5 % quantile; what lies outside is in the outermost bins.
    every, recent : array of shape (B,)
        Share of the values of all sessions, and of the newest `RECENT`; NaN where there are none. [1]
    """

    edges: FloatArray
    every: FloatArray
    recent: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class FeatureFigures:
    """One feature of a table.

    Parameters
    ----------
    name : str
        Column.
    missing, missing_newest : float
        Share of the rows without a value: of all, and of the newest session. [1]
    newest : Spread
        Of the newest session, over its symbols.
    every : Spread
        Of all rows, or of evenly spaced ones where there are more than 100,000.
    distribution : Distribution or None
        None where there are fewer than three values, or all are equal.
    missing_by_session : array of shape (T,)
        Share of a session's rows without a value; NaN of a session without rows. [1]
    """

    name: str
    missing: float
    missing_newest: float
    newest: Spread
    every: Spread
    distribution: Distribution | None
    missing_by_session: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class TableSummary:
    """A table without its values.

    Parameters
    ----------
    symbols : tuple of str
        Canonical symbols.
    sessions, known_ns : array of shape (T,)
        As of the table. [ns]
    rows : int
        Pairs of a symbol and a session that it traded in.
    features : tuple of FeatureFigures
        In the order of the table.
    not_comparable : tuple of str
        Features that models leave out.
    correlated : tuple of str
        Features of `correlation`, C of them: those that vary.
    correlation : array of shape (C, C)
        Rank correlation; NaN where there are fewer than three common values.
    missing_by_session : array of shape (T,)
        Mean over the features.
    calendar, source : str
        As of the table.
    is_simulated : bool
        As of the table.
    """

    symbols: tuple[str, ...]
    sessions: IntArray
    known_ns: IntArray
    rows: int
    features: tuple[FeatureFigures, ...]
    not_comparable: tuple[str, ...]
    correlated: tuple[str, ...]
    correlation: FloatArray
    missing_by_session: FloatArray
    calendar: str
    source: str
    is_simulated: bool

    def feature(self, name: str) -> FeatureFigures:
        """Return one feature.

        Raises
        ------
        BadInput
            If there is none of that name.
        """
        for each in self.features:
            if each.name == name:
                return each
        names = ", ".join(each.name for each in self.features)
        raise BadInput(f"there is no feature {name!r} in the table; there are {names}")


def summarize_table(table: FeatureTable) -> TableSummary:
    """Return shares missing, spreads, distributions and rank correlations of every feature.

    Parameters
    ----------
    table : FeatureTable
        Any; read once, a feature at a time.

    Returns
    -------
    TableSummary
        Shares missing are of rows: a symbol that did not trade lacks nothing.
    """
    features = tuple(_figures(table, name) for name in table.names)
    varying = tuple(each.name for each in features if each.distribution is not None)
    shares = [each.missing_by_session for each in features]
    return TableSummary(
        symbols=table.symbols,
        sessions=table.sessions,
        known_ns=table.known_ns,
        rows=len(table),
        features=features,
        not_comparable=table.not_comparable,
        correlated=varying,
        correlation=rank_correlation(_sampled(table, varying)),
        missing_by_session=np.mean(shares, axis=0)
        if shares
        else np.full(len(table.sessions), np.nan),
        calendar=table.calendar,
        source=table.source,
        is_simulated=table.is_simulated,
    )


def rank_correlation(columns: FloatArray) -> FloatArray:
    """Return rho[i, j] = Pearson correlation of the ranks of columns i and j where both are known.

    Ranks are those among all known values of a column, so that each is ranked once.

    Parameters
    ----------
    columns : array of shape (rows, C)
        NaN where not known.

    Returns
    -------
    array of shape (C, C)
        NaN where fewer than three rows are common, or a column does not vary in them.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 3.0, 4.0])
    >>> rank_correlation(np.column_stack([x, np.exp(x), -x])).round(12).tolist()
    [[1.0, 1.0, -1.0], [1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]]
    """
    known = np.isfinite(columns)
    ranks = np.zeros_like(columns, dtype=np.float64)
    for at in range(columns.shape[1]):
        ranks[known[:, at], at] = _centred_ranks(columns[known[:, at], at])
    mask = known.astype(np.float64)
    n = mask.T @ mask
    sums, squares = ranks.T @ mask, (ranks * ranks).T @ mask
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = ranks.T @ ranks - sums * sums.T / n
        variance = squares - sums * sums / n
        out = covariance / np.sqrt(variance * variance.T)
    # A variance that is nothing but rounding divides by noise.
    tiny = variance <= 1e-9 * np.maximum(squares, 1.0)
    out[(n < _FEWEST) | tiny | tiny.T] = np.nan
    return np.clip(out, -1.0, 1.0)


def _centred_ranks(values: FloatArray) -> FloatArray:
    ranks, _ = ranks_within(values, np.zeros(len(values), np.int64))
    return ranks - 0.5 * (len(values) + 1)


def _figures(table: FeatureTable, name: str) -> FeatureFigures:
    column, is_row = table.column(name), table.is_row
    lacks = is_row & ~np.isfinite(column)
    rows = is_row.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        by_session = lacks.sum(axis=0) / rows
    every = _known(column, is_row)
    recent = _known(column[:, -RECENT:], is_row[:, -RECENT:])
    return FeatureFigures(
        name=name,
        missing=_share(int(lacks.sum()), int(rows.sum())),
        missing_newest=float(by_session[-1]) if len(by_session) else np.nan,
        newest=_spread(_known(column[:, -1:], is_row[:, -1:])),
        every=_spread(every),
        distribution=_distribution(every, recent),
        missing_by_session=by_session,
    )


def _known(column: NDArray[np.float32], is_row: NDArray[np.bool_]) -> FloatArray:
    values = column[is_row & np.isfinite(column)]
    step = -(-len(values) // _MOST_ROWS) or 1
    return values[::step].astype(np.float64)


def _spread(values: FloatArray) -> Spread:
    n = len(values)
    if n == 0:
        return Spread(0, np.nan, np.nan, np.nan, np.nan, np.nan)
    low, median, high = np.quantile(values, (0.05, 0.5, 0.95)).tolist()
    deviation = float(values.std(ddof=1)) if n > 1 else np.nan
    return Spread(n, float(values.mean()) if n > 1 else np.nan, deviation, low, median, high)


def _distribution(every: FloatArray, recent: FloatArray) -> Distribution | None:
    if len(every) < _FEWEST:
        return None
    low, high = np.quantile(every, (_TAIL, 1.0 - _TAIL)).tolist()
    if high <= low:
        low, high = float(every.min()), float(every.max())
    if high <= low:
        return None
    edges = np.linspace(low, high, BINS + 1)
    return Distribution(edges, _shares(every, edges), _shares(recent, edges))


def _shares(values: FloatArray, edges: FloatArray) -> FloatArray:
    if len(values) == 0:
        return np.full(len(edges) - 1, np.nan)
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return counts / len(values)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else np.nan


def _sampled(table: FeatureTable, names: Sequence[str]) -> FloatArray:
    # Whole sessions, evenly spaced: features that compare symbols are compared as they were.
    rows = max(1, len(table))
    step = -(-rows // _MOST_RANKED)
    taken = np.zeros_like(table.is_row)
    taken[:, ::step] = table.is_row[:, ::step]
    return table.matrix(names, taken).astype(np.float64)
