from __future__ import annotations

from datetime import date

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from quantdeck.research.equities.reports import EquitySummary
from quantdeck.views import research_backtests as shown
from quantdeck.views.payloads import PanelState
from tests.hub.price_books import price_series, walk
from tests.research.equities.kept import kept_run, momentum_report

STATE = PanelState("demo", None, "synthetic")
REPORT = momentum_report()


def rows_of(payload):
    return {row["id"]: row for row in payload.rows}


def bars(symbol: str, first: date = date(2014, 1, 1)):
    return price_series(symbol, walk(300, seed=1), first=first, calendar="XNYS")


def test_headline_tells_gain_beside_the_benchmark_and_the_error_of_the_ratio() -> None:
    rows = rows_of(shown.result_payload(REPORT, STATE))

    assert rows["net"]["value"] == REPORT.figures.net
    assert rows["benchmark"]["note"] == "equal weight"
    assert rows["sharpe"]["note"].startswith("± ")
    assert rows["costs"]["value"] == pytest.approx(REPORT.figures.gross - REPORT.figures.net)


def test_warnings_stand_above_the_figures() -> None:
    payload = shown.figures_payload(REPORT, STATE)

    assert payload.rows[0]["verdict"] == "mind the gap"
    assert payload.rows[0]["tone"] == "bad"


def test_deflated_ratio_says_of_how_many_tries() -> None:
    rows = rows_of(shown.figures_payload(REPORT, STATE))

    assert "the best of 3 tries" in rows["deflated"]["verdict"]
    assert 0.0 <= rows["deflated"]["value"] <= 1.0


def test_equity_begins_with_the_capital_beside_the_benchmark() -> None:
    payload = shown.equity_payload(REPORT, STATE)

    assert payload.lines["equity"][0] == REPORT.question.capital
    assert set(payload.lines) == {"equity", "gross", "benchmark"}
    assert all(len(line) == len(payload.x) for line in payload.lines.values())


def test_drawdown_is_never_above_its_high() -> None:
    payload = shown.drawdown_payload(REPORT, STATE)

    assert payload.lines["equity"].max() == 0.0
    assert payload.lines["equity"].min() == pytest.approx(-REPORT.figures.sheet.drawdown.depth)


def test_backtest_without_a_benchmark_draws_none() -> None:
    payload = shown.equity_payload(replace(REPORT, benchmark=np.empty(0)), STATE)

    assert "benchmark" not in payload.lines


def test_trades_stand_on_the_sessions_of_their_fills() -> None:
    symbol = shown.traded_symbols(REPORT)[0]
    trades = [each for each in REPORT.trades if each.symbol == symbol]

    payload = shown.chart_payload(REPORT, symbol, bars(symbol), STATE)

    days = {mark.x for mark in payload.markers}
    assert {each.entry_ns // 1_000_000 for each in trades} <= days
    assert {mark.kind for mark in payload.markers} <= {"buy", "sell"}
    assert len(payload.markers) == sum(1 if each.is_open else 2 for each in trades)
    assert payload.x[0] >= REPORT.x[0]


def test_symbol_without_bars_in_the_sessions_says_so() -> None:
    payload = shown.chart_payload(REPORT, "US:S000", bars("US:S000", date(2020, 1, 1)), STATE)

    assert payload.state.word == "empty"
    assert "US:S000" in payload.state.detail


def test_trades_are_told_newest_first_and_open_ones_as_held() -> None:
    rows = shown.trades_payload(REPORT, STATE).rows

    held = [row for row in rows if row["exit"] == "held still"]
    assert rows[: len(held)] == held
    assert held[0]["exit_price"] is None


def test_runs_tell_their_headline() -> None:
    run, _ = kept_run(REPORT)
    summary = msgspec.json.decode(run.summary, type=EquitySummary)

    [row] = shown.runs_payload([(run, summary)], STATE).rows

    assert row["id"] == run.id
    assert row["net"] == REPORT.figures.net


def test_scoreboard_is_newest_first_with_empty_cells_absent() -> None:
    board = [{"date": "2026-11-19", "auc": "0.51"}, {"date": "2026-11-20", "auc": ""}]

    rows = shown.scoreboard_payload(board, STATE).rows

    assert [row["date"] for row in rows] == ["2026-11-20", "2026-11-19"]
    assert [row["auc"] for row in rows] == [None, 0.51]
    assert len({row["id"] for row in rows}) == 2
