from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Ended, Run

_LONG = "SELECT count(*) FROM range(100000000000) a, range(100000) b"


def cells(ended: Ended) -> list[list[str]]:
    return list(csv.reader(ended.out.splitlines()))


def test_sql_prints_a_table(run: Run, taped: str) -> None:
    ended = run("sql", "SELECT symbol, count(*) AS n FROM trades GROUP BY 1", "--data-dir", taped)

    assert [line.split() for line in ended.out.splitlines()] == [
        ["symbol", "n"],
        ["BINANCE-USDM:BTCUSDT", "20"],
    ]


def test_sql_as_csv_has_a_header(run: Run, taped: str) -> None:
    ended = run("sql", "SELECT 1 AS a, 'b' AS b", "--format", "csv", "--data-dir", taped)

    assert cells(ended) == [["a", "b"], ["1", "b"]]


def test_sql_as_json_is_an_object_a_line(run: Run, taped: str) -> None:
    ended = run("sql", "SELECT time, seq, price FROM trades", "--json", "--data-dir", taped)

    rows = [json.loads(line) for line in ended.out.splitlines()]
    assert len(rows) == 20
    assert rows[0] == {"time": "2025-11-20T12:00:00.250000Z", "seq": 1, "price": 100.5}


def test_sql_from_standard_input(run: Run, taped: str) -> None:
    ended = run("sql", "-", "--format", "csv", "--data-dir", taped, given="SELECT 7 AS n\n")

    assert cells(ended) == [["n"], ["7"]]


def test_sql_with_more_rows_than_allowed_says_that_it_is_cut(run: Run, taped: str) -> None:
    query = "SELECT seq FROM trades ORDER BY seq"

    ended = run("sql", query, "--format", "csv", "--max-rows", "3", "--data-dir", taped)

    assert ended.code == 0
    assert cells(ended) == [["seq"], ["1"], ["2"], ["3"]]
    assert ended.err == "cut at 3 rows; --max-rows raises the limit\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("SELECT",), ("Parser Error",)),
        (("SELECT absent FROM trades",), ('"absent" not found', "LINE 1")),
        (("SELECT 1 FROM ticks",), ("ticks", "The views are trades")),
        (("DROP TABLE trades",), ("read only", "DROP")),
        (("SELECT 1; SELECT 2",), ("expected one SELECT, was 2",)),
        (("COPY (SELECT 1) TO 'out.csv'",), ("read only", "quantdeck export")),
        (("SELECT * FROM read_csv('config.yaml')",), ("Permission Error",)),
        ((_LONG, "--timeout", "0.1"), ("took longer than 0.1 s", "raise the timeout")),
        (("SELECT 1", "--timeout", "0"), ("--timeout", "> 0")),
        (("SELECT 1", "--max-rows", "0"), ("--max-rows", ">= 1")),
        (("SELECT 1", "--format", "xml"), ("'xml'", "table, csv, json")),
    ],
)
def test_sql_that_is_wrong_or_too_long_is_refused(
    run: Run, taped: str, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    run("sql", *arguments, "--data-dir", taped).refused(2, *words)


def test_sql_without_a_tape_says_what_to_do(run: Run) -> None:
    run("sql", "SELECT 1").refused(4, "there is no tape in data", "import")


def test_sql_over_a_damaged_file_names_it(run: Run, taped: str, tmp_path: Path) -> None:
    (file,) = (tmp_path / taped).rglob("*.parquet")
    file.write_bytes(file.read_bytes()[:100])

    ended = run("sql", "SELECT count(*) FROM trades", "--data-dir", taped)

    ended.refused(3, "a sealed file of the tape cannot be read", file.name, "restore it")


def test_sql_of_a_table_that_is_not_there_names_the_views_and_no_others(
    run: Run, taped: str
) -> None:
    ended = run("sql", "SELECT * FROM prices", "--data-dir", taped)

    ended.refused(2, "prices", "The views are trades, agg_trades")
    assert "Did you mean" not in ended.err
