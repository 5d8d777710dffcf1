from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.analytics.due_times import due_between, next_due, parse_when
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.errors import BadInput

NS = 1_000_000_000
DAY = 86_400 * NS


def ns(text: str, zone: str = "America/New_York") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * NS


def dues(when: str, start: str, end: str, zone: str = "America/New_York") -> list[int]:
    return due_between(parse_when(when), ns(start, zone), ns(end, zone), us_sessions())


def test_close_follows_half_days() -> None:
    found = dues("close + 20 min", "2026-11-25", "2026-11-29")

    assert found == [ns("2026-11-25T16:20"), ns("2026-11-27T13:20")]


def test_close_follows_the_change_of_summer_time() -> None:
    found = dues("close", "2026-03-06", "2026-03-10")

    assert [each - ns("2026-03-06T21:00", "UTC") for each in found] == [0, 3 * DAY - 3_600 * NS]


def test_open_may_be_led_by_minutes() -> None:
    assert dues("open - 10 min", "2026-11-20", "2026-11-21") == [ns("2026-11-20T09:20")]


def test_clock_of_a_zone_keeps_its_hour_over_the_year() -> None:
    found = dues("daily 03:30 America/New_York", "2026-03-07", "2026-03-09T12:00")

    assert found == [ns("2026-03-07T03:30"), ns("2026-03-08T03:30"), ns("2026-03-09T03:30")]


def test_hour_that_is_skipped_is_due_when_the_clocks_have_moved_on() -> None:
    assert dues("at 02:30 America/New_York", "2026-03-08", "2026-03-08T12:00") == [
        ns("2026-03-08T03:30")
    ]


def test_hour_that_comes_twice_is_due_once() -> None:
    found = dues("at 01:30 America/New_York", "2026-11-01", "2026-11-01T12:00")

    assert found == [ns("2026-11-01T05:30", "UTC")]


def test_start_is_left_out_and_end_is_not() -> None:
    when = parse_when("every 10 s")

    assert due_between(when, 10 * NS, 20 * NS, us_sessions()) == [20 * NS]
    assert due_between(when, 20 * NS, 20 * NS, us_sessions()) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "close plus 20",
        "close + 20",
        "daily 24:00",
        "daily 3:30 Mars/Base",
        "every 0 s",
        "every",
    ],
)
def test_text_that_says_no_time_is_refused_with_the_ways(text: str) -> None:
    with pytest.raises(BadInput, match="close \\+ 20 min"):
        parse_when(text)


def test_too_many_due_times_are_refused() -> None:
    with pytest.raises(BadInput, match="times in that span"):
        due_between(parse_when("every 1 s"), 0, 3 * DAY, us_sessions())


@pytest.mark.parametrize(
    ("when", "after", "due"),
    [
        ("close + 20 min", "2026-11-20T16:20", "2026-11-23T16:20"),
        ("daily 03:30 America/New_York", "2026-11-20T03:30", "2026-11-21T03:30"),
        ("every 1 h", "2026-11-20T03:30", "2026-11-20T04:00"),
    ],
)
def test_next_is_the_first_behind(when: str, after: str, due: str) -> None:
    assert next_due(parse_when(when), ns(after), us_sessions()) == ns(due)


@given(
    st.sampled_from(["close + 20 min", "open - 10 min", "daily 02:30 Europe/Berlin", "every 7 h"]),
    st.integers(ns("2020-01-01"), ns("2030-01-01")),
    st.lists(st.integers(0, 40 * DAY), min_size=1, max_size=4),
)
def test_spans_that_follow_each_other_have_every_due_time_once(when, start, steps) -> None:
    rule, at, found = parse_when(when), start, []

    for step in steps:
        found += due_between(rule, at, at + step, us_sessions())
        at += step

    assert found == due_between(rule, start, at, us_sessions())
    assert found == sorted(set(found))
