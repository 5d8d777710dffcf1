"""``quantdeck collect``, ``verify`` and ``backfill`` at the simulators."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.app.places import DEMO_FOLDER

if TYPE_CHECKING:
    from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        *("MASSIVE_API_KEY", "POLYGON_API_KEY", "NEWS_API_KEY", "CACHE_TTL"),
        *("ALPACA_API_KEY", "ALPACA_API_SECRET", "TT_CLIENT_SECRET", "TT_REFRESH_TOKEN"),
    ):
        monkeypatch.delenv(name, raising=False)


def _collected(run: Run, *words: str) -> dict[str, Any]:
    ended = run("collect", "--demo", "--json", *words)
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def _count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    return rows


def test_collect_keeps_everything_and_copies_it(run: Run) -> None:
    report = _collected(run, "--symbols", "aapl,spy", "--db-file", "copy.db")

    told = {(each["symbol"], each["part"]): each["outcome"] for each in report["items"]}
    assert told["US:AAPL", "days"] == told["US:SPY", "chain"] == "new"
    assert told["US:SPY", "fundamentals"] == "none"
    rows = {name: _count(Path("copy.db"), name) for name in report["sqlite"]["rows"]}
    assert rows == report["sqlite"]["rows"]
    assert rows["ohlcv"] == 120
    assert min(rows.values()) > 0


def test_collect_again_copies_nothing_into_the_data_folder(run: Run) -> None:
    words = ("--symbols", "AAPL", "--only", "days,splits,dividends,fundamentals")
    _collected(run, *words)

    report = _collected(run, *words)

    assert {each["outcome"] for each in report["items"]} <= {"same", "none"}
    assert report["sqlite"]["written"] == {}
    assert (Path("data") / DEMO_FOLDER / "market_data.db").exists()


def test_collect_prints_a_table_and_the_averages(run: Run) -> None:
    ended = run("collect", "--demo", "--symbols", "AAPL", "--only", "days,sma", "--days", "55")

    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    assert lines[0].split() == ["symbol", "days", "sma"]
    assert lines[1].split() == ["US:AAPL", "+55", "+10"]
    assert "by polygon" in lines[2]
    assert "difference" in lines[2]
    assert lines[-1].startswith("data/")


def test_collect_writes_its_log_where_it_is_told(run: Run) -> None:
    words = ("--log-file", "collect.log", "--log-level", "debug", "--symbols", "AAPL")

    _collected(run, *words, "--only", "days")

    assert "polygon: bars: included" in Path("collect.log").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "everything"], "dividends"),
        (["--symbols", "SPX"], "US:SPX is no stock"),
        (["--days", "0"], "sessions"),
        (["--realtime"], "--stream"),
        (["--log-level", "loud"], "WARNING"),
    ],
)
def test_collect_what_cannot_be_is_refused(run: Run, words: list[str], said: str) -> None:
    run("collect", "--demo", *words).refused(2, said)


def test_collect_without_a_key_names_the_ways_out(run: Run) -> None:
    run("collect", "--symbols", "AAPL").refused(3, "MASSIVE_API_KEY", "--demo")


def test_collect_without_symbols_asks_for_some(run: Run) -> None:
    run("collect").refused(2, "--symbols")


def test_collect_file_of_another_program_is_left_alone(run: Run) -> None:
    with closing(sqlite3.connect("theirs.db")) as connection:
        connection.execute("CREATE TABLE t (a)")

    ended = run(
        "collect", "--demo", "--symbols", "AAPL", "--only", "days", "--db-file", "theirs.db"
    )

    ended.refused(2, "another program")


def test_verify_asks_every_vendor(run: Run) -> None:
    ended = run("verify", "--demo", "--json")

    report = json.loads(ended.out)
    assert ended.code == 0, ended.err
    assert {each["vendor"] for each in report["checks"]} == {
        *("alpaca", "tastytrade", "binance", "yahoo", "polygon", "newsapi")
    }
    assert {each["verdict"] for each in report["checks"]} == {"ok"}


def test_verify_symbol_that_nobody_lists_fails(run: Run) -> None:
    ended = run("verify", "--demo", "--source", "polygon", "--symbols", "NOSUCH")

    assert ended.code == 3
    assert "failed" in ended.out


def test_verify_without_any_key_says_where_keys_go(run: Run) -> None:
    Path("config.yaml").write_text("feeds: {binance_usdm: {enabled: false}}\n", encoding="utf-8")

    run("verify").refused(3, "ALPACA_API_KEY", "MASSIVE_API_KEY", "NEWS_API_KEY")


def test_verify_unknown_vendor_is_refused(run: Run) -> None:
    run("verify", "--source", "nobody").refused(2, "tastytrade")


def test_backfill_says_what_was_missing_and_what_came(run: Run) -> None:
    run("backfill", "AAPL", "2025-01-06", "2025-01-10", "--demo")

    ended = run("backfill", "AAPL", "2025-01-01", "2025-01-31", "--demo", "--db-file", "copy.db")

    assert ended.code == 0, ended.err
    # New Year, the day of mourning and the day of Martin Luther King are no sessions.
    assert ended.out == (
        "US:AAPL 1d of polygon, 2025-01-01 to 2025-01-31: 20 sessions, 16 missing, 16 fetched "
        "(16 bars)\n"
    )
    assert _count(Path("copy.db"), "ohlcv") == 20


def test_backfill_of_coins_counts_every_day(run: Run) -> None:
    ended = run("backfill", "BTCUSDT", "2026-11-01", "2026-11-10", "--demo", "--json")

    report = json.loads(ended.out)
    assert (report["source"], report["expected"], report["bars"]) == ("binance-usdm", 10, 10)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["AAPL", "2025-01-31", "2025-01-01"], "earlier day first"),
        (["AAPL", "january", "2025-01-01"], "2025-01-31"),
        (["AAPL", "2025-01-01", "2025-01-31", "--source", "nobody"], "polygon, alpaca, yahoo"),
        (["AAPL", "2025-01-01", "2025-01-31", "--interval", "1w"], "1d"),
    ],
)
def test_backfill_what_cannot_be_is_refused(run: Run, words: list[str], said: str) -> None:
    run("backfill", *words, "--demo").refused(2, said)
