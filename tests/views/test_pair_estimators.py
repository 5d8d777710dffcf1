from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.analytics.pairs import ESTIMATORS, LINES
from quantdeck.views.pair_estimators import (
    TITLES,
    estimators_payload,
    hedge_payload,
    reversion_payload,
)
from quantdeck.views.pair_stats import stats_payload
from quantdeck.views.pairs import spread_payload
from quantdeck.views.pairs_page import pairs_page
from quantdeck.views.payloads import PanelState, Row
from tests.views.pair_samples import price_rows, reverting, state_of, wandering

if TYPE_CHECKING:
    from quantdeck.live.pair_state import PairNow

_LIVE = PanelState("live", 0.1, "binance-usdm")
_FOLLOWING = sorted(set(ESTIMATORS) - set(LINES))


def _columns(panel_id: str) -> set[str]:
    [panel] = [panel for panel in pairs_page("", "").panels if panel.id == panel_id]
    return {column.id for column in panel.columns}


def _stats(now: PairNow) -> dict[str, Row]:
    return {row["id"]: row for row in stats_payload(now, _LIVE).rows}


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_hedge_payload_draws_all_estimators_and_the_interval_of_the_chosen(estimator) -> None:
    state = state_of(reverting(), estimator=estimator)

    payload = hedge_payload(state.compared(), _LIVE)

    path = state.now().study.path
    assert set(payload.lines) == _columns("pairs.hedge")
    assert [(band.upper, band.lower) for band in payload.bands] == [("high", "low")]
    np.testing.assert_array_equal(payload.lines["low"], path.low)
    np.testing.assert_array_equal(payload.lines[estimator], path.hedge_ratio)
    assert len(payload.x) == state.now().closed


def test_hedge_payload_of_few_rows_leaves_out_what_has_no_line() -> None:
    state = state_of(reverting(25), estimator="kalman")

    payload = hedge_payload(state.compared(), _LIVE)

    assert payload.state is _LIVE
    assert set(payload.lines) == {"ols", "huber", "theil-sen", "tls", "rolling"}
    assert payload.bands == ()


def test_hedge_payload_when_nothing_can_be_fitted_says_why() -> None:
    payload = hedge_payload(state_of(price_rows([1.0], [2.0])).compared(), _LIVE)

    assert (payload.state.word, payload.lines) == ("empty", {})
    assert "at least 3" in payload.state.detail


def test_estimators_payload_has_a_row_for_each_and_every_column() -> None:
    payload = estimators_payload(state_of(reverting()).compared(), _LIVE)

    assert [row["id"] for row in payload.rows] == list(ESTIMATORS)
    assert set(payload.rows[0]) - {"id"} == _columns("pairs.estimators")
    assert all(row["hedge_ratio"] == pytest.approx(0.9, abs=0.3) for row in payload.rows)


def test_estimators_payload_names_the_chosen_and_who_judges() -> None:
    payload = estimators_payload(state_of(reverting(), estimator="huber").compared(), _LIVE)

    notes = {row["id"]: row["note"] for row in payload.rows}
    assert notes["ols"] == "Engle-Granger p < .0001"
    assert notes["huber"] == "chosen; judged by least squares"
    assert notes["rolling"] == "newest window of 20"


def test_estimators_payload_tells_log_spreads_in_basis_points_and_levels_in_currency() -> None:
    of_logs = estimators_payload(state_of(reverting()).compared(), _LIVE).rows[0]
    of_levels = estimators_payload(state_of(reverting(), log=False).compared(), _LIVE).rows[0]

    assert of_logs["spread_sd"] == pytest.approx(10.0, rel=0.3)
    assert of_levels["spread_sd"] == pytest.approx(0.2, rel=0.3)


def test_estimators_payload_of_ticks_has_no_half_life() -> None:
    payload = estimators_payload(state_of(reverting(), "tick").compared(), _LIVE)

    assert {row["half_life"] for row in payload.rows} == {None}


