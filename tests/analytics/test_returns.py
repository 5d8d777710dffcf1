from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.analytics.returns import log_returns, simple_returns
from quantdeck.model.errors import BadInput


def test_simple_returns_compound_to_the_last_price() -> None:
    price = [100.0, 103.0, 99.5, 120.25]

    returns = simple_returns(price)

    assert math.prod(1.0 + returns[1:]) == pytest.approx(1.2025, rel=1e-15)


def test_log_returns_add_up_to_the_log_of_the_ratio() -> None:
    returns = log_returns([100.0, 103.0, 99.5, 120.25])

    assert returns[1:].sum() == pytest.approx(math.log(1.2025), rel=1e-15)


def test_log_returns_of_a_small_step_keep_their_digits() -> None:
    step = 2.0**-20

    returns = log_returns([60000.0, 60000.0 + step])

    assert returns[1] == pytest.approx(math.log1p(step / 60000.0), rel=1e-15)


@pytest.mark.parametrize("returns", [simple_returns, log_returns])
def test_returns_start_with_nan(returns) -> None:
    assert np.isnan(returns([1.0, 2.0])[0])


@pytest.mark.parametrize("returns", [simple_returns, log_returns])
@pytest.mark.parametrize("bad", [math.nan, 0.0, -1.0, math.inf])
def test_returns_beside_an_unusable_price_are_nan(returns, bad: float) -> None:
    result = returns([1.0, bad, 2.0, 4.0])

    assert np.isnan(result).tolist() == [True, True, True, False]


@pytest.mark.parametrize("returns", [simple_returns, log_returns])
def test_returns_of_no_prices_are_none(returns) -> None:
    assert len(returns([])) == 0


def test_returns_of_a_table_are_refused() -> None:
    with pytest.raises(BadInput, match="one-dimensional"):
        simple_returns([[1.0, 2.0]])


@pytest.mark.parametrize(("before", "now"), [(1.0, 1e-218), (1e-218, 1.0), (5e-324, 1e308)])
def test_log_returns_of_a_huge_step_are_the_difference_of_logs(before: float, now: float) -> None:
    returns = log_returns([before, now])

    assert returns[1] == pytest.approx(math.log(now) - math.log(before), rel=1e-15)


def test_simple_returns_beyond_the_range_of_floats_are_infinite() -> None:
    assert simple_returns([5e-324, 1e308])[1] == math.inf
