from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

SPAN = ["--start", "2026-11-20T15:00", "--end", "2026-11-20T15:03"]


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALPACA_API_KEY", "ALPACA_API_SECRET"):
        monkeypatch.delenv(name, raising=False)


def test_bars_of_a_stock_are_json_lines_with_their_provenance(run: Run) -> None:
    ended = run("bars", "aapl", "--demo", "--timeframe", "1Day", "--json", "--adjustment", "all")

    rows = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 0
    assert {row["symbol"] for row in rows} == {"US:AAPL"}
    assert {(r["source"], r["feed"], r["delay"], r["adjustment"]) for r in rows} == {
        ("alpaca", "sip", "simulated", "all")
    }


def test_bars_without_a_file_go_to_standard_output_as_csv(run: Run) -> None:
    ended = run("bars", "SPY", "--demo")

    rows = list(csv.DictReader(io.StringIO(ended.out)))
    assert rows[0]["timeframe"] == "1Day"
    assert all(float(row["low"]) <= float(row["close"]) <= float(row["high"]) for row in rows)


def test_bars_are_written_into_a_file_of_the_named_form(run: Run) -> None:
    ended = run("bars", "SPY", "--demo", "-o", "spy.parquet")

    table = pq.read_table(Path("spy.parquet"))
    assert (ended.code, ended.out) == (0, "")
    assert f"{table.num_rows:,} bars written to spy.parquet" in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["SPX"], "index"),
        (["SPY", "--timeframe", "1min"], "timeframe"),
        (["SPY", "--adjustment", "none"], "adjustment"),
        (["SPY", "--start", "2026-11-20", "--end", "2026-11-19"], "not before"),
        (["SPY", "--format", "parquet"], "--output"),
    ],
)
def test_bars_that_cannot_be_asked_for_are_refused(run: Run, words: list[str], said: str) -> None:
    run("bars", "--demo", *words).refused(2, said)


def test_bars_without_a_key_name_the_ways_out(run: Run) -> None:
    run("bars", "SPY").refused(3, "ALPACA_API_KEY", "--demo")


def test_bars_of_a_span_without_any_are_no_data(run: Run) -> None:
    run("bars", "TSLA", "--demo", *SPAN).refused(4, "US:TSLA", "--start")
