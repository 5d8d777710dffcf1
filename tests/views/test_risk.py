from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.metrics import METRICS
from quantdeck.analytics.risk import RiskRules, study_risk
from quantdeck.views import risk, risk_tables
from quantdeck.views.metric_notes import how_computed, metric_text
from quantdeck.views.nothing import nothing_of
from quantdeck.views.panels import PanelKind
from quantdeck.views.payloads import PanelState
from quantdeck.views.risk_panels import PANELS
from tests.hub.price_books import price_series, walk

STATE = PanelState("demo", 60.0, "sim")
STOCK = price_series("US:AAPL", walk(700, seed=3, vol=0.015), calendar="XNYS")
MARKET = price_series("US:SPY", walk(700, seed=4), calendar="XNYS")
STUDY = study_risk(STOCK, MARKET)
SHORT = study_risk(STOCK.last(30))


def rows_by_id(payload: object) -> dict[str, dict[str, object]]:
    return {row["id"]: row for row in payload.rows}  # type: ignore[attr-defined]


def test_headline_has_the_figures_of_the_study() -> None:
    cards = rows_by_id(risk.summary_payload(STUDY, STATE))

    assert cards["cagr"]["value"] == STUDY.figure("cagr").value
    assert cards["under_water"]["value"] == pytest.approx(-STUDY.underwater[-1])
    assert cards["value_at_risk"]["note"] == "5 bars in 100 lose more"
    assert str(cards["beta"]["note"]).startswith("to SPY · R²")


def test_headline_of_few_returns_says_why_a_figure_is_absent() -> None:
    cards = rows_by_id(risk.summary_payload(SHORT, STATE))

    assert cards["value_at_risk"]["value"] is None
    assert "100 are needed" in str(cards["value_at_risk"]["note"])
    assert "beta" not in cards


def test_headline_counts_the_bars_that_a_benchmark_lacks() -> None:
    coin = price_series("BINANCE:BTCUSDT", walk(980, seed=5))

    cards = rows_by_id(risk.summary_payload(study_risk(coin, MARKET), STATE))

    assert "bars left out" in str(cards["beta"]["note"])


def test_headline_says_why_a_benchmark_cannot_be_held_against() -> None:
    half_past = price_series("US:SPY", walk(200), interval="1h", calendar="XNYS")

    study = study_risk(price_series("BINANCE:BTCUSDT", walk(900), interval="1h"), half_past)
    cards = rows_by_id(risk.summary_payload(study, STATE))

    assert cards["beta"]["value"] is None
    assert "0 bars of 1h in common" in str(cards["beta"]["note"])


def test_exceedances_are_marked_where_the_loss_was_larger_than_forecast() -> None:
    payload = risk.back_test_payload(STUDY, STATE)

    at = {int(x): i for i, x in enumerate(payload.x.tolist())}
    assert STUDY.back_test is not None
    assert len(payload.markers) == STUDY.back_test.test.count > 0
    for marker in payload.markers:
        row = at[marker.x]
        assert payload.lines["returns"][row] < payload.lines["forecast"][row]


@pytest.mark.parametrize(
    "make", [risk.back_test_payload, risk.exceedances_payload, risk.volatility_payload]
)
def test_panels_that_need_more_returns_say_so(make: object) -> None:
    payload = make(SHORT, STATE)  # type: ignore[operator]

    assert payload.state.word == "empty"
    assert "29 returns" in payload.state.detail


def test_months_are_read_from_the_newest_year_down() -> None:
    payload = risk.months_payload(STUDY, STATE)

    assert [name[:4] for name in payload.names] == ["2026", "2025", "2024"]
    january = payload.layers["return"][2, 0]
    inside = (STUDY.ts_ns[1:].astype("datetime64[ns]").astype("datetime64[M]")) == np.datetime64(
        "2024-01"
    )
    assert january == pytest.approx(np.prod(1.0 + STUDY.returns[inside]) - 1.0)


