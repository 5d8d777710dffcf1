"""``quantdeck backtest``, ``simulate`` and ``risk-report``."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quantdeck.cli import scripts
from quantdeck.jobs.train import train_and_keep
from quantdeck.records.models import FolderModels
from quantdeck.research.schemes import Way
from quantdeck.tape.features.files import write_features
from tests.research.tables import synthetic_table

if TYPE_CHECKING:
    from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of features and a model of them."""
    folder = tmp_path_factory.mktemp("made")
    table = synthetic_table(5, 150)
    write_features(table, folder / "features.csv")
    way = Way(params={"num_iterations": 3}, folds=2)
    train_and_keep(table, FolderModels(folder / "models"), way, created_ns=0, is_forced=True)
    return folder


def rows_of(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_simulate_prints_figures_and_adds_to_the_reports(run: Run, made: Path) -> None:
    ended = run(
        *("simulate", made / "features.csv", "--strategy", "buy_hold", "--capital", 5_000),
        *("--out", "reports"),
    )

    assert ended.code == 0, ended.err
    assert "Sharpe ± s.e." in ended.out
    assert "buy hold, 5 symbols; 150 sessions" in ended.err
    assert "DEMO: simulated prices" in ended.err
    score = rows_of("reports/scoreboard.csv")[0]
    assert (score["strategy"], score["capital"], score["simulated"]) == (
        "buy_hold",
        "5000.0",
        "yes",
    )
    assert len(rows_of("reports/portfolio.csv")) == 4


def test_simulate_without_keeping_leaves_no_file(run: Run, made: Path, tmp_path: Path) -> None:
    ended = run("simulate", made / "features.csv", "--no-keep", "--benchmark", "s001")

    assert ended.code == 0, ended.err
    assert list(tmp_path.iterdir()) == []


def test_simulate_of_a_symbol_takes_what_a_person_types(run: Run, made: Path) -> None:
    ended = run("simulate", made / "features.csv", "--no-keep", "--symbol", "s002", "--json")

    told = json.loads(ended.out)
    assert told["question"]["symbol"] == "US:S002"
    assert {trade["symbol"] for trade in told["trades"]} == {"US:S002"}


def test_simulate_holds_no_more_than_max_risk_of_its_strategy(
    run: Run, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_RISK", "buy_hold=500,condor=50")

    ended = run("simulate", made / "features.csv", "--no-keep", "--json")

    told = json.loads(ended.out)
    assert told["question"]["max_risk"] == 500
    assert "at most 500 is held: max_risk of buy_hold" in told["warnings"]


def test_simulate_of_an_unknown_strategy_lists_those_there_are(run: Run, made: Path) -> None:
    ended = run("simulate", made / "features.csv", "--strategy", "alpha")

    ended.refused(2, "there is no strategy 'alpha'", "buy_hold, equal_weight, momentum")


@pytest.mark.parametrize("model", ["id", "folder", "file"])
def test_backtest_trades_a_model_by_folder_file_or_id(run: Run, made: Path, model: str) -> None:
    folder = next(path for path in (made / "models").iterdir() if path.is_dir())
    named = {"id": folder.name, "folder": folder, "file": folder / "model.txt"}[model]
    data = made if model == "id" else "other"

    ended = run(
        *("backtest", made / "features.csv", named, "--top", 2, "--data-dir", data, "--no-keep")
    )

    assert ended.code == 0, ended.err
    assert f"model {folder.name}, 2 of 5 symbols" in ended.err
    assert "predictions out of sample:" in ended.err


def test_backtest_writes_fills_and_the_ledger(run: Run, made: Path) -> None:
    ended = run(
        *("backtest", made / "features.csv", "--data-dir", made, "--no-keep", "--sides", "both"),
        *("--top", 1, "--csv", "fills.csv", "--ledger", "ledger.csv", "--borrow", 0.05),
    )

    assert ended.code == 0, ended.err
    ledger = rows_of("ledger.csv")
    traded = [row for row in ledger if row["kind"] == "trade"]
    assert len(traded) == len(rows_of("fills.csv"))
    assert {row["kind"] for row in ledger} == {"deposit", "trade", "fee", "borrow"}


def test_backtest_without_a_model_says_how_to_make_one(run: Run, made: Path) -> None:
    run("backtest", made / "features.csv").refused(4, "quantdeck train")


def test_backtest_of_a_model_that_is_not_there_is_refused(run: Run, made: Path) -> None:
    run("backtest", made / "features.csv", "models/m.txt").refused(
        4, "there is no model models/m.txt"
    )


def test_backtest_without_a_table_says_how_to_make_one(run: Run) -> None:
    run("backtest").refused(4, "quantdeck features")


def test_backtest_into_a_folder_that_is_not_there_is_refused(run: Run, made: Path) -> None:
    ended = run("backtest", made / "features.csv", "--csv", "nowhere/fills.csv")

    ended.refused(2, "the folder nowhere is not there")


def test_risk_report_writes_figures_of_a_scoreboard(run: Run) -> None:
    Path("scores.csv").write_text("date,auc,pnl\n2026-01-02,0.5,10\n2026-01-03,,-4\n")

    ended = run("risk-report", "--scoreboard", "scores.csv", "--out-file", "out/risk.csv")

    assert ended.code == 0, ended.err
    assert rows_of("out/risk.csv")[0]["max_drawdown"] == "4.0"
    assert "all" in ended.out


def test_risk_report_takes_the_scoreboard_of_the_reports(run: Run, made: Path) -> None:
    run("simulate", made / "features.csv", "--data-dir", "work/data")

    ended = run("risk-report", "--data-dir", "work/data", "--json")

    assert json.loads(ended.out)["rows"][1]["strategy"] == "buy_hold"
    assert Path("work/reports/scoreboard_risk.csv").is_file()


def test_risk_report_without_a_scoreboard_is_refused(run: Run) -> None:
    run("risk-report").refused(4, "quantdeck backtest and simulate add some")


def test_script_of_its_own_runs_the_command(
    made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["simulate", str(made / "features.csv"), "--no-keep", "--json"]
    monkeypatch.setattr(sys, "argv", arguments)

    with pytest.raises(SystemExit) as ended:
        scripts.simulate()

    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["title"] == "buy hold, 5 symbols"
