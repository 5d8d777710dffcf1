"""Whether a chain's parity is a straight line, which it is not where part of its quotes is older.

A wing that lags gives a wrong slope with a small error bar, and no weight per quote can see that: all its
quotes agree with each other. Their parity is a line one step off that of the rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray

# What is harmless, as a root mean square in half-spreads. Quotes of one model share errors that are
# never chance, so that a test alone would sound on every recorded chain: there a step adds up to 0.12,
# and neighbours share up to 0.15. A third of the strikes five index points behind adds 0.15 or more.
_HARMLESS = 0.2
_HARMLESS_STEP = 0.13

# Strikes wider than this many lower quartiles of all say nothing.
_WIDE = 4.0
_PLACES = 48
_LEAST_SIDE = 3


@dataclass(frozen=True, slots=True)
class Linearity:
    """Three departures from a line: each in standard errors and in half-spreads.

    Parameters
    ----------
    curvature, bend : float
        Quadratic term over its HC3 error, and the root mean square of what it adds to a line.
    autocorrelation, shared : float
        Correlation of neighbouring residuals over its error, and the root mean square of what they
        have in common.
    step, lift : float
        The largest step at any strike over its error, and the root mean square of what it adds to a
        line, with residuals beyond a half-spread counted as one.
    step_points : float
        That step: by how much the strikes below are higher than the line of those above. [points]
    step_strike : float
        The first strike above it.
    """

    curvature: float
    bend: float
    autocorrelation: float
    shared: float
    step: float
    lift: float
    step_points: float
    step_strike: float

    def has_step(self, alarm: float) -> bool:
        """Return whether there is a step that is neither chance nor harmless.

        Parameters
        ----------
        alarm : float
            Standard errors from which a departure is not chance.

        Returns
        -------
        bool
            True where the strikes below `step_strike` are of another moment.
        """
        return abs(self.step) > alarm and self.lift > _HARMLESS_STEP

    def is_bent(self, alarm: float) -> bool:
        """Return whether mids depart from a line by more than chance and by more than is harmless.

        Parameters
        ----------
        alarm : float
            Standard errors from which a departure is not chance.

        Returns
        -------
        bool
            True where quotes are not synchronous.
        """
        curved = abs(self.curvature) > alarm and self.bend > _HARMLESS
        grouped = self.autocorrelation > alarm and self.shared > _HARMLESS
        return curved or grouped or self.has_step(alarm)


def departures(
    strikes: FloatArray, mids: FloatArray, halves: FloatArray, residuals: FloatArray
) -> Linearity:
    """Return how far mids are from a line, over strikes that are not much wider than the others.

    Parameters
    ----------
    strikes, mids, halves : array of shape (n,)
        As for `fit_parity`.
    residuals : array of shape (n,)
        Of the robust line, in half-spreads.

    Returns
    -------
    Linearity
        Zeros where fewer than 7 strikes are left.

    Examples
    --------
    >>> strikes = np.arange(80.0, 120.0, 2.0)
    >>> lag = np.where(strikes < 94.0, 1.0, 0.0) + 0.01 * np.cos(strikes)
    >>> found = departures(strikes, lag - strikes, np.full(20, 2.0), lag / 2.0)
    >>> found.step_strike, round(found.step_points, 1), found.has_step(4.0)
    (94.0, 1.0, True)
    """
    tight = halves <= _WIDE * np.quantile(halves, 0.25)
    if tight.sum() < 2 * _LEAST_SIDE + 1:
        return Linearity(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, math.nan)
    strike, half, rest = strikes[tight], halves[tight], residuals[tight]
    curvature, bend = _curvature(strike, mids[tight], half)
    autocorrelation, shared = _autocorrelation(rest)
    step, lift, points, above = _step(strike, half, np.clip(rest, -1.0, 1.0))
    return Linearity(curvature, bend, autocorrelation, shared, step, lift, points, above)


def _curvature(strikes: FloatArray, mids: FloatArray, halves: FloatArray) -> tuple[float, float]:
    x = (strikes - strikes.mean()) / (strikes[-1] - strikes[0])
    design = np.column_stack((np.ones_like(x), x, x * x)) / halves[:, None]
    scaled = mids / halves
    inverse = np.linalg.inv(design.T @ design)
    found = inverse @ (design.T @ scaled)
    residuals = scaled - design @ found
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    scores = (residuals / (1 - np.minimum(leverage, 0.9)))[:, None] * design
    error = math.sqrt((inverse @ (scores.T @ scores) @ inverse)[2, 2])
    straight = design[:, :2]
    bend = design[:, 2] - straight @ np.linalg.solve(
        straight.T @ straight, straight.T @ design[:, 2]
    )
    size = abs(float(found[2])) * math.sqrt(float(np.mean(bend * bend)))
    return (float(found[2]) / error if error > 0 else 0.0), size


def _autocorrelation(residuals: FloatArray) -> tuple[float, float]:
    apart = residuals - residuals.mean()
    total = float(apart @ apart)
    if total == 0.0:
        return 0.0, 0.0
    shared = float(apart[1:] @ apart[:-1])
    return shared / total * math.sqrt(len(apart)), math.sqrt(max(shared, 0.0) / len(apart))


def _step(
    strikes: FloatArray, halves: FloatArray, residuals: FloatArray
) -> tuple[float, float, float, float]:
    # least squares of line and step, for steps at up to 48 strikes; the largest counts
    count = len(strikes)
    spread = np.linspace(_LEAST_SIDE, count - _LEAST_SIDE, _PLACES).round().astype(np.int64)
    places = np.unique(spread)
    line, _ = np.linalg.qr(np.column_stack((1 / halves, (strikes - strikes.mean()) / halves)))
    rest = residuals - line @ (line.T @ residuals)
    steps = (np.arange(count)[:, None] < places) / halves[:, None]
    steps = steps - line @ (line.T @ steps)
    power = (steps * steps).sum(axis=0)
    sizes = (steps.T @ rest) / power
    left = np.maximum(rest @ rest - sizes * sizes * power, 1e-12)
    errors = sizes * np.sqrt(power * (count - 3) / left)
    best = int(np.argmax(np.abs(errors)))
    size = float(sizes[best])
    lift = abs(size) * math.sqrt(float(power[best]) / count)
    return float(errors[best]), lift, size, float(strikes[places[best]])
