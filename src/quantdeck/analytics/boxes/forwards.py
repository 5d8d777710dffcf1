"""Forward rates between expiries, by monotone-convex interpolation.

Hagan and West, "Interpolation methods for curve construction", Applied Mathematical Finance 2006: the
forward curve is continuous, keeps the rate of every node and does not overshoot between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes.types import Status
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike

    from quantdeck.analytics.boxes.types import ExpiryRate
    from quantdeck.analytics.types import BoolArray, FloatArray

_NOTHING = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class ForwardCurve:
    """Forwards f(t) and zero rates r(t) that pass through given zero rates.

    Parameters
    ----------
    tau : array of shape (n + 1,)
        Times of the nodes, the first 0. [years]
    total : array of shape (n + 1,)
        r(t) t at them.
    average : array of shape (n,)
        Average forward between them.
    at_nodes : array of shape (n + 1,)
        Forward at them.
    """

    tau: FloatArray
    total: FloatArray
    average: FloatArray
    at_nodes: FloatArray

    def forward(self, tau: ArrayLike) -> FloatArray:
        """Return the instantaneous forward rate; that of the last node beyond it.

        Parameters
        ----------
        tau : array
            Times, >= 0. [years]

        Returns
        -------
        array
            [1/year]
        """
        when = np.atleast_1d(np.asarray(tau, np.float64))
        at, x, g0, g1 = self._placed(when)
        inside = self.average[at] + _shape(x, g0, g1)
        return np.where(when > self.tau[-1], self.at_nodes[-1], inside)

    def rate(self, tau: ArrayLike) -> FloatArray:
        """Return the zero rate.

        Parameters
        ----------
        tau : array
            Times, > 0. [years]

        Returns
        -------
        array
            [1/year]
        """
        when = np.atleast_1d(np.asarray(tau, np.float64))
        at, x, g0, g1 = self._placed(when)
        length = self.tau[at + 1] - self.tau[at]
        inside = self.total[at] + length * (self.average[at] * x + _area(x, g0, g1))
        beyond = np.maximum(when - self.tau[-1], 0.0) * self.at_nodes[-1]
        with np.errstate(invalid="ignore", divide="ignore"):
            return (inside + beyond) / when

    def _placed(
        self, when: FloatArray
    ) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], FloatArray, FloatArray, FloatArray]:
        at = np.clip(np.searchsorted(self.tau, when, side="right") - 1, 0, len(self.average) - 1)
        x = np.clip((when - self.tau[at]) / (self.tau[at + 1] - self.tau[at]), 0.0, 1.0)
        ends = np.stack((self.at_nodes[at], self.at_nodes[at + 1])) - self.average[at]
        # what is left of rounding has no shape
        g0, g1 = np.where(np.abs(ends) > _NOTHING, ends, 0.0)
        return at, x, g0, g1


def monotone_convex(tau: ArrayLike, rates: ArrayLike) -> ForwardCurve:
    """Return the monotone-convex forward curve through zero rates.

    Parameters
    ----------
    tau : array of shape (n,)
        Times, > 0 and ascending. [years]
    rates : array of shape (n,)
        Continuous zero rates. [1/year]

    Returns
    -------
    ForwardCurve
        Without the collar that keeps forwards positive: rates may be negative.

    Raises
    ------
    BadInput
        If times do not ascend from above 0.
    NoData
        If there are fewer than two.

    Examples
    --------
    >>> curve = monotone_convex([0.5, 1.0, 2.0], [0.04, 0.042, 0.045])
    >>> curve.rate([0.5, 1.0, 2.0]).round(12).tolist()
    [0.04, 0.042, 0.045]
    """
    time, rate = np.asarray(tau, np.float64), np.asarray(rates, np.float64)
    if len(time) < 2:
        raise NoData(f"forwards need two rates, were {len(time)}")
    nodes = np.concatenate((np.zeros(1), time))
    lengths = np.diff(nodes)
    if not bool(np.all(lengths > 0)):
        raise BadInput("times of a curve must ascend from above 0")
    total = np.concatenate((np.zeros(1), rate * time))
    average = np.diff(total) / lengths
    share = lengths[:-1] / (lengths[:-1] + lengths[1:])
    inner = share * average[1:] + (1 - share) * average[:-1]
    first = 1.5 * average[0] - 0.5 * inner[0]
    last = 1.5 * average[-1] - 0.5 * inner[-1]
    return ForwardCurve(nodes, total, average, np.concatenate(([first], inner, [last])))


def forward_curve(rates: Iterable[ExpiryRate], *, apart_days: int = 25) -> ForwardCurve:
    """Return forwards between expiries that are known well enough.

    Parameters
    ----------
    rates : iterable of ExpiryRate
        Of one underlying.
    apart_days : int
        Nodes are at least so far apart, of those nearer the one with the smallest error: a forward
        between neighbouring days is nothing but noise.

    Returns
    -------
    ForwardCurve
        Through the rates of the expiries that were kept.

    Raises
    ------
    NoData
        If fewer than two are sound.

    Examples
    --------
    >>> forward_curve([])
    Traceback (most recent call last):
    quantdeck.model.errors.NoData: forwards need two rates, were 0
    """
    kept: list[ExpiryRate] = []
    sound = (rate for rate in rates if rate.status is Status.OK)
    for rate in sorted(sound, key=lambda rate: rate.se * rate.tau):
        if all(abs(rate.days - other.days) >= apart_days for other in kept):
            kept.append(rate)
    kept.sort(key=lambda rate: rate.tau)
    return monotone_convex([rate.tau for rate in kept], [rate.rate_mid for rate in kept])


def _zones(g0: FloatArray, g1: FloatArray) -> tuple[BoolArray, BoolArray, BoolArray]:
    # zones i to iii of the paper; iv is what is left
    steep = np.where(g0 < 0, g1, -g1)
    size = np.abs(g0)
    opposite = g0 * g1 < 0
    one = opposite & (0.5 * size <= steep) & (steep <= 2 * size)
    two = opposite & (steep > 2 * size)
    three = opposite & (steep < 0.5 * size)
    return one, two, three


def _turns(
    g0: FloatArray, g1: FloatArray, zones: tuple[BoolArray, BoolArray, BoolArray]
) -> tuple[FloatArray, FloatArray]:
    # where the shape changes, and its level there
    _, two, three = zones
    with np.errstate(invalid="ignore", divide="ignore"):
        turn = np.select(
            (two, three), ((g1 + 2 * g0) / (g1 - g0), 3 * g1 / (g1 - g0)), g1 / (g1 + g0)
        )
        flat = np.select((two, three), (g0, g1), -g0 * g1 / (g0 + g1))
    nothing = (g0 == 0) & (g1 == 0)
    return np.where(nothing, 0.5, turn), np.where(nothing, 0.0, flat)


def _shape(x: FloatArray, g0: FloatArray, g1: FloatArray) -> FloatArray:
    zones = _zones(g0, g1)
    turn, flat = _turns(g0, g1, zones)
    before, after = _parts(x, turn)
    left = flat + (g0 - flat) * (1 - before) ** 2
    right = flat + (g1 - flat) * after**2
    quadratic = g0 * (1 - 4 * x + 3 * x * x) + g1 * (3 * x * x - 2 * x)
    return np.where(zones[0], quadratic, np.where(x < turn, left, right))


def _area(x: FloatArray, g0: FloatArray, g1: FloatArray) -> FloatArray:
    zones = _zones(g0, g1)
    turn, flat = _turns(g0, g1, zones)
    before, after = _parts(x, turn)
    left = turn * (1 - (1 - before) ** 3) / 3
    right = (1 - turn) * after**3 / 3
    bent = flat * x + (g0 - flat) * left + (g1 - flat) * right
    quadratic = g0 * (x - 2 * x * x + x**3) + g1 * (x**3 - x * x)
    return np.where(zones[0], quadratic, bent)


def _parts(x: FloatArray, turn: FloatArray) -> tuple[FloatArray, FloatArray]:
    # how far x is between 0 and the turn, and between the turn and 1
    before = np.where(x < turn, x / np.where(turn > 0, turn, 1.0), 1.0)
    after = np.where(x > turn, (x - turn) / np.where(turn < 1, 1.0 - turn, 1.0), 0.0)
    return before, after
