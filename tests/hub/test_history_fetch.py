"""When a vendor may have more of a history than is kept of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from quantdeck.analytics.sessions import us_sessions
from quantdeck.hub.history_fetch import Spans, has_ended
from quantdeck.ports.history import KeptHistory

_DAY_NS = 86_400_000_000_000


def _ns(*at: int) -> int:
    return int(datetime(*at, tzinfo=UTC).timestamp()) * 1_000_000_000  # type: ignore[misc]


def _kept(interval: str, calendar: str, *last: int) -> KeptHistory:
    return KeptHistory(
        *("US:SPY", interval, "yahoo", "", "delayed", "USD", calendar),
        *(0, _ns(*last), 100, 0, 0),
    )


@pytest.mark.parametrize(
    ("now", "ended"),
    [((2026, 11, 21, 23), False), ((2026, 11, 23, 21, 5), False), ((2026, 11, 23, 21, 30), True)],
)
def test_day_of_an_exchange_has_ended_when_the_next_session_and_the_delay_have(
    now: tuple[int, ...], ended: bool
) -> None:
    kept = _kept("1d", "XNYS", 2026, 11, 20)

    assert has_ended(kept, _ns(*now), us_sessions()) is ended


@pytest.mark.parametrize(
    ("now", "ended"),
    [((2026, 11, 22, 12), False), ((2026, 11, 23, 15, 40), False), ((2026, 11, 23, 16), True)],
)
def test_hour_after_the_last_of_a_week_has_ended_in_the_next_session(
    now: tuple[int, ...], ended: bool
) -> None:
    kept = _kept("1h", "XNYS", 2026, 11, 20, 20, 30)

    assert has_ended(kept, _ns(*now), us_sessions()) is ended


def test_hour_within_a_session_has_ended_an_hour_later() -> None:
    kept = _kept("1h", "XNYS", 2026, 11, 20, 15, 30)

    assert not has_ended(kept, _ns(2026, 11, 20, 17, 20), us_sessions())
    assert has_ended(kept, _ns(2026, 11, 20, 17, 55), us_sessions())


def test_day_of_a_market_that_never_closes_has_ended_at_midnight() -> None:
    kept = _kept("1d", "24/7", 2026, 11, 20)

    assert not has_ended(kept, _ns(2026, 11, 21, 23, 59), us_sessions())
    assert has_ended(kept, _ns(2026, 11, 22), us_sessions())


def test_spans_begin_at_midnight_so_far_back() -> None:
    spans = Spans(years=4, hours_days=30)
    now_ns = _ns(2026, 11, 21, 13)

    assert spans.start_ns("1d", now_ns) == _ns(2022, 11, 21)
    assert spans.start_ns("1h", now_ns) == _ns(2026, 10, 22)
    assert spans.start_ns("1d", now_ns) % _DAY_NS == 0
