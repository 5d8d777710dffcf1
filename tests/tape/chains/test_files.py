from __future__ import annotations

import dataclasses
import gzip
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quantdeck.model.errors import BadInput
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.tape.chains.files import read_chain, write_chain
from quantdeck.tape.chains.table import table_of

if TYPE_CHECKING:
    from pathlib import Path

READING = Provenance("file", Delay.IMPORTED, RunId("reading"))
VENDOR = """
S&P 500 INDEX,Last: 4697.24,Change:  8.56
"Date: {date}",Bid: 1,Ask: 2,Size: 1*1,Volume: 0
Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,Puts,\
Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest
Fri Jan 19 2024,SPX240119C04700000,1,0,40.1,40.9,5,0.1,0.5,0,70,4700.00,SPX240119P04700000,\
1,0,0,0.05,6,0.1,-0.5,0,80
"""
GOOD_LINE = VENDOR.splitlines()[-1]
OLD = """SPX (S&P 500 INDEX),1290.59,+7.24,
Jan 24 2011 @ 14:03 ET,
Calls,Last Sale,Net,Bid,Ask,Vol,Open Int,Puts,Last Sale,Net,Bid,Ask,Vol,Open Int,
11 Jan 1075.00 (SPXW1128A1075-E),0.0,0.0,215.30,217.00,0,0,\
11 Jan 1075.00 (SPXW1128M1075-E),0.05,-0.10,0.05,0.10,10,15535,
11 Feb 820.00 (SPX1119B820-E),0.0,0.0,467.50,471.20,0,0,\
11 Feb 820.00 (SPX1119N820-E),0.05,0.0,0.0,0.10,0,1057,
11 Mar 930.00 (SPXPM1131C930-E),0.0,0.0,356.40,360.10,0,0,\
11 Mar 930.00 (SPXPM1131O930-E),0.80,+0.20,0.30,1.15,10,100,
"""


def read(folder: Path, text: str, form: str | None, *, name: str = "chain.csv", strict=False):
    path = folder / name
    content = text.encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return read_chain(path, form=form, provenance=READING, strict=strict)


def utc(ns: int) -> str:
    return datetime.fromtimestamp(ns / 1e9, UTC).isoformat()


@pytest.mark.parametrize("name", ["chain.csv", "chain.csv.gz"])
def test_vendor_csv_row_becomes_call_and_put_of_a_strike(tmp_path: Path, name: str) -> None:
    text = VENDOR.format(date="January 7, 2024 at 10:52 AM EST")

    found = read(tmp_path, text, "vendor-csv", name=name)

    (chain,) = found.snapshot.chains
    assert (chain.root, str(chain.expiry), chain.settlement.value) == ("SPX", "2024-01-19", "am")
    assert (chain.spot, chain.underlying, chain.style.value) == (4697.24, "US:SPX", "european")
    assert (chain.calls.bid[0], chain.calls.ask[0], chain.calls.open_interest[0]) == (
        40.1,
        40.9,
        70,
    )
    assert np.isnan(chain.puts.bid[0])
    assert (chain.puts.ask[0], chain.puts.volume[0]) == (0.05, 6)


