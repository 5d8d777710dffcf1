from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from quantdeck.research.pairs.overfit import OverfittingTest
from quantdeck.research.pairs.question import RunQuestion
from quantdeck.research.pairs.reports import BacktestReport, PairBars, SweepReport
from quantdeck.research.pairs.runs import run_question
from quantdeck.research.pairs.sweep_grid import Combination
from quantdeck.views import backtest, backtest_search
from quantdeck.views.backtest_drawing import coarser, thinned
from quantdeck.views.backtest_runs import RunNow, rules_text, run_state, runs_payload
from quantdeck.views.backtest_tables import figures_of, report_table
from quantdeck.views.payloads import PanelState
from tests.research.pairs.test_runs import ASKED, bars, legs

LIVE = PanelState("live", None, "Y / X, 900 bars of 1m")
STATE_OF_RUNS = PanelState("live", 0.0, "quantdeck")


@pytest.fixture(scope="module")
def report() -> BacktestReport:
    return made("backtest")


@pytest.fixture(scope="module")
def sweep() -> SweepReport:
    return made("sweep")


def made(kind: Any) -> Any:
    y, x = legs()
    asked = structs.replace(ASKED, kind=kind)
    return run_question(asked, bars(y), bars(x), step_s=60.0, per_year=525_600.0)


def by_id(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in rows}


def test_headline_names_gain_error_and_recovery(report: BacktestReport) -> None:
    cards = by_id(backtest.headline_payload(report.figures, LIVE).rows)

    ratio = report.figures.sheet.sharpe
    assert ratio is not None
    assert cards["net"]["value"] == report.figures.net
    assert cards["sharpe"]["note"] == f"± {ratio.standard_error:.3f} a bar"
    assert cards["trades"]["value"] == report.figures.trades.count
    fall = report.figures.sheet.drawdown
    recovered = "not recovered" if fall.recovery is None else "recovered after"
    assert recovered in cards["drawdown"]["note"]


def test_tear_sheet_of_a_short_span_says_why_growth_is_absent(report: BacktestReport) -> None:
    rows = by_id(backtest.figures_payload(report.figures, report.step_s, LIVE).rows)

    assert rows["cagr"]["value"] is None
    assert rows["cagr"]["verdict"] == "shorter than a tenth of a year"
    assert rows["mean_hold"]["value"] == pytest.approx(
        (report.figures.trades.mean_hold or 0.0) * 60.0
    )


def test_drawdown_counts_from_the_capital_before_the_first_bar(report: BacktestReport) -> None:
    lost = structs.replace(report, equity=np.full(len(report.equity), 9_000.0))

    payload = backtest.drawdown_payload(backtest.Shown(lost, LIVE))

    assert payload.lines["drawdown"].tolist() == pytest.approx([-0.1] * len(payload.x))


def test_score_has_a_marker_per_fill_on_its_line(report: BacktestReport) -> None:
    payload = backtest.zscore_payload(backtest.Shown(report, LIVE))

    closed = sum(trade.exit_ns is not None for trade in report.trades)
    assert len(payload.markers) == len(report.trades) + closed
    assert {marker.line for marker in payload.markers} == {"zscore"}
    assert [m.x for m in payload.markers] == sorted(m.x for m in payload.markers)
    assert payload.lines["high"][0] == ASKED.entry
    first = report.trades[0]
    assert payload.markers[0].kind == ("buy" if first.side > 0 else "sell")


def test_legs_of_a_trade_have_opposite_markers(report: BacktestReport) -> None:
    shown = backtest.Shown(report, LIVE)

    y, x = (backtest.candles_payload(shown, leg) for leg in ("y", "x"))

    assert {y.markers[0].kind, x.markers[0].kind} == {"buy", "sell"}
    assert y.title == "Y price, 1m bars"
    assert "at " in y.markers[0].text


def test_trades_are_listed_newest_first(report: BacktestReport) -> None:
    rows = backtest.trades_payload(backtest.Shown(report, LIVE)).rows

    assert rows[0]["number"] == len(report.trades)
    assert sum(row["net"] for row in rows) == pytest.approx(report.figures.net)


def test_backtest_without_a_trade_has_an_empty_table(report: BacktestReport) -> None:
    idle = structs.replace(report, trades=[])

    payload = backtest.trades_payload(backtest.Shown(idle, LIVE))

    assert (payload.state.word, payload.rows) == ("empty", [])


def test_compared_run_is_drawn_as_far_as_it_reaches(report: BacktestReport) -> None:
    early = structs.replace(
        report, x=report.x[:100] + 30_000, equity=np.arange(100, dtype=np.float64)
    )

    payload = backtest.equity_payload(backtest.Shown(report, LIVE), early)

    line = payload.lines["other"]
    assert np.isnan(line[0])
    assert line[1:100].tolist() == list(range(99))
    assert np.isnan(line[101:]).all()


def test_heat_map_has_the_median_and_the_best_of_every_cell(sweep: SweepReport) -> None:
    doubled = structs.replace(
        sweep,
        combinations=[
            Combination(100, window, entry, 0.0, None, hold)
            for window in (20, 40)
            for entry in (1.0, 2.0)
            for hold in (None, 10, 20)
        ],
        sharpe=np.array([1.0, 2.0, 6.0, np.nan, np.nan, np.nan, -1.0, np.nan, 3.0, 0.0, 0.0, 0.0]),
        net=np.arange(12.0),
        trades=np.arange(12),
    )

    payload = backtest_search.surface_payload(doubled, LIVE)

    assert (payload.x.tolist(), payload.y.tolist()) == ([20.0, 40.0], [1.0, 2.0])
    nan = np.nan
    np.testing.assert_array_equal(payload.layers["sharpe"], [[2.0, 1.0], [nan, 0.0]])
    np.testing.assert_array_equal(payload.layers["best"], [[6.0, 3.0], [nan, 0.0]])
    np.testing.assert_array_equal(payload.layers["net"], [[1.0, 7.0], [nan, 10.0]])
    assert payload.names == ["entry 1", "entry 2"]


