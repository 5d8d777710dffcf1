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
from quantdeck.analytics.options.american_forward import implied_yield
from quantdeck.analytics.options.american_smile import smile_of_american_chain
from quantdeck.analytics.options.black import (
    Greeks,
    Implied,
    OptionTerms,
    black_price,
    greeks,
    implied_volatility,
)
from quantdeck.analytics.options.expiry_study import ExpiryStudy
from quantdeck.analytics.options.parity_check import (
    ParityCheck,
    ParityViolation,
    check_parity,
)
from quantdeck.analytics.options.profile import (
    ExpectedMove,
    StrikeProfile,
    expected_move,
    merged_profile,
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
from quantdeck.analytics.options.smile import (
    QuotedPrice,
    QuotedVolatility,
    Smile,
    greeks_at,
    smile_of_chain,
)
from quantdeck.analytics.options.study import OptionRules, OptionStudy, study_chains
from quantdeck.analytics.options.surface import (
    FittedSmile,
    TermStructure,
    VolSurface,
    fit_surface,
    usable_quotes,
)
from quantdeck.analytics.options.svi import Svi
from quantdeck.analytics.options.svi_fit import SviFit, fit_svi

__all__ = [
    "AmericanTerms",
    "DeltaKind",
    "ExpectedMove",
    "ExpiryStudy",
    "FittedSmile",
    "Greeks",
    "Implied",
    "Moneyness",
    "OptionRules",
    "OptionStudy",
    "OptionTerms",
    "ParityCheck",
    "ParityViolation",
    "QuotedPrice",
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
    "greeks_at",
    "implied_volatility",
    "implied_yield",
    "merged_profile",
    "moneyness",
    "skew",
    "smile_of_american_chain",
    "smile_of_chain",
    "strike_of_delta",
    "strike_profile",
    "study_chains",
    "usable_quotes",
]
