"""Merging sorted runs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.tape.merge import Loaded, Run, merged

_RUNS = st.lists(st.lists(st.integers(0, 20), min_size=1, max_size=8).map(sorted), max_size=6)


def _run(keys, loads):
    def load():
        loads.append(keys[0])
        return Loaded(np.array(keys), keys)

    return Run(keys[0], load)


@given(_RUNS)
def test_merged_windows_follow_each_other_and_hold_every_key_once(runs):
    windows = [
        sorted(key for p in window.pieces for key in p.body[p.start : p.stop])
        for window in merged(_run(keys, []) for keys in runs)
    ]

    flat = [key for window in windows for key in window]
    assert flat == sorted(key for keys in runs for key in keys)
    assert all(a[-1] < b[0] for a, b in pairwise(windows))


def test_merged_loads_a_run_only_when_its_turn_comes():
    loads = []
    windows = merged([_run([10, 11], loads), _run([0, 1], loads), _run([5, 6], loads)])

    next(windows)

    assert loads == [0]


def test_merged_opens_a_run_that_consists_of_runs():
    inner = [_run([3, 4], []), _run([7], [])]
    outer = Run(3, lambda: inner)

    windows = [
        sorted(key for p in window.pieces for key in p.body[p.start : p.stop])
        for window in merged([outer, _run([1, 5], [])])
    ]

    assert windows == [[1], [3, 4, 5], [7]]