@pytest.mark.parametrize(
    ("date", "taken"),
    [
        ("January 7, 2024 at 10:52 AM EST", "2024-01-05T21:00:00+00:00"),
        ("February 5 2022, 8:09 PM EST", "2022-02-04T21:00:00+00:00"),
        ("January 2, 2024 at 8:00 AM EST", "2023-12-29T21:00:00+00:00"),
        ("July 3, 2023 at 6:00 PM EDT", "2023-07-03T17:00:00+00:00"),
        ("January 5, 2024 at 11:00 AM EST", "2024-01-05T15:45:00+00:00"),
        ("January 5, 2024 at 9:40 AM EST", "2024-01-04T21:00:00+00:00"),
        ("January 5, 2024 at 4:14 PM EST", "2024-01-05T20:59:00+00:00"),
    ],
)
def test_vendor_csv_is_dated_at_the_quotes_not_at_the_download(
    tmp_path: Path, date: str, taken: str
) -> None:
    found = read(tmp_path, VENDOR.format(date=date), "vendor-csv")

    assert utc(found.snapshot.taken_ns) == taken


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (GOOD_LINE.replace("40.1", "forty"), "bid of SPX240119C04700000 'forty' is not a number"),
        (GOOD_LINE.replace("40.1", "-1"), "less than 0"),
        (GOOD_LINE.replace("40.1", "1e999"), "is not a number"),
        (GOOD_LINE.rpartition(",")[0], "expected 22 cells, was 21"),
        (GOOD_LINE.replace("SPX240119C", "SPX240126C"), "is not the call 4700 of 2024-01-19"),
        (GOOD_LINE.replace("SPX240119P", "SPXW240119P"), "different roots"),
        (GOOD_LINE.replace("Fri Jan 19 2024", "soon"), "does not match format"),
        (GOOD_LINE.replace("SPX240119C04700000", "=1+1"), "not an option symbol"),
        (GOOD_LINE, "is there twice"),
    ],
)
def test_vendor_csv_broken_row_is_named_and_the_rest_read(
    tmp_path: Path, broken: str, words: str
) -> None:
    text = VENDOR.format(date="January 7, 2024 at 10:52 AM EST") + broken + "\n"

    found = read(tmp_path, text, "vendor-csv")

    (row,) = found.broken
    assert row.line == 6
    assert words in row.reason
    assert found.snapshot.chains[0].calls.bid.tolist() == [40.1]


def test_read_chain_strict_refuses_a_broken_row(tmp_path: Path) -> None:
    text = VENDOR.format(date="January 7, 2024 at 10:52 AM EST") + "a,b\n"

    with pytest.raises(BadInput, match="line 6: expected 22 cells, was 2"):
        read(tmp_path, text, "vendor-csv", strict=True)


def test_spx_2011_names_are_read_and_saturdays_dated_at_the_session_before(tmp_path: Path) -> None:
    found = read(tmp_path, OLD, "spx-2011")

    told = [
        (c.root, str(c.expiry), c.settlement.value, c.underlying) for c in found.snapshot.chains
    ]
    assert told == [
        ("SPX", "2011-02-18", "am", "US:SPX"),
        ("SPXPM", "2011-03-31", "pm", "US:SPX"),
        ("SPXW", "2011-01-28", "pm", "US:SPX"),
    ]
    assert found.broken == ()
    assert utc(found.snapshot.taken_ns) == "2011-01-24T19:03:00+00:00"
    assert {c.style.value for c in found.snapshot.chains} == {"european"}


def test_spx_2011_row_with_sides_of_two_strikes_is_named(tmp_path: Path) -> None:
    text = OLD.replace("SPX1119N820-E", "SPX1119N830-E")

    found = read(tmp_path, text, "spx-2011")

    assert [row.line for row in found.broken] == [5]
    assert "call and put of one strike" in found.broken[0].reason


@pytest.mark.parametrize("name", ["chain.csv", "chain.parquet"])
def test_own_file_gives_back_what_was_written(tmp_path: Path, snapshot, name: str) -> None:
    path = tmp_path / name

    rows = write_chain(snapshot, path)
    found = read_chain(path, form=None, provenance=READING)

    assert rows == 12
    assert found.broken == ()
    assert table_of(found.snapshot).equals(table_of(snapshot))


def test_own_csv_formula_in_a_text_is_neutral_and_comes_back(tmp_path: Path, snapshot) -> None:
    path = tmp_path / "chain.csv"
    odd = dataclasses.replace(snapshot, feed="=HYPERLINK()")

    write_chain(odd, path)
    found = read_chain(path, form=None, provenance=READING)

    assert '"\'=HYPERLINK()"' in path.read_text()
    assert found.snapshot.feed == "=HYPERLINK()"


