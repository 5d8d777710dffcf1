"""``quantdeck playbook``, in this process, of a table that is kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from quantdeck.app.playbook import PlaybookQuestion, run_playbook
from quantdeck.app.settings import load
from quantdeck.model.errors import BadInput, NoData
from quantdeck.tape.features.store import TableStore
from tests.research.tables import synthetic_table

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from tests.cli.conftest import Run

NAMES = ("momentum", "sma20", "sma20_gap", "atr14", "hv30")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("playbook")
    (folder / "config.yaml").write_text(f"data_dir: {folder}\nplaybook: {{top_n: 3, lean: 0.2}}\n")
    TableStore(folder).put(synthetic_table(6, 120, names=NAMES))
    return load(folder / "config.yaml", environ={"MAX_RISK": "shares=200"})


def test_playbook_is_printed_with_trades_scores_and_notes(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    run_playbook(settings, PlaybookQuestion(), as_json=False)

    told = capsys.readouterr().out
    assert "Contributions to the score" in told
    assert "Short shares" in told or "Shares" in told
    assert "No model." in told
    assert "Prices are simulated" in told


def test_playbook_as_json_is_the_one_that_is_kept(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    run_playbook(settings, PlaybookQuestion(), as_json=True)

    told = json.loads(capsys.readouterr().out)
    ideas = [entry["idea"] for entry in told["entries"] if entry["idea"]]
    assert len(ideas) == 3
    assert {idea["limit_name"] for idea in ideas if idea["size"]} == {"max_risk shares"}

    run_playbook(settings, PlaybookQuestion(session=told["session"]), as_json=True)
    assert json.loads(capsys.readouterr().out) == told


def test_playbook_explains_one_symbol(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    run_playbook(settings, PlaybookQuestion(why="s002"), as_json=False)

    told = capsys.readouterr().out
    assert "contribution" in told
    assert "S002 is number" in told


@pytest.mark.parametrize(
    ("ending", "begins"), [("csv", b'"sess'), ("parquet", b"PAR1"), ("json", b"{")]
)
def test_playbook_is_written_to_a_file(
    settings: Settings, tmp_path: Path, ending: str, begins: bytes
) -> None:
    path = tmp_path / f"playbook.{ending}"

    run_playbook(settings, PlaybookQuestion(output=path), as_json=True)

    assert path.read_bytes().startswith(begins)


def test_playbook_to_a_file_of_another_kind_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"\.csv, \.parquet or \.json"):
        run_playbook(settings, PlaybookQuestion(output=tmp_path / "a.xlsx"), as_json=True)


def test_playbook_of_a_symbol_that_is_not_there_names_those_that_are(settings: Settings) -> None:
    with pytest.raises(NoData, match="US:S000"):
        run_playbook(settings, PlaybookQuestion(why="ZZZ"), as_json=True)


def test_playbook_of_nothing_kept_says_how_to_begin(run: Run) -> None:
    ended = run("playbook", "--no-options", "--top-n", "3")

    ended.refused(4, "quantdeck features")
