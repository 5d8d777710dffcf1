"""Box spreads: what option chains say of the rate of interest, and the boxes that carry it.

`rate_of_chain` and `rates_of_snapshot` are the way in: gates, robust parity line, tests and best boxes in
one. `BoxSearch` keeps one expiry and finds its best boxes again after a quote changed.
"""

from __future__ import annotations

from quantdeck.analytics.boxes.building import best_boxes, build_box, top_table
from quantdeck.analytics.boxes.curve import (
    BenchmarkRate,
    CurveFit,
    benchmark_rates,
    fit_curve,
    fit_nelson_siegel,
    tenor_rate,
)
from quantdeck.analytics.boxes.expiry import rate_of_chain, rates_of_snapshot
from quantdeck.analytics.boxes.forwards import ForwardCurve, forward_curve, monotone_convex
from quantdeck.analytics.boxes.linearity import Linearity
from quantdeck.analytics.boxes.parity import ParityLine, Synthetics, fit_parity, synthetics
from quantdeck.analytics.boxes.planner import BoxPlan, order_ticket, plan_boxes
from quantdeck.analytics.boxes.rates import (
    Convention,
    MoneyTime,
    convert_rate,
    days_30_360,
    discount_from_rate,
    money_time,
    rate_from_discount,
)
from quantdeck.analytics.boxes.search import BoxPair, BoxSearch, best_discounts
from quantdeck.analytics.boxes.spread import BoxLeg, BoxSpread, Side, leg_symbol
from quantdeck.analytics.boxes.surface import BoxSurface, StrikeRates, box_surface, strike_rates
from quantdeck.analytics.boxes.types import (
    BoxRules,
    ExpiryRate,
    PriceSelector,
    Status,
    StrikeFlag,
)

__all__ = [
    "BenchmarkRate",
    "BoxLeg",
    "BoxPair",
    "BoxPlan",
    "BoxRules",
    "BoxSearch",
    "BoxSpread",
    "BoxSurface",
    "Convention",
    "CurveFit",
    "ExpiryRate",
    "ForwardCurve",
    "Linearity",
    "MoneyTime",
    "ParityLine",
    "PriceSelector",
    "Side",
    "Status",
    "StrikeFlag",
    "StrikeRates",
    "Synthetics",
    "benchmark_rates",
    "best_boxes",
    "best_discounts",
    "box_surface",
    "build_box",
    "convert_rate",
    "days_30_360",
    "discount_from_rate",
    "fit_curve",
    "fit_nelson_siegel",
    "fit_parity",
    "forward_curve",
    "leg_symbol",
    "money_time",
    "monotone_convex",
    "order_ticket",
    "plan_boxes",
    "rate_from_discount",
    "rate_of_chain",
    "rates_of_snapshot",
    "strike_rates",
    "synthetics",
    "tenor_rate",
    "top_table",
]
