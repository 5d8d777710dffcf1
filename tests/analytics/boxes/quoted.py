"""Small chains for tests of the box desk."""

from __future__ import annotations

from datetime import date

import numpy as np

from quantdeck.model.chains import ExpiryChain, SideQuotes
from quantdeck.model.options import terms_of

AT_NS = 1_781_280_000_000_000_000  # Friday 2026-06-12 16:00 UTC, noon in New York
EXPIRY = date(2026, 12, 18)


def side(bid, ask, *, size=20.0, age_s=1.0, volume=100.0, interest=1000.0) -> SideQuotes:
    """Return quotes that share size, age and activity."""
    bids, asks = np.array(bid, float), np.array(ask, float)
    count = len(bids)
    times = np.full(count, AT_NS - int(age_s * 1e9))
    sizes = np.full(count, size)
    return SideQuotes(
        bids, asks, sizes, sizes, times, np.full(count, volume), np.full(count, interest)
    )


def chain(strikes, calls, puts, *, root="SPX", expiry=EXPIRY, spot=np.nan) -> ExpiryChain:
    """Return a chain of a root with the terms that are known of it."""
    terms = terms_of(root)
    return ExpiryChain(
        root=root,
        underlying=f"US:{terms.underlying}",
        expiry=expiry,
        settlement=terms.settlement,
        style=terms.style,
        multiplier=100.0,
        strikes=np.array(strikes, float),
        calls=calls,
        puts=puts,
        spot=spot,
    )


def line_chain(
    *,
    count=30,
    root="SPX",
    expiry=EXPIRY,
    discount=0.98,
    forward=6000.0,
    half=0.5,
    spot=6000.0,
    least=2.0,
) -> ExpiryChain:
    """Return a chain whose mids are exactly on the parity line."""
    strikes = forward + 50.0 * (np.arange(count) - count // 2) + 10.0
    time_value = 80.0 * np.exp(-(((strikes - forward) / 400.0) ** 2)) + least
    call = discount * np.maximum(forward - strikes, 0) + time_value
    put = discount * np.maximum(strikes - forward, 0) + time_value
    return chain(
        strikes,
        side(call - half / 2, call + half / 2),
        side(put - half / 2, put + half / 2),
        root=root,
        expiry=expiry,
        spot=spot,
    )


def box_chain(lower: float, upper: float, price: float, *, root="SPX") -> ExpiryChain:
    """Return two strikes whose box costs that much, without bid-ask spread."""
    calls, puts = [price + 10.0, 15.0], [5.0, 10.0]
    return chain([lower, upper], side(calls, calls), side(puts, puts), root=root)
