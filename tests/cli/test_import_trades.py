"""``quantdeck import`` of files of trades."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

COUNT = "SELECT count(*) AS n FROM trades"


@pytest.fixture
def trades(tmp_path: Path) -> Path:
    """Four trades of two symbols."""
    file = tmp_path / "trades.csv"
    file.write_text(
        "ts,symbol,price,size,id\n"
        "2024-08-08T12:00:00Z,btcusdt,60000.5,0.1,1\n"
        "2024-08-08 12:00:01,BTCUSDT,60001,0.2,2\n"
        "1723118402,ethusdt,2500,1,3\n"
        "1723118403000,ethusdt,2501,1,4\n"
    )
    return file


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """Two good lines and a bad one."""
    file = tmp_path / "bad.csv"
    file.write_text("ts,symbol,price,size\n1723118402,a,5,1\n08/09/2024,a,5,1\n1723118403,a,6,1\n")
    return file


def test_import_of_trades_tells_what_is_new_and_again_that_nothing_is(run: Run, trades: Path):
    first = run("import", trades)
    second = run("import", trades)

    assert (first.code, second.code) == (0, 0)
    assert "trades.csv: 4 new of 4 trades of 2 symbols" in first.out
    assert "UPLOAD:BTCUSDT: 2 trades" in first.out
    assert "from 2024-08-08 12:00:00 to 2024-08-08 12:00:03 UTC" in first.out
    assert "ignored: id" in first.out
    assert "0 new of 4 trades of 2 symbols, 4 known already" in second.out
    assert run("sql", COUNT, "--json").out == '{"n":4}\n'


def test_import_of_packed_objects_is_recognised(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "trades.gz"
    line = b'{"ts": "2024-08-08T12:00:00Z", "symbol": "a", "price": 5, "size": 1}\n'
    file.write_bytes(gzip.compress(line))

    told = json.loads(run("import", file, "--json").out)

    assert (told["rows"], told["new"], told["symbols"]) == (1, 1, {"UPLOAD:A": 1})


def test_import_of_trades_to_a_venue_names_its_symbols(run: Run, trades: Path) -> None:
    ended = run("import", trades, "--venue", "binance-usdm")

    assert "BINANCE-USDM:ETHUSDT: 2 trades" in ended.out


def test_import_of_trades_with_a_bad_line_writes_nothing_and_names_it(
    run: Run, bad: Path, tmp_path: Path
) -> None:
    ended = run("import", bad, "--data-dir", "tape")

    assert (ended.code, ended.out) == (2, "")
    assert "quantdeck: bad.csv, line 3, ts: does not say which is the day" in ended.err
    assert "nothing was taken, since 1 line cannot be used; --lenient takes the others" in ended.err
    assert not list((tmp_path / "tape" / "parquet").rglob("*.parquet"))


def test_import_of_trades_that_is_lenient_takes_the_good_lines(run: Run, bad: Path) -> None:
    ended = run("import", bad, "--lenient")

    assert ended.code == 0
    assert "2 new of 2 trades of 1 symbol, 1 line left out" in ended.out
    assert "bad.csv, line 3, ts" in ended.err


def test_import_of_trades_and_frames_together_is_refused(
    run: Run, trades: Path, frames: Path
) -> None:
    ended = run("import", trades, frames)

    ended.refused(2, "trades.csv holds trades and frames.txt recorded frames")


def test_import_of_a_file_that_holds_neither_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Buy milk\n")

    run("import", file).refused(2, "notes.txt: the header has no column ts")
