"""Tail losses from moments: normal, and corrected for skewness and kurtosis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.checks import as_returns
from quantdeck.analytics.series import is_flat
from quantdeck.analytics.summary import summarize
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_MODERATE_KURTOSIS = 3.0


@dataclass(frozen=True, slots=True)
class ParametricTail:
    """Tail loss of one period under a distribution that is assumed.

    Parameters
    ----------
    value_at_risk : float
        A loss is positive. [decimal]
    expected_shortfall : float
        Mean loss beyond it. [decimal]
    level : float
        Confidence, such as 0.95.
    quantile : float
        In standard deviations from the mean; -1.645 for the normal at 95 %.
    warning : str or None
        Why the figures are not to be relied on; None where nothing speaks against them.
    """

    value_at_risk: float
    expected_shortfall: float
    level: float
    quantile: float
    warning: str | None


def gaussian_tail(returns: ArrayLike, *, level: float = 0.95) -> ParametricTail:
    """Return VaR = -(m + z s) and ES = -m + s phi(z) / (1 - level), z the normal quantile.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period. [decimal]
    level : float
        Confidence, in (0.5, 1).

    Returns
    -------
    ParametricTail
        Positive losses, the mean m with them.

    Raises
    ------
    BadInput
        If a return is not finite or below -1, or the level is outside of its range.
    NoData
        If there are fewer than two returns.

    Notes
    -----
    s has divisor n - 1. P. Jorion, "Value at Risk", 3rd ed., 5.2.2. Returns of markets have fatter
    tails: at 99 % and beyond it says too little.

    Examples
    --------
    >>> tail = gaussian_tail([0.01, -0.02, 0.005, 0.015, -0.01])
    >>> round(tail.value_at_risk, 5), round(tail.expected_shortfall, 5)
    (0.02398, 0.03007)
    """
    z = _quantile(level)
    series = as_returns(returns, least=2)
    mean, deviation = float(series.mean()), float(np.std(series, ddof=1))
    density = _density(z)
    return ParametricTail(
        value_at_risk=-(mean + z * deviation),
        expected_shortfall=-mean + deviation * density / (1.0 - level),
        level=level,
        quantile=z,
        warning=None,
    )


def cornish_fisher_tail(returns: ArrayLike, *, level: float = 0.95) -> ParametricTail:
    """Return VaR = -(m + w s), w = z + (z^2-1) S/6 + (z^3-3z) K/24 - (2z^3-5z) S^2/36.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period. [decimal]
    level : float
        Confidence, in (0.5, 1).

    Returns
    -------
    ParametricTail
        Positive losses, with a warning where skewness S and excess kurtosis K lie outside of the
        range in which the expansion holds.

    Raises
    ------
    BadInput
        If a return is not finite or below -1, or the level is outside of its range.
    NoData
        If there are fewer than four returns, or they do not move.

    Notes
    -----
    The expected shortfall is the mean of the same w(z) over the tail, in closed form. The map w(z)
    rises throughout only for moderate S and K: outside, a higher level can give a lower loss; and S
    and K of the result are not those put in. E. Cornish, R. Fisher, Revue de l'Institut
    International de Statistique 5 (1938); D. Maillard, "A User's Guide to the Cornish Fisher
    Expansion" (2012), 3.

    Examples
    --------
    >>> tail = cornish_fisher_tail([0.01, -0.03, 0.005, 0.015, -0.01, 0.008])
    >>> round(tail.value_at_risk, 5), tail.warning is None
    (0.03257, False)
    """
    z = _quantile(level)
    series = as_returns(returns, least=4)
    if is_flat(series):
        raise NoData("the returns do not move, so they have no skewness")
    found = summarize(series)
    assert found.skew is not None  # noqa: S101  (they move)
    assert found.excess_kurtosis is not None  # noqa: S101
    skew, kurtosis = found.skew, found.excess_kurtosis
    mean, deviation = float(series.mean()), float(np.std(series, ddof=1))
    quantile = _expanded(z, z * z, z**3, skew, kurtosis)
    # moments of a normal variable below z
    rate = _density(z) / (1.0 - level)
    beyond = _expanded(-rate, 1.0 - z * rate, -(z * z + 2.0) * rate, skew, kurtosis)
    return ParametricTail(
        value_at_risk=-(mean + quantile * deviation),
        expected_shortfall=-(mean + beyond * deviation),
        level=level,
        quantile=quantile,
        warning=_domain_warning(skew, kurtosis),
    )


def _quantile(level: float) -> float:
    if not 0.5 < level < 1.0:
        raise BadInput(
            f"level must lie between 0.5 and 1, such as 0.95; was {level}", field="level"
        )
    return NormalDist().inv_cdf(1.0 - level)


def _density(z: float) -> float:
    return math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


def _expanded(z: float, z2: float, z3: float, skew: float, kurtosis: float) -> float:
    return (
        z
        + (z2 - 1.0) * skew / 6.0
        + (z3 - 3.0 * z) * kurtosis / 24.0
        - (2.0 * z3 - 5.0 * z) * skew * skew / 36.0
    )


def _domain_warning(skew: float, kurtosis: float) -> str | None:
    # slope of the map is a z^2 + b z + c
    a = kurtosis / 8.0 - skew * skew / 6.0
    b = skew / 3.0
    c = 1.0 - kurtosis / 8.0 + 5.0 * skew * skew / 36.0
    said = f"skewness {skew:.2f} and excess kurtosis {kurtosis:.2f}"
    if not (a >= 0.0 and c > 0.0 and b * b <= 4.0 * a * c):
        return (
            f"{said} are outside of the range in which the expansion rises throughout; "
            "use the historical figure"
        )
    if kurtosis > _MODERATE_KURTOSIS:
        return f"{said} are large for the expansion; compare with the historical figure"
    return None
