"""How far wealth fell from its highest, how long that took and whether it came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.growth import wealth_index
from quantdeck.analytics.series import as_series
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall of wealth from its highest so far.

    Parameters
    ----------
    depth : float
        (highest - lowest) / highest, >= 0; 0 where wealth never fell. [decimal]
    peak : int
        Row of `wealth` from which it fell, the last one at that height.
    trough : int
        Row of the lowest point.
    recovery : int or None
        First row at or above the peak again; None where that has not come, which is not the same as
        now.
    """

    depth: float
    peak: int
    trough: int
    recovery: int | None


def drawdowns(wealth: ArrayLike) -> FloatArray:
    """Return d[t] = W[t] / max(W[0..t]) - 1.

    Parameters
    ----------
    wealth : array of shape (n,)
        Wealth or equity, the first before the first return; positive at first.

    Returns
    -------
    array of shape (n,)
        <= 0; below -1 where equity is owed. [decimal]

    Raises
    ------
    BadInput
        If a value is not finite, or the first is not positive.
    NoData
        If there is no value.

    Examples
    --------
    >>> drawdowns([1.0, 1.2, 0.9, 1.3]).round(4)
    array([ 0.  ,  0.  , -0.25,  0.  ])
    """
    curve = _wealth(wealth)
    return curve / np.maximum.accumulate(curve) - 1.0


def deepest_drawdown(wealth: ArrayLike) -> Drawdown:
    """Return the deepest fall of a wealth curve, the first of equals.

    Parameters
    ----------
    wealth : array of shape (n,)
        Wealth or equity, the first before the first return; positive at first.

    Returns
    -------
    Drawdown
        Depth, and the rows of the curve between which it lies.

    Raises
    ------
    BadInput
        If a value is not finite, or the first is not positive.
    NoData
        If there is no value.

    Examples
    --------
    >>> deepest_drawdown([1.0, 2.0, 1.5, 2.5])
    Drawdown(depth=0.25, peak=1, trough=2, recovery=3)
    """
    curve = _wealth(wealth)
    highest = np.maximum.accumulate(curve)
    fall = (highest - curve) / highest
    trough = int(np.argmax(fall))
    before = curve[: trough + 1]
    peak = trough - int(np.argmax(before[::-1]))
    depth = float(fall[trough])
    if depth == 0.0:
        return Drawdown(0.0, 0, 0, 0)
    back = np.flatnonzero(curve[trough:] >= curve[peak])
    return Drawdown(depth, peak, trough, trough + int(back[0]) if len(back) else None)


def max_drawdown(returns: ArrayLike) -> float:
    """Return the depth of the deepest fall of the wealth that returns make of 1.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period. [decimal]

    Returns
    -------
    float
        In [0, 1]; wealth is 1 before the first return, so a loss in the first period counts.

    Raises
    ------
    BadInput
        If a return is not finite or below -1.

    Examples
    --------
    >>> round(max_drawdown([-0.1, 0.05, -0.1]), 4)
    0.1495
    """
    return deepest_drawdown(wealth_index(returns)).depth


def _wealth(wealth: ArrayLike) -> FloatArray:
    curve = as_series(wealth, "wealth")
    if not len(curve):
        raise NoData("no wealth is given; begin with what there was before the first return")
    if not np.isfinite(curve).all():
        raise BadInput(f"{int((~np.isfinite(curve)).sum())} values of wealth are not finite")
    if curve[0] <= 0.0:
        raise BadInput(f"wealth must begin above zero, was {curve[0]}")
    return curve
