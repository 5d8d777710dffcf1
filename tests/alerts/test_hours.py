from __future__ import annotations

from datetime import UTC, datetime

import pytest

from quantdeck.alerts.hours import QuietHours, expiry_ns
from quantdeck.alerts.syntax import Expiry, Quiet


def _ns(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000_000


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        ("2026-01-15T20:59:59", False),
        ("2026-01-15T21:00:00", True),
        ("2026-01-16T05:59:59", True),
        ("2026-01-16T06:00:00", False),
        # On summer time the same clocks are an hour earlier.
        ("2026-07-15T19:59:59", False),
        ("2026-07-15T20:00:00", True),
        ("2026-07-16T05:00:00", False),
    ],
)
def test_quiet_hours_go_over_midnight_by_the_clocks_of_the_zone(moment: str, quiet: bool) -> None:
    hours = QuietHours(Quiet("22:00", "07:00", "Europe/Berlin"))

    assert hours.at(_ns(moment)) is quiet


def test_quiet_hours_that_come_twice_are_quiet_twice() -> None:
    # On 2026-10-25 the hour from 02:00 comes twice in Berlin, at 00:00 and 01:00 UTC.
    hours = QuietHours(Quiet("02:00", "03:00", "Europe/Berlin"))

    found = [hours.at(_ns(f"2026-10-25T0{hour}:30:00")) for hour in range(3)]

    assert found == [True, True, False]


def test_quiet_hours_that_are_left_out_are_not_quiet() -> None:
    # On 2026-03-29 there is no hour from 02:00 in Berlin: 01:00 UTC is 03:00 there.
    hours = QuietHours(Quiet("02:00", "03:00", "Europe/Berlin"))

    found = [hours.at(_ns(f"2026-03-29T0{hour}:30:00")) for hour in range(3)]

    assert found == [False, False, False]


@pytest.mark.parametrize(
    ("expiry", "end"),
    [
        (Expiry("2026-12-31"), "2027-01-01T00:00:00"),
        (Expiry("2026-12-31", "America/New_York"), "2027-01-01T05:00:00"),
        (Expiry("2026-12-31T12:00", "Asia/Tokyo"), "2026-12-31T03:00:00"),
    ],
)
def test_expiry_is_the_end_of_the_day_or_the_time(expiry: Expiry, end: str) -> None:
    assert expiry_ns(expiry) == _ns(end)
