"""The copy for tools that read SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.model.collected import IndicatorReading, QuoteReading, StatementLine, Story
from quantdeck.model.errors import BadInput
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import ActionKind, CorporateAction
from quantdeck.tape.collected.store import RecordStore
from quantdeck.tape.history.store import BarStore
from quantdeck.tape.sqlite_copy import SqliteCopy
from quantdeck.tape.sqlite_copy.tables import TABLES
from tests.tape.history.histories import DAY_NS, FIRST_NS, NOON_NS, history_of

if TYPE_CHECKING:
    from pathlib import Path

TOLD = Provenance("polygon", Delay.DELAYED, RunId("run-1"))
SPLIT = CorporateAction(FIRST_NS + DAY_NS, ActionKind.SPLIT, 2.0)


def _rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def _fill(root: Path) -> None:
    BarStore(root).keep(history_of([100.0, 51.0, 52.0], actions=[SPLIT]))
    BarStore(root).keep(history_of([1.0, 2.0], interval="1m"))
    records = [
        Story(id="a", headline="H", published_ns=1_500_000_000, updated_ns=2, symbols=("US:A", "US:B")),
        StatementLine(
            symbol="US:A",
            period="2026 Q2",
            timeframe="quarterly",
            statement="income_statement",
            item="revenues",
            value=1.5,
            end_ns=FIRST_NS,
        ),
        IndicatorReading(symbol="US:A", name="sma50", interval="1d", start_ns=FIRST_NS, value=2.0),
        QuoteReading(symbol="US:A", ts_ns=FIRST_NS + 1_000, bid=1.0),
    ]  # fmt: skip
    RecordStore(root).keep(records, TOLD, fetched_ns=NOON_NS)


def test_sync_copies_every_store_into_tables_of_usual_names(tmp_path: Path) -> None:
    _fill(tmp_path / "data")
    path = tmp_path / "market_data.db"

    report = SqliteCopy(path, tmp_path / "data").sync()

    assert report.rows == {
        "ohlcv": 3,
        "minute_bars": 2,
        "corporate_actions": 1,
        "fundamentals": 1,
        "indicators": 1,
        "realtime_quotes": 1,
        "news": 1,
        "option_chain": 0,
    }
    days = _rows(path, "SELECT date, close, adj_close, source, ingest_run_id FROM ohlcv ORDER BY 1")
    assert days[:2] == [
        ("2026-01-01", 100.0, 50.0, "yahoo", "run-1"),
        ("2026-01-02", 51.0, 51.0, "yahoo", "run-1"),
    ]
    assert _rows(path, "SELECT ex_date, kind, value FROM corporate_actions") == [
        ("2026-01-02", "split", 2.0)
    ]
    assert _rows(path, "SELECT published, symbols, sentiment FROM news") == [
        ("1970-01-01T00:00:01.500000+00:00", "US:A,US:B", None)
    ]
    assert _rows(path, "SELECT time, bid, ask, fetched_at FROM realtime_quotes") == [
        ("2026-01-01T00:00:00.000001+00:00", 1.0, None, "2026-11-21T12:00:00+00:00")
    ]


def test_sync_again_writes_nothing(tmp_path: Path) -> None:
    _fill(tmp_path / "data")
    copy = SqliteCopy(tmp_path / "copy.db", tmp_path / "data")
    first = copy.sync()

    second = copy.sync()

    assert second.written == {}
    assert second.rows == first.rows


def test_sync_follows_what_changed_and_nothing_else(tmp_path: Path) -> None:
    _fill(tmp_path / "data")
    copy = SqliteCopy(tmp_path / "copy.db", tmp_path / "data")
    copy.sync()
    BarStore(tmp_path / "data").keep(history_of([53.0], first=3, fetched_ns=NOON_NS + 1))

    report = copy.sync()

    assert report.written == {"ohlcv": 4, "corporate_actions": 1}
    assert report.rows["ohlcv"] == 4


def test_sync_anew_equals_a_copy_that_followed(tmp_path: Path) -> None:
    root = tmp_path / "data"
    _fill(root)
    followed = SqliteCopy(tmp_path / "followed.db", root)
    followed.sync()
    BarStore(root).keep(history_of([60.0, 61.0], first=2, fetched_ns=NOON_NS + 1))
    followed.sync()

    SqliteCopy(tmp_path / "anew.db", root).sync()
    followed.sync(anew=True)

    for table in TABLES:
        query = f"SELECT * FROM {table} ORDER BY 1, 2, 3"  # noqa: S608
        assert _rows(tmp_path / "followed.db", query) == _rows(tmp_path / "anew.db", query)


def test_sync_a_reader_sees_whole_series_meanwhile(tmp_path: Path) -> None:
    _fill(tmp_path / "data")
    path = tmp_path / "copy.db"
    SqliteCopy(path, tmp_path / "data").sync()
    BarStore(tmp_path / "data").keep(history_of([1.0] * 9, fetched_ns=NOON_NS + 1))

    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        before = reader.execute("SELECT count(*) FROM ohlcv").fetchone()
        SqliteCopy(path, tmp_path / "data").sync()
        meanwhile = reader.execute("SELECT count(*) FROM ohlcv").fetchone()

    assert (before, meanwhile) == ((3,), (3,))
    assert _rows(path, "SELECT count(*) FROM ohlcv") == [(9,)]


def test_sync_broken_off_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(tmp_path / "data")
    copy = SqliteCopy(tmp_path / "copy.db", tmp_path / "data")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("quantdeck.tape.sqlite_copy.copy.record_rows", interrupted)
        with pytest.raises(KeyboardInterrupt):
            copy.sync()
    report = copy.sync()

    assert "ohlcv" not in report.written
    assert report.rows["news"] == 1


def test_sync_into_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "market_data.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE ohlcv (a)")

    with pytest.raises(BadInput, match="of another program"):
        SqliteCopy(path, tmp_path).sync()

    assert _rows(path, "SELECT name FROM sqlite_master") == [("ohlcv",)]


def test_sync_into_what_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are notes and no database" * 100)

    with pytest.raises(BadInput, match="is no SQLite file"):
        SqliteCopy(path, tmp_path).sync()

    assert path.read_text().startswith("these are notes")
