"""Option strategies: payoffs, breakevens, limits of loss, probabilities of profit, margin.

Figures are per unit of the underlying; a contract has its multiplier times as much.
"""

from __future__ import annotations

from quantdeck.analytics.strategies.catalogue import STRUCTURES, structure
from quantdeck.analytics.strategies.chain_legs import (
    PaidPrice,
    Placement,
    QuotedLeg,
    QuotedStrategy,
    placed_strikes,
    quoted_strategy,
)
from quantdeck.analytics.strategies.laws import Lognormal, PriceLaw, SmileLaw
from quantdeck.analytics.strategies.margin import Margin, margin
from quantdeck.analytics.strategies.odds import (
    Odds,
    expected_value,
    odds,
    pop_exact,
    pop_smile,
    touch_probability,
)
from quantdeck.analytics.strategies.payoff import (
    Extremes,
    PayoffLine,
    breakevens,
    extremes,
    payoff,
    payoff_line,
)
from quantdeck.analytics.strategies.shorthand import (
    call_credit_spread_payoff,
    call_debit_spread_payoff,
    covered_call_payoff,
    iron_condor_payoff,
    pop,
    put_credit_spread_payoff,
    put_debit_spread_payoff,
    straddle_payoff,
    strangle_payoff,
)
from quantdeck.analytics.strategies.simulation import (
    lognormal_sampler,
    pop_simulated,
    resampling_sampler,
)
from quantdeck.analytics.strategies.structures import (
    LegPlan,
    Payment,
    Place,
    Structure,
    View,
    assemble,
)
from quantdeck.analytics.strategies.study import (
    Market,
    StrategyStudy,
    chart_prices,
    market_of,
    profit_at,
    study_strategy,
)
from quantdeck.analytics.strategies.types import Leg, LegKind, Strategy
from quantdeck.analytics.strategies.value import (
    StrategyGreeks,
    profit_line,
    strategy_greeks,
    value,
)

__all__ = [
    "STRUCTURES",
    "Extremes",
    "Leg",
    "LegKind",
    "LegPlan",
    "Lognormal",
    "Margin",
    "Market",
    "Odds",
    "PaidPrice",
    "Payment",
    "PayoffLine",
    "Place",
    "Placement",
    "PriceLaw",
    "QuotedLeg",
    "QuotedStrategy",
    "SmileLaw",
    "Strategy",
    "StrategyGreeks",
    "StrategyStudy",
    "Structure",
    "View",
    "assemble",
    "breakevens",
    "call_credit_spread_payoff",
    "call_debit_spread_payoff",
    "chart_prices",
    "covered_call_payoff",
    "expected_value",
    "extremes",
    "iron_condor_payoff",
    "lognormal_sampler",
    "margin",
    "market_of",
    "odds",
    "payoff",
    "payoff_line",
    "placed_strikes",
    "pop",
    "pop_exact",
    "pop_simulated",
    "pop_smile",
    "profit_at",
    "profit_line",
    "put_credit_spread_payoff",
    "put_debit_spread_payoff",
    "quoted_strategy",
    "resampling_sampler",
    "straddle_payoff",
    "strangle_payoff",
    "strategy_greeks",
    "structure",
    "study_strategy",
    "touch_probability",
    "value",
]
