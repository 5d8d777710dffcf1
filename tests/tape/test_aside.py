"""What becomes of a segment once it is sealed."""

from __future__ import annotations

import pytest

from quantdeck.tape.aside import let_go, publish_from_now_on, publish_no_more
from quantdeck.tape.layout import Layout


@pytest.fixture
def layout(tmp_path):
    made = Layout(tmp_path)
    made.wal.mkdir()
    return made


def segment(layout, name: str, size: int = 10):
    path = layout.wal / f"{name}.seg"
    path.write_bytes(b"x" * size)
    return path


def test_segment_of_a_tape_that_nobody_publishes_is_removed(layout):
    let_go(layout, segment(layout, "a"))

    assert layout.segments() == []
    assert not layout.outbox.exists()


def test_segment_of_a_tape_that_is_published_is_put_aside(layout):
    publish_from_now_on(layout)
    let_go(layout, segment(layout, "a"))

    assert layout.segments() == []
    assert [path.stem for path in layout.unpublished()] == ["a"]


def test_segment_that_is_gone_is_no_error(layout):
    publish_from_now_on(layout)
    let_go(layout, layout.wal / "absent.seg")

    assert layout.unpublished() == []


def test_oldest_of_too_much_that_waits_is_given_up_and_told(layout, caplog):
    publish_from_now_on(layout)
    for name in ("a", "b", "c"):
        let_go(layout, segment(layout, name), most_bytes=25)

    assert [path.stem for path in layout.unpublished()] == ["b", "c"]
    assert "a.seg is given up unpublished" in caplog.text


def test_newest_waits_however_large_it_is(layout):
    publish_from_now_on(layout)
    let_go(layout, segment(layout, "a", 100), most_bytes=25)

    assert [path.stem for path in layout.unpublished()] == ["a"]


def test_what_waits_is_removed_where_nothing_is_published_any_more(layout):
    publish_from_now_on(layout)
    let_go(layout, segment(layout, "a"))
    publish_no_more(layout)
    let_go(layout, segment(layout, "b"))

    assert not layout.outbox.exists()
    assert layout.segments() == []


def test_folder_without_a_tape_gets_none(tmp_path):
    publish_from_now_on(Layout(tmp_path / "absent"))

    assert not (tmp_path / "absent").exists()
