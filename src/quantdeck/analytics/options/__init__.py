"""Options: prices, implied volatilities and sensitivities, and surfaces through quoted chains.

Conventions: volatility decimal per root year, vega per 1.00 of it, theta per calendar day, rho per 1.00
of rate; time ACT/365 to the settlement price; forwards from put-call parity.
"""

from __future__ import annotations

from quantdeck.analytics.options.black import (
    Greeks,
    Implied,
    OptionTerms,
    black_price,
    greeks,
    implied_volatility,
)
from quantdeck.analytics.options.reasons import Reason

__all__ = [
    "Greeks",
    "Implied",
    "OptionTerms",
    "Reason",
    "black_price",
    "greeks",
    "implied_volatility",
]
