"""Options: prices, implied volatilities and sensitivities, and surfaces through quoted chains.

Conventions: volatility decimal per root year, vega per 1.00 of it, theta per calendar day, rho per 1.00
of rate; time ACT/365 to the settlement price; forwards from put-call parity.
"""

from __future__ import annotations

from quantdeck.analytics.options.american import (
    AmericanTerms,
    american_implied_volatility,
    american_price,
)
from quantdeck.analytics.options.american_smile import smile_of_american_chain
from quantdeck.analytics.options.black import (
    Greeks,
    Implied,
    OptionTerms,
    black_price,
    greeks,
    implied_volatility,
)
from quantdeck.analytics.options.parity_check import (
    ParityCheck,
    ParityViolation,
    check_parity,
)
from quantdeck.analytics.options.profile import (
    ExpectedMove,
    StrikeProfile,
    expected_move,
    strike_profile,
)
from quantdeck.analytics.options.reasons import Reason
from quantdeck.analytics.options.skew import (
    DeltaKind,
    Moneyness,
    Skew,
    moneyness,
    skew,
    strike_of_delta,
)
from quantdeck.analytics.options.smile import QuotedVolatility, Smile, smile_of_chain
from quantdeck.analytics.options.surface import (
    FittedSmile,
    TermStructure,
    VolSurface,
    fit_surface,
)
from quantdeck.analytics.options.svi import Svi
from quantdeck.analytics.options.svi_fit import SviFit, fit_svi

__all__ = [
    "AmericanTerms",
    "DeltaKind",
    "ExpectedMove",
    "FittedSmile",
    "Greeks",
    "Implied",
    "Moneyness",
    "OptionTerms",
    "ParityCheck",
    "ParityViolation",
    "QuotedVolatility",
    "Reason",
    "Skew",
    "Smile",
    "StrikeProfile",
    "Svi",
    "SviFit",
    "TermStructure",
    "VolSurface",
    "american_implied_volatility",
    "american_price",
    "black_price",
    "check_parity",
    "expected_move",
    "fit_surface",
    "fit_svi",
    "greeks",
    "implied_volatility",
    "moneyness",
    "skew",
    "smile_of_american_chain",
    "smile_of_chain",
    "strike_of_delta",
    "strike_profile",
]
