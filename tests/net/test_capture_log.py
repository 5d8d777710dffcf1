"""Frames kept as received."""

from __future__ import annotations

import gzip
import threading

from quantdeck.net.capture_log import CaptureLog


def _lines(folder):
    return b"".join(gzip.decompress(p.read_bytes()) for p in sorted(folder.iterdir())).splitlines()


def test_close_after_writes_leaves_every_frame_in_order(tmp_path):
    log = CaptureLog(tmp_path, "raw")

    for number in range(1000):
        log.write(memoryview(b'{"n":%d}' % number), 10**18 + number)
    log.close()

    assert _lines(tmp_path) == [b'%d {"n":%d}' % (10**18 + n, n) for n in range(1000)]
    assert (log.frames, log.dropped) == (1000, 0)


def test_write_frame_with_a_line_break_stays_one_line(tmp_path):
    log = CaptureLog(tmp_path, "raw")

    log.write(b'{"a":\n1}', 5)
    log.close()

    assert _lines(tmp_path) == [b'5 {"a": 1}']


def test_write_beyond_the_file_size_begins_another_file(tmp_path):
    log = CaptureLog(tmp_path, "raw", file_bytes=100)

    for second in range(5):
        log.write(bytes(range(40, 90)) * 10, second * 2_000_000_000 + 1)
        log.flush()
    log.close()

    assert len(list(tmp_path.iterdir())) > 1
    assert len(_lines(tmp_path)) == 5


def test_flush_when_the_disk_is_behind_counts_what_is_dropped(tmp_path, monkeypatch):
    hold = threading.Event()
    monkeypatch.setattr(CaptureLog, "_work", lambda _: hold.wait())
    log = CaptureLog(tmp_path, "raw", queue_chunks=1)

    for number in range(3):
        log.write(b"{}", number)
        log.flush()
    hold.set()

    assert log.dropped == 2


def test_write_to_a_folder_that_vanished_is_counted_and_said(tmp_path):
    folder = tmp_path / "raw"
    log = CaptureLog(folder, "raw")
    folder.rmdir()

    log.write(b"{}", 1)
    log.close()

    assert log.dropped == 1
    assert "not kept" in log.problem
