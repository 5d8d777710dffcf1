from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from msgspec.structs import replace

from quantdeck.research.card import Estimate
from quantdeck.research.features import catalogue
from quantdeck.research.table_summary import summarize_table
from quantdeck.views import research_features, research_models
from quantdeck.views.payloads import PanelState
from tests.research.cards import JUDGED, card
from tests.research.tables import synthetic_table

STATE = PanelState("live", 0.0, "yahoo")
TABLE = summarize_table(
    synthetic_table(5, 150, names=("rsi14", "momentum", "momentum_rank", "sma20"))
)
FEATURES = catalogue.features()


def rows_of(payload):
    return {row["id"]: row for row in payload.rows}


def test_features_tell_group_formula_and_share_missing() -> None:
    rows = rows_of(research_features.features_payload(TABLE, FEATURES, STATE))

    assert rows["momentum"]["lookback"] == catalogue.find("momentum").lookback
    assert rows["momentum"]["formula"].startswith(catalogue.find("momentum").title)
    assert 0.0 < rows["momentum"]["missing"] <= 1.0
    assert rows["momentum_rank"]["title"] == "Rank of momentum among the symbols of the session"
    assert rows["sma20"]["use"] == "no"
    assert rows["rsi14"]["use"] == "yes"


def test_feature_that_nobody_registered_is_told_as_it_is() -> None:
    rows = rows_of(research_features.features_payload(TABLE, (), STATE))

    assert {row["group"] for row in rows.values()} == {"not registered"}


def test_features_of_a_group_stand_together() -> None:
    payload = research_features.features_payload(TABLE, FEATURES, STATE)

    groups = [row["group"] for row in payload.rows]
    assert len(list(groupby(groups))) == len(set(groups))


def test_correlation_names_both_sides_in_the_order_of_the_table_of_features() -> None:
    payload = research_features.correlation_payload(TABLE, FEATURES, STATE)

    assert payload.names == payload.columns
    assert payload.layers["rho"].shape == (len(payload.names),) * 2
    at = payload.names.index("momentum"), payload.names.index("momentum_rank")
    assert payload.layers["rho"][at] > 0.5


def test_distribution_ends_at_nought_behind_the_last_edge() -> None:
    every = research_features.distribution_payload(TABLE, "rsi14", STATE).curves[0]

    assert len(every.x) == len(every.y)
    assert every.y[-1] == 0.0


def test_feature_without_values_says_so() -> None:
    table = synthetic_table(3, 80, names=("momentum",))
    table.values[:] = np.nan

    payload = research_features.distribution_payload(summarize_table(table), "momentum", STATE)

    assert payload.state.word == "empty"
    assert "momentum" in payload.state.detail


@pytest.mark.parametrize(
    ("area", "tone", "said"),
    [
        (Estimate(0.61, 0.6, 0.62), "bad", "too good"),
        (Estimate(0.512, 0.505, 0.519), "good", "better than a coin"),
        (Estimate(0.503, 0.495, 0.511), "plain", "not distinguishable"),
        (Estimate(0.48, 0.47, 0.49), "bad", "worse than a coin"),
        (Estimate(0.53), "plain", "no interval"),
        (Estimate(None), "plain", "too few rows"),
    ],
)
def test_words_of_an_area_follow_its_interval(area, tone, said) -> None:
    words, found = research_models.area_words(area)

    assert said in words
    assert found == tone


def test_area_that_is_too_good_is_an_alarm_at_the_top() -> None:
    leaky = card(judgement=replace(JUDGED, auc=Estimate(0.62, 0.61, 0.63)))

    payload = research_models.warnings_payload(leaky, leaky.id, STATE)

    assert payload.rows[0]["tone"] == "bad"
    assert "knows what came after" in payload.rows[0]["verdict"]


def test_warnings_of_the_card_and_simulated_prices_come_first() -> None:
    payload = research_models.warnings_payload(
        card(warnings=("gap drifted",), is_simulated=True), None, STATE
    )

    tones = [row["tone"] for row in payload.rows]
    said = [row["verdict"] for row in payload.rows]
    assert tones == sorted(tones, key=lambda tone: tone != "bad")
    assert any("simulated" in text for text in said[:2])
    assert "gap drifted" in said[:2]
    assert any("not the current model" in text for text in said)


def test_headline_tells_intervals_and_skill_over_the_base_rate() -> None:
    rows = rows_of(research_models.headline_payload(card(), STATE))

    assert "0.505 to 0.519" in rows["auc"]["note"]
    assert rows["brier"]["value"] == pytest.approx(1 - 0.2495 / 0.2497)
    assert "−0.0020 to 0.0260" in rows["rank_ic"]["note"]


def test_model_that_was_not_judged_says_so() -> None:
    raw = card(judgement=None)

    assert research_models.headline_payload(raw, STATE).state.word == "empty"
    assert research_models.folds_payload(raw, STATE).state.word == "empty"
    assert "not judged" in research_models.warnings_payload(raw, raw.id, STATE).rows[0]["verdict"]


def test_folds_have_error_bars_where_the_card_has_them() -> None:
    folds = research_models.folds_payload(card(), STATE).curves[0]

    np.testing.assert_allclose(folds.y, [0.515, 0.507, np.nan])
    np.testing.assert_allclose(folds.low, [0.5, np.nan, np.nan])
    assert folds.names[0] == "2015-07-06 to 2015-12-31, 3,000 rows"


def test_calibration_stands_beside_the_line_of_exact_probabilities() -> None:
    bins, exact = research_models.calibration_payload(card(), STATE).curves

    assert (bins.low < bins.y).all()
    assert (bins.high > bins.y).all()
    np.testing.assert_array_equal(exact.x, exact.y)


def test_importance_is_shared_out_largest_first() -> None:
    payload = research_models.importance_payload(card(), {"gap": "Gap at the open"}, STATE)

    assert [row["share"] for row in payload.rows] == pytest.approx([0.75, 0.25])
    assert payload.rows[1]["title"] == "Gap at the open"


def test_models_mark_the_current_one_and_simulated_prices() -> None:
    cards = [card("b", is_simulated=True), card("a")]

    first, second = research_models.models_payload(cards, "a", STATE).rows

    assert (first["state"], second["state"]) == ("kept", "current")
    assert first["source"] == "yahoo, simulated"
    assert second["interval"] == "0.505 to 0.519"


def test_card_tells_how_to_make_the_model_again() -> None:
    rows = rows_of(research_models.card_payload(card(tuning="best of 20 trials"), STATE))

    assert rows["Parameters"]["text"] == "learning_rate 0.03, num_leaves 15; seed 7"
    assert rows["Parameters from"]["text"] == "best of 20 trials"


def test_about_a_feature_tells_formula_and_inputs() -> None:
    text = research_features.about_payload("momentum", FEATURES, STATE).text

    assert text.startswith("**momentum**: ")
    assert "Made of close" in text or "Made of total" in text


def test_about_a_rank_says_what_is_ranked() -> None:
    text = research_features.about_payload("momentum_rank", FEATURES, STATE).text

    assert text.startswith("**momentum_rank**: Rank of momentum among the symbols")


def test_about_a_feature_of_nobody_says_that() -> None:
    payload = research_features.about_payload("own_idea", FEATURES, STATE)

    assert payload.state.word == "empty"
