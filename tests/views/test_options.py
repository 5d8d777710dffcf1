"""What the Options page draws and lists of a study."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from quantdeck.analytics.options import QuotedPrice, merged_profile, study_chains
from quantdeck.analytics.options.strike_axis import StrikeAxis
from quantdeck.views import option_tables, options
from quantdeck.views.encode import to_csv, to_json
from quantdeck.views.option_summary import summary_payload
from quantdeck.views.options_page import GREEK_NAMES, OptionChoices, options_page
from quantdeck.views.pages import Choices, parameters_of
from quantdeck.views.payloads import PanelState
from tests.analytics.options.planted_chains import (
    AT_NS,
    EXPIRIES,
    SPOT,
    planted_chain,
    planted_chains,
    without_bids,
)

LIVE = PanelState("live", 0.5, "alpaca opra")
FIGURES = option_tables.DeskFigures("alpaca", "opra", streamed=True, took_s=0.4)


@pytest.fixture(scope="module")
def study():
    return study_chains(planted_chains(), AT_NS)


@pytest.fixture(scope="module")
def expiry(study):
    return study.expiries[1]


@pytest.fixture(scope="module")
def refused(study):
    """An expiry that nothing could be said of."""
    return replace(
        study.expiries[0],
        smile=None,
        fitted=None,
        skew=None,
        move=None,
        profile=None,
        parity=None,
        refusal="8 of 60 strikes have usable quotes, needed 12.",
    )


def curve(payload, name):
    return next(each for each in payload.curves if each.id == name)


def row(payload, name):
    return next(each for each in payload.rows if each["id"] == name)


@pytest.mark.parametrize("axis", list(StrikeAxis))
def test_smile_has_bars_from_bid_to_ask_on_every_axis(study, expiry, axis):
    payload = options.smile_payload(study, expiry, LIVE, axis=axis)

    quoted = curve(payload, "quoted")
    assert np.all(quoted.low <= quoted.y)
    assert np.all(quoted.y <= quoted.high)
    assert np.all(np.diff(quoted.x) > 0.0)
    assert np.abs(np.interp(quoted.x, *_xy(payload, "fitted")) - quoted.y).max() < 0.01
    assert quoted.names[0].endswith("put")
    assert "SPXW 2026-09-18" in payload.axes[0].title


def _xy(payload, name):
    found = curve(payload, name)
    return found.x, found.y


def test_smile_of_asks_lies_at_the_upper_ends_of_the_bars(study, expiry):
    payload = options.smile_payload(study, expiry, LIVE, price=QuotedPrice.ASK)

    quoted = curve(payload, "quoted")
    assert np.array_equal(quoted.y, quoted.high)


def test_smile_shows_wide_quotes_apart():
    chain = planted_chain(EXPIRIES[1])
    puts = chain.puts.part(slice(None))
    puts.ask[5] = 2.0 * puts.ask[5]
    found = study_chains([replace(chain, puts=puts)], AT_NS)

    payload = options.smile_payload(found, found.expiries[0], LIVE)

    assert len(curve(payload, "wide").x) == 1
    assert curve(payload, "wide").names == [f"SPXW 2026-09-18 {chain.strikes[5]:g} put"]


def test_smile_without_a_fit_falls_back_to_moneyness(study, expiry):
    payload = options.smile_payload(
        study, expiry.without_fit("too few"), LIVE, axis=StrikeAxis.DELTA
    )

    assert [each.id for each in payload.curves] == ["quoted"]
    assert payload.axes[0].title.startswith("ln(K / F)")


@pytest.mark.parametrize(
    "make",
    [
        lambda study, expiry: options.smile_payload(study, expiry, LIVE),
        lambda study, expiry: options.greeks_payload(study, expiry, LIVE),
        lambda _, expiry: option_tables.left_out_payload(expiry, LIVE),
    ],
)
def test_panel_of_an_expiry_without_volatilities_says_why(study, refused, make):
    payload = make(study, refused)

    assert payload.state.word == "empty"
    assert payload.state.detail == refused.refusal


def test_surface_has_fitted_and_quoted_volatilities_and_their_difference(study):
    payload = options.surface_payload(study, LIVE)

    assert list(payload.layers) == ["fitted", "quoted", "difference"]
    assert payload.layers["fitted"].shape == (3, len(payload.x))
    assert payload.names == [each.name for each in study.expiries]
    assert payload.axes[0].title == "ln(K / F)"
    apart = payload.layers["quoted"] - payload.layers["fitted"]
    assert np.array_equal(payload.layers["difference"], apart, equal_nan=True)


@pytest.mark.parametrize(
    "make", [options.surface_payload, options.term_payload, options.skew_payload]
)
def test_panel_of_all_expiries_without_a_smile_says_why(study, refused, make):
    bare = replace(study, surface=None, expiries=(refused,))

    assert make(bare, LIVE).state.detail == f"No expiry has a fitted smile. {refused.refusal}"


def test_term_structure_steps_from_one_expiry_to_the_next(study):
    payload = options.term_payload(study, LIVE)

    level, steps = curve(payload, "at_money"), curve(payload, "between")
    variance = level.y**2 * level.x
    between = np.sqrt(np.diff(variance) / np.diff(level.x))
    assert steps.y[:-1] == pytest.approx(between)
    assert steps.y[-1] == steps.y[-2]
    assert level.names == [each.name for each in study.expiries]


def test_skew_has_risk_reversal_and_butterfly_of_every_expiry(study):
    payload = options.skew_payload(study, LIVE)

    found = [each.skew.risk_reversal for each in study.expiries]
    assert curve(payload, "reversal").y.tolist() == found
    assert len(curve(payload, "butterfly").x) == 3


@pytest.mark.parametrize("greek", GREEK_NAMES)
def test_greeks_are_drawn_of_calls_and_puts(study, expiry, greek):
    payload = options.greeks_payload(study, expiry, LIVE, greek=greek, axis=StrikeAxis.STRIKE)

    calls, puts = curve(payload, "calls"), curve(payload, "puts")
    assert np.isfinite(calls.y).all()
    assert np.isfinite(puts.y).all()
    assert payload.axes[1].title.lower().startswith(greek)


def test_vega_is_per_point_and_rho_per_percent(study, expiry):
    vega = curve(options.greeks_payload(study, expiry, LIVE, greek="vega"), "calls").y
    rho = curve(options.greeks_payload(study, expiry, LIVE, greek="rho"), "calls").y

    assert vega.max() == pytest.approx(0.01 * np.nanmax(expiry.smile.call_greeks.vega))
    assert rho.max() == pytest.approx(0.01 * np.nanmax(expiry.smile.call_greeks.rho), rel=0.05)


def test_interest_is_drawn_near_the_price_of_the_underlying(expiry):
    payload = options.interest_payload(expiry.profile, SPOT, expiry.name, LIVE)

    strikes = curve(payload, "calls").x
    assert np.all(np.abs(strikes / SPOT - 1.0) <= 0.2)
    assert set(curve(payload, "puts").y.tolist()) == {150.0}


def test_gamma_is_in_millions_with_the_price_now(study):
    whole = merged_profile([each.profile for each in study.expiries], SPOT)

    payload = options.gamma_payload(whole, SPOT, "all 3 expiries", LIVE)

    now = curve(payload, "now")
    assert now.x.tolist() == [SPOT]
    assert now.y[0] == pytest.approx(1e-6 * whole.net_gamma, rel=0.02)


@pytest.mark.parametrize("make", [options.gamma_payload, options.interest_payload])
def test_profile_that_is_not_known_says_so(make):
    payload = make(None, SPOT, "SPXW 2026-09-18", LIVE)

    assert payload.state.detail == "No open interest is told of SPXW 2026-09-18"


def test_chain_has_calls_and_puts_beside_their_strike(expiry):
    payload = option_tables.chain_payload(expiry, LIVE, most=10)

    strikes = [each["strike"] for each in payload.rows]
    assert len(strikes) == 10
    assert strikes[0] < expiry.smile.forward < strikes[-1]
    for each in payload.rows:
        assert each["call_delta"] > 0.0 > each["put_delta"]
        assert each["call_iv"] == pytest.approx(each["put_iv"], abs=0.02)
        assert each["call_interest"] == 100.0


def test_chain_says_why_a_volatility_is_absent():
    found = study_chains([without_bids(planted_chain(EXPIRIES[0]), slice(0, 2))], AT_NS)

    rows = option_tables.chain_payload(found.expiries[0], LIVE, most=None).rows

    assert rows[0]["put_iv"] is None
    assert "put zero bid" in rows[0]["note"]
    assert rows[5]["note"] == ""


def test_chain_without_volatilities_still_has_its_quotes(refused):
    payload = option_tables.chain_payload(refused, LIVE, most=None)

    assert (payload.state.word, payload.state.detail) == ("partial", refused.refusal)
    assert payload.rows[0]["put_bid"] > 0.0
    assert "put_iv" not in payload.rows[0]


def test_expiries_have_a_row_each_whatever_is_known(study, refused):
    payload = option_tables.expiries_payload(
        replace(study, expiries=(refused, *study.expiries[1:])), LIVE
    )

    assert [each["detail"] for each in payload.rows] == [refused.refusal, "", ""]
    assert payload.rows[0]["at_money"] is None
    assert payload.rows[1]["arbitrage"] == "none"
    assert payload.rows[1]["violations"] == 0


def test_parity_lists_the_planted_violation_with_its_ages():
    chain = planted_chain(EXPIRIES[1])
    calls = chain.calls.part(slice(None))
    calls.bid[25] += 60.0
    calls.ask[25] += 60.0
    found = study_chains([replace(chain, calls=calls)], AT_NS)

    payload = option_tables.parity_payload(found.expiries, LIVE)

    assert [each["strike"] for each in payload.rows] == [chain.strikes[25]]
    assert payload.rows[0]["size"] > 0.0
    assert payload.rows[0]["call_age_s"] == pytest.approx(0.5)


def test_parity_without_violations_says_how_many_strikes_were_checked(study):
    payload = option_tables.parity_payload(study.expiries, LIVE)

    assert payload.state.word == "empty"
    assert "None of 120 strikes" in payload.state.detail


def test_left_out_lists_strikes_with_quote_and_reason():
    found = study_chains([without_bids(planted_chain(EXPIRIES[0]), slice(0, 2))], AT_NS)

    rows = option_tables.left_out_payload(found.expiries[0], LIVE).rows

    assert [(each["side"], each["reason"]) for each in rows] == [("put", "zero bid")] * 2
    assert rows[0]["quote"].startswith("0.00 / ")


def test_desk_says_what_the_smile_rests_on(study, expiry):
    payload = option_tables.desk_payload(study, expiry, FIGURES, LIVE)

    assert row(payload, "forward")["value"] == expiry.smile.forward
    assert row(payload, "butterfly")["verdict"] == "no arbitrage"
    assert row(payload, "expiries")["verdict"] == "of 3"
    assert row(payload, "source")["value"] == "alpaca / opra"


def test_desk_of_an_expiry_without_volatilities_says_why(study, refused):
    payload = option_tables.desk_payload(study, refused, FIGURES, LIVE)

    assert row(payload, "left_out")["verdict"] == refused.refusal
    assert row(payload, "error")["value"] is None


def test_summary_has_a_card_for_each_question(study, expiry):
    payload = summary_payload(study, expiry, LIVE, spot=SPOT, spot_age_s=0.2)

    assert [each["id"] for each in payload.rows] == [
        "spot",
        "at_money",
        "move",
        "reversal",
        "put_call",
    ]
    assert "under 1 s old" in row(payload, "spot")["note"]
    assert row(payload, "at_money")["value"] == pytest.approx(100.0 * expiry.skew.at_money)
    assert row(payload, "put_call")["value"] == pytest.approx(1.5)


def test_summary_says_that_a_price_is_by_parity(study, expiry):
    implied = replace(study, spot_is_quoted=False)

    payload = summary_payload(implied, expiry, LIVE, spot=SPOT, spot_age_s=None)

    assert "by parity" in row(payload, "spot")["note"]


def test_summary_of_nothing_says_why(study, refused):
    payload = summary_payload(study, refused, LIVE, spot=math.nan, spot_age_s=None)

    assert (payload.state.word, payload.state.detail) == ("empty", refused.refusal)


def test_every_panel_can_be_downloaded(study, expiry):
    payloads = [
        options.smile_payload(study, expiry, LIVE),
        options.surface_payload(study, LIVE),
        option_tables.chain_payload(expiry, LIVE, most=None),
        summary_payload(study, expiry, LIVE, spot=SPOT, spot_age_s=None),
    ]

    texts = [to_csv(payload) for payload in payloads]

    assert all(len(text.splitlines()) > 3 for text in texts)
    assert b'"axes":[{"id":"x"' in to_json(payloads[0])


def test_page_offers_what_there_is_to_choose():
    page = options_page(OptionChoices(("SPX", "SPY"), ("SPXW 2026-12-18",)))

    controls = {control.id: control for control in page.controls}
    assert controls["underlying"].default == "SPX"
    assert controls["expiry"].options == ("30 days", "SPXW 2026-12-18")
    assert all(set(panel.params) <= set(controls) for panel in page.panels)


def test_page_without_underlyings_has_topics_with_no_underlying():
    assert parameters_of("options.term", {}, Choices()) == {"underlying": ""}
