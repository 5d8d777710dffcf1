from __future__ import annotations

import math

import pytest

from quantdeck.model.errors import BadInput
from quantdeck.research.pairs.rules import PairRules


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"hedge_window": 2}, "hedge_window must be at least 3"),
        ({"refit": 0}, "refit must be at least 1"),
        ({"window": 1}, "window must be at least 2"),
        ({"max_hold": 0}, "max_hold must be at least 1"),
        ({"entry": 0.0}, "entry must be positive"),
        ({"entry": math.nan}, "entry must be positive"),
        ({"exit": -0.1}, "exit must be from 0"),
        ({"exit": 2.0}, "exit must be from 0"),
        ({"stop": 2.0}, "stop must be beyond entry"),
        ({"capital": 0.0}, "capital must be positive"),
        ({"capital": math.inf}, "capital must be positive"),
        ({"direction": "up"}, "both, long, short"),
        ({"hedge_ratio": math.nan}, "hedge_ratio must be finite"),
    ],
)
def test_rules_that_cannot_be_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        PairRules(**wrong)  # type: ignore[arg-type]


def test_warm_up_fills_both_windows() -> None:
    assert PairRules(hedge_window=10, window=5).warm_up == 13
    assert PairRules(hedge_window=10, window=5, hedge_ratio=1.0).warm_up == 4
