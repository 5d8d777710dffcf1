"""The forward that quotes of American options near the money are consistent with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.options.american import (
    AmericanTerms,
    american_implied_volatility,
    american_price,
)
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from quantdeck.model.chains import ExpiryChain

_STRIKES = 4
_STEPS = 3
_NEAR = 0.05


def implied_yield(chain: ExpiryChain, at_ns: int, *, rate: float) -> float:
    """Return the dividend yield at which calls and puts near the money have one volatility.

    Parameters
    ----------
    chain : ExpiryChain
        Of American options, with the price of the underlying.
    at_ns : int
        When it was seen, UTC. [ns]
    rate : float
        Continuously compounded. [1/year]

    Returns
    -------
    float
        Dividends less the cost of borrowing the stock, continuously compounded. [1/year]

    Raises
    ------
    NoData
        If the price of the underlying is not known, the expiry is past, or fewer than two strikes within
        5 % of that price are quoted on both sides.
    ConfigError
        If QuantLib is not installed.

    Notes
    -----
    Parity of American options is a pair of inequalities, but near the money early exercise is worth little
    and about the same for both rights. So q starts at ln(S / (D F)) / tau with F = K + (C - P) / D, the
    median over the nearest strikes, and is then moved until C - P of American prices at the volatility of
    the side out of the money is the quoted one: dC/dq - dP/dq is about -tau S exp(-q tau).
    """
    if not chain.spot > 0.0:
        raise NoData(f"the price of the underlying of {chain.root} is not known")
    tau = us_sessions().vol_time(at_ns, chain.expiry, chain.settlement)
    if not tau > 0.0:
        raise NoData(f"{chain.root} {chain.expiry} was settled before this moment")
    calls, puts = chain.calls, chain.puts
    known = (calls.bid > 0.0) & (puts.bid > 0.0) & (calls.ask > 0.0) & (puts.ask > 0.0)
    known &= np.abs(chain.strikes / chain.spot - 1.0) <= _NEAR
    near = np.flatnonzero(known)
    near = near[np.argsort(np.abs(chain.strikes[near] - chain.spot))][:_STRIKES]
    if len(near) < 2:
        raise NoData(f"{chain.root} {chain.expiry} has no quotes on both sides of the money")
    call = 0.5 * (calls.bid + calls.ask)[near]
    put = 0.5 * (puts.bid + puts.ask)[near]
    strikes = chain.strikes[near]
    discount = math.exp(-rate * tau)
    forward = float(np.median(strikes + (call - put) / discount))
    found = rate - math.log(forward / chain.spot) / tau
    for _ in range(_STEPS):
        misses: list[float] = []
        for strike, c, p in zip(strikes.tolist(), call.tolist(), put.tolist(), strict=True):
            sides = tuple(
                AmericanTerms(chain.spot, strike, tau, rate, right, found)
                for right in (True, False)
            )
            priced = _difference(sides, (c, p))
            if math.isfinite(priced):
                misses.append(priced - (c - p))
        if not misses:
            return found
        found += float(np.median(misses)) / (tau * chain.spot * math.exp(-found * tau))
    return found


def _difference(sides: tuple[AmericanTerms, ...], prices: tuple[float, float]) -> float:
    # C - P at the volatility of the side out of the money
    call, put = sides
    out = 0 if call.strike >= call.spot else 1
    volatility = float(american_implied_volatility([sides[out]], [prices[out]]).volatility[0])
    if not volatility > 0.0:
        return math.nan
    return american_price(call, volatility) - american_price(put, volatility)
