from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.analytics.due_times import due_between, newest_due, parse_when
from quantdeck.analytics.misfires import MOST_NOTED, ON_TIME_S, passed
from quantdeck.analytics.sessions import us_sessions

if TYPE_CHECKING:
    from quantdeck.analytics.misfires import Misfire

NS = 1_000_000_000
NOW = 1_795_000_000 * NS
MISFIRES: list[Misfire] = ["latest", "all", "skip"]
RULES = ["every 15 min", "daily 02:30 America/New_York", "close + 20 min", "open - 10 min"]


@given(
    rule=st.sampled_from(RULES),
    back_s=st.integers(0, 40 * 86_400),
    at_s=st.integers(0, 400 * 86_400),
    misfire=st.sampled_from(MISFIRES),
    grace_s=st.floats(0.0, 10 * 86_400.0),
)
def test_what_is_made_of_due_times_are_due_times_of_the_span(
    rule, back_s, at_s, misfire, grace_s
) -> None:
    when, now = parse_when(rule), NOW + at_s * NS
    since = now - back_s * NS

    found = passed(when, since, now, us_sessions(), misfire=misfire, grace_s=grace_s)

    every = due_between(when, since, now, us_sessions())
    assert set(found.run) | set(found.missed) <= set(every)
    assert not set(found.run) & set(found.missed)
    assert list(found.run) == sorted(found.run)
    assert bool(every) == bool(found.run or found.missed)
    assert all(now - each <= grace_s * NS for each in found.run)
    if misfire != "all":
        assert found.run in ((), tuple(every[-1:]))


@pytest.mark.parametrize("rule", RULES)
def test_newest_due_time_is_the_last_of_those_before(rule) -> None:
    when = parse_when(rule)

    found = newest_due(when, NOW, us_sessions())

    assert found == due_between(when, NOW - 20 * 86_400 * NS, NOW, us_sessions())[-1]


def test_long_absence_is_noted_in_few_words() -> None:
    found = passed(
        parse_when("every 1 s"), 0, NOW, us_sessions(), misfire="latest", grace_s=ON_TIME_S
    )

    assert (len(found.run), len(found.missed)) == (1, MOST_NOTED)
