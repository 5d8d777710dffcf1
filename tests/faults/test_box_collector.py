"""A collector that is killed loses nothing that it has told, and spoils nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import quantdeck
from quantdeck.app.places import DEMO_FOLDER
from quantdeck.tape.chains.store import ChainStore

HOUR_NS = 3_600_000_000_000


def test_collector_killed_at_any_moment_leaves_whole_files(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("boxes: {expiries_per_ticker: 1}\n")
    command = [sys.executable, "-m", "quantdeck.cli.main", "boxes", "collect", "--demo", "--loop"]
    with subprocess.Popen(
        [*command, "--interval", "1", "--json"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(quantdeck.__file__).parents[1]), "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())["taken"][0]["stored"]
        finally:
            process.kill()

    store = ChainStore(tmp_path / "data" / DEMO_FOLDER)
    kept = store.snapshots()
    assert told["path"] in [stored.path for stored in kept]
    assert [store.read(stored).taken_ns for stored in kept] == [s.taken_ns for s in kept]
    moments = set(store.rates().column("ts_ns").to_pylist())
    assert told["taken_ns"] in moments
    store.prune(1, now_ns=kept[0].taken_ns + 2 * HOUR_NS)
    assert store.snapshots() == kept[:1]
