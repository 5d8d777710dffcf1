"""Skew: moneyness axes, strikes of a delta, risk reversals and butterflies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.options.black_kernels import normal_cdf
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from quantdeck.analytics.options.surface import FittedSmile
    from quantdeck.analytics.types import FloatArray

_WIDEST = 12.0
_HALVINGS = 80


class DeltaKind(StrEnum):
    """What a delta is per."""

    FORWARD = "forward"
    """N(d1): of the forward, not discounted; independent of rates and dividends."""
    SPOT = "spot"
    """D F / S N(d1): of the spot, as a stock position would hedge it."""


@dataclass(frozen=True, slots=True)
class Skew:
    """How a smile leans and bends.

    Parameters
    ----------
    tau : float
        [years]
    at_money : float
        Volatility at K = F. [1/sqrt(year)]
    delta : float
        Absolute delta of the wings.
    call, put : float
        Volatility of the call, and of the put, of that delta. [1/sqrt(year)]
    call_strike, put_strike : float
        Their strikes. [price]
    risk_reversal : float
        call - put; negative where downside is dearer. [1/sqrt(year)]
    butterfly : float
        (call + put) / 2 - at_money. [1/sqrt(year)]
    slope : float
        Derivative of volatility in ln(K / F) at the money.
    kind : DeltaKind
        Convention of the deltas.
    """

    tau: float
    at_money: float
    delta: float
    call: float
    put: float
    call_strike: float
    put_strike: float
    risk_reversal: float
    butterfly: float
    slope: float
    kind: DeltaKind


@dataclass(frozen=True, slots=True, eq=False)
class Moneyness:
    """One strike axis in the usual units; arrays of shape (n,).

    Parameters
    ----------
    ratio : array
        K / F.
    log : array
        ln(K / F).
    standardised : array
        ln(K / F) / (sigma_atm sqrt(tau)): deviations at the money.
    call_delta : array
        N(d1) with the smile's volatility: near 1 for low strikes, near 0 for high ones.
    """

    ratio: FloatArray
    log: FloatArray
    standardised: FloatArray
    call_delta: FloatArray


def moneyness(found: FittedSmile, strikes: ArrayLike) -> Moneyness:
    """Return strikes as K / F, ln(K / F), deviations and deltas.

    Parameters
    ----------
    found : FittedSmile
        Smile of one expiry.
    strikes : array_like of shape (n,)
        > 0. [price]

    Returns
    -------
    Moneyness
        Four axes.

    Raises
    ------
    BadInput
        If a strike is not positive.
    """
    ratio = np.asarray(strikes, np.float64) / found.quotes.forward
    if not bool(np.all(ratio > 0.0)):
        raise BadInput("strikes must be positive")
    log = np.log(ratio)
    at_money = float(found.volatility(0.0)) * math.sqrt(found.fit.tau)
    deviations = found.volatility(log) * math.sqrt(found.fit.tau)
    first = -log / deviations + 0.5 * deviations
    deltas = np.array([normal_cdf(float(z)) for z in first])
    return Moneyness(ratio, log, log / at_money, deltas)


def strike_of_delta(
    found: FittedSmile, delta: float, *, kind: DeltaKind = DeltaKind.FORWARD
) -> float:
    """Return the strike whose option has a given delta on the smile.

    Parameters
    ----------
    found : FittedSmile
        Smile of one expiry.
    delta : float
        Of a call where positive, of a put where negative; not 0.
    kind : DeltaKind
        Of the forward or of the spot.

    Returns
    -------
    float
        NaN where the smile has no such strike, or a spot delta is asked without a spot. [price]

    Raises
    ------
    BadInput
        If the delta is 0, or not within -1 and 1.

    Notes
    -----
    Found by halving in k = ln(K / F), within twelve deviations: N(d1(k)) falls in k on a smile without
    butterfly arbitrage of the usual shapes.
    """
    if not 0.0 < abs(delta) < 1.0:
        raise BadInput(f"a delta lies between -1 and 1 and is not 0, was {delta}")
    scale = 1.0
    if kind is DeltaKind.SPOT:
        scale = found.quotes.discount * found.quotes.forward / found.quotes.spot
    wanted = delta / scale if delta > 0.0 else 1.0 + delta / scale
    if not 0.0 < wanted < 1.0:
        return math.nan
    root = math.sqrt(found.fit.tau)

    def first(k: float) -> float:
        deviation = float(found.volatility(k)) * root
        return normal_cdf(-k / deviation + 0.5 * deviation)

    reach = _WIDEST * float(found.volatility(0.0)) * root
    k = _crossing(first, wanted, -reach, reach)
    return found.quotes.forward * math.exp(k)


def _crossing(falling: Callable[[float], float], level: float, low: float, high: float) -> float:
    if not falling(low) >= level >= falling(high):
        return math.nan
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if falling(middle) >= level:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def skew(found: FittedSmile, *, delta: float = 0.25, kind: DeltaKind = DeltaKind.FORWARD) -> Skew:
    """Return risk reversal and butterfly of a smile.

    Parameters
    ----------
    found : FittedSmile
        Smile of one expiry.
    delta : float
        Absolute delta of the wings, in (0, 0.5).
    kind : DeltaKind
        Of the forward (default) or of the spot.

    Returns
    -------
    Skew
        RR = sigma(call) - sigma(put), BF = (sigma(call) + sigma(put)) / 2 - sigma(K = F).

    Raises
    ------
    BadInput
        If the delta is outside its range.
    """
    if not 0.0 < delta < 0.5:
        raise BadInput(f"delta of the wings must lie between 0 and 0.5, was {delta}")
    at_money = float(found.volatility(0.0))
    strikes = [strike_of_delta(found, sign * delta, kind=kind) for sign in (1.0, -1.0)]
    call, put = (float(found.volatility(math.log(k / found.quotes.forward))) for k in strikes)
    rise, _ = found.fit.smile.derivatives(0.0)
    return Skew(
        tau=found.fit.tau,
        at_money=at_money,
        delta=delta,
        call=call,
        put=put,
        call_strike=strikes[0],
        put_strike=strikes[1],
        risk_reversal=call - put,
        butterfly=0.5 * (call + put) - at_money,
        slope=float(rise) / (2.0 * at_money * found.fit.tau),
        kind=kind,
    )
