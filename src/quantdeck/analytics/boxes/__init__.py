"""Box spreads: what option chains say of the rate of interest, and the boxes that carry it."""

from __future__ import annotations

from quantdeck.analytics.boxes.spread import BoxLeg, BoxSpread, Side, leg_symbol
from quantdeck.analytics.boxes.types import (
    BoxRules,
    ExpiryRate,
    PriceSelector,
    Status,
    StrikeFlag,
)

__all__ = [
    "BoxLeg",
    "BoxRules",
    "BoxSpread",
    "ExpiryRate",
    "PriceSelector",
    "Side",
    "Status",
    "StrikeFlag",
    "leg_symbol",
]
