from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from quantdeck.app.logs import log_to
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
