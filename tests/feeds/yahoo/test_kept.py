"""Answers kept on disk."""

from __future__ import annotations

from quantdeck.feeds.yahoo.kept import KeptAnswers

_NS = 1_000_000_000


def test_an_answer_is_there_while_it_is_fresh(tmp_path) -> None:
    kept = KeptAnswers(tmp_path / "new")
    kept.put("a", b"body", now_ns=100 * _NS)

    assert kept.get("a", now_ns=109 * _NS, fresh_s=10) == b"body"
    assert kept.get("a", now_ns=110 * _NS, fresh_s=10) is None
    assert kept.get("a", now_ns=99 * _NS, fresh_s=10) is None
    assert kept.get("b", now_ns=100 * _NS, fresh_s=10) is None


def test_another_process_finds_it(tmp_path) -> None:
    KeptAnswers(tmp_path).put("a", b"body", now_ns=0)

    assert KeptAnswers(tmp_path).get("a", now_ns=1, fresh_s=10) == b"body"


def test_the_oldest_go_when_there_is_too_much(tmp_path) -> None:
    kept = KeptAnswers(tmp_path, most_bytes=5_000)

    for number in range(120):
        kept.put(str(number), bytes(100), now_ns=number)

    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 5_000 + 50 * 108
    assert kept.get("119", now_ns=119, fresh_s=10) is not None
    assert not list(tmp_path.glob("*.part"))


def test_a_disk_that_refuses_costs_nothing_but_the_answer(tmp_path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    kept = KeptAnswers(blocked / "folder")

    kept.put("a", b"body", now_ns=0)

    assert kept.get("a", now_ns=0, fresh_s=10) is None


def test_without_a_folder_nothing_is_kept() -> None:
    kept = KeptAnswers(None)
    kept.put("a", b"body", now_ns=0)

    assert kept.get("a", now_ns=0, fresh_s=10) is None
