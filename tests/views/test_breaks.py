from __future__ import annotations

import numpy as np

from quantdeck.views.breaks import with_breaks


def test_breaks_without_a_silence_are_none() -> None:
    x = np.arange(0, 5000, 1000)

    times, lines = with_breaks(x, {"a": np.ones(5)}, longest_ms=1000)

    assert times is x
    assert lines["a"].tolist() == [1.0] * 5


def test_breaks_put_an_absent_point_behind_the_last_before_each_silence() -> None:
    x = np.array([0, 1000, 20_000, 21_000, 99_000])

    times, lines = with_breaks(x, {"a": np.arange(5.0), "b": np.zeros(5)}, longest_ms=10_000)

    assert times.tolist() == [0, 1000, 1001, 20_000, 21_000, 21_001, 99_000]
    assert np.isnan(lines["a"][[2, 5]]).all()
    assert np.isfinite(np.delete(lines["a"], [2, 5])).all()


def test_breaks_of_nothing_are_nothing() -> None:
    times, lines = with_breaks(np.zeros(0, np.int64), {}, longest_ms=1)

    assert (len(times), lines) == (0, {})
