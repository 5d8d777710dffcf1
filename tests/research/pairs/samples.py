"""Small pairs whose scores are plain to see."""

from __future__ import annotations

import numpy as np

from quantdeck.research.pairs.prices import PairPrices
from quantdeck.research.pairs.rules import PairRules
from quantdeck.trading.costs import Costs

HOUR_NS = 3_600_000_000_000


def pair_of(y: list[float], x: list[float] | None = None, **more: list[float]) -> PairPrices:
    """Return hourly prices; x stays at 10 unless it is given."""
    other = [10.0] * len(y) if x is None else x
    columns = {name: np.array(values) for name, values in more.items()}
    return PairPrices(np.arange(len(y)) * HOUR_NS, np.array(y), np.array(other), **columns)


def free_rules(**more: object) -> PairRules:
    """Return rules without costs that trade y - x of levels, 1,000 a trade."""
    usual = {
        "hedge_ratio": 1.0,
        "log": False,
        "window": 3,
        "entry": 1.1,
        "exit": 0.0,
        "stop": None,
        "capital": 1_000.0,
        "costs_y": Costs(),
        "costs_x": Costs(),
    }
    return PairRules(**{**usual, **more})  # type: ignore[arg-type]
