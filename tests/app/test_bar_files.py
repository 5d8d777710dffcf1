from __future__ import annotations

import gzip
import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quantdeck.app.bar_files import read_bars
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from pathlib import Path

HOUR_NS = 3_600_000_000_000


def written(folder: Path, text: str, name: str = "bars.csv") -> str:
    path = folder / name
    data = text.encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return str(path)


@pytest.mark.parametrize(
    "times",
    [
        ("1970-01-01 01:00:00", "1970-01-01 02:00:00"),
        ("1970-01-01T01:00:00Z", "1970-01-01T02:00:00Z"),
        ("1970-01-01T02:00:00+01:00", "1970-01-01T03:00:00+01:00"),
    ],
)
def test_read_bars_understands_times_as_people_write_them(tmp_path: Path, times) -> None:
    file = written(tmp_path, f"Time,Close\n{times[0]},1.5\n{times[1]},2\n")

    bars = read_bars(file)

    assert bars.ts_ns.tolist() == [HOUR_NS, 2 * HOUR_NS]
    assert bars.close.tolist() == [1.5, 2.0]
    assert (bars.open, bars.name) == (None, "bars")


@pytest.mark.parametrize("unit", [1, 10**3, 10**6, 10**9])
def test_read_bars_tells_units_of_counts_by_their_size(tmp_path: Path, unit: int) -> None:
    seconds = 1_700_000_000

    bars = read_bars(written(tmp_path, f"ts,open,close\n{seconds * unit},1,2\n"))

    assert bars.ts_ns.tolist() == [seconds * 10**9]


def test_read_bars_of_a_gzipped_file_with_dates(tmp_path: Path) -> None:
    file = written(tmp_path, "date,open,close\n1970-01-02,1,2\n", "daily.csv.gz")

    assert read_bars(file).ts_ns.tolist() == [24 * HOUR_NS]


def test_read_bars_of_klines_without_a_heading(tmp_path: Path) -> None:
    row = "1700000000000,10,12,9,11,5,1700003599999,50,7,2,20,0"

    bars = read_bars(written(tmp_path, f"{row}\n", "BTCUSDT-1h.csv"))

    assert bars.ts_ns.tolist() == [1_700_000_000 * 10**9]
    assert (bars.close.tolist(), bars.open.tolist()) == ([11.0], [10.0])


def test_read_bars_sorts_and_takes_the_last_of_equal_times(tmp_path: Path) -> None:
    bars = read_bars(written(tmp_path, "ts,close\n1700000002,3\n1700000001,1\n1700000001,2\n"))

    assert bars.close.tolist() == [2.0, 3.0]


def test_read_bars_has_nothing_for_an_empty_cell(tmp_path: Path) -> None:
    bars = read_bars(written(tmp_path, "ts,close\n1700000001,\n1700000002,3\n"))

    assert math.isnan(bars.close[0])


def test_read_bars_takes_a_span(tmp_path: Path) -> None:
    file = written(tmp_path, "ts,close\n1700000001,1\n1700000002,2\n1700000003,3\n")

    bars = read_bars(file, start_ns=1_700_000_002 * 10**9, end_ns=1_700_000_003 * 10**9)

    assert bars.close.tolist() == [2.0]
    with pytest.raises(NoData, match="--since"):
        read_bars(file, start_ns=1_800_000_000 * 10**9)


def test_read_bars_of_one_symbol_of_several(tmp_path: Path) -> None:
    path = tmp_path / "bars.parquet"
    table = pa.table(
        {
            "start_ns": np.array([1, 1, 2]) * 10**18,
            "symbol": ["BINANCE-USDM:BTCUSDT", "BINANCE-USDM:ETHUSDT", "BINANCE-USDM:BTCUSDT"],
            "close": [1.0, 2.0, 3.0],
        }
    )
    pq.write_table(table, path)

    bars = read_bars(f"{path}#btcusdt")

    assert (bars.name, bars.close.tolist()) == ("BINANCE-USDM:BTCUSDT", [1.0, 3.0])
    with pytest.raises(BadInput, match="#SYMBOL"):
        read_bars(str(path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ts,price\n1,2\n", "bars need a time"),
        ("close\n1\n", "bars need a time"),
        ("ts,close\nsoon,2\n", "ISO 8601"),
        ("ts,close\n1700000001,dear\n", "no column of numbers"),
        ("ts,close\n,1\n1700000001,2\n", "without a time"),
        ("1700000001,2\n", "no heading"),
        ("ts,close\n1,2,3\n", "cannot be read"),
        ("", "cannot be read"),
    ],
)
def test_read_bars_refuses_what_are_no_bars(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_bars(written(tmp_path, text))


def test_read_bars_refuses_a_file_that_is_not_there() -> None:
    with pytest.raises(BadInput, match="is not a file"):
        read_bars("nowhere.csv")


def test_read_bars_refuses_a_symbol_where_there_is_no_such_column(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no column symbol"):
        read_bars(written(tmp_path, "ts,close\n1,2\n") + "#BTCUSDT")
