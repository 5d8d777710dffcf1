"""Tables of features on disk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.research.features.chain_figures import ChainFigures
from quantdeck.research.features.table import FeatureTable, part_of
from quantdeck.tape import disk
from quantdeck.tape.features.files import read_features, write_features
from quantdeck.tape.features.store import TableStore
from tests.research.tables import synthetic_table

if TYPE_CHECKING:
    from pathlib import Path

ARRAYS = ("sessions", "known_ns", "values", "is_row", "close", "total", "open")


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    return synthetic_table(symbols=3, sessions=90)


def _same(found: FeatureTable, expected: FeatureTable) -> None:
    for name in ("names", "symbols", "calendar", "source", "is_simulated", "not_comparable"):
        assert getattr(found, name) == getattr(expected, name)
    for name in ARRAYS:
        known = getattr(expected, name)
        if name in ("close", "total", "open"):
            known = np.where(expected.is_row, known, np.nan)
        np.testing.assert_array_equal(getattr(found, name), known, name)
    assert found.fingerprint() == expected.fingerprint()


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_files_of_either_kind_give_back_the_table(
    tmp_path: Path, table: FeatureTable, suffix: str
) -> None:
    path = tmp_path / "new" / f"features.{suffix}"

    write_features(table, path)

    _same(read_features(path), table)


def test_file_has_keys_prices_and_features_as_columns(tmp_path: Path, table: FeatureTable) -> None:
    write_features(table, tmp_path / "x.csv")

    lines = (tmp_path / "x.csv").read_text().splitlines()

    assert lines[0].replace('"', "").split(",")[:8] == [
        *("symbol", "session", "known_at", "source", "open", "close", "total"),
        "momentum",
    ]
    assert lines[1].startswith('"US:S000",2014-01-01,2014-01-01 21:00:00Z,"synthetic (simulated)",')
    assert len(lines) == len(table) + 1


def test_parquet_keeps_a_symbol_without_a_row(tmp_path: Path, table: FeatureTable) -> None:
    early = part_of(table, slice(0, 10))
    assert not early.is_row[2].any()

    write_features(early, tmp_path / "x.parquet")

    assert read_features(tmp_path / "x.parquet").symbols == table.symbols


def test_csv_of_another_program_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text(
        "t,symbol,close,momentum,sector,target\n"
        "2025-01-03T00:00:00,B,11.0,0.1,tech,1\n"
        "2025-01-02T00:00:00,A,5.0,,bank,0\n"
        "2025-01-02T00:00:00,B,10.0,nan,tech,0\n"
    )

    found = read_features(path)

    assert (found.names, found.symbols, found.calendar) == (("momentum",), ("A", "B"), "XNYS")
    assert len(found) == 3
    assert found.column("momentum")[1, 1] == np.float32(0.1)
    assert found.total[1].tolist() == [10.0, 11.0]
    known = found.known_ns.astype("datetime64[ns]").astype("datetime64[m]")
    assert [str(each) for each in known] == ["2025-01-02T21:00", "2025-01-03T21:00"]


def test_csv_without_symbols_is_of_one_named_like_the_file(tmp_path: Path) -> None:
    (tmp_path / "AAPL.csv").write_text("session,close,gap\n2025-01-04,1.0,0.5\n")

    found = read_features(tmp_path / "AAPL.csv")

    assert (found.symbols, found.calendar) == (("AAPL",), "24/7")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("symbol,close,gap\nA,1,2\n", "no column session"),
        ("session,symbol,gap\n2025-01-02,A,2\n", "no column close or total"),
        ("session,symbol,close\n2025-01-02,A,2\n", "no column of numbers"),
        ("session,symbol,close,gap\nsoon,A,1,2\n", "holds no dates"),
        ("session,symbol,close,gap\n,A,1,2\n2025-01-02,A,1,2\n", "no date in column session"),
        ("session,symbol,close,gap\n2025-01-02,,1,2\n2025-01-02,A,1,2\n", "1 rows have no symbol"),
        ("session,symbol,close,gap\n2025-01-02,A,1,2\n2025-01-02,A,1,3\n", "two rows of one"),
        ("session,symbol,close,gap\n2025-01-02,A,one,2\n", "column close holds something"),
        ("session,symbol,close,gap,known_at\n2025-01-02,A,1,2,late\n", "known_at holds no times"),
        ("session,symbol\n2025-01-02,A,1,2\n", "is no csv file of features"),
    ],
)
def test_csv_that_is_no_table_of_features_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "x.csv").write_text(text)

    with pytest.raises(BadInput, match=words):
        read_features(tmp_path / "x.csv")


def test_file_that_is_not_there_is_no_data(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="quantdeck features -o"):
        read_features(tmp_path / "x.csv")


def test_file_without_a_row_is_no_data(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("session,symbol,close,gap\n")

    with pytest.raises(NoData, match="no row"):
        read_features(tmp_path / "x.csv")


def test_file_of_another_kind_is_refused(tmp_path: Path, table: FeatureTable) -> None:
    with pytest.raises(BadInput, match=r"\.csv or \.parquet"):
        write_features(table, tmp_path / "x.xlsx")


def test_store_keeps_a_table_under_its_last_session(tmp_path: Path, table: FeatureTable) -> None:
    store = TableStore(tmp_path)
    early = part_of(table, slice(0, 60))

    names = [store.put(each) for each in (early, table)]

    assert store.names() == names[::-1] == ["2014-05-06", "2014-03-25"]
    _same(store.get(), table)
    assert len(store.get(names[0]).sessions) == 60


def test_store_replaces_a_table_of_the_same_session(tmp_path: Path, table: FeatureTable) -> None:
    store = TableStore(tmp_path)
    store.put(table)

    store.put(replace(table, source="another"))

    assert store.get().source == "another"
    assert len(store.names()) == 1


def test_store_without_a_table_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="`quantdeck features` makes one"):
        TableStore(tmp_path).get()


def test_store_asked_for_another_name_tells_those_it_has(
    tmp_path: Path, table: FeatureTable
) -> None:
    store = TableStore(tmp_path)
    store.put(table)

    with pytest.raises(NoData, match=r"'2014-01-01' was asked for, and there are 2014-05-06"):
        store.get("2014-01-01")


def test_store_with_a_damaged_table_says_so(tmp_path: Path) -> None:
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "2026-01-02.parquet").write_bytes(b"PAR1")

    with pytest.raises(StoreError, match="2026-01-02 is damaged"):
        TableStore(tmp_path).get()


def test_store_on_a_full_disk_leaves_no_file(
    tmp_path: Path, table: FeatureTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(files: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "put_in_place", full)

    with pytest.raises(StoreError, match="the disk is full"):
        TableStore(tmp_path).put(table)

    assert list((tmp_path / "features").iterdir()) == []


def test_store_refuses_a_table_without_a_session(tmp_path: Path, table: FeatureTable) -> None:
    with pytest.raises(BadInput, match="without a session"):
        TableStore(tmp_path).put(part_of(table, slice(0, 0)))


def test_store_keeps_figures_of_chains(tmp_path: Path) -> None:
    store = TableStore(tmp_path)
    figures = {"a.parquet": ChainFigures(underlying="US:ABC", quoted_ns=5, iv30=0.2)}
    assert store.chain_figures() == {}

    store.keep_chain_figures(figures)

    assert TableStore(tmp_path).chain_figures() == figures


def test_store_with_damaged_figures_of_chains_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "chains.json").write_text("{")

    assert TableStore(tmp_path).chain_figures() == {}


def test_parquet_without_our_metadata_is_read_as_rows(tmp_path: Path, table: FeatureTable) -> None:
    write_features(table, tmp_path / "x.csv")
    plain = pa_csv.read_csv(tmp_path / "x.csv")
    assert isinstance(plain, pa.Table)

    pq.write_table(plain, tmp_path / "x.parquet")

    _same(read_features(tmp_path / "x.parquet"), table)
