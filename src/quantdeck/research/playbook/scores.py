"""Scores of symbols: a weighted sum of factors, each standardized among the symbols of the session."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.research.playbook.entry import Contribution

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.analytics.types import FloatArray

PROBABILITY = "prob_up"
FACTORS = (PROBABILITY, "momentum", "news_sent", "iv_edge", "uoa", "garch_spike")
"""Factors that can be weighted: the probability of the model, and features of the table."""

DIRECTIONAL = ("momentum", "news_sent")
"""Factors that speak for up or down beside the model; the others say that options are dear or that
something happens."""

MOST_Z = 3.0
"""Standardized values are cut off there, so that one symbol cannot decide the order of the others."""

DEFAULT_WEIGHTS: dict[str, float] = {
    PROBABILITY: 0.40,
    "momentum": 0.20,
    "news_sent": 0.15,
    "iv_edge": 0.10,
    "uoa": 0.10,
    "garch_spike": -0.05,
}


def standardized(values: FloatArray) -> FloatArray:
    """Return z = (x - mean) / standard deviation among the known values, cut off at 3 on both sides.

    Parameters
    ----------
    values : array of shape (N,)
        One of each symbol; NaN where not known.

    Returns
    -------
    array of shape (N,)
        NaN where not known; 0 where the known ones are all alike, or there is only one.

    Notes
    -----
    The standard deviation divides by n: with few symbols z is bounded by sqrt(n - 1) besides.

    Examples
    --------
    >>> standardized(np.array([1.0, 2.0, 3.0, np.nan])).round(3).tolist()
    [-1.225, 0.0, 1.225, nan]
    """
    known = np.isfinite(values)
    out = np.full(values.shape, np.nan)
    if not known.any():
        return out
    kept = values[known]
    spread = float(kept.std())
    # What differs by rounding alone does not differ.
    if spread <= 1e-12 * max(1.0, float(np.abs(kept).max())):
        out[known] = 0.0
        return out
    out[known] = np.clip((kept - kept.mean()) / spread, -MOST_Z, MOST_Z)
    return out


def check_weights(weights: Mapping[str, float]) -> None:
    """Refuse weights that make no score.

    Parameters
    ----------
    weights : mapping of str to float
        By factor.

    Raises
    ------
    BadInput
        If a factor is unknown, a weight is not finite, or all are 0.
    """
    unknown = sorted(set(weights) - set(FACTORS))
    if unknown:
        raise BadInput(f"there is no factor {unknown[0]!r}; there are {', '.join(FACTORS)}")
    if not all(map(math.isfinite, weights.values())) or not any(weights.values()):
        raise BadInput(f"weights must be finite and not all 0, were {dict(weights)}")


def explained(
    values: Mapping[str, FloatArray], weights: Mapping[str, float]
) -> list[tuple[Contribution, ...]]:
    """Return what every factor adds to the score of every symbol: w'[f] * z[f].

    The weight of a factor that is not known of a symbol is shared among those that are, in proportion:
    ``w'[f] = w[f] * sum |w| / sum of |w| of the known``.

    Parameters
    ----------
    values : mapping of str to array of shape (N,)
        By factor; NaN where not known; a factor that is not there is known of nobody.
    weights : mapping of str to float
        By factor; those of weight 0 are left out.

    Returns
    -------
    list of tuple of Contribution
        N of them, each in the order of the weights.

    Raises
    ------
    BadInput
        If the weights make no score.
    """
    check_weights(weights)
    used = [name for name in weights if weights[name] != 0.0]
    count = max((len(column) for column in values.values()), default=0)
    nothing = np.full(count, np.nan)
    columns = {name: np.asarray(values.get(name, nothing), float) for name in used}
    scaled = {name: standardized(column) for name, column in columns.items()}
    every = sum(abs(weights[name]) for name in used)
    found: list[tuple[Contribution, ...]] = []
    for at in range(count):
        known = [name for name in used if math.isfinite(scaled[name][at])]
        share = every / sum(abs(weights[name]) for name in known) if known else 0.0
        found.append(
            tuple(
                _contribution(name, float(columns[name][at]), float(scaled[name][at]), weight)
                for name in used
                for weight in [weights[name] * share]
            )
        )
    return found


def score_of(contributions: Sequence[Contribution]) -> float | None:
    """Return the sum of the contributions, or None where no factor is known.

    Parameters
    ----------
    contributions : sequence of Contribution
        Of one symbol.

    Returns
    -------
    float or None
        The score.
    """
    known = [c.contribution for c in contributions if c.contribution is not None]
    return sum(known) if known else None


def coverage_of(contributions: Sequence[Contribution], weights: Mapping[str, float]) -> float:
    """Return the share of the weights whose factors are known.

    Parameters
    ----------
    contributions : sequence of Contribution
        Of one symbol.
    weights : mapping of str to float
        As they were set.

    Returns
    -------
    float
        From 0 to 1. [1]
    """
    every = math.fsum(abs(weights[each.factor]) for each in contributions)
    known = math.fsum(abs(weights[c.factor]) for c in contributions if c.z is not None)
    return known / every if every else 0.0


def lean_of(contributions: Sequence[Contribution]) -> float | None:
    """Return the weighted mean of z of momentum and news, or None without any.

    Parameters
    ----------
    contributions : sequence of Contribution
        Of one symbol.

    Returns
    -------
    float or None
        Above 0 speaks for up.
    """
    chosen = [c for c in contributions if c.factor in DIRECTIONAL and c.z is not None and c.weight]
    weight = sum(abs(each.weight) for each in chosen)
    if not chosen:
        return None
    return sum(each.weight * (each.z or 0.0) for each in chosen) / weight


def _contribution(factor: str, value: float, z: float, weight: float) -> Contribution:
    if not math.isfinite(z):
        return Contribution(factor, None, None, 0.0, None)
    return Contribution(factor, value, z, weight, weight * z)
