"""Executions that are known by name alone."""

from __future__ import annotations

import numpy as np

from quantdeck.live.continuity import Continuity
from quantdeck.live.recent import Recent
from quantdeck.model.events import TRADE_DTYPE, Flag, Kind


def trades(*rows):
    made = np.zeros(len(rows), TRADE_DTYPE)
    for place, (ts, seq, flags) in enumerate(rows):
        made[place]["ts_event"], made[place]["seq"], made[place]["flags"] = ts, seq, flags
    return made


def unnumbered() -> Continuity:
    return Continuity("alpaca", lambda _: "US:SPY", numbered=False)


def test_unnumbered_executions_make_no_gap_whatever_their_numbers():
    accepted = unnumbered().accept(Kind.TRADE, trades((10, 900, 0), (20, 5, 0), (30, 71_000, 0)))

    assert accepted.rows["seq"].tolist() == [900, 5, 71_000]
    assert (accepted.gaps, accepted.restarts, accepted.duplicates) == ((), 0, 0)


def test_unnumbered_execution_seen_before_is_left_out():
    continuity = unnumbered()
    continuity.accept(Kind.TRADE, trades((10, 900, 0), (20, 5, 0)))

    again = continuity.accept(
        Kind.TRADE, trades((20, 5, 0), (10, 900, Flag.REPAIRED), (20, 900, 0))
    )

    assert again.rows["seq"].tolist() == [900]
    assert (again.duplicates, again.refetched) == (1, 1)


def test_unnumbered_execution_of_before_is_kept_as_late():
    continuity = unnumbered()
    continuity.accept(Kind.TRADE, trades((20, 5, 0)))

    before = continuity.accept(Kind.TRADE, trades((10, 4, Flag.REPAIRED)))

    assert before.late == 1
    assert before.rows["flags"].tolist() == [Flag.REPAIRED | Flag.LATE]


def test_unnumbered_executions_that_are_no_prints_are_excluded():
    accepted = unnumbered().accept(Kind.TRADE, trades((10, 1, Flag.EXCLUDED), (20, 2, 0)))

    assert (accepted.rows["seq"].tolist(), accepted.excluded) == ([2], 1)


def test_recent_forgets_what_came_first():
    recent = Recent(kept=2)
    for number in range(3):
        recent.is_new(number, number)

    assert recent.is_new(0, 0)
    assert not recent.is_new(2, 2)
