"""A disk that is really full, and a folder that really cannot be written.

Root may write to any folder whatever its permissions say, so that these need mounts of their own;
tests/tape/test_writer.py has the same with errors injected, for everybody.
"""

from __future__ import annotations

import subprocess
import time

import numpy as np
import pytest

from quantdeck.model.errors import StoreError
from quantdeck.model.events import TRADE_DTYPE, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.tape.options import TapeOptions

_RUN = Provenance("binance-usdm", Delay.REALTIME, RunId("run-1"))


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def _batch(first, count=500):
    rows = np.zeros(count, dtype=TRADE_DTYPE)
    rows["seq"] = np.arange(first, first + count)
    rows["ts_event"] = 1_763_640_000_000_000_000 + rows["seq"] * 1000
    # Nothing that compresses well.
    rows["price"] = np.random.default_rng(first).random(count)
    return Batch(Kind.TRADE, rows, _RUN)


def _tape(folder):
    instruments = InstrumentTable()
    instruments.id_of("BINANCE-USDM:BTCUSDT")
    options = TapeOptions(probe_seconds=0.02, drain_interval_ms=1)
    return open_writer(folder, instruments, clock=SystemClock(), options=options)


def _write_until_refused(tape, acknowledged):
    for first in range(0, 100_000, 500):
        tape.append_wait(_batch(first))
        acknowledged.append(tape.sync())


def test_tape_on_a_full_disk_stops_keeps_what_it_wrote_and_goes_on_when_there_is_room(small_disk):
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(600_000))
    tape = _tape(small_disk)
    acknowledged: list[int] = []

    with pytest.raises(StoreError, match="the disk is full"):
        _write_until_refused(tape, acknowledged)
    durable = acknowledged[-1]
    refused = tape.append(_batch(200_000))
    status = tape.status()
    seq = open_reader(small_disk).table(Kind.TRADE).column("seq").to_numpy()
    ballast.unlink()
    deadline = time.monotonic() + 10
    while tape.status().state != "writing":
        assert time.monotonic() < deadline
        time.sleep(0.005)
    tape.append_wait(_batch(300_000))
    tape.close()

    assert (refused, status.state) == (False, "stopped")
    assert "free room" in status.detail
    assert seq[:durable].tolist() == list(range(durable))
    after = open_reader(small_disk).table(Kind.TRADE).column("seq").to_numpy()
    # What had been accepted when the disk became full was kept in memory, and written later.
    assert after.tolist() == [*range(durable + 500), *range(300_000, 300_500)]


def test_open_writer_in_a_folder_that_cannot_be_written_says_so(small_disk):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)

    with pytest.raises(StoreError, match="file system is read-only; make it writable"):
        _tape(small_disk)
