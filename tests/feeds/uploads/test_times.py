"""Times of every form, against the standard library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.feeds.uploads import problems as found
from quantdeck.feeds.uploads.scan_kernels import read_times

_S = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _read(text: str) -> tuple[int, int]:
    data = text.encode()
    out, problems = np.zeros(1, np.int64), np.zeros(1, np.int64)
    read_times(np.frombuffer(data, np.uint8), np.array([0]), np.array([len(data)]), out, problems)
    return int(out[0]), int(problems[0])


def _ns(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("2024-08-08", 1_723_075_200 * _S),
        ("2024/08/08", 1_723_075_200 * _S),
        ("2024-08-08T12:34", 1_723_120_440 * _S),
        ("2024-08-08 12:34:56", 1_723_120_496 * _S),
        ("2024-08-08t12:34:56z", 1_723_120_496 * _S),
        ("2024-08-08T12:34:56.123456789Z", 1_723_120_496_123_456_789),
        ("2024-08-08T12:34:56.5Z", 1_723_120_496_500_000_000),
        ("2024-08-08T12:34:56.1234567891Z", 1_723_120_496_123_456_789),
        ("2024-08-08T14:34:56+02:00", 1_723_120_496 * _S),
        ("2024-08-08T14:34:56+0200", 1_723_120_496 * _S),
        ("2024-08-08T14:34:56+02", 1_723_120_496 * _S),
        ("2024-08-08 07:04:56 -05:30", 1_723_120_496 * _S),
        ("2024-08-08 12:34:56 UTC", 1_723_120_496 * _S),
        ("2024-02-29", 1_709_164_800 * _S),
        ("1970-01-01", 0),
        ("2199-12-31T23:59:59Z", 7_258_118_399 * _S),
        ("1723120496", 1_723_120_496 * _S),
        ("1723120496.25", 1_723_120_496_250_000_000),
        ("1723120496.123456789", 1_723_120_496_123_456_789),
        ("1723120496123", 1_723_120_496_123_000_000),
        ("1723120496123.5", 1_723_120_496_123_500_000),
        ("1723120496123456", 1_723_120_496_123_456_000),
        ("1723120496123456789", 1_723_120_496_123_456_789),
        ("100000000", 100_000_000 * _S),
    ],
)
def test_time_of_any_form_is_read_to_the_nanosecond(text: str, ns: int) -> None:
    assert _read(text) == (ns, found.NONE)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", found.TS_ABSENT),
        ("08/09/2024", found.TS_DAY_OR_MONTH),
        ("8/9/24 12:00", found.TS_DAY_OR_MONTH),
        ("08-09-2024", found.TS_DAY_OR_MONTH),
        ("08.09.2024", found.TS_DAY_OR_MONTH),
        ("1.72307E+12", found.TS_ROUNDED),
        ("1E9", found.TS_ROUNDED),
        ("20240808", found.TS_TOO_SMALL),
        ("99999999", found.TS_TOO_SMALL),
        ("1969-12-31", found.TS_OUTSIDE),
        ("2200-01-01", found.TS_OUTSIDE),
        ("1970-01-01T00:00:00+01:00", found.TS_OUTSIDE),
        ("7258118400", found.TS_OUTSIDE),
        ("20240808123456", found.TS_OUTSIDE),
        ("9" * 30, found.TS_OUTSIDE),
        ("2023-02-29", found.TS_UNREADABLE),
        ("2024-13-01", found.TS_UNREADABLE),
        ("2024-00-10", found.TS_UNREADABLE),
        ("2024-04-31", found.TS_UNREADABLE),
        ("2024-08-08T24:00:00", found.TS_UNREADABLE),
        ("2024-08-08T12:60:00", found.TS_UNREADABLE),
        ("2024-08-08T12:00:60", found.TS_UNREADABLE),
        ("2024-08-08T12:00:00.", found.TS_UNREADABLE),
        ("2024-08-08T12:00:00,5", found.TS_UNREADABLE),
        ("2024-08-08T12:00:00+2", found.TS_UNREADABLE),
        ("2024-08-08T12:00:00+02-00", found.TS_UNREADABLE),
        ("2024-08-08T12:00:00+99:00", found.TS_UNREADABLE),
        ("2024-08-08T12:00:00+02:75", found.TS_UNREADABLE),
        ("2024-08-08T12:00:00 CET", found.TS_UNREADABLE),
        ("2024-08-08Z", found.TS_UNREADABLE),
        ("2024-08/08", found.TS_UNREADABLE),
        ("2024-8-8", found.TS_UNREADABLE),
        ("-1723120496", found.TS_UNREADABLE),
        ("yesterday", found.TS_UNREADABLE),
        ("1723120496s", found.TS_UNREADABLE),
        ("null", found.TS_UNREADABLE),
    ],
)
def test_time_that_cannot_be_told_is_refused_with_its_reason(text: str, problem: int) -> None:
    assert _read(text)[1] == problem


_MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001
    max_value=datetime(2199, 12, 30),  # noqa: DTZ001
)
_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


@given(_MOMENTS, _ZONES, st.sampled_from("T "))
def test_iso_time_in_any_zone_is_that_of_the_standard_library(moment, zone, separator) -> None:
    aware = moment.replace(tzinfo=zone)

    assert _read(aware.isoformat(separator)) == (_ns(aware), found.NONE)


@given(
    st.integers(100_000_000 * _S, 7_258_118_400 * _S - 1), st.sampled_from([1, 10**3, 10**6, _S])
)
def test_epoch_in_any_unit_is_told_by_its_magnitude(ns, unit) -> None:
    whole = ns // unit

    assert _read(str(whole)) == (whole * unit, found.NONE)


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_a_problem(text) -> None:
    value, problem = _read(text)

    assert problem in found.REASONS or (problem == found.NONE and 0 <= value < 7_258_118_400 * _S)
