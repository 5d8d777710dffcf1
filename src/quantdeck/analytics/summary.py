"""Summary statistics of one series."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.series import as_series, is_flat
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray


@dataclass(frozen=True, slots=True)
class Summary:
    """What a series looks like; None where the values given cannot tell.

    Parameters
    ----------
    n : int
        Count of finite values; all figures are of these.
    missing : int
        Count of values left out.
    mean : float
        Arithmetic mean.
    std : float or None
        Sample standard deviation (divisor n - 1); None for a single value.
    min, q25, median, q75, max : float
        Extremes and quartiles (linear between order statistics).
    skew : float or None
        m3 / m2^1.5 of the central moments (divisor n); None where the series is flat.
    excess_kurtosis : float or None
        m4 / m2^2 - 3 of the central moments (divisor n); None where the series is flat.
    autocorrelation : float or None
        At lag one: sum of (v[t] - mean)(v[t-1] - mean) over neighbours that are both finite,
        divided by the sum of squares; None where the series is flat.
    last : float
        Newest finite value.
    """

    n: int
    missing: int
    mean: float
    std: float | None
    min: float
    q25: float
    median: float
    q75: float
    max: float
    skew: float | None
    excess_kurtosis: float | None
    autocorrelation: float | None
    last: float


def summarize(values: ArrayLike) -> Summary:
    """Return the summary statistics of a series.

    Parameters
    ----------
    values : array of shape (n,)
        The series, oldest first; values that are not finite are left out and counted.

    Returns
    -------
    Summary
        Figures of the finite values.

    Raises
    ------
    BadInput
        If the values are not one-dimensional.
    NoData
        If no value is finite.

    Examples
    --------
    >>> summary = summarize([1.0, 2.0, float("nan"), 6.0])
    >>> summary.n, summary.missing, summary.mean, summary.median, summary.last
    (3, 1, 3.0, 2.0, 6.0)
    """
    series = as_series(values, "values")
    present = np.isfinite(series)
    kept = series[present]
    if not len(kept):
        raise NoData(f"not enough data: none of {len(series)} values is finite")
    # offsets from one of the values, so that a large level costs no digits
    level = float(kept[0])
    centre = float((kept - level).mean())
    q25, median, q75 = (float(q) for q in np.quantile(kept, (0.25, 0.5, 0.75)))
    deviation = np.where(present, series - level - centre, 0.0)
    shape = _Shape(std=0.0) if is_flat(kept) else _shape(deviation, len(kept))
    return Summary(
        n=len(kept),
        missing=len(series) - len(kept),
        mean=level + centre,
        std=shape.std if len(kept) > 1 else None,
        min=float(kept.min()),
        q25=q25,
        median=median,
        q75=q75,
        max=float(kept.max()),
        skew=shape.skew,
        excess_kurtosis=shape.excess_kurtosis,
        autocorrelation=shape.autocorrelation,
        last=float(kept[-1]),
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    std: float
    skew: float | None = None
    excess_kurtosis: float | None = None
    autocorrelation: float | None = None


def _shape(deviation: FloatArray, n: int) -> _Shape:
    # absent values have deviation 0 and add nothing to any sum; scaled by the largest deviation, so
    # that no power of a tiny or huge one leaves the range of floats
    largest = float(np.abs(deviation).max())
    scaled = deviation / largest
    squares = scaled * scaled
    total = float(squares.sum())
    m2 = total / n
    return _Shape(
        std=largest * math.sqrt(total / (n - 1)),
        skew=float((squares * scaled).sum()) / n / m2**1.5,
        excess_kurtosis=float((squares * squares).sum()) / n / m2**2 - 3.0,
        autocorrelation=float((scaled[1:] * scaled[:-1]).sum()) / total,
    )
