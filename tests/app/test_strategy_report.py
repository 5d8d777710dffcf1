"""The report of strategies that a program describes."""

from __future__ import annotations

import pytest

from quantdeck.analytics import strategies
from quantdeck.analytics.strategies import Leg, Strategy
from quantdeck.app.strategy_report import generate_strategy_dashboard
from quantdeck.model.errors import BadInput
from quantdeck.views.offline_page import SheetParts

SPREAD = {
    "name": "Call Debit Spread",
    "payoff": lambda s: strategies.call_debit_spread_payoff(s, 100, 110, 5),
    "price": 100,
}
LEGS = Strategy("Spread", (Leg("call", 100, 1, 6.0), Leg("call", 110, -1, 1.0)))


@pytest.fixture(autouse=True)
def _built(monkeypatch):
    # What the page's build leaves beside the package need not be there for this.
    parts = "quantdeck.app.strategy_report.sheet_parts"
    monkeypatch.setattr(parts, lambda version, at: SheetParts("script", "style", version, at))


def test_report_of_a_function_has_its_probability_and_error(tmp_path):
    path = generate_strategy_dashboard([SPREAD], tmp_path / "reports" / "strategies.html")

    page = path.read_text()
    assert "Call Debit Spread" in page
    assert "lognormal, 100,000 paths" in page
    assert "0.12 %" in page


def test_report_of_legs_is_exact(tmp_path):
    path = generate_strategy_dashboard(
        [{"name": "Legs", "payoff": LEGS, "price": 100, "volatility": 0.3}], tmp_path / "a.html"
    )

    page = path.read_text()
    assert "exact" in page
    assert "105.00" in page


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"price": 0}, "above 0"),
        ({"payoff": 5}, "a function of prices"),
        ({"strike": 5}, "unknown key 'strike'"),
    ],
)
def test_report_of_what_cannot_be_is_refused(tmp_path, change, message):
    with pytest.raises(BadInput, match=message):
        generate_strategy_dashboard([{**SPREAD, **change}], tmp_path / "a.html")


def test_report_of_nothing_is_refused(tmp_path):
    with pytest.raises(BadInput, match="at least one"):
        generate_strategy_dashboard([], tmp_path / "a.html")


def test_report_names_what_a_strategy_lacks(tmp_path):
    with pytest.raises(BadInput, match="lacks 'payoff'"):
        generate_strategy_dashboard([{"name": "a", "price": 1}], tmp_path / "a.html")
