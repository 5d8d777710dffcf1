from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


def test_export_of_ticks_writes_a_line_for_each(run: Run, taped: str, tmp_path: Path) -> None:
    ended = run("export", "trades", "-o", "trades.csv", "--data-dir", taped)

    rows = list(csv.DictReader((tmp_path / "trades.csv").read_text().splitlines()))
    assert ended.out == "20 rows in trades.csv\n"
    assert [int(row["seq"]) for row in rows] == list(range(1, 21))


def test_export_of_bars_from_a_moment_on(run: Run, taped: str, tmp_path: Path) -> None:
    ended = run(
        *("export", "bars", "--timeframe", "1s", "-o", "bars.parquet", "--json"),
        *("--start", "2025-11-20T12:00:02", "--end", "2025-11-20T12:00:04", "--data-dir", taped),
    )

    bars = pq.read_table(tmp_path / "bars.parquet")
    assert json.loads(ended.out) == {"file": "bars.parquet", "rows": 2, "format": "parquet"}
    assert bars.column("trades").to_pylist() == [4, 4]
    assert bars.column("volume").to_pylist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("things", "-o", "x.csv"), 2, ("'things'", "trades", "bars")),
        (("bars", "-o", "x.xlsx"), 2, ("x.xlsx", ".csv", ".parquet")),
        (("bars", "-o", "x.csv", "--format", "xml"), 2, ("'xml'", "csv, parquet, json")),
        (("bars", "-o", "x.csv", "--timeframe", "7m"), 2, ("'7m'", "1s, 1m, 5m")),
        (("bars", "-o", "x.csv", "--start", "noon"), 2, ("'noon'", "ISO 8601")),
        (("bars", "-o", "nowhere/x.csv"), 2, ("folder nowhere",)),
        (("bars", "-o", "x.csv", "--symbol", "a b"), 2, ("'a b' is not a symbol",)),
        (("bars", "-o", "x.csv", "--symbols", "btcusdt,doge"), 4, ("DOGE",)),
        (("bars", "-o", "x.csv", "--symbol", "doge"), 4, ("DOGE", "BINANCE-USDM:BTCUSDT")),
        (("bars", "-o", "x.csv", "--start", "2030-01-01"), 4, ("nothing is on the tape",)),
        (("marks", "-o", "x.csv"), 4, ("nothing is on the tape",)),
        (("bars", "-o", "tape", "--format", "csv"), 3, ("a folder has that name",)),
    ],
)
def test_export_that_cannot_be_answered_says_why_and_leaves_no_file(
    run: Run,
    taped: str,
    tmp_path: Path,
    arguments: tuple[str, ...],
    code: int,
    words: tuple[str, ...],
) -> None:
    before = set(tmp_path.iterdir())

    run("export", *arguments, "--data-dir", taped).refused(code, *words)

    assert set(tmp_path.iterdir()) == before


def test_export_of_an_empty_tape_says_what_to_do(run: Run) -> None:
    run("export", "bars", "-o", "x.csv").refused(4, "nothing is on the tape", "quantdeck import")