def test_estimators_payload_of_few_rows_gives_reasons_and_never_zeros() -> None:
    payload = estimators_payload(state_of(reverting(25)).compared(), _LIVE)

    [kalman] = [row for row in payload.rows if row["id"] == "kalman"]
    assert (kalman["hedge_ratio"], kalman["spread_sd"], kalman["zscore"]) == (None, None, None)
    assert "starts from 30" in kalman["note"]


def test_estimators_payload_when_nothing_can_be_fitted_is_empty() -> None:
    payload = estimators_payload(state_of(price_rows([1.0], [2.0])).compared(), _LIVE)

    assert (payload.state.word, payload.rows) == ("empty", [])


def test_reversion_payload_has_a_row_per_horizon() -> None:
    now = state_of(reverting()).now()

    payload = reversion_payload(now, _LIVE)

    assert [row["rows"] for row in payload.rows] == [at.rows for at in now.study.reversion.horizons]
    assert set(payload.rows[0]) - {"id"} == _columns("pairs.reversion")


def test_reversion_payload_of_a_spread_that_comes_back_says_so() -> None:
    payload = reversion_payload(state_of(reverting()).now(), _LIVE)

    assert "comes back" in [row["verdict"] for row in payload.rows]


def test_reversion_payload_of_prices_that_wander_never_says_they_come_back() -> None:
    payload = reversion_payload(state_of(wandering()).now(), _LIVE)

    assert payload.rows
    assert "comes back" not in [row["verdict"] for row in payload.rows]


def test_reversion_payload_without_events_says_why() -> None:
    now = state_of(reverting(21)).now()

    payload = reversion_payload(now, _LIVE)

    assert (payload.state.word, payload.rows) == ("empty", [])
    assert payload.state.detail == now.study.reasons["reversion"]


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_spread_payload_of_any_estimator_has_lines(estimator: str) -> None:
    payload = spread_payload(state_of(reverting(), estimator=estimator).now(), _LIVE)

    assert payload.state is _LIVE
    assert np.isfinite(payload.lines["upper2"][-100:]).all()


@pytest.mark.parametrize("estimator", sorted(set(ESTIMATORS) - {"ols"}))
def test_stats_payload_of_an_estimator_names_it_and_who_judges(estimator: str) -> None:
    rows = _stats(state_of(reverting(), estimator=estimator).now())

    assert rows["hedge_ratio"]["verdict"].startswith(f"{TITLES[estimator]}, 95 %: ")
    for name in ("engle_granger", "engle_granger_reverse", "adf"):
        assert rows[name]["verdict"].endswith("; by least squares")
    assert rows["r_squared"]["verdict"].endswith("by least squares")


@pytest.mark.parametrize("estimator", _FOLLOWING)
def test_stats_payload_of_a_line_that_follows_doubts_its_half_life(estimator: str) -> None:
    rows = _stats(state_of(wandering(), estimator=estimator).now())

    assert rows["half_life"]["value"] is None or rows["half_life"]["verdict"].endswith(
        "of a line that follows the prices"
    )


def test_stats_payload_without_a_line_of_the_estimator_says_why() -> None:
    rows = _stats(state_of(reverting(25), estimator="kalman").now())

    for name in ("hedge_ratio", "intercept", "residual_sd", "hurst", "zscore"):
        assert rows[name]["value"] is None
        assert "starts from 30" in rows[name]["verdict"]
    assert rows["engle_granger"]["value"] is not None


def test_stats_payload_tells_hurst_with_its_error_and_what_it_means() -> None:
    row = _stats(state_of(reverting()).now())["hurst"]

    assert row["value"] < 0.2
    assert "standard error; less than a random walk's 0.5" in row["verdict"]


def test_stats_payload_tells_reversions_against_a_random_walk() -> None:
    row = _stats(state_of(reverting()).now())["reversion"]

    assert 0.0 < row["value"] <= 1.0
    assert "; a random walk " in row["verdict"]
