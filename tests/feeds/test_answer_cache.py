"""Answers kept on disk for a while."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.feeds.answer_cache import AnswerCache, question
from tests.net.conftest import LeapingClock


def test_kept_answer_is_found_by_another_process(tmp_path, leaping_clock):
    AnswerCache(tmp_path, ttl_s=60, clock=leaping_clock).keep("q", b"{}")

    found = AnswerCache(tmp_path, ttl_s=60, clock=leaping_clock).find("q", within_s=60)

    assert found is not None
    assert (found.body, found.fetched_ns) == (b"{}", leaping_clock.now_ns())


@pytest.mark.parametrize(("ttl_s", "within_s", "age_s"), [(60, 5, 6), (5, 60, 6), (60, 0, 0)])
def test_answer_that_is_too_old_is_not_found(tmp_path, leaping_clock, ttl_s, within_s, age_s):
    cache = AnswerCache(tmp_path, ttl_s=ttl_s, clock=leaping_clock)
    cache.keep("q", b"{}")

    leaping_clock.pass_time(age_s)

    assert cache.find("q", within_s=within_s) is None


def test_cache_without_a_life_keeps_nothing(tmp_path, leaping_clock):
    cache = AnswerCache(tmp_path / "cache", ttl_s=0, clock=leaping_clock)

    cache.keep("q", b"{}")

    assert cache.is_off
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("damage", [b"", b"{", b'{"asked":"q","fetched_ns":1,"length":9}\n{}'])
def test_damaged_file_is_as_if_it_were_not_there(tmp_path, leaping_clock, damage):
    cache = AnswerCache(tmp_path, ttl_s=60, clock=leaping_clock)
    cache.keep("q", b"{}")
    (path,) = tmp_path.iterdir()

    path.write_bytes(damage)

    assert cache.find("q", within_s=60) is None


def test_oldest_answers_go_beyond_the_size(tmp_path, leaping_clock):
    cache = AnswerCache(tmp_path, ttl_s=3600, clock=leaping_clock, most_bytes=2_000)
    for number in range(10):
        cache.keep(f"q{number}", b"x" * 400)
        leaping_clock.pass_time(1)

    dropped = cache.prune()

    there = [n for n in range(10) if cache.find(f"q{n}", within_s=3600)]
    assert dropped == 10 - len(there)
    assert there == list(range(10 - len(there), 10))
    assert 3 <= len(there) <= 4


def test_folder_that_cannot_be_written_is_no_reason_to_stop(tmp_path, leaping_clock):
    (tmp_path / "file").write_text("")
    cache = AnswerCache(tmp_path / "file", ttl_s=60, clock=leaping_clock)

    cache.keep("q", b"{}")

    assert cache.find("q", within_s=60) is None


@given(st.dictionaries(st.text("abc", min_size=1), st.integers() | st.text()))
def test_question_does_not_depend_on_the_order_of_parameters(params):
    turned = dict(reversed(params.items()))

    assert question("http://h", "/p", params) == question("http://h", "/p", turned)


@pytest.fixture
def leaping_clock():
    return LeapingClock()
