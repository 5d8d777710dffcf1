from __future__ import annotations

import pytest

from quantdeck.app.times import parse_time
from quantdeck.model.errors import BadInput


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("2024-08-08", 1_723_075_200_000_000_000),
        ("2024-08-08T23:55:00", 1_723_161_300_000_000_000),
        ("2024-08-09T01:55:00+02:00", 1_723_161_300_000_000_000),
        ("2024-08-08T23:55:00.000001Z", 1_723_161_300_000_001_000),
    ],
)
def test_parse_time_takes_utc_where_no_zone_is_given(text: str, ns: int) -> None:
    assert parse_time(text) == ns


@pytest.mark.parametrize("text", ["", "noon", "2024-13-01", "1723161300"])
def test_parse_time_of_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="ISO 8601"):
        parse_time(text)
