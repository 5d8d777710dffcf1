from __future__ import annotations

import csv
import io

import pytest

_API = "/api/v1/findings"


def test_findings_tell_what_and_up_to_when_was_looked(ask) -> None:
    said = ask("GET", _API).json()

    assert [each["symbol"] for each in said["findings"]] == ["US:SPY", "US:KO"]
    assert said["findings"][0]["text"] == "about US:SPY"
    assert said["until"].startswith("2024-08-07T03:06:40")
    assert (said["notes"], said["simulated"]) == (["SPY: not enough data"], True)


@pytest.mark.parametrize(
    ("query", "symbols"),
    [
        ("kind=trade", ["US:KO"]),
        ("symbol=spy", ["US:SPY"]),
        ("limit=1", ["US:SPY"]),
        ("start=2025-01-01T00:00:00Z", []),
    ],
)
def test_findings_of_what_is_asked_are_told_alone(ask, query: str, symbols: list[str]) -> None:
    found = ask("GET", f"{_API}?{query}").json()["findings"]

    assert [each["symbol"] for each in found] == symbols


def test_findings_of_no_kind_are_refused(ask) -> None:
    assert ask("GET", f"{_API}?kind=weather").status_code == 422


def test_findings_as_csv_are_the_same(ask) -> None:
    answer = ask("GET", f"{_API}?format=csv")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["kind"] for row in rows] == ["news", "trade"]
