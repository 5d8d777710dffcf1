from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from quantdeck.analytics.boxes import BoxRules, plan_boxes, rate_of_chain
from quantdeck.analytics.boxes.example import example_chain
from quantdeck.analytics.boxes.spread import Side
from quantdeck.analytics.boxes.types import Status, StrikeFlag
from quantdeck.views.box_plan import plan_payload
from quantdeck.views.box_tables import (
    best_payload,
    expiries_payload,
    flags_payload,
    quote_text,
    top_payload,
)
from quantdeck.views.boxes import RateLine, curve_payload, skew_payload, surface_payload
from quantdeck.views.boxes_page import BoxChoices, boxes_page
from quantdeck.views.payloads import PanelState
from tests.views.box_samples import a_box, a_chain, a_rate

LIVE = PanelState("live", 0.5, "alpaca")


def curve(payload, name):
    return next(each for each in payload.curves if each.id == name)


def test_curve_shows_only_expiries_to_rely_on_in_order_of_time():
    rates = [a_rate(days=365, rate=0.05), a_rate(Status.STALE, days=20), a_rate(days=30)]

    payload = curve_payload(rates, LIVE)

    mid = curve(payload, "mid")
    assert mid.x.tolist() == [30.0, 365.0]
    assert mid.y.tolist() == [0.04, 0.05]


def test_curve_bars_are_two_standard_errors():
    mid = curve(curve_payload([a_rate(rate=0.04, se=0.0001)], LIVE), "mid")

    np.testing.assert_allclose([mid.low[0], mid.high[0]], [0.0398, 0.0402])


def test_curve_shows_the_lines_it_is_given():
    line = RateLine(np.array([1.0, 400.0]), np.array([0.03, 0.04]))

    payload = curve_payload([a_rate()], LIVE, benchmark=line)

    assert [each.id for each in payload.curves] == ["mid", "lend", "borrow", "benchmark"]


def test_curve_without_a_rate_to_rely_on_says_why_there_is_none():
    payload = curve_payload([a_rate(Status.AMERICAN), a_rate(Status.STALE)], LIVE)

    assert payload.curves == ()
    assert payload.state.word == "empty"
    assert "american, stale" in payload.state.detail


def test_expiries_of_a_doubtful_chain_are_listed_with_the_reason_and_without_a_figure():
    row = expiries_payload([a_rate(Status.AMERICAN, root="SPY")], LIVE).rows[0]

    assert (row["status"], row["detail"], row["rate_mid"]) == ("american", "why", None)


def test_expiries_over_a_benchmark_are_in_basis_points():
    line = RateLine(np.array([1.0, 181.0]), np.array([0.030, 0.048]))

    row = expiries_payload([a_rate(days=91, rate=0.04)], LIVE, benchmark=line).rows[0]

    assert row["spread_bp"] == pytest.approx(10.0)


def test_expiries_beyond_the_benchmark_are_not_compared():
    line = RateLine(np.array([1.0, 30.0]), np.array([0.03, 0.03]))

    assert expiries_payload([a_rate(days=91)], LIVE, benchmark=line).rows[0]["spread_bp"] is None


def test_best_takes_the_highest_lend_and_the_lowest_borrow():
    rates = [a_rate(days=30, rate=0.039), a_rate(days=91, rate=0.042)]

    lend, borrow = best_payload(rates, LIVE).rows

    assert lend["value"] == pytest.approx(4.1)
    assert borrow["value"] == pytest.approx(4.0)
    assert "$98,970 for $100,000" in lend["note"]


def test_best_leaves_out_boxes_within_a_week():
    payload = best_payload([a_rate(days=3)], LIVE)

    assert payload.rows == []
    assert payload.state.word == "empty"


def test_top_rows_show_every_leg_with_its_size():
    row = top_payload([a_box(rate=0.041)], [a_rate(rate=0.04)], LIVE).rows[0]

    assert row["low_call"] == "10.00 / 10.50 × 12"
    assert row["over_mid_bp"] == pytest.approx(10.0)
    assert row["size"] == 12.0


