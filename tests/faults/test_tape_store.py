"""Faults of a store that holds sealed files, and of the machine that seals into it."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from quantdeck.model.events import Kind
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.tape.options import TapeOptions
from tests.faults.tape_zygote import TapeZygote
from tests.scale.tape_rig import BTC, batch, shared_place
from tests.scale.weed_server import KEY, READER, WeedServer

_KILLS = 15
_ROWS = 200


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = WeedServer(tmp_path_factory.mktemp("weed") / "server")
    yield made
    made.kill()


@pytest.fixture
def url():
    return f"s3://tape/{uuid4().hex[:8]}"


@pytest.fixture
def opened(server, url):
    """Return a function that opens tapes and stores; tapes are closed at the end."""
    from quantdeck.scale.objects import StorePlace

    tapes = []

    def shared(who=KEY):
        return shared_place(StorePlace(url, server.endpoint, keys=server.keys(who)))

    def open_it(folder, who=KEY):
        instruments = InstrumentTable()
        instruments.id_of(BTC)
        options = TapeOptions(
            sync_interval_ms=10, drain_interval_ms=1, probe_seconds=0.1, seal_on_close=False
        )
        tapes.append(
            open_writer(
                folder, instruments, clock=SystemClock(), options=options, shared=shared(who)
            )
        )
        return tapes[-1]

    open_it.shared = shared
    yield open_it
    for tape in tapes:
        tape.close()


def test_store_that_dies_while_it_is_written_holds_up_nothing_and_loses_nothing(
    opened, server, tmp_path
):
    tape = opened(tmp_path / "tape")
    tape.append_wait(batch(rows=1000))
    tape.seal()

    server.kill()
    tape.append_wait(batch(first=1000, rows=1000))
    tape.append_whole([batch(first=2000, rows=500)])
    _until(lambda: tape.status().detail)
    status = tape.status()
    assert tape.sync() == 2000
    assert status.state == "writing"
    assert "sealing waits: the store s3://tape/" in status.detail
    assert "it does not answer" in status.detail
    assert status.rows_dropped == 0

    server.start()
    _until(lambda: not tape.status().detail)
    tape.seal()
    for folder in ("tape", "elsewhere"):
        table = open_reader(tmp_path / folder, opened.shared()).table(Kind.TRADE)
        assert table.column("seq").to_pylist() == list(range(2500))


@pytest.mark.scale_slow
def test_store_that_denies_access_is_told_by_name_and_capture_goes_on(opened, tmp_path):
    tape = opened(tmp_path / "tape", READER)

    tape.append_whole([batch(rows=100)])
    _until(lambda: tape.status().detail)

    assert "it denies access; check the key and its rights" in tape.status().detail
    tape.append_wait(batch(first=100, rows=100))
    assert tape.sync() == 100
    local = open_reader(tmp_path / "tape", opened.shared())
    assert local.table(Kind.TRADE).num_rows == 200


@pytest.mark.scale_slow
def test_reader_elsewhere_of_a_store_that_is_away_is_told(opened, server, tmp_path):
    from quantdeck.model.errors import StoreError

    tape = opened(tmp_path / "tape")
    tape.append_whole([batch(rows=100)])
    tape.seal()
    reader = open_reader(tmp_path / "elsewhere", opened.shared())
    assert reader.table(Kind.TRADE).num_rows == 100

    server.kill()
    try:
        with pytest.raises(StoreError, match="cannot be read"):
            reader.table(Kind.TRADE)
    finally:
        server.start()
    assert reader.table(Kind.TRADE).num_rows == 100


@pytest.mark.scale_slow
@pytest.mark.timeout(240)
def test_tape_whose_writer_is_killed_again_and_again_is_whole_elsewhere(
    opened, server, url, tmp_path
):
    folder = tmp_path / "tape"
    folder.mkdir()
    place = {"url": url, "endpoint": server.endpoint, "keys": server.keys()}
    generator = random.Random(20261122)

    with TapeZygote(TAPE_STORE=json.dumps(place)) as zygote:
        reader = zygote.fork(f"read {folder}")
        for run in range(_KILLS):
            known = len(_acked(folder))
            writer = zygote.fork(f"write {folder} {run * 100_000}")
            _until(lambda known=known: len(_acked(folder)) > known + 20, folder)
            _until_passed(generator.random() * 0.6)
            os.kill(writer, signal.SIGKILL)
            _until(lambda writer=writer: not Path(f"/proc/{writer}").exists(), folder)
        (folder / "stop").touch()
        _until(lambda: not Path(f"/proc/{reader}").exists(), folder)

    seen = json.loads((folder / "seen.json").read_text())
    assert seen["wrong"] == []
    assert seen["reads"] >= 3
    tape = opened(folder)
    tape.seal()
    assert not list((folder / "wal").glob("*.seg"))
    acked = set(_acked(folder))
    elsewhere = open_reader(tmp_path / "elsewhere", opened.shared())
    for kind in (Kind.TRADE, Kind.QUOTE, Kind.MARK):
        seq = elsewhere.table(kind, columns=["seq"]).column("seq").to_numpy()
        stored, counts = np.unique(seq // _ROWS, return_counts=True)
        assert len(np.unique(seq)) == len(seq)
        assert acked <= set(stored.tolist())
        assert set(counts.tolist()) == {_ROWS}


def _acked(folder) -> list[int]:
    path = folder / "acked"
    lines = path.read_text().split("\n")[:-1] if path.exists() else []
    return [int(line) for line in lines]


def _until(is_so, folder=None) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        failed = [] if folder is None else [p.read_text() for p in folder.glob("failed-*")]
        assert not failed, failed
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _until_passed(seconds: float) -> None:
    # The moment of the kill is what is random here, not a wait for something to happen.
    time.sleep(seconds)
