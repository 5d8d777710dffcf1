"""What a strategy is worth before its expiry, and how that changes: one volatility per leg."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.options.black import OptionTerms, black_price, greeks
from quantdeck.analytics.strategies.payoff import PayoffLine, payoff_line
from quantdeck.analytics.strategies.types import LegKind
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.strategies.types import Leg, Strategy
    from quantdeck.analytics.types import FloatArray

_LEAST_VOLATILITY = 0.001
_SETTLED_DAYS = 1e-6
_POINTS = 601
_REACH = 5.0
# Of a call that lives on, dividends take a little of the slope: no unlimited loss worth the name.
_LEAST_SLOPE = 0.05
_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class StrategyGreeks:
    """Value and sensitivities of all legs together, per unit of the underlying.

    Parameters
    ----------
    value : float
        Of the model; what the legs would bring now without spreads. [price]
    delta, gamma : float
        To the spot.
    vega : float
        Per 1.00 of volatility of every leg.
    theta : float
        Per calendar day.
    rho : float
        Per 1.00 of rate.
    """

    value: float
    delta: float
    gamma: float
    vega: float
    theta: float
    rho: float


def value(
    strategy: Strategy, prices: ArrayLike, *, elapsed_days: float = 0.0, vol_shift: float = 0.0
) -> FloatArray:
    """Return sum_i n_i V_i(S, t), what the legs are worth at prices and a later date.

    Parameters
    ----------
    strategy : Strategy
        Every option says when it expires and its volatility.
    prices : array_like of shape (n,)
        Of the underlying at that date. [price]
    elapsed_days : float
        From now, at most to the nearest expiry. [days]
    vol_shift : float
        Added to the volatility of every leg. [1/sqrt(year)]

    Returns
    -------
    array of shape (n,)
        [price]

    Raises
    ------
    BadInput
        If a leg lacks what it needs, or the date is past an expiry.

    Notes
    -----
    V of options is Black's price with the forward S exp((r - q) tau) of what is left of the leg's time: its
    volatility stays with the strike, whatever the price does. An option that expires on the date is worth
    its intrinsic value. Early exercise is left out: American options are worth no less.

    Examples
    --------
    >>> from quantdeck.analytics.strategies.types import Leg, Strategy
    >>> call = Strategy("Call", (Leg("call", 100, 1, 4.0, expiry_days=91.25, volatility=0.2),))
    >>> value(call, [90.0, 100.0, 110.0]).round(3)
    array([ 0.712,  3.988, 10.954])
    """
    _has_all(strategy, elapsed_days)
    s = np.asarray(prices, np.float64)
    return sum(
        (leg.quantity * _unit(leg, s, elapsed_days, vol_shift) for leg in strategy.legs),
        np.zeros(s.shape),
    )


def profit_line(
    strategy: Strategy, *, discount: float = 1.0, vol_shift: float = 0.0, points: int = _POINTS
) -> PayoffLine:
    """Return the profit at the nearest expiry, whatever the legs.

    Parameters
    ----------
    strategy : Strategy
        Legs that live on need their expiry and volatility.
    discount : float
        Value now of one at the nearest expiry; see `payoff`.
    vol_shift : float
        Added to the volatility of legs that live on. [1/sqrt(year)]
    points : int
        Where a curve is drawn through, beside the strikes.

    Returns
    -------
    PayoffLine
        Exact where all options expire together. Otherwise drawn through points five deviations wide, and
        straight beyond: flat there where the slope is below 0.05.

    Raises
    ------
    BadInput
        If a leg lacks what it needs.

    Examples
    --------
    >>> from quantdeck.analytics.strategies.payoff import breakevens
    >>> from quantdeck.analytics.strategies.types import Leg, Strategy
    >>> near = Leg("call", 100, -1, 2.3, expiry_days=30, volatility=0.2)
    >>> far = Leg("call", 100, 1, 4.0, expiry_days=90, volatility=0.2)
    >>> line = profit_line(Strategy("Call calendar", (near, far)))
    >>> line.is_exact, [round(x, 1) for x in breakevens(line)]
    (False, [96.4, 103.9])
    """
    if strategy.has_one_expiry:
        return payoff_line(strategy, discount=discount)
    horizon = strategy.horizon_days
    _has_all(strategy, horizon)
    nodes = _nodes(strategy, points)
    worth = value(strategy, nodes, elapsed_days=horizon, vol_shift=vol_shift)
    beyond = nodes[-1] * np.array([1.0, 1.5])
    edge = value(strategy, beyond, elapsed_days=horizon, vol_shift=vol_shift)
    slope = float((edge[1] - edge[0]) / (beyond[1] - beyond[0]))
    if abs(slope) < _LEAST_SLOPE:
        slope = 0.0
    return PayoffLine(nodes, discount * worth - strategy.cost, discount * slope, is_exact=False)


def strategy_greeks(
    strategy: Strategy, spot: float, *, elapsed_days: float = 0.0, vol_shift: float = 0.0
) -> StrategyGreeks:
    """Return the sums over legs of n_i times value, delta, gamma, vega, theta and rho.

    Parameters
    ----------
    strategy : Strategy
        Every option says when it expires and its volatility.
    spot : float
        Price of the underlying. [price]
    elapsed_days : float
        From now, before the nearest expiry. [days]
    vol_shift : float
        Added to the volatility of every leg. [1/sqrt(year)]

    Returns
    -------
    StrategyGreeks
        Of one unit; a contract has its multiplier times as much.

    Raises
    ------
    BadInput
        If a leg lacks what it needs, or the date is not before the nearest expiry.

    Notes
    -----
    As `quantdeck.analytics.options.greeks`. A share has delta 1; cash has the value, theta and rho of a
    discount bond.

    Examples
    --------
    >>> from quantdeck.analytics.strategies.types import Leg, Strategy
    >>> legs = [Leg(k, 100, 1, 4.0, expiry_days=91.25, volatility=0.2) for k in ("call", "put")]
    >>> round(strategy_greeks(Strategy("Straddle", tuple(legs)), 100.0).delta, 3)
    0.04
    """
    _has_all(strategy, elapsed_days)
    if strategy.options and strategy.horizon_days - elapsed_days <= _SETTLED_DAYS:
        raise BadInput(f"{strategy.name} has an option that expires by then: it has no greeks")
    total = np.zeros(6)
    for leg in strategy.legs:
        total += leg.quantity * _unit_greeks(leg, spot, elapsed_days, vol_shift)
    return StrategyGreeks(*(float(x) for x in total))


def _unit(leg: Leg, s: FloatArray, elapsed_days: float, vol_shift: float) -> FloatArray:
    if leg.kind is LegKind.SHARE:
        return s
    tau = _tau_left(leg, elapsed_days)
    if leg.kind is LegKind.CASH:
        return np.full(s.shape, math.exp(-leg.rate * tau))
    is_call = leg.kind is LegKind.CALL
    if tau * _YEAR <= _SETTLED_DAYS:
        return np.maximum(s - leg.strike if is_call else leg.strike - s, 0.0)
    # Black's formula needs a price; at nought a put is worth its discounted strike
    terms = OptionTerms.from_spot(
        np.maximum(s, 1e-9 * leg.strike),
        leg.strike,
        tau=tau,
        is_call=is_call,
        rate=leg.rate,
        dividend_yield=leg.dividend_yield,
    )
    return black_price(terms, max(leg.volatility + vol_shift, _LEAST_VOLATILITY))


def _unit_greeks(leg: Leg, spot: float, elapsed_days: float, vol_shift: float) -> FloatArray:
    if leg.kind is LegKind.SHARE:
        return np.array([spot, 1.0, 0.0, 0.0, 0.0, 0.0])
    tau = _tau_left(leg, elapsed_days)
    if leg.kind is LegKind.CASH:
        worth = math.exp(-leg.rate * tau)
        return np.array([worth, 0.0, 0.0, 0.0, leg.rate * worth / _YEAR, -tau * worth])
    terms = OptionTerms.from_spot(
        spot,
        leg.strike,
        tau=tau,
        is_call=leg.kind is LegKind.CALL,
        rate=leg.rate,
        dividend_yield=leg.dividend_yield,
    )
    found = greeks(terms, max(leg.volatility + vol_shift, _LEAST_VOLATILITY))
    names = ("price", "delta", "gamma", "vega", "theta", "rho")
    return np.array([float(getattr(found, name)) for name in names])


def _tau_left(leg: Leg, elapsed_days: float) -> float:
    if math.isnan(leg.expiry_days):
        return 0.0
    return max(0.0, leg.expiry_days - elapsed_days) / _YEAR


def _nodes(strategy: Strategy, points: int) -> FloatArray:
    strikes = np.array(strategy.strikes)
    widest = max(leg.volatility * math.sqrt(leg.tau) for leg in strategy.options)
    reach = math.exp(min(_REACH * widest, 3.0))
    grid = np.exp(np.linspace(math.log(strikes[0] / reach), math.log(strikes[-1] * reach), points))
    return np.unique(np.concatenate(([0.0], grid, strikes)))


def _has_all(strategy: Strategy, elapsed_days: float) -> None:
    for leg in strategy.options:
        if not (leg.expiry_days > 0.0 and leg.volatility > 0.0):
            raise BadInput(
                f"{strategy.name}: the {leg.kind} at {leg.strike:g} needs its days to expiry and a "
                "volatility above 0 to be valued before it",
                field="volatility",
            )
    if elapsed_days < 0.0 or (
        strategy.options and elapsed_days > strategy.horizon_days + _SETTLED_DAYS
    ):
        raise BadInput(
            f"{strategy.name} can be valued from now to its nearest expiry in "
            f"{strategy.horizon_days:g} days, not after {elapsed_days:g}",
            field="elapsed_days",
        )
