"""Batches that come onto a tape all together or not at all."""

from __future__ import annotations

import errno

import numpy as np
import pytest

from quantdeck.model.errors import BadInput, StoreError
from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape import disk
from quantdeck.tape.open import open_reader, open_writer

_UPLOAD = Provenance("upload", Delay.IMPORTED, RunId("run-7"))


def _batch(first: int, count: int, symbol: int = 0) -> Batch:
    rows = np.zeros(count, DTYPES[Kind.TRADE])
    rows["ts_event"] = rows["ts_recv"] = 10**18 + np.arange(first, first + count)
    rows["price"], rows["size"], rows["symbol"] = 5.0, 1.0, symbol
    return Batch(Kind.TRADE, rows, _UPLOAD)


@pytest.fixture
def opened(tmp_path):
    table = InstrumentTable()
    table.id_of("UPLOAD:A")
    table.id_of("UPLOAD:B")
    writer = open_writer(tmp_path, table, clock=SystemClock())
    yield writer, tmp_path
    writer.close()


def test_whole_batches_are_there_for_readers_at_once_and_counted(opened) -> None:
    writer, folder = opened

    writer.append_whole([_batch(0, 200_000), _batch(0, 10, symbol=1)])

    assert {c.symbol: c.rows for c in open_reader(folder).coverage()} == {
        "UPLOAD:A": 200_000,
        "UPLOAD:B": 10,
    }
    assert (writer.status().rows_appended, writer.status().rows_durable) == (200_010, 200_010)


def test_whole_batches_are_sealed_with_their_provenance(opened) -> None:
    writer, folder = opened

    writer.append_whole([_batch(0, 10)])
    writer.seal()

    table = open_reader(folder).table(Kind.TRADE)
    assert table.num_rows == 10
    assert set(table.column("ingest_run_id").to_pylist()) == {"run-7"}
    assert not list((folder / "wal").glob("*"))


def test_whole_batches_that_come_again_are_there_once(opened) -> None:
    writer, folder = opened

    writer.append_whole([_batch(0, 10)])
    writer.append_whole([_batch(0, 12)])

    assert open_reader(folder).table(Kind.TRADE).num_rows == 12


def test_whole_batches_on_a_full_disk_leave_nothing(opened, monkeypatch) -> None:
    writer, folder = opened

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(disk, "put_in_place", full)
        with pytest.raises(StoreError, match=r"nothing was written.*the disk is full"):
            writer.append_whole([_batch(0, 10)])

    assert open_reader(folder).coverage() == []
    assert not list((folder / "wal").glob("*"))


def test_whole_batches_with_a_wrong_layout_are_refused(opened) -> None:
    writer, _ = opened
    wrong = Batch(Kind.QUOTE, _batch(0, 1).rows, _UPLOAD)

    with pytest.raises(BadInput, match="layout"):
        writer.append_whole([wrong])


def test_whole_batches_after_the_end_are_refused(opened) -> None:
    writer, _ = opened
    writer.close()

    with pytest.raises(StoreError, match="closed"):
        writer.append_whole([_batch(0, 1)])


def test_what_a_killed_writer_left_half_written_is_removed(tmp_path) -> None:
    (tmp_path / "wal").mkdir()
    (tmp_path / "wal" / "1-a.tmp").write_bytes(b"half")

    open_writer(tmp_path, InstrumentTable(), clock=SystemClock()).close()

    assert not list((tmp_path / "wal").glob("*.tmp"))
