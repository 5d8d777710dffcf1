"""Every example runs, offline, as a user would run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_EXAMPLES = sorted((_ROOT / "examples").glob("[0-9]*.py"))
_ARGUMENTS = {"02_capture_a_minute_from_the_simulator": ["4"]}


@pytest.mark.parametrize("example", _EXAMPLES, ids=lambda path: path.stem)
def test_example_runs_and_prints_a_table(example: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT / "src"), "PYTHONWARNINGS": "error"}

    done = subprocess.run(
        [sys.executable, str(example), *_ARGUMENTS.get(example.stem, [])],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= 3
