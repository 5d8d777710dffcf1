"""The writer's queue, thread and states."""

from __future__ import annotations

import errno
import os
import threading

import numpy as np
import pytest

from quantdeck.model.errors import BadInput, StoreError
from quantdeck.model.events import Batch, Kind
from quantdeck.model.feed import Gap, GapState
from quantdeck.tape import disk
from quantdeck.tape.open import open_reader


def test_sync_after_append_makes_events_durable_and_readable(opened, kit, tmp_path):
    tape = opened()

    assert tape.append(kit.batch(count=10))

    assert tape.sync() == 10
    assert open_reader(tmp_path / "tape").table(Kind.TRADE).num_rows == 10


def test_append_when_queue_is_full_is_refused_and_counted(opened, kit, monkeypatch):
    release = _block_writes(monkeypatch)
    tape = opened(queue_rows=15)
    taken = tape.append(kit.batch(count=10))
    kit.wait_until(lambda: tape.status().queue_rows == 0)
    tape.append(kit.batch(first=10, count=10))

    refused = tape.append(kit.batch(first=20, count=10))

    assert (taken, refused) == (True, False)
    assert tape.status().rows_dropped == 10
    release()
    assert tape.sync() == 20


def test_append_wait_when_queue_is_full_waits_for_room(opened, kit):
    tape = opened(queue_rows=100)

    for first in range(0, 2000, 50):
        tape.append_wait(kit.batch(first=first, count=50))

    assert tape.sync() == 2000
    assert tape.status().rows_dropped == 0


def test_append_wait_of_more_rows_than_the_queue_holds_is_taken(opened, kit):
    tape = opened(queue_rows=10)

    tape.append_wait(kit.batch(count=50))

    assert tape.sync() == 50


@pytest.mark.parametrize("method", ["append", "append_wait"])
def test_append_of_rows_with_another_layout_is_refused(opened, kit, method):
    tape = opened()

    with pytest.raises(BadInput, match="layout"):
        getattr(tape, method)(Batch(Kind.QUOTE, kit.rows(Kind.TRADE), kit.run))


def test_append_of_an_unknown_symbol_id_is_counted_as_dropped(opened, kit):
    tape = opened()

    tape.append(kit.batch(count=4, symbol=99))
    tape.append(kit.batch(count=3))

    assert tape.sync() == 3
    assert tape.status().rows_dropped == 4


def test_append_of_rows_that_are_not_contiguous_is_written(opened, kit, tmp_path):
    tape = opened()

    tape.append(Batch(Kind.TRADE, kit.rows(count=10)[::2], kit.run))

    assert tape.sync() == 5
    seq = open_reader(tmp_path / "tape").table(Kind.TRADE).column("seq").to_pylist()
    assert seq == [0, 2, 4, 6, 8]


def test_open_writer_when_another_writes_names_the_process(opened):
    opened()

    with pytest.raises(StoreError, match=f"process {os.getpid()}"):
        opened()


def test_open_writer_after_close_succeeds(opened, kit):
    opened().close()

    assert opened().append(kit.batch())


def test_close_twice_is_harmless_and_state_is_closed(opened, kit):
    tape = opened()
    tape.append(kit.batch(count=10))
    tape.close()

    tape.close()

    assert tape.status().state == "closed"
    assert tape.status().rows_durable == 10


def test_methods_after_close_refuse_clearly(opened, kit):
    tape = opened()
    tape.close()

    assert not tape.append(kit.batch())
    with pytest.raises(StoreError, match="closed"):
        tape.append_wait(kit.batch())
    with pytest.raises(StoreError, match="closed"):
        tape.sync()


def test_close_seals_what_is_open(opened, kit, tmp_path):
    tape = opened()
    tape.append(kit.batch())

    tape.close()

    assert not list((tmp_path / "tape" / "wal").iterdir())
    assert len(list((tmp_path / "tape" / "parquet").rglob("*.parquet"))) == 1


def test_close_seals_all_that_waits(opened, kit, tmp_path):
    tape = opened(roll_rows=10)
    for first in range(0, 100, 10):
        tape.append(kit.batch(first=first))
        tape.sync()

    tape.close()

    assert not list((tmp_path / "tape" / "wal").iterdir())
    assert open_reader(tmp_path / "tape").table(Kind.TRADE).num_rows == 100


def test_close_without_seal_on_close_leaves_the_segment(opened, kit, tmp_path):
    tape = opened(seal_on_close=False)
    tape.append(kit.batch())

    tape.close()

    assert len(list((tmp_path / "tape" / "wal").iterdir())) == 1
    assert open_reader(tmp_path / "tape").table(Kind.TRADE).num_rows == 10


def test_segment_when_long_enough_is_sealed(opened, kit):
    tape = opened(roll_rows=50)

    tape.append(kit.batch(count=60))

    kit.wait_until(lambda: tape.status().files == 1 and tape.status().segments == 0)
    assert tape.status().rows_durable == 60


def test_segments_of_two_runs_at_the_same_time_have_names_of_their_own(opened, kit, tmp_path):
    # The clock of this test stands still, as one that is set back does.
    for first in (0, 10):
        tape = opened()
        tape.append(kit.batch(first=first))
        tape.close()

    assert open_reader(tmp_path / "tape").table(Kind.TRADE).num_rows == 20


