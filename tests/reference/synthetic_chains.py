"""Option chains whose discount factor and forward are known, with the quotes of a real market maker.

Values are Black's under a skewed smile; each quote surrounds its value unevenly (noise of up to 45 % of the
half-spread), on a grid of ticks, and far options have no bid.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from scipy.special import ndtr

from quantdeck.model.chains import NO_TIME, ExpiryChain, SideQuotes
from quantdeck.model.options import ExerciseStyle, Settlement

AT_NS = 1_781_280_000_000_000_000  # Friday 2026-06-12 16:00 UTC, noon in New York
TODAY = date(2026, 6, 12)
SPOT = 6000.0
_TICK = 0.05


@dataclass(frozen=True)
class KnownChain:
    """A chain and what it was made from."""

    chain: ExpiryChain
    discount: float
    forward: float
    tau: float
    call_delta: np.ndarray


def known_chain(
    random: np.random.Generator, *, days: int, strikes: int = 200, rate: float = 0.04
) -> KnownChain:
    """Return a chain that expires `days` after `TODAY`."""
    tau = days / 365
    discount = np.exp(-rate * tau)
    forward = SPOT * np.exp((rate - 0.013) * tau)
    reach = min(0.75, 0.08 + 0.55 * np.sqrt(tau))
    grid = np.linspace(SPOT * (1 - reach), SPOT * (1 + 0.6 * reach), strikes)
    strike = np.unique(np.round(grid / 5) * 5)
    x = np.log(strike / forward)
    vol = np.clip(0.15 - 0.12 * x / np.sqrt(tau + 0.1) + 0.08 * x * x, 0.08, 1.2)
    deviation = vol * np.sqrt(tau)
    d1 = -x / deviation + deviation / 2
    call = discount * (forward * ndtr(d1) - strike * ndtr(d1 - deviation))
    put = call - discount * (forward - strike)
    chain = ExpiryChain(
        root="SPXW",
        underlying="US:SPX",
        expiry=TODAY + timedelta(days=days),
        settlement=Settlement.PM,
        style=ExerciseStyle.EUROPEAN,
        multiplier=100.0,
        strikes=strike,
        calls=_quotes(call, random),
        puts=_quotes(np.maximum(put, 0.0), random),
        spot=SPOT,
    )
    return KnownChain(chain, float(discount), float(forward), tau, ndtr(d1))


def _quotes(value: np.ndarray, random: np.random.Generator) -> SideQuotes:
    count = value.size
    half = 0.03 + 0.004 * np.sqrt(np.maximum(value, 0)) + 0.0006 * value
    half = half * random.uniform(0.7, 1.6, count)
    middle = value + half * random.uniform(-0.45, 0.45, count)
    bid = np.maximum(np.floor((middle - half) / _TICK) * _TICK, 0.0)
    ask = np.maximum(np.ceil((middle + half) / _TICK) * _TICK, _TICK)
    sizes = random.integers(1, 60, (2, count)).astype(float)
    age_ns = random.integers(0, 5_000_000_000, count)
    volume, interest = random.integers(0, 2000, (2, count)).astype(float)
    return SideQuotes(bid, ask, *sizes, AT_NS - age_ns, volume, interest)


def shift_some_calls(
    known: KnownChain, random: np.random.Generator, *, share: float = 0.03, deviation: float = 8.0
) -> KnownChain:
    """Return the chain with a share of its calls moved as a whole, as quotes that went stale."""
    moved = random.random(known.chain.strikes.size) < share
    by = np.where(moved, random.normal(0, deviation, moved.size), 0.0)
    return _with(known, calls=_moved(known.chain.calls, by))


def lag_wing(known: KnownChain, *, share: float, move: float = 5.0) -> KnownChain:
    """Return the chain with its lowest strikes quoted as they were `move` points of the spot ago."""
    count = known.chain.strikes.size
    lags = np.arange(count) < share * count
    by = np.where(lags, move, 0.0)
    return _with(
        known,
        calls=_moved(known.chain.calls, by * known.call_delta),
        puts=_moved(known.chain.puts, -by * (1 - known.call_delta)),
    )


def without_times(known: KnownChain) -> KnownChain:
    """Return the chain of a vendor that does not say when its quotes were made."""
    unknown = np.full(known.chain.strikes.size, NO_TIME)
    return _with(
        known,
        calls=replace(known.chain.calls, ts_ns=unknown),
        puts=replace(known.chain.puts, ts_ns=unknown),
    )


def _moved(quotes: SideQuotes, by: np.ndarray) -> SideQuotes:
    bid = np.maximum(quotes.bid + by, 0.0)
    return replace(quotes, bid=bid, ask=np.maximum(quotes.ask + by, bid + _TICK))


def _with(known: KnownChain, **sides: SideQuotes) -> KnownChain:
    return replace(known, chain=replace(known.chain, **sides))
