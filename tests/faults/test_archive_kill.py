"""Archives whose maker, or whose restorer, is killed at any step: whole or not there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from quantdeck.app.archive import Sources, make_archive
from quantdeck.app.archive_restore import check_archive, restore_archive
from quantdeck.model.alerts import AlertRule
from quantdeck.records.open import open_records
from tests.faults.archive_children import NOW

_ROOT = Path(__file__).parents[2]
_DAY_NS = 86_400_000_000_000


def _folder(path: Path, said: str) -> Path:
    records = open_records(path)
    records.alerts.put_rule(AlertRule(said, "One", "text"))
    records.close()
    (path / "models").mkdir()
    (path / "models" / "model.json").write_text(said)
    return path


def _says(data: Path) -> str:
    records = open_records(data)
    (rule,) = records.alerts.rules()
    records.close()
    text = (data / "models" / "model.json").read_text()
    return text if text == rule.id else f"{text} with {rule.id}"


def _killed_at_every_step(what: str, root: Path) -> list[Path]:
    environment = {"PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"}
    command = [sys.executable, "-m", "tests.faults.archive_children", what, str(root)]
    subprocess.run(command, env=environment, check=True, timeout=120)
    return sorted(each for each in root.iterdir() if each.name.isdigit())


def test_archive_whose_maker_is_killed_is_whole_or_not_there(tmp_path: Path) -> None:
    data = _folder(tmp_path / "data", "kept")

    places = _killed_at_every_step("make", tmp_path)

    assert len(places) > 8
    there = [place / "a.tar" for place in places if (place / "a.tar").exists()]
    assert places[-1] / "a.tar" in there
    assert all(check_archive(each).files for each in there)
    assert _says(data) == "kept"
    later = 1_900_000_000_000_000_000
    make_archive(Sources(data), tmp_path / "next.tar", version="1", now_ns=later)
    assert not list(data.glob(".archive-*"))


def test_folder_whose_restorer_is_killed_is_of_then_or_of_now_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    _folder(tmp_path / "former", "former")
    new = _folder(tmp_path / "new", "new")
    make_archive(Sources(new), tmp_path / "a.tar", version="1", now_ns=NOW)

    places = _killed_at_every_step("restore", tmp_path)

    assert len(places) > 8
    for place in places:
        data, aside = place / "data", list(place.glob("data.before-*"))
        found = _says(data) if data.exists() else "away"
        assert (found, len(aside)) in {("former", 0), ("away", 1), ("new", 1)}, place
        assert all(_says(each) == "former" for each in aside)
        if found != "new":
            again = restore_archive(
                tmp_path / "a.tar", data, place / "reports", replace=True, now_ns=NOW + _DAY_NS
            )
            assert _says(Path(again.data)) == "new"
    assert _says(places[-1] / "data") == "new"
