"""Option strategies: payoffs, breakevens, limits of loss, probabilities of profit, margin."""

from __future__ import annotations

from quantdeck.analytics.strategies.payoff import (
    Extremes,
    PayoffLine,
    breakevens,
    extremes,
    payoff,
    payoff_line,
)
from quantdeck.analytics.strategies.types import Leg, LegKind, Strategy

__all__ = [
    "Extremes",
    "Leg",
    "LegKind",
    "PayoffLine",
    "Strategy",
    "breakevens",
    "extremes",
    "payoff",
    "payoff_line",
]
