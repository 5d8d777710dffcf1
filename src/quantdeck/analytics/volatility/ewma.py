"""Volatility with weights that fall exponentially: the recursion of RiskMetrics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.checks import check_periods
from quantdeck.analytics.series import as_series
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

RISKMETRICS_DECAY = 0.94
"""Decay of daily returns in J.P. Morgan's RiskMetrics."""


def ewma_volatility(
    returns: ArrayLike,
    *,
    periods_per_year: float,
    decay: float = RISKMETRICS_DECAY,
    seed: int = 30,
) -> FloatArray:
    """Return sqrt(v[t] A) with v[t] = decay v[t-1] + (1 - decay) r[t]^2.

    Parameters
    ----------
    returns : array of shape (n,)
        Returns a period, oldest first; one that is not finite is passed over. [decimal]
    periods_per_year : float
        A.
    decay : float
        Weight of the past, in (0, 1). Neither a span nor the alpha of other libraries: their alpha
        is 1 - decay.
    seed : int
        Finite returns whose mean square v starts from, >= 2.

    Returns
    -------
    array of shape (n,)
        Volatility known at the end of each period, with its return in it. NaN before the seed is
        full; where a return is absent, the one before. [1/sqrt(year)]

    Raises
    ------
    BadInput
        If the decay or the seed makes no sense, or A is not positive.
    NoData
        If there are fewer finite returns than the seed.

    Notes
    -----
    The mean is taken as zero. J.P. Morgan/Reuters, "RiskMetrics Technical Document", 4th ed. (1996),
    5.2. The seed's share of v after m further returns is decay^m: 1 % after 75 at .94.

    Examples
    --------
    >>> ewma_volatility([0.01, -0.01, 0.03], periods_per_year=252, seed=2).round(4)
    array([   nan, 0.1587, 0.1931])
    """
    check_periods(periods_per_year)
    if not 0.0 < decay < 1.0:
        raise BadInput(f"decay must lie between 0 and 1, such as 0.94; was {decay}", field="decay")
    if seed < 2:
        raise BadInput(f"the seed needs at least two returns, was {seed}", field="seed")
    series = as_series(returns, "returns")
    at = np.flatnonzero(np.isfinite(series))
    if len(at) < seed:
        raise NoData(f"{len(at)} returns; the average starts from the first {seed}")
    squares = series[at] ** 2
    known = np.concatenate(([float(squares[:seed].mean())], squares[seed:]))
    variance = _decaying(known, decay)
    out = np.full(len(series), np.nan)
    first = int(at[seed - 1])
    # how many of the finite returns up to each row, less those of the seed
    rows = np.searchsorted(at, np.arange(first, len(series)), side="right") - seed
    out[first:] = np.sqrt(variance[rows] * periods_per_year)
    return out


def _decaying(values: FloatArray, decay: float) -> FloatArray:
    # in blocks short enough that the powers of the decay stay within the range of floats
    out = np.empty(len(values))
    level = float(values[0])
    out[0] = level
    block = max(1, min(512, int(200.0 / -math.log(decay))))
    for start in range(1, len(values), block):
        part = values[start : start + block]
        powers = decay ** np.arange(1, len(part) + 1)
        out[start : start + block] = powers * (level + (1.0 - decay) * np.cumsum(part / powers))
        level = float(out[min(start + block, len(values)) - 1])
    return out
