"""How fast a spread returns to its mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.series import as_series, is_flat
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MIN_STEPS = 3
"""Fewest steps from row to row that leave a residual."""


@dataclass(frozen=True, slots=True)
class HalfLife:
    """Half-life of a spread's distance from its mean.

    Parameters
    ----------
    phi : float
        Coefficient of s[t] = a + phi * s[t-1] + e.
    rows : float or None
        Rows until half of a distance is gone, ln 2 / -ln(phi). [rows]
    reason : str or None
        Why there is no half-life, where there is none.
    """

    phi: float
    rows: float | None
    reason: str | None


def half_life(spread: ArrayLike) -> HalfLife:
    """Return ln 2 / -ln(phi), phi being the least-squares AR(1) coefficient of the spread.

    Parameters
    ----------
    spread : array of shape (n,)
        Evenly spaced values, oldest first. Steps that touch a value which is not finite are left
        out.

    Returns
    -------
    HalfLife
        `rows` is None, with the reason, where phi >= 1 (no return to a mean) or phi <= 0 (it jumps
        across its mean at once).

    Raises
    ------
    BadInput
        If the spread is not one-dimensional.
    NoData
        If fewer than 3 steps remain or the spread does not move.

    Notes
    -----
    Exact for an AR(1) sampled at these rows. The common ln 2 / (1 - phi) is its limit for phi near
    1. Estimates are biased towards fast return in short samples.

    Examples
    --------
    >>> half_life([8.0, 4.0, 2.0, 1.0, 0.5])
    HalfLife(phi=0.5, rows=1.0, reason=None)
    """
    series = as_series(spread, "spread")
    before, now = series[:-1], series[1:]
    present = np.isfinite(before) & np.isfinite(now)
    before, now = before[present], now[present]
    if len(before) < MIN_STEPS:
        raise NoData(f"not enough data: {len(before)} steps, at least {MIN_STEPS} needed")
    if is_flat(before):
        raise NoData(f"the spread does not move over {len(before)} rows")
    centred = before - before.mean()
    phi = float(centred @ (now - now.mean())) / float(centred @ centred)
    if phi >= 1.0:
        return HalfLife(phi, None, f"no return to a mean: AR(1) coefficient {phi:.4f} >= 1")
    if phi <= 0.0:
        return HalfLife(phi, None, f"no persistence: AR(1) coefficient {phi:.4f} <= 0")
    return HalfLife(phi, math.log(2.0) / -math.log(phi), None)
