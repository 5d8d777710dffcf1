from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from msgspec import structs

from quantdeck.jobs import backtest as job
from quantdeck.jobs.backtest import answer_question, keep, title_of
from quantdeck.jobs.train import train_and_keep
from quantdeck.model.errors import NoData, TooLittleData
from quantdeck.records.models import FolderModels
from quantdeck.records.report_lists import FolderLists
from quantdeck.research.equities.question import EquityQuestion
from quantdeck.research.equities.reports import EquitySummary, decode_report
from quantdeck.research.features.build import build
from quantdeck.research.schemes import Way
from tests.records.memory import MemoryRuns
from tests.research.tables import synthetic_panel

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.research.features.table import FeatureTable

NAMES = ("momentum", "reversal", "return1", "gap")
PANEL = synthetic_panel(5, 180)
SPLIT = 159
MODEL = EquityQuestion(top=2)
HOLD = EquityQuestion(strategy="buy_hold", benchmark="")


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    """What the model is trained on: the first 160 sessions."""
    return build(PANEL.until(SPLIT), NAMES)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, table: FeatureTable) -> FolderModels:
    store = FolderModels(tmp_path_factory.mktemp("models"))
    way = Way(params={"num_iterations": 3}, folds=2)
    train_and_keep(table, store, way, created_ns=0, is_forced=True)
    return store


def test_model_trades_only_sessions_that_it_had_not_seen(table, models) -> None:
    made = answer_question(MODEL, table, models, created_ns=5)

    kept = models.predictions()
    assert kept is not None
    first = kept.on(table).session.min()
    assert made.answer.report.x[0] == table.sessions[first] // 1_000_000
    assert made.answer.report.question.model == models.current()
    assert "walk-forward" in made.answer.report.question.scheme


def test_model_is_asked_itself_about_newer_sessions(table, models) -> None:
    longer = build(PANEL, NAMES)

    made = answer_question(MODEL, longer, models, created_ns=5)

    assert made.answer.report.x[-1] == longer.sessions[-1] // 1_000_000
    assert made.answer.report.question.scheme.endswith("by the model itself")
    assert made.answer.report.fills.session.max() > SPLIT - made.answer.result.start
    assert "the table is not the one that the model was trained on" in made.answer.report.warnings


def test_model_on_a_table_that_it_was_trained_on_alone_is_refused(models) -> None:
    with pytest.raises(TooLittleData, match="has no session that it had not seen"):
        answer_question(MODEL, build(PANEL.until(60), NAMES, fewest=10), models, created_ns=5)


def test_strategy_without_predictions_needs_no_model(table, tmp_path: Path) -> None:
    made = answer_question(HOLD, table, FolderModels(tmp_path), created_ns=5)

    assert made.card is None


def test_model_that_is_not_there_is_refused(table, tmp_path: Path) -> None:
    with pytest.raises(NoData, match="there is no current model"):
        answer_question(MODEL, table, FolderModels(tmp_path), created_ns=5)


def test_keep_puts_a_run_that_can_be_read_again(table, models, tmp_path: Path) -> None:
    runs = MemoryRuns()
    made = answer_question(MODEL, table, models, created_ns=5, mode="demo")

    keep(made, runs, FolderLists(tmp_path))

    run = runs.runs(kind="equities")[0]
    report = decode_report(runs.result(run.id) or b"")
    summary = msgspec.json.decode(run.summary, type=EquitySummary)
    assert (run.created_ns, run.mode) == (5, "demo")
    assert report.figures == made.answer.report.figures
    assert summary.net == report.figures.net


def test_keep_adds_fills_gains_and_a_score_to_the_lists(table, models, tmp_path: Path) -> None:
    lists = FolderLists(tmp_path)
    made = answer_question(MODEL, table, models, created_ns=5)

    keep(made, None, lists)

    report, card = made.answer.report, models.get()[0]
    score = lists.rows("scoreboard")[0]
    held = sum(float(row["quantity"]) for row in lists.rows("portfolio"))
    gained = sum(float(row["pnl"]) for row in lists.rows("pnl"))
    is_open = sum(trade.net for trade in report.trades if trade.is_open)
    assert held == pytest.approx(sum(each.quantity for each in report.holdings))
    assert gained + is_open == pytest.approx(report.figures.net, abs=1e-3)
    assert float(score["pnl"]) == pytest.approx(report.figures.net)
    assert float(score["cv_auc"]) == pytest.approx(card.judgement.auc.value)
    assert (score["kind"], score["simulated"]) == ("backtest", "yes")


def test_keep_of_the_same_question_again_replaces_itself(table, models, tmp_path: Path) -> None:
    lists, runs = FolderLists(tmp_path), MemoryRuns()
    for created_ns in (5, 6):
        keep(answer_question(HOLD, table, models, created_ns=created_ns), runs, lists)

    assert len(lists.rows("portfolio")) == np.isfinite(PANEL.close[:, 0]).sum()
    assert [run.created_ns for run in runs.runs()] == [6]
    assert len(lists.rows("scoreboard")) == 1


def test_keep_of_another_question_stands_beside_it(table, models, tmp_path: Path) -> None:
    lists = FolderLists(tmp_path)
    for capital in (1_000.0, 2_000.0):
        asked = structs.replace(HOLD, capital=capital)
        keep(answer_question(asked, table, models, created_ns=5), None, lists)

    assert [float(row["capital"]) for row in lists.rows("scoreboard")] == [1_000, 2_000]


def test_keep_of_too_many_fills_says_what_it_leaves_out(
    table, models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "MOST_ROWS", 10)
    lists = FolderLists(tmp_path)

    made = keep(answer_question(MODEL, table, models, created_ns=5), None, lists)

    assert [words.split(":")[0] for words in made.left_out] == ["portfolio.csv", "pnl.csv"]
    assert lists.rows("portfolio") == []
    assert len(lists.rows("scoreboard")) == 1


@pytest.mark.parametrize(
    ("question", "title"),
    [
        (EquityQuestion(model="m1", top=40), "model m1, 31 of 31 symbols"),
        (HOLD, "buy hold, 31 symbols"),
        (structs.replace(HOLD, symbol="US:A"), "buy hold, US:A"),
    ],
)
def test_title_of_a_question_says_what_is_held(question, title) -> None:
    assert title_of(question, 31) == title