def test_own_csv_with_the_fewest_columns_takes_the_rest_from_the_root(tmp_path: Path) -> None:
    text = "time,symbol,bid,ask\n2024-01-05T21:00:00Z,SPX240119C04700000,1,2\n"

    found = read(tmp_path, text, "csv")

    (chain,) = found.snapshot.chains
    assert (chain.settlement.value, chain.style.value, chain.multiplier) == ("am", "european", 100)
    assert utc(found.snapshot.taken_ns) == "2024-01-05T21:00:00+00:00"
    assert found.snapshot.provenance == READING


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("1,SPX240119C04700000,1,x", "ask 'x' is not a number"),
        ("2,SPX240119C04800000,1,2", "another snapshot"),
        (",SPX240119C04800000,1,2", "neither taken_ns nor time"),
        ("soon,SPX240119C04800000,1,2", "invalid literal"),
        ("1,SPX240119C04800000,1", "expected 4 cells, was 3"),
        ("1,SPX,1,2", "not an option symbol"),
        ("1,SPX240119C04700000,1,2", "is there twice"),
    ],
)
def test_own_csv_broken_row_is_named_and_the_rest_read(
    tmp_path: Path, row: str, words: str
) -> None:
    text = f"taken_ns,symbol,bid,ask\n1,SPX240119C04700000,1,2\n{row}\n"

    found = read(tmp_path, text, "csv")

    (broken,) = found.broken
    assert broken.line == 3
    assert words in broken.reason
    assert found.snapshot.chains[0].calls.ask.tolist() == [2]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("root", "SPXW", "root 'SPXW'"),
        ("right", "put", "right 'put'"),
        ("strike", "4800", "strike 4800"),
        ("style", "french", "'french' is not one of european, american"),
    ],
)
def test_own_csv_column_that_contradicts_the_symbol_breaks_the_row(
    tmp_path: Path, column: str, value: str, words: str
) -> None:
    text = f"taken_ns,symbol,bid,ask,{column}\n1,SPX240119C04700000,1,2,{value}\n"
    text += "1,SPX240119C04600000,1,2,\n"

    found = read(tmp_path, text, "csv")

    assert [row.line for row in found.broken] == [2]
    assert words in found.broken[0].reason


def test_own_parquet_broken_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "chain.parquet"
    symbols = ["SPX240119C04700000", None]
    columns = {"taken_ns": [1, 1], "symbol": symbols, "bid": [1.0, 1.0], "ask": [2.0, 2.0]}
    pq.write_table(pa.table(columns), path)

    found = read_chain(path, form=None, provenance=READING)

    assert [row.line for row in found.broken] == [2]


@pytest.mark.parametrize(
    ("content", "form", "words"),
    [
        (b"\x1f\x8bnonsense", "csv", "cannot be read"),
        (b"\xff\xfe\x00", "csv", "not text in UTF-8"),
        (b"a,b\n1,2\n", "csv", "lacks the columns symbol, bid, ask, taken_ns"),
        (b"taken_ns,symbol,bid,ask\n", "csv", "holds no contract"),
        (b"taken_ns,symbol,bid,ask\n1,X,1,1\n", "csv", "holds no contract: line 2"),
        (b"PAR1", "parquet", "not a Parquet file"),
        (b"a,b\n1,2\n", "vendor-csv", "--format"),
        (b"a,b\n1,2\n", "spx-2011", "--format"),
        (b'"a\n', "csv", "line 1: unexpected end of data"),
        (b"", "vendor-csv", "--format"),
    ],
)
def test_read_chain_of_another_kind_of_file_says_so(
    tmp_path: Path, content: bytes, form: str, words: str
) -> None:
    path = tmp_path / "chain.csv"
    path.write_bytes(content)

    with pytest.raises(BadInput, match=words):
        read_chain(path, form=form, provenance=READING)


def test_read_chain_unknown_format_lists_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="vendor-csv, spx-2011, csv, parquet"):
        read_chain(tmp_path / "chain.csv", form="excel", provenance=READING)


def test_read_chain_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.csv is not a file"):
        read_chain(tmp_path / "none.csv", form=None, provenance=READING)


@pytest.mark.parametrize(
    ("name", "strikes"), [("spx_2022-02-05", 10_257), ("spx_2024-01-07", 10_519)]
)
def test_recorded_vendor_chains_are_read_whole(shared_data: Path, name: str, strikes: int) -> None:
    path = shared_data / "spx-chains" / f"{name}.csv.gz"

    found = read_chain(path, form="vendor-csv", provenance=READING)

    assert found.broken == ()
    assert sum(len(chain.strikes) for chain in found.snapshot.chains) == strikes
    assert {chain.root for chain in found.snapshot.chains} == {"SPX", "SPXW"}


def test_recorded_chain_of_2011_is_read_whole(shared_data: Path) -> None:
    path = shared_data / "spx-2011" / "SPX-Options-24jan2011.csv"

    found = read_chain(path, form="spx-2011", provenance=READING)

    assert found.broken == ()
    assert sum(len(chain.strikes) for chain in found.snapshot.chains) == 960
