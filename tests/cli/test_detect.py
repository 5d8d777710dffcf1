from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


def test_detect_of_nothing_recorded_says_how_to_begin(run: Run, tmp_path: Path) -> None:
    ended = run("detect", "--data-dir", str(tmp_path / "none"))

    ended.refused(4, "nothing is recorded", "quantdeck up")


def test_detect_of_an_empty_folder_says_what_cannot_be_judged(run: Run, tmp_path: Path) -> None:
    ended = run("detect", "--data-dir", str(tmp_path), "--json")

    said = json.loads(ended.out)
    assert (ended.code, said["new"]) == (0, [])
    assert said["notes"] == ["news: no story is kept; collect some, such as by quantdeck collect"]


def test_detect_to_be_told_when_there_is_nothing_says_so(run: Run, tmp_path: Path) -> None:
    ended = run("detect", "--data-dir", str(tmp_path), "--notify")

    assert ended.code == 0
    assert "nobody is told" in ended.out


def test_detect_of_a_wrong_kind_or_time_is_refused(run: Run, tmp_path: Path) -> None:
    folder = ("--data-dir", str(tmp_path))

    run("detect", *folder, "--kind", "weather").refused(2, "no kind of finding")
    run("detect", *folder, "--since", "2999-01-01").refused(2, "--since")
    run("detect", *folder, "--until", "2999-01-01").refused(2, "in the future")
