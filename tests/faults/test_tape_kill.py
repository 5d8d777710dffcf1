"""A tape whose writer is killed again and again loses nothing that it has acknowledged."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from quantdeck.model.events import DTYPES
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import open_reader, open_writer
from tests.faults.tape_zygote import CHILDREN, TapeZygote

_KILLS = 40


@pytest.mark.timeout(180)
def test_tape_when_writer_is_killed_forty_times_keeps_all_it_acknowledged(tmp_path):
    children = _load_children()
    generator = random.Random(20261121)

    with TapeZygote() as zygote:
        reader = zygote.fork(f"read {tmp_path}")
        for run in range(_KILLS):
            known, sealed = _acked(tmp_path), _sealed(tmp_path)
            writer = zygote.fork(f"write {tmp_path} {run * 100_000}")
            _wait_until(lambda known=known: len(_acked(tmp_path)) > len(known), tmp_path)
            if run % 4 == 3:
                # However busy the machine is, some writers live until they have sealed.
                _wait_until(lambda sealed=sealed: _sealed(tmp_path) - sealed, tmp_path)
            _wait_until_passed(generator.random() * 0.2)
            os.kill(writer, signal.SIGKILL)
            _wait_until(lambda writer=writer: not Path(f"/proc/{writer}").exists(), tmp_path)
        (tmp_path / "stop").touch()
        _wait_until(lambda: not Path(f"/proc/{reader}").exists(), tmp_path)

    assert not list(tmp_path.glob("failed-*"))
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen["wrong"] == []
    assert seen["reads"] >= 10
    assert any((tmp_path / "parquet").rglob("*.parquet"))
    _settle(tmp_path)
    acked = set(_acked(tmp_path))
    for kind in children.KINDS:
        _check_kind(tmp_path, kind, acked, children)
    assert not list((tmp_path / "wal").iterdir())
    on_disk = {p.relative_to(tmp_path).as_posix() for p in (tmp_path / "parquet").rglob("*.*")}
    named = open_reader(tmp_path).sql("select path from files", timeout_s=10, max_rows=10**6)
    assert on_disk - {"parquet"} >= set(named.column("path").to_pylist())
    assert not [path for path in on_disk if path.endswith(".tmp")]


def _check_kind(folder, kind, acked, children) -> None:
    table = open_reader(folder).table(kind)
    seq = table.column("seq").to_numpy()
    stored, counts = np.unique(seq // children.ROWS, return_counts=True)
    assert len(np.unique(seq)) == len(seq)
    assert acked <= set(stored.tolist())
    assert set(counts.tolist()) == {children.ROWS}
    order = np.argsort(seq)
    expected = np.concatenate([children.batch(kind, int(number)).rows for number in stored])
    for name in DTYPES[kind].names:
        if name == "symbol":
            names = np.array(children.SYMBOLS)[expected["symbol"]]
            assert table.column("symbol").to_pylist() == names[np.argsort(order)].tolist()
        elif name != "_pad":
            values = table.column(name).to_numpy()[order]
            np.testing.assert_array_equal(values, expected[name])


def _settle(folder) -> None:
    tape = open_writer(folder, InstrumentTable(), clock=SystemClock())
    tape.seal()
    tape.close()


def _acked(folder) -> list[int]:
    path = folder / "acked"
    lines = path.read_text().split("\n")[:-1] if path.exists() else []
    return [int(line) for line in lines]


def _sealed(folder) -> set[Path]:
    return set((folder / "parquet").rglob("*.parquet"))


def _wait_until(is_so, folder) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        failed = [path.read_text() for path in folder.glob("failed-*")]
        assert not failed, failed
        assert time.monotonic() < deadline
        time.sleep(0.002)


def _wait_until_passed(seconds: float) -> None:
    # The moment of the kill is what is random here, not a wait for something to happen.
    time.sleep(seconds)


def _load_children():
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("tape_children", CHILDREN)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
