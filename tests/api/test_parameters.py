from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.api.parameters import moment_ns, moments_ns
from quantdeck.model.errors import BadInput

_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
_BOUNDS = (datetime(1971, 1, 1), datetime(2199, 1, 1))  # noqa: DTZ001 - Hypothesis adds the zone
_MOMENTS = st.datetimes(*_BOUNDS, timezones=_ZONES)


@given(_MOMENTS)
def test_moment_in_any_zone_is_that_instant(moment):
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)

    assert moment_ns(moment.isoformat(), "start") == since // timedelta(microseconds=1) * 1_000


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("1970-01-02", 86_400_000_000_000),
        ("1970-01-01T00:00Z", 0),
        ("1970-01-01 00:00:00.000000001Z", 1),
        ("1970-01-01T01:00:00 01:00", 0),
        (None, None),
    ],
)
def test_moment_is_exact_to_the_nanosecond(text, ns):
    assert moment_ns(text, "start") == ns


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "1723075200", "2024-08-08T12:00", "2024-8-8", "2024-02-30", "2024-08-08T24:00Z",
        "1969-12-31", "2201-01-01", "2024-08-08T12:00:00.1234567890Z", "2024-08-08T12:00+99:99",
    ],
)  # fmt: skip
def test_text_that_is_no_moment_is_refused_by_name(text):
    with pytest.raises(BadInput, match="end="):
        moment_ns(text, "end")


def test_range_that_is_empty_is_refused():
    with pytest.raises(BadInput, match="not after"):
        moments_ns("2024-08-08", "2024-08-08T00:00Z")
