"""The frames of a segment."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from quantdeck.model import frames
from quantdeck.model.errors import StoreError
from quantdeck.model.events import Kind
from quantdeck.model.frames import frame_at
from quantdeck.tape import segment
from quantdeck.tape.segment import SegmentFile, SegmentScan, has_good_frame_after


@pytest.fixture
def file(tmp_path, instruments):
    made = SegmentFile(tmp_path / "1.seg", instruments, created_ns=7)
    yield made
    made.close()


def test_scan_after_append_has_rows_symbols_and_provenance(file, kit):
    file.append([kit.batch(), kit.batch(Kind.QUOTE, symbol=1)])

    scan = SegmentScan(file.path)
    scan.read_on()

    assert [block.kind for block in scan.blocks] == [Kind.TRADE, Kind.QUOTE]
    assert all(block.provenance == kit.run for block in scan.blocks)
    assert scan.symbols == {0: kit.btc, 1: kit.eth}
    np.testing.assert_array_equal(scan.blocks[0].rows, kit.rows())


def test_scan_read_on_takes_only_what_is_new(file, kit):
    scan = SegmentScan(file.path)
    file.append([kit.batch(count=3)])
    scan.read_on()

    file.append([kit.batch(first=3, count=2)])

    assert scan.read_on()
    assert scan.rows == 5
    assert not scan.read_on()


def test_scan_after_many_small_appends_keeps_few_blocks(file, kit):
    scan = SegmentScan(file.path)

    for number in range(200):
        file.append([kit.batch(first=number, count=1)])
        scan.read_on()

    assert len(scan.blocks) <= 64
    assert np.concatenate([b.rows["seq"] for b in scan.blocks]).tolist() == list(range(200))


def test_scan_when_symbols_are_added_later_knows_them(file, kit, instruments):
    file.append([kit.batch()])
    new = instruments.id_of("BINANCE:SOLUSDT")

    file.append([kit.batch(symbol=new)])

    scan = SegmentScan(file.path)
    scan.read_on()
    assert scan.symbols[new] == "BINANCE:SOLUSDT"


def test_append_of_more_rows_than_a_frame_holds_is_split(file, kit, monkeypatch):
    monkeypatch.setattr(segment, "_MOST_ROWS", 4)

    file.append([kit.batch(count=10), kit.batch(first=10, count=3)])

    scan = SegmentScan(file.path)
    scan.read_on()
    assert scan.rows == 13


def test_scan_when_last_frame_is_torn_ends_before_it(file, kit):
    file.append([kit.batch(count=5)])
    good = file.size
    file.append([kit.batch(first=5, count=5)])
    with file.path.open("r+b") as raw:
        raw.truncate(file.size - 1)

    scan = SegmentScan(file.path)
    scan.read_on()

    assert scan.rows == 5
    assert scan.end == good


def test_frame_when_its_length_goes_beyond_the_file_is_not_read(file, kit):
    file.append([kit.batch()])
    data = bytearray(file.path.read_bytes())
    data[8:12] = (2**31).to_bytes(4, "little")

    assert frame_at(memoryview(bytes(data)), 0) is None


def test_scan_of_a_file_that_does_not_begin_with_a_header_is_empty(tmp_path, file, kit):
    file.append([kit.batch()])
    header = frame_at(memoryview(file.path.read_bytes()), 0)
    headless = tmp_path / "2.seg"
    headless.write_bytes(file.path.read_bytes()[header.end :])

    scan = SegmentScan(headless)
    scan.read_on()

    assert (scan.rows, scan.end) == (0, 0)


def test_scan_of_a_newer_format_says_to_use_a_newer_quantdeck(tmp_path, instruments, monkeypatch):
    monkeypatch.setattr(frames, "FORMAT_VERSION", 99)
    SegmentFile(tmp_path / "1.seg", instruments, created_ns=0).close()
    monkeypatch.undo()

    with pytest.raises(StoreError, match=r"version 99.*newer quantdeck"):
        SegmentScan(tmp_path / "1.seg").read_on()


def test_header_names_the_layouts(file):
    frame = frame_at(memoryview(file.path.read_bytes()), 0)

    header = msgspec.json.decode(frame.payload)

    assert header["created_ns"] == 7
    assert ["price", "<f8"] in header["layouts"]["trade"]


def test_has_good_frame_after_tells_damage_from_a_torn_end(file, kit):
    file.append([kit.batch()])
    first = file.size
    file.append([kit.batch(first=10)])
    data = bytearray(file.path.read_bytes())
    data[first - 1] ^= 1
    damaged_at = SegmentScan(file.path)
    file.path.write_bytes(data)
    damaged_at.read_on()

    assert has_good_frame_after(file.path, damaged_at.end)
    assert not has_good_frame_after(file.path, first + 24)
