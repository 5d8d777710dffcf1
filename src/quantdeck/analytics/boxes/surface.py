"""What the boxes of one expiry say by strike, and over all pairs of strikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes.kernels import (
    BORROW,
    LEND,
    MID,
    VOLUME,
    fill_strikes,
    fill_surface,
)
from quantdeck.analytics.boxes.parity import synthetics
from quantdeck.analytics.boxes.types import StrikeFlag
from quantdeck.model.options import ExerciseStyle

if TYPE_CHECKING:
    from quantdeck.analytics.boxes.types import BoxRules, ExpiryRate
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.model.chains import ExpiryChain

_PARTNERS = 64


@dataclass(frozen=True, slots=True)
class StrikeRates:
    """Rates at the strikes of one expiry; arrays of shape (strikes,).

    Parameters
    ----------
    strikes : array
        Those whose quotes count, ascending.
    mid : array
        Median rate of the mid boxes with a leg at the strike. [1/year]
    lend, borrow : array
        Best rates of the boxes with a leg at the strike, at the natural price, after fees. [1/year]
    volume : array
        Calls and puts traded today; NaN where neither is known.
    """

    strikes: FloatArray
    mid: FloatArray
    lend: FloatArray
    borrow: FloatArray
    volume: FloatArray


@dataclass(frozen=True, slots=True)
class BoxSurface:
    """Rates of all boxes over some strikes; arrays of shape (strikes, strikes).

    The first index is the lower strike, the second the upper one; NaN where that is no box.

    Parameters
    ----------
    strikes : array of shape (strikes,)
        Ascending.
    mid, lend, borrow : array
        Rates at mid, and at the natural price after fees. [1/year]
    volume : array
        The smallest of the legs' volumes; NaN where one is not known.
    """

    strikes: FloatArray
    mid: FloatArray
    lend: FloatArray
    borrow: FloatArray
    volume: FloatArray


def strike_rates(chain: ExpiryChain, fit: ExpiryRate, rules: BoxRules) -> StrikeRates:
    """Return the median mid, best lending and best borrowing rate of the boxes at each strike.

    Parameters
    ----------
    chain : ExpiryChain
        The chain that `fit` was made of.
    fit : ExpiryRate
        Its rate: only strikes whose quotes count are looked at, whatever its status.
    rules : BoxRules
        Widths, fees and the largest rate shown.

    Returns
    -------
    StrikeRates
        Empty for American exercise, or where price and payoff are paid on one day. The median is
        taken over at most 64 partners spread over the chain.

    Examples
    --------
    >>> from quantdeck.analytics.boxes.example import example_chain
    >>> from quantdeck.analytics.boxes.expiry import rate_of_chain
    >>> from quantdeck.analytics.boxes.types import BoxRules
    >>> chain, at_ns = example_chain()
    >>> found = strike_rates(chain, rate_of_chain(chain, at_ns, BoxRules()), BoxRules())
    >>> found.mid[:3].round(4).tolist()
    [0.04, 0.04, 0.04]
    """
    places = _places(fit)
    quotes = synthetics(chain, fit.at_ns, rules)
    strikes = quotes.strikes[places]
    out = np.empty((3, len(places)))
    fill_strikes(
        strikes,
        quotes.buy[places],
        quotes.sell[places],
        4 * rules.fee_per_contract / chain.multiplier,
        rules.min_gap,
        rules.max_gap,
        -(-max(1, len(places)) // _PARTNERS),
        np.empty(_PARTNERS + 1),
        out,
    )
    mid, lend, borrow = _rates(out, fit.tau, rules)
    traded = np.stack((chain.calls.volume[places], chain.puts.volume[places]))
    known = np.isfinite(traded)
    volume = np.where(known.any(axis=0), np.where(known, traded, 0.0).sum(axis=0), np.nan)
    return StrikeRates(strikes, mid, lend, borrow, volume)


def box_surface(
    chain: ExpiryChain, fit: ExpiryRate, rules: BoxRules, *, most_strikes: int | None = None
) -> BoxSurface:
    """Return the rates of all pairs of strikes.

    Parameters
    ----------
    chain : ExpiryChain
        The chain that `fit` was made of.
    fit : ExpiryRate
        Its rate: only strikes whose quotes count are looked at, whatever its status.
    rules : BoxRules
        Widths, fees and the largest rate shown.
    most_strikes : int, optional
        Thin strikes evenly to as many, first and last kept: for the eye, not for a table.

    Returns
    -------
    BoxSurface
        Empty for American exercise, or where price and payoff are paid on one day.

    Examples
    --------
    >>> from quantdeck.analytics.boxes.example import example_chain
    >>> from quantdeck.analytics.boxes.expiry import rate_of_chain
    >>> from quantdeck.analytics.boxes.types import BoxRules
    >>> chain, at_ns = example_chain()
    >>> found = box_surface(chain, rate_of_chain(chain, at_ns, BoxRules()), BoxRules(), most_strikes=3)
    >>> found.mid.shape, found.mid[0, 1].round(4)
    ((3, 3), np.float64(0.04))
    """
    places = _places(fit)
    if most_strikes is not None and len(places) > most_strikes:
        spread = np.linspace(0, len(places) - 1, max(2, most_strikes)).round().astype(np.int64)
        places = places[np.unique(spread)]
    quotes = synthetics(chain, fit.at_ns, rules)
    count = len(places)
    out = np.empty((4, count * (count - 1) // 2))
    fill_surface(
        quotes.strikes[places],
        quotes.buy[places],
        quotes.sell[places],
        quotes.volume[places],
        4 * rules.fee_per_contract / chain.multiplier,
        rules.min_gap,
        rules.max_gap,
        out,
    )
    layers = np.full((4, count, count), np.nan)
    lower, upper = np.triu_indices(count, 1)
    layers[:3, lower, upper] = _rates(out[[MID, LEND, BORROW]], fit.tau, rules)
    layers[3, lower, upper] = out[VOLUME]
    return BoxSurface(quotes.strikes[places], *layers)


def _places(fit: ExpiryRate) -> IntArray:
    if fit.style is ExerciseStyle.AMERICAN or not fit.tau > 0:
        return np.empty(0, np.int64)
    return np.flatnonzero(np.isin(fit.strike_flags, (StrikeFlag.USED, StrikeFlag.THIN)))


def _rates(discounts: FloatArray, tau: float, rules: BoxRules) -> FloatArray:
    rates = -np.log(np.where(discounts > 0, discounts, np.nan)) / (tau if tau > 0 else np.nan)
    return np.where(np.abs(rates) <= rules.max_abs_rate, rates, np.nan)
