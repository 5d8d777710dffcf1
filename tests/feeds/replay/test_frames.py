"""Reading files of recorded frames."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.feeds.replay.frames import merge_frames, read_frames, require_whole
from quantdeck.model.errors import BadInput, BadMessage


def _read(path):
    broken = []
    frames = list(read_frames(path, broken.append))
    return [(f.recv_ns, f.payload) for f in frames], broken


def _decode(payload, recv_ns):
    try:
        json.loads(payload)
    except ValueError as error:
        raise BadMessage("venue", "not JSON", payload) from error


_LINES = b"".join(b'%d {"n":%d}\n' % (10**18 + n, n) for n in range(5000))


def test_read_frames_plain_and_gzipped_give_the_same(tmp_path):
    (tmp_path / "plain").write_bytes(_LINES)
    (tmp_path / "packed").write_bytes(gzip.compress(_LINES))

    plain, packed = _read(tmp_path / "plain"), _read(tmp_path / "packed")

    assert plain == packed
    assert plain == ([(10**18 + n, b'{"n":%d}' % n) for n in range(5000)], [])


def test_read_frames_of_files_packed_one_after_the_other_reads_all(tmp_path):
    half = len(_LINES) // 2
    (tmp_path / "a").write_bytes(gzip.compress(_LINES[:half]) + gzip.compress(_LINES[half:]))

    frames, broken = _read(tmp_path / "a")

    assert (len(frames), broken) == (5000, [])


def test_read_frames_without_a_last_line_break_reads_the_last_line(tmp_path):
    (tmp_path / "a").write_bytes(b"1 {}\r\n2 {}")

    assert _read(tmp_path / "a") == ([(1, b"{}"), (2, b"{}")], [])


@pytest.mark.parametrize(
    "line", [b"{}", b"x {}", b"12", b"12 ", b"-1 {}", b"9223372036854775808 {}", b"1.5 {}"]
)
def test_read_frames_broken_line_is_reported_by_number_and_passed_over(tmp_path, line):
    (tmp_path / "a").write_bytes(b"1 {}\n\n" + line + b"\n4 {}\n")

    frames, broken = _read(tmp_path / "a")

    assert [recv_ns for recv_ns, _ in frames] == [1, 4]
    assert [(each.file, each.line) for each in broken] == [("a", 3)]


def test_read_frames_cut_off_file_gives_what_is_there_and_says_so(tmp_path):
    packed = gzip.compress(_LINES)
    (tmp_path / "a.gz").write_bytes(packed[: len(packed) // 2])

    frames, broken = _read(tmp_path / "a.gz")

    assert 1000 < len(frames) < 4000
    assert frames == [(10**18 + n, b'{"n":%d}' % n) for n in range(len(frames))]
    assert "cut off" in broken[-1].reason
    assert broken[0].line == len(frames) + 1


def test_read_frames_damaged_file_says_where(tmp_path):
    packed = bytearray(gzip.compress(_LINES))
    packed[-8:-4] = b"\xff\xff\xff\xff"
    (tmp_path / "a.gz").write_bytes(packed)

    _, broken = _read(tmp_path / "a.gz")

    assert "damaged" in broken[-1].reason


def test_read_frames_missing_file_is_bad_input(tmp_path):
    with pytest.raises(BadInput, match=r"nowhere cannot be read: No such file"):
        _read(tmp_path / "nowhere")


def test_read_frames_folder_is_bad_input(tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        _read(tmp_path)


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300), packed=st.booleans())
def test_read_frames_any_bytes_raises_nothing(tmp_path_factory, content, packed):
    path = tmp_path_factory.mktemp("frames") / "a"
    path.write_bytes(b"\x1f\x8b" + content if packed else content)

    frames, broken = _read(path)

    assert all(0 <= recv_ns < 2**63 for recv_ns, _ in frames)
    assert all(each.line >= 1 for each in broken)


def test_merge_frames_of_two_files_come_in_order_of_receipt(tmp_path):
    (tmp_path / "a").write_bytes(b"1 {}\n4 {}\n5 {}\n")
    (tmp_path / "b").write_bytes(b"2 {}\n4 {}\n")

    frames = merge_frames([tmp_path / "a", tmp_path / "b"], pytest.fail)

    assert [(f.recv_ns, f.file.name) for f in frames] == [
        (1, "a"),
        (2, "b"),
        (4, "a"),
        (4, "b"),
        (5, "a"),
    ]


def test_require_whole_good_files_returns_the_count(tmp_path):
    (tmp_path / "a").write_bytes(b"1 {}\n4 {}\n")

    assert require_whole([tmp_path / "a"], _decode) == 2


def test_require_whole_broken_lines_are_all_named_by_number(tmp_path):
    (tmp_path / "a").write_bytes(b"1 {}\nx\n3 {\n")

    with pytest.raises(BadInput) as caught:
        require_whole([tmp_path / "a"], _decode)

    assert str(caught.value).startswith("2 lines cannot be used: a, line 2: does not begin")
    assert "a, line 3: not JSON" in str(caught.value)
