from __future__ import annotations

import json
import logging
import stat
from typing import TYPE_CHECKING

import pytest

from quantdeck.app.logs import log_to
from quantdeck.app.machine_settings import Logs
from quantdeck.model.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def quiet_root() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield root
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


@pytest.mark.usefixtures("quiet_root")
def test_log_of_a_failure_has_its_trace_in_the_file_and_a_line_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log_to(tmp_path, "info")

    try:
        int("three")
    except ValueError:
        logging.getLogger("quantdeck.test").exception("it failed")
    logging.getLogger("quantdeck.test").info("it goes on")

    file = (tmp_path / "logs" / "quantdeck.log").read_text()
    terminal = capsys.readouterr().err
    assert "Traceback" in file
    assert "it goes on" in file
    assert terminal.count("\n") == 1
    assert (
        "it failed (ValueError: invalid literal for int() with base 10: 'three'; more in logs/quantdeck.log)"
        in terminal
    )


def test_log_in_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()

    with pytest.raises(ConfigError, match="choose another with --data-dir"):
        log_to(tmp_path / "taken", "info")


@pytest.mark.usefixtures("quiet_root")
def test_log_as_json_is_an_object_a_line_on_both_sides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log_to(tmp_path, "info", name="api", logs=Logs(format="json", terminal="info"))

    logging.getLogger("quantdeck.test").info("it goes on")

    file = json.loads((tmp_path / "logs" / "api.log").read_text())
    terminal = json.loads(capsys.readouterr().err)
    assert file == terminal
    assert (file["message"], file["service"]) == ("it goes on", "api")


@pytest.mark.usefixtures("quiet_root")
def test_log_files_are_kept_to_their_number_and_size_for_the_owner_alone(tmp_path: Path) -> None:
    log_to(tmp_path, "info", logs=Logs(max_bytes=10_000, files=2))

    for number in range(1000):
        logging.getLogger("quantdeck.test").info("line %d", number)

    files = sorted((tmp_path / "logs").iterdir())
    assert [each.name for each in files] == [f"quantdeck.log{n}" for n in ("", ".1", ".2")]
    assert all(each.stat().st_size <= 10_000 for each in files)
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


@pytest.mark.usefixtures("quiet_root")
def test_log_of_a_line_with_a_key_of_the_environment_hides_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALPACA_API_SECRET", "f4a8c2e1d9b7")
    log_to(tmp_path, "info")

    logging.getLogger("quantdeck.test").warning("vendor said: bad pair PK1/f4a8c2e1d9b7")

    said = (tmp_path / "logs" / "quantdeck.log").read_text() + capsys.readouterr().err
    assert "f4a8c2e1d9b7" not in said
    assert said.count("PK1/***") == 2
