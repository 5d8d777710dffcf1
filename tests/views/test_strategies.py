from __future__ import annotations

import math
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from quantdeck.analytics.options import study_chains
from quantdeck.analytics.strategies.builder import (
    BuilderChoice,
    build_strategy,
    compared_strategies,
)
from quantdeck.model.errors import BadInput
from quantdeck.views.offline_page import SheetParts
from quantdeck.views.options_page import OptionChoices
from quantdeck.views.payloads import PanelState
from quantdeck.views.strategies import ChartChoice, payoff_payload, summary_payload
from quantdeck.views.strategy_order import order_link
from quantdeck.views.strategy_page import read_strikes, strategy_page
from quantdeck.views.strategy_report import ReportedStrategy, strategy_report_page
from quantdeck.views.strategy_tables import (
    compare_payload,
    figures_payload,
    legs_payload,
    notes_payload,
    odds_payload,
)
from tests.analytics.options.planted_chains import AT_NS, american, planted_chains

LIVE = PanelState("demo", 0.5, "planted")
PARTS = SheetParts("script", "style", "1.2.3", AT_NS)


@pytest.fixture(scope="module")
def chains():
    return study_chains(planted_chains(), AT_NS)


@pytest.fixture(scope="module")
def condor(chains):
    return build_strategy(chains, BuilderChoice(structure="iron-condor"), paths=1_000)


def _built(chains, key):
    return build_strategy(chains, BuilderChoice(structure=key), paths=0)


def _cards(built, **given):
    return {row["id"]: row for row in summary_payload(built, LIVE, **given).rows}


def test_summary_is_in_money_of_the_contracts(condor) -> None:
    cards = _cards(condor, contracts=3)

    assert cards["cost"]["title"] == "Credit"
    assert cards["cost"]["value"] == pytest.approx(-300.0 * condor.study.strategy.cost)
    assert cards["loss"]["value"] == pytest.approx(300.0 * condor.study.extremes.max_loss)
    assert cards["margin"]["value"] == pytest.approx(300.0 * condor.study.margin.capital)
    assert cards["probability"]["value"] == pytest.approx(100.0 * condor.study.odds[1].probability)


def test_summary_says_where_the_limits_are(condor) -> None:
    low, middle, upper, high = condor.study.strategy.strikes
    cards = _cards(condor)

    # the wider wing is the upper one
    assert cards["loss"]["note"] in {f"above {high:,.0f}", f"below {low:,.0f}"}
    assert cards["profit"]["note"] == f"from {middle:,.0f} to {upper:,.0f}"


@pytest.mark.parametrize(
    ("key", "loss", "profit"),
    [
        ("short-call", "unlimited · it grows with the price", "below"),
        ("long-put", "above", "at a price of 0"),
        ("long-straddle", "at 6", "unlimited"),
        ("long-box", "at any price", "at any price"),
    ],
)
def test_summary_names_limits_in_words(chains, key: str, loss: str, profit: str) -> None:
    cards = _cards(_built(chains, key))

    assert cards["loss"]["note"].startswith(loss)
    assert cards["profit"]["note"].startswith(profit)


def test_summary_of_what_never_changes_sign_has_no_breakeven(chains) -> None:
    card = _cards(_built(chains, "long-box"))["breakevens"]

    assert (card["value"], card["note"]) == (None, "none · the profit has one sign")


def test_payoff_chart_has_three_lines_and_their_zeros(condor) -> None:
    payload = payoff_payload(condor, LIVE, contracts=2)

    curves = {curve.id: curve for curve in payload.curves}
    assert set(curves) == {"expiry", "now", "later", "nought", "breakevens", "spot"}
    assert curves["breakevens"].x == pytest.approx(condor.study.breakevens)
    at = np.searchsorted(curves["expiry"].x, condor.study.strategy.strikes[1])
    assert curves["expiry"].y[at] == pytest.approx(200.0 * condor.study.extremes.max_profit)
    assert payload.axes[0].title == "Price of SPX"


def test_payoff_of_a_later_date_nears_that_of_the_expiry(condor) -> None:
    def gap(passed):
        choice = ChartChoice(passed=passed)
        curves = {c.id: c for c in payoff_payload(condor, LIVE, choice=choice).curves}
        return float(np.abs(curves["later"].y - curves["expiry"].y).max())

    assert gap(0.9) < gap(0.5) < gap(0.0)


def test_payoff_of_a_changed_volatility_is_another(chains) -> None:
    straddle = _built(chains, "long-straddle")

    plain, raised = (
        {c.id: c for c in payoff_payload(straddle, LIVE, choice=ChartChoice(0.5, shift)).curves}
        for shift in (0.0, 0.05)
    )

    assert np.all(raised["later"].y > plain["later"].y)


