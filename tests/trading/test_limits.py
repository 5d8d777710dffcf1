from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.model.errors import BadInput
from quantdeck.trading.limits import Limits


def test_rounded_cuts_towards_zero() -> None:
    assert Limits(lot=0.5).rounded(np.array([1.4, -1.4, 0.4])).tolist() == [1.0, -1.0, 0.0]


def test_rounded_keeps_whole_lots_that_floats_put_below() -> None:
    assert Limits(lot=0.1).rounded(np.array([0.3]))[0] == pytest.approx(0.3)


def test_rounded_without_a_lot_changes_nothing() -> None:
    quantity = np.array([0.123456789, math.nan])

    assert Limits().rounded(quantity) is quantity


def test_allows_nothing_beyond_a_limit() -> None:
    limits = Limits(max_quantity=2.0, max_notional=100.0)

    allowed = limits.allows(np.array([1.0, -1.0, 2.5, -1.0]), np.array([50.0, 101.0, 1.0, 100.0]))

    assert allowed.tolist() == [True, False, False, True]


def test_allows_no_quantity_that_is_not_a_number() -> None:
    assert not Limits().allows(np.array([math.nan]), np.array([1.0])).any()


@pytest.mark.parametrize("wrong", [{"lot": -1.0}, {"lot": math.inf}, {"max_quantity": 0.0}])
def test_limits_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput, match=next(iter(wrong))):
        Limits(**wrong)
