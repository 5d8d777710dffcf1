from __future__ import annotations

import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import quantdeck
from quantdeck.app.places import DEMO_FOLDER
from quantdeck.cli.reporting import reporting
from quantdeck.model import errors

if TYPE_CHECKING:
    from tests.cli.conftest import Run

COMMANDS = ("up", "sim", "import", "export", "replay", "sql", "doctor")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_says_what_it_does_and_every_option(run: Run, command: str) -> None:
    name = {"import": "import_"}.get(command, command)
    function = getattr(importlib.import_module(f"quantdeck.cli.{name}"), name)

    ended = run(command, "--help")

    assert ended.code == 0
    words = " ".join(ended.out.split())
    assert (inspect.getdoc(function) or "").split(";")[0].split(".")[0] in words
    assert words.count("--") >= len(inspect.signature(function).parameters) / 2


def test_help_lists_every_command(run: Run) -> None:
    ended = run("--help")

    assert [command for command in COMMANDS if command not in ended.out] == []


def test_help_of_commands_loads_no_heavy_library() -> None:
    heavy = {"numpy", "numba", "polars", "duckdb", "pyarrow", "fastapi", "aiohttp", "msgspec"}
    program = (
        "import sys\n"
        "from quantdeck.cli.main import app\n"
        f"for command in {COMMANDS!r}:\n"
        "    try: app([command, '--help'])\n"
        "    except SystemExit: pass\n"
        f"print(sorted(set(sys.modules) & {heavy!r}))"
    )
    source = str(Path(quantdeck.__file__).parents[1])

    answer = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert answer.stdout.splitlines()[-1:] == ["[]"], answer.stderr


def test_version_is_that_of_the_package(run: Run) -> None:
    assert run("--version").out == f"quantdeck {quantdeck.__version__}\n"


@pytest.mark.parametrize("arguments", [("dance",), ("export", "bars"), ("up", "--prot", "1")])
def test_wrong_usage_shows_how(run: Run, arguments: tuple[str, ...]) -> None:
    ended = run(*arguments)

    assert ended.code == 2
    assert "--help" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.BadInput("x"), 2),
        (errors.ConfigError("x"), 2),
        (errors.VenueError("v", "x"), 3),
        (errors.StoreError("x"), 3),
        (errors.Conflict("x"), 3),
        (errors.NoData("x"), 4),
        (KeyboardInterrupt(), 130),
    ],
)
def test_reporting_gives_each_error_its_exit_code(error: BaseException, code: int) -> None:
    with pytest.raises(SystemExit) as ended, reporting():
        raise error

    assert ended.value.code == code


def test_doctor_as_json_finds_a_sound_tape(run: Run, taped: str) -> None:
    findings = {f["check"]: f for f in json.loads(run("doctor", "--json", "--data-dir", taped).out)}

    assert findings["tape"]["found"] == "20 events in 1 stream in tape"
    assert {findings[check]["verdict"] for check in ("python", "libraries", "settings")} == {"ok"}


@pytest.mark.parametrize(
    ("arguments", "check", "words"),
    [
        (("--config", "absent.yaml"), "settings", "absent.yaml: cannot be read"),
        (("--data-dir", "frames.txt"), "data", "is a file"),
    ],
)
def test_doctor_tells_what_is_wrong_and_what_would_mend_it(
    run: Run, frames: Path, arguments: tuple[str, ...], check: str, words: str
) -> None:
    ended = run("doctor", "--json", *arguments)

    finding = next(f for f in json.loads(ended.out) if f["check"] == check)
    assert ended.code == 3
    assert finding["verdict"] == "fail"
    assert words in finding["found"]
    assert finding["remedy"]


def test_doctor_finds_a_manifest_that_is_not_one(run: Run, taped: str, tmp_path: Path) -> None:
    for file in (tmp_path / taped).glob("manifest.sqlite*"):
        file.unlink()
    (tmp_path / taped / "manifest.sqlite").write_text("no database at all")

    ended = run("doctor", "--json", "--data-dir", taped)

    finding = next(f for f in json.loads(ended.out) if f["check"] == "tape")
    assert (ended.code, finding["verdict"]) == (3, "fail")


def test_sim_lists_its_faults(run: Run) -> None:
    ended = run("sim", "binance", "--fault", "list")

    assert ended.code == 0
    assert ended.out.splitlines()[0].startswith("mute")


def test_sim_of_an_unknown_vendor_names_the_known(run: Run) -> None:
    run("sim", "kraken").refused(2, "'kraken'", "binance")


def test_sim_with_an_unknown_fault_names_the_known(run: Run) -> None:
    run("sim", "binance", "--port", "0", "--fault", "rain").refused(2, "'rain'", "id-gaps")


def test_doctor_finds_the_tape_of_the_demo(run: Run, taped: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / taped).rename(tmp_path / "data" / DEMO_FOLDER)

    findings = {f["check"]: f["found"] for f in json.loads(run("doctor", "--json").out)}

    assert findings["tape"].startswith("empty")
    assert findings["demo tape"] == f"20 events in 1 stream in data/{DEMO_FOLDER}"
