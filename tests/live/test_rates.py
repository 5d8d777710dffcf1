from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.live.rates import SECOND_NS, Lag, LagWindow, MessageRate, RateHistory
from quantdeck.live.staleness import Freshness, age_of, age_of_trades, oldest
from tests.live.rows import trades

if TYPE_CHECKING:
    from quantdeck.model.events import Rows


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


def _rows(*lags: int) -> Rows:
    rows = trades(*((1000, i) for i in range(len(lags))))
    rows["ts_recv"] = 1000 + np.array(lags, np.int64)
    return rows


def _lags(*lags: int) -> LagWindow:
    window = LagWindow()
    for lag in lags:
        window.add(_rows(lag), now_ns=0)
    return window


def test_lag_window_when_clocks_agree_gives_plain_quantiles() -> None:
    lag = _lags(10, 20, 30).lag(0, 10)

    assert lag == Lag(p50_ns=20.0, p99_ns=30.0, skew_ns=20.0, events=3)


def test_lag_window_when_our_clock_is_behind_counts_from_the_smallest() -> None:
    lag = _lags(-1200, -1190, -1150).lag(0, 10)

    assert lag is not None
    assert (lag.p50_ns, lag.skew_ns) == (10.0, -1190.0)


@pytest.mark.parametrize(
    ("at_s", "window_s", "median"), [(9, 10, 5.0), (10, 10, 7.0), (10, 60, 5.0)]
)
def test_lag_window_tells_of_the_last_seconds_only(at_s: int, window_s: int, median: float) -> None:
    window = LagWindow()
    window.add(_rows(5, 5, 5), now_ns=0)
    window.add(_rows(7, 7), now_ns=9 * SECOND_NS)

    lag = window.lag(at_s * SECOND_NS, window_s)

    assert lag is not None
    assert lag.p50_ns == median


def test_lag_window_when_nothing_came_within_the_window_has_no_lag() -> None:
    window = _lags(5)

    assert window.lag(10 * SECOND_NS, 10) is None
    assert window.lag(60 * SECOND_NS, 60) is None


def test_lag_window_slow_spell_is_over_when_its_seconds_are() -> None:
    window = LagWindow()
    for second in range(20):
        window.add(_rows(*[1_000_000_000 if second < 5 else 15] * 50), second * SECOND_NS)

    lag = window.lag(20 * SECOND_NS, 10)

    assert lag is not None
    assert lag.p99_ns == 15.0


@given(st.lists(st.integers(1, 300), min_size=1, max_size=12), st.integers(1, 40))
def test_lag_window_busy_second_keeps_an_even_choice(batches: list[int], kept: int) -> None:
    window = LagWindow(kept=kept)
    lags = np.arange(1, sum(batches) + 1)
    for batch in np.split(lags, np.cumsum(batches)[:-1]):
        window.add(_rows(*batch.tolist()), now_ns=0)

    lag = window.lag(0, 10)

    assert lag is not None
    assert lag.events == len(lags)
    # Every n-th is kept, n < 2 * events / kept, so a quantile is off by no more than two of them.
    assert abs(lag.p50_ns - np.median(lags)) <= 4 * len(lags) / kept + 1


def test_lag_window_busy_second_weighs_as_many_events_as_it_had() -> None:
    window = LagWindow(kept=16)
    window.add(_rows(*[9] * 1000), now_ns=0)
    window.add(_rows(*[2] * 16), now_ns=SECOND_NS)

    lag = window.lag(SECOND_NS, 10)

    assert lag is not None
    assert (lag.p50_ns, lag.events) == (9.0, 1016)


def test_lag_window_events_without_the_venues_time_tell_nothing() -> None:
    assert _lags(0, 0).lag(0, 10) is None


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


@pytest.mark.parametrize(
    ("heard_s", "at_s", "word"),
    [(30, 30, "live"), (31, 31, "stale"), (0, 10, "live"), (0, 11, "stale"), (5, 14, "live")],
)
def test_age_of_trades_is_stale_sooner_when_nothing_else_comes(
    heard_s: int, at_s: int, word: str
) -> None:
    age = age_of_trades(0, heard_s * SECOND_NS, at_s * SECOND_NS)

    assert (age.freshness.value, age.seconds) == (word, at_s)


def test_oldest_when_ages_differ_is_the_worst() -> None:
    young, old = age_of(9 * SECOND_NS, 10 * SECOND_NS), age_of(2 * SECOND_NS, 10 * SECOND_NS)

    assert oldest(young, old) is old
    assert oldest(young, age_of(None, 0)).freshness is Freshness.EMPTY
