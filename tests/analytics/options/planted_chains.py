"""Chains of one underlying with planted volatilities, for tests of whole studies and of the page."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np

from quantdeck.analytics.options import OptionTerms, black_price
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.chains import ExpiryChain, SideQuotes
from quantdeck.model.options import ExerciseStyle, Settlement
from quantdeck.sims.options.truth import atm_variance
from quantdeck.sims.options.truth import smile as planted_smile

AT_NS = 1_781_280_000_000_000_000
EXPIRIES = (date(2026, 7, 17), date(2026, 9, 18), date(2026, 12, 18))
SPOT, RATE, YIELD = 6000.0, 0.04, 0.015
AGE_NS = 500_000_000


def planted_chain(expiry: date, *, spot: float = SPOT, raised: float = 0.0) -> ExpiryChain:
    """Return quotes of planted volatilities, all raised by so much."""
    tau = us_sessions().vol_time(AT_NS, expiry, Settlement.PM)
    forward, discount = SPOT * math.exp((RATE - YIELD) * tau), math.exp(-RATE * tau)
    deviation = math.sqrt(float(atm_variance(np.array(tau))))
    strikes = np.round(forward * np.exp(np.linspace(-4.0, 2.5, 40) * deviation), 1)
    variance = planted_smile(np.log(strikes / forward), atm_variance(np.array(tau)))
    sigma = np.sqrt(variance / tau) + raised
    sides: list[SideQuotes] = []
    for is_call, interest in ((True, 100.0), (False, 150.0)):
        terms = OptionTerms.of(forward, strikes, tau=tau, is_call=is_call, discount=discount)
        value = black_price(terms, sigma)
        half = np.minimum(0.05 + 0.002 * value, 0.1 * value)
        times = np.full(len(strikes), AT_NS - AGE_NS)
        many = np.full(len(strikes), interest)
        sides.append(SideQuotes(value - half, value + half, many, many, times, many, many))
    return ExpiryChain(
        root="SPXW",
        underlying="US:SPX",
        expiry=expiry,
        settlement=Settlement.PM,
        style=ExerciseStyle.EUROPEAN,
        multiplier=100.0,
        strikes=strikes,
        calls=sides[0],
        puts=sides[1],
        spot=spot,
    )


def planted_chains(**more: float) -> list[ExpiryChain]:
    """Return one chain for each expiry."""
    return [planted_chain(expiry, **more) for expiry in EXPIRIES]


def american(chain: ExpiryChain) -> ExpiryChain:
    """Return the same quotes as if they were of options that can be exercised early."""
    return replace(chain, root="SPY", underlying="US:SPY", style=ExerciseStyle.AMERICAN)


def without_bids(chain: ExpiryChain, rows: slice) -> ExpiryChain:
    """Return the chain with nobody bidding for the puts of some strikes."""
    puts = chain.puts.part(slice(None))
    puts.bid[rows] = 0.0
    return replace(chain, puts=puts)
