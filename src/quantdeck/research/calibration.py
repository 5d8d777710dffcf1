"""Probabilities that mean what they say: a logistic fitted to what earlier scores came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from quantdeck.analytics.types import BoolArray, FloatArray, IntArray

LEAST_ROWS = 200
"""Earlier predictions, and below them no calibrator is fitted."""
LEAST_SESSIONS = 20
"""Earlier sessions: many symbols of few days tell of few days."""

_LEAST_OF_EACH = 20
_STEPS = 100
_SMALLEST = 1e-6


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A logistic of the log odds of a score.

    Parameters
    ----------
    slope, intercept : float
        Of ``ln(p / (1 - p)) = slope * ln(s / (1 - s)) + intercept``; the slope is at least 0.
    """

    slope: float
    intercept: float

    def __call__(self, score: FloatArray) -> FloatArray:
        """Return the probability that a score has stood for.

        Parameters
        ----------
        score : array
            As the model gives it, from 0 to 1; NaN stays NaN.

        Returns
        -------
        array
            Of the same shape.

        Examples
        --------
        >>> Calibrator(0.5, 0.0)(np.array([0.2, 0.5, 0.8])).round(3)
        array([0.333, 0.5  , 0.667])
        """
        return 1.0 / (1.0 + np.exp(-(self.slope * log_odds(score) + self.intercept)))


def log_odds(probability: FloatArray) -> FloatArray:
    """Return ``ln(p / (1 - p))``, of probabilities no nearer to 0 and 1 than 1e-6.

    Parameters
    ----------
    probability : array
        NaN stays NaN.

    Returns
    -------
    array
        Of the same shape.

    Examples
    --------
    >>> log_odds(np.array([0.5, 0.75])).round(4)
    array([0.    , 1.0986])
    """
    p = np.clip(probability, _SMALLEST, 1.0 - _SMALLEST)
    return np.log(p / (1.0 - p))


def fit(score: FloatArray, label: FloatArray) -> Calibrator:
    """Return the logistic that makes the labels likeliest.

    Parameters
    ----------
    score : array of shape (n,)
        Probabilities as a model gave them to rows it had not seen.
    label : array of shape (n,)
        1 or 0.

    Returns
    -------
    Calibrator
        Where higher scores did not come true more often the slope is 0: all that is known then is how
        many came true, and a model is not believed backwards.

    Notes
    -----
    Maximum of ``sum t ln p + (1 - t) ln(1 - p)`` by Newton's method with halved steps, where t is
    ``(n1 + 1) / (n1 + 2)`` for a label of 1 and ``1 / (n0 + 2)`` for 0.
    Source: J. Platt, Probabilistic outputs for support vector machines (1999), with the safeguards of
    H.-T. Lin, C.-J. Lin and R. Weng, A note on Platt's probabilistic outputs (2007).

    Examples
    --------
    >>> label = np.repeat([1.0, 0.0, 1.0, 0.0], [400, 600, 600, 400])
    >>> fit(np.repeat([0.3, 0.7], 1000), label).slope.__round__(2)
    0.48
    """
    ones = float(label.sum())
    zeros = len(label) - ones
    target = np.where(label > 0.5, (ones + 1.0) / (ones + 2.0), 1.0 / (zeros + 2.0))
    level = Calibrator(0.0, float(np.log((ones + 1.0) / (zeros + 1.0))))
    # The middle is taken out, so that slope and level hardly depend on each other.
    x = log_odds(score)
    middle = float(x.mean())
    x = x - middle
    spread = float(x.std())
    if spread <= 1e-12:
        return level
    slope, height = _newton(x / spread, target, level.intercept)
    slope /= spread
    if slope <= 0.0:
        return level
    return Calibrator(slope, height - slope * middle)


def _newton(x: FloatArray, target: FloatArray, start: float) -> tuple[float, float]:
    a, b = 0.0, start
    loss = _loss(a, b, x, target)
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-(a * x + b)))
        ga, gb = float(x @ (p - target)), float((p - target).sum())
        w = p * (1.0 - p)
        haa, hab, hbb = float((w * x) @ x) + 1e-12, float(w @ x), float(w.sum()) + 1e-12
        determinant = haa * hbb - hab * hab
        da, db = (hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant
        step = 1.0
        while (lower := _loss(a - step * da, b - step * db, x, target)) > loss and step > 1e-10:
            step /= 2.0
        if lower >= loss:
            break
        a, b, loss = a - step * da, b - step * db, lower
    return a, b


def _loss(a: float, b: float, x: FloatArray, target: FloatArray) -> float:
    z = a * x + b
    return float((np.logaddexp(0.0, z) - target * z).sum())


def fit_earlier(
    score: FloatArray, label: FloatArray, session: IntArray, *, before: int, horizon: int
) -> Calibrator | None:
    """Return the logistic of predictions whose answers were known before a session.

    Parameters
    ----------
    score, label : array of shape (n,)
        Out of sample; a label may be NaN.
    session : array of int64 of shape (n,)
        Index of the session of each.
    before : int
        Rows are taken whose answer, `horizon` sessions later, comes before this session.
    horizon : int
        Sessions from a row to its answer.

    Returns
    -------
    Calibrator or None
        None where there are fewer than `LEAST_ROWS` rows, `LEAST_SESSIONS` sessions, or 20 of each
        label.
    """
    is_taken = np.isfinite(label) & np.isfinite(score) & (session + horizon < before)
    return fit(score[is_taken], label[is_taken]) if _is_enough(label, session, is_taken) else None


def _is_enough(label: FloatArray, session: IntArray, is_taken: BoolArray) -> bool:
    known = label[is_taken]
    ones = int(known.sum())
    return (
        len(known) >= LEAST_ROWS
        and min(ones, len(known) - ones) >= _LEAST_OF_EACH
        and len(np.unique(session[is_taken])) >= LEAST_SESSIONS
    )
