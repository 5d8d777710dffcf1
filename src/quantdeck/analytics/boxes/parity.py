"""Put-call parity: quotes become synthetic forwards, and those a line whose slope is the discount.

C - P = D (F - K) for European options of one expiry: over strikes K the mid of C - P is a straight line
with slope -D that crosses zero at the forward F. Dividends do not enter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes.kernels import fill_slopes, fit_bisquare
from quantdeck.analytics.boxes.linearity import Linearity, departures
from quantdeck.analytics.boxes.types import StrikeFlag
from quantdeck.model.chains import NO_TIME
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from quantdeck.analytics.boxes.types import BoxRules
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.model.chains import ExpiryChain

_FEWEST = 6
# A mid is not known better than this part of its half-spread, however well quotes agree: market makers
# quote from one model, and what they share does not show in residuals.
_KNOWN_TO = 0.1
_REACH = 4.685
# Part of the half-spread by which mids may be off together and tilt the line: two roots of one date
# differ by about as much on recorded chains.
_SHARED = 0.02
_START_STRIKES = 128
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Synthetics:
    """Synthetic forwards of a chain; arrays of shape (strikes,).

    Parameters
    ----------
    strikes : array
        Of the chain.
    buy, sell : array
        Call ask - put bid and call bid - put ask. [points]
    age_s : array
        Age of the older of both quotes; NaN where not known. [s]
    volume, open_interest : array
        The smaller of call and put; NaN where not known.
    flags : array of uint8
        `StrikeFlag` as far as a strike's own quotes tell.
    """

    strikes: FloatArray
    buy: FloatArray
    sell: FloatArray
    age_s: FloatArray
    volume: FloatArray
    open_interest: FloatArray
    flags: np.ndarray[tuple[int], np.dtype[np.uint8]]

    @property
    def mids(self) -> FloatArray:
        """Halfway between `buy` and `sell`."""
        return 0.5 * (self.buy + self.sell)

    @property
    def halves(self) -> FloatArray:
        """Half the distance between them."""
        return 0.5 * (self.buy - self.sell)


@dataclass(frozen=True, slots=True)
class ParityLine:
    """The line C - P = D (F - K) through the mids of a chain.

    Parameters
    ----------
    discount, discount_se : float
        D and its standard error: D -+ 1.96 of it is a 95 % interval.
    forward, forward_se : float
        F and its standard error. [points]
    linearity : Linearity
        Whether the mids are a line at all.
    """

    discount: float
    discount_se: float
    forward: float
    forward_se: float
    linearity: Linearity

    def at(self, strikes: FloatArray) -> FloatArray:
        """Return D (F - K).

        Parameters
        ----------
        strikes : array
            K.

        Returns
        -------
        array
            Value of the synthetic forward struck at K. [points]
        """
        return self.discount * (self.forward - strikes)


def synthetics(chain: ExpiryChain, at_ns: int, rules: BoxRules) -> Synthetics:
    """Return call ask - put bid, call bid - put ask, and which strikes have quotes that count.

    Parameters
    ----------
    chain : ExpiryChain
        Of one root: settlements are never mixed.
    at_ns : int
        Now, UTC. [ns]
    rules : BoxRules
        `max_leg_age_s` is used here.

    Returns
    -------
    Synthetics
        NaN where a side is absent.
    """
    calls, puts = chain.calls, chain.puts
    age_s = np.maximum(quote_age_s(calls.ts_ns, at_ns), quote_age_s(puts.ts_ns, at_ns))
    flags = np.zeros(len(chain.strikes), np.uint8)
    if rules.max_leg_age_s is not None:
        # written so that NaN fails
        flags[~(age_s <= rules.max_leg_age_s)] = StrikeFlag.OLD
    for side in (calls, puts):
        flags[side.bid == side.ask] = StrikeFlag.LOCKED
    for side in (calls, puts):
        flags[side.bid > side.ask] = StrikeFlag.CROSSED
    for side in (calls, puts):
        # vendors write a bid that nobody makes as 0, or leave it out
        flags[~((side.bid > 0) & np.isfinite(side.bid))] = StrikeFlag.ZERO_BID
    for side in (calls, puts):
        flags[~((side.ask > 0) & np.isfinite(side.ask))] = StrikeFlag.ABSENT
    return Synthetics(
        strikes=chain.strikes,
        buy=calls.ask - puts.bid,
        sell=calls.bid - puts.ask,
        age_s=age_s,
        volume=np.minimum(calls.volume, puts.volume),
        open_interest=np.minimum(calls.open_interest, puts.open_interest),
        flags=flags,
    )


def quote_age_s(ts_ns: IntArray, at_ns: int) -> FloatArray:
    """Return how old quotes are.

    Parameters
    ----------
    ts_ns : array of int64
        When they were made, UTC; `NO_TIME` where not known. [ns]
    at_ns : int
        Now, UTC. [ns]

    Returns
    -------
    array
        Ages; NaN where not known. [s]

    Examples
    --------
    >>> quote_age_s(np.array([1_500_000_000, NO_TIME]), 2_000_000_000).tolist()
    [0.5, nan]
    """
    known = ts_ns != NO_TIME
    return np.where(known, (at_ns - np.where(known, ts_ns, 0)) * 1e-9, np.nan)


def fit_parity(strikes: FloatArray, mids: FloatArray, halves: FloatArray) -> ParityLine:
    """Return the line C - P = D (F - K), by an MM-estimator that no minority of quotes can move.

    Parameters
    ----------
    strikes : array of shape (n,)
        Ascending.
    mids : array of shape (n,)
        Mids of the synthetic forwards. [points]
    halves : array of shape (n,)
        Their half-spreads, > 0: residuals are counted in them. [points]

    Returns
    -------
    ParityLine
        Fit, errors and the tests that it is a line.

    Raises
    ------
    NoData
        If there are fewer than 6 strikes.

    Notes
    -----
    Start: median of slopes between strikes at least a third of the chain apart (Theil 1950, Sen 1968).
    Then Tukey's bisquare on residual / half-spread with the scale of the start, not below a tenth of a
    half-spread (Yohai 1987). Errors: sandwich with HC3 leverages or with Bartlett weights over
    neighbouring strikes (Newey and West 1987), whichever is larger, and a tilt of
    all mids by 2 % of their half-spreads; stretched from normal to Student's t for few strikes.

    Examples
    --------
    >>> strikes = np.arange(90.0, 111.0, 2.0)
    >>> line = fit_parity(strikes, 0.98 * (101.0 - strikes), np.full(11, 0.1))
    >>> round(line.discount, 6), round(line.forward, 6)
    (0.98, 101.0)
    """
    count = len(strikes)
    if count < _FEWEST:
        raise NoData(f"a parity line needs {_FEWEST} strikes with both quotes, were {count}")
    start = _start(strikes, mids)
    residuals = (mids - start[0] + start[1] * strikes) / halves
    scale = max(1.4826 * float(np.median(np.abs(residuals))), _KNOWN_TO)
    fitted = np.array(start)
    fit_bisquare(strikes, mids, halves, scale, fitted)
    if not np.isfinite(fitted).all():
        raise NoData(f"no line fits half of the {count} strikes: their quotes do not agree")
    intercept, discount = float(fitted[0]), float(fitted[1])
    residuals = (mids - intercept + discount * strikes) / halves
    centre = float(strikes.mean())
    level_var, slope_var, both = _covariance(strikes - centre, halves, residuals, scale)
    stretch = (_student_95(count - 2) / _NORMAL_95) ** 2
    forward = intercept / discount
    # F = centre + level / D, where level is the line at the centre
    level = discount * (forward - centre)
    forward_var = (
        level_var + 2 * level / discount * both + (level / discount) ** 2 * slope_var
    ) / (discount * discount)
    return ParityLine(
        discount=discount,
        discount_se=math.sqrt(slope_var * stretch),
        forward=forward,
        forward_se=math.sqrt(max(forward_var, 0.0) * stretch),
        linearity=departures(strikes, mids, halves, residuals),
    )


def slopes_apart(
    strikes: FloatArray, mids: FloatArray, halves: FloatArray, *, discount: float
) -> float:
    """Return how far the slopes of the lower and of the upper half of the strikes are from D.

    Where part of a chain lags one half may still be right: the bar of D has to reach it.

    Parameters
    ----------
    strikes, mids, halves : array of shape (n,)
        As for `fit_parity`.
    discount : float
        D.

    Returns
    -------
    float
        The larger of both distances.

    Examples
    --------
    >>> strikes = np.arange(90.0, 112.0, 2.0)
    >>> mids = 0.98 * (101.0 - strikes)
    >>> round(slopes_apart(strikes, mids, np.full(11, 0.1), discount=0.97), 6)
    0.01
    """
    middle = len(strikes) // 2
    return max(
        abs(_weighted_slope(strikes[part], mids[part], halves[part]) - discount)
        for part in (slice(None, middle), slice(middle, None))
    )


def _weighted_slope(strikes: FloatArray, mids: FloatArray, halves: FloatArray) -> float:
    weights = 1 / (halves * halves)
    x = strikes - weights @ strikes / weights.sum()
    return -float((weights * x) @ mids / ((weights * x) @ x))


def _start(strikes: FloatArray, mids: FloatArray) -> tuple[float, float]:
    step = -(-len(strikes) // _START_STRIKES)
    thinned = -(-len(strikes) // step)
    slopes = np.empty(thinned * (thinned - 1) // 2)
    filled = fill_slopes(strikes, mids, step, slopes)
    slope = float(np.median(slopes[:filled]))
    return float(np.median(mids + slope * strikes)), slope


def _covariance(
    x: FloatArray, halves: FloatArray, residuals: FloatArray, scale: float
) -> tuple[float, float, float]:
    # of the level at x = 0 and of minus the slope; residuals are in half-spreads
    u = np.clip(residuals / (_REACH * scale), -1.0, 1.0)
    share = (1 - u * u) ** 2
    design = np.column_stack((1 / halves, -x / halves))
    bread = np.linalg.inv(design.T @ ((share - 4 * u * u * (1 - u * u))[:, None] * design))
    hat = np.linalg.inv(design.T @ (share[:, None] * design))
    leverage = share * np.einsum("ij,jk,ik->i", design, hat, design)
    scores = (share * residuals / (1 - np.minimum(leverage, 0.9)))[:, None] * design
    white = scores.T @ scores
    near = white.copy()
    lags = math.isqrt(len(x))
    for lag in range(1, lags + 1):
        term = scores[lag:].T @ scores[:-lag]
        near += (1 - lag / (lags + 1)) * (term + term.T)
    options = [bread @ meat @ bread for meat in (white, near)]
    best = max(options, key=lambda found: found[1, 1])
    tilt = _SHARED * float(share @ np.abs(design[:, 1])) / float(share @ design[:, 1] ** 2)
    return float(best[0, 0]), float(best[1, 1]) + tilt * tilt, float(best[0, 1])


def _student_95(freedom: int) -> float:
    # Cornish-Fisher expansion of the 97.5 % point in 1 / freedom (Abramowitz and Stegun 26.7.5)
    z, n = _NORMAL_95, float(freedom)
    terms = (
        (z**3 + z) / (4 * n),
        (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2),
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3),
    )
    return z + sum(terms)
