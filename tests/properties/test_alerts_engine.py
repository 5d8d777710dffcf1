"""Whatever the figures do: cool-downs hold, hold times hold, nothing unknown fires."""

from __future__ import annotations

import math
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.alerts.rig import Rig, times

_VALUES = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from([3.0, 4.5, 5.5, 7.0, math.nan])), max_size=60
)


def _run(
    text: str, steps: list[tuple[int, float]]
) -> tuple[list[float], list[tuple[float, float]]]:
    # Firings, and the value from each time on
    rig = Rig(text)
    fired, at, course = [], 0.0, [(0.0, math.nan)]
    for quarters, value in steps:
        for _ in range(quarters):
            at += 0.25
            fired += rig.tick(at)
        fired += rig.set(at, A=value)
        course.append((at, value))
    return times(fired), course


def _value(course: list[tuple[float, float]], at: float) -> float:
    return [value for since, value in course if since <= at][-1]


@given(_VALUES)
@settings(max_examples=60)
def test_cooldown_is_never_violated(steps: list[tuple[int, float]]) -> None:
    fired, _ = _run("last(A) > 5 cooldown 3s", steps)

    assert all(later - earlier >= 3.0 for earlier, later in pairwise(fired))


@given(_VALUES)
@settings(max_examples=60)
def test_hold_time_was_true_throughout(steps: list[tuple[int, float]]) -> None:
    fired, course = _run("last(A) > 5 for 2s", steps)

    for at in fired:
        within = [value for since, value in course if at - 2.0 < since < at]
        assert min([_value(course, at - 2.0), *within]) > 5.0


@given(_VALUES, st.sampled_from(["last(A) > 5", "not last(A) < 5", "last(A) crosses 5"]))
@settings(max_examples=60)
def test_nothing_fires_while_the_figure_is_unknown(
    steps: list[tuple[int, float]], text: str
) -> None:
    fired, course = _run(text, steps)

    # A tick comes before the event of its moment.
    assert not any(
        math.isnan(_value(course, at)) and math.isnan(_value(course, at - 0.1)) for at in fired
    )


@given(_VALUES)
@settings(max_examples=60)
def test_plain_rule_fires_at_every_rise_and_nowhere_else(steps: list[tuple[int, float]]) -> None:
    fired, course = _run("last(A) > 5", steps)

    is_armed, expected = True, []
    for at, value in course:
        if value > 5.0 and is_armed:
            expected.append(at)
        is_armed = value <= 5.0 or (is_armed and math.isnan(value))
    assert fired == expected


@given(_VALUES)
@settings(max_examples=60)
def test_crossing_fires_where_the_known_values_change_sides(steps: list[tuple[int, float]]) -> None:
    fired, course = _run("last(A) crosses 5", steps)

    known = [(at, value) for at, value in course if not math.isnan(value)]
    expected = [
        at for (_, before), (at, value) in pairwise(known) if (before > 5.0) is not (value > 5.0)
    ]
    assert fired == expected
