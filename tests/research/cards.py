"""Cards of models for tests."""

from __future__ import annotations

from typing import Any

from quantdeck.research.card import Bin, Card, Estimate, Fold, Judgement

JUDGED = Judgement(
    scheme="walk forward of 3 folds",
    auc=Estimate(0.512, 0.505, 0.519, 9_000),
    auc_within=Estimate(0.508, 0.5, 0.516, 300),
    rank_ic=Estimate(0.012, -0.002, 0.026, 300),
    brier=0.2495,
    brier_base=0.2497,
    base_rate=0.531,
    calibration=(Bin(0.51, 0.505, 3_000), Bin(0.53, 0.532, 3_000), Bin(0.55, 0.556, 3_000)),
    folds=(
        Fold("2014-01-02", "2015-06-30", "2015-07-06", "2015-12-31", 3_000, 0.515, 0.02, 0.2494, 0.5, 0.53),
        Fold("2014-01-02", "2015-12-29", "2016-01-04", "2016-06-30", 3_000, 0.507, 0.004, 0.2497),
        Fold("2014-01-02", "2016-06-28", "2016-07-04", "2016-12-30", 0, None, None, None),
    ),
)  # fmt: skip


def card(model_id: str = "20261121-214500-up-1d", **rest: Any) -> Card:
    given: dict[str, Any] = {
        "id": model_id,
        "created_ns": 1_795_000_000_000_000_000,
        "target": "up",
        "horizon": 1,
        "features": ("momentum", "gap"),
        "features_hash": "ab" * 32,
        "data_hash": "cd" * 32,
        "symbols": ("US:AAPL", "US:MSFT"),
        "first_session": "2014-01-02",
        "last_session": "2016-12-30",
        "rows": 12_000,
        "params": {"num_leaves": 15, "learning_rate": 0.03},
        "seed": 7,
        "calibrator": (0.9, 0.01),
        "judgement": JUDGED,
        "importance": {"momentum": 0.03, "gap": 0.01},
        "medians": {"momentum": 0.05},
        "versions": {"lightgbm": "4.7.0", "quantdeck": "1.0"},
        "source": "yahoo",
    }
    return Card(**(given | rest))
