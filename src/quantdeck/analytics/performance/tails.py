"""Losses that are rare: value at risk and expected shortfall of the returns themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.checks import as_returns
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_FEWEST_IN_TAIL = 5


@dataclass(frozen=True, slots=True)
class TailLoss:
    """Loss of one period that is rarely exceeded, and the mean of those that exceed it.

    Parameters
    ----------
    value_at_risk : float
        A loss is positive; negative where even that return is a gain. [decimal]
    expected_shortfall : float
        Mean loss of the returns at or below -value_at_risk; never less than it. [decimal]
    level : float
        Confidence, such as 0.95.
    in_tail : int
        Returns behind the expected shortfall.
    """

    value_at_risk: float
    expected_shortfall: float
    level: float
    in_tail: int


def tail_loss(returns: ArrayLike, *, level: float = 0.95) -> TailLoss:
    """Return historical value at risk and expected shortfall of one period.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period. [decimal]
    level : float
        Confidence, in (0.5, 1).

    Returns
    -------
    TailLoss
        Positive losses.

    Raises
    ------
    BadInput
        If a return is not finite or below -1, or the level is outside of its range.
    NoData
        If fewer than five returns are expected in the tail: n (1 - level) < 5.

    Notes
    -----
    The quantile is an order statistic, not interpolated: the return with index
    floor((n - 1)(1 - level)) in ascending order.

    Examples
    --------
    >>> tail = tail_loss([0.01 * (k - 40) for k in range(101)], level=0.9)
    >>> round(tail.value_at_risk, 4), round(tail.expected_shortfall, 4), tail.in_tail
    (0.3, 0.35, 11)
    """
    if not 0.5 < level < 1.0:
        raise BadInput(f"level must lie between 0.5 and 1, such as 0.95; was {level}")
    series = np.sort(as_returns(returns))
    share = 1.0 - level
    # what rounding of 1 - level takes away is given back
    if len(series) * share < _FEWEST_IN_TAIL - 1e-9:
        fewest = math.ceil(_FEWEST_IN_TAIL / share - 1e-9)
        raise NoData(
            f"{len(series)} returns leave fewer than {_FEWEST_IN_TAIL} in the tail at {level:g}; "
            f"{fewest} are needed"
        )
    quantile = series[math.floor((len(series) - 1) * share + 1e-9)]
    tail = series[series <= quantile]
    return TailLoss(
        value_at_risk=-float(quantile),
        expected_shortfall=-float(tail.mean()),
        level=level,
        in_tail=len(tail),
    )
