from __future__ import annotations

import threading

import pytest

from tests.records.places import opened

NS = 1_000_000_000


@pytest.fixture
def records(place):
    kept = opened(place)
    yield kept
    kept.close()


def held(records, holder, now_s, duty="alerts"):
    return records.duties.hold(duty, holder, now_ns=int(now_s * NS), lease_s=10.0)


def test_duty_is_held_by_one_while_it_renews_it(records):
    assert held(records, "one", 0)
    assert not held(records, "two", 9.9)
    assert held(records, "one", 9)
    assert not held(records, "two", 18.9)


def test_duty_of_a_silent_holder_is_taken_over(records):
    held(records, "one", 0)

    assert held(records, "two", 10)
    assert not held(records, "one", 11)


def test_duty_that_is_left_is_free_at_once(records):
    held(records, "one", 0)
    records.duties.leave("alerts", "two")
    stays = not held(records, "two", 1)

    records.duties.leave("alerts", "one")

    assert stays
    assert held(records, "two", 1)


def test_duties_do_not_meet(records):
    assert held(records, "one", 0)
    assert held(records, "two", 0, duty="other")


def test_duty_that_many_want_at_once_is_held_by_one(place):
    openings = [opened(place) for _ in range(4)]
    barrier, taken = threading.Barrier(4), []

    def ask(number):
        barrier.wait(timeout=30)
        if held(openings[number], str(number), 0):
            taken.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in openings:
        each.close()

    assert len(taken) == 1