def test_top_of_a_box_of_unknown_size_shows_no_size():
    row = top_payload([a_box(Side.BORROW, size=np.nan)], [a_rate()], LIVE).rows[0]

    assert row["size"] is None
    assert row["low_call"] == "10.00 / 10.50"


def test_flags_name_each_strike_left_out_with_its_reason():
    rate = replace(a_rate(), strike_flags=np.array([StrikeFlag.USED, StrikeFlag.MISSED], np.uint8))

    payload = flags_payload(a_chain(rate), rate, LIVE)

    assert [(row["strike"], row["reason"]) for row in payload.rows] == [(6000.0, "missed")]
    assert payload.rows[0]["age_s"] == 3.0


def test_flags_of_a_clean_chain_say_that_there_are_none():
    rate = a_rate()

    assert flags_payload(a_chain(rate), rate, LIVE).state.word == "empty"


def layer(*values):
    return {"mid": np.array(values), "volume": np.array(values)}


def test_surface_puts_figures_at_their_strike_and_expiry():
    near, far = a_rate(days=30), a_rate(days=91)

    payload = surface_payload(
        [
            (far, np.array([5000.0, 6000.0]), layer(1.0, 2.0)),
            (near, np.array([6000.0]), layer(3.0)),
        ],
        LIVE,
    )

    assert payload.y.tolist() == [30.0, 91.0]
    np.testing.assert_array_equal(payload.layers["mid"], [[np.nan, 3.0], [1.0, 2.0]])


def test_surface_of_many_strikes_is_thinned_and_loses_no_volume():
    strikes = np.arange(1000.0, 1500.0)
    figures = {"mid": strikes, "volume": np.ones(500)}

    payload = surface_payload([(a_rate(), strikes, figures)], LIVE)

    assert len(payload.x) == 90
    assert payload.layers["volume"].sum() == 500
    assert (payload.layers["mid"][0] == payload.x).all()


def test_surface_without_chains_is_empty():
    assert surface_payload([], LIVE).state.word == "empty"


def test_skew_is_over_moneyness_with_the_line_of_the_expiry():
    rate = a_rate(rate=0.04)
    figures = {name: np.array([0.041, 0.039]) for name in ("mid", "lend", "borrow")}

    payload = skew_payload(rate, rate.strikes, figures, LIVE)

    np.testing.assert_allclose(curve(payload, "mid").x, [5000 / 5900, 6000 / 5900])
    assert curve(payload, "fit").y.tolist() == [0.04, 0.04]


def test_skew_without_a_forward_says_why():
    rate = a_rate(Status.TOO_FEW)

    payload = skew_payload(rate, rate.strikes, {}, LIVE)

    assert (payload.state.word, payload.state.detail) == ("empty", "why")


def test_quote_text_of_absent_sides_shows_a_dash():
    assert quote_text(np.nan, np.nan) == "– / –"


def test_page_controls_of_panels_exist():
    page = boxes_page(BoxChoices(("SPX",), ("SPX 2026-12-18",)))

    controls = {control.id for control in page.controls}
    assert {name for panel in page.panels for name in panel.params} == controls


def test_plan_shows_the_order_in_a_line_and_keeps_its_legs_for_the_download():
    chain, at_ns = example_chain()
    rate = rate_of_chain(chain, at_ns, BoxRules())
    plans = plan_boxes(
        [(chain, rate)], BoxRules(), side=Side.BORROW, amount=200_000, horizon=date(2026, 12, 21)
    )

    row = plan_payload(plans, LIVE).rows[0]

    assert row["order"].startswith("SELL ")
    assert len(row["legs"].split("; ")) == 4
    assert (row["now"] > 200_000, row["then"] < -200_000) == (True, True)
