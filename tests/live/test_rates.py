from __future__ import annotations

import numpy as np
import pytest

from quantdeck.live.rates import SECOND_NS, Lag, LagWindow, MessageRate, RateHistory
from quantdeck.live.staleness import Freshness, age_of, oldest
from tests.live.rows import trades


def test_message_rate_when_feed_falls_silent_goes_to_zero() -> None:
    rate = MessageRate(window_s=2)
    rate.add(100, 0)
    rate.add(100, SECOND_NS)

    assert rate.per_second(2 * SECOND_NS) == 100.0
    assert rate.per_second(3 * SECOND_NS) == 50.0
    assert rate.per_second(60 * SECOND_NS) == 0.0


def test_message_rate_when_the_first_second_runs_counts_what_there_is() -> None:
    rate = MessageRate(window_s=5)
    rate.add(30, 7 * SECOND_NS)
    rate.add(10, 7 * SECOND_NS + 1)

    assert rate.per_second(7 * SECOND_NS + 2) == 40.0
    assert MessageRate().per_second(0) == 0.0


def test_message_rate_when_slots_are_reused_forgets_the_old_second() -> None:
    rate = MessageRate(window_s=2)
    rate.add(100, 0)

    rate.add(5, 3 * SECOND_NS)

    assert rate.per_second(4 * SECOND_NS) == 2.5
    assert rate.total == 105


def _lags(*lags: int) -> LagWindow:
    window = LagWindow(events=4)
    for lag in lags:
        rows = trades((1000, 1))
        rows["ts_recv"] = 1000 + lag
        window.add(rows)
    return window


def test_lag_window_when_clocks_agree_gives_plain_quantiles() -> None:
    lag = _lags(10, 20, 30).lag()

    assert lag == Lag(p50_ns=20.0, p99_ns=pytest.approx(29.8), skew_ns=20.0, events=3)


def test_lag_window_when_our_clock_is_behind_counts_from_the_smallest() -> None:
    lag = _lags(-1200, -1190, -1150).lag()

    assert lag is not None
    assert (lag.p50_ns, lag.skew_ns) == (10.0, -1190.0)


def test_lag_window_when_full_forgets_the_oldest() -> None:
    lag = _lags(1_000_000, 1, 2, 3, 4).lag()

    assert lag is not None
    assert (lag.events, lag.p50_ns) == (4, 2.5)


def test_lag_window_when_a_batch_is_larger_keeps_its_end() -> None:
    window = LagWindow(events=4)
    rows = trades(*((0, i) for i in range(10)))
    rows["ts_recv"] = np.arange(10)

    window.add(rows)

    lag = window.lag()
    assert lag is not None
    assert (lag.p50_ns, lag.events) == (7.5, 4)


def test_lag_window_when_empty_has_no_lag() -> None:
    assert LagWindow().lag() is None


def test_rate_history_when_a_second_is_noted_twice_keeps_the_last() -> None:
    history = RateHistory(seconds=3)
    history.note(5 * SECOND_NS, per_second=1.0, lag=None)

    history.note(5 * SECOND_NS + 9, per_second=2.0, lag=Lag(1.0, 2.0, 0.0, 1))

    points = history.history()
    assert points.per_second.tolist() == [2.0]
    assert (points.p50_ns.tolist(), points.p99_ns.tolist()) == ([1.0], [2.0])


def test_rate_history_when_the_clock_steps_back_stays_in_order() -> None:
    history = RateHistory(seconds=3)
    for second in (5, 4, 6):
        history.note(second * SECOND_NS, per_second=float(second), lag=None)

    assert history.history().second.tolist() == [5, 6]


def test_rate_history_when_empty_has_no_points() -> None:
    assert len(RateHistory().history().second) == 0


def test_age_of_when_the_limit_is_reached_turns_stale_after_it() -> None:
    at_limit = age_of(0, 10 * SECOND_NS, stale_after_s=10.0)
    beyond = age_of(0, 10 * SECOND_NS + 1, stale_after_s=10.0)

    assert (at_limit.freshness, beyond.freshness) == (Freshness.LIVE, Freshness.STALE)


def test_age_of_when_the_clock_was_set_back_is_zero() -> None:
    assert age_of(5, 0).seconds == 0.0


def test_oldest_when_ages_differ_is_the_worst() -> None:
    young, old = age_of(9 * SECOND_NS, 10 * SECOND_NS), age_of(2 * SECOND_NS, 10 * SECOND_NS)

    assert oldest(young, old) is old
    assert oldest(young, age_of(None, 0)).freshness is Freshness.EMPTY
