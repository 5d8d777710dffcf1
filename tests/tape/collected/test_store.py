"""Records that are collected beside prices."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quantdeck.model.collected import (
    IndicatorReading,
    KeptRecords,
    QuoteReading,
    StatementLine,
    Story,
)
from quantdeck.model.errors import StoreError
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.tape.collected.store import FILE, RecordStore
from quantdeck.tape.open import open_reader

if TYPE_CHECKING:
    from pathlib import Path

FIRST = Provenance("polygon", Delay.DELAYED, RunId("run-1"))
SECOND = Provenance("polygon", Delay.DELAYED, RunId("run-2"))
STORY = Story(
    id="a",
    headline="ABC buys XYZ",
    published_ns=10,
    updated_ns=10,
    symbols=("US:ABC", "US:XYZ"),
    sentiment=0.5,
)
LINE = StatementLine(
    symbol="US:ABC",
    period="2026 Q2",
    timeframe="quarterly",
    statement="income_statement",
    item="revenues",
    value=1e9,
    end_ns=5,
)


def _sma(at: int, value: float = 1.0) -> IndicatorReading:
    return IndicatorReading(symbol="US:ABC", name="sma50", interval="1d", start_ns=at, value=value)


def test_keep_twice_adds_nothing(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)

    first = store.keep([STORY, LINE], FIRST, fetched_ns=1)
    second = store.keep([STORY, LINE], SECOND, fetched_ns=2)

    assert (first, second) == (KeptRecords(new=2), KeptRecords(same=2))
    assert store.read(Story) == [STORY]
    assert store.read(StatementLine) == [LINE]


def test_keep_other_figures_take_the_place_and_the_run(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    store.keep([STORY], FIRST, fetched_ns=1)
    changed = msgspec.structs.replace(STORY, headline="ABC does not buy XYZ", updated_ns=11)

    kept = store.keep([changed], SECOND, fetched_ns=2)

    assert kept == KeptRecords(changed=1)
    assert store.read(Story) == [changed]
    assert store.table(Story).column("ingest_run_id").to_pylist() == ["run-2"]


def test_keep_the_same_stays_with_the_run_that_brought_it(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    store.keep([STORY], FIRST, fetched_ns=1)

    store.keep([STORY], SECOND, fetched_ns=2)

    table = store.table(Story)
    assert table.column("ingest_run_id").to_pylist() == ["run-1"]
    assert table.column("fetched_ns").to_pylist() == [1]


def test_keep_of_two_sources_keeps_both(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    ours = Provenance("quantdeck", Delay.DELAYED, RunId("run-1"))
    store.keep([_sma(1, 2.0)], FIRST, fetched_ns=1)
    store.keep([_sma(1, 2.5)], ours, fetched_ns=1)

    both = store.table(IndicatorReading)

    assert both.column("source").to_pylist() == ["polygon", "quantdeck"]
    assert store.read(IndicatorReading, source="quantdeck") == [_sma(1, 2.5)]


def test_read_of_a_symbol_finds_stories_that_name_it(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    other = msgspec.structs.replace(STORY, id="b", symbols=("US:XYZ.A",))
    store.keep([STORY, other], FIRST, fetched_ns=1)

    assert store.read(Story, symbol="US:XYZ") == [STORY]
    assert store.read(Story, symbol="US:XY") == []


def test_read_of_a_limit_takes_the_newest_oldest_first(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    store.keep([_sma(at) for at in (3, 1, 2, 4)], FIRST, fetched_ns=1)

    assert [row.start_ns for row in store.read(IndicatorReading, limit=2)] == [3, 4]
    assert [row.start_ns for row in store.read(IndicatorReading, since_ns=2)] == [2, 3, 4]


def test_read_of_an_empty_folder_finds_nothing(tmp_path: Path) -> None:
    store = RecordStore(tmp_path / "absent")

    assert store.read(Story) == []
    assert store.table(Story).num_rows == 0
    assert store.keep([], FIRST, fetched_ns=1) == KeptRecords()
    assert not (tmp_path / "absent").exists()


def test_keep_an_absent_figure_is_null(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    quote = QuoteReading(symbol="US:ABC", ts_ns=1, bid=math.nan, ask=2.0)

    store.keep([quote], FIRST, fetched_ns=1)

    assert store.read(QuoteReading)[0].bid is None


def test_keep_all_or_nothing(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    broken = msgspec.structs.replace(_sma(2), start_ns=1 << 80)

    with pytest.raises(OverflowError):
        store.keep([_sma(1), broken], FIRST, fetched_ns=1)

    assert store.read(IndicatorReading) == []


def test_keep_by_several_at_once_loses_nothing(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)

    def bring(begin: int) -> None:
        for at in range(begin, begin + 20):
            store.keep([_sma(at)], FIRST, fetched_ns=1)

    threads = [threading.Thread(target=bring, args=(20 * i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(store.read(IndicatorReading)) == 80


def test_keep_where_the_folder_is_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="cannot make"):
        RecordStore(tmp_path / "file").keep([STORY], FIRST, fetched_ns=1)


def test_read_of_a_damaged_file_says_so(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database, whatever its name says" * 100)

    with pytest.raises(StoreError, match=r"cannot read .*collected\.sqlite"):
        RecordStore(tmp_path).read(Story)


def test_sql_sees_what_was_collected(tmp_path: Path) -> None:
    RecordStore(tmp_path).keep([STORY, LINE], FIRST, fetched_ns=1)
    reader = open_reader(tmp_path)

    query = "SELECT headline, symbols, source, fetched_ns FROM news"
    rows = reader.sql(query, timeout_s=10.0, max_rows=10).to_pylist()

    assert rows == [
        {
            "headline": "ABC buys XYZ",
            "symbols": ["US:ABC", "US:XYZ"],
            "source": "polygon",
            "fetched_ns": 1,
        }
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.floats(allow_nan=False, allow_infinity=False))),
    st.integers(0, 10),
)
def test_keep_in_any_portions_ends_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, float]], cut: int
) -> None:
    records = [_sma(at, value) for at, value in rows]
    whole = RecordStore(tmp_path_factory.mktemp("whole"))
    parts = RecordStore(tmp_path_factory.mktemp("parts"))

    whole.keep(records, FIRST, fetched_ns=1)
    parts.keep(records[:cut], FIRST, fetched_ns=1)
    parts.keep(records[cut:], FIRST, fetched_ns=1)

    assert parts.read(IndicatorReading) == whole.read(IndicatorReading)
    assert {row.start_ns: row.value for row in records} == {
        row.start_ns: row.value for row in parts.read(IndicatorReading)
    }
