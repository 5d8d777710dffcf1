"""scripts/setup: what a newcomer's first command says and does."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_TOOLS = ("sh", "dirname", "cat", "cksum", "mkdir", "cp", "chmod")
_OLD = """#!/bin/sh
case "$1" in --version) echo "Python 3.9.2" ;; *) exit 1 ;; esac
"""
_WITHOUT_VENV = """#!/bin/sh
case "$2" in *ensurepip*) exit 1 ;; esac
"""
_GOOD = """#!/bin/sh
case "$1" in
    scripts/install.py) mkdir -p .venv/bin && cp "$0" .venv/bin/python && echo "installed $2" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    # Only what scripts/setup reads, and a PATH that holds no other Python.
    for name in ("scripts/setup", "scripts/install.py", "pyproject.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(_ROOT / name, tmp_path / name)
    shutil.copytree(_ROOT / "requirements", tmp_path / "requirements")
    (tmp_path / "bin").mkdir()
    for tool in _TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    return tmp_path


def _setup(checkout: Path, python: str | None) -> subprocess.CompletedProcess[str]:
    if python is not None:
        fake = checkout / "bin" / "python3"
        fake.write_text(python)
        fake.chmod(0o755)
    return subprocess.run(
        [str(checkout / "scripts" / "setup"), "run"],
        env={"PATH": str(checkout / "bin")},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_setup_without_python_names_what_is_needed(checkout: Path) -> None:
    done = _setup(checkout, None)

    assert done.returncode == 2
    assert "needs Python 3.11 or newer; found: no python3" in done.stderr


def test_setup_with_an_old_python_names_the_version_found(checkout: Path) -> None:
    done = _setup(checkout, _OLD)

    assert done.returncode == 2
    assert "found: Python 3.9.2" in done.stderr
    assert "PYTHON=" in done.stderr


def test_setup_without_venv_module_names_the_package(checkout: Path) -> None:
    done = _setup(checkout, _WITHOUT_VENV)

    assert done.returncode == 2
    assert "apt-get install python3-venv" in done.stderr


def test_setup_runs_the_installation_once(checkout: Path) -> None:
    first = _setup(checkout, _GOOD)
    second = _setup(checkout, _GOOD)

    assert first.stdout == "installed run\n"
    assert second.returncode == 0
    assert second.stdout == ""


def test_setup_installs_again_when_requirements_have_changed(checkout: Path) -> None:
    _setup(checkout, _GOOD)
    with (checkout / "requirements" / "run.txt").open("a") as lock:
        lock.write("# changed\n")

    again = _setup(checkout, _GOOD)

    assert again.stdout == "installed run\n"


def test_setup_that_failed_is_tried_again(checkout: Path) -> None:
    failed = _setup(checkout, _GOOD.replace("echo", "exit 3; echo"))

    again = _setup(checkout, _GOOD)

    assert failed.returncode == 3
    assert again.stdout == "installed run\n"
