"""An upload that is killed at any moment is on the tape whole or not at all."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import open_reader, open_writer

if TYPE_CHECKING:
    from collections.abc import Callable

_CHILDREN = Path(__file__).with_name("upload_children.py")
_SOURCE = Path(__file__).parents[2] / "src"
_ROWS = 80_000
_KILLS = 9


@pytest.mark.timeout(180)
def test_upload_that_is_killed_nine_times_is_there_whole_or_not_at_all(tmp_path):
    folder, generator = tmp_path / "tape", random.Random(20261121)
    folder.mkdir()
    states: list[int] = []
    command = [sys.executable, str(_CHILDREN)]
    environment = {**os.environ, "PYTHONPATH": str(_SOURCE)}

    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as children:
        for run in range(_KILLS):
            file = _file(tmp_path, run)
            children.stdin.write(f"{folder} {file}\n")
            children.stdin.flush()
            child = int(children.stdout.readline())
            if run % 3 == 1:
                # While the rows are written aside, or are given their name
                _until(lambda: list(folder.glob("wal/*.tmp")), child)
            elif run % 3 == 2:
                # While they are sealed
                _until((folder / "done").exists, child)
            _wait(generator.random() * (0.5 if run % 3 == 0 else 0.05), child)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            _until_gone(child)
            states.append(_rows(folder, run))
            (folder / "done").unlink(missing_ok=True)
        children.stdin.close()
        children.wait(10)

    assert not (folder / "failed").exists()
    assert set(states) == {0, _ROWS}, states
    # The next writer puts the folder in order; what is there then is what was there.
    open_writer(folder, InstrumentTable(), clock=SystemClock()).close()
    assert [_rows(folder, run) for run in range(_KILLS)] == states
    assert not list((folder / "wal").iterdir())


def _file(folder: Path, run: int) -> Path:
    file = folder / f"{run}.csv"
    lines = (f"{1_723_118_400_000 + n},S{run},{100 + n % 7}.5,1\n" for n in range(_ROWS))
    file.write_text("ts,symbol,price,size\n" + "".join(lines))
    return file


def _rows(folder: Path, run: int) -> int:
    coverage = open_reader(folder).coverage()
    return sum(each.rows for each in coverage if each.symbol == f"UPLOAD:S{run}")


def _until(condition: Callable[[], object], child: int) -> None:
    deadline = time.monotonic() + 30
    while not condition() and Path(f"/proc/{child}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def _wait(seconds: float, child: int) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and Path(f"/proc/{child}").exists():
        time.sleep(0.002)


def _until_gone(child: int) -> None:
    deadline = time.monotonic() + 20
    while Path(f"/proc/{child}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.002)
