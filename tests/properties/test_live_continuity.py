"""Every number once, and what is missing known, whatever the order of arrival."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.live.continuity import Continuity
from quantdeck.live.rings import Ring
from quantdeck.model.events import TRADE_DTYPE, Kind, Rows
from quantdeck.model.feed import GapState

_FIRST = 50


def _rows(numbers: list[int]) -> Rows:
    rows = np.zeros(len(numbers), TRADE_DTYPE)
    rows["seq"] = numbers
    rows["ts_event"] = numbers
    return rows


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(_FIRST + 1, _FIRST + 40), max_size=80),
    st.lists(st.integers(0, 80), max_size=8),
)
def test_continuity_when_numbers_arrive_anyhow_keeps_each_once_and_knows_the_rest(
    numbers: list[int], cuts: list[int]
) -> None:
    # Later times with lower numbers mean a restart, so the highest number seen is never behind here.
    continuity = Continuity("test", str)
    arrivals = [_FIRST, *numbers]
    kept: list[int] = []
    reported: dict[int, GapState] = {}

    for chunk in np.split(_rows(arrivals), sorted(cut % (len(arrivals) + 1) for cut in cuts)):
        accepted = continuity.accept(Kind.TRADE, chunk)
        kept += accepted.rows["seq"].tolist()
        reported |= {gap.first_seq: gap.state for gap in accepted.gaps}

    assert sorted(kept) == sorted(set(arrivals))
    missing = {
        number
        for gap in continuity.open_gaps()
        for first, last in continuity.missing(Kind.TRADE, 0, gap)
        for number in range(first, last + 1)
    }
    assert missing == set(range(_FIRST, max(arrivals) + 1)) - set(arrivals)
    still_open = {gap.first_seq for gap in continuity.open_gaps()}
    assert {first for first, state in reported.items() if state is GapState.OPEN} == still_open


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=30), st.integers(0, 4).map(lambda n: 1 << n))
def test_ring_when_read_in_steps_gives_every_row_or_counts_it(
    steps: list[int], capacity: int
) -> None:
    ring = Ring(Kind.TRADE, capacity)
    cursor, written, seen, lost = 0, 0, [], 0

    for step in steps:
        for _ in range(step):
            ring.write(0, 0, written, 1.0, 1.0, 0, 0, 0)
            written += 1
        rows, cursor, overrun = ring.since(cursor)
        seen += rows["seq"].tolist()
        lost += overrun

    assert len(seen) + lost == written == cursor
    assert seen == sorted(set(seen))
    assert ring.view()["seq"].tolist() == list(range(max(0, written - capacity), written))
