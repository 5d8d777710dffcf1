"""What a chain as a whole says: expected move, open interest, gamma by strike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.options.black import OptionTerms, black_price, greeks
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.options.smile import Smile
    from quantdeck.analytics.types import FloatArray
    from quantdeck.model.chains import ExpiryChain

_LEVELS = 121
_REACH = 0.15
_PERCENT = 0.01


@dataclass(frozen=True, slots=True)
class ExpectedMove:
    """How far the underlying is priced to go until the expiry.

    Parameters
    ----------
    straddle : float
        Call and put struck at the forward, at the mid volatility interpolated to it: the mean absolute
        move, discounted. [price]
    deviation : float
        sigma_atm sqrt(tau) F: one deviation of a lognormal move. [price]
    low, high : float
        F exp(-s^2 / 2 -+ s): 68 % of a lognormal price lie between. [price]
    """

    straddle: float
    deviation: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class StrikeProfile:
    """Open contracts and their gamma by strike; arrays of shape (strikes,).

    Parameters
    ----------
    strikes : array
        [price]
    call_interest, put_interest : array
        Open contracts; 0 where not known.
    gamma : array
        Cash gamma per 1 % move of the underlying of calls less that of puts: positive where dealers who
        bought the calls and sold the puts hedge against the move. [currency]
    net_gamma : float
        Its sum. [currency]
    put_call_ratio : float
        Open puts over open calls; NaN without calls.
    most_pain : float
        Strike at which open contracts pay least at expiry. [price]
    levels : array of shape (levels,)
        Prices of the underlying, 15 % to both sides. [price]
    gamma_at : array of shape (levels,)
        Net cash gamma if it were there, volatilities by strike unchanged. [currency]
    flip : float
        Level nearest to the price now at which it changes sign; NaN where none does. [price]
    """

    strikes: FloatArray
    call_interest: FloatArray
    put_interest: FloatArray
    gamma: FloatArray
    net_gamma: float
    put_call_ratio: float
    most_pain: float
    levels: FloatArray
    gamma_at: FloatArray
    flip: float


def expected_move(smile: Smile) -> ExpectedMove:
    """Return the move to the expiry that straddle and volatility at the money say.

    Parameters
    ----------
    smile : Smile
        Volatilities of one expiry.

    Returns
    -------
    ExpectedMove
        In points of the underlying.

    Raises
    ------
    NoData
        If no two strikes around the forward are quoted on both sides.

    Notes
    -----
    A straddle at the forward costs about D F s sqrt(2 / pi), s = sigma sqrt(tau): 0.8 of a deviation.
    """
    known = np.isfinite(smile.quoted.mid)
    strikes, quoted = smile.strikes[known], smile.quoted.mid[known]
    at = int(np.searchsorted(strikes, smile.forward))
    if not 0 < at < len(strikes):
        raise NoData(f"{smile.root} {smile.expiry} has no quotes on both sides of the forward")
    at_money = float(np.interp(smile.forward, strikes[at - 1 : at + 1], quoted[at - 1 : at + 1]))
    terms = OptionTerms.of(
        smile.forward, smile.forward, tau=smile.tau, is_call=True, discount=smile.discount
    )
    straddle = 2.0 * float(black_price(terms, at_money))
    s = at_money * math.sqrt(smile.tau)
    middle = smile.forward * math.exp(-0.5 * s * s)
    return ExpectedMove(straddle, s * smile.forward, middle * math.exp(-s), middle * math.exp(s))


def strike_profile(chain: ExpiryChain, smile: Smile) -> StrikeProfile:
    """Return open interest and cash gamma by strike, and where net gamma changes sign.

    Parameters
    ----------
    chain : ExpiryChain
        Open interest.
    smile : Smile
        Of the same chain.

    Returns
    -------
    StrikeProfile
        Gamma is (OI_call - OI_put) gamma M S^2 / 100.

    Raises
    ------
    NoData
        If the price of the underlying is not known, or no open interest is.

    Notes
    -----
    The sign is a convention, not an observation: nobody sees who holds the contracts. Strikes without a
    volatility have no gamma.
    """
    calls, puts = (np.nan_to_num(side.open_interest) for side in (chain.calls, chain.puts))
    if not smile.spot > 0.0 or not (calls.sum() + puts.sum()) > 0.0:
        raise NoData(f"{chain.root} {chain.expiry}: spot or open interest is not known")
    strikes = smile.strikes
    each = np.nan_to_num(smile.call_greeks.gamma) * chain.multiplier * smile.spot**2 * _PERCENT
    gamma = (calls - puts) * each
    levels = smile.spot * np.linspace(1.0 - _REACH, 1.0 + _REACH, _LEVELS)
    carry = smile.forward / smile.spot
    moved = greeks(
        OptionTerms.of(
            levels[:, None] * carry,
            strikes,
            tau=smile.tau,
            is_call=True,
            discount=smile.discount,
            spot=levels[:, None],
        ),
        smile.quoted.mid,
    ).gamma
    scale = chain.multiplier * levels**2 * _PERCENT
    gamma_at = np.nansum(moved * (calls - puts), axis=1) * scale
    open_calls = float(calls.sum())
    payout = np.maximum(strikes[:, None] - strikes, 0.0) @ calls
    payout += np.maximum(strikes - strikes[:, None], 0.0) @ puts
    return StrikeProfile(
        strikes=strikes,
        call_interest=calls,
        put_interest=puts,
        gamma=gamma,
        net_gamma=float(gamma.sum()),
        put_call_ratio=float(puts.sum()) / open_calls if open_calls > 0.0 else math.nan,
        most_pain=float(strikes[np.argmin(payout)]),
        levels=levels,
        gamma_at=gamma_at,
        flip=_nearest_change(levels, gamma_at, smile.spot),
    )


def merged_profile(profiles: Sequence[StrikeProfile], spot: float) -> StrikeProfile:
    """Return the sum of the profiles of several expiries of one underlying.

    Parameters
    ----------
    profiles : sequence of StrikeProfile
        Of each expiry.
    spot : float
        Price of the underlying. [price]

    Returns
    -------
    StrikeProfile
        On the union of the strikes. `most_pain` is NaN: contracts of different days do not pay at one price.

    Raises
    ------
    NoData
        If there is none.
    """
    if not profiles:
        raise NoData("no expiry has open interest and a price of the underlying")
    strikes = np.unique(np.concatenate([each.strikes for each in profiles]))
    calls, puts, gamma = np.zeros((3, len(strikes)))
    levels = profiles[0].levels
    gamma_at = np.zeros(len(levels))
    for each in profiles:
        at = np.searchsorted(strikes, each.strikes)
        calls[at] += each.call_interest
        puts[at] += each.put_interest
        gamma[at] += each.gamma
        gamma_at += np.interp(levels, each.levels, each.gamma_at)
    open_calls = float(calls.sum())
    return StrikeProfile(
        strikes=strikes,
        call_interest=calls,
        put_interest=puts,
        gamma=gamma,
        net_gamma=float(gamma.sum()),
        put_call_ratio=float(puts.sum()) / open_calls if open_calls > 0.0 else math.nan,
        most_pain=math.nan,
        levels=levels,
        gamma_at=gamma_at,
        flip=_nearest_change(levels, gamma_at, spot),
    )


def _nearest_change(levels: FloatArray, values: FloatArray, now: float) -> float:
    at = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)
    if not len(at):
        return math.nan
    share = values[at] / (values[at] - values[at + 1])
    crossings = levels[at] + share * (levels[at + 1] - levels[at])
    return float(crossings[np.argmin(np.abs(crossings - now))])
