"""Histories that are kept while the process is killed are those before or those after, never others."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from quantdeck.tape.history.store import BarStore

_CHILD = Path(__file__).with_name("history_children.py")
_SOURCE = Path(__file__).parents[2] / "src"
_KILLS = 6
_AT_ONCE = 50


@pytest.mark.timeout(120)
def test_history_whose_keeper_is_killed_again_and_again_loses_nothing(tmp_path: Path) -> None:
    generator = random.Random(20261121)
    store, rows = BarStore(tmp_path), 0
    environment = {**os.environ, "PYTHONPATH": str(_SOURCE)}

    for _ in range(_KILLS):
        told = _kept_until_killed(tmp_path, rows, generator.random() * 0.05, environment)
        kept = store.read("US:SPY", "1d")
        rows = len(kept)

        assert rows >= told
        assert rows % _AT_ONCE == 0
        assert np.array_equal(kept.rows["close"], np.arange(rows))
        assert len(kept.actions) == rows // _AT_ONCE

    assert rows >= 2 * _KILLS * _AT_ONCE


def _kept_until_killed(folder: Path, first: int, wait_s: float, environment: dict[str, str]) -> int:
    command = [sys.executable, str(_CHILD), str(folder), str(first)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = [int(child.stdout.readline()) for _ in range(2)]
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            time.sleep(0.001)
        child.kill()
        told += [int(line) for line in child.stdout if line.endswith("\n")]
    return told[-1]
