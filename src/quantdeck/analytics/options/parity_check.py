"""Put-call parity strike by strike: where quotes of a chain contradict its own forward."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.chains import NO_TIME
from quantdeck.model.errors import BadInput
from quantdeck.model.options import ExerciseStyle

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.model.chains import ExpiryChain

_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ParityViolation:
    """A strike whose call and put disagree with parity by more than their spreads.

    Parameters
    ----------
    strike : float
        [price]
    synthetic_bid, synthetic_ask : float
        Call bid less put ask, and call ask less put bid. [price]
    low, high : float
        What parity allows C - P to be. [price]
    size : float
        Beyond it; positive where the synthetic forward can be sold too dear, negative where it can be
        bought too cheap. [price]
    spreads : float
        Size in spreads of the synthetic.
    call_age_s, put_age_s : float
        Ages of the quotes; NaN where not known. An old leg is the usual reason. [s]
    """

    strike: float
    synthetic_bid: float
    synthetic_ask: float
    low: float
    high: float
    size: float
    spreads: float
    call_age_s: float
    put_age_s: float


@dataclass(frozen=True, slots=True)
class ParityCheck:
    """Parity over the strikes of a chain.

    Parameters
    ----------
    checked : int
        Strikes with a bid and an ask on both sides.
    violations : tuple of ParityViolation
        The largest in spreads first.
    """

    checked: int
    violations: tuple[ParityViolation, ...]


def check_parity(
    chain: ExpiryChain,
    at_ns: int,
    *,
    forward: float,
    discount: float,
    dividends: float = 0.0,
) -> ParityCheck:
    """Return the strikes at which C - P is outside of what its exercise style allows.

    Parameters
    ----------
    chain : ExpiryChain
        Quotes; American ones need `spot`.
    at_ns : int
        When it was seen, UTC. [ns]
    forward : float
        Of the expiry, from parity of all strikes. Not used for American options. [price]
    discount : float
        Value now of one at the payoff.
    dividends : float
        Present value of dividends until the expiry, for American options. [price]

    Returns
    -------
    ParityCheck
        Violations and how many strikes were looked at.

    Raises
    ------
    BadInput
        If a number that the style needs is not positive.

    Notes
    -----
    European: C - P = D (F - K). American: S - PV(dividends) - K <= C - P <= S - K D. A violation is what
    could be traded at the quoted prices, were they there: call ask less put bid below the lower limit, or
    call bid less put ask above the upper one. Source: Hull, "Options, Futures, and Other Derivatives",
    sections on put-call parity.

    Examples
    --------
    >>> from quantdeck.analytics.boxes.example import example_chain
    >>> chain, at_ns = example_chain()
    >>> exact = check_parity(chain, at_ns, forward=6080.0, discount=0.979501)
    >>> exact.checked, len(exact.violations)
    (15, 0)
    """
    is_american = chain.style is ExerciseStyle.AMERICAN
    if not discount > 0.0 or not (chain.spot if is_american else forward) > 0.0:
        needed = "spot" if is_american else "forward"
        raise BadInput(f"parity of {chain.root} needs a discount factor and a {needed} above 0")
    if is_american:
        low = chain.spot - dividends - chain.strikes
        high = chain.spot - chain.strikes * discount
    else:
        low = high = discount * (forward - chain.strikes)
    sell = np.where(chain.calls.bid > 0.0, chain.calls.bid, np.nan) - chain.puts.ask
    buy = chain.calls.ask - np.where(chain.puts.bid > 0.0, chain.puts.bid, np.nan)
    known = np.isfinite(sell) & np.isfinite(buy)
    size = np.where(sell > high, sell - high, np.where(buy < low, buy - low, 0.0))
    size[~known] = 0.0
    call_age, put_age = (_ages(side.ts_ns, at_ns) for side in (chain.calls, chain.puts))
    found = [
        ParityViolation(
            strike=float(chain.strikes[i]),
            synthetic_bid=float(sell[i]),
            synthetic_ask=float(buy[i]),
            low=float(low[i]),
            high=float(high[i]),
            size=float(size[i]),
            spreads=abs(float(size[i])) / spread
            if (spread := float(buy[i] - sell[i]))
            else math.inf,
            call_age_s=float(call_age[i]),
            put_age_s=float(put_age[i]),
        )
        for i in np.flatnonzero(size)
    ]
    found.sort(key=lambda one: -one.spreads)
    return ParityCheck(int(known.sum()), tuple(found))


def _ages(times: IntArray, at_ns: int) -> FloatArray:
    return np.where(times == NO_TIME, np.nan, (at_ns - times.astype(np.float64)) / _SECOND_NS)
