from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.analytics.resample import bars_from_ticks
from quantdeck.model.errors import BadInput
from quantdeck.research.pairs.prices import PairPrices, prices_of_bars, usable_rows
from tests.research.pairs.samples import pair_of


def test_usable_rows_leaves_out_prices_that_are_none() -> None:
    prices = pair_of([1.0, math.nan, 3.0, 4.0, 5.0], [1.0, 1.0, 0.0, math.inf, 2.0])

    rows = usable_rows(prices)

    assert rows.index.tolist() == [0, 4]
    assert (rows.y.tolist(), rows.x.tolist()) == ([1.0, 5.0], [1.0, 2.0])


def test_usable_rows_needs_opens_where_there_are_any() -> None:
    prices = pair_of([1.0, 2.0], y_open=[1.0, math.nan], x_open=[1.0, 1.0])

    assert usable_rows(prices).index.tolist() == [0]


def test_usable_rows_fills_at_opens_and_else_at_closes() -> None:
    with_opens = usable_rows(pair_of([1.0, 2.0], y_open=[0.9, 1.9], x_open=[9.0, 9.5]))

    assert with_opens.y_fill.tolist() == [0.9, 1.9]
    assert usable_rows(pair_of([1.0, 2.0])).y_fill.tolist() == [1.0, 2.0]


def test_usable_rows_adds_up_funding_of_rows_that_are_left_out() -> None:
    prices = pair_of([math.nan, 1.0, math.nan, math.nan, 2.0, math.nan], y_funding=[1.0] * 6)

    rows = usable_rows(prices)

    assert rows.y_funding.tolist() == [2.0, 3.0]
    assert rows.x_funding.tolist() == [0.0, 0.0]


def test_usable_rows_of_nothing_usable_are_none() -> None:
    assert len(usable_rows(pair_of([math.nan] * 3, y_funding=[1.0] * 3))) == 0


def test_prices_of_a_slice_keep_every_column() -> None:
    prices = pair_of(
        [1.0, 2.0, 3.0],
        y_open=[1.0, 2.0, 3.0],
        x_open=[4.0, 5.0, 6.0],
        y_funding=[0.1, 0.2, 0.3],
    )

    part = prices[1:]

    assert part.x_open is not None
    assert part.y_funding is not None
    assert (len(part), part.x_open.tolist(), part.y_funding.tolist()) == (2, [5.0, 6.0], [0.2, 0.3])
    assert part.x_funding is None


def test_prices_of_bars_are_those_of_common_starts() -> None:
    y = bars_from_ticks([0, 10, 20], [1, 2, 3], [1.0, 2.0, 3.0], [1.0] * 3, interval_ns=10)
    x = bars_from_ticks([10, 15, 30], [1, 2, 3], [5.0, 6.0, 7.0], [1.0] * 3, interval_ns=10)

    prices = prices_of_bars(y, x)

    assert prices.ts_ns.tolist() == [10]
    assert prices.x_open is not None
    assert (prices.y.tolist(), prices.x.tolist(), prices.x_open.tolist()) == ([2.0], [6.0], [5.0])


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"y_open": np.ones(2)}, "both legs or of neither"),
        ({"y_funding": np.ones(3)}, "y_funding has 3 rows"),
        ({"x_funding": np.array([0.0, math.nan])}, "x_funding must be finite"),
    ],
)
def test_prices_that_do_not_fit_together_are_refused(columns, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        PairPrices(np.arange(2), np.ones(2), np.ones(2), **columns)


def test_prices_out_of_order_are_refused() -> None:
    with pytest.raises(BadInput, match="increase strictly"):
        PairPrices(np.array([1, 1]), np.ones(2), np.ones(2))