def test_segment_when_old_enough_is_sealed(opened, kit, clock):
    tape = opened(roll_seconds=60)
    tape.append(kit.batch())
    tape.sync()

    clock.ns += 61 * 10**9

    kit.wait_until(lambda: tape.status().files == 1)
    assert tape.status().segments == 0


def test_seal_puts_everything_into_files(opened, kit):
    tape = opened()
    tape.append(kit.batch())

    tape.seal()

    status = tape.status()
    assert (status.files, status.segments) == (1, 0)
    assert status.bytes_on_disk > 0


def test_record_gap_is_read_back_and_replaced_by_what_became_of_it(opened, tmp_path, kit):
    tape = opened()
    gap = Gap("binance-usdm", kit.btc, "trade", 5, 9, kit.noon, None, kit.noon)
    tape.record_gap(gap)
    tape.record_gap(Gap("binance-usdm", kit.eth, "trade", 5, 9, kit.noon - 1))
    repaired = Gap("binance-usdm", kit.btc, "trade", 5, 9, kit.noon, state=GapState.REPAIRED)
    tape.record_gap(repaired)

    tape.sync()

    found = open_reader(tmp_path / "tape").gaps()
    assert [(g.symbol, g.state) for g in found] == [(kit.btc, "repaired"), (kit.eth, "open")]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "may not be written"),
        (errno.EIO, "input/output error"),
    ],
)
@pytest.mark.parametrize("call", ["write_all", "flush"])
def test_tape_when_disk_refuses_stops_clearly_and_goes_on_later(
    opened, kit, tmp_path, monkeypatch, code, words, call
):
    tape = opened(probe_seconds=0.02)
    tape.append(kit.batch(count=10))
    tape.sync()
    mend = _break(monkeypatch, call, code)

    tape.append(kit.batch(first=10, count=10))
    with pytest.raises(StoreError, match=words):
        tape.sync()

    status = tape.status()
    assert status.state == "stopped"
    assert words in status.detail
    assert "10 events of this run are on the disk, 10 wait" in status.detail
    assert not tape.append(kit.batch(first=20, count=10))
    assert tape.status().rows_dropped == 10
    assert open_reader(tmp_path / "tape").table(Kind.TRADE).num_rows >= 10
    mend()
    kit.wait_until(lambda: tape.status().state == "writing")
    tape.append(kit.batch(first=30, count=10))
    assert tape.sync() == 30
    seq = open_reader(tmp_path / "tape").table(Kind.TRADE).column("seq").to_pylist()
    assert seq == [*range(20), *range(30, 40)]


def test_tape_when_disk_stays_full_counts_what_it_held_as_dropped(opened, kit, monkeypatch):
    tape = opened(probe_seconds=5)
    _break(monkeypatch, "write_all", errno.ENOSPC)
    tape.append(kit.batch(count=10))
    with pytest.raises(StoreError):
        tape.sync()

    tape.close()

    assert tape.status().rows_dropped == 10


def test_seal_when_disk_refuses_says_so_and_succeeds_later(opened, kit, monkeypatch, tmp_path):
    tape = opened(probe_seconds=0.01)
    tape.append(kit.batch(count=10))
    with monkeypatch.context() as broken:
        broken.setattr(disk, "put_in_place", _raising(errno.ENOSPC))
        with pytest.raises(StoreError, match="disk is full"):
            tape.seal()
        assert "sealing waits" in tape.status().detail
        assert open_reader(tmp_path / "tape").table(Kind.TRADE).num_rows == 10

    tape.seal()

    assert tape.status().files == 1
    assert tape.status().detail == ""


def test_append_from_several_threads_loses_nothing(opened, kit):
    tape = opened()

    def work(first):
        for number in range(50):
            tape.append(kit.batch(first=first + number * 10, count=10))

    threads = [threading.Thread(target=work, args=(n * 1000,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert tape.sync() == 2000


def test_written_values_do_not_change(opened, kit, tmp_path):
    tape = opened()
    quotes = kit.rows(Kind.QUOTE, count=4)
    quotes["bid"][1] = np.nan

    tape.append(Batch(Kind.QUOTE, quotes, kit.run))
    tape.seal()

    bids = open_reader(tmp_path / "tape").table(Kind.QUOTE).column("bid").to_numpy()
    np.testing.assert_array_equal(bids, quotes["bid"])


def _block_writes(monkeypatch):
    allowed = threading.Event()
    real = disk.write_all

    def wait_and_write(descriptor, buffers):
        allowed.wait(10)
        return real(descriptor, buffers)

    monkeypatch.setattr(disk, "write_all", wait_and_write)
    return allowed.set


def _raising(code):
    def fail(*_):
        raise OSError(code, os.strerror(code))

    return fail


def _break(monkeypatch, call, code):
    is_broken = True
    real = getattr(disk, call)

    def fail(descriptor, *rest):
        if not is_broken:
            return real(descriptor, *rest)
        if call == "write_all":
            # As a full disk does it: the beginning is written.
            os.write(descriptor, b"".join(rest[0])[:100])
        raise OSError(code, os.strerror(code))

    def mend():
        nonlocal is_broken
        is_broken = False

    monkeypatch.setattr(disk, call, fail)
    return mend