def test_legs_have_quotes_prices_and_costs(condor) -> None:
    rows = legs_payload(condor, LIVE, contracts=2).rows

    assert [(row["side"], row["kind"], row["count"]) for row in rows] == [
        ("buy", "put", 2.0),
        ("sell", "put", 2.0),
        ("sell", "call", 2.0),
        ("buy", "call", 2.0),
    ]
    assert sum(row["cost"] for row in rows) == pytest.approx(200.0 * condor.study.strategy.cost)
    assert all(row["bid"] < row["premium"] < row["ask"] for row in rows)
    assert rows[0]["delta"] < 0.0 < rows[3]["delta"]


def test_odds_have_a_row_for_each_belief(condor) -> None:
    rows = odds_payload(condor, LIVE).rows

    assert [row["measure"] for row in rows] == [
        "lognormal",
        "smile-implied",
        "simulated, 1,000 paths",
    ]
    assert [row["error"] is None for row in rows] == [True, True, False]
    for row in rows:
        assert row["value"] == pytest.approx(row["gain"] - row["loss"])


def test_figures_are_of_all_contracts(condor) -> None:
    rows = {row["id"]: row["value"] for row in figures_payload(condor, LIVE, contracts=5).rows}

    assert rows["delta"] == pytest.approx(500.0 * condor.study.greeks.delta)
    assert rows["vega"] == pytest.approx(5.0 * condor.study.greeks.vega)
    assert rows["full_profit"] < rows["half_profit"]


def test_figures_of_what_has_no_limit_are_absent(chains) -> None:
    rows = figures_payload(_built(chains, "short-straddle"), LIVE).rows

    known = {row["id"]: row["value"] for row in rows}
    assert known["full_loss"] is None
    assert known["return"] is None


def test_notes_hold_warnings_and_the_rule_of_the_margin(condor) -> None:
    warned = replace(condor, warnings=("Stale: quotes.",))

    rows = notes_payload(warned, LIVE).rows

    assert [(row["tone"], row["text"][:6]) for row in rows] == [
        ("warn", "Stale:"),
        ("plain", "Margin"),
    ]


def test_comparison_lists_those_that_cannot_be_built_last(chains) -> None:
    rows = compare_payload(compared_strategies(chains), LIVE).rows

    notes = [row["note"] for row in rows]
    assert notes == sorted(notes, key=bool)
    assert rows[0]["loss"] > 0.0
    assert rows[-1]["loss"] is None


def test_comparison_is_of_one_view_where_asked(chains) -> None:
    rows = compare_payload(compared_strategies(chains), LIVE, gains="down").rows

    assert {row["gains"] for row in rows} == {"down"}


def test_page_looks_at_the_first_underlying() -> None:
    page = strategy_page(OptionChoices(("SPX", "SPY"), ("SPXW 2026-12-18",)))

    controls = {control.id: control for control in page.controls}
    assert controls["underlying"].default == "SPX"
    assert controls["expiry"].options == ("30 days", "SPXW 2026-12-18")
    assert page.group == "options"


@pytest.mark.parametrize("text", ["a", "1 2 3 4 5 6 7 8 9", "-5", "nan", "1e99"])
def test_strikes_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_strikes(text)

    assert caught.value.field == "strikes"


def _entry(name: str, probability: float, **more) -> ReportedStrategy:
    prices = np.array([90.0, 100.0, 110.0])
    return ReportedStrategy(
        name, "lognormal", probability, 0.0, 0.5, prices, prices - 100.0, **more
    )


def test_report_ranks_by_probability_and_escapes_names() -> None:
    page = strategy_report_page(
        [_entry("Low", 0.2), _entry("<b>High</b>", 0.8, max_loss=math.inf)], ("of a test",), PARTS
    )

    assert page.index("&lt;b&gt;High") < page.index("Low")
    assert "<b>High" not in page
    assert "80.0 %" in page
    assert "unlimited" in page
    assert "SIMULATED" not in page


def test_report_of_a_simulated_market_is_stamped() -> None:
    page = strategy_report_page([_entry("One", 0.5)], (), PARTS, is_simulated=True)

    assert "SIMULATED DATA" in page
    assert "https://" not in page


def test_order_link_has_the_legs_and_the_cost_of_one_contract(condor) -> None:
    query = parse_qs(urlsplit(order_link(condor, contracts=3)).query)

    what = query["what"][0]
    assert what.startswith("iron_condor: +1 OPRA:")
    assert (what.count("+1 OPRA:"), what.count("-1 OPRA:")) == (2, 2)
    assert (query["quantity"], query["kind"]) == (["3"], ["limit"])
    assert float(query["price"][0]) == pytest.approx(condor.study.strategy.cost, abs=0.005)


def test_order_link_of_shares_beside_options_counts_a_multiplier_of_them() -> None:
    of_stock = study_chains([american(each) for each in planted_chains()], AT_NS)
    built = _built(of_stock, "covered-call")

    query = parse_qs(urlsplit(order_link(built)).query)

    assert f"+100 {built.quoted.near.chain.underlying}" in query["what"][0]
    assert "price" not in query
