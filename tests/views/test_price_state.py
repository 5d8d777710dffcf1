"""What is said of prices of days and hours, and when they are late."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.feed import Delay
from quantdeck.views.payloads import Mode
from quantdeck.views.price_state import is_overdue, prices_state
from tests.hub.price_books import price_series

_CLOSES = us_sessions().close_ns


def _ns(*at: int) -> int:
    return int(datetime(*at, tzinfo=UTC).timestamp()) * 1_000_000_000  # type: ignore[misc]


def _days(*, last: date = date(2026, 11, 20), calendar: str = "XNYS", **rest: object):
    return price_series("US:SPY", [1.0], first=last, calendar=calendar, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "late"),
    [
        ((2026, 11, 20, 22), False),
        ((2026, 11, 22, 12), False),
        # The Monday after has ended, and the day of grace.
        ((2026, 11, 24, 20), False),
        ((2026, 11, 24, 22), True),
    ],
)
def test_days_of_an_exchange_are_late_a_day_after_the_next_session(
    now: tuple[int, ...], late: bool
) -> None:
    assert is_overdue(_days(), now_ns=_ns(*now), closes=_CLOSES) is late


def test_days_before_a_holiday_wait_for_the_session_after_it() -> None:
    # Thanksgiving is on Thursday, the 26th.
    series = _days(last=date(2026, 11, 25))

    assert not is_overdue(series, now_ns=_ns(2026, 11, 28, 12), closes=_CLOSES)
    assert is_overdue(series, now_ns=_ns(2026, 11, 28, 19), closes=_CLOSES)


def test_days_without_a_calendar_are_late_after_a_long_week_end() -> None:
    assert not is_overdue(_days(), now_ns=_ns(2026, 11, 24, 23), closes=None)
    assert is_overdue(_days(), now_ns=_ns(2026, 11, 25, 1), closes=None)


@pytest.mark.parametrize(("hour", "late"), [(3, False), (5, True)])
def test_hours_of_a_coin_are_late_after_three_more(hour: int, late: bool) -> None:
    series = price_series("BINANCE:BTCUSDT", [1.0], interval="1h", first=date(2026, 11, 20))

    assert is_overdue(series, now_ns=_ns(2026, 11, 20, hour, 1), closes=_CLOSES) is late


def test_bars_from_a_file_are_never_late() -> None:
    series = _days(delay=Delay.IMPORTED)

    assert not is_overdue(series, now_ns=_ns(2030, 1, 1), closes=_CLOSES)


def test_state_of_late_prices_names_them_and_why() -> None:
    state = prices_state(
        [_days(last=date(2026, 11, 10)), _days()],
        now_ns=_ns(2026, 11, 21),
        mode=Mode.LIVE,
        closes=_CLOSES,
        failure="yahoo: no route",
    )

    assert state.word == "stale"
    assert state.detail == "Stale: daily bars of US:SPY end on 2026-11-10. yahoo: no route"
    assert state.age_s == 10 * 86_400


@pytest.mark.parametrize(
    ("delays", "mode", "word"),
    [
        ((Delay.REALTIME,), Mode.LIVE, "live"),
        ((Delay.REALTIME, Delay.DELAYED), Mode.LIVE, "delayed"),
        ((Delay.DELAYED, Delay.SIMULATED), Mode.LIVE, "demo"),
        ((Delay.REALTIME,), Mode.DEMO, "demo"),
        ((Delay.IMPORTED,), Mode.LIVE, "replay"),
    ],
)
def test_state_of_prices_in_time_is_the_gravest_word(
    delays: tuple[Delay, ...], mode: Mode, word: str
) -> None:
    series = [_days(delay=delay) for delay in delays]

    state = prices_state(series, now_ns=_ns(2026, 11, 21), mode=mode, closes=_CLOSES)

    assert state.word == word
    assert state.detail == ""


def test_state_names_each_source_with_its_feed_once() -> None:
    series = [_days(source="alpaca", feed="sip"), _days(source="alpaca", feed="sip"), _days()]

    state = prices_state(series, now_ns=_ns(2026, 11, 21), mode=Mode.LIVE, closes=_CLOSES)

    assert state.source == "alpaca sip, sim"


def test_state_of_no_prices_says_why_there_are_none() -> None:
    state = prices_state([], now_ns=0, mode=Mode.LIVE, closes=None, failure="yahoo: no route")

    assert (state.word, state.detail) == ("empty", "yahoo: no route")
