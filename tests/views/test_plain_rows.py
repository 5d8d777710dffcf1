"""Flat rows of the paper account."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from quantdeck.model.instruments import InstrumentKind
from quantdeck.trading.paper_now import EquityPoints, Mark, PositionNow
from quantdeck.trading.terms import Terms
from quantdeck.views.plain_rows import equity_rows, position_rows


def position(mark: Mark, value: str | None, gain: str | None) -> PositionNow:
    return PositionNow(
        symbol="US:KO",
        terms=Terms(symbol="US:KO", kind=InstrumentKind.EQUITY),
        quantity=Decimal(-3),
        units=Decimal(-3),
        unit_cost=Decimal("60.5"),
        cost=Decimal("-181.5"),
        mark=mark,
        value=None if value is None else Decimal(value),
        unrealised=None if gain is None else Decimal(gain),
        realised=Decimal(2),
        fees=Decimal(1),
        funding=Decimal(0),
    )


def test_position_is_told_at_mark() -> None:
    mark = Mark("US:KO", Decimal("60.4"), age_s=1.5, source="alpaca")

    [row] = position_rows([position(mark, "-181.2", "0.3")])

    assert row == {
        "symbol": "KO",
        "id": "US:KO",
        "quantity": -3.0,
        "price": 60.5,
        "mark": 60.4,
        "value": -181.2,
        "pnl": 0.3,
        "realised": 2.0,
        "age_s": 1.5,
        "source": "alpaca",
    }


def test_position_without_a_mark_has_no_gain() -> None:
    [row] = position_rows([position(Mark("US:KO"), None, None)])

    assert (row["mark"], row["value"], row["pnl"]) == (None, None, None)


def test_equity_is_told_oldest_first() -> None:
    points = EquityPoints(
        np.array([0, 60_000_000_000]), np.array([100.0, 101.5]), np.array([100.0, 40.0])
    )

    assert equity_rows(points) == [
        {"time": "1970-01-01T00:00:00Z", "equity": 100.0, "cash": 100.0},
        {"time": "1970-01-01T00:01:00Z", "equity": 101.5, "cash": 40.0},
    ]
