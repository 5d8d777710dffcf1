from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from quantdeck.app.folder_name import folder_name
from quantdeck.app.places import FOLDER_NAME, tape_folder
from quantdeck.app.schedule_settings import ScheduleSettings, schedule_plans
from quantdeck.app.settings import Settings
from quantdeck.app.state_settings import StateSettings
from quantdeck.model.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path


def shared(folder: Path) -> Settings:
    return Settings(data_dir=str(folder), state=StateSettings(url="postgresql://deck@db/deck"))


def test_folder_with_its_own_ledger_has_no_name(tmp_path: Path) -> None:
    assert folder_name(Settings(data_dir=str(tmp_path / "data")), demo=False) == ""
    assert not (tmp_path / "data").exists()


def test_folder_keeps_its_name_for_ever(tmp_path: Path) -> None:
    first = folder_name(shared(tmp_path), demo=False)

    assert folder_name(shared(tmp_path), demo=False) == first
    # Its records may be copied back into files: they are still of this folder.
    assert folder_name(Settings(data_dir=str(tmp_path)), demo=False) == first
    assert [each.name for each in tmp_path.iterdir()] == [FOLDER_NAME]


def test_folders_of_one_machine_and_of_the_demo_have_names_of_their_own(tmp_path: Path) -> None:
    one, two = shared(tmp_path / "one"), shared(tmp_path / "two")

    names = {folder_name(of, demo=demo) for of in (one, two) for demo in (False, True)}

    assert len(names) == 4


def test_folder_that_threads_name_at_once_has_one_name(tmp_path: Path) -> None:
    named: list[str] = []
    threads = [
        threading.Thread(target=lambda: named.append(folder_name(shared(tmp_path), demo=False)))
        for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert (len(named), len(set(named))) == (8, 1)


@pytest.mark.parametrize("content", ["", "two machines", "a@b", "\n"])
def test_file_that_holds_no_name_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / FOLDER_NAME).write_text(content)

    with pytest.raises(StoreError, match="restore it, or remove it"):
        folder_name(shared(tmp_path), demo=False)


def test_folder_that_cannot_be_named_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    with pytest.raises(StoreError, match="check the data folder"):
        folder_name(shared(tmp_path / "data"), demo=False)


def test_plans_of_jobs_that_see_to_files_are_the_folders(tmp_path: Path) -> None:
    name = folder_name(shared(tmp_path), demo=True)

    plans = schedule_plans(ScheduleSettings(), demo=True, folder=name)

    assert {plan.name for plan in plans if plan.folder == name} == {
        "backup",
        "compact",
        "retention",
    }
    assert {plan.ledger for plan in plans if not plan.folder} == {"daily", "verify", "detect"}
    assert tape_folder(shared(tmp_path), demo=True).joinpath(FOLDER_NAME).is_file()
