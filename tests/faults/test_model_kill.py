"""Models that are kept while the process is killed are there whole or not at all."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quantdeck.records.models import FolderModels

_CHILD = Path(__file__).with_name("model_children.py")
_SOURCE = Path(__file__).parents[2] / "src"
_KILLS = 3


@pytest.mark.timeout(120)
def test_models_whose_keeper_is_killed_again_and_again_are_whole(tmp_path: Path) -> None:
    generator = random.Random(20261121)
    store, first = FolderModels(tmp_path), 0
    environment = {**os.environ, "PYTHONPATH": str(_SOURCE)}

    for _ in range(_KILLS):
        told = _kept_until_killed(tmp_path, first, generator.random() * 0.05, environment)
        newest, current = store.cards()[0].rows, store.current()

        assert newest >= told
        assert current in {f"m{told}", f"m{newest}"}
        for card in store.cards()[:3]:
            _, text = store.get(card.id)
            kept = store.predictions(card.id)
            assert set(text.split()) == {str(card.rows)}
            assert kept is not None
            assert (kept.rows.score == card.rows).all()
        first = newest + 1

    assert len(store.cards()) >= 2 * _KILLS


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