def test_histogram_ends_with_a_step_down_to_nought() -> None:
    payload = risk.distribution_payload(STUDY, STATE)

    counts = payload.curves[0]
    assert len(counts.x) == len(counts.y)
    assert counts.y[-1] == 0.0
    assert counts.y.sum() == len(STUDY.returns)


def test_lines_of_one_root_at_two_venues_keep_their_venues() -> None:
    study = study_risk(
        price_series("BINANCE:BTCUSDT", walk(60)), price_series("BINANCE-USDM:BTCUSDT", walk(60))
    )

    assert risk.line_names(study) == ("BINANCE:BTCUSDT", "BINANCE-USDM:BTCUSDT")


def test_drawdown_that_lasts_has_not_recovered() -> None:
    falling = price_series("US:X", [100.0, 90.0, 95.0, 80.0, 85.0], calendar="XNYS")

    row = risk_tables.drawdowns_payload(study_risk(falling), STATE).rows[0]

    assert row["recovery"] == "not yet"
    assert row["peak"] == "2024-01-02"
    assert row["trough"] == "2024-01-05"
    assert row["under"] == 4


def test_prices_that_only_rise_have_no_drawdown() -> None:
    rising = price_series("US:X", np.arange(1.0, 20.0), calendar="XNYS")

    payload = risk_tables.drawdowns_payload(study_risk(rising), STATE)

    assert payload.state.word == "empty"


def test_tails_have_a_row_for_every_method_and_level() -> None:
    study = study_risk(STOCK, rules=RiskRules(levels=(0.9, 0.95)))

    rows = risk_tables.tails_payload(study, STATE).rows

    assert [row["method"] for row in rows] == ["Historical", "Normal", "Cornish-Fisher"] * 2
    assert rows[0]["note"] == "70 bars in the tail"


def test_every_figure_says_how_it_is_computed_or_why_it_is_absent() -> None:
    rows = risk_tables.figures_payload(SHORT, STATE).rows

    for row in rows:
        assert row["formula"]
        assert (row["shown"] == "–") == (row["value"] is None)
        if row["value"] is None:
            assert row["convention"] != METRICS[row["id"]].convention


def test_verdicts_of_stationarity_name_what_speaks_for_them() -> None:
    rows = rows_by_id(risk_tables.stationarity_payload(STUDY, STATE))

    assert "they wander" in str(rows["adf_prices"]["verdict"])
    assert str(rows["adf_returns"]["verdict"]).startswith("they keep to a level")


def test_every_column_that_a_row_fills_is_a_column_of_its_panel() -> None:
    tables = {
        "risk.drawdowns": risk_tables.drawdowns_payload,
        "risk.tails": risk_tables.tails_payload,
        "risk.figures": risk_tables.figures_payload,
    }
    panels = {panel.id: panel for panel in PANELS}

    for name, make in tables.items():
        columns = {column.id for column in panels[name].columns}
        assert columns == set(make(STUDY, STATE).rows[0]) - {"id"}


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.id)
def test_every_panel_says_how_its_figures_are_computed(panel: object) -> None:
    assert panel.help  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("cagr", -0.05, "−5.00 %"),
        ("beta", 1.234567, "1.23"),
        ("kupiec", 0.5, ".50"),
        ("longest_under_water", 1005.0, "1,005"),
        ("alpha", None, "–"),
        ("sharpe_ratio", float("nan"), "–"),
    ],
)
def test_figures_are_written_in_their_units(name: str, value: float | None, text: str) -> None:
    assert metric_text(name, value) == text


def test_note_of_several_metrics_names_each() -> None:
    note = how_computed("beta", "alpha")

    assert note.count("(") >= 2
    assert "Beta:" in note
    assert "Alpha:" in note


@pytest.mark.parametrize("kind", list(PanelKind))
def test_nothing_to_show_is_an_empty_payload_of_any_kind(kind: PanelKind) -> None:
    payload = nothing_of(kind, "no prices")

    assert payload.state == PanelState("empty", None, "", "no prices")
