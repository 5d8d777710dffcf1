"""How features of the second half of a table differ from those of the first, and month by month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.research.features.table import FeatureTable

BINS = 40
"""Of a distribution."""
SHIFTED = 0.25
"""Stability index above which a feature is said to have shifted; 0.1 to 0.25 is a change to watch."""

_MOST_ROWS = 200_000
_FEWEST = 50
_TAIL = 0.005
_LEAST_SHARE = 1e-4
_QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True, eq=False)
class FeatureHalves:
    """One feature, half against half and month by month.

    Parameters
    ----------
    name : str
        Column.
    edges : array of shape (B + 1,)
        Of bins, from the 0.5 % to the 99.5 % quantile; what lies outside is in the outermost.
    first, second : array of shape (B,)
        Share of the values of each half. [1]
    shift : float
        Population stability index of the second half by the deciles of the first; NaN where either has
        fewer than 50 values.
    quantiles : array of shape (3, M)
        5, 50 and 95 % of each month; NaN where nothing is known.
    missing : array of shape (M,)
        Share of the rows of each month without a value; NaN where there are none. [1]
    """

    name: str
    edges: FloatArray
    first: FloatArray
    second: FloatArray
    shift: float
    quantiles: FloatArray
    missing: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class TableHalves:
    """All features of a table.

    Parameters
    ----------
    months : array of int64 of shape (M,)
        First of each month that has a session. [ns]
    middle : int
        Session that the second half begins with.
    features : tuple of FeatureHalves
        In the order of the table.
    """

    months: IntArray
    middle: int
    features: tuple[FeatureHalves, ...]


def compare_halves(table: FeatureTable) -> TableHalves:
    """Return every feature of a table, half against half and month by month.

    Parameters
    ----------
    table : FeatureTable
        Whole sessions of it, evenly spaced, where it has more than 200,000 rows.

    Returns
    -------
    TableHalves
        Halves have as many sessions each.
    """
    step = -(-len(table) // _MOST_ROWS) or 1
    taken = np.arange(0, len(table.sessions), step)
    dates = table.sessions[taken].astype("datetime64[ns]").astype("datetime64[M]")
    months, starts = np.unique(dates, return_index=True)
    middle = len(table.sessions) // 2
    half = int(np.searchsorted(taken, middle))
    is_row = table.is_row[:, taken]
    return TableHalves(
        months.astype("datetime64[ns]").astype(np.int64),
        middle,
        tuple(
            _feature(name, table.column(name)[:, taken], is_row, half, starts)
            for name in table.names
        ),
    )


def population_stability(first: FloatArray, second: FloatArray) -> float:
    """Return sum((q - p) ln(q / p)) over the ten bins that the deciles of `first` cut.

    Parameters
    ----------
    first, second : array of shape (n,), (m,)
        Values; none NaN.

    Returns
    -------
    float
        p and q are the shares of each in a bin, at least 0.0001. NaN where either has fewer than 50
        values.

    Examples
    --------
    >>> values = np.arange(100.0)
    >>> population_stability(values, values), round(population_stability(values, values + 30.0), 2)
    (0.0, 2.49)
    """
    if min(len(first), len(second)) < _FEWEST:
        return float("nan")
    edges = np.unique(np.quantile(first, np.linspace(0.1, 0.9, 9)))
    p, q = (
        np.maximum(
            np.bincount(np.searchsorted(edges, each, side="right"), minlength=len(edges) + 1)
            / len(each),
            _LEAST_SHARE,
        )
        for each in (first, second)
    )
    return float(((q - p) * np.log(q / p)).sum())


def _feature(
    name: str, column: NDArray[np.float32], is_row: NDArray[np.bool_], half: int, starts: IntArray
) -> FeatureHalves:
    is_known = is_row & np.isfinite(column)
    first = column[:, :half][is_known[:, :half]].astype(np.float64)
    second = column[:, half:][is_known[:, half:]].astype(np.float64)
    every = np.concatenate((first, second))
    edges = _edges(every)
    spans = [slice(a, b) for a, b in zip(starts, [*starts[1:], column.shape[1]], strict=True)]
    quantiles = np.full((len(_QUANTILES), len(spans)), np.nan)
    missing = np.full(len(spans), np.nan)
    for at, span in enumerate(spans):
        known = column[:, span][is_known[:, span]]
        rows = int(is_row[:, span].sum())
        if rows:
            missing[at] = 1.0 - len(known) / rows
        if len(known):
            quantiles[:, at] = np.quantile(known, _QUANTILES)
    return FeatureHalves(
        name,
        edges,
        _shares(first, edges),
        _shares(second, edges),
        population_stability(first, second),
        quantiles,
        missing,
    )


def _edges(values: FloatArray) -> FloatArray:
    if not len(values):
        return np.linspace(0.0, 1.0, BINS + 1)
    low, high = np.quantile(values, (_TAIL, 1.0 - _TAIL)).tolist()
    if high <= low:
        low, high = float(values.min()), float(values.max())
    if high <= low:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, BINS + 1)


def _shares(values: FloatArray, edges: FloatArray) -> FloatArray:
    if not len(values):
        return np.full(len(edges) - 1, np.nan)
    return np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0] / len(values)