def test_verdict_says_in_words_that_choosing_is_luck(sweep: SweepReport) -> None:
    test = OverfittingTest(0.62, 0.4, -0.5, np.array([-0.1]), np.ones(1), np.ones(1), 10_000)
    lucky = structs.replace(
        sweep,
        verdict=replace(
            sweep.verdict,
            overfitting=test,
            deflated=replace(sweep.verdict.deflated, probability=0.32),
            track_record=1e9,
        ),
    )

    rows = by_id(backtest_search.verdict_payload(lucky, LIVE).rows)

    words = "picking the best of 10,000 here is worse than chance"
    assert (rows["overfitting"]["verdict"], rows["overfitting"]["tone"]) == (words, "bad")
    assert rows["deflated"]["verdict"].startswith("not significant")
    assert rows["record"]["verdict"] == "there is 0% of it"
    assert rows["slope"]["verdict"] == "the better in one half, the worse in the other"


@pytest.mark.parametrize(
    ("probability", "loss", "words", "tone"),
    [
        (0.5, 0.1, "no better", "bad"),
        (0.3, 0.1, "often wrong", "plain"),
        (0.02, 0.1, "mostly holds", "good"),
        (0.02, 0.5, "lose too", "plain"),
    ],
)
def test_verdict_depends_on_the_probabilities(
    probability: float, loss: float, words: str, tone: str
) -> None:
    said, how = backtest_search.overfitting_text(probability, loss, 100)

    assert words in said
    assert how == tone


def test_histogram_left_of_nought_sums_up_to_the_probability(sweep: SweepReport) -> None:
    logits = np.array([-30.0, -0.5, -0.2, 0.0, 0.1, 2.0, 30.0])
    test = OverfittingTest(4 / 7, 0.0, None, logits, logits, logits, 5)
    report = structs.replace(sweep, verdict=replace(sweep.verdict, overfitting=test))

    [curve] = backtest_search.logits_payload(report, LIVE).curves

    assert curve.y.sum() == pytest.approx(1.0)
    assert curve.y[curve.x < 0.0].sum() == pytest.approx(test.probability)


def test_walk_forward_is_shown_from_its_first_test() -> None:
    walk = made("walk-forward")

    lines = backtest_search.walk_payload(walk, LIVE)
    figures = by_id(backtest_search.walk_figures_payload(walk, LIVE).rows)
    folds = backtest_search.folds_payload(walk, LIVE).rows

    assert lines.x[0] == walk.x[walk.start]
    assert figures["folds"]["verdict"] == "of 3"
    assert folds[0]["chosen"].startswith("window ")


@given(
    st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=300),
    st.integers(4, 40),
)
def test_thinned_line_keeps_its_ends_and_extremes(values: list[float], most: int) -> None:
    line = np.array(values)

    rows = thinned(line, most)

    assert len(rows) <= max(most, 4)
    assert (np.diff(rows) > 0).all()
    assert {0, len(line) - 1} <= set(rows.tolist())
    known = line[np.isfinite(line)]
    if len(known):
        kept = line[rows]
        assert np.nanmax(kept) == known.max()
        assert np.nanmin(kept) == known.min()


def test_neighbours_are_drawn_as_one_candle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quantdeck.views.backtest_drawing.MOST_CANDLES", 2)
    price = np.array([1.0, 5.0, 2.0, 3.0, 4.0])
    legs = PairBars(price, price + 1, price - 1, price * 2, price, np.ones(5, np.int64))

    made = coarser(LIVE, np.arange(5), legs, decimals=2, title="", markers=())

    assert made.x.tolist() == [0, 3]
    assert made.open.tolist() == [1.0, 3.0]
    assert made.high.tolist() == [6.0, 5.0]
    assert made.low.tolist() == [0.0, 2.0]
    assert made.close.tolist() == [4.0, 8.0]
    assert made.volume.tolist() == [8.0, 7.0]
    assert made.trades.tolist() == [3, 2]


def test_runs_are_told_by_their_rules_and_open_in_their_control() -> None:
    asked = RunQuestion(y="A:Y", x="A:X", stop=4.0, max_hold=50)
    run = RunNow("a", "sweep", "Y / X", 1_000_000, "demo", "done", asked, summary={"net": 1.0})

    [row] = runs_payload([run], STATE_OF_RUNS).rows

    assert row["open"].startswith("/backtest?sweep=a&y=A:Y")
    assert (row["state"], row["net"], row["compare"]) == ("demo", 1.0, None)
    assert run_state(run).word == "demo"
    assert rules_text(asked) == "ols 200, window 60, entry 2, exit 0.5, stop 4, hold 50, 6 bp"


@pytest.mark.parametrize("kind", ["backtest", "sweep", "walk-forward"])
def test_every_figure_has_a_name_and_every_part_rows(kind: str) -> None:
    run = made(kind)

    name, table = report_table(run)
    figures = figures_of(run)

    assert table.num_rows > 0
    assert name == {"backtest": "trades", "sweep": "sets", "walk-forward": "folds"}[kind]
    assert figures["net"] == run.figures.net
