"""SQL over the tape, and what it must not do."""

from __future__ import annotations

import datetime as dt

import pytest

from quantdeck.model.errors import BadInput
from quantdeck.model.events import Kind
from quantdeck.model.feed import Gap


def _sql(tape, query, *, timeout_s=10, max_rows=1000):
    return tape.reader.sql(query, timeout_s=timeout_s, max_rows=max_rows)


@pytest.mark.parametrize(
    ("view", "kind"),
    [
        ("trades", Kind.TRADE),
        ("agg_trades", Kind.AGG_TRADE),
        ("quotes", Kind.QUOTE),
        ("marks", Kind.MARK),
        ("bars", Kind.BAR),
    ],
)
def test_view_has_sealed_and_unsealed_events_once(bare, kit, view, kind):
    bare.seal(kit.batch(kind, count=10))
    bare.write(kit.batch(kind, first=5, count=10))

    found = _sql(bare, f"SELECT count(*) AS n, max(seq) AS last FROM {view}")  # noqa: S608

    assert found.to_pylist() == [{"n": 15, "last": 14}]


def test_view_has_the_event_time_as_a_timestamp_and_the_canonical_symbol(bare, kit):
    bare.seal(kit.batch(count=1))
    bare.write(kit.batch(first=1, count=1))

    rows = _sql(bare, "SELECT time, symbol, source, delay FROM trades ORDER BY seq").to_pylist()

    assert rows[0]["time"] == dt.datetime(2025, 11, 20, 12, tzinfo=dt.UTC)
    assert [row["symbol"] for row in rows] == [kit.btc, kit.btc]
    assert {(row["source"], row["delay"]) for row in rows} == {("binance-usdm", "realtime")}


def test_view_of_an_empty_tape_is_empty(bare):
    assert _sql(bare, "SELECT * FROM trades").num_rows == 0


def test_files_and_gaps_can_be_asked_for(bare, kit):
    bare.seal(kit.batch(count=10))
    bare.manifest.record_gaps([Gap("binance-usdm", kit.btc, "trade", 3, 5, kit.noon)])

    assert _sql(bare, "SELECT rows FROM files").to_pylist() == [{"rows": 10}]
    assert _sql(bare, "SELECT last_seq, state FROM gaps").to_pylist() == [
        {"last_seq": 5, "state": "open"}
    ]


def test_query_with_more_rows_than_allowed_is_cut_and_says_so(bare, kit):
    bare.seal(kit.batch(count=10))

    cut = _sql(bare, "SELECT * FROM trades ORDER BY seq", max_rows=3)
    whole = _sql(bare, "SELECT * FROM trades", max_rows=10)

    assert cut.column("seq").to_pylist() == [0, 1, 2]
    assert cut.schema.metadata == {b"truncated": b"true"}
    assert whole.schema.metadata == {b"truncated": b"false"}


def test_show_tables_lists_the_views(bare):
    names = {row["name"] for row in _sql(bare, "SHOW TABLES").to_pylist()}

    assert {"trades", "agg_trades", "quotes", "marks", "bars", "gaps", "files"} <= names


def test_explain_of_a_select_is_allowed(bare):
    assert _sql(bare, "EXPLAIN SELECT count(*) FROM trades").num_rows > 0


@pytest.mark.parametrize(
    "query",
    [
        "COPY (SELECT 1) TO '{inside}'",
        "COPY trades TO '{outside}'",
        "EXPORT DATABASE '{outside}'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{inside}'",
        "EXPLAIN/**/ANALYZE COPY (SELECT 1) TO '{inside}'",
        "/**/EXPLAIN ANALYZE COPY (SELECT 1) TO '{inside}'",
        "SELECT * FROM query('COPY (SELECT 1) TO ''{inside}''')",
        "WITH x AS (INSERT INTO trades SELECT * FROM trades) SELECT 1",
        "ATTACH '{outside}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 64",
        "RESET memory_limit",
        "PRAGMA memory_limit = '64GB'",
        "PRAGMA enable_profiling",
        "SET enable_external_access = true",
        "CREATE TABLE x AS SELECT 1",
        "CREATE SECRET (TYPE s3)",
        "DROP VIEW trades",
        "INSERT INTO trades SELECT * FROM trades",
        "DELETE FROM trades",
        "CALL force_checkpoint()",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('{manifest}')",
        "SELECT * FROM read_blob('{parquet}/../manifest.sqlite')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT getenv('HOME')",
        "SELECT 1; SELECT 2",
        "SELECT 1; COPY (SELECT 1) TO '{inside}'",
        "",
        "-- nothing",
    ],
)
def test_query_that_writes_or_leaves_the_tape_is_refused(bare, kit, tmp_path, query):
    bare.seal(kit.batch())
    before = bare.files()
    places = {
        "inside": bare.layout.parquet / "x.csv",
        "outside": tmp_path / "x",
        "manifest": bare.layout.manifest,
        "parquet": bare.layout.parquet,
    }

    with pytest.raises(BadInput):
        _sql(bare, query.format(**places))

    assert bare.files() == before
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM range(100000000000)",
        # Runs while rows are fetched, not before.
        "SELECT a.range FROM range(1000000) a, range(1000000) b WHERE a.range + b.range < 0",
    ],
)
def test_query_that_takes_too_long_is_stopped(bare, query):
    with pytest.raises(BadInput, match=r"longer than 0\.05 s"):
        _sql(bare, query, timeout_s=0.05)


@pytest.mark.parametrize(
    ("query", "help_"),
    [
        ("SELECT pric FROM trades", r'Candidate bindings: "price"'),
        ("SELECT * FROM trade", "The views are trades, agg_trades"),
        ("SELEC 1", "syntax error at or near"),
        ("SELECT 'a'::INT", "Could not convert"),
    ],
)
def test_query_that_is_wrong_says_what_helps(bare, query, help_):
    with pytest.raises(BadInput, match=help_):
        _sql(bare, query)


@pytest.mark.parametrize("limits", [{"timeout_s": 0}, {"max_rows": 0}])
def test_query_with_a_limit_of_nothing_is_refused(bare, limits):
    with pytest.raises(BadInput, match="greater than 0"):
        _sql(bare, "SELECT 1", **limits)


def test_views_file_can_be_read_by_other_tools(bare, kit):
    import duckdb

    bare.seal(kit.batch(count=10))

    path = bare.reader.write_views_file()

    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT count(*), max(time) FROM trades").fetchone()[0] == 10
    assert path == bare.layout.views_file


def test_query_of_ties_with_asof_depends_only_on_time_and_number(bare, kit):
    # Several quotes share a stamp: the last by number counts, whichever file it is in.
    ties = kit.rows(Kind.QUOTE, count=6, step_ns=0)
    ties["bid"] = np_arange(6)
    from quantdeck.model.events import Batch

    bare.seal(Batch(Kind.QUOTE, ties[[5, 1]], kit.run), kit.batch(count=1, start_ns=kit.noon + 9))
    bare.seal(Batch(Kind.QUOTE, ties[[0, 4, 2]], kit.run))
    bare.write(Batch(Kind.QUOTE, ties[[3]], kit.run))

    found = _sql(
        bare,
        "SELECT bid FROM trades t ASOF JOIN (SELECT symbol, ts_event, arg_max(bid, seq) AS bid "
        "FROM quotes GROUP BY ALL) q ON t.symbol = q.symbol AND t.ts_event >= q.ts_event",
    )

    assert found.to_pylist() == [{"bid": 5.0}]


def np_arange(count):
    import numpy as np

    return np.arange(count, dtype=float)
