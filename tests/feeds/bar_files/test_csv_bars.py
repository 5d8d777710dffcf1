"""Bars of years from CSV."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quantdeck.feeds.bar_files import read_csv_bars
from quantdeck.model.errors import BadInput
from quantdeck.model.uploads import BadUpload

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "Date,Open,High,Low,Close,Volume,Name\n"


def _file(folder: Path, text: str, name: str = "bars.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def _ns(text: str) -> int:
    return int(np.datetime64(text, "ns").astype(np.int64))


def test_read_csv_bars_takes_days_by_symbol_oldest_first(tmp_path: Path) -> None:
    text = (
        HEAD
        + "2024-01-03,2,3,1,2.5,10,AAPL\n2024-01-02,1,2,1,1.5,9,AAPL\n2024-01-02,5,6,4,5,1,KO\n"
    )

    apple, coke = read_csv_bars(_file(tmp_path, text), interval="1d")

    assert (apple.symbol, coke.symbol) == ("US:AAPL", "US:KO")
    assert apple.rows["start_ns"].tolist() == [_ns("2024-01-02"), _ns("2024-01-03")]
    assert apple.rows[1].tolist()[1:] == (2.0, 3.0, 1.0, 2.5, 10.0)


@pytest.mark.parametrize(
    "time",
    [
        "2024-01-02T14:30:00Z",
        "2024-01-02 14:30:00",
        "2024-01-02 14:30",
        "2024-01-02T09:30:00-05:00",
        "2024-01-02T14:30:00.000",
        "1704205800",
        "1704205800000",
        "1704205800000000",
        "1704205800000000000",
    ],
)
def test_read_csv_bars_reads_times_as_most_sources_write_them(tmp_path: Path, time: str) -> None:
    text = f"t,o,h,l,c\n{time},1,2,1,1.5\n"

    (file,) = read_csv_bars(_file(tmp_path, text), interval="1m", symbol="aapl")

    assert file.rows["start_ns"].tolist() == [_ns("2024-01-02T14:30")]
    assert np.isnan(file.rows["volume"][0])


@pytest.mark.parametrize("day", ["2024-01-02", "20240102", "2024-01-02T05:00:00Z", "1704171600"])
def test_read_csv_bars_takes_days_by_their_date(tmp_path: Path, day: str) -> None:
    text = f"date,open,high,low,close\n{day},1,2,1,1.5\n"

    (file,) = read_csv_bars(_file(tmp_path, text), interval="1d", symbol="AAPL")

    assert file.rows["start_ns"].tolist() == [_ns("2024-01-02")]


def test_read_csv_bars_an_empty_cell_is_absent(tmp_path: Path) -> None:
    text = HEAD + "2024-01-02,,2,1,NaN,,AAPL\n"

    (file,) = read_csv_bars(_file(tmp_path, text), interval="1d")

    assert np.isnan([file.rows[name][0] for name in ("open", "close", "volume")]).all()
    assert file.rows["high"][0] == 2.0


def test_read_csv_bars_names_every_line_it_cannot_use(tmp_path: Path) -> None:
    text = HEAD + "2024-01-02,1,2,1,1.5,9,A\nyesterday,1,2,1,1.5,9,A\n2024-01-04,1,two,1,inf,9,A\n"

    with pytest.raises(BadUpload, match="nothing was taken; problems: 3") as caught:
        read_csv_bars(_file(tmp_path, text), interval="1d")

    assert [(line.line, line.column, line.value) for line in caught.value.lines] == [
        (3, "time", "yesterday"),
        (4, "high", "two"),
        (4, "close", "inf"),
    ]


def test_read_csv_bars_equal_lines_count_once(tmp_path: Path) -> None:
    text = HEAD + "2024-01-02,1,2,1,1.5,,A\n2024-01-02,1,2,1,1.5,,A\n"

    (file,) = read_csv_bars(_file(tmp_path, text), interval="1d")

    assert (len(file.rows), file.equal) == (1, 1)


def test_read_csv_bars_two_bars_of_one_day_are_refused(tmp_path: Path) -> None:
    text = HEAD + "2024-01-02,1,2,1,1.5,9,A\n2024-01-02,1,2,1,1.6,9,A\n"

    with pytest.raises(BadUpload, match="line 3, time: another bar of US:A"):
        read_csv_bars(_file(tmp_path, text), interval="1d")


def test_read_csv_bars_gzip_reads_as_plain(tmp_path: Path) -> None:
    path = tmp_path / "bars.csv.gz"
    path.write_bytes(gzip.compress((HEAD + "2024-01-02,1,2,1,1.5,9,A\n\n").encode("utf-8-sig")))

    (file,) = read_csv_bars(path, interval="1d")

    assert len(file.rows) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("time,price\n1,2\n", "lacks columns: open"),
        ("", "is not CSV with a header"),
        (HEAD + "2024-01-02,1,2,1,1.5,9,A,more\n", "line 2: 8 cells instead of 7"),
        (HEAD + '2024-01-02,1,2,1,1.5,9,"A\n', "is not CSV with a header"),
        (HEAD + "2024-01-02,1,2,1,1.5,9,\n", "no symbol"),
        ("date,open,high,low,close\n2024-01-02,1,2,1,2\n", "name what it is of with --symbol"),
    ],
)
def test_read_csv_bars_says_what_is_wrong_with_a_file(
    tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(BadInput, match=reason):
        read_csv_bars(_file(tmp_path, text), interval="1d")


def test_read_csv_bars_takes_one_symbol_of_many(tmp_path: Path) -> None:
    path = _file(tmp_path, HEAD + "2024-01-02,1,2,1,1.5,9,A\n2024-01-02,1,2,1,1.5,9,B\n")

    (file,) = read_csv_bars(path, interval="1d", symbol="b")

    assert file.symbol == "US:B"
    with pytest.raises(BadInput, match="has no bars of US:C; it has US:A, US:B"):
        read_csv_bars(path, interval="1d", symbol="C")


def test_read_csv_bars_not_a_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_csv_bars(tmp_path / "absent.csv", interval="1d")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(max_size=300))
def test_read_csv_bars_never_fails_otherwise(tmp_path: Path, text: str) -> None:
    path = tmp_path / "fuzz.csv"
    path.write_bytes((HEAD + text).encode("utf-8", "surrogatepass"))

    try:
        files = read_csv_bars(path, interval="1d")
    except BadInput:
        files = []

    assert all((np.diff(file.rows["start_ns"]) > 0).all() for file in files)


def test_read_csv_bars_recorded_stocks_are_read_whole(shared_data: Path) -> None:
    folder = shared_data / "us-daily-djia-2006-2017" / "data"

    read = [read_csv_bars(path, interval="1d") for path in sorted(folder.glob("*.csv.gz"))]

    assert len(read) == 31
    assert all(len(files) == 1 and 3015 <= len(files[0].rows) <= 3020 for files in read)
